"""HTTP: one client for a whole run. Time-outs, retries, redirects, proxies, certificates, credentials.

Imported only when something is asked of the network. Built on httpcore, the layer below httpx: the same HTTP/1.1 and HTTP/2,
without a second or two hundred milliseconds of what an index client has no use for (cookies, forms, a command line).
"""

from __future__ import annotations

import asyncio
import os
import random
import ssl
import sys
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol
from urllib.parse import unquote, urljoin, urlsplit

import httpcore
from h2.exceptions import H2Error

from muslcheck.errors import IndexUnavailable, OversizedArchive, UsageError
from muslcheck.index.auth import bare, redacted
from muslcheck.index.local import trusts
from muslcheck.index.stream import Backend

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping

    from muslcheck.index.auth import Credentials
    from muslcheck.words.requirement import IndexOptions

__all__ = ["Client", "Receiver", "Reply"]

_MEBIBYTE: Final = 1 << 20
_OK: Final = 200
_IN_MEMORY: Final = 256 * _MEBIBYTE
"""Largest body that is kept in memory, unpacked: ten times the largest project page known."""
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 524})
"""Statuses worth asking again for: pip's, and those that say so themselves."""
_BROKEN: Final = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.ConnectionNotAvailable,  # a stream that the server did not begin before it closed the connection
    H2Error,  # what a stream hits on a connection that another stream saw closed
)
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_MOST_MOVES: Final = 10
_STREAMS: Final = 64
"""Requests under way at once; a server may state a lower number of streams."""
_CONNECTIONS: Final = 24
"""Connections at once, where a server speaks HTTP/1.1 only."""
_FIRST_REST, _LONGEST_REST, _ALL_RESTS = 0.25, 20.0, 60.0
"""Seconds before the second attempt, between two attempts at most, and spent waiting in vain over all attempts of one request."""
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
        self._options = options
        self._credentials = credentials
        self._timeout = _DEFAULT_TIMEOUT if options.timeout is None else options.timeout
        self._retries = _DEFAULT_RETRIES if options.retries is None else options.retries
        self._pools: dict[tuple[str, bool, str | None], httpcore.AsyncConnectionPool] = {}
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._gate = asyncio.Semaphore(_STREAMS)
        timeout = {"connect": self._timeout, "read": self._timeout, "write": self._timeout, "pool": None}
        self._extensions = {"timeout": timeout}

    async def ask(
        self, url: str, headers: Mapping[str, str], *, spill: Callable[[], Receiver] | None = None, limit: int = _IN_MEMORY
    ) -> Reply:
        """GET an address, again where that may help. Statuses that cannot get better are the caller's to read (304, 403, 404).

        The body of a 200 goes to a file that ``spill`` opens, where it is given; any other into memory. Raises IndexUnavailable
        when all attempts failed, and OversizedArchive for a body beyond ``limit`` bytes.
        """
        rested = 0.0
        attempt = 0
        while True:
            wanted = None
            try:
                async with self._gate:
                    reply = await self._follow(url, headers, spill, limit)
            except _BROKEN as error:
                reason, hint = _explained(error, self._timeout)
                hopeless = isinstance(error, httpcore.ProxyError) or "certificate" in reason
                if isinstance(error, httpcore.TimeoutException):
                    rested += self._timeout
            else:
                if reply.status not in _AGAIN:
                    return reply
                reason, hint, hopeless = f"answered {reply.status}{_meaning(reply.status)}", "Try again later.", False
                wanted = _retry_after(reply.headers)
            if wanted is not None and rested + wanted > _ALL_RESTS:
                reason, hopeless = f"{reason}, and asks to wait {wanted:.0f} s", True
            rest = min(_FIRST_REST * 2**attempt, _LONGEST_REST) * random.uniform(0.5, 1.0) if wanted is None else wanted  # noqa: S311 - jitter
            if hopeless or attempt >= self._retries or (attempt and rested + rest > _ALL_RESTS):
                tries = f" ({attempt + 1} attempts)" if attempt else ""
                raise IndexUnavailable(url, reason + tries, hint)
            await asyncio.sleep(rest)
            rested += rest
            attempt += 1

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()
        await asyncio.sleep(0)  # so that asyncio itself lets go of the sockets

    async def _follow(self, url: str, headers: Mapping[str, str], spill: Callable[[], Receiver] | None, limit: int) -> Reply:
        """One attempt, redirects followed; each step has the credentials of its own address, and no other's."""
        at = url
        for _ in range(_MOST_MOVES):
            sent = {"User-Agent": _user_agent(), **headers}
            if authorization := self._credentials.header(at):
                sent["Authorization"] = authorization
            request = [(name.encode("ascii"), value.encode("latin-1")) for name, value in sent.items()]
            async with self._pool(at).stream("GET", at, headers=request, extensions=self._extensions) as response:
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                if response.status not in _MOVED or "location" not in found:
                    return await _read(response, found, at, spill, limit)
            target = urljoin(at, found["location"])
            if urlsplit(target).scheme not in ("http", "https"):
                raise IndexUnavailable(url, f"redirects to {redacted(target)}, which is no web address", "Check the index's address.")
            at = self._credentials.take(target) if _same_host(at, target) else bare(target)
        raise IndexUnavailable(url, f"redirects more than {_MOST_MOVES} times", "Check the index's address.")

    def _pool(self, url: str) -> httpcore.AsyncConnectionPool:
        parts = urlsplit(url)
        trusted = any(trusts(entry, parts.hostname or "", parts.port) for entry in self._options.trusted_hosts)
        proxy = self._options.proxy or _proxy_for(parts.scheme, parts.hostname or "", parts.port)
        key = (parts.scheme, trusted, proxy)
        if key not in self._pools:
            try:
                through = None if proxy is None else _proxy(proxy)
                self._pools[key] = httpcore.AsyncConnectionPool(
                    ssl_context=self._context(verify=not trusted) if parts.scheme == "https" else None,
                    proxy=through,
                    http2=True,
                    max_connections=_CONNECTIONS,
                    max_keepalive_connections=_CONNECTIONS,
                    network_backend=Backend(),
                )
            except (RuntimeError, ValueError, httpcore.UnsupportedProtocol) as error:
                raise IndexUnavailable(redacted(proxy or url), str(error), "Check the proxy's address.") from error
        return self._pools[key]

    def _context(self, *, verify: bool) -> ssl.SSLContext:
        if verify not in self._contexts:
            self._contexts[verify] = _trust(self._options) if verify else _no_trust()
            if self._options.client_cert:
                try:
                    self._contexts[verify].load_cert_chain(self._options.client_cert)
                except OSError as error:
                    raise UsageError(f"the client certificate {self._options.client_cert} cannot be used: {error}") from error
        return self._contexts[verify]


