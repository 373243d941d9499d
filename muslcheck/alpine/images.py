"""What people write for an image (``python:3.11-alpine``), and the Target that it means.

An image is named as Docker names it: an optional registry and namespace, a name, a tag, a digest. What counts is the tag:
which Python, on which release of Alpine or Debian. The digest is not looked at, since the tag beside it says what it is.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from muslcheck.alpine.releases import alpine, architectures, debian, python
from muslcheck.errors import UnknownImage
from muslcheck.words.target import Libc, Target

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from muslcheck.alpine.releases import AlpineRelease, DebianRelease, PythonRelease

__all__ = ["aim", "current_pythons", "default_image", "known_images", "machines", "twin", "with_pythons"]

_PYTHON = re.compile(r"(?P<minor>\d+\.\d+)(?P<patch>\.\d+)?(?P<pre>(?:a|b|rc)\d+)?(?P<threads>t)?")
_ELSEWHERE = re.compile(r"(?:^|.*[-_.])python(?P<rest>\d+\.\d+(?:\.\d+)?t?-.+)")
"""The tag of an image of somebody else's that says which Python it is built on: ``python3.12-alpine``."""

_MIRRORS = ("", "library", "containers")
"""Last parts of a namespace where ``python`` is Docker's own image (``containers``: GitLab's dependency proxy)."""

_FIRST_FREE_THREADED = (3, 13)


class _Name(NamedTuple):
    """An image's name in parts. ``shown`` is what a report calls it: without registry, digest and an architecture's namespace."""

    asked: str
    namespace: str
    name: str
    tag: str

    @property
    def shown(self) -> str:
        official = self.is_mirror or self.namespace in architectures().names
        return f"{self.name}:{self.tag}" if official else f"{self.namespace}/{self.name}:{self.tag}"

    @property
    def is_mirror(self) -> bool:
        """Whether the namespace holds Docker's official images."""
        return self.namespace.rpartition("/")[2] in _MIRRORS


class _Python(NamedTuple):
    """The Python in a tag: its minor version, its full version, its patch release where the tag says one, and its build."""

    release: PythonRelease
    full: str
    patch: int | None = None
    free_threaded: bool = False


def aim(image: str, arch: str) -> Target:
    """The Target that an image means on an architecture (as Docker, apk, Debian or ``uname`` call it).

    Taken are the official ``python``, ``alpine`` and ``debian`` images from any registry or mirror, and images of others
    whose tag says ``python3.12-alpine``. A tag without a patch release means the newest known; without a release of Alpine
    or Debian, the one that its patch release was last built on. ``3.13t`` for ``3.13`` is the free-threaded build, which
    no official image has. ``Target.image`` is the image without registry and digest. Where the namespace is an
    architecture (``arm64v8/python``), it is that one, whatever ``arch`` says. ``armhf`` is an ARMv6 for Alpine's images
    and an ARMv7 for Debian's. Raises UnknownImage.
    """
    name = _split(image)
    if name.namespace in architectures().names:
        arch = name.namespace
    if name.name == "alpine" and name.is_mirror:
        return _alpine_image(name, arch)
    if name.name == "debian" and name.is_mirror:
        return _debian_image(name, arch)
    if name.name == "python":
        return _python_image(name, name.tag, arch)
    if elsewhere := _ELSEWHERE.fullmatch(name.tag):
        return _python_image(name, elsewhere["rest"], arch)
    raise _unknown(name, "this is no image whose Python is known here")


def default_image(python: str) -> str:
    """The Alpine image of a Python version: ``3.11`` is ``python:3.11-alpine``. Whether there is one, :func:`aim` says."""
    return f"python:{python}-alpine"


def current_pythons(today: datetime.date) -> tuple[str, ...]:
    """The minor versions of Python that Docker's images are kept up for on a day, the oldest first: final, and not at their end."""
    return tuple(version.name for version in python().values() if version.is_final and version.released <= today <= version.end_of_life)


def with_pythons(image: str, versions: tuple[str, ...]) -> tuple[str, ...]:
    """The image with each Python version, where its tag leaves that open (``python:slim``), else the image as it is."""
    name = _split(image)
    words = name.tag.split("-")
    if name.name != "python" or words[0][:1].isdigit() or not versions:
        return (image,)
    bare = image.strip().partition("@")[0].removesuffix(f":{name.tag}")
    rest = "".join(f"-{word}" for word in words if word != "latest")
    return tuple(f"{bare}:{version}{rest}" for version in versions)


def machines(image: str) -> tuple[str, ...]:
    """The machines that an image is made for, as wheels name them, the most used first. Raises UnknownImage."""
    name, known = _split(image), architectures()
    if name.namespace in known.names:
        return (aim(image, name.namespace).arch,)
    distribution = aim(image, "x86_64").distribution
    return known.images[distribution if name.name == distribution else f"python-{distribution}"]


