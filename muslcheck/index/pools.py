"""Connections that httpcore keeps: plain HTTP, HTTP/1.1, and whatever goes through a proxy.

httpx's own transport reads through anyio, eight kilobytes at a time; this one reads through :mod:`muslcheck.index.stream`. Imported only
where it is needed: most indexes speak HTTP/2 (:mod:`muslcheck.index.http2`).
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import httpcore
import httpx
from h2.exceptions import H2Error

from muslcheck.errors import IndexUnavailable
from muslcheck.index.auth import bare, redacted
from muslcheck.index.stream import Backend

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

__all__ = ["Pools"]

_CONNECTIONS: Final = 24
"""Connections at once, where a server speaks HTTP/1.1 only."""
_PROXIES: Final = ("http", "https", "socks5", "socks5h")
_BROKEN: Final = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.ConnectionNotAvailable,  # a stream that the server did not begin before it closed the connection
    H2Error,  # what a stream hits on a connection that another stream saw closed
)


class Pools:
    """One pool for each proxy and each degree of trust."""

    def __init__(self) -> None:
        self._pools: dict[tuple[ssl.SSLContext | None, str | None], httpcore.AsyncConnectionPool] = {}

    async def ask(self, request: httpx.Request, context: ssl.SSLContext | None, proxy: str | None) -> httpx.Response:
        """One request, and the head of its answer; the body follows as it is read. Raises what httpx's own transport raises."""
        url = request.url
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        try:
            found = await self._pool(context, proxy).handle_async_request(sent)
        except httpcore.UnsupportedProtocol as error:
            raise IndexUnavailable(redacted(proxy or str(url)), str(error), "Check the proxy's address.") from error
        except _BROKEN as error:
            raise _as_httpx(error) from error
        return httpx.Response(found.status, headers=found.headers, stream=_Body(found), extensions=found.extensions)

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    def _pool(self, context: ssl.SSLContext | None, proxy: str | None) -> httpcore.AsyncConnectionPool:
        key = (context, proxy)
        if key not in self._pools:
            try:
                self._pools[key] = httpcore.AsyncConnectionPool(
                    ssl_context=context,
                    proxy=None if proxy is None else _proxy(proxy),
                    http2=True,
                    max_connections=_CONNECTIONS,
                    max_keepalive_connections=_CONNECTIONS,
                    network_backend=Backend(),
                )
            except ValueError as error:
                raise IndexUnavailable(redacted(proxy or ""), str(error), "Check the proxy's address.") from error
        return self._pools[key]


class _Body(httpx.AsyncByteStream):
    """The bytes of an answer, errors as httpx's."""

    def __init__(self, response: httpcore.Response) -> None:
        self._stream: Any = response.stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._stream:
                yield piece
        except _BROKEN as error:
            raise _as_httpx(error) from error

    async def aclose(self) -> None:
        """The rest is not wanted."""
        await self._stream.aclose()


def _as_httpx(error: Exception) -> httpx.TransportError:
    """The error of the same name in httpx; what httpcore has no name for is a broken protocol."""
    kind: type[httpx.TransportError] = getattr(httpx, type(error).__name__, httpx.RemoteProtocolError)
    return kind(str(error))


def _proxy(url: str) -> httpcore.Proxy:
    """Raises ValueError for a proxy that cannot be used here."""
    url = url if "://" in url else f"http://{url}"
    scheme = urlsplit(url).scheme
    if scheme not in _PROXIES:
        raise ValueError(f"no proxy that can be used: {scheme}:// is none of {', '.join(_PROXIES)}")
    if scheme.startswith("socks") and find_spec("socksio") is None:
        raise ValueError('a SOCKS proxy takes one more package: pip install "muslcheck[socks]"')
    userinfo, at, _ = urlsplit(url).netloc.rpartition("@")
    user, _, password = userinfo.partition(":")
    return httpcore.Proxy(bare(url), auth=(unquote(user), unquote(password)) if at else None)
