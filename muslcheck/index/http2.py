"""HTTP/2 over one TLS connection to one host: h2 speaks the protocol, asyncio moves the bytes, and little stands between them.

Project pages come in tens of megabytes and metadata in hundreds of answers; what is done for each frame and each request decides how long
a cold run takes. What arrives is handed to h2 as it lies in the connection's own buffer, and to whoever waits for it in one piece.
Imported only when something is asked of the network.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
import httpx

from muslcheck.index.mishaps import reason, told

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

__all__ = ["Connection", "connect"]

_CONFIG: Final = h2.config.H2Configuration(validate_inbound_headers=False)
_BUFFER: Final = 1 << 18
"""Bytes read at once."""
_FRAME: Final = 1 << 20
"""Longest frame the server may send: the fewer, the less there is to do."""
_WINDOW: Final = 1 << 24
"""Bytes that may be on their way for a stream, and for the connection, before they are taken note of."""
_SETTINGS: Final = {
    h2.settings.SettingCodes.ENABLE_PUSH: 0,
    h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW,
    h2.settings.SettingCodes.MAX_FRAME_SIZE: _FRAME,
    h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE: 1 << 16,
}
_NOT_SENT: Final = (b"host", b"transfer-encoding", b"connection")
"""Headers of HTTP/1.1 that HTTP/2 has no use for."""


async def connect(host: str, port: int, context: ssl.SSLContext, timeout: float | None) -> Connection | None:  # noqa: ASYNC109 - seconds
    """A connection to a host; None where it does not speak HTTP/2. Raises httpx's ConnectTimeout and ConnectError."""
    context.set_alpn_protocols(["h2", "http/1.1"])
    async with told(httpx.ConnectTimeout, httpx.ConnectError, timeout):
        # asyncio wants a handshake time-out of its own; ours is around it.
        transport, connection = await asyncio.get_running_loop().create_connection(
            Connection, host, port, ssl=context, happy_eyeballs_delay=0.25, ssl_handshake_timeout=(timeout or 60) + 1
        )
    if transport.get_extra_info("ssl_object").selected_alpn_protocol() == "h2":
        return connection
    transport.abort()
    return None


