"""Broken meshes come out as the solid that they were, or are refused by a fault that has a name."""

from __future__ import annotations

import re
import zlib

import numpy as np
import pytest
import trimesh

from jobs.contracts.repair import RepairSettings
from jobs.geometry.closed import is_closed_volume
from jobs.geometry.errors import OpenMesh
from jobs.simready.errors import CrossesItself
from jobs.simready.repair.solid import repair
from tests.simready.faults.meshes import HARMLESS, HOPELESS, SAID

SETTINGS = RepairSettings(rebuild_cells=32)
SOLIDS = {
    "block": trimesh.creation.box((0.1, 0.06, 0.04)).subdivide().subdivide().subdivide(),
    "ring": trimesh.creation.torus(0.05, 0.02, major_sections=32, minor_sections=16),
}


@pytest.mark.parametrize("solid", SOLIDS)
@pytest.mark.parametrize("fault", HARMLESS)
def test_a_mended_solid_has_its_volume_and_says_what_was_done(fault: str, solid: str) -> None:
    mesh = SOLIDS[solid]
    repaired = repair(HARMLESS[fault](mesh, np.random.default_rng(zlib.crc32(fault.encode()))), SETTINGS, solid)
    assert is_closed_volume(repaired.mesh)
    assert repaired.solid.volume() == pytest.approx(mesh.volume, rel=0.01)
    assert re.fullmatch(SAID[fault], "; ".join(repaired.changes))


@pytest.mark.parametrize("solid", SOLIDS)
@pytest.mark.parametrize("fault", HOPELESS)
def test_what_cannot_be_mended_is_refused_by_name(fault: str, solid: str) -> None:
    mesh = SOLIDS[solid]
    broken = HOPELESS[fault](mesh, np.random.default_rng(zlib.crc32(fault.encode())))
    with pytest.raises((OpenMesh, CrossesItself), match=r"does not enclose a volume: \S|passes through itself: \d"):
        repair(broken, SETTINGS, solid)


@pytest.mark.parametrize("solid", SOLIDS)
def test_a_sound_solid_is_not_changed(solid: str) -> None:
    assert repair(SOLIDS[solid], SETTINGS, solid).changes == ()
