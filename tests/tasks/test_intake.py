"""Files that people put down become content-addressed uploads, once, and nothing outside their folder is read."""

from pathlib import Path

import pytest

from jobs.contracts.reconstruction import MeshSource, PhotoSource
from jobs.contracts.run import ObjectRequest
from jobs.runtime.folder_store import FolderStore
from tasks.intake import (
    MAX_FOLDER_FILES,
    FileTooLarge,
    InputMissing,
    InputUnreadable,
    NoCameras,
    NoPhotos,
    PathLeavesFolder,
    TooManyFiles,
    take_in,
)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(str(tmp_path / "store"))


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    folder = tmp_path / "captures" / "mug"
    (folder / "images").mkdir(parents=True)
    for number in range(3):
        (folder / "images" / f"{number}.jpg").write_bytes(b"photo %d" % number)
    (folder / "transforms.json").write_text("{}")
    return folder


PHOTOS = ObjectRequest(name="mug", photos="mug", known_size_m=0.12)


def test_photos_and_cameras_keep_their_names_and_bytes(store: FolderStore, capture: Path):
    source = take_in(PHOTOS, capture.parent, store)
    assert isinstance(source, PhotoSource)
    assert [photo.name for photo in source.photos] == ["images/0.jpg", "images/1.jpg", "images/2.jpg"]
    assert store.read(source.photos[1].path) == b"photo 1"
    (cameras,) = source.cameras
    assert cameras.name == "transforms.json"
    assert source.known_size_m == 0.12


def test_the_same_files_are_the_same_upload(store: FolderStore, capture: Path):
    assert take_in(PHOTOS, capture.parent, store) == take_in(PHOTOS, capture.parent, store)
    assert len(list(store.list("uploads/"))) == 4


def test_a_changed_photo_is_another_upload(store: FolderStore, capture: Path):
    before = take_in(PHOTOS, capture.parent, store)
    (capture / "images" / "1.jpg").write_bytes(b"another photo")
    assert take_in(PHOTOS, capture.parent, store) != before


def test_hidden_files_are_not_photos(store: FolderStore, capture: Path):
    (capture / ".trash").mkdir()
    (capture / ".trash" / "old.jpg").write_bytes(b"old")
    source = take_in(PHOTOS, capture.parent, store)
    assert isinstance(source, PhotoSource)
    assert len(source.photos) == 3


def test_a_mesh_brings_the_materials_and_textures_that_it_names_and_no_others(store: FolderStore, tmp_path: Path):
    folder = tmp_path / "meshes"
    folder.mkdir()
    (folder / "mug.obj").write_text("mtllib mug paint.mtl\nmtllib ../secret.mtl\nv 0 0 0\n")
    (folder / "mug paint.mtl").write_text("newmtl a\nmap_Kd -s 1 1 1 mug.png\n")
    for name in ("mug.png", "holiday.png", "../secret.mtl"):
        (folder / name).write_bytes(name.encode())
    source = take_in(ObjectRequest(name="mug", mesh="mug.obj", units="cm"), folder, store)
    assert isinstance(source, MeshSource)
    assert source.mesh.name == "mug.obj"
    assert [file.name for file in source.companions] == ["mug paint.mtl", "mug.png"]


def test_a_file_too_large_to_take_is_refused_before_it_is_copied(store: FolderStore, tmp_path: Path):
    """A binary STL whose 50,000,000 triangles are really there, as a hole in the file system."""
    with (tmp_path / "huge.stl").open("wb") as file:
        file.truncate(84 + 50 * 50_000_000)
    with pytest.raises(FileTooLarge, match=r"huge\.stl"):
        take_in(ObjectRequest(name="huge", mesh="huge.stl", units="mm"), tmp_path, store)
    assert not list(store.list("uploads/"))


def test_a_missing_folder_is_named(store: FolderStore, tmp_path: Path):
    with pytest.raises(InputMissing, match="mug"):
        take_in(PHOTOS, tmp_path, store)


def test_a_missing_mesh_is_named(store: FolderStore, tmp_path: Path):
    with pytest.raises(InputMissing, match=r"mug\.glb"):
        take_in(ObjectRequest(name="mug", mesh="mug.glb"), tmp_path, store)


def test_a_folder_without_photos_is_refused(store: FolderStore, capture: Path):
    for photo in (capture / "images").iterdir():
        photo.unlink()
    with pytest.raises(NoPhotos):
        take_in(PHOTOS, capture.parent, store)


def test_photos_without_cameras_are_refused(store: FolderStore, capture: Path):
    (capture / "transforms.json").unlink()
    with pytest.raises(NoCameras):
        take_in(PHOTOS, capture.parent, store)


def test_a_link_out_of_the_folder_is_refused(store: FolderStore, capture: Path, tmp_path: Path):
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"secret")
    (capture / "images" / "3.jpg").symlink_to(secret)
    with pytest.raises(PathLeavesFolder):
        take_in(PHOTOS, capture.parent, store)


def test_an_object_that_is_a_link_out_of_the_folder_is_refused(store: FolderStore, capture: Path, tmp_path: Path):
    request_folder = tmp_path / "upload"
    request_folder.mkdir()
    (request_folder / "mug").symlink_to(capture)
    with pytest.raises(PathLeavesFolder):
        take_in(PHOTOS, request_folder, store)


def test_a_home_folder_is_not_an_object(store: FolderStore, tmp_path: Path):
    folder = tmp_path / "mug"
    folder.mkdir()
    for number in range(MAX_FOLDER_FILES + 1):
        (folder / f"{number}.txt").touch()
    with pytest.raises(TooManyFiles):
        take_in(PHOTOS, tmp_path, store)


def test_a_file_that_cannot_be_read_is_named(store: FolderStore, tmp_path: Path):
    with pytest.raises(InputUnreadable, match="mem"):
        take_in(ObjectRequest(name="memory", mesh="mem"), Path("/proc/self"), store)
