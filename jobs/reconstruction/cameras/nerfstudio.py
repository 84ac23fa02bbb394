"""nerfstudio's `transforms.json`: OpenGL camera-to-world matrices, intrinsics for all photos or for each.

Source: docs.nerf.studio, "Data conventions". Own extension, documented in the README: a top-level `"units"` ("m", "cm",
"mm" or "in") says what unit the translations are in; without it the scale is unknown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jobs.contracts.document import LengthUnit
from jobs.geometry.formats import METRES_PER_UNIT
from jobs.reconstruction.cameras.camera_row import CameraRow, nearest_rotation, rotation_problem
from jobs.reconstruction.errors import InvalidCameras, UnknownCameraModel

CAMERA_MODELS = ("OPENCV", "PINHOLE", "SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL", "PERSPECTIVE")
_OPENCV_FROM_OPENGL = np.diag([1.0, -1.0, -1.0])
Positive = Annotated[float, Field(gt=0)]
Row = tuple[float, float, float, float]


class _Intrinsics(BaseModel):
    """Each may stand at the top, in a frame, or in both; the frame wins."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False, frozen=True)

    w: Annotated[int, Field(gt=0)] | None = None
    h: Annotated[int, Field(gt=0)] | None = None
    fl_x: Positive | None = None
    fl_y: Positive | None = None
    cx: float | None = None
    cy: float | None = None
    camera_angle_x: Annotated[float, Field(gt=0, lt=3.14)] | None = None
    k1: float | None = None
    k2: float | None = None
    k3: float | None = None
    k4: float | None = None
    p1: float | None = None
    p2: float | None = None
    camera_model: str | None = None


class _Frame(_Intrinsics):
    file_path: Annotated[str, Field(min_length=1)]
    transform_matrix: tuple[Row, Row, Row, Row]


class _Transforms(_Intrinsics):
    frames: tuple[_Frame, ...]
    units: LengthUnit | None = None


def read_nerfstudio(path: Path) -> tuple[tuple[CameraRow, ...], LengthUnit | None]:
    """Rows, translations in metres if `units` says how; and those units.

    Raises:
        InvalidCameras: With every problem found.
        UnknownCameraModel: A fisheye or a panorama, say.
    """
    try:
        document = _Transforms.model_validate_json(path.read_bytes())
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, item['loc'])) or 'JSON'}: {item['msg']}" for item in error.errors()]
        raise InvalidCameras(path.name, problems) from error
    metres = METRES_PER_UNIT[document.units] if document.units else 1.0
    common = document.model_dump(exclude={"frames", "units"}, exclude_none=True)
    rows, problems = [], []
    for frame in document.frames:
        known = common | frame.model_dump(exclude_none=True)
        model = known.get("camera_model", "OPENCV").upper()
        if model not in CAMERA_MODELS or known.get("k4"):
            raise UnknownCameraModel(path.name, model + (" with k4" if known.get("k4") else ""), CAMERA_MODELS)
        problem = _problem(frame, known)
        if problem:
            problems.append(f"'{frame.file_path}': {problem}")
        else:
            rows.append(_row(frame, known, metres))
    if problems:
        raise InvalidCameras(path.name, problems)
    return tuple(rows), document.units


def _problem(frame: _Frame, known: dict[str, Any]) -> str:
    matrix = np.asarray(frame.transform_matrix)
    if not np.allclose(matrix[3], [0, 0, 0, 1], atol=1e-6):
        return "the last row of its transform_matrix is not 0 0 0 1"
    if "fl_x" not in known and "camera_angle_x" not in known:
        return "neither fl_x nor camera_angle_x is given"
    if ("w" in known) != ("h" in known):
        return "only one of w and h is given"
    return rotation_problem(matrix[:3, :3])


def _row(frame: _Frame, known: dict[str, Any], metres: float) -> CameraRow:
    matrix = np.asarray(frame.transform_matrix)
    R_camera_world = _OPENCV_FROM_OPENGL @ nearest_rotation(matrix[:3, :3]).T
    size = (known["w"], known["h"]) if "w" in known else None
    K = None
    if "fl_x" in known:
        cx = known.get("cx", size[0] / 2 if size else np.nan)
        cy = known.get("cy", size[1] / 2 if size else np.nan)
        fx, fy = known["fl_x"], known.get("fl_y", known["fl_x"])
        K = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], np.float64)
    return CameraRow(
        photo=frame.file_path,
        K=K,
        R_camera_world=R_camera_world,
        t_camera_world=-R_camera_world @ matrix[:3, 3] * metres,
        distortion=(
            known.get("k1", 0.0),
            known.get("k2", 0.0),
            known.get("p1", 0.0),
            known.get("p2", 0.0),
            known.get("k3", 0.0),
        ),
        size_px=size,
        angle_x_rad=known.get("camera_angle_x"),
    )
