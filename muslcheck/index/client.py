"""HTTP: one httpx client for a whole run. Time-outs, retries, redirects, credentials, bodies of any size.

Imported only when something is asked of the network. The ways out (pools, proxies, certificates) are in ``transport.py``.
"""

from __future__ import annotations

import asyncio
import random
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn, Protocol
from urllib.parse import urljoin, urlsplit

import httpx

from muslcheck.errors import IndexUnavailable, OversizedArchive
from muslcheck.index.auth import bare, redacted
from muslcheck.index.transport import Transport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from muslcheck.index.auth import Credentials
    from muslcheck.words.requirement import IndexOptions

__all__ = ["Client", "Receiver", "Reply"]

_MEBIBYTE: Final = 1 << 20
_OK: Final = 200
_IN_MEMORY: Final = 256 * _MEBIBYTE
"""Largest body that is kept in memory, unpacked: ten times the largest project page known."""
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 524})
"""Statuses worth asking again for: pip's, and those that say so themselves."""
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_MOST_MOVES: Final = 10
_STREAMS: Final = 64
"""Requests under way at once; a server may state a lower number of streams."""
_FIRST_REST, _LONGEST_REST, _ALL_RESTS = 0.25, 20.0, 60.0
"""Seconds before the second attempt, between two attempts at most, and spent waiting in vain over all attempts of one request."""
_LONGEST_SILENCE = 30.0
"""Seconds spent so on a host that has answered nothing at all in this run."""
_DEFAULT_TIMEOUT, _DEFAULT_RETRIES = 15.0, 5
"""pip's defaults."""
_CREDENTIALS_HINT: Final = "Give user and password in the index address, or in netrc."


class Receiver(Protocol):
    """Where the bytes of a body go as they come."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""

    def close(self) -> None:
        """Take note that no more come."""


@dataclass(slots=True)
class Reply:
    """An answer: a status below 500, headers by lower-case name, and the address that answered in the end (bare).

    ``body`` is empty where the bytes went elsewhere (``spill``).
    """

    status: int
    headers: Mapping[str, str]
    url: str
    body: bytes = b""


class Client:
    """Asks over HTTP. Every address it is given, and every one it names in an error, is bare."""

    def __init__(self, options: IndexOptions, credentials: Credentials) -> None:
        self._credentials = credentials
        self._timeout = _DEFAULT_TIMEOUT if options.timeout is None else options.timeout
        self._retries = _DEFAULT_RETRIES if options.retries is None else options.retries
        # No httpx.AsyncClient: redirects, proxies, netrc and cookies are seen to here as pip does, and nothing is left for it to do.
        self._transport = Transport(options)
        self._patience = {"timeout": httpx.Timeout(self._timeout, pool=None).as_dict()}
        self._gate = asyncio.Semaphore(_STREAMS)
        self._heard: set[str] = set()
        self._silent: dict[str, tuple[str, str]] = {}
        """Hosts that were given up before they answered anything, and why: they are not waited for again."""

    async def ask(
        self, url: str, headers: Mapping[str, str], *, spill: Callable[[], Receiver] | None = None, limit: int = _IN_MEMORY
    ) -> Reply:
        """GET an address, again where that may help. Statuses that cannot get better are the caller's to read (304, 403, 404).

        The body of a 200 goes to a file that ``spill`` opens, where it is given; any other into memory. Raises IndexUnavailable
        when all attempts failed, or when the host was given up before, and OversizedArchive for a body beyond ``limit`` bytes.
        """
        host = urlsplit(url).netloc
        rested = 0.0
        attempt = 0
        while True:
            wanted = None
            silent = False
            try:
                async with self._gate:
                    if host in self._silent:
                        raise IndexUnavailable(url, *self._silent[host])
                    reply = await self._follow(url, headers, spill, limit)
            except httpx.TransportError as error:
                reason, hint = _explained(error, self._timeout)
                hopeless = isinstance(error, httpx.ProxyError) or "certificate" in reason
                silent = isinstance(error, (httpx.ConnectError, httpx.TimeoutException)) and host not in self._heard
                if isinstance(error, httpx.TimeoutException):
                    rested += self._timeout
            else:
                if reply.status not in _AGAIN:
                    return reply
                reason, hint, hopeless = f"answered {reply.status}{_meaning(reply.status)}", "Try again later.", False
                wanted = _retry_after(reply.headers)
            if wanted is not None and rested + wanted > _ALL_RESTS:
                reason, hopeless = f"{reason}, and asks to wait {wanted:.0f} s", True
            rest = min(_FIRST_REST * 2**attempt, _LONGEST_REST) * random.uniform(0.5, 1.0) if wanted is None else wanted  # noqa: S311 - jitter
            longest = _LONGEST_SILENCE if silent else _ALL_RESTS
            if hopeless or attempt >= self._retries or (attempt and rested + rest > longest):
                reason += f" ({attempt + 1} attempts)" if attempt else ""
                if silent:
                    self._silent[host] = reason, hint
                raise IndexUnavailable(url, reason, hint)
            await asyncio.sleep(rest)
            rested += rest
            attempt += 1

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()
        await asyncio.sleep(0)  # so that asyncio itself lets go of the sockets

    async def _follow(self, url: str, headers: Mapping[str, str], spill: Callable[[], Receiver] | None, limit: int) -> Reply:
        """One attempt, redirects followed; each step has the credentials of its own address, and no other's."""
        at = url
        for _ in range(_MOST_MOVES):
            sent = {"User-Agent": _user_agent(), **headers}
            if authorization := self._credentials.header(at):
                sent["Authorization"] = authorization
            try:
                request = httpx.Request("GET", at, headers=sent, extensions=self._patience)
            except httpx.InvalidURL as error:
                raise IndexUnavailable(url, f"leads to an address that cannot be used: {error}", "Check the index's address.") from error
            response = await self._transport.ask(request)
            self._heard.add(urlsplit(at).netloc)
            try:
                if response.status_code not in _MOVED or "location" not in response.headers:
                    return await _read(response, at, spill, limit)
            finally:
                await response.aclose()
            target = urljoin(at, response.headers["location"])
            if urlsplit(target).scheme not in ("http", "https"):
                raise IndexUnavailable(url, f"redirects to {redacted(target)}, which is no web address", "Check the index's address.")
            at = self._credentials.take(target) if _same_host(at, target) else bare(target)
        raise IndexUnavailable(url, f"redirects more than {_MOST_MOVES} times", "Check the index's address.")


