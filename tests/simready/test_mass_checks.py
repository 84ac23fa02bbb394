"""Whether mass, size and material go together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trimesh

from jobs.contracts.check import CheckResult
from jobs.runtime.workspace import silent
from jobs.simready.articulation.articulation import Articulation
from jobs.simready.articulation.piece import Piece
from jobs.simready.asset import describe_asset
from jobs.simready.checks.mass import check_mass
from jobs.simready.link import build_link
from jobs.simready.physics.identity import identify
from jobs.simready.repair.solid import repair
from tests.simready.conftest import ANY_COLLIDER, request_physics

LITRE = trimesh.creation.box((0.1, 0.1, 0.1))
PAN = trimesh.boolean.difference(
    [trimesh.creation.cylinder(0.1, 0.06), trimesh.creation.cylinder(0.097, 0.06).apply_translation([0, 0, 0.003])],
    engine="manifold",
)


def checks_of(mesh: trimesh.Trimesh, scratch: Path, **fields: Any) -> dict[str, CheckResult]:
    request = request_physics(colliders=ANY_COLLIDER, **fields)
    repaired = repair(mesh, request.repair, request.name)
    piece = Piece(request.name, mesh, repaired.solid, repaired.mesh, repaired.changes)
    rigid = Articulation(request.name, (), "dynamic")
    asset = describe_asset(request, {}, [build_link(piece, request, scratch, silent)], rigid, identify(request))
    return {check.name: check for check in check_mass(asset)}


@pytest.mark.parametrize(
    ("fields", "inside"),
    [
        ({"material": "steel"}, 1),
        ({"material": "steel", "mass_kg": 7.8}, 1),
        ({"material": "steel", "mass_kg": 0.25}, 0),
        ({"material": "steel", "mass_kg": 7.6}, 0),
        ({"material": "steel", "mass_kg": 7.6, "mass_tolerance_kg": 0.2}, 1),
        ({"material": "steel", "category": "food_can", "mass_kg": 1.05}, 1),
        ({"category": "food_can", "mass_kg": 7.8}, 0),
        ({"mass_kg": 0.25}, 1),
        ({"mass_kg": 25}, 0),
    ],
)
def test_a_weighed_density_meets_what_the_object_is(fields: dict[str, Any], inside: int, tmp_path: Path) -> None:
    assert checks_of(LITRE, tmp_path, **fields)["density_in_band"].value == inside


@pytest.mark.parametrize(
    ("fields", "contradicted"),
    [
        ({"material": "steel", "mass_kg": 0.25}, "contradicts the material 'steel', unless the object is hollow"),
        ({"category": "food_can", "mass_kg": 7.8}, "contradicts the category 'food_can'"),
        ({"mass_kg": 25}, "contradicts every known material"),
    ],
)
def test_a_contradiction_names_what_it_contradicts(fields: dict[str, Any], contradicted: str, tmp_path: Path) -> None:
    assert contradicted in checks_of(LITRE, tmp_path, **fields)["density_in_band"].detail


def test_a_pan_whose_walls_are_in_the_mesh_may_be_as_dense_as_its_metal(tmp_path: Path) -> None:
    """1.6 kg of steel 3 mm thick; a block of the pan's outside would weigh 15 kg."""
    steel = {"category": "frying_pan", "material": "steel"}
    assert checks_of(PAN, tmp_path, mass_kg=1.6, **steel)["density_in_band"].value == 1
    assert checks_of(PAN, tmp_path, mass_kg=0.3, **steel)["density_in_band"].value == 0


@pytest.mark.parametrize(
    ("fields", "grade"),
    [
        ({}, 0),
        ({"category": "mug"}, 2),
        ({"category": "food_can", "material": "steel"}, 2),
        ({"material": "steel"}, 3),
        ({"material": "steel", "mass_kg": 7.8}, 4),
    ],
)
def test_whoever_knows_the_mass_has_a_grade(fields: dict[str, Any], grade: int, tmp_path: Path) -> None:
    assert checks_of(LITRE, tmp_path, **fields)["mass_source"].value == grade
