"""Every kind of collider as triangles, against the volume and the place that it has."""

from __future__ import annotations

import math

# mujoco ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false
import mujoco
import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.episodes.collider import triangulate_collider

CAPSULE_M3 = math.pi * 0.02**2 * 0.1 + 4 / 3 * math.pi * 0.02**3


@pytest.mark.parametrize(
    ("geometry", "volume_m3"),
    [
        ('type="box" size=".03 .02 .01"', 8 * 0.03 * 0.02 * 0.01),
        ('type="sphere" size=".04"', 4 / 3 * math.pi * 0.04**3),
        ('type="cylinder" size=".02 .05"', math.pi * 0.02**2 * 0.1),
        ('type="capsule" size=".02 .05"', CAPSULE_M3),
    ],
)
def test_a_primitive_is_wound_outwards_and_lies_in_its_place(geometry: str, volume_m3: float) -> None:
    place = 'pos="1 2 3" euler="30 40 50"'
    body = f'<body name="thing"><freejoint/><geom {place} {geometry}/></body>'
    model = mujoco.MjModel.from_xml_string(f"<mujoco><worldbody>{body}</worldbody></mujoco>")
    triangles = triangulate_collider(model, 0)
    volume, middle = integrate(triangles)
    assert volume == pytest.approx(volume_m3, rel=0.02)
    np.testing.assert_allclose(middle, [1, 2, 3], atol=1e-4)
    flat = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    assert (np.einsum("ij,ij->i", flat, triangles.mean(axis=1) - middle) > 0).all()


def integrate(triangles: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Volume and centroid by the divergence theorem."""
    volumes = np.einsum("ij,ij->i", triangles[:, 0], np.cross(triangles[:, 1], triangles[:, 2])) / 6
    return float(volumes.sum()), np.einsum("i,ij->j", volumes, triangles.sum(axis=1) / 4) / volumes.sum()
