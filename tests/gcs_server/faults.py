"""Faults to order: the next `count` requests that match go wrong in one given way."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

from tests.gcs_server.message import Request

Kind = Literal["refuse", "lose_answer", "cut_upload", "cut_download", "corrupt_upload", "corrupt_download", "slow"]


@dataclass(frozen=True)
class Fault:
    """How the next matching requests go wrong.

    kind: `refuse` answers `status` and does nothing. `lose_answer` does the work and answers `status` all the same.
        `cut_upload` closes the connection after `after_bytes` of the request's body, `cut_download` after as many of
        the answer's. `corrupt_*` turns one bit of the body over. `slow` waits `seconds` before answering.
    method, path: What a request must have; `path` is a part of the target, query included.
    """

    kind: Kind
    method: str = ""
    path: str = ""
    count: int = 1
    status: int = 503
    after_bytes: int = 0
    seconds: float = 0.0

    def fits(self, method: str, target: str) -> bool:
        return self.method in ("", method) and self.path in target


class Faults:
    """Those still to come, and how many requests were hit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fault, int]] = []
        self.hits = 0

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append((fault, fault.count))

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, target: str) -> Fault | None:
        """The fault that hits this request."""
        with self._lock:
            for position, (fault, left) in enumerate(self._waiting):
                if fault.fits(method, target):
                    self._waiting[position : position + 1] = [(fault, left - 1)] if left > 1 else []
                    self.hits += 1
                    return fault
        return None


def corrupt(data: bytes) -> bytes:
    """The same bytes with the lowest bit of the last one turned over."""
    return data[:-1] + bytes([data[-1] ^ 1]) if data else data


def corrupt_request(request: Request) -> Request:
    """A multipart body ends with its boundary, so the last byte of its data is corrupted instead."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/related"):
        return _with_body(request, corrupt(request.body))
    end = request.body.rstrip(b"\r\n-").rfind(b"\r\n--")
    return _with_body(request, corrupt(request.body[:end]) + request.body[end:])


def _with_body(request: Request, body: bytes) -> Request:
    return Request(
        request.method, request.target, request.segments, request.query, request.headers, body, request.base_url
    )
