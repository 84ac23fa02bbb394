"""Closed is what encloses a volume; everything else is told how it does not."""

import numpy as np
import pytest
import trimesh

from jobs.geometry.closed import (
    compute_volume_m3,
    count_open_edges,
    count_pieces,
    from_manifold,
    is_closed_volume,
    require_closed,
    to_manifold,
)
from jobs.geometry.errors import OpenMesh


def without_faces(mesh: trimesh.Trimesh, count: int) -> trimesh.Trimesh:
    return trimesh.Trimesh(mesh.vertices, mesh.faces[count:], process=False)


def test_a_box_is_closed_even_as_loose_triangles() -> None:
    box = trimesh.creation.box()
    loose = trimesh.Trimesh(box.triangles.reshape(-1, 3), np.arange(36).reshape(-1, 3), process=False)
    assert is_closed_volume(box)
    assert is_closed_volume(loose)
    assert count_pieces(loose) == 1


def test_a_missing_triangle_leaves_three_open_edges() -> None:
    holed = without_faces(trimesh.creation.box(), 1)
    assert count_open_edges(holed) == 3
    with pytest.raises(OpenMesh, match=r"'crate'.*3 open"):
        require_closed(holed, "crate")


def test_a_flipped_face_is_not_closed() -> None:
    box = trimesh.creation.box()
    faces = box.faces.copy()
    faces[0] = faces[0, ::-1]
    flipped = trimesh.Trimesh(box.vertices, faces, process=False)
    assert flipped.is_watertight
    assert not is_closed_volume(flipped)


def test_a_box_turned_inside_out_has_a_negative_volume() -> None:
    box = trimesh.creation.box()
    inside_out = trimesh.Trimesh(box.vertices, box.faces[:, ::-1], process=False)
    with pytest.raises(OpenMesh, match="volume is -1"):
        require_closed(inside_out, "crate")


def test_volume_is_exact_far_from_the_origin() -> None:
    box = trimesh.creation.box((0.1, 0.2, 0.3)).apply_translation((50, -70, 90))
    assert compute_volume_m3(box) == pytest.approx(0.006, rel=1e-9)


def test_the_way_through_manifold_and_back_keeps_shape_and_is_repeatable() -> None:
    sphere = trimesh.creation.icosphere(subdivisions=3)
    once, twice = from_manifold(to_manifold(sphere)), from_manifold(to_manifold(sphere))
    assert once.volume == pytest.approx(sphere.volume)
    assert np.array_equal(once.vertices, twice.vertices)
    assert np.array_equal(once.faces, twice.faces)


def test_an_open_mesh_makes_no_manifold() -> None:
    with pytest.raises(OpenMesh):
        to_manifold(without_faces(trimesh.creation.box(), 2))


def test_two_boxes_are_two_pieces() -> None:
    boxes = [trimesh.creation.box(), trimesh.creation.box().apply_translation((3, 0, 0))]
    assert count_pieces(trimesh.util.concatenate(boxes)) == 2


def test_nothing_is_not_closed() -> None:
    nothing = trimesh.Trimesh(np.zeros((3, 3)), np.zeros((0, 3), int), process=False)
    assert not is_closed_volume(nothing)
    assert count_pieces(nothing) == 0
