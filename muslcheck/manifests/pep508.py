"""One requirement as the standards write it (PEP 508): text in, Requirement out."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508
from packaging.utils import canonicalize_name

from muslcheck.manifests.display import quoted, shown
from muslcheck.words.requirement import Requirement, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.utils import NormalizedName

    from muslcheck.words.requirement import Origin

__all__ = ["MARKERS", "WINDOWS", "InvalidEntry", "Reference", "is_archive_name", "is_malformed", "normalised", "read_pep508"]

WINDOWS = "this is a path as Windows writes it; the image has / for \\"
MARKERS = (
    "implementation_name",
    "implementation_version",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_full_version",
    "python_version",
    "sys_platform",
)
"""The variables of a marker, ``extra`` aside."""

_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma")
_VCS = {
    "git": ("http", "https", "ssh", "git", "file"),
    "hg": ("file", "http", "https", "ssh", "static-http"),
    "svn": ("ssh", "http", "https", "svn", "file"),
    "bzr": ("http", "https", "ssh", "sftp", "ftp", "lp", "file"),
}
_VCS_SCHEMES = frozenset(f"{vcs}+{scheme}" for vcs, schemes in _VCS.items() for scheme in schemes)
_SCHEMES = _VCS_SCHEMES | {"http", "https", "file", "ftp"}
_EGG = re.compile(r"[#&]egg=([^&]*)")
_SUBDIRECTORY = re.compile(r"[#&]subdirectory=([^&]*)")
_HASH = re.compile(r"[#&](sha512|sha384|sha256|sha224|sha1|md5)=([^&]*)")
_NAME = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", re.IGNORECASE)


class InvalidEntry(ValueError):
    """A requirement that pip does not take: one sentence."""


def is_malformed(url: str) -> bool:
    """Whether an address cannot be taken apart: a host in brackets that are not closed, a port that is no number."""
    try:
        _ = urlsplit(url).port
    except ValueError:
        return True
    return False


class Reference:
    """An address or ``file:`` URL as pip's ``Link`` takes it apart. Raises InvalidEntry."""

    def __init__(self, url: str) -> None:
        self.url = url.strip()
        if is_malformed(self.url):
            raise InvalidEntry(f"{quoted(url)}: this address is malformed")
        parts = urlsplit(self.url)
        self.scheme = parts.scheme
        egg = _EGG.search(self.url)
        if egg and not _NAME.fullmatch(egg[1]):
            # An error since pip 25: such a fragment never did what it seems to.
            raise InvalidEntry(f'{quoted(url)}: "egg=" takes a plain name; write "name[extra] @ address"')
        self.egg = egg[1] if egg else None
        subdirectory = _SUBDIRECTORY.search(self.url)
        self.subdirectory = unquote(subdirectory[1]) if subdirectory else ""
        digest = _HASH.search(self.url)
        self.hashes = (f"{digest[1]}:{digest[2]}",) if digest else ()
        self.filename = unquote(parts.path.rstrip("/").rpartition("/")[2])
        self.is_vcs = self.scheme in _VCS_SCHEMES
        if self.scheme == "file":
            if parts.netloc not in ("", "localhost"):
                raise InvalidEntry(f'{quoted(url)}: a "file:" address on another host is not supported')
            self.location = os.path.abspath(unquote(parts.path))
            if "\0" in self.location:
                raise InvalidEntry(f"{quoted(url)}: this address is malformed")
        else:
            self.location = urlunsplit(parts._replace(fragment=""))

    @staticmethod
    def is_url(text: str) -> bool:
        """Whether pip takes the text for an address."""
        try:
            return urlsplit(text).scheme in _SCHEMES
        except ValueError:
            raise InvalidEntry(f"{quoted(text)}: this address is malformed") from None

    @property
    def source(self) -> Source:
        """What stands at the address: a checkout, a directory on disk, or (as far as the name tells) an archive."""
        if self.is_vcs:
            return Source.VCS
        if self.scheme == "file" and (os.path.isdir(self.location) or not is_archive_name(self.location)):
            return Source.DIRECTORY
        return Source.ARCHIVE


def is_archive_name(name: str) -> bool:
    """Whether pip takes a file of this name for a wheel or sdist."""
    return name.lower().endswith(_ARCHIVES)


def normalised(names: Iterable[str]) -> frozenset[NormalizedName]:
    """Extras under their normal names (PEP 685)."""
    return frozenset(canonicalize_name(name) for name in names)


def read_pep508(text: str, origin: Origin, *, display: str | None = None, hashes: tuple[str, ...] = ()) -> Requirement:
    """A requirement by name, or by name and address. Raises InvalidEntry. ``display`` stands in ``text`` instead."""
    try:
        parsed = Pep508(text)
    except InvalidRequirement as error:
        from muslcheck.manifests.wording import why_invalid

        raise InvalidEntry(why_invalid(text if display is None else display, str(error))) from None
    reference = None if parsed.url is None else Reference(parsed.url)
    if reference and reference.scheme not in _SCHEMES:
        raise InvalidEntry(f'{quoted(text)}: "@" needs a full address, such as https:// or file:///')
    return Requirement(
        name=canonicalize_name(parsed.name),
        text=shown(text if display is None else display),
        origin=origin,
        specifier=parsed.specifier,
        extras=normalised(parsed.extras),
        marker=parsed.marker,
        source=reference.source if reference else Source.INDEX,
        location=reference.location if reference else None,
        subdirectory=reference.subdirectory if reference else "",
        hashes=hashes + (reference.hashes if reference else ()),
    )
