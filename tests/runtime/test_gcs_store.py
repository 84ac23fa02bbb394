"""What only a bucket can do wrong, with faults that our own server makes."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import google.api_core.exceptions
import google.auth.exceptions
import google.cloud.storage.exceptions
import pytest
import requests.exceptions
import urllib3.exceptions

from jobs.runtime import gcs_store
from jobs.runtime.errors import StoreUnreachable, StoreUnreadable, StoreUnwritable
from jobs.runtime.gcs_store import FOREIGN_ERRORS, MEANINGS, GcsStore, meaning_of, reason_of
from tests.gcs_server.bucket import Preconditions
from tests.gcs_server.faults import Fault
from tests.gcs_server.server import GcsServer

MODULES = (
    google.api_core.exceptions,
    google.auth.exceptions,
    google.cloud.storage.exceptions,
    requests.exceptions,
    urllib3.exceptions,
    http.client,
)
NEVER_RAISED_BY_US = ("DuplicateCredentialArgs", "AsyncRestUnsupportedParameterError", "ProxySchemeUnsupported")
LARGE = 9_000_000
"""More than the SDK sends in one piece."""
OBJECTS = "/o"
"""In the path of every request but one: the SDK asks for the bucket itself in the background, when it likes."""


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large"
    path.write_bytes(bytes(range(250)) * (LARGE // 250))
    return path


@pytest.fixture
def quick_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same policy with a patience that a test can afford."""
    monkeypatch.setattr(gcs_store, "RETRY", gcs_store.RETRY.with_delay(initial=0.01, maximum=0.01).with_timeout(0.05))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_fault_of_the_server_goes_unnoticed(bucket: GcsStore, gcs_server: GcsServer, status: int) -> None:
    hits = gcs_server.faults.hits
    gcs_server.faults.add(Fault("refuse", path=OBJECTS, status=status, count=2))
    assert bucket.create("x", b"x")
    gcs_server.faults.add(Fault("refuse", path=OBJECTS, status=status))
    assert bucket.read("x") == b"x"
    assert gcs_server.faults.hits == hits + 3


def test_a_creation_whose_answer_was_lost_is_still_known_as_ours(bucket: GcsStore, gcs_server: GcsServer) -> None:
    gcs_server.faults.add(Fault("lose_answer", method="POST", path="/upload/"))
    assert bucket.create("x", b"same bytes")
    assert not bucket.create("x", b"same bytes")


def test_an_upload_that_is_cut_goes_on_where_it_was(bucket: GcsStore, gcs_server: GcsServer, large: Path) -> None:
    gcs_server.faults.add(Fault("cut_upload", method="PUT", after_bytes=3_000_000))
    bucket.upload(large, "large")
    assert bucket.read("large") == large.read_bytes()


def test_a_small_upload_that_is_cut_is_sent_again(bucket: GcsStore, gcs_server: GcsServer) -> None:
    gcs_server.faults.add(Fault("cut_upload", path="/upload/", after_bytes=100))
    bucket.replace("x", b"x" * 10_000)
    assert bucket.read("x") == b"x" * 10_000


def test_a_download_that_is_cut_goes_on_where_it_was(
    bucket: GcsStore, gcs_server: GcsServer, large: Path, tmp_path: Path
) -> None:
    bucket.upload(large, "large")
    gcs_server.faults.add(Fault("cut_download", path="alt=media", after_bytes=3_000_000))
    bucket.download("large", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == large.read_bytes()


def test_a_damaged_download_is_noticed(bucket: GcsStore, gcs_server: GcsServer, tmp_path: Path) -> None:
    bucket.create("x", b"x" * 1000)
    for call in (lambda: bucket.read("x"), lambda: bucket.download("x", tmp_path / "copy")):
        gcs_server.faults.add(Fault("corrupt_download", path="alt=media"))
        with pytest.raises(StoreUnreachable, match="Checksum mismatch"):
            call()
    assert bucket.read("x") == b"x" * 1000


@pytest.mark.parametrize(("size", "method"), [(1000, "POST"), (LARGE, "PUT")])
def test_a_damaged_upload_leaves_nothing(
    bucket: GcsStore, gcs_server: GcsServer, tmp_path: Path, size: int, method: str
) -> None:
    (tmp_path / "source").write_bytes(b"x" * size)
    gcs_server.faults.add(Fault("corrupt_upload", method=method, path="/upload/"))
    with pytest.raises(StoreUnreachable, match="CRC32C"):
        bucket.upload(tmp_path / "source", "x")
    assert bucket.stat("x") is None


def test_a_slow_answer_is_waited_for(bucket: GcsStore, gcs_server: GcsServer) -> None:
    bucket.create("x", b"x")
    gcs_server.faults.add(Fault("slow", path="alt=media", seconds=0.2))
    assert bucket.read("x") == b"x"


def test_many_objects_are_listed_over_several_pages(bucket: GcsStore, gcs_server: GcsServer) -> None:
    held = gcs_server.state.bucket(bucket.uri.removeprefix("gs://"))
    names = [f"many/{number:04}" for number in range(2500)]
    for name in reversed(names):
        held.write(name, b"", {}, Preconditions())
    for name in ("many/", "many//x", "many/../x", "many/back\\slash"):
        held.write(name, b"", {}, Preconditions())
    assert [item.path for item in bucket.list("many/")] == names


def test_unrecognised_credentials_are_refused(bucket: GcsStore, gcs_server: GcsServer, tmp_path: Path) -> None:
    bucket.create("x", b"x")
    for error, call in _calls(bucket, tmp_path):
        gcs_server.faults.add(Fault("refuse", path=OBJECTS, status=401))
        with pytest.raises(error, match="credentials"):
            call()


def test_refusals_say_what_was_refused(bucket: GcsStore, gcs_server: GcsServer, tmp_path: Path) -> None:
    bucket.create("x", b"x")
    for error, call in _calls(bucket, tmp_path):
        gcs_server.faults.add(Fault("refuse", path=OBJECTS, status=403))
        with pytest.raises(error, match="a fault that the test ordered") as raised:
            call()
        assert raised.value.__cause__ is not None
        assert "http" not in str(raised.value)


def test_a_bucket_that_does_not_exist_is_named(gcs_server: GcsServer, tmp_path: Path) -> None:
    for error, call in _calls(GcsStore("gs://no-such-bucket/prefix"), tmp_path):
        with pytest.raises(error, match="there is no bucket named 'no-such-bucket'"):
            call()


def test_a_server_that_is_gone_is_known_as_such(monkeypatch: pytest.MonkeyPatch, quick_retry: None) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(StoreUnreachable, match="refused"):
            GcsStore("gs://bucket").read("x")


def test_a_server_that_always_fails_is_known_as_such(
    bucket: GcsStore, gcs_server: GcsServer, tmp_path: Path, quick_retry: None
) -> None:
    gcs_server.faults.add(Fault("refuse", status=503, count=1_000_000))
    for _, call in _calls(bucket, tmp_path):
        with pytest.raises(StoreUnreachable):
            call()


def test_missing_credentials_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "missing.json"))
    with pytest.raises(StoreUnreadable, match=r"missing\.json"):
        GcsStore("gs://bucket")


