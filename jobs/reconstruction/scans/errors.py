"""What can be wrong with an RGB-D scan."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.reconstruction.errors import listed
from jobs.runtime.errors import BadInput, Unavailable

_LISTED = 6
_LAYOUTS = (
    "7-Scenes (frame-000000.color.jpg, .depth.png, .pose.txt), TUM (rgb.txt, depth.txt, groundtruth.txt, "
    "intrinsics.txt), Redwood (color/, depth/, trajectory.log, camera_intrinsic.json) and Record3D (rgbd/, depth/, "
    "metadata.json)"
)


class Open3dMissing(Unavailable):
    def __init__(self, reason: str) -> None:
        super().__init__(f"Scans need open3d, which cannot be loaded ({reason}). Run `make setup EXTRAS=all`.")


class UnknownScanLayout(BadInput):
    def __init__(self, name: str, files: Sequence[str]) -> None:
        super().__init__(
            f"'{name}' is a scan in no layout known here; it holds {listed(files) or 'no files'}. Known: {_LAYOUTS}."
        )


class IncompleteScan(BadInput):
    def __init__(self, name: str, problems: Sequence[str]) -> None:
        more = f"; and {len(problems) - _LISTED} more" if len(problems) > _LISTED else ""
        super().__init__(
            f"The scan '{name}' is incomplete: {'; '.join(problems[:_LISTED])}{more}. Every frame needs a colour "
            "picture, a depth picture and a pose: copy the folder again, or remove the frames that lack one."
        )


class TooFewFrames(BadInput):
    def __init__(self, name: str, seen: int, required: int) -> None:
        super().__init__(
            f"The scan '{name}' has {seen} usable frame{'' if seen == 1 else 's'}, at least {required} are needed. "
            "Move the camera slowly around the scene while it records."
        )


class MissingIntrinsics(BadInput):
    def __init__(self, name: str, layout: str) -> None:
        super().__init__(
            f"Nothing in the {layout} scan '{name}' says what its camera's focal length is. Add camera-intrinsics.txt "
            "with the 3 x 3 matrix, or with 'fx fy cx cy' in pixels. Published: TUM freiburg1 517.3 516.5 318.6 255.3, "
            "freiburg2 520.9 521.0 325.1 249.7, freiburg3 535.4 539.2 320.1 247.6; PrimeSense 525 525 319.5 239.5."
        )


class UnreadableScanFile(BadInput):
    """A file of poses, times or intrinsics."""

    def __init__(self, file: str, problems: Sequence[str]) -> None:
        super().__init__(f"'{file}' cannot be used: {'; '.join(problems[:_LISTED])}. Export the scan again.")


class InvalidPoses(BadInput):
    def __init__(self, name: str, problems: Sequence[str]) -> None:
        more = f"; and {len(problems) - _LISTED} more" if len(problems) > _LISTED else ""
        super().__init__(
            f"The poses of the scan '{name}' cannot be used: {'; '.join(problems[:_LISTED])}{more}. Expected rigid "
            "camera-to-world transforms in metres: a rotation, never a mirror image, and a translation."
        )


class UnreadableDepth(BadInput):
    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"'{file}' cannot be read as a depth picture: {reason}. Expected a 16-bit grey PNG, or a two-dimensional "
            "NPY array of numbers. If it is cut off or damaged, copy it again."
        )


class DifferentSizes(BadInput):
    """Pictures of one scan that do not fit together."""

    def __init__(self, name: str, seen: str) -> None:
        super().__init__(
            f"The pictures of the scan '{name}' do not fit together: {seen}. All depth pictures must have one size, "
            "all colour pictures one size, both of the same proportions: export them registered to each other."
        )


class WrongDepthUnit(BadInput):
    def __init__(self, name: str, seen: str, advice: str) -> None:
        super().__init__(f"The depth of the scan '{name}' is in another unit than stated: {seen}. {advice}")


class PosesDoNotMatch(BadInput):
    def __init__(self, name: str, agreeing: float, advice: str) -> None:
        super().__init__(
            f"The poses of the scan '{name}' do not match its depth: where two frames see the same place, only "
            f"{agreeing:.0%} of the pixels agree. {advice}"
        )


class NothingFused(BadInput):
    def __init__(self, frames: int, required: int) -> None:
        super().__init__(
            f"None of the scan's {frames} frames see the same surface: each place must be measured by {required} of "
            "them. Check that poses and depth belong together, and scan more slowly."
        )


class NoSupportPlane(BadInput):
    def __init__(self, name: str, seen: str) -> None:
        super().__init__(
            f"The scan '{name}' shows no plane that things could stand on: {seen}. Scan a table or a floor with the "
            "objects on it, from above, so that some of the bare surface is seen."
        )


class NoObjects(BadInput):
    def __init__(self, name: str, supports: int, seen: str) -> None:
        super().__init__(
            f"Nothing stands free on the {supports} level surface{'' if supports == 1 else 's'} of the scan '{name}': "
            f"{seen}. Put the objects apart from each other and from walls, and scan them from several sides within "
            "1.5 m."
        )


class UnknownScannedObject(BadInput):
    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"The scan has no object named '{name}'. Its objects: {listed(known)}.")
