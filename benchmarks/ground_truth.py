"""Scanned everyday objects whose true shape and mass are known, as subjects for the studio."""

# MuJoCo ships no type stubs for its spec.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mujoco
import numpy as np
import trimesh
from PIL import Image

from examples.studio import Matrix, photograph

REALDATA = Path(os.environ.get("SIMFOUNDRY_REALDATA", Path(__file__).resolve().parents[2] / "shared" / "realdata"))
PLAIN = (0.62, 0.47, 0.36, 1.0)
MAX_TEXTURE_PX = 1024

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

    def photograph(self, folder: Path) -> None:
        """Write photos and cameras of it."""
        with tempfile.TemporaryDirectory() as scratch:
            texture = self._texture(Path(scratch))
            photograph(lambda spec: self._add(spec, texture), np.asarray(self.mesh.extents), folder)

    def save(self, folder: Path) -> Path:
        """Write the true mesh, without colours, in metres."""
        path = folder / f"{self.name}.stl"
        self.mesh.export(path)
        return path

    def _texture(self, scratch: Path) -> Path | None:
        image = getattr(getattr(self.mesh.visual, "material", None), "image", None)
        if image is None:
            return None
        image = image.convert("RGB")
        image.thumbnail((MAX_TEXTURE_PX, MAX_TEXTURE_PX), Image.Resampling.LANCZOS)
        image.save(scratch / "texture.png")
        return scratch / "texture.png"

    def _add(self, spec: mujoco.MjSpec, texture: Path | None) -> None:
        mesh = spec.add_mesh(name=self.name)
        mesh.uservert = np.asarray(self.mesh.vertices, dtype=np.float64).ravel()
        mesh.userface = np.asarray(self.mesh.faces).ravel()
        look: dict[str, object] = {"rgba": PLAIN}
        if texture:
            uv = getattr(self.mesh.visual, "uv", None)
            flipped = np.asarray(uv) * (1, -1) + (0, 1)  # MuJoCo counts rows from the top
            mesh.usertexcoord = flipped.ravel()
            mesh.userfacetexcoord = np.asarray(self.mesh.faces).ravel()
            spec.add_texture(name="skin", type=mujoco.mjtTexture.mjTEXTURE_2D, file=str(texture))
            skin = spec.add_material(name="skin")
            skin.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = "skin"
            look = {"material": "skin"}
        spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_MESH, meshname=self.name, contype=0, conaffinity=0, **look)


def load_ground_truth(realdata: Path = REALDATA) -> Iterator[GroundTruth]:
    """Raises: FileNotFoundError: The real data is not on this machine."""
    files = sorted(realdata.glob("groundtruth/*/mesh.obj"))
    if not files:
        raise FileNotFoundError(f"no ground truth in {realdata}; set SIMFOUNDRY_REALDATA")
    for file in files:
        mesh = trimesh.load(file, force="mesh", process=False)
        assert isinstance(mesh, trimesh.Trimesh)
        low, high = np.asarray(mesh.bounds)
        mesh.apply_translation(-_base(low, high))
        yield GroundTruth(file.parent.name, mesh, TRUE_MASS_KG.get(file.parent.name))


def _base(low: Matrix, high: Matrix) -> Matrix:
    return np.array((*((low + high) / 2)[:2], low[2]))
