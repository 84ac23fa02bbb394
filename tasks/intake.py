"""From what people put down, photos, scans, pictures and meshes, to uploads that a job can name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jobs.contracts.reconstruction import (
    CaptureSource,
    MeshLimits,
    MeshSource,
    PartsSource,
    PhotoSource,
    PictureLimits,
    PictureSource,
    ScanSource,
    Turntable,
)
from jobs.contracts.run import ObjectRequest
from jobs.runtime.errors import BadInput
from jobs.runtime.store import Store
from tasks.camera_files import find_camera_files
from tasks.intake_companions import find_companions
from tasks.uploads import PathLeavesFolder, list_files, require_size, upload_all

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".heic", ".heif", ".avif")
"""The job reads all but the last three, and says of those how to convert them; left out here, they would vanish."""
SCAN_SUFFIXES = (*PICTURE_SUFFIXES, ".txt", ".json", ".log", ".npy")

MESH_SUFFIXES = (".glb", ".gltf", ".obj", ".ply", ".stl", ".off", ".usd", ".usda", ".usdc", ".usdz", ".3mf")
JOINTS_FILE = "joints.json"
"""Beside part meshes; beside a single file that is taken apart, with the file's name and a dot before it."""


class InputMissing(BadInput):
    def __init__(self, path: Path, expected: str) -> None:
        super().__init__(f"'{path}' is not there, or is not {expected}. Check the path.")


class NoPhotos(BadInput):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"'{folder}' holds no photos. Expected {', '.join(PICTURE_SUFFIXES)} files, in it or in its sub-folders."
        )


class NoFrames(BadInput):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"'{folder}' holds no frames of an RGB-D scan. Expected pictures with depth and poses as TUM, 7-Scenes, "
            f"Redwood or Record3D lay them out ({', '.join(SCAN_SUFFIXES)} files)."
        )


class NoParts(BadInput):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"'{folder}' holds no part meshes. Expected one {', '.join(MESH_SUFFIXES)} file for each part, named after "
            f"it, and '{JOINTS_FILE}' if it is known how they move."
        )


class TurntableHasCameras(BadInput):
    def __init__(self, folder: Path, cameras: Iterable[Path]) -> None:
        names = ", ".join(f"'{file.name}'" for file in cameras)
        super().__init__(
            f"'{folder}' holds cameras ({names}), and a turntable's step was given: only one can say where the photos "
            "were taken from. Leave the step out, or move the camera files away."
        )


def take_in(item: ObjectRequest, folder: Path, store: Store) -> CaptureSource:
    """Copy an object's files into the store's `uploads/`, once: the same files are never copied twice.

    Args:
        folder: What the paths in `item` are relative to; nothing outside it is read.

    Raises:
        BadInput: Something is missing, unreadable or leads out of the folder.
        StoreUnwritable: The store refuses.
    """
    path = _inside(folder, item.path)
    if item.kind == "photos":
        return _take_photos(path, item, store)
    if item.kind == "scan":
        return _take_scan(path, item, store)
    if item.kind == "picture":
        return _take_picture(path, item, store)
    if item.kind == "parts":
        return _take_parts(path, item, store)
    return _take_mesh(path, item, store)


def _take_photos(folder: Path, item: ObjectRequest, store: Store) -> PhotoSource:
    if not folder.is_dir():
        raise InputMissing(folder, "a folder of photos")
    files = list_files(folder)
    photos = [file for file in files if file.suffix.lower() in PICTURE_SUFFIXES]
    if not photos:
        raise NoPhotos(folder)
    cameras = find_camera_files(folder, files)
    if cameras and item.turntable_step_deg is not None:
        raise TurntableHasCameras(folder, cameras)
    require_size([*photos, *cameras], PictureLimits().max_file_bytes)
    uploaded = upload_all(folder, [*photos, *cameras], store)
    return PhotoSource(
        kind="photos",
        photos=uploaded[: len(photos)],
        cameras=uploaded[len(photos) :],
        turntable=None if item.turntable_step_deg is None else Turntable(step_deg=item.turntable_step_deg),
        known_size_m=item.known_size_m,
        known_distance_m=item.known_distance_m,
        allow_several=bool(item.allow_several),
    )


def _take_scan(folder: Path, item: ObjectRequest, store: Store) -> ScanSource:
    if not folder.is_dir():
        raise InputMissing(folder, "a folder of RGB-D frames")
    files = [file for file in list_files(folder) if file.suffix.lower() in SCAN_SUFFIXES]
    if not files:
        raise NoFrames(folder)
    require_size(files, PictureLimits().max_file_bytes)
    return ScanSource(kind="scan", files=upload_all(folder, files, store), depth_unit=item.depth_unit)


def _take_picture(picture: Path, item: ObjectRequest, store: Store) -> PictureSource:
    if not picture.is_file():
        raise InputMissing(picture, "a picture")
    require_size([picture], PictureLimits().max_file_bytes)
    [uploaded] = upload_all(picture.parent, [picture], store)
    return PictureSource(kind="picture", picture=uploaded, known_size_m=item.known_size_m)


def _take_mesh(mesh: Path, item: ObjectRequest, store: Store) -> MeshSource:
    if not mesh.is_file():
        raise InputMissing(mesh, "a mesh file")
    require_size([mesh], MeshLimits().max_file_bytes)
    companions = find_companions(mesh)
    require_size(companions, PictureLimits().max_file_bytes)
    uploaded = upload_all(mesh.parent, [mesh, *companions], store)
    return MeshSource(kind="mesh", mesh=uploaded[0], companions=uploaded[1:], units=item.units)


def _take_parts(path: Path, item: ObjectRequest, store: Store) -> PartsSource:
    if path.is_file():
        return _take_whole(path, item, store)
    if not path.is_dir():
        raise InputMissing(path, "a folder of part meshes or a mesh file")
    return _take_folder(path, item, store)


def _take_whole(mesh: Path, item: ObjectRequest, store: Store) -> PartsSource:
    """One file, to be taken apart."""
    whole = _take_mesh(mesh, item, store)
    said = _inside(mesh.parent, f"{mesh.stem}.{JOINTS_FILE}")
    joints = [said] if said.is_file() else []
    require_size(joints, PictureLimits().max_file_bytes)
    uploaded = upload_all(mesh.parent, joints, store)
    return PartsSource(
        kind="parts",
        parts=(whole.mesh,),
        apart=True,
        joints=uploaded[0] if uploaded else None,
        companions=whole.companions,
        units=item.units,
    )


def _take_folder(folder: Path, item: ObjectRequest, store: Store) -> PartsSource:
    parts = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in MESH_SUFFIXES]
    if not parts:
        raise NoParts(folder)
    require_size(parts, MeshLimits().max_file_bytes)
    companions = sorted({file for part in parts for file in find_companions(part)} - set(parts))
    said = [file for file in (folder / JOINTS_FILE,) if file.is_file()]
    require_size([*companions, *said], PictureLimits().max_file_bytes)
    uploaded = {file.name: file for file in upload_all(folder, [*parts, *companions, *said], store)}
    return PartsSource(
        kind="parts",
        parts=tuple(uploaded[part.name] for part in parts),
        joints=uploaded.get(JOINTS_FILE),
        companions=tuple(uploaded[file.relative_to(folder).as_posix()] for file in companions),
        units=item.units,
    )


def _inside(folder: Path, relative: str) -> Path:
    path = folder / relative
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PathLeavesFolder(path, folder)
    return path
