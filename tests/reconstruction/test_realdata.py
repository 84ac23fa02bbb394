"""Real photographs, and scanned objects whose shape is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jobs.contracts.reconstruction import MeshLimits, ReconstructedMesh
from jobs.geometry.closed import is_closed_volume
from jobs.geometry.mesh_file import load_mesh
from tests.overlap import compute_volume_iou
from tests.reconstruction.conftest import Bench
from tests.reconstruction.turntable import Turntable
from tests.reconstruction.values import measured

DINO_BOUNDS_M = [[-0.061897, -0.018874, -0.057845], [0.010897, 0.068227, 0.015495]]
"""From the data set's README."""


def test_the_real_dino_is_closed_and_where_its_bounding_box_is(bench: Bench, realdata: Path) -> None:
    folder = realdata / "photos_dino_posed"
    manifest = bench.run(bench.photos(folder, cameras="dinoSR_par.txt", carving={"grid": 160}))
    mesh = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    assert is_closed_volume(mesh)
    np.testing.assert_allclose(mesh.bounds, DINO_BOUNDS_M, atol=0.003)
    checks = measured(manifest)
    assert checks["mesh_components"] == checks["scale_known"] == 1
    assert checks["views_usable"] == 14
    assert checks["silhouette_iou"] > 0.96
    document = ReconstructedMesh.from_json(bench.artifact(manifest, "mesh/document").read_bytes())
    assert document.views_cut == ("dinoSR0002.png", "dinoSR0003.png")


@pytest.mark.parametrize(("name", "iou"), [("YcbMustardBottle", 0.96), ("fuze", 0.96)])
def test_a_scanned_object_rendered_as_photos_comes_back(
    bench: Bench, realdata: Path, tmp_path: Path, name: str, iou: float
) -> None:
    truth = load_mesh(realdata / "groundtruth" / name / "mesh.obj", "m", MeshLimits()).mesh
    turntable = Turntable.make(tmp_path / name, truth, views=24, distance_m=0.55, side_px=400)
    manifest = bench.run(bench.photos(turntable.folder, carving={"grid": 96}))
    mesh = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    assert compute_volume_iou(mesh, truth) > iou
