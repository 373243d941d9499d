"""HTTP/2: one connection, many requests at once, over TLS as real indexes speak it."""

import asyncio
import ssl
import subprocess
import threading

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings
import pytest
from support.archives import wheel_name
from support.asking import asked, options
from support.server import JSON_TYPE, IndexServer

from muslcheck.errors import IndexUnavailable, OversizedArchive
from muslcheck.index.auth import Credentials
from muslcheck.index.client import Client


class Http2Server:
    """Serves the pages of an IndexServer over HTTP/2, all answers held back until ``together`` requests have come."""

    def __init__(self, index, certificate, *, together, streams=100, breaks=()):
        self.index, self.together, self.streams = index, together, streams
        self.breaks = list(breaks)
        """How connections end after their first bytes: ``reset``, ``goaway``, ``refuse`` (each stream), ``nonsense`` or ``hang``."""
        self.connections = self.asked = 0
        self.protocols = set()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*certificate)
        self._context.set_alpn_protocols(["h2", "http/1.1"])
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    def _run(self):
        self._loop.run_until_complete(self._serve())

    async def _serve(self):
        self._stop = asyncio.Event()
        self._enough = asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]
        self.tasks = set()
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _talk(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        self.connections += 1
        self.protocols.add(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        talk = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        stated = {h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: self.streams}
        talk.local_settings = h2.settings.Settings(client=False, initial_values=stated)
        talk.initiate_connection()
        writer.write(talk.data_to_send())
        waiting, bodies = {}, {}
        goes_on = True
        try:
            while goes_on and (data := await reader.read(65_536)):
                for event in talk.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        self.asked += 1
                        waiting[event.stream_id] = dict(event.headers)[b":path"].decode().split("/")[2]
                if self.asked >= self.together:
                    for stream, name in waiting.items():
                        bodies[stream] = self.index.page_of(name, wants_json=True)[0]
                        talk.send_headers(stream, [(":status", "200"), ("content-type", JSON_TYPE)])
                    waiting.clear()
                if bodies and self.breaks and self.breaks[-1] == "nonsense":
                    writer.write(b"\xff" * 3 + bytes(6))  # the head of a frame of sixteen megabytes
                goes_on = not (bodies and self.breaks and self._break(talk, bodies, self.breaks.pop()))
                self._send(talk, bodies)
                writer.write(talk.data_to_send())
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    @staticmethod
    def _break(talk, bodies, how):
        """Whether the connection ends here, its answers begun but not given."""
        if how == "refuse":
            for stream in bodies:
                talk.reset_stream(stream, h2.errors.ErrorCodes.REFUSED_STREAM)
        elif how == "goaway":
            talk.close_connection(last_stream_id=min(bodies))
        bodies.clear()
        return how not in ("refuse", "hang")

    @staticmethod
    def _send(talk, bodies):
        for stream in list(bodies):
            while bodies[stream] and (room := min(talk.local_flow_control_window(stream), talk.max_outbound_frame_size)) > 0:
                talk.send_data(stream, bodies[stream][:room])
                bodies[stream] = bodies[stream][room:]
            if not bodies[stream]:
                talk.end_stream(stream)
                del bodies[stream]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command += ["-keyout", key, "-out", cert, "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


@pytest.fixture
def index():
    with IndexServer() as index:
        yield index


def many(server, certificate, count, timeout=10):
    async def story(index):
        return [project.versions for project in await asyncio.gather(*(index.project(f"demo{n}") for n in range(count)))]

    return asked(options(f"https://127.0.0.1:{server.port}/simple", cert=str(certificate[0]), timeout=timeout), story)


def filled(index, count, files=1):
    for number in range(count):
        for patch in range(files):
            index.add(f"demo{number}", wheel_name(f"demo{number}", f"{number}.{patch}"), b"")


def test_thirty_requests_are_under_way_at_once_on_one_connection(index, certificate):
    """The server answers none before all have come: it would wait for ever otherwise."""
    filled(index, 30)
    with Http2Server(index, certificate, together=30) as server:
        assert many(server, certificate, 30) == [(f"{n}.0",) for n in range(30)]
    assert (server.connections, server.asked, server.protocols) == (1, 30, {"h2"})


def test_a_server_that_allows_few_at_once(index, certificate):
    filled(index, 20)
    with Http2Server(index, certificate, together=1, streams=3) as server:
        assert len(many(server, certificate, 20)) == 20
    assert server.connections == 1


def test_pages_longer_than_the_window(index, certificate):
    filled(index, 3, files=2000)
    with Http2Server(index, certificate, together=3) as server:
        assert [len(versions) for versions in many(server, certificate, 3)] == [2000] * 3


@pytest.mark.parametrize("how", ["reset", "goaway", "refuse", "nonsense", "hang"])
def test_a_connection_that_ends_under_many_requests(index, certificate, how):
    filled(index, 20)
    with Http2Server(index, certificate, together=20, breaks=[how, how]) as server:
        assert many(server, certificate, 20, timeout=1 if how == "hang" else 10) == [(f"{n}.0",) for n in range(20)]
    assert server.breaks == []


def test_a_server_that_never_answers(index, certificate):
    filled(index, 5)
    with (
        Http2Server(index, certificate, together=99) as server,
        pytest.raises(IndexUnavailable, match=r"no answer within 0.2 s"),
    ):
        many(server, certificate, 5, timeout=0.2)


def test_an_answer_that_is_broken_off_leaves_the_others_alone(index, certificate):
    filled(index, 3, files=2000)

    async def story():
        given = options(f"https://127.0.0.1:{server.port}/simple", cert=str(certificate[0]), timeout=10)
        client = Client(given, Credentials())
        pages = (client.ask(f"{given.index_url}/demo{n}/", {}, limit=1000 if n == 0 else 1 << 30) for n in range(3))
        try:
            return await asyncio.gather(*pages, return_exceptions=True)
        finally:
            await client.aclose()

    with Http2Server(index, certificate, together=3) as server:
        first, *others = asyncio.run(story())
    assert isinstance(first, OversizedArchive)
    assert [reply.body for reply in others] == [index.page_of(f"demo{n}", wants_json=True)[0] for n in (1, 2)]
    assert server.connections == 1