async def _read(response: httpx.Response, url: str, spill: Callable[[], Receiver] | None, limit: int) -> Reply:
    file = spill() if spill is not None and response.status_code == _OK else None
    kept: list[bytes] = []
    size = 0
    try:
        async for piece in _unpacked(response, url, limit):
            size += len(piece)
            if size > limit:
                _refuse_size(url, limit)
            if file is None:
                kept.append(piece)
            else:
                file.write(piece)
    except BaseException:
        if file is not None:
            file.close()
        raise
    body = kept[0] if len(kept) == 1 else b"".join(kept)
    return Reply(response.status_code, response.headers, url, body)


async def _unpacked(response: httpx.Response, url: str, limit: int) -> AsyncIterator[bytes]:
    """The body as it was before it was packed for the way (RFC 9110, 8.4); httpx would unpack without a bound."""
    coding = response.headers.get("content-encoding", "identity").lower()
    if coding in {"identity", ""}:
        async for piece in response.aiter_raw():
            yield piece
        return
    if coding not in {"gzip", "x-gzip"}:
        raise IndexUnavailable(url, f"answered in a coding that was not asked for ({coding})", "Try again later.")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
    some = False
    async for piece in response.aiter_raw():
        try:
            yield unpack.decompress(piece, limit + 1)
        except zlib.error as error:
            raise httpx.RemoteProtocolError("the packed answer does not unpack") from error
        if unpack.unconsumed_tail:
            _refuse_size(url, limit)
        some = True
    if some and not unpack.eof:
        raise httpx.RemoteProtocolError("the packed answer is cut short")


def _refuse_size(url: str, limit: int) -> NoReturn:
    raise OversizedArchive(url.rpartition("/")[2] or url, f"larger than {limit // _MEBIBYTE} MB")


def _explained(error: Exception, timeout: float) -> tuple[str, str]:
    """What went wrong on the network, for people, and what to do."""
    text = redacted(str(error)).strip()
    match error:
        case httpx.ConnectTimeout():
            return f"no connection within {timeout:g} s", "Check the network and the proxy, or give a longer --timeout."
        case httpx.TimeoutException():
            return f"no answer within {timeout:g} s", "Try again later, or give a longer --timeout."
        case httpx.ConnectError() if "certificate" in text:
            return text, "Give the certificate authority's bundle with --cert, or trust the host with --trusted-host."
        case httpx.ConnectError():
            return f"no connection: {text}", "Check the address, the network and the proxy."
        case httpx.ProxyError():
            return f"the proxy refused: {text}", "Check the proxy's address and credentials."
        case _:
            return f"the connection broke: {text or type(error).__name__}", "Try again later."


def _meaning(status: int) -> str:
    from http import HTTPStatus

    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait, from its number or its date (RFC 9110, 10.2.3)."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdecimal():
        return float(text)
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _same_host(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.hostname, first.port) == (second.scheme, second.hostname, second.port)


def _user_agent() -> str:
    from muslcheck import __version__

    return f"muslcheck/{__version__}"
