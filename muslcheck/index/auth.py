"""Who asks: credentials out of addresses and netrc, sent to the host they were given for and to no other.

An address is *bare* once its credentials are taken out. Everything outside this module sees bare addresses only.
"""

from __future__ import annotations

import os
import re
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from muslcheck.errors import IndexUnavailable

__all__ = ["Credentials", "bare", "joined", "redacted"]

_USERINFO = re.compile(r"(?<=//)[^/?#\s\"'<>]*@")
_PORTS = {"http": 80, "https": 443}
_ABSOLUTE = ("https://", "http://", "file:")


def bare(url: str) -> str:
    """The address without user, password and fragment."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


def redacted(text: str) -> str:
    """A text for people, with the credentials of every address in it masked."""
    return _USERINFO.sub("****@", text)


def joined(base: str, url: str) -> str:
    """An address on a page, made absolute; the common case without parsing."""
    return url if url.startswith(_ABSOLUTE) else urljoin(base, url)


class Credentials:
    """User and password by address, as pip finds them: the address itself, an index on the same host, netrc.

    pip: ``MultiDomainBasicAuth``. Stricter in one thing: what was given for https is not sent over http.
    """

    def __init__(self) -> None:
        self._given: dict[str, list[tuple[str, tuple[str, str]]]] = {}
        self._netrc: dict[str, tuple[str, str] | None] = {}

    def take(self, url: str) -> str:
        """The address made bare; its credentials are kept for its host."""
        try:
            userinfo, at, _ = urlsplit(url).netloc.rpartition("@")
        except ValueError as error:
            raise IndexUnavailable(redacted(url), "this address is malformed", "Write it as https://host/path.") from error
        without = bare(url)
        if at:
            user, _, password = userinfo.partition(":")
            pair = (unquote(user), unquote(password))
            entries = self._given.setdefault(_origin(without), [])
            if (without, pair) not in entries:
                entries.append((without, pair))
        return without

    def found_in(self, page: bytes) -> bool:
        """Whether a page names addresses with credentials: they are kept for their hosts, and the page is not for the cache."""
        found = re.findall(rb"https?://[^/?#\s\"'<>@]+@[^\s\"'<>]+", page)
        for url in found:
            self.take(url.decode("utf-8", "replace"))
        return bool(found)

    def header(self, url: str) -> str | None:
        """The Authorization header (basic) for a bare address, or None."""
        found = self._among_given(url) or self._from_netrc(url)
        if found is None:
            return None
        from base64 import b64encode

        return "Basic " + b64encode(f"{found[0]}:{found[1]}".encode()).decode("ascii")

    def _among_given(self, url: str) -> tuple[str, str] | None:
        """Of several addresses on one host, the one that shares most of its path (pip ``_get_index_url``)."""
        entries = self._given.get(_origin(url))
        if not entries:
            return None
        return max(entries, key=lambda entry: _shared(entry[0], url))[1]

    def _from_netrc(self, url: str) -> tuple[str, str] | None:
        host = urlsplit(url).hostname or ""
        if host not in self._netrc:
            self._netrc[host] = _netrc(host)
        return self._netrc[host]


def _shared(one: str, other: str) -> int:
    """Characters that two addresses share from their start."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _PORTS.get(parts.scheme, 0)}"


def _netrc(host: str) -> tuple[str, str] | None:
    """A host's entry in netrc, or its default; None where the file cannot be read (requests ``get_netrc_auth``)."""
    places = [os.environ["NETRC"]] if "NETRC" in os.environ else ["~/.netrc", "~/_netrc"]
    path = next((p for p in map(os.path.expanduser, places) if os.path.exists(p)), None)  # noqa: PTH110 - pathlib is dear to load
    if path is None:
        return None
    from netrc import NetrcParseError, netrc

    try:
        found = netrc(path).authenticators(host)
    except (NetrcParseError, OSError, UnicodeError):
        return None
    return (found[0], found[2]) if found and found[2] is not None else None
