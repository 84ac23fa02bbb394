"""What MuJoCo makes of a file: bodies and contacts."""

# mujoco ships no types (pyright reads nothing but settings in the next line):
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray

from jobs.contracts.inspection import InspectionSettings
from jobs.simready.inspection.body import Bodies, Body, Inertial, Surface, tessellate
from jobs.simready.inspection.surface_properties import inspect_friction
from jobs.simready.inspection.violation import Violation

_SHOWN_GROUPS = 3
"""Of the six groups of geometries, MuJoCo's viewers show the first three."""


def compile_model(path: Path, fmt: str) -> mujoco.MjModel | Violation:
    """The model, or why there is none."""
    try:
        return mujoco.MjModel.from_xml_path(str(path))
    except (ValueError, mujoco.FatalError) as error:
        return Violation("static_files", fmt, f"MuJoCo does not take it: {' '.join(str(error).split())}")


def read_bodies(model: mujoco.MjModel, fmt: str) -> Bodies:
    """Every body but the world and mere frames, with all joints at zero."""
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    mujoco.mj_comPos(model, data)
    bodies = [_read_body(model, data, body, fmt) for body in range(1, model.nbody)]
    return tuple(body for body in bodies if body.surfaces or (body.inertial is not None and body.inertial.mass_kg > 0))


def inspect_contacts(model: mujoco.MjModel, fmt: str, settings: InspectionSettings) -> Iterator[Violation]:
    """Geometries that collide have friction in all directions and contacts neither soft nor far away; those that do
    not are seen; and nothing floats."""
    for geom in range(model.ngeom):
        where = f"{fmt} {_name(model, mujoco.mjtObj.mjOBJ_GEOM, geom)}"
        if not _collides(model, geom):
            if model.geom_group[geom] >= _SHOWN_GROUPS:
                yield Violation(
                    "static_colliders", where, "neither collides nor is seen: contype and conaffinity are 0"
                )
            continue
        yield from inspect_friction(where, None, float(model.geom_friction[geom, 0]), settings)
        if model.geom_condim[geom] < 3:
            yield Violation("static_friction", where, f"slides without friction: condim {model.geom_condim[geom]}")
        for problem in _softness(model, geom, settings):
            yield Violation("static_contact", where, problem)
    for body in np.flatnonzero(model.body_gravcomp):
        where = f"{fmt} {_name(model, mujoco.mjtObj.mjOBJ_BODY, int(body))}"
        yield Violation("static_mass", where, f"does not weigh what it should: gravcomp {model.body_gravcomp[body]:g}")


def _softness(model: mujoco.MjModel, geom: int, settings: InspectionSettings) -> Iterator[str]:
    """Source: "Solver parameters" in MuJoCo's documentation: time constant [s] and damping ratio if positive."""
    time_s, ratio = model.geom_solref[geom]
    if not 0 < time_s <= settings.max_contact_time_s or not 0 < ratio <= settings.max_damping_ratio:
        yield (
            f"has contacts with solref {time_s:g} {ratio:g}; a time of at most {settings.max_contact_time_s:g} s and a "
            f"damping ratio of at most {settings.max_damping_ratio:g} are expected"
        )
    if model.geom_margin[geom] != 0 or model.geom_gap[geom] != 0:
        yield f"touches at a distance: margin {model.geom_margin[geom]:g} m, gap {model.geom_gap[geom]:g} m"
    torsion_m, rolling_m = model.geom_friction[geom, 1:]
    most_m = float(model.geom_rbound[model.geom_bodyid == model.geom_bodyid[geom]].max())
    if not (0 <= torsion_m <= most_m and 0 <= rolling_m <= most_m):
        yield f"has torsional and rolling friction {torsion_m:g}, {rolling_m:g} m; its body's radius is {most_m:.3g} m"


def _read_body(model: mujoco.MjModel, data: mujoco.MjData, body: int, fmt: str) -> Body:
    name = _name(model, mujoco.mjtObj.mjOBJ_BODY, body)
    axes = data.ximat[body].reshape(3, 3)
    geoms = np.flatnonzero(model.geom_bodyid == body).tolist()
    return Body(
        where=f"{fmt} {name}",
        name=name,
        inertial=Inertial(
            float(model.body_mass[body]),
            np.array(data.xipos[body], float),
            axes @ np.diag(model.body_inertia[body]) @ axes.T,
        ),
        visuals=tuple(
            _read_surface(model, data, geom, fmt)
            for geom in geoms
            if not _collides(model, geom) and model.geom_group[geom] < _SHOWN_GROUPS
        ),
        colliders=tuple(_read_surface(model, data, geom, fmt) for geom in geoms if _collides(model, geom)),
    )


def _read_surface(model: mujoco.MjModel, data: mujoco.MjData, geom: int, fmt: str) -> Surface:
    points, faces = _shape(model, geom)
    points_m = points @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom]
    primitive = model.geom_type[geom] != mujoco.mjtGeom.mjGEOM_MESH
    return Surface(f"{fmt} {_name(model, mujoco.mjtObj.mjOBJ_GEOM, geom)}", points_m, faces, bool(primitive))


def _shape(model: mujoco.MjModel, geom: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points (n, 3) [m] and faces (m, 3) in the geometry's own frame; none of a kind that this job does not write."""
    size = model.geom_size[geom]
    match mujoco.mjtGeom(model.geom_type[geom]):
        case mujoco.mjtGeom.mjGEOM_MESH:
            mesh = int(model.geom_dataid[geom])
            points = _rows(model.mesh_vert, model.mesh_vertadr[mesh], model.mesh_vertnum[mesh])
            faces = _rows(model.mesh_face, model.mesh_faceadr[mesh], model.mesh_facenum[mesh])
            return np.asarray(points, np.float64), np.asarray(faces, np.int64)
        case mujoco.mjtGeom.mjGEOM_BOX:
            return tessellate("box", tuple((2 * size).tolist()))
        case mujoco.mjtGeom.mjGEOM_SPHERE:
            return tessellate("sphere", (float(size[0]),))
        case mujoco.mjtGeom.mjGEOM_CYLINDER:
            return tessellate("cylinder", (float(size[0]), float(2 * size[1])))
        case mujoco.mjtGeom.mjGEOM_CAPSULE:
            return tessellate("capsule", (float(size[0]), float(2 * size[1])))
        case _:
            return np.empty((0, 3)), np.empty((0, 3), np.int64)


def _rows(table: NDArray[np.float64], first: int, count: int) -> NDArray[np.float64]:
    return table[int(first) : int(first) + int(count)]


def _collides(model: mujoco.MjModel, geom: int) -> bool:
    return bool(model.geom_contype[geom] or model.geom_conaffinity[geom])


def _name(model: mujoco.MjModel, kind: int, index: int) -> str:
    return mujoco.mj_id2name(model, kind, index) or f"number {index}"
