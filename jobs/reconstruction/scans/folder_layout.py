"""Which layout a scan's files are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from jobs.contracts.reconstruction import UploadedFile
from jobs.reconstruction.scans import record3d, redwood, seven_scenes, tum
from jobs.reconstruction.scans.errors import UnknownScanLayout
from jobs.reconstruction.scans.recording import Fetch, Recording

_LAYOUTS = (record3d, tum, seven_scenes, redwood)


def read_recording(name: str, files: Sequence[UploadedFile], fetch: Fetch, most: int) -> Recording:
    """The scan that the files describe, thinned to at most so many frames.

    Raises:
        UnknownScanLayout: In none that is known.
        BadInput: In one, but broken; see `errors`.
    """
    inside = _below_common_folder(files)
    for layout in _LAYOUTS:
        if layout.is_it(inside):
            return layout.read(name, inside, fetch, most)
    raise UnknownScanLayout(name, sorted(inside))


def _below_common_folder(files: Sequence[UploadedFile]) -> Mapping[str, UploadedFile]:
    """Files by their path below the folder that holds a layout's own file, or that all of them share."""
    marks = [
        PurePosixPath(f.name).parent for f in files if PurePosixPath(f.name).name in ("metadata.json", "depth.txt")
    ]
    root = min(marks, key=lambda path: len(path.parts), default=None)
    if root is None:
        folders = [PurePosixPath(file.name).parent.parts for file in files]
        shared = 0
        while folders and len({parts[: shared + 1] for parts in folders}) == 1 and len(folders[0]) > shared:
            shared += 1
        root = PurePosixPath(*folders[0][:shared]) if folders else PurePosixPath()
    return {
        PurePosixPath(file.name).relative_to(root).as_posix(): file
        for file in files
        if PurePosixPath(file.name).is_relative_to(root)
    }
