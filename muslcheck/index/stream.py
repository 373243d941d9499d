"""The network below httpcore, on asyncio's own transports.

httpcore reads through anyio by default, eight kilobytes at a time; project pages come in megabytes, and here what has arrived is read in
one piece. Imported only for servers and proxies that httpcore talks to.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpcore

from muslcheck.index.mishaps import reason, told

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

__all__ = ["Backend"]

_ENOUGH = 1 << 20
"""Bytes waiting to be read at which the sender is asked to pause."""


class Backend(httpcore.AsyncNetworkBackend):
    """Connections for httpcore."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """A connection to a host. Raises httpcore's ConnectTimeout and ConnectError."""
        loop = asyncio.get_running_loop()
        local = None if local_address is None else (local_address, 0)
        async with told(httpcore.ConnectTimeout, httpcore.ConnectError, timeout):
            _, stream = await loop.create_connection(_Stream, host, port, happy_eyeballs_delay=0.25, local_addr=local)
        return stream

    async def sleep(self, seconds: float) -> None:
        """Rest."""
        await asyncio.sleep(seconds)


class _Stream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """Both ends of asyncio's callbacks: what arrives is kept until it is read."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._arrived: list[bytes] = []
        self._waiting = 0
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._paused = False
        self._full = False
        self._ended = False
        self._error: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._arrived.append(data)
        self._waiting += len(data)
        if self._waiting > _ENOUGH and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._error = exc
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        if self._writer is not None and not self._writer.done():
            self._writer.set_result(None)

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 - httpcore's signature
        """All that has arrived (more than ``max_bytes`` does no harm), empty at the end."""
        while not self._arrived and not self._ended:
            self._reader = asyncio.get_running_loop().create_future()
            async with told(httpcore.ReadTimeout, httpcore.ReadError, timeout):
                await self._reader
        if not self._arrived:
            if self._error is not None:
                raise httpcore.ReadError(reason(self._error))
            return b""
        data = self._arrived[0] if len(self._arrived) == 1 else b"".join(self._arrived)
        self._arrived.clear()
        self._waiting = 0
        if self._paused and self._transport is not None:
            self._paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's signature
        """Send; waits only while what was sent before piles up."""
        if not buffer:
            return
        if self._transport is None or self._ended:
            raise httpcore.WriteError(str(self._error or "the connection is closed"))
        self._transport.write(buffer)
        if self._full:
            self._writer = asyncio.get_running_loop().create_future()
            async with told(httpcore.WriteTimeout, httpcore.WriteError, timeout):
                await self._writer

    async def aclose(self) -> None:
        """Close; what has not been sent is dropped."""
        if self._transport is not None:
            self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """The same stream, encrypted from here on. Raises httpcore's ConnectTimeout and ConnectError."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        async with told(httpcore.ConnectTimeout, httpcore.ConnectError, timeout):
            # asyncio wants a handshake time-out of its own; ours is around it.
            transport = await loop.start_tls(
                self._transport, self, ssl_context, server_hostname=server_hostname, ssl_handshake_timeout=(timeout or 60) + 1
            )
        if transport is None:
            raise httpcore.ConnectError("the connection was closed while its encryption was agreed on")
        self._transport = transport
        return self

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        """What httpcore asks: the TLS session, and whether an idle connection has been closed at the other end."""
        if info == "is_readable":
            return self._ended or bool(self._arrived)
        return None if self._transport is None else self._transport.get_extra_info(info)
