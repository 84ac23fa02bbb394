"""Uploads in several requests: resumable ones (JSON API) and multipart ones (XML API)."""

from __future__ import annotations

import re
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.gcs_server.bucket import Blob, Bucket, Preconditions
from tests.gcs_server.message import Answer, Refused, Request

QUANTUM_BYTES = 256 * 1024
"""What a resumable upload keeps of a piece that broke off is a multiple of this."""


@dataclass
class Resumable:
    bucket: Bucket
    name: str
    fields: dict[str, Any]
    conditions: Preconditions
    data: bytearray = field(default_factory=bytearray)
    finished: Blob | None = None


@dataclass
class Parts:
    fields: dict[str, Any]
    parts: dict[int, bytes] = field(default_factory=dict)


Upload = TypeVar("Upload", Resumable, Parts)


class Uploads:
    """All that are under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resumable: dict[str, Resumable] = {}
        self._parts: dict[str, Parts] = {}

    def start_resumable(self, upload: Resumable) -> str:
        upload.conditions.require(upload.bucket.find(upload.name))
        return _keep(self._resumable, upload)

    def start_parts(self, upload: Parts) -> str:
        return _keep(self._parts, upload)

    def parts(self, upload_id: str) -> Parts:
        return _find(self._parts, upload_id)

    def forget_parts(self, upload_id: str) -> None:
        self._parts.pop(upload_id, None)

    def proceed(self, request: Request, whole: bool = True) -> Answer:
        """Take a piece of a resumable upload; `whole` is false when the connection broke off within it."""
        upload = _find(self._resumable, request.query["upload_id"])
        with self._lock:
            if upload.finished is None:
                total = _take(upload, request, whole)
                if total is None or len(upload.data) < total:
                    held = {"range": f"bytes=0-{len(upload.data) - 1}"} if upload.data else {}
                    return Answer(308, held)
                fields = {**upload.fields, **stated_hashes(request)}
                upload.finished = upload.bucket.write(upload.name, bytes(upload.data), fields, upload.conditions)
        return Answer.document(upload.finished.resource(upload.bucket.name))


def stated_hashes(request: Request) -> dict[str, str]:
    """The `x-goog-hash` header, by the names of the JSON API's fields."""
    found = dict(re.findall(r"(crc32c|md5)=([^, ]+)", request.headers.get("x-goog-hash", "")))
    names = {"crc32c": "crc32c", "md5": "md5Hash"}
    return {names[key]: value for key, value in found.items()}


def split_related(request: Request) -> tuple[bytes, bytes, str | None]:
    """The two parts of a `multipart/related` body, and the content type of the second."""
    boundary = re.search(r"boundary=\"?([^\";]+)", request.headers["content-type"])
    if boundary is None:
        raise Refused(400, "multipart without a boundary")
    pieces = request.body.split(b"--" + boundary[1].strip("'").encode())
    if len(pieces) < 4:
        raise Refused(400, "multipart body broke off")
    heads, bodies = zip(*(piece.removeprefix(b"\r\n").split(b"\r\n\r\n", 1) for piece in pieces[1:3]), strict=True)
    kind = re.search(rb"content-type: *([^\r\n]+)", heads[1], re.IGNORECASE)
    metadata, data = (body.removesuffix(b"\r\n") for body in bodies)
    return metadata, data, kind[1].decode() if kind else None


def _take(upload: Resumable, request: Request, whole: bool) -> int | None:
    """Append what is new, and say how long the whole will be where that is known."""
    stated = request.headers.get("content-range", f"bytes 0-/{len(request.body)}")
    asked = re.fullmatch(r"bytes \*/(\d+|\*)", stated)
    piece = re.fullmatch(r"bytes (\d+)-(\d*)/(\d+|\*)", stated)
    if asked:
        return None if asked[1] == "*" else int(asked[1])
    if piece is None or int(piece[1]) > len(upload.data):
        raise Refused(400, f"unexpected range '{stated}', {len(upload.data)} bytes are held")
    upload.data[int(piece[1]) :] = request.body
    if not whole:
        del upload.data[len(upload.data) // QUANTUM_BYTES * QUANTUM_BYTES :]
        return None
    return None if piece[3] == "*" else int(piece[3])


def _keep(table: dict[str, Upload], upload: Upload) -> str:
    upload_id = uuid.uuid4().hex
    table[upload_id] = upload
    return upload_id


def _find(table: dict[str, Upload], upload_id: str) -> Upload:
    if upload_id not in table:
        raise Refused(404, "no such upload")
    return table[upload_id]