@pytest.mark.parametrize("uri", ["gs://", "gs:///x", "gs://UPPER", "gs://a", "gs://-a-/x"])
def test_an_address_without_a_bucket_is_refused(uri: str) -> None:
    with pytest.raises(StoreUnreadable, match="gs://bucket"):
        GcsStore(uri)


def test_two_prefixes_of_a_bucket_do_not_see_each_other(bucket: GcsStore) -> None:
    one, other = GcsStore(f"{bucket.uri}/one"), GcsStore(f"{bucket.uri}/one-more")
    one.create("x", b"1")
    other.create("x", b"2")
    assert [item.path for item in one.list("")] == ["x"]
    assert [item.path for item in bucket.list("")] == ["one-more/x", "one/x"]
    assert one.read("x") == b"1"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_error_that_the_sdk_may_raise_has_a_meaning(module: ModuleType) -> None:
    kinds = [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, Exception)
        and not issubclass(kind, Warning)
        and kind.__module__ == module.__name__
        and kind.__name__ not in NEVER_RAISED_BY_US
    ]
    assert kinds
    assert [kind.__name__ for kind in kinds if not issubclass(kind, FOREIGN_ERRORS)] == []


def test_no_row_of_the_table_is_hidden_by_an_earlier_one() -> None:
    for position, (kind, _) in enumerate(MEANINGS):
        assert not any(issubclass(kind, earlier) for earlier, _ in MEANINGS[:position]), kind


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (google.api_core.exceptions.NotFound("x"), "missing"),
        (google.api_core.exceptions.Forbidden("x"), "refused"),
        (google.api_core.exceptions.BadRequest("x"), "refused"),
        (google.api_core.exceptions.BadRequest("Provided CRC32C doesn't match"), "unreachable"),
        (google.api_core.exceptions.TooManyRequests("x"), "unreachable"),
        (google.api_core.exceptions.InternalServerError("x"), "unreachable"),
        (google.auth.exceptions.RefreshError("x"), "refused"),
        (google.auth.exceptions.RefreshError("x", retryable=True), "unreachable"),
        (google.auth.exceptions.TransportError("x"), "unreachable"),
        (requests.exceptions.InvalidURL("x"), "refused"),
        (requests.exceptions.SSLError("x"), "unreachable"),
        (ConnectionResetError("x"), "unreachable"),
        (http.client.IncompleteRead(b""), "unreachable"),
    ],
)
def test_only_what_another_try_may_mend_is_transient(error: Exception, meaning: str) -> None:
    assert meaning_of(error) == meaning


def test_a_reason_holds_no_address_of_an_upload() -> None:
    seen = "Max retries exceeded with url: /upload/storage/v1/b/x/o?uploadType=resumable&upload_id=ABPtcPosecret"
    assert "ABPtcPosecret" not in reason_of(requests.exceptions.ConnectionError(seen))
    assert reason_of(ConnectionResetError()) == "ConnectionResetError"


def _calls(store: GcsStore, tmp_path: Path) -> tuple[tuple[type[Exception], Callable[[], object]], ...]:
    (tmp_path / "source").write_bytes(b"x")
    return (
        (StoreUnreadable, lambda: store.read("x")),
        (StoreUnreadable, lambda: store.stat("x")),
        (StoreUnreadable, lambda: list(store.list(""))),
        (StoreUnreadable, lambda: store.download("x", tmp_path / "copy")),
        (StoreUnwritable, lambda: store.create("new", b"x")),
        (StoreUnwritable, lambda: store.replace("x", b"x")),
        (StoreUnwritable, lambda: store.upload(tmp_path / "source", "x")),
        (StoreUnwritable, lambda: store.link("x", "new")),
        (StoreUnwritable, lambda: store.delete("x")),
    )
