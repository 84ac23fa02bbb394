"""Boxes, spheres, cylinders and capsules are found again, however they lie."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from jobs.geometry.closed import to_manifold
from jobs.simready.collision.primitives import fit_primitive
from jobs.simready.collision.shape import PrimitiveKind, Shape, make_primitive

LEAST_IOU = 0.97
KINDS: list[tuple[PrimitiveKind, tuple[float, ...]]] = [
    ("box", (0.1, 0.06, 0.04)),
    ("sphere", (0.05,)),
    ("cylinder", (0.03, 0.12)),
    ("capsule", (0.03, 0.05)),
]


def turned() -> NDArray[np.float64]:
    T_object_shape = np.eye(4)
    T_object_shape[:3, :3] = Rotation.from_euler("xyz", [0.3, 0.7, 1.1]).as_matrix()
    T_object_shape[:3, 3] = [0.2, 0.1, -0.3]
    return T_object_shape


def find(mesh: trimesh.Trimesh) -> Shape | None:
    found = fit_primitive(to_manifold(mesh), LEAST_IOU)
    return found[0] if found else None


@pytest.mark.parametrize(("kind", "size_m"), KINDS)
def test_a_primitive_is_found_again(kind: PrimitiveKind, size_m: tuple[float, ...]) -> None:
    shape = find(make_primitive(kind, size_m, turned())[0].mesh)
    assert shape is not None
    assert shape.kind == kind
    assert sorted(shape.size_m) == pytest.approx(sorted(size_m), rel=0.01)
    np.testing.assert_allclose(shape.position_m, [0.2, 0.1, -0.3], atol=1e-6)


@pytest.mark.parametrize(("kind", "size_m"), KINDS)
def test_a_primitive_lies_where_it_says(kind: PrimitiveKind, size_m: tuple[float, ...]) -> None:
    """Its mesh, taken back to its own axes, is centred and as large as its size."""
    shape, _ = make_primitive(kind, size_m, turned())
    rotation = Rotation.from_quat(shape.orientation_wxyz, scalar_first=True)
    local_m = rotation.inv().apply(shape.mesh.vertices - np.array(shape.position_m))
    radius_m, length_m = size_m[0], size_m[-1]
    half_m = {
        "box": np.array(size_m) / 2,
        "sphere": np.full(3, radius_m),
        "cylinder": np.array([radius_m, radius_m, length_m / 2]),
        "capsule": np.array([radius_m, radius_m, length_m / 2 + radius_m]),
    }[kind]
    np.testing.assert_allclose(local_m.max(axis=0), half_m, rtol=2e-3)
    np.testing.assert_allclose(local_m.min(axis=0), -half_m, rtol=2e-3)


@pytest.mark.parametrize(
    ("mesh", "kind"),
    [
        (trimesh.creation.box((0.1, 0.1, 0.1)), "box"),
        (trimesh.creation.cylinder(0.03, 0.03 * 3**0.5, sections=64), "cylinder"),
    ],
)
def test_what_has_no_principal_axis_is_found_all_the_same(mesh: trimesh.Trimesh, kind: str) -> None:
    shape = find(mesh.apply_transform(turned()))
    assert shape is not None
    assert shape.kind == kind


SIX_SIDED = trimesh.creation.cylinder(0.03, 0.12, sections=6)


@pytest.mark.parametrize("mesh", [trimesh.creation.cone(0.03, 0.1), SIX_SIDED, trimesh.creation.icosahedron()])
def test_what_is_no_primitive_is_none(mesh: trimesh.Trimesh) -> None:
    assert find(mesh) is None


def test_a_dent_does_not_keep_a_can_from_being_a_cylinder() -> None:
    can = trimesh.creation.cylinder(0.03, 0.12, sections=64)
    dented = can.vertices[np.abs(can.vertices[:, 0]) < 0.0299]
    assert len(dented) < len(can.vertices)
    shape = find(trimesh.convex.convex_hull(dented))
    assert shape is not None
    assert shape.kind == "cylinder"
    assert shape.size_m == pytest.approx((0.03, 0.12), rel=0.01)
