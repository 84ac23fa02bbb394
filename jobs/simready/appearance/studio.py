"""Light, sky and a camera for a picture of something."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
from numpy.typing import NDArray

CAMERA = "camera"
_FIELD_OF_VIEW_DEG = 30.0
_VIEW_FROM = np.array([0.8, -1.0, 0.7])
_MARGIN = 1.05


def add_studio(root: ElementTree.Element, centre_m: NDArray[np.float64], radius_m: float) -> None:
    """Add two lights, a sky and a camera that sees the sphere about `centre_m` (3,) to an MJCF document."""
    away = _VIEW_FROM / np.linalg.norm(_VIEW_FROM)
    distance_m = _MARGIN * radius_m / np.sin(np.deg2rad(_FIELD_OF_VIEW_DEG) / 2)
    right = np.cross([0.0, 0.0, 1.0], away)
    right /= np.linalg.norm(right)
    up = np.cross(away, right)
    ElementTree.SubElement(root, "statistic", extent=f"{4 * radius_m:.9g}", center=_numbers(centre_m))
    visual = ElementTree.SubElement(root, "visual")
    ElementTree.SubElement(visual, "map", znear="0.05", zfar="50")
    ElementTree.SubElement(visual, "headlight", ambient="0.45 0.45 0.45", diffuse="0.3 0.3 0.3", specular="0 0 0")
    assets = ElementTree.SubElement(root, "asset")
    ElementTree.SubElement(
        assets, "texture", type="skybox", builtin="gradient", rgb1="0.92 0.94 0.96", rgb2="0.75 0.78 0.82",
        width="64", height="384",
    )  # fmt: skip
    world = ElementTree.SubElement(root, "worldbody")
    ElementTree.SubElement(
        world, "light", type="directional", pos="0 0 1", dir="-0.5 0.6 -1", diffuse="0.5 0.5 0.5", castshadow="false"
    )
    ElementTree.SubElement(
        world, "camera", name=CAMERA, fovy=f"{_FIELD_OF_VIEW_DEG}", pos=_numbers(centre_m + away * distance_m),
        xyaxes=f"{_numbers(right)} {_numbers(up)}",
    )  # fmt: skip


def _numbers(values: NDArray[np.float64]) -> str:
    return " ".join(f"{value:.9g}" for value in values)
