"""The same questions to pip's own resolver, in this process, over the same small indexes: the same answers.

pip's finder gets its links, tags and Python from the test, its preparer reads metadata from the test; everything between
them is pip's own code.
"""

# ruff: noqa: E402  # pip's internals are imported once its version is known

from __future__ import annotations

import datetime
import random

import pytest
from packaging.requirements import Requirement as Parsed
from packaging.version import Version

pip = pytest.importorskip("pip")
if Version(pip.__version__) < Version("26.3"):
    pytest.skip("the resolver follows pip 26.3", allow_module_level=True)

from pip._internal.exceptions import DistributionNotFound, HashMismatch, MetadataInvalid, UnsupportedPythonVersion
from pip._internal.index.package_finder import PackageFinder
from pip._internal.models.format_control import FormatControl as PipFormats
from pip._internal.models.link import Link
from pip._internal.models.release_control import ReleaseControl
from pip._internal.models.selection_prefs import SelectionPreferences
from pip._internal.models.target_python import TargetPython
from pip._internal.req.constructors import install_req_from_line, install_req_from_req_string
from pip._internal.resolution.resolvelib.resolver import Resolver
from pip._vendor.packaging.requirements import Requirement as PipRequirement
from pip._vendor.packaging.specifiers import SpecifierSet
from pip._vendor.packaging.tags import Tag
from pip._vendor.packaging.utils import canonicalize_name
from pip._vendor.packaging.version import Version as PipVersion

from muslcheck.words.release import Unread
from muslcheck.words.requirement import Selection
from muslcheck.words.resolution import Installed


class Tags(TargetPython):
    """A target Python with the tags of one of ours."""

    def __init__(self, target):
        super().__init__(py_version_info=tuple(map(int, target.python_full.split("."))))
        self.sorted = [Tag(*tag.split("-")) for tag in sorted(target.tags, key=target.tags.get)]

    def get_sorted_tags(self):
        return self.sorted

    def get_unsorted_tags(self):
        return set(self.sorted)


class Finder(PackageFinder):
    """pip's finder with the pages of a test."""

    shop = None

    def find_all_candidates(self, project_name):
        if project_name not in self._all_candidates:
            files = [file for listed in self.shop.files.get(canonicalize_name(project_name), {}).values() for file in listed]
            self._all_candidates[project_name] = self.evaluate_links(self.make_link_evaluator(project_name), map(link, files))
        return self._all_candidates[project_name]


def link(file):
    return Link(
        file.url,
        requires_python=file.requires_python,
        yanked_reason=file.yanked,
        upload_time=datetime.datetime.fromisoformat(file.upload_time) if file.upload_time else None,
        hashes={"sha256": file.sha256} if file.sha256 else None,
    )


class Dist:
    """What pip asks of a distribution, from the test's metadata."""

    def __init__(self, found):
        self.canonical_name = found.name
        self.raw_name = found.name
        self.version = PipVersion(found.version)
        self.requires_python = SpecifierSet(found.requires_python or "")
        self._found = found

    def iter_provided_extras(self):
        return list(self._found.provides_extra)

    def iter_dependencies(self, extras=()):
        for text in self._found.requires_dist:
            need = PipRequirement(text)
            if (
                not need.marker
                or (not extras and need.marker.evaluate({"extra": ""}))
                or any(need.marker.evaluate({"extra": e}) for e in extras)
            ):
                yield need


class There(Dist):
    """One that is installed."""

    editable = in_usersite = False

    def __str__(self):
        return f"{self.raw_name} {self.version}"


class Preparer:
    """pip's preparer, which would download and build."""

    require_hashes = False

    def prepare_installed_requirement(self, ireq, reason):
        """It is not asked for a file."""

    def __init__(self, shop):
        self.metadata = {Link(url): found for url, found in shop.metadata.items()}

    def prepare_linked_requirement(self, ireq, **_options):
        hashes = ireq.hashes(trust_internet=False)
        if hashes and not ireq.link.is_hash_allowed(hashes):
            raise HashMismatch({}, {})
        found = self.metadata[ireq.link]
        if isinstance(found, Unread):
            raise MetadataInvalid(ireq, found.reason)
        return Dist(found)


