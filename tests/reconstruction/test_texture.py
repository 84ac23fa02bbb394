"""The texture shows what the photos show, on the same surface."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.errors import EmptyMesh
from jobs.geometry.glb_file import save_textured_glb
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.appearance.atlas import make_atlas
from jobs.reconstruction.appearance.charts import cut_into_charts
from tests.reconstruction.conftest import Bench
from tests.reconstruction.turntable import Turntable, hammer

TEXELS = 40_000


@pytest.fixture(scope="module")
def ball() -> trimesh.Trimesh:
    return trimesh.creation.icosphere(subdivisions=4, radius=0.05)


def test_every_face_has_a_chart_and_lies_in_it_unmirrored(ball: trimesh.Trimesh) -> None:
    charts = cut_into_charts(ball)
    assert charts.chart.max() + 1 <= 12
    assert np.array_equal(charts.vertex[charts.faces], ball.faces)
    a, b, c = np.moveaxis(charts.uv[charts.faces], 1, 0)
    first, second = b - a, c - a
    area = (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) / 2
    assert (area > 0.15 * np.asarray(ball.area_faces)).all()


def test_charts_do_not_overlap_in_the_atlas(ball: trimesh.Trimesh) -> None:
    atlas = make_atlas(ball, TEXELS)
    owner = atlas.rasterise()
    middle = atlas.uv[atlas.faces].mean(axis=1).astype(int)
    seen = owner[middle[:, 1], middle[:, 0]]
    assert (seen >= 0).all()
    distance = np.linalg.norm(ball.triangles_center[seen] - ball.triangles_center, axis=1)
    assert distance.max() < 0.005
    assert atlas.uv.min() >= 0
    assert (atlas.uv <= (atlas.width, atlas.height)).all()


def test_the_atlas_has_as_many_texels_as_asked_for(ball: trimesh.Trimesh) -> None:
    atlas = make_atlas(ball, TEXELS)
    assert 0.5 * TEXELS < np.count_nonzero(atlas.rasterise() >= 0) < 1.2 * TEXELS


def test_the_textured_glb_is_the_same_surface_in_the_photos_colours(bench: Bench, turntable: Turntable) -> None:
    manifest = bench.run(bench.photos(turntable.folder))
    plain = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    path = bench.artifact(manifest, "mesh/textured_glb")
    other = trimesh.load_scene(path, process=False)
    (geometry,) = other.geometry.values()
    assert len(geometry.faces) == len(plain.faces)
    ours = load_mesh(path, None, MeshLimits()).mesh
    assert np.array_equal(np.float32(ours.triangles), np.float32(plain.triangles))
    picture = geometry.visual.material.baseColorTexture
    assert picture.format == "JPEG"
    uv = geometry.visual.uv
    assert uv.min() >= 0
    assert uv.max() <= 1
    used = np.asarray(picture.convert("RGB"), float)
    red, green, blue = np.median(used.reshape(-1, 3), axis=0)
    assert red > 1.5 * green > 1.5 * 1.5 * blue


def test_a_known_size_holds_for_the_textured_mesh_too(bench: Bench, turntable: Turntable) -> None:
    manifest = bench.run(bench.photos(turntable.folder, known_size_m=0.5, formats=["obj"]))
    plain, textured, obj = (
        load_mesh(bench.artifact(manifest, kind), unit, MeshLimits()).mesh.bounds
        for kind, unit in (("mesh/glb", None), ("mesh/textured_glb", None), ("mesh/obj", "m"))
    )
    np.testing.assert_allclose(plain, textured, rtol=1e-6)
    np.testing.assert_allclose(plain, obj, rtol=1e-6)
    pictures = [item.path for item in manifest.of_kind("mesh/obj_file")]
    assert pictures == ["formats/mesh.jpg", "formats/mesh.mtl"]


def test_the_atlas_does_not_depend_on_how_many_threads_there_are(tmp_path: Path) -> None:
    hammer().export(tmp_path / "hammer.ply")
    program = (
        "import sys, hashlib, trimesh\n"
        "from jobs.reconstruction.appearance.atlas import make_atlas\n"
        "mesh = trimesh.load(sys.argv[1], process=False).subdivide().subdivide()\n"
        "print(hashlib.sha256(make_atlas(mesh, 90_000).uv.tobytes()).hexdigest())\n"
    )
    cpus = sorted(os.sched_getaffinity(0))
    digests = set()
    for some in (cpus[:1], cpus):
        command = [sys.executable, "-c", f"import os; os.sched_setaffinity(0, {some})\n{program}", "hammer.ply"]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        digests.add(done.stdout)
    assert len(digests) == 1


def test_a_picture_without_a_surface_cannot_be_written(tmp_path: Path) -> None:
    file = BytesIO()
    Image.new("RGB", (2, 2)).save(file, "JPEG")
    with pytest.raises(EmptyMesh):
        save_textured_glb(
            tmp_path / "a.glb", np.zeros((3, 3)), np.zeros((0, 3), int), np.zeros((3, 2)), file.getvalue()
        )
