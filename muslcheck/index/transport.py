"""The ways out: straight to the host over HTTP/2 where it speaks it, else through httpcore.

Proxies and certificates are taken from where pip takes them. Imported only when something is asked of the network.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from typing import TYPE_CHECKING

from muslcheck.errors import UsageError
from muslcheck.index.http2 import Connection, connect
from muslcheck.index.local import trusts

if TYPE_CHECKING:
    import httpx

    from muslcheck.index.pools import Pools
    from muslcheck.words.requirement import IndexOptions

__all__ = ["Transport"]


class Transport:
    """Sends a request on the way that the options name for its address. Raises what httpx's own transport raises."""

    def __init__(self, options: IndexOptions) -> None:
        self._options = options
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._connections: dict[tuple[str, int], asyncio.Task[Connection | None]] = {}
        self._pools: Pools | None = None

    async def ask(self, request: httpx.Request) -> httpx.Response:
        """One request, and the head of its answer; the body follows as it is read."""
        url = request.url
        host = url.raw_host.decode("ascii")
        trusted = any(trusts(entry, host, url.port) for entry in self._options.trusted_hosts)
        proxy = self._options.proxy or _proxy_for(url.scheme, host, url.port)
        context = self._context(verify=not trusted) if url.scheme == "https" else None
        if context is not None and proxy is None:
            connection = await self._connection(host, url.port or 443, context, request.extensions["timeout"]["connect"])
            if connection is not None:
                return await connection.ask(request)
        if self._pools is None:
            from muslcheck.index.pools import Pools

            self._pools = Pools()
        return await self._pools.ask(request, context, proxy)

    async def aclose(self) -> None:
        """Close every connection."""
        for task in self._connections.values():
            task.cancel()
        for found in await asyncio.gather(*self._connections.values(), return_exceptions=True):
            if isinstance(found, Connection):
                found.close()
        self._connections.clear()
        if self._pools is not None:
            await self._pools.aclose()

    async def _connection(self, host: str, port: int, context: ssl.SSLContext, timeout: float | None) -> Connection | None:  # noqa: ASYNC109
        """The connection that all requests to a host share; None where it does not speak HTTP/2, which is found out once."""
        key = (host, port)
        task = self._connections.get(key)
        if task is None or (task.done() and not _holds(task)):
            task = self._connections[key] = asyncio.create_task(connect(host, port, context, timeout))
        return await asyncio.shield(task)

    def _context(self, *, verify: bool) -> ssl.SSLContext:
        if verify not in self._contexts:
            self._contexts[verify] = _trust(self._options) if verify else _no_trust()
            if self._options.client_cert:
                try:
                    self._contexts[verify].load_cert_chain(self._options.client_cert)
                except OSError as error:
                    raise UsageError(f"the client certificate {self._options.client_cert} cannot be used: {error}") from error
        return self._contexts[verify]


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


def _holds(task: asyncio.Task[Connection | None]) -> bool:
    """Whether an attempt to connect has an answer that still stands."""
    if task.cancelled() or task.exception() is not None:
        return False
    connection = task.result()
    return connection is None or connection.usable