def twin(target: Target) -> Target:
    """The same Python on the same machine with glibc: Docker's ``python:X.Y-slim``. A target with glibc is its own twin.

    Machines that Debian has no image for (``armv6l``) get a twin all the same: it serves to compare.
    """
    if not target.is_musl:
        return target
    minor = f"{target.python[0]}.{target.python[1]}"
    release = debian()[python()[minor].debian]
    return replace(
        target,
        image=f"python:{minor}{'t' if target.free_threaded else ''}-slim",
        libc=Libc("glibc", *release.glibc),
        distribution="debian",
        release=release.number,
    )


@cache
def known_images() -> tuple[str, ...]:
    """The names of the images that there are by the tables, without patch releases, those of the newest Python first."""
    names = []
    for version in reversed(python().values()):
        # Docker keeps the two newest releases of each distribution going.
        codes = [release.name for release in _built_on(version, debian().values())[-2:]]
        tags = ["-alpine", *(f"-alpine{release.name}" for release in _built_on(version, alpine().values())[-2:])]
        tags += ["-slim", "", *(f"-slim-{code}" for code in codes), *(f"-{code}" for code in codes)]
        names += [f"python:{version.name}{tag}" for tag in tags]
    names += ["python:alpine", "python:slim", "python:latest", "alpine:latest", "debian:latest"]
    names += [f"alpine:{release}" for release in reversed(alpine())]
    own = [release for release in reversed(debian().values()) if release.python3.rpartition(".")[0] in python()]
    names += [f"debian:{name}" for release in own for name in (release.name, release.number, f"{release.name}-slim")]
    return tuple(names)


def _split(image: str) -> _Name:
    """Take a reference apart (the grammar of the OCI distribution specification, leniently). Raises UnknownImage."""
    bare = image.strip().lower().removeprefix("docker://").partition("@")[0]
    path, slash, last = bare.rpartition("/")
    name, _, tag = last.partition(":")
    registry, _, namespace = path.partition("/")
    if slash and not ("." in registry or ":" in registry or registry == "localhost"):
        namespace = path
    if "@" in image and not tag:
        raise UnknownImage(image, "a digest alone does not say which Python is inside", (f"{name}:3.14-alpine@sha256:...",))
    if "$" in image:
        raise UnknownImage(image, "a variable in it has no value", (default_image(_newest().name),))
    if not name:
        raise UnknownImage(image, "this is no image", (default_image(_newest().name),))
    return _Name(image, namespace, name, tag or "latest")


def _python_image(name: _Name, tag: str, arch: str) -> Target:
    """An image of Docker's ``python``, or one that is tagged as those are: ``[VERSION][-rc][-slim][-alpineX.Y|-CODENAME]``."""
    words = tag.split("-")
    written = words.pop(0) if words[0][:1].isdigit() or words[0] == "latest" else "latest"
    asked = _python_version(name, written, pre="rc" in words)
    version = asked.release
    named = [word for word in words if word not in ("rc", "slim")]
    if len(named) > 1:
        raise _unknown(name, "its tag does not say on what it is built")
    if not named:
        if not name.is_mirror and "slim" not in words and name.namespace not in architectures().names:
            raise _unknown(name, "whose image this is, and on what it is built, is not known here")
        named = [version.base("debian", asked.patch)]
    (base,) = named
    if base == "alpine" or base.startswith("alpine3.") or base == "alpineedge":
        release = _alpine_release(name, base.removeprefix("alpine") or version.base("alpine", asked.patch))
        _check_built(name, version, release, f"Alpine {release.name}")
        kind, libc, distribution, number = "python-alpine", _musl(release), "alpine", release.name
    elif base in debian():
        code = debian()[base]
        _check_built(name, version, code, f"Debian {base}")
        kind, libc, distribution, number = "python-debian", Libc("glibc", *code.glibc), "debian", code.number
    elif base in ("windowsservercore", "nanoserver"):
        raise _unknown(name, "Windows images have no musl and no Alpine")
    else:
        raise _unknown(name, f"no release of Alpine or Debian is called {base!r}")
    return Target(
        image=name.shown,
        python=version.minor,
        python_full=asked.full,
        arch=_machine(arch, kind),
        libc=libc,
        distribution=distribution,
        release=number,
        free_threaded=asked.free_threaded,
    )


def _python_version(name: _Name, written: str, *, pre: bool) -> _Python:
    """The Python that a tag's version means; ``3`` and ``latest`` are the newest final one. Raises UnknownImage."""
    if written in ("latest", "3"):
        return _Python(_newest(), _newest().newest)
    parsed = _PYTHON.fullmatch(written)
    if parsed is None:
        raise _unknown(name, f"{written!r} is no version of Python" if written[0] == "3" else _out_of_range(written), replacing=written)
    version = python().get(parsed["minor"])
    if version is None:
        raise _unknown(name, _out_of_range(parsed["minor"]), replacing=written)
    free_threaded = parsed["threads"] is not None
    if free_threaded and version.minor < _FIRST_FREE_THREADED:
        raise _unknown(name, f"Python {version.name} has no free-threaded build, 3.13 was the first", replacing=written)
    if parsed["patch"]:
        return _Python(version, version.name + parsed["patch"] + (parsed["pre"] or ""), int(parsed["patch"][1:]), free_threaded)
    if version.is_final or pre:
        return _Python(version, version.newest, free_threaded=free_threaded)
    # A tag without "rc" is only made of a final release: newer than the table.
    return _Python(version, f"{version.name}.0", free_threaded=free_threaded)


