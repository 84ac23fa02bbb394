"""The server: sockets, routes, and the faults that tests order."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.gcs_server.faults import Fault, Faults, corrupt, corrupt_request
from tests.gcs_server.json_api import handle_json, handle_upload
from tests.gcs_server.message import Answer, Refused, Request
from tests.gcs_server.state import State
from tests.gcs_server.xml_api import handle_xml


class GcsServer(ThreadingHTTPServer):
    """Listens on the loopback address; port 0 chooses a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.state = State()
        self.closing = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def faults(self) -> Faults:
        return self.state.faults

    def create_bucket(self, name: str) -> None:
        self.state.create(name)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away mid-way is part of the tests, so nothing is printed."""


@contextmanager
def running_server() -> Iterator[GcsServer]:
    """A server in a thread of this process."""
    server = GcsServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def route(state: State, request: Request) -> Answer:
    """Answer one request."""
    try:
        match request.segments:
            case ("_faults",):
                state.faults.add(Fault(**request.document()))
                return Answer(204)
            case ("upload", "storage", "v1", *rest):
                return handle_upload(state, _below(request, rest))
            case ("download", "storage", "v1", *rest):
                return handle_json(state, _below(request, rest, {"alt": "media"}))
            case ("storage", "v1", *rest):
                return handle_json(state, _below(request, rest))
            case _:
                return handle_xml(state, request)
    except Refused as refusal:
        return refusal.answer()


def _below(request: Request, segments: list[str], more: dict[str, str] | None = None) -> Request:
    query = {**request.query, **(more or {})}
    return Request(
        request.method, request.target, tuple(segments), query, request.headers, request.body, request.base_url
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: GcsServer  # pyright: ignore[reportIncompatibleVariableOverride], the one that makes the handlers

    def do_GET(self) -> None:
        fault = self.server.faults.take(self.command, self.path)
        request = self._read(fault)
        if request is None:
            self._hang_up()
            return
        if fault and fault.kind == "slow":
            self.server.closing.wait(fault.seconds)
        if fault and fault.kind == "corrupt_upload":
            request = corrupt_request(request)
        refused = fault is not None and fault.kind == "refuse"
        answer = Answer() if refused else route(self.server.state, request)
        if fault and fault.kind in ("refuse", "lose_answer"):
            answer = Refused(fault.status, "a fault that the test ordered").answer()
        self._write(answer, fault)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815, http.server calls them so

    def log_message(self, format: str, *args: object) -> None:
        """Silent: a test's output is its own."""

    def _read(self, fault: Fault | None) -> Request | None:
        """The request; none where the fault says that the connection breaks off within its body."""
        length = int(self.headers.get("content-length", "0"))
        cut = fault is not None and fault.kind == "cut_upload" and fault.after_bytes < length
        body = self.rfile.read(fault.after_bytes if fault and cut else length)
        parts = urlsplit(self.path)
        request = Request(
            self.command,
            self.path,
            tuple(unquote(part) for part in parts.path.split("/")[1:]),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            body,
            self.server.address,
        )
        if cut and "upload_id" in request.query:
            self.server.state.uploads.proceed(request, whole=False)
        return None if cut else request

    def _write(self, answer: Answer, fault: Fault | None) -> None:
        body = answer.body
        if fault and fault.kind == "corrupt_download":
            body = corrupt(body)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD" or answer.status in (204, 304):
            return
        if fault and fault.kind == "cut_download":
            self.wfile.write(body[: fault.after_bytes])
            self._hang_up()
            return
        self.wfile.write(body)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
