"""A store in a Google Cloud Storage bucket. Create-only is `if_generation_match=0`."""

# The cloud SDK ships no types, so what it returns is unknown to pyright.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import http.client
import re
import uuid
import weakref
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import requests
import requests.exceptions
import urllib3.exceptions
from google.api_core.exceptions import (
    BadRequest,
    GoogleAPICallError,
    GoogleAPIError,
    NotFound,
    PreconditionFailed,
    RetryError,
    ServerError,
    TooManyRequests,
)
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.exceptions import TimeoutError as AuthTimeoutError
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption, InvalidPathError, InvalidResponse
from google.cloud.storage.retry import DEFAULT_RETRY
from requests.adapters import HTTPAdapter

from jobs.runtime.errors import ArtifactMissing, StoreUnreachable, StoreUnreadable, StoreUnwritable
from jobs.runtime.redaction import redact
from jobs.runtime.store import StoredObject, is_store_path, require_store_path

Meaning = Literal["missing", "refused", "unreachable"]
Refusal = type[StoreUnreadable] | type[StoreUnwritable]

MEANINGS: tuple[tuple[type[Exception], Meaning], ...] = (
    (NotFound, "missing"),
    (TooManyRequests, "unreachable"),
    (ServerError, "unreachable"),
    (RetryError, "unreachable"),
    (DataCorruption, "unreachable"),
    (InvalidResponse, "unreachable"),
    (GoogleAPIError, "refused"),
    (InvalidPathError, "refused"),
    (TransportError, "unreachable"),
    (AuthTimeoutError, "unreachable"),
    (GoogleAuthError, "refused"),
    (requests.exceptions.URLRequired, "refused"),
    (requests.exceptions.MissingSchema, "refused"),
    (requests.exceptions.InvalidSchema, "refused"),
    (requests.exceptions.InvalidURL, "refused"),
    (requests.exceptions.RequestException, "unreachable"),
    (urllib3.exceptions.LocationValueError, "refused"),
    (urllib3.exceptions.HTTPError, "unreachable"),
    (http.client.HTTPException, "unreachable"),
    (ConnectionError, "unreachable"),
    (TimeoutError, "unreachable"),
)
"""What the SDK, and what it is built on, may raise; the first row that fits holds."""
FOREIGN_ERRORS = tuple(kind for kind, _ in MEANINGS)

# `Any`, because the SDK's signatures name narrower types than its documentation.
RETRY: Any = DEFAULT_RETRY.with_delay(initial=0.2, maximum=4.0, multiplier=2.0).with_timeout(20.0)
TIMEOUT_S: Any = (4.0, 20.0)
"""To connect, and between two pieces of an answer. With `RETRY`, a dead server is known as such within 40 s."""
CONNECTIONS = 32
UPLOAD_PIECE_BYTES = 16 * 1024 * 1024
WRITER = "simfoundry-writer"
MAX_REASON_CHARACTERS = 500
_SERVER_MESSAGE = re.compile(r'"message": *"((?:[^"\\]|\\.)*)"')
_REQUEST_LINE = re.compile(r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE) https?://\S+:? ?")
_CHECKSUM_MISMATCH = re.compile(r"crc32c|md5", re.IGNORECASE)
_ADDRESS = re.compile(r"gs://(?P<bucket>[a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(?:/(?P<prefix>.*))?", re.DOTALL)


