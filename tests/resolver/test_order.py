"""The same question has one answer, in whatever order the index answered, with the walk before it or without."""

from __future__ import annotations

import random

import pytest


@pytest.mark.parametrize("block", range(4))
def test_the_order_of_answers_does_not_matter(puzzle, written, block):
    for seed in range(1000 + 10 * block, 1010 + 10 * block):
        shop, roots, constraints, selection = puzzle(seed)
        listed = [written(each[0], hashes=each[1]) if isinstance(each, tuple) else written(each) for each in roots]
        answer = shop.settle(*listed, constraints=constraints, selection=selection)
        for order in range(3):
            again = shop.settle(*listed, constraints=constraints, selection=selection, walking=order > 0, rng=random.Random(order))
            assert again == answer, (seed, order)
