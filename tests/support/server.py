"""A real package index on loopback, with the weather that a test asks for.

::

    with IndexServer() as server:
        server.add("demo", "demo-1.0-py3-none-any.whl", wheel_bytes("demo", "1.0"))
        server.script("/simple/demo/", Answer(status=429, headers={"Retry-After": "0"}), Answer(reset_after=10))
        options = IndexOptions(index_url=server.index_url)

Each path answers its scripted answers first, one per request, and then as it should. What was asked is in ``server.requests``.
"""

import base64
import hashlib
import html
import json
import re
import socket
import struct
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Answer", "Asked", "IndexServer"]

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """One scripted answer. What is None or False is as it would have been without the script."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str | None = None
    delay: float = 0.0
    """Seconds before the answer begins."""
    hang: bool = False
    """No answer at all, until the server is closed."""
    reset_after: int | None = None
    """Break the connection (RST) after so many bytes of the body."""
    cut_to: int | None = None
    """A body that ends early, and does not show it: Content-Length is that of the cut body."""
    slow: float = 0.0
    """Seconds of rest after every kilobyte of the body."""


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case name."""


class IndexServer:
    """An index that serves what a test puts in. ``auth`` is (user, password) for everything; ``tls`` an ssl.SSLContext for the server."""

    def __init__(
        self,
        *,
        page="json",
        sidecars=False,
        ranges=True,
        hashes=True,
        sizes=True,
        upload_times=True,
        auth=None,
        tls=None,
        page_headers=None,
    ):
        self.page = page
        self.sidecars = sidecars
        self.ranges = ranges
        self.hashes = hashes
        self.sizes = sizes
        self.upload_times = upload_times
        self.auth = auth
        self.page_headers = page_headers or {}
        """Headers of every project page: Cache-Control, ETag (If-None-Match is honoured), Last-Modified."""
        self.projects = {}
        self.blobs = {}
        self.project_status = {}
        """PEP 792's ``project-status`` object, by project."""
        self.requests = []
        self.connections = 0
        self._scripts = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._tls = tls
        self._http = _Server(("127.0.0.1", 0), self)
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def port(self):
        return self._http.server_address[1]

    @property
    def url(self):
        """The server's address, with no slash at its end."""
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self.port}"

    @property
    def index_url(self):
        return f"{self.url}/simple"

    def add(self, project, filename, data, *, sidecar=None, **fields):
        """Put a file on a project's page. ``fields`` go into its PEP 691 object (underscores for dashes), None leaves one out.

        ``sidecar`` is the METADATA served beside it where ``sidecars`` is on for the server, or for this file by ``core_metadata=True``.
        """
        quoted = urllib.parse.quote(filename)
        entry = {"filename": filename, "url": f"{self.url}/files/{quoted}", "yanked": False}
        if self.hashes:
            entry["hashes"] = {"sha256": hashlib.sha256(data).hexdigest()}
        else:
            entry["hashes"] = {}
        if self.sizes:
            entry["size"] = len(data)
        if self.upload_times:
            entry["upload-time"] = "2024-01-02T03:04:05.000000Z"
        if sidecar is not None:
            self.blobs[f"/files/{quoted}.metadata"] = _bytes(sidecar)
            if self.sidecars:
                entry["core-metadata"] = {"sha256": hashlib.sha256(_bytes(sidecar)).hexdigest()}
        for key, value in fields.items():
            entry[key.replace("_", "-")] = value
            if value is None:
                del entry[key.replace("_", "-")]
        self.projects.setdefault(project, []).append(entry)
        self.blobs[f"/files/{quoted}"] = data
        return entry

    def script(self, path, *answers):
        """Answer the next requests for a path like this."""
        with self._lock:
            self._scripts.setdefault(path, []).extend(answers)

    def asked(self, path=None):
        """What was asked for so far, or of one path (without its query)."""
        with self._lock:
            return [r for r in self.requests if path is None or r.path.partition("?")[0] == path]

    def page_of(self, project, wants_json):
        """A project's page and its content type; None where there is no such project."""
        if project not in self.projects:
            return None
        files = self.projects[project]
        if self.page == "json" and wants_json:
            versions = sorted({f["filename"].split("-")[1].removesuffix(".tar.gz") for f in files})
            document = {"meta": {"api-version": "1.4"}, "name": project, "versions": versions, "files": files}
            if project in self.project_status:
                document["project-status"] = self.project_status[project]
            return json.dumps(document).encode(), JSON_TYPE
        anchors = "".join(f"<a {_attributes(f)}>{html.escape(f['filename'])}</a><br/>\n" for f in files)
        head = '<meta name="pypi:repository-version" content="1.1"/>'
        return f"<!DOCTYPE html><html><head>{head}<title>{project}</title></head><body>{anchors}</body></html>".encode(), HTML_TYPE

    def _next(self, path):
        with self._lock:
            script = self._scripts.get(path)
            return script.pop(0) if script else None


