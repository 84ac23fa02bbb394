"""Buckets and objects in memory, with generations and preconditions."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import google_crc32c

from tests.gcs_server.message import Refused

WRITABLE_FIELDS = ("contentType", "contentEncoding", "contentDisposition", "cacheControl", "metadata", "storageClass")


@dataclass(frozen=True)
class Preconditions:
    """What a request expects of an object's generation; 0 means that there is none."""

    generation: int | None = None
    not_generation: int | None = None
    metageneration: int | None = None
    not_metageneration: int | None = None

    @classmethod
    def of(cls, query: Mapping[str, str], source: bool = False) -> Preconditions:
        prefix = "ifSource" if source else "if"
        names = ("GenerationMatch", "GenerationNotMatch", "MetagenerationMatch", "MetagenerationNotMatch")
        return cls(*(int(query[prefix + name]) if prefix + name in query else None for name in names))

    def require(self, current: Blob | None, unmet: int = 412) -> None:
        """Raises: Refused: with 412; with `unmet` for the two negative conditions, where a reader gets 304."""
        generation = current.generation if current else 0
        metageneration = current.metageneration if current else 0
        if self.generation not in (None, generation) or self.metageneration not in (None, metageneration):
            raise Refused(412, "At least one of the pre-conditions you specified did not hold.")
        if self.not_generation == generation or self.not_metageneration == metageneration:
            raise Refused(unmet, "At least one of the pre-conditions you specified did not hold.")


@dataclass(frozen=True)
class Blob:
    """One generation of an object. A composite has no md5, as in the real service."""

    name: str
    data: bytes
    generation: int
    fields: dict[str, Any]
    composite: bool = False
    metageneration: int = 1
    created: str = field(default_factory=lambda: time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()))

    @property
    def crc32c(self) -> str:
        return base64.b64encode(google_crc32c.Checksum(self.data).digest()).decode()

    @property
    def md5(self) -> str:
        return base64.b64encode(hashlib.md5(self.data, usedforsecurity=False).digest()).decode()

    @property
    def etag(self) -> str:
        return base64.b64encode(f"{self.generation}/{self.metageneration}".encode()).decode()

    @property
    def hashes(self) -> dict[str, str]:
        return {"crc32c": self.crc32c} if self.composite else {"crc32c": self.crc32c, "md5": self.md5}

    def resource(self, bucket: str) -> dict[str, Any]:
        """The object as the JSON API shows it."""
        md5 = {} if self.composite else {"md5Hash": self.md5}
        return {
            "kind": "storage#object",
            "id": f"{bucket}/{self.name}/{self.generation}",
            "name": self.name,
            "bucket": bucket,
            "generation": str(self.generation),
            "metageneration": str(self.metageneration),
            "size": str(len(self.data)),
            "crc32c": self.crc32c,
            "etag": self.etag,
            "timeCreated": self.created,
            "updated": self.created,
            "storageClass": "STANDARD",
            "contentType": "application/octet-stream",
            **md5,
            **self.fields,
        }


@dataclass(frozen=True)
class Page:
    blobs: tuple[Blob, ...]
    prefixes: tuple[str, ...]
    next_after: str | None


class Bucket:
    """Every change is checked against its preconditions and made under one lock."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._blobs: dict[str, Blob] = {}
        self._generation = time.time_ns() // 1000

    def __len__(self) -> int:
        return len(self._blobs)

    def find(self, name: str, generation: str | None = None) -> Blob | None:
        blob = self._blobs.get(name)
        return None if blob is None or generation not in (None, str(blob.generation)) else blob

    def get(self, name: str, generation: str | None = None) -> Blob:
        """Raises: Refused: 404."""
        blob = self.find(name, generation)
        if blob is None:
            raise Refused(404, f"No such object: {self.name}/{name}")
        return blob

    def write(
        self, name: str, data: bytes, fields: Mapping[str, Any], conditions: Preconditions, composite: bool = False
    ) -> Blob:
        """A new generation; `fields` may hold the crc32c and md5Hash that the data must have.

        Raises:
            Refused: 400 for a checksum that does not fit, 412 for an unmet precondition.
        """
        kept = {key: value for key, value in fields.items() if key in WRITABLE_FIELDS and value is not None}
        with self._lock:
            conditions.require(self._blobs.get(name))
            self._generation = max(self._generation + 1, time.time_ns() // 1000)
            blob = Blob(name, data, self._generation, kept, composite)
            for stated, seen in ((fields.get("crc32c"), blob.crc32c), (fields.get("md5Hash"), blob.md5)):
                if stated not in (None, seen):
                    kind = "CRC32C" if seen == blob.crc32c else "MD5 hash"
                    raise Refused(400, f'Provided {kind} "{stated}" doesn\'t match calculated {kind} "{seen}".')
            self._blobs[name] = blob
        return blob

    def patch(self, name: str, changes: Mapping[str, Any], conditions: Preconditions) -> Blob:
        with self._lock:
            blob = self.get(name)
            conditions.require(blob)
            fields = {**blob.fields, **{key: value for key, value in changes.items() if key in WRITABLE_FIELDS}}
            self._blobs[name] = replace(blob, fields=fields, metageneration=blob.metageneration + 1)
            return self._blobs[name]

    def delete(self, name: str, generation: str | None, conditions: Preconditions) -> None:
        with self._lock:
            conditions.require(self.get(name, generation))
            del self._blobs[name]

    def list(self, query: Mapping[str, str], after: str | None) -> Page:
        """One page in UTF-8 order; names with the delimiter beyond the prefix are folded into prefixes."""
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        start, end = query.get("startOffset", ""), query.get("endOffset", "")
        entries: dict[str, Blob | None] = {}
        for name, blob in sorted(self._blobs.copy().items(), key=lambda item: item[0].encode()):
            if not name.startswith(prefix) or name < start or (end and name >= end):
                continue
            cut = name.find(delimiter, len(prefix)) if delimiter else -1
            if cut < 0:
                entries[name] = blob
            else:
                entries[name[: cut + len(delimiter)]] = None
        left = [(name, blob) for name, blob in entries.items() if after is None or name.encode() > after.encode()]
        size = int(query.get("maxResults", "1000"))
        page = left[:size]
        return Page(
            tuple(blob for _, blob in page if blob is not None),
            tuple(name for name, blob in page if blob is None),
            page[-1][0] if len(left) > size else None,
        )
