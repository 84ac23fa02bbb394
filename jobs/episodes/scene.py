"""A table, the arm, a goal disc, two cameras, and the object. World: metres, Z up, the table's top at z = 0."""

# mujoco ships no types (pyright reads nothing but settings in the next line):
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from pathlib import Path
from typing import Any

import mujoco
import numpy as np

from jobs.episodes.arm import PREFIX, WRIST_CAMERA, build_arm
from jobs.episodes.asset import TableObject

CAMERAS = {"front": "front", "wrist": WRIST_CAMERA}
"""Name in a recording -> name in the scene."""
OBJECT_PREFIX = "object/"
TABLE = "scene/table"
GOAL = "scene/goal"
GOAL_RADIUS_M = 0.05

_TABLE_CENTER_M, _TABLE_HALF_M = (0.42, 0.0, -0.02), (0.5, 0.6, 0.02)
_FLOOR_Z_M = -0.6


def author_scene(item: TableObject, path: Path) -> Path:
    """Write the scene with the object in it as one MJCF file that refers to the asset's own files."""
    spec = mujoco.MjSpec()
    spec.modelname = "pick_place"
    _set_physics(spec)
    _set_look(spec)
    _add_furniture(spec)
    spec.attach(build_arm(), frame=spec.worldbody.add_frame(), prefix=PREFIX)
    spec.attach(_open_object(item), frame=spec.worldbody.add_frame(), prefix=OBJECT_PREFIX)
    spec.compile()
    path.write_text(spec.to_xml())
    return path


def body_of(item: TableObject) -> str:
    """Name of the object's body in the scene."""
    return OBJECT_PREFIX + item.name


def _set_physics(spec: mujoco.MjSpec) -> None:
    spec.compiler.degree = False
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.impratio = 10


def _set_look(spec: mujoco.MjSpec) -> None:
    """What a CPU draws fast: without shadow maps and multisampling (which cost more than everything else), without
    textures but the object's own, with capsules of few faces, a picture takes half the time.
    """
    spec.visual.quality.offsamples = 0
    spec.visual.quality.numslices, spec.visual.quality.numstacks = 20, 10
    spec.visual.headlight.ambient = [0.32, 0.32, 0.34]
    spec.visual.headlight.diffuse = [0.22, 0.22, 0.22]
    spec.visual.headlight.specular = [0.0, 0.0, 0.0]
    for position, strength in (((0.9, 0.9, 1.6), 0.5), ((0.3, -1.2, 1.4), 0.28)):
        aim = np.array([0.45, 0.0, 0.0]) - position
        spec.worldbody.add_light(
            pos=position,
            dir=aim / np.linalg.norm(aim),
            type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL,
            castshadow=False,
            diffuse=[strength, strength, strength * 0.96],
            specular=[0.1, 0.1, 0.1],
        )
    spec.add_texture(
        name="scene/sky",
        type=mujoco.mjtTexture.mjTEXTURE_SKYBOX,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT,
        rgb1=[0.62, 0.70, 0.78],
        rgb2=[0.92, 0.94, 0.96],
        width=64,
        height=384,
    )
    spec.add_material(name="scene/wood", rgba=[0.72, 0.60, 0.47, 1], specular=0.0)
    spec.add_material(name="scene/floor", rgba=[0.60, 0.61, 0.64, 1], specular=0.0)


def _add_furniture(spec: mujoco.MjSpec) -> None:
    world = spec.worldbody
    world.add_geom(
        type=mujoco.mjtGeom.mjGEOM_PLANE,
        pos=[0, 0, _FLOOR_Z_M],
        size=[3, 3, 0.1],
        material="scene/floor",
        friction=[0.8, 0.005, 0.0001],
    )
    table = world.add_body(name=TABLE)
    table.add_geom(
        type=mujoco.mjtGeom.mjGEOM_BOX,
        pos=_TABLE_CENTER_M,
        size=_TABLE_HALF_M,
        material="scene/wood",
        friction=[0.8, 0.005, 0.0001],
        condim=4,
    )
    for x_m in (-0.03, 0.87):
        for y_m in (-0.55, 0.55):
            _add_leg(table, x_m, y_m)
    goal = world.add_body(name=GOAL, pos=[0.5, 0.2, 0], mocap=True)
    goal.add_geom(
        type=mujoco.mjtGeom.mjGEOM_CYLINDER,
        size=[GOAL_RADIUS_M, 0.0008, 0],
        rgba=[0.16, 0.62, 0.36, 1],
        contype=0,
        conaffinity=0,
        group=2,
    )
    world.add_camera(name="front", pos=[1.12, 0.03, 0.66], xyaxes=[0, 1, 0, -0.62, 0, 0.785], fovy=38)


def _add_leg(table: Any, x_m: float, y_m: float) -> None:
    top_m = _TABLE_CENTER_M[2] - _TABLE_HALF_M[2]
    table.add_geom(
        type=mujoco.mjtGeom.mjGEOM_BOX,
        pos=[x_m, y_m, (top_m + _FLOOR_Z_M) / 2],
        size=[0.025, 0.025, (top_m - _FLOOR_Z_M) / 2],
        rgba=[0.3, 0.3, 0.32, 1],
        contype=0,
        conaffinity=0,
    )


def _open_object(item: TableObject) -> mujoco.MjSpec:
    """The asset's own spec, its files named absolutely so that the scene can lie elsewhere."""
    spec = mujoco.MjSpec.from_file(str(item.model))
    folder = item.model.parent.resolve()
    for mesh in spec.meshes:
        if mesh.file:
            mesh.file = str(folder / spec.meshdir / mesh.file)
    for texture in spec.textures:
        if texture.file:
            texture.file = str(folder / spec.texturedir / texture.file)
    spec.meshdir = spec.texturedir = ""
    for light in spec.lights:
        spec.delete(light)
    return spec
