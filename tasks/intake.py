"""From what people put down, folders of photos and mesh files, to content-addressed uploads that a job can name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from jobs.contracts.reconstruction import MeshLimits, MeshSource, PhotoSource, PictureLimits, UploadedFile
from jobs.contracts.run import ObjectRequest
from jobs.runtime import paths
from jobs.runtime.errors import BadInput
from jobs.runtime.store import Store, sha256_of
from jobs.runtime.transfers import transfer_all

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")
MAX_FOLDER_FILES = 5000


class InputMissing(BadInput):
    def __init__(self, path: Path, expected: str) -> None:
        super().__init__(f"'{path}' is not there, or is not {expected}. Check the path.")


class InputUnreadable(BadInput):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"'{path}' cannot be read: {reason}. Check its permissions.")


class NoPhotos(BadInput):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"'{folder}' holds no photos. Expected {', '.join(PICTURE_SUFFIXES)} files, in it or in its sub-folders."
        )


class NoCameras(BadInput):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"'{folder}' holds no cameras. Expected transforms.json (nerfstudio) or one *_par.txt (Middlebury) in it; "
            "photos without known cameras are not supported yet."
        )


class TooManyFiles(BadInput):
    def __init__(self, folder: Path) -> None:
        super().__init__(f"'{folder}' holds more than {MAX_FOLDER_FILES} files. Give one folder per object.")


class FileTooLarge(BadInput):
    def __init__(self, file: Path, seen_bytes: int, limit_bytes: int) -> None:
        super().__init__(f"'{file}' has {seen_bytes} bytes; at most {limit_bytes} are taken. Make it smaller.")


class PathLeavesFolder(BadInput):
    def __init__(self, path: Path, folder: Path) -> None:
        super().__init__(f"'{path}' leads out of '{folder}'. A request may only name what lies beside it.")


def take_in(item: ObjectRequest, folder: Path, store: Store) -> PhotoSource | MeshSource:
    """Copy an object's files into the store's `uploads/`, once: the same files are never copied twice.

    Args:
        folder: What the paths in `item` are relative to; nothing outside it is read.

    Raises:
        BadInput: Something is missing, unreadable or leads out of the folder.
        StoreUnwritable: The store refuses.
    """
    if item.photos is not None:
        return _take_photos(_inside(folder, item.photos), item, store)
    assert item.mesh is not None
    return _take_mesh(_inside(folder, item.mesh), item, store)


def _take_photos(folder: Path, item: ObjectRequest, store: Store) -> PhotoSource:
    if not folder.is_dir():
        raise InputMissing(folder, "a folder of photos")
    files = _files(folder)
    photos = [file for file in files if file.suffix.lower() in PICTURE_SUFFIXES]
    if not photos:
        raise NoPhotos(folder)
    cameras = [file for file in files if file.parent == folder and _holds_cameras(file)]
    if len(cameras) != 1:
        raise NoCameras(folder)
    _require_size([*photos, cameras[0]], PictureLimits().max_file_bytes)
    uploaded = _upload(folder, [*photos, cameras[0]], store)
    return PhotoSource(kind="photos", photos=uploaded[:-1], cameras=uploaded[-1:], known_size_m=item.known_size_m)


def _take_mesh(mesh: Path, item: ObjectRequest, store: Store) -> MeshSource:
    if not mesh.is_file():
        raise InputMissing(mesh, "a mesh file")
    _require_size([mesh], MeshLimits().max_file_bytes)
    companions = list(_named_by_obj(mesh)) if mesh.suffix.lower() == ".obj" else []
    _require_size(companions, PictureLimits().max_file_bytes)
    uploaded = _upload(mesh.parent, [mesh, *companions], store)
    return MeshSource(kind="mesh", mesh=uploaded[0], companions=uploaded[1:], units=item.units)


def _inside(folder: Path, relative: str) -> Path:
    path = folder / relative
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PathLeavesFolder(path, folder)
    return path


def _holds_cameras(file: Path) -> bool:
    return file.name == "transforms.json" or file.name.endswith("_par.txt")


def _named_by_obj(mesh: Path) -> Iterator[Path]:
    """The material files that an OBJ names, and the textures that those name; only what lies beside the mesh."""
    for material in _existing(mesh.parent, _arguments(mesh, "mtllib")):
        yield material
        yield from _existing(mesh.parent, _arguments(material, "map_", "bump", "norm", "disp", "decal"))


def _arguments(file: Path, *keywords: str) -> list[str]:
    """What follows a keyword on its line, whole and without the options before the last word."""
    found: dict[str, None] = {}
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.lower().startswith(keywords):
                    text = line.partition(" ")[2].strip()
                    found |= dict.fromkeys([text, *text.split()[-1:]])
    except OSError as error:
        raise InputUnreadable(file, str(error)) from error
    return list(found)


def _existing(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    for file in dict.fromkeys(folder / name for name in names if name):
        if file.is_file() and file.resolve().is_relative_to(folder.resolve()):
            yield file


def _require_size(files: Iterable[Path], limit_bytes: int) -> None:
    for file in files:
        if file.stat().st_size > limit_bytes:
            raise FileTooLarge(file, file.stat().st_size, limit_bytes)


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for file in folder.rglob("*"):
        if len(found) == MAX_FOLDER_FILES:
            raise TooManyFiles(folder)
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts):
            if not file.resolve().is_relative_to(folder.resolve()):
                raise PathLeavesFolder(file, folder)
            found.append(file)
    return sorted(found)


def _upload(folder: Path, files: Iterable[Path], store: Store) -> tuple[UploadedFile, ...]:
    """Upload under the hash of names and contents, so an upload is the same place for the same files."""
    hashes = {file: _hash(file) for file in files}
    names = {file: file.relative_to(folder).as_posix() for file in hashes}
    listing = "\n".join(f"{hashes[file]} {names[file]}" for file in sorted(hashes))
    root = paths.upload(hashlib.sha256(listing.encode()).hexdigest())
    uploaded = {
        file: UploadedFile(name=names[file], path=f"{root}/{names[file]}", sha256=sha256, bytes=file.stat().st_size)
        for file, sha256 in hashes.items()
    }
    transfer_all(lambda file: _upload_once(file, uploaded[file], store), uploaded)
    return tuple(uploaded.values())


def _upload_once(file: Path, target: UploadedFile, store: Store) -> None:
    present = store.stat(target.path)
    if present is None or present.bytes != target.bytes:
        store.upload(file, target.path)


def _hash(file: Path) -> str:
    try:
        return sha256_of(file)
    except OSError as error:
        raise InputUnreadable(file, str(error)) from error
