"""Our server against Google's own client, and, for what the client prevents, against raw requests."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import google_crc32c
import pytest
from google.api_core.exceptions import BadRequest, Conflict, NotFound, PreconditionFailed, ServiceUnavailable
from google.cloud import storage
from google.cloud.storage import transfer_manager

from tests.gcs_server.faults import Fault
from tests.gcs_server.server import GcsServer

MEGABYTE = 1 << 20


@pytest.fixture
def client(gcs_server: GcsServer) -> Iterator[storage.Client]:
    client = storage.Client(project="project")
    yield client
    client.close()


@pytest.fixture
def bucket(client: storage.Client) -> storage.Bucket:
    return client.create_bucket(f"bucket-{uuid.uuid4().hex}")


@pytest.fixture
def data() -> bytes:
    return os.urandom(5 * MEGABYTE)


def test_an_upload_has_its_checksums_and_generations(bucket: storage.Bucket) -> None:
    _put(bucket, "a/1.txt", b"hello")
    blob = bucket.get_blob("a/1.txt")
    assert blob.md5_hash == base64.b64encode(hashlib.md5(b"hello", usedforsecurity=False).digest()).decode()
    assert blob.crc32c == base64.b64encode(google_crc32c.Checksum(b"hello").digest()).decode()
    assert (blob.size, blob.metageneration) == (5, 1)
    _put(bucket, "a/1.txt", b"hello")
    assert bucket.get_blob("a/1.txt").generation > blob.generation


def test_an_upload_where_nothing_may_be_is_refused_where_something_is(bucket: storage.Bucket, data: bytes) -> None:
    _put(bucket, "x", b"1", if_generation_match=0)
    with pytest.raises(PreconditionFailed):
        _put(bucket, "x", b"2", if_generation_match=0)
    with pytest.raises(PreconditionFailed):
        bucket.blob("x", chunk_size=256 * 1024).upload_from_file(io.BytesIO(data), if_generation_match=0)
    assert bucket.blob("x").download_as_bytes() == b"1"


def test_an_upload_onto_a_generation_needs_that_generation(bucket: storage.Bucket) -> None:
    generation = _put(bucket, "x", b"1").generation
    _put(bucket, "x", b"2", if_generation_match=generation)
    with pytest.raises(PreconditionFailed):
        _put(bucket, "x", b"3", if_generation_match=generation)
    with pytest.raises(PreconditionFailed):
        _put(bucket, "x", b"3", if_generation_not_match=bucket.get_blob("x").generation)


def test_of_sixteen_racers_one_wins(bucket: storage.Bucket) -> None:
    def race(number: int) -> bool:
        try:
            _put(bucket, "race", str(number).encode(), if_generation_match=0)
        except PreconditionFailed:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(race, range(16))).count(True) == 1


def test_a_resumable_upload_in_many_pieces_is_whole(bucket: storage.Bucket, data: bytes) -> None:
    bucket.blob("x", chunk_size=256 * 1024).upload_from_file(io.BytesIO(data), checksum="crc32c")
    assert bucket.blob("x").download_as_bytes(checksum="crc32c") == data


def test_a_stream_of_unknown_length_is_whole(bucket: storage.Bucket, data: bytes) -> None:
    with bucket.blob("x").open("wb", chunk_size=256 * 1024) as file:
        for start in range(0, len(data), 100_000):
            file.write(data[start : start + 100_000])
    assert bucket.blob("x").download_as_bytes() == data


def test_parts_sent_at_once_are_put_together_in_order(bucket: storage.Bucket, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(os.urandom(12 * MEGABYTE))
    transfer_manager.upload_chunks_concurrently(
        str(tmp_path / "file"),
        bucket.blob("x"),
        chunk_size=5 * MEGABYTE,
        max_workers=3,
        worker_type=transfer_manager.THREAD,
    )
    blob = bucket.get_blob("x")
    assert blob.md5_hash is None
    transfer_manager.download_chunks_concurrently(
        blob,
        str(tmp_path / "copy"),
        chunk_size=5 * MEGABYTE,
        max_workers=3,
        worker_type=transfer_manager.THREAD,
    )
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "file").read_bytes()


def test_a_wrong_md5_is_refused(bucket: storage.Bucket) -> None:
    blob = bucket.blob("x")
    blob.md5_hash = base64.b64encode(b"0" * 16).decode()
    with pytest.raises(BadRequest, match="MD5"):
        blob.upload_from_string(b"x")
    assert bucket.get_blob("x") is None


def test_a_wrong_crc32c_is_refused(bucket: storage.Bucket, gcs_server: GcsServer) -> None:
    body = (
        b'--cut\r\ncontent-type: application/json\r\n\r\n{"name": "x", "crc32c": "AAAAAA=="}\r\n'
        b"--cut\r\ncontent-type: text/plain\r\n\r\nhello\r\n--cut--"
    )
    request = urllib.request.Request(
        f"{gcs_server.address}/upload/storage/v1/b/{bucket.name}/o?uploadType=multipart",
        data=body,
        headers={"content-type": "multipart/related; boundary=cut"},
    )
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request)
    assert raised.value.code == 400
    assert b"CRC32C" in raised.value.read()
    raised.value.close()
    assert bucket.get_blob("x") is None


def test_ranges_are_honoured(bucket: storage.Bucket) -> None:
    _put(bucket, "x", b"hello")
    assert bucket.blob("x").download_as_bytes(start=1, end=3) == b"ell"
    assert bucket.blob("x").download_as_bytes(start=3) == b"lo"


def test_listing_folds_at_the_delimiter(client: storage.Client, bucket: storage.Bucket) -> None:
    for name in ("l/x/1", "l/x/2", "l/y/1", "l/z", "m"):
        _put(bucket, name)
    listing = client.list_blobs(bucket, prefix="l/", delimiter="/")
    assert [blob.name for blob in listing] == ["l/z"]
    assert listing.prefixes == {"l/x/", "l/y/"}


def test_listing_comes_in_pages_and_from_an_offset(client: storage.Client, bucket: storage.Bucket) -> None:
    names = [f"{number}" for number in range(7)]
    for name in names:
        _put(bucket, name)
    assert [[blob.name for blob in page] for page in client.list_blobs(bucket, page_size=3).pages] == [
        names[:3],
        names[3:6],
        names[6:],
    ]
    assert [blob.name for blob in client.list_blobs(bucket, start_offset="5")] == names[5:]
    assert [blob.name for blob in client.list_blobs(bucket, end_offset="2")] == names[:2]


def test_compose_appends_and_honours_preconditions(bucket: storage.Bucket) -> None:
    first, second = _put(bucket, "1", b"aa"), _put(bucket, "2", b"bb")
    bucket.blob("c").compose([first, second])
    assert bucket.blob("c").download_as_bytes() == b"aabb"
    with pytest.raises(PreconditionFailed):
        bucket.blob("c").compose([first], if_generation_match=0)
    with pytest.raises(NotFound):
        bucket.blob("d").compose([bucket.blob("missing")])


def test_rewrite_and_copy_keep_bytes_and_metadata(bucket: storage.Bucket) -> None:
    source = bucket.blob("x")
    source.metadata = {"colour": "red"}
    source.upload_from_string(b"x", content_type="text/plain")
    token, _, _ = bucket.blob("rewritten").rewrite(source)
    assert token is None
    bucket.copy_blob(source, bucket, "copied")
    for name in ("rewritten", "copied"):
        blob = bucket.get_blob(name)
        assert (blob.download_as_bytes(), blob.metadata, blob.content_type) == (b"x", {"colour": "red"}, "text/plain")
    with pytest.raises(PreconditionFailed):
        bucket.blob("copied").rewrite(source, if_generation_match=0)
    with pytest.raises(PreconditionFailed):
        bucket.blob("new").rewrite(source, if_source_generation_match=1)


def test_metadata_changes_only_from_the_version_that_was_seen(bucket: storage.Bucket) -> None:
    blob = _put(bucket, "x")
    blob.metadata = {"a": "1"}
    blob.patch(if_metageneration_match=1)
    assert bucket.get_blob("x").metageneration == 2
    with pytest.raises(PreconditionFailed):
        blob.patch(if_metageneration_match=1)


def test_delete_honours_preconditions(bucket: storage.Bucket) -> None:
    generation = _put(bucket, "x").generation
    with pytest.raises(PreconditionFailed):
        bucket.blob("x").delete(if_generation_match=generation + 1)
    bucket.blob("x").delete(if_generation_match=generation)
    with pytest.raises(NotFound):
        bucket.blob("x").delete()


def test_buckets_are_made_once_and_removed_empty(client: storage.Client, bucket: storage.Bucket) -> None:
    with pytest.raises(Conflict):
        client.create_bucket(bucket.name)
    _put(bucket, "x")
    with pytest.raises(Conflict):
        bucket.delete()
    bucket.blob("x").delete()
    bucket.delete()
    assert not bucket.exists()


def test_ordered_faults_hit_what_they_name_and_only_as_often(bucket: storage.Bucket, gcs_server: GcsServer) -> None:
    _put(bucket, "x", b"x")
    gcs_server.faults.add(Fault("refuse", method="GET", path="alt=media", status=503))
    assert bucket.get_blob("x") is not None
    with pytest.raises(ServiceUnavailable):
        bucket.get_blob("x").download_as_bytes(retry=None)
    assert bucket.get_blob("x").download_as_bytes(retry=None) == b"x"


def test_it_runs_as_a_process_and_takes_faults_over_http() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.gcs_server", "--port", "0", "--bucket", "some-bucket"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        try:
            fault = json.dumps({"kind": "refuse", "status": 418}).encode()
            urllib.request.urlopen(f"{address}/_faults", data=fault).close()
            with pytest.raises(urllib.error.HTTPError) as raised:
                urllib.request.urlopen(f"{address}/storage/v1/b/some-bucket")
            assert raised.value.code == 418
            raised.value.close()
            with urllib.request.urlopen(f"{address}/storage/v1/b/some-bucket") as answer:
                assert json.load(answer)["name"] == "some-bucket"
        finally:
            process.terminate()


def _put(bucket: storage.Bucket, name: str, data: bytes = b"x", **conditions: int) -> storage.Blob:
    blob = bucket.blob(name)
    blob.upload_from_string(data, retry=None, **conditions)
    return blob
