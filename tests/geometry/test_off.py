"""OFF, in its variants."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.errors import TooManyFaces, UnitsNotStated, UnreadableMesh
from jobs.geometry.glb_file import vertex_colours
from jobs.geometry.mesh_file import load_mesh
from tests.geometry.stages import WEDGE

LIMITS = MeshLimits(max_faces=100)
FACES = "3 0 2 1\n3 0 1 3\n3 1 2 3\n3 2 0 3\n"


def load(tmp_path: Path, text: str) -> trimesh.Trimesh:
    (tmp_path / "a.off").write_text(text)
    return load_mesh(tmp_path / "a.off", "cm", LIMITS).mesh


def test_what_trimesh_writes_comes_in_scaled(tmp_path: Path) -> None:
    WEDGE.export(tmp_path / "wedge.off")
    mesh = load_mesh(tmp_path / "wedge.off", "mm", LIMITS).mesh
    np.testing.assert_allclose(mesh.bounds, [[0, 0, 0], [0.001, 0.002, 0.003]])
    assert mesh.volume == pytest.approx(1e-9)
    with pytest.raises(UnitsNotStated, match="--units"):
        load_mesh(tmp_path / "wedge.off", None, LIMITS)


def test_counts_beside_the_header_comments_and_polygons_are_understood(tmp_path: Path) -> None:
    text = "OFF 5 5 0 # a pyramid\n\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n.5 .5 3\n"
    mesh = load(tmp_path, text + "4 0 3 2 1\n3 0 1 4\n3 1 2 4\n3 2 3 4\n3 3 0 4\n")
    assert len(mesh.faces) == 6
    assert mesh.volume == pytest.approx(1e-6)


@pytest.mark.parametrize("red", ["255 0 0 255", "1.0 0.0 0.0 1.0", "255 0 0", "1.0 0.0 0.0"])
def test_vertex_colours_are_bytes_or_parts_of_one(tmp_path: Path, red: str) -> None:
    rows = "".join(f"{x} {y} {z} {red}\n" for x, y, z in WEDGE.vertices)
    assert vertex_colours(load(tmp_path, f"COFF\n4 4 0\n{rows}{FACES}")).tolist() == [[255, 0, 0, 255]] * 4


def test_face_colours_are_mixed_at_the_vertices(tmp_path: Path) -> None:
    rows = "".join(f"{x} {y} {z}\n" for x, y, z in WEDGE.vertices)
    faces = "3 0 2 1 200 0 0\n3 0 1 3 200 0 0\n3 1 2 3 0 100 0\n3 2 0 3 200 0 0\n"
    colours = vertex_colours(load(tmp_path, f"OFF\n4 4 0\n{rows}{faces}"))
    assert colours[:, :3].tolist() == [[200, 0, 0], [133, 33, 0], [133, 33, 0], [133, 33, 0]]


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("OFF\n4 900000000 0\n", TooManyFaces, "900,000,000"),
        ("OFF\n3 9 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n", UnreadableMesh, "says it has 9 faces"),
        ("OFF\n-3 1 0\n", UnreadableMesh, "-3"),
        ("OFF\nmany faces\n", UnreadableMesh, "counts"),
        ("PLY\n", UnreadableMesh, "OFF or COFF"),
        ("OFF\n3 1 0\n0 0 0\n1 0\n0 1 0\n3 0 1 2\n", UnreadableMesh, "not a vertex"),
        ("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n", UnreadableMesh, "not one of its 3"),
        ("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n2 0 1\n", UnreadableMesh, "not a polygon"),
        ("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n200 " + "0 1 2 " * 67, TooManyFaces, "198"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        load(tmp_path, text)
