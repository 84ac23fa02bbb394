"""One POST of JSON, with an end to its time and to its answer; redirects are never followed."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from jobs.contracts.simready import VisionSettings
from jobs.simready.vision.errors import (
    VisionBusy,
    VisionRedirected,
    VisionRefused,
    VisionTooLarge,
    VisionUnavailable,
    VisionUntrusted,
)

_TOO_MANY, _FAULTY = 429, 500
_LONGEST_PAUSE_S = 10.0


@dataclass(frozen=True)
class _Reply:
    status: int
    location: str
    retry_after_s: float | None
    body: bytes


def post_json(
    url: str, headers: Mapping[str, str], body: bytes, settings: VisionSettings, count: Callable[[], None]
) -> bytes:
    """The answer to a POST; `count` is told of each attempt.

    Raises:
        VisionUnavailable: The address is none.
        VisionRefused, VisionRedirected, VisionUntrusted, VisionTooLarge: Asking again will not help.
        VisionBusy: 429, 5xx, silence or a broken connection, at every attempt.
    """
    reason = ""
    for attempt in range(1, settings.attempts + 1):
        pause_s = settings.pause_s * 2 ** (attempt - 1)
        count()
        reply = _send(url, headers, body, settings)
        if isinstance(reply, str):
            reason = reply
        else:
            if reply.status < 300:
                return reply.body
            if reply.status < 400:
                raise VisionRedirected(reply.status, reply.location)
            if reply.status != _TOO_MANY and reply.status < _FAULTY:
                raise VisionRefused(reply.status, reply.body)
            reason = f"status {reply.status}"
            pause_s = max(pause_s, reply.retry_after_s or 0.0)
        if attempt < settings.attempts:
            time.sleep(min(pause_s, _LONGEST_PAUSE_S))
    raise VisionBusy(reason, settings.attempts)


def _send(url: str, headers: Mapping[str, str], body: bytes, settings: VisionSettings) -> _Reply | str:
    """One attempt; why there was no answer, if there was none.

    A timer ends it, for a server that sends a byte a second never runs into a socket's timeout.
    """
    connection = _open(url, settings.time_limit_s)
    late = threading.Event()
    try:
        connection.connect()
        timer = threading.Timer(settings.time_limit_s, _cut, (connection.sock, late))
        timer.daemon = True
        timer.start()
        try:
            parts = urlsplit(url)
            connection.request("POST", parts.path + (f"?{parts.query}" if parts.query else ""), body, dict(headers))
            return _read(connection.getresponse(), settings.max_answer_bytes, late)
        finally:
            timer.cancel()
    except ssl.SSLCertVerificationError as error:
        raise VisionUntrusted(error.verify_message) from error
    except (OSError, HTTPException) as error:
        silent = late.is_set() or isinstance(error, TimeoutError)
        return f"nothing within {settings.time_limit_s:g} s" if silent else f"{type(error).__name__}: {error}"
    finally:
        connection.close()


def _open(url: str, time_limit_s: float) -> HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise VisionUnavailable("openai_compatible", "an http or https address in SIMFOUNDRY_VISION_URL")
    if parts.scheme == "https":
        return HTTPSConnection(parts.hostname, parts.port, timeout=time_limit_s, context=ssl.create_default_context())
    return HTTPConnection(parts.hostname, parts.port, timeout=time_limit_s)


def _read(response: HTTPResponse, limit: int, late: threading.Event) -> _Reply:
    body = response.read(limit + 1)
    if late.is_set():
        raise TimeoutError
    if len(body) > limit:
        raise VisionTooLarge(limit)
    wait = response.getheader("Retry-After", "")
    return _Reply(response.status, response.getheader("Location", ""), float(wait) if wait.isdigit() else None, body)


def _cut(connected: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
