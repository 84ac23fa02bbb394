"""A real HTTP server on this machine that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from jobs.runtime.settings import VisionEndpoint

KEY = "not-a-real-key-0123456789"
MODEL = "some/vision-model"
Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class VisionServer:
    """`replies`: one for each request, the last one for all that follow."""

    url: str
    replies: list[Reply] = field(default_factory=list[Reply])
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    @property
    def endpoint(self) -> VisionEndpoint:
        return VisionEndpoint(url=self.url, model=MODEL, key=KEY)


@contextmanager
def running_vision_server() -> Iterator[VisionServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.asked.append({"path": self.path, **json.loads(body)})
            server.headers.append({name.lower(): value for name, value in self.headers.items()})
            reply = server.replies.pop(0) if len(server.replies) > 1 else server.replies[0]
            try:
                reply(self)
            except OSError:  # whoever asked has gone
                self.close_connection = True

        def do_GET(self) -> None:
            server.asked.append({"path": self.path, "method": "GET"})
            self.send_error(404)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: tests are quiet."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    server = VisionServer(f"http://127.0.0.1:{httpd.server_address[1]}/v1")
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


@contextmanager
def running_tls_server(folder: Path) -> Iterator[str]:
    """Its address; its certificate is signed by itself. Skips where no openssl is there to make one."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl here to make a certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1",
         "-keyout", key, "-out", certificate], check=True, capture_output=True
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError), listening.accept()[0] as connection:
                context.wrap_socket(connection, server_side=True)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}/v1"
        thread.join()


def answer(status: int, body: bytes, **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def say(content: object, **headers: str) -> Reply:
    """A chat completion with `content` as the model's words; what is no text becomes JSON."""
    words = content if isinstance(content, str) else json.dumps(content)
    return answer(200, json.dumps({"choices": [{"message": {"content": words}}]}).encode(), **headers)


def drip(seconds: float) -> Reply:
    """A header at once, then a byte now and then: never silent for long, and never done."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.02)

    return reply


def hang(seconds: float) -> Reply:
    return lambda handler: time.sleep(seconds)


def cut(handler: BaseHTTPRequestHandler) -> None:
    """The connection ends without an answer."""
    handler.close_connection = True
