"""What every store promises: the same tests over a folder and over buckets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs.runtime.errors import ArtifactMissing, UnknownName
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gcs_store import GcsStore
from jobs.runtime.store import PathLeavesStore, Store, StoredObject, open_store, require_store_path
from tests.gcs_server.server import GcsServer

RACERS = 16
ODD_NAMES = ("a b", "é ü", "日本/語", "#", "?", "a#b?c%20d&e=f", "%2e%2e", "+", "..dots", "dots..", "~", "'\"<>|*:;")
HOSTILE_PATHS = (
    "", "/", "/etc/passwd", "..", "../x", "a/../../x", "a/..", "./a", "a/.", "a//b", "a/", "a\\b", "..\\x",
    "a\x00b", "a\nb", "x" * 256, "/".join(["x" * 200] * 6), "é" * 128, "\ud800",
)  # fmt: skip


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_what_was_written_is_read(store: Store, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"\x00" * (size % 256)
    assert store.create("a/b.bin", data)
    assert store.read("a/b.bin") == data
    assert store.stat("a/b.bin") == StoredObject("a/b.bin", size)


@pytest.mark.parametrize("size", [0, 1, 5_000_000, 9_000_000])
def test_a_file_survives_upload_and_download(store: Store, tmp_path: Path, size: int) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"\x01\x02\x03" * (size // 3) + b"\x00" * (size % 3))
    store.upload(source, "deep/er/file.bin")
    store.download("deep/er/file.bin", tmp_path / "new" / "folder" / "copy")
    assert (tmp_path / "new" / "folder" / "copy").read_bytes() == source.read_bytes()


def test_create_keeps_the_first(store: Store) -> None:
    assert store.create("x", b"first")
    assert not store.create("x", b"second")
    assert store.read("x") == b"first"


def test_of_many_racing_creators_exactly_one_wins_and_its_bytes_stay(store: Store) -> None:
    together = threading.Barrier(RACERS)

    def race(number: int) -> bool:
        together.wait()
        return store.create("deep/race", b"%d" % number * 1000)

    with ThreadPoolExecutor(RACERS) as pool:
        won = list(pool.map(race, range(RACERS)))
    assert won.count(True) == 1
    assert store.read("deep/race") == b"%d" % won.index(True) * 1000


def test_of_racers_with_equal_bytes_still_exactly_one_wins(store: Store) -> None:
    with ThreadPoolExecutor(RACERS) as pool:
        assert list(pool.map(lambda _: store.create("same", b"same"), range(RACERS))).count(True) == 1


def test_replace_and_upload_overwrite(store: Store, tmp_path: Path) -> None:
    store.replace("x", b"1")
    store.replace("x", b"22")
    assert store.read("x") == b"22"
    (tmp_path / "source").write_bytes(b"333")
    store.upload(tmp_path / "source", "x")
    assert store.read("x") == b"333"


def test_a_reader_never_sees_a_half_replaced_object(store: Store) -> None:
    versions = [bytes([number]) * 200_000 for number in range(4)]
    store.replace("x", versions[0])
    done = threading.Event()

    def write(version: bytes) -> None:
        for _ in range(4):
            store.replace("x", version)

    def read() -> set[bytes]:
        seen = {store.read("x")}
        while not done.is_set():
            seen.add(store.read("x"))
        return seen

    with ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for writer in [pool.submit(write, version) for version in versions]:
            writer.result()
        done.set()
        assert set().union(*(reader.result() for reader in readers)) <= set(versions)


def test_list_gives_what_starts_with_the_prefix_in_order(store: Store) -> None:
    for path in ("b/2", "b/10", "b/deep/er", "a", "bb/1", "b-", "b/é", "b/z"):
        store.create(path, path.encode())
    assert [item.path for item in store.list("b/")] == ["b/10", "b/2", "b/deep/er", "b/z", "b/é"]
    assert [item.path for item in store.list("b/1")] == ["b/10"]
    assert [item.path for item in store.list("b")] == ["b-", "b/10", "b/2", "b/deep/er", "b/z", "b/é", "bb/1"]
    assert next(iter(store.list(""))).path == "a"
    assert next(iter(store.list("b/deep/"))) == StoredObject("b/deep/er", 9)
    assert not list(store.list("nothing/"))


def test_linked_is_equal_and_outlives_its_source(store: Store) -> None:
    store.create("source", b"bytes")
    store.link("source", "deep/target")
    store.delete("source")
    assert store.read("deep/target") == b"bytes"


def test_link_leaves_an_existing_target_alone(store: Store) -> None:
    store.create("source", b"new")
    store.create("target", b"old")
    store.link("source", "target")
    assert store.read("target") == b"old"


def test_replacing_a_link_leaves_its_source_alone(store: Store) -> None:
    store.create("source", b"old")
    store.link("source", "target")
    store.replace("target", b"new")
    assert store.read("source") == b"old"


def test_delete_may_be_repeated(store: Store) -> None:
    store.create("a/b", b"x")
    store.delete("a/b")
    store.delete("a/b")
    store.delete("never/was")
    assert store.stat("a/b") is None
    assert not list(store.list(""))


def test_deleting_and_creating_siblings_at_once_loses_nothing(store: Store) -> None:
    def work(number: int) -> None:
        for turn in range(10):
            assert store.create(f"deep/er/{number}-{turn}", b"x")
            store.delete(f"deep/er/{number}-{turn}")
        assert store.create(f"deep/er/{number}", b"kept")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert [item.path for item in store.list("")] == [f"deep/er/{number}" for number in range(4)]


def test_what_is_missing_is_a_typed_error(store: Store, tmp_path: Path) -> None:
    store.create("folder/file", b"x")
    calls: tuple[Callable[[str], object], ...] = (
        store.read,
        lambda path: store.download(path, tmp_path / "x"),
        lambda path: store.link(path, "new"),
    )
    for call in calls:
        for path in ("missing", "folder", "folder/file/below"):
            with pytest.raises(ArtifactMissing, match=path):
                call(path)
            assert store.stat(path) is None


@pytest.mark.parametrize("path", ODD_NAMES)
def test_odd_names_are_names(store: Store, tmp_path: Path, path: str) -> None:
    assert store.create(path, path.encode())
    assert [item.path for item in store.list("")] == [path]
    store.download(path, tmp_path / "copy")
    store.link(path, f"linked/{path}")
    assert (tmp_path / "copy").read_bytes() == store.read(f"linked/{path}") == path.encode()
    store.delete(path)
    assert store.stat(path) is None


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_no_path_leads_out(store: Store, tmp_path: Path, path: str) -> None:
    calls: tuple[Callable[[], object], ...] = (
        lambda: require_store_path(path),
        lambda: store.read(path),
        lambda: store.stat(path),
        lambda: store.create(path, b""),
        lambda: store.replace(path, b""),
        lambda: store.upload(Path(__file__), path),
        lambda: store.download(path, tmp_path / "x"),
        lambda: store.link(path, "x"),
        lambda: store.link("x", path),
        lambda: store.delete(path),
    )
    for call in calls:
        with pytest.raises(PathLeavesStore):
            call()


@pytest.mark.parametrize("prefix", ["../", "/", "a/../", "/etc/", "a//"])
def test_no_prefix_leads_out(store: Store, prefix: str) -> None:
    with pytest.raises(PathLeavesStore):
        list(store.list(prefix))


def test_an_address_opens_the_same_store_again(store: Store) -> None:
    store.create("x", b"x")
    assert open_store(store.uri).read("x") == b"x"
    assert open_store(store.uri).uri == store.uri


def test_the_scheme_chooses_the_store(tmp_path: Path, gcs_server: GcsServer) -> None:
    assert isinstance(open_store(str(tmp_path)), FolderStore)
    assert isinstance(open_store(tmp_path.as_uri()), FolderStore)
    assert isinstance(open_store("gs://some-bucket/prefix"), GcsStore)


@pytest.mark.parametrize("uri", ["s3://bucket", "S3://bucket", "http://host/x"])
def test_an_unknown_scheme_is_refused(uri: str) -> None:
    with pytest.raises(UnknownName, match="Known: file, gs"):
        open_store(uri)
