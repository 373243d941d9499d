"""A place of its own for every story."""

import pytest
from support.server import IndexServer
from support.story import Place


@pytest.fixture
def open_place(tmp_path, monkeypatch):
    """Makes the place, with an index as the test wants it."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    opened = []

    def make(**settings):
        server = IndexServer(**settings)
        opened.append(server)
        server.__enter__()
        return Place(folder, server)

    yield make
    for server in opened:
        server.__exit__(None, None, None)


@pytest.fixture
def place(open_place):
    return open_place()
