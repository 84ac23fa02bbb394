"""The bytes of an object as an answer, whole or in part."""

from __future__ import annotations

import re

from tests.gcs_server.bucket import Blob
from tests.gcs_server.message import Answer, Request


def send(blob: Blob, request: Request) -> Answer:
    """Honours `Range`; 416 where it lies beyond the end."""
    headers = {
        "content-type": blob.fields.get("contentType", "application/octet-stream"),
        "etag": f'"{blob.etag}"',
        "accept-ranges": "bytes",
        "x-goog-generation": str(blob.generation),
        "x-goog-metageneration": str(blob.metageneration),
        "x-goog-hash": ",".join(f"{name}={value}" for name, value in blob.hashes.items()),
        "x-goog-stored-content-length": str(len(blob.data)),
        "x-goog-stored-content-encoding": "identity",
    }
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    if wanted is None:
        return Answer(200, headers, blob.data)
    size = len(blob.data)
    first = int(wanted[1]) if wanted[1] else max(0, size - int(wanted[2]))
    last = min(int(wanted[2]), size - 1) if wanted[1] and wanted[2] else size - 1
    if first >= size:
        return Answer(416, {"content-range": f"bytes */{size}"})
    return Answer(206, {**headers, "content-range": f"bytes {first}-{last}/{size}"}, blob.data[first : last + 1])