def _out_of_range(minor: str) -> str:
    first, last = next(iter(python())), next(reversed(python()))
    return f"Python {minor} is not known here, only {first} to {last}"


def _alpine_image(name: _Name, arch: str) -> Target:
    """Alpine itself, with the python3 of its own packages: ``alpine:3.23``, ``alpine:3.23.2``, ``alpine:edge``."""
    release = _alpine_release(name, _newest_alpine() if name.tag in ("latest", "3") else name.tag)
    return _own_python(
        name, release.python3, arch=_machine(arch, "alpine"), libc=_musl(release), distribution="alpine", release=release.name
    )


def _debian_image(name: _Name, arch: str) -> Target:
    """Debian itself, with its own python3: ``debian:bookworm``, ``debian:12-slim``, ``debian:bookworm-20260101``."""
    written = name.tag.partition("-")[0]
    if written in ("latest", "stable"):
        written = next(reversed(debian()))
    by_number = {release.number: release for release in debian().values()}
    release = debian().get(written) or by_number.get(written.partition(".")[0])
    if release is None:
        raise _unknown(name, f"no release of Debian is called {written!r} here")
    libc = Libc("glibc", *release.glibc)
    return _own_python(name, release.python3, arch=_machine(arch, "debian"), libc=libc, distribution="debian", release=release.number)


def _own_python(name: _Name, full: str, *, arch: str, libc: Libc, distribution: str, release: str) -> Target:
    minor = full.rpartition(".")[0]
    if minor not in python():
        raise _unknown(name, f"its own {_out_of_range(minor)}")
    return Target(name.shown, python()[minor].minor, full, arch, libc, distribution, release)


def _alpine_release(name: _Name, written: str) -> AlpineRelease:
    """The release that ``3.23``, ``3.23.2`` or ``edge`` means."""
    release = alpine().get(".".join(written.split(".")[:2]))
    if release is None:
        numbered = [known for known in alpine() if known != "edge"]
        raise _unknown(name, f"Alpine {written} is not known here, only {numbered[0]} to {numbered[-1]} and edge")
    return release


def _newest() -> PythonRelease:
    return next(release for release in reversed(python().values()) if release.is_final)


def _newest_alpine() -> str:
    return next(name for name in reversed(alpine()) if name != "edge")


def _musl(release: AlpineRelease) -> Libc:
    major, minor = release.musl.split(".")[:2]
    return Libc("musl", int(major), int(minor))


def _built_on(version: PythonRelease, releases: Iterable[AlpineRelease | DebianRelease]) -> list[AlpineRelease | DebianRelease]:
    """The releases that were supported at some time while the Python was: on others no image was ever made."""
    return [
        release
        for release in releases
        if version.released <= release.end_of_support and release.released <= version.end_of_life and release.name != "edge"
    ]


def _check_built(name: _Name, version: PythonRelease, release: AlpineRelease | DebianRelease, called: str) -> None:
    """Refuse a pair that cannot have met. Lenient: nobody lists the tags of old."""
    if release.name == "edge" or _built_on(version, (release,)):
        return
    order = (
        f"ended before Python {version.name} came"
        if release.end_of_support < version.released
        else f"came after Python {version.name} had ended"
    )
    raise _unknown(name, f"{called} {order}")


def _machine(arch: str, kind: str) -> str:
    """The machine that an architecture's name means in a kind of image, as wheels name it. Raises UnknownImage."""
    known = architectures()
    distribution = "alpine" if kind.endswith("alpine") else "debian"
    name = arch.strip().lower().removeprefix("linux/").replace("/", "").replace("-", "_")
    machine = known.homonyms[name][distribution] if name in known.homonyms else known.names.get(name)
    if machine is None:
        from difflib import get_close_matches

        near = dict.fromkeys(known.names[match] for match in get_close_matches(name, known.names, 3, 0.6))
        raise UnknownImage(arch, "no architecture is called that", tuple(near) or ("x86_64", "aarch64"))
    if machine not in known.images[kind]:
        raise UnknownImage(
            arch,
            f"there are no {kind.replace('python-', 'Python ').replace('alpine', 'Alpine').replace('debian', 'Debian')} images for it",
            known.images[kind],
        )
    return machine


def _unknown(name: _Name, reason: str, replacing: str = "") -> UnknownImage:
    """The error, with the nearest images there are; ``replacing`` is the version in the tag, where it is what is wrong."""
    from difflib import SequenceMatcher, get_close_matches

    tag = f"{_newest().name}{name.tag.removeprefix(replacing)}" if replacing else name.tag
    asked = f"{name.name}:{tag}"
    near = get_close_matches(asked, known_images(), 3, 0.6)
    likeness = [SequenceMatcher(None, other, asked).ratio() for other in near]
    # Only those that are about as near as the nearest.
    near = [other for other, like in zip(near, likeness, strict=True) if like > likeness[0] - 0.03]
    return UnknownImage(name.asked, reason, tuple(near) or (default_image(_newest().name),))
