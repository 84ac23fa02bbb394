"""Silhouettes and a known step tell how a camera at rest stood before a turning object."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jobs.contracts.reconstruction import MeshLimits, ReconstructedMesh, Turntable
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.mat_errors import TurntableDoesNotMatch
from jobs.reconstruction.cameras.turning import Outline, Setup, measure_incoherence
from tests.overlap import compute_volume_iou
from tests.reconstruction.conftest import Bench
from tests.reconstruction.turntable import hammer, photograph

SIZE_PX = (320, 320)
DISTANCE_M = 0.45
TRUE = Setup(focal_px=440.0, elevation_deg=24.0, roll_deg=0.6, axis_px=166.0, row_px=158.0)
STEP_DEG, PHOTOS = 22.5, 16


def turned(degrees: float):
    """The camera that sees the hammer, which stands a little beside the axis, turned by so much [m]."""
    camera = TRUE.camera(degrees, SIZE_PX)
    return type(camera)(camera.K, camera.R_camera_world, camera.t_camera_world * DISTANCE_M)


def body():
    mesh = hammer()
    mesh.apply_translation([0.008, -0.005, -0.06])
    return mesh


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("turning")
    for index in range(PHOTOS):
        Image.fromarray(photograph(body(), turned(STEP_DEG * index), SIZE_PX[0])).save(folder / f"{index:02d}.png")
    return folder


def test_a_positive_step_turns_the_object_counter_clockwise_seen_from_above() -> None:
    """A point in front of the axis moves to the right in the picture: towards the camera lies the azimuth 0."""
    near = np.array([[0.1, 0.0, 0.0]])
    before, _, _ = TRUE.camera(0, SIZE_PX).project(near)
    after, _, _ = TRUE.camera(10, SIZE_PX).project(near)
    assert TRUE.camera(0, SIZE_PX).position[0] > 0
    assert after[0] > before[0]


def test_the_axis_is_where_the_setup_says() -> None:
    level = Setup(440.0, 24.0, 0.0, 166.0, 158.0)
    for degrees in (0.0, 77.0):
        u, v, depth = level.camera(degrees, SIZE_PX).project(np.zeros((1, 3)))
        assert (u[0], v[0]) == pytest.approx((166.0, 158.0))
        assert np.linalg.norm(level.camera(degrees, SIZE_PX).position) == pytest.approx(1)
        assert depth[0] > 0
    heights = [level.camera(0, SIZE_PX).project(np.array([[0, 0, z]]))[1][0] for z in (-0.1, 0.1)]
    assert heights[0] > heights[1]


def test_outlines_are_coherent_for_the_true_setup_only() -> None:
    masks = [RayCaster(body()).look(turned(STEP_DEG * index), *SIZE_PX).silhouette for index in range(PHOTOS)]

    def incoherence(setup: Setup, step_deg: float) -> float:
        outlines = [Outline.of(mask, step_deg * index) for index, mask in enumerate(masks)]
        return measure_incoherence(setup, outlines, SIZE_PX)

    least = incoherence(TRUE, STEP_DEG)
    assert least < 0.6
    assert incoherence(TRUE, 1.5 * STEP_DEG) > 4 * least
    assert incoherence(TRUE, -STEP_DEG) > 4 * least
    for wrong in (
        Setup(440.0, 36.0, 0.6, 166.0, 158.0),
        Setup(440.0, 24.0, 6.0, 166.0, 158.0),
        Setup(440.0, 24.0, 0.6, 176.0, 158.0),
    ):
        assert incoherence(wrong, STEP_DEG) > 1.3 * least


def test_photos_on_a_turntable_become_the_object_at_the_known_distance(bench: Bench, photos: Path) -> None:
    asked = bench.photos(photos, cameras=None, turntable=Turntable(step_deg=STEP_DEG), known_distance_m=DISTANCE_M)
    manifest = bench.run(asked)
    document = ReconstructedMesh.from_json(bench.artifact(manifest, "mesh/document").read_bytes())
    assert document.scale_source == "known_distance"
    mesh = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    assert np.linalg.norm(mesh.extents) == pytest.approx(np.linalg.norm(body().extents), rel=0.06)
    mesh.apply_translation(body().bounds.mean(axis=0) - mesh.bounds.mean(axis=0))
    assert compute_volume_iou(mesh, body()) > 0.75


def test_the_other_direction_is_refused(bench: Bench, photos: Path) -> None:
    asked = bench.photos(photos, cameras=None, turntable=Turntable(step_deg=-STEP_DEG))
    with pytest.raises(TurntableDoesNotMatch, match="counter-clockwise"):
        bench.run(asked)
