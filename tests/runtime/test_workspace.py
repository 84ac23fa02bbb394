"""The folder that one execution works in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.contracts.manifest import Provenance
from jobs.runtime.errors import ArtifactCorrupt, InvalidRequest, StoreUnreachable, StoreUnwritable
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gcs_store import GcsStore
from jobs.runtime.store import PathLeavesStore
from jobs.runtime.workspace import Workspace, derive_seed, silent, temporary_folder
from tests.gcs_server.faults import Fault
from tests.gcs_server.server import GcsServer
from tests.runtime.toy_request import ask, put_upload

HOLD = """
import sys
from pathlib import Path
from jobs.runtime.workspace import temporary_folder
with temporary_folder(Path(sys.argv[1])) as folder:
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_bytes(b"x")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def workspace(folder: FolderStore, tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work", folder, "a" * 64, {}, silent)


def test_a_fetched_file_has_its_own_name_and_is_fetched_once(workspace: Workspace, folder: FolderStore) -> None:
    uploaded = put_upload(folder, "photos/ü 1.jpg", b"photo")
    path = workspace.fetch(uploaded)
    assert path.parts[-2:] == ("photos", "ü 1.jpg")
    folder.delete(uploaded.path)
    assert workspace.fetch(uploaded).read_bytes() == b"photo"
    assert workspace.bytes_read == 5


def test_two_different_files_of_one_name_are_refused(workspace: Workspace, folder: FolderStore) -> None:
    workspace.fetch(put_upload(folder, "1.jpg", b"one"))
    with pytest.raises(InvalidRequest, match=r"both named '1\.jpg'"):
        workspace.fetch(put_upload(folder, "1.jpg", b"two"))


def test_many_files_come_in_the_order_asked_for_and_each_once(workspace: Workspace, folder: FolderStore) -> None:
    files = [put_upload(folder, f"photos/{number}.jpg", b"photo %d" % number) for number in range(40)]
    fetched = workspace.fetch_all([*files, files[0]])
    assert [path.read_bytes() for path in fetched] == [*(b"photo %d" % number for number in range(40)), b"photo 0"]
    assert workspace.bytes_read == sum(item.bytes for item in files)
    assert workspace.fetch(files[7]) == fetched[7]


def test_of_many_files_a_damaged_one_is_named(workspace: Workspace, folder: FolderStore) -> None:
    files = [put_upload(folder, f"{number}.jpg", b"photo %d" % number) for number in range(20)]
    folder.replace(files[13].path, b"other")
    with pytest.raises(ArtifactCorrupt, match=r"13\.jpg"):
        workspace.fetch_all(files)


def test_a_damaged_file_never_appears(workspace: Workspace, folder: FolderStore) -> None:
    uploaded = put_upload(folder, "1.jpg", b"one")
    folder.replace(uploaded.path, b"two")
    for _ in range(2):
        with pytest.raises(ArtifactCorrupt):
            workspace.fetch(uploaded)
    assert [path for path in workspace.root.rglob("*") if path.is_file()] == []


def test_a_file_whose_download_broke_off_never_appears(bucket: GcsStore, gcs_server: GcsServer, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work", bucket, "a" * 64, {}, silent)
    uploaded = put_upload(bucket, "1.jpg", b"one" * 1000)
    gcs_server.faults.add(Fault("corrupt_download", path="alt=media"))
    with pytest.raises(StoreUnreachable):
        workspace.fetch(uploaded)
    assert [path for path in workspace.root.rglob("*") if path.is_file()] == []
    assert workspace.fetch(uploaded).read_bytes() == b"one" * 1000


def test_a_file_that_cannot_be_written_here_is_named(workspace: Workspace, folder: FolderStore) -> None:
    workspace.root.parent.mkdir(exist_ok=True)
    workspace.root.write_bytes(b"a file where a folder should be")
    with pytest.raises(StoreUnwritable, match="work"):
        workspace.fetch(put_upload(folder))


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "", "a//b"])
def test_nothing_leads_out_of_the_workspace(workspace: Workspace, path: str) -> None:
    for call in (lambda: workspace.output("mesh", path), lambda: workspace.scratch(path)):
        with pytest.raises(PathLeavesStore):
            call()


def test_a_manifest_holds_exactly_what_was_announced(workspace: Workspace, folder: FolderStore) -> None:
    workspace.output("mesh", "z/mesh.glb").write_bytes(b"mesh")
    workspace.output("mesh", "z/mesh.glb").write_bytes(b"better mesh")
    workspace.output("mesh", "a.glb").write_bytes(b"")
    manifest = workspace.manifest(ask(folder), (), Provenance(maker="toy"))
    assert [(item.path, item.bytes) for item in manifest.artifacts if item.kind == "mesh"] == [
        ("a.glb", 0),
        ("z/mesh.glb", 11),
    ]
    assert manifest.of_kind("request")[0].path == "request.json"


def test_a_path_has_one_kind(workspace: Workspace) -> None:
    workspace.output("mesh", "x")
    with pytest.raises(ValueError, match="already announced as 'mesh'"):
        workspace.output("picture", "x")


def test_an_announced_artifact_must_be_written(workspace: Workspace, folder: FolderStore) -> None:
    workspace.output("mesh", "mesh.glb")
    with pytest.raises(FileNotFoundError, match=r"mesh\.glb"):
        workspace.manifest(ask(folder), (), Provenance(maker="toy"))


def test_a_temporary_folder_is_gone_afterwards(tmp_path: Path) -> None:
    with temporary_folder(tmp_path / "work") as folder:
        (folder / "file").touch()
        assert folder.is_dir()
    assert os.listdir(tmp_path / "work") == ["lock"]


def test_the_folder_of_a_killed_process_is_swept_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    with _holder(tmp_path) as killed, _holder(tmp_path) as living:
        assert killed.stdout is not None
        assert living.stdout is not None
        left, held = Path(killed.stdout.readline().strip()), Path(living.stdout.readline().strip())
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert (left / "deep" / "file").exists()
        with temporary_folder(tmp_path):
            assert not left.exists()
            assert (held / "deep" / "file").exists()
        living.communicate("")
    assert not held.exists()


def test_a_folder_that_never_got_an_owner_is_swept(tmp_path: Path) -> None:
    (tmp_path / "work" / "half-made").mkdir(parents=True)
    with temporary_folder(tmp_path / "work"):
        assert not (tmp_path / "work" / "half-made").exists()


def test_seeds_of_neighbours_are_unrelated_and_stay_the_same() -> None:
    seeds = [
        derive_seed(seed, *labels) for seed in range(3) for labels in (("a", 1), ("a", 2), ("b", 1), ("a", "1", ""))
    ]
    assert len(set(seeds)) == len(seeds)
    assert derive_seed(7, "pick_place", 3) == 4343825697840479771
    assert all(0 <= seed < 2**64 for seed in seeds)


def _holder(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
