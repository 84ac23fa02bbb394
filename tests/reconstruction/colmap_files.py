"""COLMAP's files as COLMAP itself writes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pycolmap

from jobs.reconstruction.cameras.camera import Camera

NUMBERS = {
    "SIMPLE_PINHOLE": [190.0, 64.0, 63.0],
    "PINHOLE": [190.0, 191.0, 64.0, 63.0],
    "SIMPLE_RADIAL": [190.0, 64.0, 63.0, 0.02],
    "RADIAL": [190.0, 64.0, 63.0, 0.02, -0.01],
    "OPENCV": [190.0, 191.0, 64.0, 63.0, 0.02, -0.01, 0.001, -0.002],
    "OPENCV_FISHEYE": [190.0, 191.0, 64.0, 63.0, 0.02, -0.01, 0.001, -0.002],
}


def make_model(
    cameras: Sequence[Camera], names: Sequence[str], side_px: int, kind: str = "PINHOLE", numbers: Sequence[float] = ()
) -> pycolmap.Reconstruction:
    """One lens; each image has two features and sees one point."""
    model = pycolmap.Reconstruction()
    lens = pycolmap.Camera(camera_id=1, model=kind, width=side_px, height=side_px, params=list(numbers))
    model.add_camera_with_trivial_rig(lens)
    for number, (camera, name) in enumerate(zip(cameras, names, strict=True), start=1):
        image = pycolmap.Image(name=name, camera_id=1, image_id=number, points2D=_features())
        matrix = np.column_stack([camera.R_camera_world, camera.t_camera_world])
        model.add_image_with_trivial_frame(image, pycolmap.Rigid3d(matrix))
    model.add_point3D(np.zeros(3), pycolmap.Track([pycolmap.TrackElement(n + 1, 0) for n in range(len(cameras))]))
    return model


def write(model: pycolmap.Reconstruction, folder: Path, suffix: str) -> tuple[Path, Path]:
    """`cameras` and `images`, beside the points that nobody reads."""
    folder.mkdir(parents=True, exist_ok=True)
    (model.write_binary if suffix == ".bin" else model.write_text)(folder)
    return folder / f"cameras{suffix}", folder / f"images{suffix}"


def _features() -> pycolmap.Point2DList:
    return pycolmap.Point2DList([pycolmap.Point2D([10.0, 20.0]), pycolmap.Point2D([30.0, 40.0])])