def _attributes(entry):
    digest = "&".join(f"{name}={value}" for name, value in entry.get("hashes", {}).items())
    found = {"href": entry["url"] + (f"#{digest}" if digest else "")}
    if entry.get("requires-python") is not None:
        found["data-requires-python"] = entry["requires-python"]
    if entry.get("yanked") not in (None, False):
        found["data-yanked"] = entry["yanked"] if isinstance(entry["yanked"], str) else ""
    sidecar = entry.get("core-metadata")
    if isinstance(sidecar, dict):
        found["data-core-metadata"] = "sha256=" + sidecar["sha256"]
    elif sidecar:
        found["data-core-metadata"] = "true"
    return " ".join(f'{name}="{html.escape(value)}"' for name, value in found.items())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address, index):
        self.index = index
        super().__init__(address, _Handler)

    def handle_error(self, request, client_address):
        """A client that goes away, or refuses our certificate, is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def setup(self):
        super().setup()
        self.server.index.connections += 1

    def log_message(self, *_):
        """Tests read what was asked from the server, not from standard error."""

    def do_GET(self):
        index = self.server.index
        path = self.path.partition("?")[0]
        with index._lock:
            index.requests.append(Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
        answer = index._next(path) or Answer()
        if answer.hang:
            index._closing.wait()
            self.close_connection = True
            return
        time.sleep(answer.delay)
        if index.auth is not None and self.headers.get("Authorization") != _basic(*index.auth):
            self._send(answer, 401, b"who are you?", "text/plain", {"WWW-Authenticate": 'Basic realm="test"'})
            return
        self._serve(path, answer)

    do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

    def _serve(self, path, answer):
        index = self.server.index
        page = re.fullmatch(r"/simple/([^/]+)/?", path)
        if page:
            found = index.page_of(urllib.parse.unquote(page[1]), "+json" in self.headers.get("Accept", ""))
            if found is None:
                self._send(answer, 404, b"no such project", "text/plain", {})
            elif index.page_headers.get("ETag") and self.headers.get("If-None-Match") == index.page_headers["ETag"]:
                self._send(answer, 304, b"", found[1], index.page_headers)
            else:
                self._send(answer, 200, *found, index.page_headers)
        elif path in index.blobs:
            self._send_blob(index.blobs[path], answer)
        else:
            self._send(answer, 404, b"nothing here", "text/plain", {})

    def _send_blob(self, data, answer):
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if not (self.server.index.ranges and wanted and data):
            self._send(answer, 200, data, "application/octet-stream", {})
            return
        first, last = wanted.groups()
        start = int(first) if first else max(0, len(data) - int(last))
        end = min(int(last) + 1 if first and last else len(data), len(data))
        if start >= end:
            self._send(answer, 416, b"", "text/plain", {"Content-Range": f"bytes */{len(data)}"})
            return
        self._send(answer, 206, data[start:end], "application/octet-stream", {"Content-Range": f"bytes {start}-{end - 1}/{len(data)}"})

    def _send(self, answer, status, body, content_type, headers):
        if answer.status is not None:
            status, body = answer.status, body if answer.body is not None or 200 <= answer.status < 300 else b"as the test asked"
        body = body if answer.body is None else answer.body
        body = body if answer.cut_to is None else body[: answer.cut_to]
        self.send_response(status)
        for name, value in {"Content-Type": answer.content_type or content_type, **headers, **answer.headers}.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD" or status == 304:
            return
        if answer.reset_after is not None:
            self.wfile.write(body[: answer.reset_after])
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        step = 1024 if answer.slow else max(1, len(body))
        for at in range(0, len(body), step):
            self.wfile.write(body[at : at + step])
            time.sleep(answer.slow)


def _basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _bytes(data):
    return data.encode() if isinstance(data, str) else data
