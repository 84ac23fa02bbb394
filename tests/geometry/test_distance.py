"""Distances and overlaps of shapes whose distances and overlaps are known."""

import numpy as np
import pytest
import trimesh

from jobs.geometry.distance import estimate_distances, sample_surface
from jobs.geometry.errors import OpenMesh
from jobs.geometry.extents import compute_longest_extent_m
from tests.overlap import compute_volume_iou


def test_iou_of_a_box_moved_by_half_is_a_third() -> None:
    box = trimesh.creation.box()
    moved = box.copy().apply_translation((0.5, 0, 0))
    assert compute_volume_iou(box, moved) == pytest.approx(1 / 3)
    assert compute_volume_iou(box, box) == pytest.approx(1)


def test_iou_needs_closed_meshes() -> None:
    box = trimesh.creation.box()
    with pytest.raises(OpenMesh, match="the second mesh"):
        compute_volume_iou(box, trimesh.Trimesh(box.vertices, box.faces[1:], process=False))


def test_surfaces_of_concentric_spheres_are_the_difference_of_radii_apart() -> None:
    inner = trimesh.creation.icosphere(subdivisions=4, radius=1.0)
    outer = trimesh.creation.icosphere(subdivisions=4, radius=1.1)
    there, back, again = (
        estimate_distances(
            sample_surface(source, 2000, np.random.default_rng(1))[0], target, 32_000, np.random.default_rng(2)
        )
        for source, target in ((inner, outer), (outer, inner), (inner, outer))
    )
    assert (there.mean() + back.mean()) / 2 == pytest.approx(0.1, abs=0.002)
    assert max(there.max(), back.max()) < 0.11
    assert (there == again).all()


def test_samples_lie_on_the_faces_they_name() -> None:
    box = trimesh.creation.box((1, 2, 3))
    points, faces = sample_surface(box, 500, np.random.default_rng(0))
    offsets = np.einsum("ij,ij->i", points - box.triangles[faces][:, 0], box.face_normals[faces])
    np.testing.assert_allclose(offsets, 0, atol=1e-12)


def test_the_longest_extent_does_not_depend_on_how_a_box_is_turned() -> None:
    box = trimesh.creation.box((0.1, 0.2, 0.3))
    for seed in range(5):
        turn = trimesh.transformations.random_rotation_matrix(np.random.default_rng(seed).random(3))
        turned = box.copy().apply_transform(turn)
        assert compute_longest_extent_m(turned) == pytest.approx(0.3, rel=1e-6)
        assert compute_longest_extent_m(turned) == compute_longest_extent_m(turned)
