"""What only a folder can do wrong: links, unwritable disks, processes that die."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jobs.runtime.errors import StoreUnreadable, StoreUnwritable
from jobs.runtime.folder_store import TEMPORARIES, FolderStore
from jobs.runtime.store import PathLeavesStore

PROCESSES = 8
WRITE_AND_DIE = """
import os, signal, sys
from jobs.runtime import folder_store
folder_store.place = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
folder_store.FolderStore(sys.argv[1]).create("x", b"half")
"""


def test_of_racing_processes_exactly_one_wins_and_its_bytes_stay(folder: FolderStore) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.runtime.create_racer", folder.uri, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [racer.communicate()[0].strip() for racer in racers]
    assert sorted(won) == ["False"] * (PROCESSES - 1) + ["True"]
    assert folder.read("deep/race") == str(won.index("True")).encode() * 1000


def test_a_writer_that_was_killed_leaves_nothing_and_the_next_one_sweeps(folder: FolderStore) -> None:
    died = subprocess.run([sys.executable, "-c", WRITE_AND_DIE, folder.uri], check=False)
    assert died.returncode == -signal.SIGKILL
    assert not list(folder.list(""))
    assert len(_temporaries(folder)) == 1
    assert folder.create("x", b"whole")
    assert _temporaries(folder) == []


def test_the_temporary_file_of_a_living_writer_is_not_swept(folder: FolderStore) -> None:
    with folder._temporary() as (file, temporary):
        folder.create("other", b"x")
        file.write(b"still here")
        file.flush()
        assert temporary.read_bytes() == b"still here"


@pytest.mark.parametrize("where", ["file/store", "file/deep/er"])
def test_a_store_below_a_file_cannot_be_written(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").touch()
    _assert_unwritable(FolderStore(str(tmp_path / where)), tmp_path)


def test_a_store_where_no_folder_can_be_made_cannot_be_written(tmp_path: Path) -> None:
    _assert_unwritable(FolderStore("/proc/simfoundry"), tmp_path)


def test_a_file_is_not_a_store(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnwritable, match="it is a file"):
        FolderStore(str(tmp_path / "file"))


def test_an_object_cannot_take_the_place_of_a_folder_nor_lie_below_an_object(folder: FolderStore) -> None:
    folder.create("a/b", b"x")
    folder.create("source", b"x")
    for call in (folder.create, folder.replace):
        for path in ("a", "a/b/c", "a/b/c/d"):
            with pytest.raises(StoreUnwritable):
                call(path, b"y")
    with pytest.raises(StoreUnwritable):
        folder.link("source", "a")
    assert folder.read("a/b") == b"x"


def test_a_disk_that_fills_up_leaves_no_half_object(folder: FolderStore, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x" * 2_000_000)
    folder.replace("kept", b"old")
    with _largest_file(1_000_000):
        for write in (
            lambda: folder.create("new", b"x" * 2_000_000),
            lambda: folder.replace("kept", b"x" * 2_000_000),
            lambda: folder.upload(tmp_path / "source", "kept"),
        ):
            with pytest.raises(StoreUnwritable, match=os.strerror(errno.EFBIG)):
                write()
    assert [item.path for item in folder.list("")] == ["kept"]
    assert folder.read("kept") == b"old"
    assert _temporaries(folder) == []


def test_a_missing_local_file_is_not_the_stores_fault(folder: FolderStore, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        folder.upload(tmp_path / "missing", "x")


def test_links_lead_nowhere(folder: FolderStore, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    root = Path(folder.uri)
    folder.create("inside/file", b"x")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "file").symlink_to(tmp_path / "outside" / "secret")
    (root / "loop").symlink_to(root / "loop")
    (root / "dangling").symlink_to(root / "nothing")
    for path in ("folder/secret", "folder/new", "file", "loop", "dangling"):
        for call in (folder.read, folder.stat, folder.delete, lambda path: folder.create(path, b"x")):
            with pytest.raises(PathLeavesStore):
                call(path)
    with pytest.raises(PathLeavesStore):
        list(folder.list("folder/"))
    assert [item.path for item in folder.list("")] == ["inside/file"]
    assert os.listdir(tmp_path / "outside") == ["secret"]


def test_a_path_through_a_loop_of_links_is_an_error_of_the_store(folder: FolderStore) -> None:
    folder.create("x", b"x")
    (Path(folder.uri) / "loop").symlink_to(Path(folder.uri) / "loop")
    with pytest.raises(StoreUnreadable):
        folder.read("loop/x")


def test_a_store_may_itself_be_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    FolderStore(str(tmp_path / "link")).create("x", b"x")
    assert (tmp_path / "real" / "x").read_bytes() == b"x"


def test_temporary_files_are_no_objects(folder: FolderStore) -> None:
    folder.create("scratch/requests/x", b"x")
    folder.create("scratch/writes-not", b"x")
    assert [item.path for item in folder.list("scratch/")] == ["scratch/requests/x", "scratch/writes-not"]
    with pytest.raises(PathLeavesStore):
        folder.read(f"{TEMPORARIES}/lock")


def test_files_of_impossible_names_are_no_objects(folder: FolderStore) -> None:
    folder.create("a/b", b"x")
    for name in (b"back\\slash", b"line\nfeed", b"not utf-8: \xff"):
        (Path(folder.uri) / "a" / os.fsdecode(name)).touch()
    assert [item.path for item in folder.list("")] == ["a/b"]


def test_a_file_address_may_hold_any_character(tmp_path: Path) -> None:
    root = tmp_path / "a b#c?d%20é"
    FolderStore(root.as_uri()).create("x", b"x")
    assert (root / "x").read_bytes() == b"x"


@pytest.mark.parametrize("uri", ["file://other-machine/folder", "~nobody-of-this-name/x"])
def test_an_address_that_means_no_folder_here_is_refused(uri: str) -> None:
    with pytest.raises(StoreUnreadable):
        FolderStore(uri)


def _assert_unwritable(store: FolderStore, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x")
    for write in (
        lambda: store.create("x", b""),
        lambda: store.replace("a/x", b""),
        lambda: store.upload(tmp_path / "source", "x"),
    ):
        with pytest.raises(StoreUnwritable, match="Choose another --store"):
            write()
    assert store.stat("x") is None
    assert not list(store.list(""))


def _temporaries(folder: FolderStore) -> list[str]:
    return [name for name in os.listdir(Path(folder.uri) / TEMPORARIES) if name != "lock"]


@contextmanager
def _largest_file(limit_bytes: int) -> Iterator[None]:
    """Writing beyond it fails like a full disk does, for root too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
