"""Files that people put down become content-addressed uploads, once, and nothing outside their folder is read."""

from pathlib import Path

import pytest

from jobs.contracts.reconstruction import MeshSource, PartsSource, PhotoSource, PictureSource, ScanSource, Turntable
from jobs.contracts.run import ObjectRequest
from jobs.runtime.folder_store import FolderStore
from tasks.camera_files import SeveralCameraFiles
from tasks.intake import InputMissing, NoFrames, NoPhotos, TurntableHasCameras, take_in
from tasks.uploads import MAX_FOLDER_FILES, FileTooLarge, InputUnreadable, PathLeavesFolder, TooManyFiles


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


def test_photos_without_cameras_are_taken_as_they_are(store: FolderStore, capture: Path):
    (capture / "transforms.json").unlink()
    source = take_in(PHOTOS, capture.parent, store)
    assert isinstance(source, PhotoSource)
    assert source.cameras == ()


@pytest.mark.parametrize("place", ["", "sparse/0/"])
def test_colmap_brings_cameras_and_images(store: FolderStore, capture: Path, place: str):
    (capture / "transforms.json").unlink()
    (capture / place).mkdir(parents=True, exist_ok=True)
    for name in ("cameras.bin", "images.bin", "points3D.bin", "cameras.txt", "images.txt"):
        (capture / place / name).write_bytes(name.encode())
    source = take_in(PHOTOS, capture.parent, store)
    assert isinstance(source, PhotoSource)
    assert [file.name for file in source.cameras] == [f"{place}cameras.bin", f"{place}images.bin"]
    assert len(source.photos) == 3


def test_cameras_of_two_kinds_are_refused(store: FolderStore, capture: Path):
    (capture / "mug_par.txt").write_text("")
    with pytest.raises(SeveralCameraFiles, match=r"mug_par\.txt"):
        take_in(PHOTOS, capture.parent, store)


def test_a_turntable_step_beside_cameras_is_refused(store: FolderStore, capture: Path):
    with pytest.raises(TurntableHasCameras, match=r"transforms\.json"):
        take_in(ObjectRequest(name="mug", photos="mug", turntable_step_deg=10), capture.parent, store)


def test_that_two_bodies_are_one_object_reaches_the_source(store: FolderStore, capture: Path):
    for said in (None, True):
        source = take_in(ObjectRequest(name="mug", photos="mug", allow_several=said), capture.parent, store)
        assert isinstance(source, PhotoSource)
        assert source.allow_several == bool(said)


def test_a_turntable_step_reaches_the_source(store: FolderStore, capture: Path):
    (capture / "transforms.json").unlink()
    source = take_in(ObjectRequest(name="mug", photos="mug", turntable_step_deg=10), capture.parent, store)
    assert isinstance(source, PhotoSource)
    assert source.turntable == Turntable(step_deg=10)


def test_a_scan_brings_frames_poses_and_intrinsics(store: FolderStore, tmp_path: Path):
    (tmp_path / "desk").mkdir()
    for name in ("frame-0.color.jpg", "frame-0.depth.png", "frame-0.pose.txt", "camera-intrinsics.txt", "film.mp4"):
        (tmp_path / "desk" / name).write_bytes(name.encode())
    source = take_in(ObjectRequest(name="desk", scan="desk", depth_unit="mm"), tmp_path, store)
    assert isinstance(source, ScanSource)
    assert source.depth_unit == "mm"
    assert [file.name for file in source.files] == [
        "camera-intrinsics.txt", "frame-0.color.jpg", "frame-0.depth.png", "frame-0.pose.txt",
    ]  # fmt: skip


def test_a_folder_without_frames_is_no_scan(store: FolderStore, tmp_path: Path):
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "film.mp4").write_bytes(b"film")
    with pytest.raises(NoFrames):
        take_in(ObjectRequest(name="desk", scan="desk"), tmp_path, store)


def test_one_picture_is_taken_alone(store: FolderStore, capture: Path):
    source = take_in(ObjectRequest(name="mug", picture="0.jpg", known_size_m=0.1), capture / "images", store)
    assert isinstance(source, PictureSource)
    assert source.picture.name == "0.jpg"
    assert len(list(store.list("uploads/"))) == 1


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


def test_one_file_of_parts_is_to_be_taken_apart_and_brings_its_joints_and_companions(
    store: FolderStore, tmp_path: Path
):
    (tmp_path / "chest.obj").write_text("mtllib paint.mtl\nv 0 0 0\n")
    for name in ("paint.mtl", "chest.joints.json", "joints.json", "other.obj"):
        (tmp_path / name).write_bytes(name.encode())
    source = take_in(ObjectRequest(name="chest", parts="chest.obj", units="cm"), tmp_path, store)
    assert isinstance(source, PartsSource)
    assert source.apart
    assert [file.name for file in source.files] == ["chest.obj", "chest.joints.json", "paint.mtl"]
    assert source.joints is not None
    assert store.read(source.joints.path) == b"chest.joints.json"
    assert source.units == "cm"


def test_a_folder_of_parts_is_not_to_be_taken_apart(store: FolderStore, tmp_path: Path):
    (tmp_path / "chest").mkdir()
    (tmp_path / "chest" / "base.stl").write_bytes(b"base")
    source = take_in(ObjectRequest(name="chest", parts="chest", units="m"), tmp_path, store)
    assert isinstance(source, PartsSource)
    assert not source.apart
    assert source.joints is None


def test_parts_that_are_neither_folder_nor_file_are_named(store: FolderStore, tmp_path: Path):
    with pytest.raises(InputMissing, match=r"chest\.glb.* a folder of part meshes or a mesh file"):
        take_in(ObjectRequest(name="chest", parts="chest.glb"), tmp_path, store)


def test_joints_that_lead_elsewhere_are_not_taken(store: FolderStore, tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.json").write_text("{}")
    (tmp_path / "in" / "chest.stl").write_bytes(b"chest")
    (tmp_path / "in" / "chest.joints.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(PathLeavesFolder, match=r"chest\.joints\.json"):
        take_in(ObjectRequest(name="chest", parts="chest.stl", units="m"), tmp_path / "in", store)


def test_a_file_of_parts_too_large_to_take_is_refused_before_it_is_copied(store: FolderStore, tmp_path: Path):
    with (tmp_path / "huge.stl").open("wb") as file:
        file.truncate(84 + 50 * 50_000_000)
    with pytest.raises(FileTooLarge, match=r"huge\.stl"):
        take_in(ObjectRequest(name="huge", parts="huge.stl", units="mm"), tmp_path, store)
    assert not list(store.list("uploads/"))
