import hashlib
import json

import pytest

from jobs.runtime.errors import StoreUnreadable
from jobs.runtime.profiles import load_profile
from jobs.runtime.publish import publish_dataset
from jobs.runtime.verify import CertificateMalformed, CertificateMissing, verify_dataset
from tests.runtime.published import DATASET_FILES, commit_line

DEMO = load_profile("demo")


@pytest.fixture
def published(store):
    """A store and the folder of a dataset in it."""
    return store, publish_dataset(store, commit_line(store, DEMO), DEMO)


def verify(published):
    store, folder = published
    return verify_dataset(f"{store.uri.rstrip('/')}/{folder}")


def test_what_was_published_is_intact(published):
    verification = verify(published)
    assert verification.intact
    assert verification.files == len(DATASET_FILES)
    assert verification.problems == ()
    assert "all 3 files are as certified" in verification.summary


def test_each_changed_missing_and_extra_file_is_named(published):
    store, folder = published
    store.replace(f"{folder}/meta/info.json", b"[]")
    store.delete(f"{folder}/data/chunk-000/file-000.parquet")
    store.replace(f"{folder}/data/chunk-000/notes.txt", b"hello")
    verification = verify(published)
    (changed,) = verification.changed
    assert not verification.intact
    assert changed.path == "meta/info.json"
    assert changed.seen_sha256 == hashlib.sha256(b"[]").hexdigest()
    assert changed.expected_sha256 == hashlib.sha256(b"{}").hexdigest()
    assert verification.missing == ("data/chunk-000/file-000.parquet",)
    assert verification.extra == ("data/chunk-000/notes.txt",)
    assert len(verification.problems) == 3
    assert "1 missing, 1 changed, 1 extra" in verification.summary


def test_without_a_certificate_it_is_not_a_published_dataset(published):
    store, folder = published
    store.delete(f"{folder}/certificate.json")
    with pytest.raises(CertificateMissing, match=r"holds no certificate\.json"):
        verify(published)


def test_a_folder_that_does_not_exist_holds_no_certificate(tmp_path):
    with pytest.raises(CertificateMissing, match="nowhere"):
        verify_dataset(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.pop("files"),
        lambda document: document["files"].append(document["files"][0]),
        lambda document: document["files"][0].update(path="../../elsewhere"),
        lambda document: document["files"][0].update(path="/etc/passwd"),
        lambda document: document.update(schema_version=2),
    ],
)
def test_a_malformed_certificate_is_refused(published, spoil):
    store, folder = published
    document = json.loads(store.read(f"{folder}/certificate.json"))
    spoil(document)
    store.replace(f"{folder}/certificate.json", json.dumps(document).encode())
    with pytest.raises(CertificateMalformed):
        verify(published)


def test_a_truncated_certificate_is_refused(published):
    store, folder = published
    store.replace(f"{folder}/certificate.json", store.read(f"{folder}/certificate.json")[:-10])
    with pytest.raises(CertificateMalformed):
        verify(published)


def test_links_are_not_what_was_certified(folder, tmp_path):
    place = tmp_path / "store" / publish_dataset(folder, commit_line(folder, DEMO), DEMO)
    (tmp_path / "same.json").write_bytes(b"{}")
    (place / "meta/info.json").unlink()
    (place / "meta/info.json").symlink_to(tmp_path / "same.json")
    (place / "elsewhere").symlink_to(tmp_path)
    (place / "dangling").symlink_to(tmp_path / "nothing")
    verification = verify_dataset(f"file://{place}")
    assert [(item.path, item.seen_sha256) for item in verification.changed] == [("meta/info.json", None)]
    assert verification.extra == ("dangling", "elsewhere")
    assert "not a plain file" in verification.problems[0]


def test_a_place_that_cannot_be_read_is_said_so(tmp_path):
    with pytest.raises(StoreUnreadable, match="too long"):
        verify_dataset(str(tmp_path / ("x" * 300)))
