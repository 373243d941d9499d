"""A whole run as a user meets it: files in a folder, an index on loopback, the command and ``muslcheck.check`` side by side."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, fields
from functools import cache

import jsonschema
from support.archives import sdist_bytes, wheel_bytes, wheel_name

import muslcheck
from muslcheck.cli import main
from muslcheck.render import schema
from muslcheck.words.requirement import IndexOptions, Selection

__all__ = ["ALPINE", "GLIBC", "MUSL", "Ended", "Place"]

GLIBC = "cp312-cp312-manylinux_2_28_x86_64"
MUSL = "cp312-cp312-musllinux_1_2_x86_64"
ALPINE = ("--image", "python:3.12-alpine", "--arch", "x86_64")
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
INDEX = {field.name for field in fields(IndexOptions)}
SELECTION = {field.name for field in fields(Selection)} - {"installer"}
OPTIONS = {"constraints": "constraint", "extra_index_urls": "extra-index-url", "extras": "extra", "groups": "group"}


@dataclass(frozen=True)
class Ended:
    """What a command left: its exit status and what it wrote."""

    status: int
    out: str
    err: str

    def says(self, text):
        """Whether the report holds a text, however its lines are broken."""
        return "".join(text.split()) in "".join(self.out.split())

    def lines(self, label):
        """What stands beside a label (``problem``, ``hint``, ``why``), each with its lines joined."""
        found = []
        inside = False
        for line in self.out.splitlines():
            begins = re.match(rf" {{0,2}}{label} +", line)
            if begins:
                found.append(line[begins.end() :])
            elif inside and line.startswith(" " * 9):
                found[-1] += f" {line.strip()}"
            inside = begins is not None or (inside and line.startswith(" " * 9))
        return found


class Place:
    """A folder to run in, and an index that has ``fine`` (any wheel) and ``setuptools``."""

    def __init__(self, folder, server):
        self.folder = folder
        self.server = server
        self.wheel("fine", "1.0")
        self.wheel("setuptools", "80.0")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def wheel(self, name, version, tags="py3-none-any", requires=(), **more):
        data = wheel_bytes(name, version, tags, requires, extras=more.pop("extras", ()), metadata=more.pop("metadata", None))
        return self.server.add(name, wheel_name(name, version, tags), more.pop("data", data), **more)

    def native(self, name, version="1.0", requires=()):
        """An sdist with a C extension."""
        self.server.add(name, f"{name}-{version}.tar.gz", native_sdist(name, version, requires))

    def run(self, *words):
        """The command, in this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main([str(word) for word in self._asking(words)])
        texts = []
        for stream in (out, err):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode())
        return _sane(Ended(status, *texts))

    def start(self, *words, environ=None, **options):
        """The command, in a process of its own."""
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        command = [sys.executable, "-m", "muslcheck", *self._asking(words)]
        return subprocess.Popen(command, env={**os.environ, **(environ or {})}, **options)

    def spawn(self, *words, environ=None, **options):
        """The command in a process of its own, to its end."""
        process = self.start(*words, environ=environ, **options)
        out, err = process.communicate(timeout=60)
        return _sane(Ended(process.returncode, out or "", err or ""))

    def _asking(self, words):
        image = () if "--image" in words else ALPINE
        index = () if {"-i", "--index-url"} & {*words} else ("-i", self.server.index_url)
        return [*words, *image, *index]

    def check(self, *paths, image="python:3.12-alpine", arch="x86_64", **settings):
        """The library."""
        index = {"index_url": self.server.index_url, **{key: value for key, value in settings.items() if key in INDEX}}
        selection = {key: value for key, value in settings.items() if key in SELECTION}
        other = {key: value for key, value in settings.items() if key not in INDEX | SELECTION}
        return muslcheck.check(
            *paths, image=image, arch=arch, index=IndexOptions(**index), selection=Selection(**selection), **{"cache": False, **other}
        )

    def both(self, *paths, status=0, **settings):
        """The command and the library, asked the same: they have to agree, and the JSON to follow its schema."""
        words = [*_words({"cache": False, **settings})]
        ended = self.run(*paths, *words)
        report = self.check(*paths, **settings)
        jsonschema.validate(report.to_dict(), _schema())
        assert (ended.status, report.exit_status()) == (status, status), ended.out + ended.err
        said = {(verdict.name, verdict.version): verdict.outcome.value for verdict in report}
        assert {(package["name"], package["version"]): package["outcome"] for package in json.loads(report.to_json())["packages"]} == said
        return ended, report


def native_sdist(name, version="1.0", requires=()):
    setup = f'from setuptools import Extension, setup\n\nsetup(ext_modules=[Extension("{name}._{name}", ["{name}.c"])])\n'
    files = {"pyproject.toml": SETUPTOOLS, "setup.py": setup, f"{name}.c": "#include <Python.h>\n"}
    return sdist_bytes(name, version, files, requires_dist=requires)


@cache
def _schema():
    return json.loads(schema())


def _sane(ended):
    assert "Traceback" not in ended.out + ended.err
    assert "bug in muslcheck" not in ended.err, ended.err
    return ended


def _words(settings):
    """Settings of ``check`` as words of the command line."""
    for name, value in settings.items():
        option = f"--{OPTIONS.get(name, name.replace('_', '-'))}"
        if name == "cache":
            yield from () if value else ("--no-cache",)
        elif value is True:
            yield option
        else:
            for each in value if isinstance(value, tuple) else (value,):
                yield from (option, str(each))