def ask_pip(shop, target, roots, constraints=(), selection=None, *, installed=None, strategy="eager", force=False):
    """What pip's resolver answers: {name: (version, file)}, or None where it stops. ``installed`` are metadata by name."""
    selection = selection or Selection()
    formats = PipFormats(set(selection.formats.no_binary), set(selection.formats.only_binary))
    preferences = SelectionPreferences(
        allow_yanked=True,
        format_control=formats,
        prefer_binary=selection.prefer_binary,
        release_control=ReleaseControl(set(selection.all_releases), set(selection.only_final)),
        ignore_requires_python=selection.ignore_requires_python,
    )
    finder = Finder.create(
        link_collector=None, selection_prefs=preferences, target_python=Tags(target), uploaded_prior_to=selection.uploaded_prior_to
    )
    finder.shop = shop
    resolver = Resolver(
        preparer=Preparer(shop),
        finder=finder,
        wheel_cache=None,
        make_install_req=lambda text, parent: install_req_from_req_string(text, comes_from=parent),
        use_user_site=False,
        ignore_dependencies=selection.no_deps,
        only_dependencies=False,
        ignore_installed=True,
        ignore_requires_python=selection.ignore_requires_python,
        force_reinstall=force,
        upgrade_strategy=strategy,
        py_version_info=tuple(map(int, target.python_full.split("."))),
    )
    resolver.factory._installed_dists = {name: There(found) for name, found in (installed or {}).items()}
    asked = [install_req_from_line(text, constraint=True) for text in constraints]
    for each in roots:
        text, hashes = each if isinstance(each, tuple) else (each, ())
        options = {"sha256": [digest.removeprefix("sha256:") for digest in hashes]} if hashes else {}
        asked.append(install_req_from_line(text, user_supplied=True, hash_options=options))
    try:
        found = resolver.resolve(asked, check_supported_wheels=True)
    except (DistributionNotFound, HashMismatch, UnsupportedPythonVersion):
        return None
    return {name: (str(resolver._result.mapping[name].version), each.link.filename) for name, each in found.requirements.items()}


def ask_us(shop, roots, written, *, constraints=(), selection=None, installed=None):
    listed = [
        written(each[0], line, hashes=each[1]) if isinstance(each, tuple) else written(each, line) for line, each in enumerate(roots, 1)
    ]
    answer = shop.settle(*listed, constraints=constraints, selection=selection or Selection(), installed=installed)
    return answer, {each.name: (each.version, each.shelf.chosen.filename if each.shelf.chosen else None) for each in answer.candidates}


@pytest.mark.parametrize("block", range(8))
def test_pip_answers_the_same(puzzle, musl, written, block):
    answered = 0
    for seed in range(block * 40, block * 40 + 40):
        shop, roots, constraints, selection = puzzle(seed)
        expected = ask_pip(shop, musl, roots, constraints, selection)
        answer, ours = ask_us(shop, roots, written, constraints=constraints, selection=selection)
        stopped = [each.name for each in answer.candidates if each.blocker]
        if expected is None:
            assert stopped, (seed, roots, constraints, selection)
        else:
            assert ours == expected, (seed, roots, constraints, selection)
            if not any(isinstance(each, tuple) for each in roots):
                assert not stopped, (seed, roots, constraints, selection)
            answered += 1
    assert answered > 3


@pytest.mark.parametrize("block", range(4))
def test_pip_answers_the_same_where_something_is_installed(puzzle, question, musl, written, block):
    answered = kept = 0
    for seed in range(block * 80, block * 80 + 80):
        rng = random.Random(seed)
        shop, roots, constraints, selection = puzzle(seed)
        before, _ = ask_us(shop, roots, written, constraints=constraints, selection=selection)
        if any(each.blocker for each in before.candidates):
            continue
        there = {each.name: each for each in before.candidates}
        for name in rng.sample(sorted(there), len(there) // 3):
            del there[name]
        roots, more = question(rng)
        roots += sorted(there.keys() - {canonicalize_name(Parsed(text_of(each)).name) for each in roots})[: rng.randint(0, 2)]
        strategy = rng.choice(["to-satisfy-only", "to-satisfy-only", "only-if-needed", "eager"])
        force = rng.random() < 0.1
        metadata = {name: each.metadata for name, each in there.items()}
        try:
            expected = ask_pip(shop, musl, roots, more, selection, installed=metadata, strategy=strategy, force=force)
        except MetadataInvalid:  # behind what is installed pip does not pass over it
            continue
        upgraded = {"to-satisfy-only": (), "only-if-needed": (Parsed(text_of(each)).name for each in roots), "eager": (":all:",)}
        installed = Installed({} if force else there, frozenset(upgraded[strategy]))
        answer, ours = ask_us(shop, roots, written, constraints=more, selection=selection, installed=installed)
        stopped = [each.name for each in answer.candidates if each.blocker]
        about = (seed, roots, more, selection, strategy, force, {name: each.version for name, each in there.items()})
        if expected is None:
            assert stopped, about
            continue
        assert {name: each for name, each in ours.items() if not again(name, each, there) or force} == expected, about
        kept += len(answer.kept)
        answered += 1
    assert answered
    assert kept


def again(name, found, there):
    """Whether it is the version that is installed, which pip does not install again."""
    return name in there and there[name].version == found[0]


def text_of(root):
    return root[0] if isinstance(root, tuple) else root