class GcsStore:
    """See `Store`. Credentials are the SDK's default ones; under STORAGE_EMULATOR_HOST the SDK uses none."""

    def __init__(self, uri: str) -> None:
        address = _ADDRESS.fullmatch(uri)
        if address is None:
            raise StoreUnreadable(uri, "its address is not of the form gs://bucket or gs://bucket/prefix")
        prefix = (address["prefix"] or "").strip("/")
        self._prefix = require_store_path(prefix) + "/" if prefix else ""
        self.uri = f"gs://{address['bucket']}/{prefix}".rstrip("/")
        self._bucket_was_seen = False
        with self._translating("", StoreUnreadable):
            self._client = storage.Client(project=None)
            self._bucket = self._client.bucket(address["bucket"])
            session: requests.Session = self._client._http  # pyright: ignore[reportPrivateUsage], as the SDK's manual does
            session.hooks["response"].append(_read_refusal)
            session.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))
            session.mount("https://", HTTPAdapter(pool_maxsize=CONNECTIONS))
        weakref.finalize(self, self._client.close)

    def read(self, path: str) -> bytes:
        blob = self._blob(path)
        with self._translating(path, StoreUnreadable):
            return blob.download_as_bytes(checksum="crc32c", retry=RETRY, timeout=TIMEOUT_S)

    def stat(self, path: str) -> StoredObject | None:
        blob = self._blob(path)
        with self._translating(path, StoreUnreadable):
            try:
                blob.reload(retry=RETRY, timeout=TIMEOUT_S)
            except NotFound:
                self._require_bucket(StoreUnreadable)
                return None
        return StoredObject(path, blob.size or 0)

    def list(self, prefix: str) -> Iterator[StoredObject]:
        if "/" in prefix:
            require_store_path(prefix.rpartition("/")[0])
        with self._translating(prefix, StoreUnreadable):
            fields = "items(name,size),nextPageToken"
            for blob in self._client.list_blobs(
                self._bucket, prefix=self._prefix + prefix, fields=fields, retry=RETRY, timeout=TIMEOUT_S
            ):
                path = blob.name.removeprefix(self._prefix)
                if is_store_path(path):
                    yield StoredObject(path, blob.size)

    def create(self, path: str, data: bytes) -> bool:
        """See `Store`. A try whose answer was lost meets its own object, so every writer leaves its mark on it."""
        writer, blob = uuid.uuid4().hex, self._blob(path)
        blob.metadata = {WRITER: writer}
        with self._translating(path, StoreUnwritable):
            try:
                blob.upload_from_string(data, if_generation_match=0, checksum="crc32c", retry=RETRY, timeout=TIMEOUT_S)
            except PreconditionFailed:
                return self._was_written_by(path, writer)
        return True

    def replace(self, path: str, data: bytes) -> None:
        blob = self._blob(path)
        with self._translating(path, StoreUnwritable):
            blob.upload_from_string(data, checksum="crc32c", retry=RETRY, timeout=TIMEOUT_S)

    def upload(self, source: Path, path: str) -> None:
        blob = self._blob(path)
        blob.chunk_size = UPLOAD_PIECE_BYTES
        with source.open("rb") as file, self._translating(path, StoreUnwritable):
            blob.upload_from_file(file, size=source.stat().st_size, checksum="crc32c", retry=RETRY, timeout=TIMEOUT_S)

    def download(self, path: str, target: Path) -> None:
        blob = self._blob(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file, self._translating(path, StoreUnreadable):
            blob.download_to_file(file, checksum="crc32c", retry=RETRY, timeout=TIMEOUT_S)

    def link(self, source: str, target: str) -> None:
        origin, destination, token = self._blob(source), self._blob(target), None
        with self._translating(source, StoreUnwritable):
            try:
                while True:
                    token, _, _ = destination.rewrite(
                        origin, token=token, if_generation_match=0, retry=RETRY, timeout=TIMEOUT_S
                    )
                    if token is None:
                        return
            except PreconditionFailed:
                return

    def delete(self, path: str) -> None:
        blob = self._blob(path)
        with self._translating(path, StoreUnwritable):
            try:
                blob.delete(retry=RETRY, timeout=TIMEOUT_S)
            except NotFound:
                self._require_bucket(StoreUnwritable)

    def _blob(self, path: str) -> storage.Blob:
        return self._bucket.blob(self._prefix + require_store_path(path))

    def _was_written_by(self, path: str, writer: str) -> bool:
        blob = self._bucket.get_blob(self._prefix + path, retry=RETRY, timeout=TIMEOUT_S)
        return blob is not None and (blob.metadata or {}).get(WRITER) == writer

    @contextmanager
    def _translating(self, path: str, refusal: Refusal) -> Generator[None]:
        """The one place where the SDK's errors become ours; `refusal` is what a final one becomes."""
        try:
            yield
        except FOREIGN_ERRORS as error:
            if meaning_of(error) == "missing":
                self._require_bucket(refusal)
                raise ArtifactMissing(self.uri, path) from error
            raise self._translate(error, refusal) from error

    def _require_bucket(self, refusal: Refusal) -> None:
        """What is missing may be the whole bucket. Listing needs no more rights than reading does."""
        if self._bucket_was_seen:
            return
        try:
            tuple(self._client.list_blobs(self._bucket, max_results=1, retry=RETRY, timeout=TIMEOUT_S))
        except NotFound as error:
            raise refusal(self.uri, f"there is no bucket named '{self._bucket.name}'") from error
        except FOREIGN_ERRORS as error:
            raise self._translate(error, refusal) from error
        self._bucket_was_seen = True

    def _translate(self, error: Exception, refusal: Refusal) -> StoreUnreachable | StoreUnreadable | StoreUnwritable:
        if meaning_of(error) == "unreachable":
            return StoreUnreachable(self.uri, reason_of(error))
        return refusal(self.uri, reason_of(error))


def _read_refusal(response: requests.Response, *_: object, **__: object) -> None:
    """A download that is refused leaves its answer unread, and with it a connection that nobody closes."""
    if response.status_code >= http.client.BAD_REQUEST:
        response.content  # noqa: B018, reading it is what gives the connection back


def meaning_of(error: Exception) -> Meaning:
    """What a foreign error means for whoever asked."""
    if isinstance(error, GoogleAuthError) and error.retryable:
        return "unreachable"
    if isinstance(error, BadRequest) and _CHECKSUM_MISMATCH.search(str(error)):
        return "unreachable"
    return next(meaning for kind, meaning in MEANINGS if isinstance(error, kind))


def reason_of(error: Exception) -> str:
    """One line without addresses and secrets: an upload's address is all that one needs to write."""
    text = str(error)
    said = _SERVER_MESSAGE.search(text)
    if said is not None:
        text = f"{error.code} {said[1]}" if isinstance(error, GoogleAPICallError) else said[1]
    text = redact(" ".join(_REQUEST_LINE.sub("", text).split()))
    return text[:MAX_REASON_CHARACTERS].rstrip(". ") or type(error).__name__