class Connection(asyncio.BufferedProtocol):
    """Many requests at once. It ends as a whole: then every request under way has its error, and ``usable`` is False."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = memoryview(bytearray(_BUFFER))
        self._h2 = h2.connection.H2Connection(_CONFIG)
        self._h2.local_settings = h2.settings.Settings(client=True, initial_values=_SETTINGS)
        self._h2.max_inbound_frame_size = _FRAME
        self._answers: dict[int, _Answer] = {}
        self._most = 1
        """Requests that the server takes at once; until it has said so, one."""
        self._queue: deque[asyncio.Future[None]] = deque()
        self._error: httpx.TransportError | None = None
        self._sending = False
        self._heard = 0.0
        self._watch: asyncio.TimerHandle | None = None

    @property
    def usable(self) -> bool:
        """Whether more may be asked here."""
        return self._error is None

    async def ask(self, request: httpx.Request) -> httpx.Response:
        """One request, and the head of its answer; the body follows as it is read.

        Raises httpx's ReadTimeout, ReadError and RemoteProtocolError. The time-out is one of the whole connection: for so long nothing
        came, for anyone.
        """
        while self._error is None and len(self._answers) >= self._most:
            self._queue.append(turn := self._loop.create_future())
            try:
                await turn
            except asyncio.CancelledError:
                self._next()
                raise
        if self._error is not None:
            raise self._error
        number = self._begin(request)
        answer = self._answers[number]
        try:
            while not answer.headers:
                await answer.news(self._loop)
        except BaseException:
            self._forget(number)
            raise
        status = next((int(value) for name, value in answer.headers if name == b":status"), 200)
        headers = [(name, value) for name, value in answer.headers if not name.startswith(b":")]
        return httpx.Response(status, headers=headers, stream=_Body(self, number, answer))

    def close(self) -> None:
        """End the connection, and whatever is under way on it."""
        self._fail(httpx.ReadError("the connection was closed"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce ourselves (asyncio's callback)."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if transport.get_extra_info("ssl_object").selected_alpn_protocol() == "h2":
            self._h2.initiate_connection()
            self._h2.increment_flow_control_window(_WINDOW)
            self._send()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Where asyncio puts what arrives."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Hand on what arrived (asyncio's callback)."""
        self._heard = self._loop.time()
        try:
            for event in self._h2.receive_data(self._buffer[:nbytes]):
                self._take(event)
        except h2.exceptions.H2Error as error:
            self._fail(httpx.RemoteProtocolError(str(error) or type(error).__name__))
        self._send_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note of the end (asyncio's callback)."""
        self._fail(httpx.RemoteProtocolError("the server hung up") if exc is None else httpx.ReadError(reason(exc)))

    # What is under way

    def _begin(self, request: httpx.Request) -> int:
        url = request.url
        sent = [(b":method", request.method.encode()), (b":authority", request.headers["host"].encode())]
        sent += [(b":scheme", url.raw_scheme), (b":path", url.raw_path)]
        sent += [(lower, value) for name, value in request.headers.raw if (lower := name.lower()) not in _NOT_SENT]
        try:
            number = self._h2.get_next_available_stream_id()
            self._h2.send_headers(number, sent, end_stream=True)
        except h2.exceptions.H2Error as error:
            self._fail(httpx.RemoteProtocolError(str(error) or type(error).__name__))
            raise httpx.RemoteProtocolError(str(error)) from error
        if not self._answers:
            self._heard = self._loop.time()
        self._answers[number] = _Answer()
        if self._watch is None and (patience := request.extensions.get("timeout", {}).get("read")) is not None:
            self._watch = self._loop.call_later(patience, self._look, patience)
        self._send_soon()
        return number

    def _take(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.DataReceived():
                self._h2.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
                if (answer := self._answers.get(event.stream_id)) is not None:
                    answer.arrived.append(event.data or b"")
                    answer.tell()
            case h2.events.ResponseReceived() if (answer := self._answers.get(event.stream_id)) is not None:
                answer.headers = event.headers or []
                answer.tell()
            case h2.events.StreamEnded() if (answer := self._answers.get(event.stream_id)) is not None:
                answer.ended = True
                answer.tell()
            case h2.events.StreamReset() if (answer := self._answers.get(event.stream_id)) is not None:
                answer.error = httpx.RemoteProtocolError(f"the server gave up the request ({event.error_code!r})")
                answer.tell()
            case h2.events.RemoteSettingsChanged():
                self._most = max(1, self._h2.remote_settings.max_concurrent_streams)
                self._next()
            case h2.events.ConnectionTerminated():
                self._fail(httpx.RemoteProtocolError("the server ended the connection"))
            case _:
                pass

    def _forget(self, number: int) -> None:
        """A request is done with, answered or not."""
        answer = self._answers.pop(number, None)
        if answer is None:
            return
        if self._error is None and not answer.ended and answer.error is None:
            self._h2.reset_stream(number, h2.errors.ErrorCodes.CANCEL)
            self._send_soon()
        self._next()

    def _next(self) -> None:
        """Let those go on who wait for room, as far as there is any."""
        room = len(self._queue) if self._error is not None else self._most - len(self._answers)
        while self._queue and room > 0:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                room -= 1

    def _fail(self, error: httpx.TransportError) -> None:
        if self._error is not None:
            return
        self._error = error
        if self._watch is not None:
            self._watch.cancel()
        for answer in self._answers.values():
            if not answer.ended and answer.error is None:
                answer.error = error
                answer.tell()
        self._next()
        if self._transport is not None:
            self._transport.abort()

    def _look(self, patience: float) -> None:
        """Whether anything came in the last seconds, if anything is waited for."""
        self._watch = None
        if self._answers:
            rest = self._heard + patience - self._loop.time()
            if rest <= 0:
                self._fail(httpx.ReadTimeout(""))
            else:
                self._watch = self._loop.call_later(rest, self._look, patience)

    def _send_soon(self) -> None:
        """All that is asked in one turn of the event loop goes out in one piece."""
        if not self._sending:
            self._sending = True
            self._loop.call_soon(self._send)

    def _send(self) -> None:
        self._sending = False
        data = self._h2.data_to_send()
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)


class _Answer:
    """What has come of one answer, and was not read yet."""

    __slots__ = ("_reader", "arrived", "ended", "error", "headers")

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.arrived: list[bytes] = []
        self.ended = False
        self.error: httpx.TransportError | None = None
        self._reader: asyncio.Future[None] | None = None

    def tell(self) -> None:
        """Something came: whoever waits may look."""
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def news(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait until something comes. Raises the error that the answer ended with."""
        if self.error is not None:
            raise self.error
        if self.ended:
            raise httpx.RemoteProtocolError("the server answered without a head")
        self._reader = loop.create_future()
        await self._reader


class _Body(httpx.AsyncByteStream):
    """The bytes of an answer: at each step all that has come."""

    def __init__(self, connection: Connection, number: int, answer: _Answer) -> None:
        self._connection = connection
        self._number = number
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        answer, loop = self._answer, asyncio.get_running_loop()
        while True:
            if answer.arrived:
                pieces, answer.arrived = answer.arrived, []
                yield pieces[0] if len(pieces) == 1 else b"".join(pieces)
            elif answer.ended:
                return
            else:
                await answer.news(loop)

    async def aclose(self) -> None:
        """The rest is not wanted."""
        self._connection._forget(self._number)  # noqa: SLF001 - the two are one