async def _read(
    response: httpcore.Response, headers: Mapping[str, str], url: str, spill: Callable[[], Receiver] | None, limit: int
) -> Reply:
    file = spill() if spill is not None and response.status == _OK else None
    kept: list[bytes] = []
    size = 0
    try:
        async for piece in _unpacked(response, headers, url, limit):
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
    return Reply(response.status, headers, url, kept[0] if len(kept) == 1 else b"".join(kept))


async def _unpacked(response: httpcore.Response, headers: Mapping[str, str], url: str, limit: int) -> AsyncIterator[bytes]:
    """The body as it was before it was packed for the way (RFC 9110, 8.4)."""
    stream: Any = response.stream
    pieces: AsyncIterable[bytes] = stream
    coding = headers.get("content-encoding", "identity").lower()
    if coding in {"identity", ""}:
        async for piece in pieces:
            yield piece
        return
    if coding not in {"gzip", "x-gzip"}:
        raise IndexUnavailable(url, f"answered in a coding that was not asked for ({coding})", "Try again later.")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
    some = False
    async for piece in pieces:
        try:
            yield unpack.decompress(piece, limit + 1)
        except zlib.error as error:
            raise httpcore.RemoteProtocolError("the packed answer does not unpack") from error
        if unpack.unconsumed_tail:
            _refuse_size(url, limit)
        some = True
    if some and not unpack.eof:
        raise httpcore.RemoteProtocolError("the packed answer is cut short")


def _refuse_size(url: str, limit: int) -> NoReturn:
    raise OversizedArchive(url.rpartition("/")[2] or url, f"larger than {limit // _MEBIBYTE} MB")


def _explained(error: Exception, timeout: float) -> tuple[str, str]:
    """What went wrong on the network, for people, and what to do."""
    text = redacted(str(error)).strip()
    match error:
        case httpcore.ConnectTimeout():
            return f"no connection within {timeout:g} s", "Check the network and the proxy, or give a longer --timeout."
        case httpcore.TimeoutException():
            return f"no answer within {timeout:g} s", "Try again later, or give a longer --timeout."
        case httpcore.ConnectError() if "certificate" in text:
            return text, "Give the certificate authority's bundle with --cert, or trust the host with --trusted-host."
        case httpcore.ConnectError():
            return f"no connection: {text}", "Check the address, the network and the proxy."
        case httpcore.ProxyError():
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


def _trust(options: IndexOptions) -> ssl.SSLContext:
    """Which certificates to believe: pip's option, the variables that requests and OpenSSL read, the system, certifi's list."""
    bundle = options.cert or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    try:
        if bundle and os.path.isdir(bundle):  # noqa: PTH112 - pathlib is dear to load
            context = ssl.create_default_context(capath=bundle)
        elif bundle:
            context = ssl.create_default_context(cafile=bundle)
        else:
            context = ssl.create_default_context()
            if not context.cert_store_stats()["x509_ca"]:
                import certifi

                context.load_verify_locations(certifi.where())
    except OSError as error:
        raise UsageError(
            f"the certificate bundle {bundle or ''} cannot be used: {error}", "Check --cert and REQUESTS_CA_BUNDLE."
        ) from error
    return context


def _no_trust() -> ssl.SSLContext:
    """For hosts that the user trusts whatever they show (``--trusted-host``)."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _proxy_for(scheme: str, host: str, port: int | None) -> str | None:
    """The proxy that the environment names for an address (on macOS and Windows also the system)."""
    if sys.platform not in {"darwin", "win32"} and not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    if not found or proxy_bypass(host if port is None else f"{host}:{port}"):
        return None
    return found if "://" in found else f"http://{found}"


def _proxy(url: str) -> httpcore.Proxy:
    url = url if "://" in url else f"http://{url}"
    userinfo, at, _ = urlsplit(url).netloc.rpartition("@")
    user, _, password = userinfo.partition(":")
    return httpcore.Proxy(bare(url), auth=(unquote(user), unquote(password)) if at else None)


def _user_agent() -> str:
    from muslcheck import __version__

    return f"muslcheck/{__version__}"
