"""The files of a folder of photos that say where they were taken from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jobs.runtime.errors import BadInput

COLMAP_FOLDERS = ("", "sparse/0", "sparse", "colmap/sparse/0", "colmap")


class SeveralCameraFiles(BadInput):
    def __init__(self, folder: Path, found: Sequence[Sequence[Path]]) -> None:
        names = ", ".join(f"'{file.relative_to(folder)}'" for files in found for file in files)
        super().__init__(
            f"'{folder}' holds cameras more than once: {names}. Only one can be meant: leave one transforms.json "
            "(nerfstudio), one *_par.txt (Middlebury), or one pair of cameras and images (COLMAP, .bin or .txt)."
        )


def find_camera_files(folder: Path, files: Sequence[Path]) -> tuple[Path, ...]:
    """The one camera file, or COLMAP's pair of `cameras` and `images`; empty if there is none.

    Of a pair that lies there both binary and as text, the binary one is meant: COLMAP writes the same into both.

    Raises:
        SeveralCameraFiles: Which one is meant cannot be told.
    """
    single = [(file,) for file in files if file.parent == folder and _holds_cameras(file)]
    pairs = [pair for place in COLMAP_FOLDERS if (pair := _colmap_pair(folder / place, files))]
    found = [*single, *pairs]
    if len(found) > 1:
        raise SeveralCameraFiles(folder, found)
    return found[0] if found else ()


def _holds_cameras(file: Path) -> bool:
    return file.name == "transforms.json" or file.name.endswith("_par.txt")


def _colmap_pair(place: Path, files: Sequence[Path]) -> tuple[Path, ...]:
    for suffix in (".bin", ".txt"):
        pair = (place / f"cameras{suffix}", place / f"images{suffix}")
        if all(file in files for file in pair):
            return pair
    return ()
