"""Scanned everyday objects whose true shape and mass are known, to be photographed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh

from benchmarks.glaze import Coat
from benchmarks.photographer import Photographer

REALDATA = Path(os.environ.get("SIMFOUNDRY_REALDATA", Path(__file__).resolve().parents[2] / "shared" / "realdata"))
SIDE_PX = 480
PLAIN = (0.62, 0.47, 0.36)
COLOURS = {"YcbFoamBrick": (0.75, 0.30, 0.25), "gso_red_bowl": (0.70, 0.18, 0.15), "gso_plate": (0.55, 0.62, 0.72)}

# Weighed by the YCB authors: Calli et al. 2015, "The YCB object and model set".
TRUE_MASS_KG = {
    "YcbBanana": 0.066,
    "YcbCrackerBox": 0.411,
    "YcbFoamBrick": 0.028,
    "YcbMasterChefCan": 0.414,
    "YcbMustardBottle": 0.603,
    "YcbPottedMeatCan": 0.370,
    "YcbPowerDrill": 0.895,
    "YcbScissors": 0.082,
    "YcbTomatoSoupCan": 0.349,
}


@dataclass(frozen=True)
class GroundTruth:
    """`mesh`: metres, Z up, its bounding box centred over the origin, standing on z = 0."""

    name: str
    mesh: trimesh.Trimesh
    mass_kg: float | None

    def photograph(self, folder: Path, side_px: int = SIDE_PX) -> None:
        """Write photos and cameras of it, see `benchmarks.photographer`."""
        coat = Coat.of(self.mesh, COLOURS.get(self.name, PLAIN))
        Photographer(self.mesh, coat).shoot(folder, side_px)

    def save(self, folder: Path) -> Path:
        """Write the true mesh, without colours, in metres."""
        path = folder / f"{self.name}.stl"
        self.mesh.export(path)
        return path


def load_ground_truth(realdata: Path = REALDATA) -> Iterator[GroundTruth]:
    """Raises: FileNotFoundError: The real data is not on this machine."""
    files = sorted(realdata.glob("groundtruth/*/mesh.obj"))
    if not files:
        raise FileNotFoundError(f"no ground truth in {realdata}; set SIMFOUNDRY_REALDATA")
    for file in files:
        mesh = trimesh.load(file, force="mesh", process=False)
        assert isinstance(mesh, trimesh.Trimesh)
        low, high = np.asarray(mesh.bounds)
        mesh.apply_translation(-np.array((*((low + high) / 2)[:2], low[2])))
        yield GroundTruth(file.parent.name, mesh, TRUE_MASS_KG.get(file.parent.name))
