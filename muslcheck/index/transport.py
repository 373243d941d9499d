"""The ways out: httpcore's connection pools as a transport of httpx, one pool for each proxy and each degree of trust.

httpx's own transport reads through anyio, eight kilobytes at a time; this one reads through :mod:`muslcheck.index.stream`. It also takes
proxies and certificates from where pip takes them. Imported only when something is asked of the network.
"""

from __future__ import annotations

import os
import ssl
import sys
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import httpcore
import httpx
from h2.exceptions import H2Error

from muslcheck.errors import IndexUnavailable, UsageError
from muslcheck.index.auth import bare, redacted
from muslcheck.index.local import trusts
from muslcheck.index.stream import Backend

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from muslcheck.words.requirement import IndexOptions

__all__ = ["Transport"]

_CONNECTIONS: Final = 24
"""Connections at once, where a server speaks HTTP/1.1 only."""
_BROKEN: Final = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.ConnectionNotAvailable,  # a stream that the server did not begin before it closed the connection
    H2Error,  # what a stream hits on a connection that another stream saw closed
)


class Transport(httpx.AsyncBaseTransport):
    """Sends a request on the way that the options name for its address. Raises what httpx's own transport raises."""

    def __init__(self, options: IndexOptions) -> None:
        self._options = options
        self._pools: dict[tuple[str, bool, str | None], httpcore.AsyncConnectionPool] = {}
        self._contexts: dict[bool, ssl.SSLContext] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, and the head of its answer; the body follows as it is read."""
        url = request.url
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        try:
            found = await self._pool(str(url)).handle_async_request(sent)
        except _BROKEN as error:
            raise _as_httpx(error) from error
        return httpx.Response(found.status, headers=found.headers, stream=_Body(found), extensions=found.extensions)

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

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
