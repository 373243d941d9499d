"""Small sdists made of a few lines, and what is read in them, for three targets."""

import io

from support.archives import sdist_bytes

from muslcheck.archives import read_sdist
from muslcheck.words.target import Libc, Target

__all__ = ["GLIBC", "MUSL", "OLD", "PLAIN", "brief", "facts", "inspect", "only"]

MUSL = Target("python:3.12-alpine", (3, 12), "3.12.12", "x86_64", Libc("musl", 1, 2), "alpine", "3.23")
GLIBC = Target("python:3.12-slim", (3, 12), "3.12.12", "x86_64", Libc("glibc", 2, 41), "debian", "13")
OLD = Target("python:3.9-alpine", (3, 9), "3.9.23", "aarch64", Libc("musl", 1, 2), "alpine", "3.22")


def facts(setup_py, *, target=MUSL, pyproject=None, **files):
    given = {"setup.py": setup_py, **{name.replace("__", "/"): text for name, text in files.items()}}
    if pyproject is not None:
        given["pyproject.toml"] = pyproject
    return inspect(given, target)


def inspect(files, target=MUSL):
    found = read_sdist(io.BytesIO(sdist_bytes("demo", "1.0", files)), "demo-1.0.tar.gz", target)
    assert not [s for s in found.unread if "was lost" in s.value]
    return found


def only(found):
    assert len(found) == 1, found
    return found[0]


def brief(seen):
    return [(s.value, s.certainty.value) for s in seen]


PLAIN = "from setuptools import setup, Extension\n"
