"""Furniture as artists leave it, against its true joints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from jobs.contracts.parts import JointAnnotation, JointsAnnotation
from jobs.contracts.reconstruction import MeshLimits, PartingSettings
from jobs.contracts.simready import JointSettings, PartsSettings, RepairSettings
from jobs.geometry.joining import concatenate
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.parting.parting import take_apart
from jobs.simready.articulation.articulation import FoundJoint
from jobs.simready.articulation.detection import Hints, find_articulation
from jobs.simready.articulation.pieces import Pieces, close_piece

AXIS_DEG, PIVOT_M, DIAGONAL_M = 1.0, 0.01, 0.4


@pytest.mark.parametrize(("thing", "joints"), [("wooden_cabinet", 3), ("short_fridge", 1)])
def test_every_true_joint_is_found_by_shape_and_name(realdata: Path, thing: str, joints: int) -> None:
    folder = realdata / "articulated" / thing
    true = {joint.child: joint for joint in JointsAnnotation.from_json((folder / "joints.json").read_bytes()).joints}
    found = find_articulation(load_pieces(folder), Hints(), JointSettings()).joints
    assert {joint.child for joint in found} == set(true)
    assert len(found) == joints
    for joint in found:
        require_alike(joint, true[joint.child])


@pytest.mark.parametrize("form", ["stl", "glb"])
@pytest.mark.parametrize("thing", ["wooden_cabinet", "short_fridge"])
def test_the_same_joints_are_found_when_all_parts_are_one_mesh(
    realdata: Path, tmp_path: Path, thing: str, form: str
) -> None:
    """Written by trimesh, without names; parts are told apart by their surfaces, and paired by where they are."""
    folder = realdata / "articulated" / thing
    true = {joint.child: joint for joint in JointsAnnotation.from_json((folder / "joints.json").read_bytes()).joints}
    given = {path.stem: load_mesh(path, "m", MeshLimits()).mesh for path in sorted(folder.glob("*.obj"))}
    whole = concatenate(list(given.values())).copy()
    if form == "glb":
        whole.apply_transform(trimesh.transformations.rotation_matrix(-np.pi / 2, [1, 0, 0]))
    whole.export(tmp_path / f"{thing}.{form}")
    loaded = load_mesh(tmp_path / f"{thing}.{form}", "m", MeshLimits(), apart=True)
    made = take_apart(loaded, PartingSettings())
    assert set(made.parts) == {"base", *(f"part_{number}" for number in range(1, len(given)))}
    thickness_m = PartsSettings().sheet_thickness * DIAGONAL_M
    closed = tuple(close_piece(name, mesh, thickness_m, RepairSettings()) for name, mesh in made.parts.items())
    found = find_articulation(Pieces(closed, {}, None, made.separation), Hints(), JointSettings()).joints
    assert len(found) == len(true)
    for joint in found:
        middle_m = made.parts[joint.child].bounds.mean(axis=0)
        nearest = min(true, key=lambda name: float(np.linalg.norm(given[name].bounds.mean(axis=0) - middle_m)))
        require_alike(joint, true.pop(nearest))


def require_alike(joint: FoundJoint, expected: JointAnnotation) -> None:
    axis = np.array(expected.axis) / np.linalg.norm(expected.axis)
    assert (joint.kind, joint.parent) == (expected.type, expected.parent)
    assert np.rad2deg(np.arccos(min(1.0, abs(float(axis @ joint.axis))))) < AXIS_DEG
    if expected.pivot_m is not None:
        away_m = np.linalg.norm(np.cross(axis, joint.pivot_m - np.array(expected.pivot_m)))
        assert away_m < PIVOT_M


def test_sheets_without_thickness_become_plates_and_that_is_said(realdata: Path) -> None:
    pieces = {piece.name: piece for piece in load_pieces(realdata / "articulated" / "wooden_cabinet").pieces}
    assert pieces["base"].solid.volume() > 0
    assert any("open surfaces" in change or "sheet" in change for change in pieces["base"].changes)


def load_pieces(folder: Path) -> Pieces:
    thickness_m = PartsSettings().sheet_thickness * DIAGONAL_M
    sources = {path.stem: load_mesh(path, "m", MeshLimits()).mesh for path in sorted(folder.glob("*.obj"))}
    pieces = (close_piece(name, source, thickness_m, RepairSettings()) for name, source in sources.items())
    return Pieces(tuple(pieces), {})
