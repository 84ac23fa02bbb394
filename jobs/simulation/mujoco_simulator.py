"""MuJoCo on a CPU."""

# mujoco ships no types (pyright reads nothing but settings in the next line):
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import logging
import time
from functools import cached_property
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray

from jobs.contracts.episodes import SimulatorStamp
from jobs.contracts.report import Readiness
from jobs.simulation.offscreen import Offscreen, renderer_name
from jobs.simulation.simulator import FloatArray, ModelRejected, SimulatorUnavailable

_LOG = logging.getLogger(__name__)
_STATE = mujoco.mjtState.mjSTATE_INTEGRATION


class MujocoSimulation:
    """See `Simulation`. What is read is brought up to date first, without touching what the next step depends on."""

    def __init__(self, model: mujoco.MjModel) -> None:
        # Left alone, MuJoCo writes its warnings to MUJOCO_LOG.TXT in the current folder.
        mujoco.set_mju_user_warning(_LOG.warning)
        self._model = model
        self._data = mujoco.MjData(model)
        self._gravity = model.opt.gravity.copy()
        self._stale = True

    @property
    def stamp(self) -> SimulatorStamp:
        """Raises: SimulatorUnavailable: No usable OpenGL library."""
        return SimulatorStamp(
            simulator="mujoco",
            version=mujoco.__version__,
            device="cpu",
            renderer=renderer_name(),
            timestep_s=self._model.opt.timestep,
            integrator=mujoco.mjtIntegrator(self._model.opt.integrator).name.removeprefix("mjINT_").lower(),
        )

    def reset(self) -> None:
        mujoco.mj_resetData(self._model, self._data)
        self._model.opt.gravity[:] = self._gravity
        self._stale = True

    def state(self) -> FloatArray:
        state = np.empty(mujoco.mj_stateSize(self._model, _STATE))
        mujoco.mj_getState(self._model, self._data, state, _STATE)
        return state

    def restore(self, state: FloatArray) -> None:
        mujoco.mj_setState(self._model, self._data, state, _STATE)
        self._stale = True

    def control(self, values: FloatArray) -> None:
        self._data.ctrl[:] = values

    def step(self, count: int) -> None:
        mujoco.mj_step(self._model, self._data, count)
        self._stale = True

    def joint_positions(self, names: tuple[str, ...]) -> FloatArray:
        return np.array([self._data.qpos[self._model.joint(name).qposadr[0]] for name in names])

    def set_joint_positions(self, names: tuple[str, ...], values: FloatArray) -> None:
        for name, value in zip(names, values, strict=True):
            joint = self._model.joint(name)
            self._data.qpos[joint.qposadr[0]] = value
            self._data.qvel[joint.dofadr[0]] = 0.0
        self._stale = True

    def place(self, body: str, position_m: FloatArray, orientation_wxyz: FloatArray) -> None:
        orientation = np.asarray(orientation_wxyz, float)
        pose = np.concatenate([position_m, orientation / np.linalg.norm(orientation)])
        marker = int(self._model.body(body).mocapid[0])
        if marker >= 0:
            self._data.mocap_pos[marker], self._data.mocap_quat[marker] = pose[:3], pose[3:]
        else:
            joint = self._free_joint(body)
            first, velocity = self._model.jnt_qposadr[joint], self._model.jnt_dofadr[joint]
            self._data.qpos[first : first + 7] = pose
            self._data.qvel[velocity : velocity + 6] = 0.0
            self._data.qacc_warmstart[velocity : velocity + 6] = 0.0
        self._stale = True

    def throw(self, body: str, linear_m_s: FloatArray, angular_rad_s: FloatArray) -> None:
        """MuJoCo keeps the angular velocity of a free body in the body's own axes."""
        self._refresh()
        first = self._model.jnt_dofadr[self._free_joint(body)]
        rotation = self._data.body(body).xmat.reshape(3, 3)
        self._data.qvel[first : first + 6] = np.concatenate([linear_m_s, rotation.T @ angular_rad_s])
        self._stale = True

    def set_gravity(self, acceleration_m_s2: FloatArray) -> None:
        self._model.opt.gravity[:] = acceleration_m_s2

    def energy_j(self) -> float:
        self._refresh()
        mujoco.mj_energyPos(self._model, self._data)
        mujoco.mj_energyVel(self._model, self._data)
        return float(self._data.energy.sum())

    def pose(self, body_or_site: str) -> tuple[FloatArray, FloatArray]:
        self._refresh()
        if mujoco.mj_name2id(self._model, mujoco.mjtObj.mjOBJ_BODY, body_or_site) >= 0:
            body = self._data.body(body_or_site)
            return body.xpos.copy(), body.xquat.copy()
        site, orientation = self._data.site(body_or_site), np.empty(4)
        mujoco.mju_mat2Quat(orientation, site.xmat)
        return site.xpos.copy(), orientation

    def velocity(self, body: str) -> tuple[FloatArray, FloatArray]:
        self._refresh()
        spatial = np.empty(6)
        kind = mujoco.mjtObj.mjOBJ_BODY
        mujoco.mj_objectVelocity(self._model, self._data, kind, self._model.body(body).id, spatial, 0)
        return spatial[3:], spatial[:3]

    def touching(self, body: str, other: str) -> bool:
        pairs = self._contact_bodies()
        first, second = self._model.body(body).id, self._model.body(other).id
        return bool((((pairs == (first, second)) | (pairs == (second, first))).all(axis=1)).any())

    def penetration_m(self, body: str) -> float:
        involved = (self._contact_bodies() == self._model.body(body).id).any(axis=1)
        return float(max(0.0, *(-self._data.contact.dist[involved]))) if involved.any() else 0.0

    def render(self, camera: str, width_px: int, height_px: int) -> NDArray[np.uint8]:
        self._refresh()
        return self._offscreen.picture(self._data, camera, width_px, height_px)

    def visible_fraction(self, body: str, camera: str, width_px: int, height_px: int) -> float:
        self._refresh()
        shown = self._offscreen.geometries(self._data, camera, width_px, height_px)
        owners = np.append(self._model.geom_bodyid, -1)[shown]
        return float((owners == self._model.body(body).id).mean())

    def close(self) -> None:
        if "_offscreen" in self.__dict__:
            self._offscreen.close()
            del self._offscreen

    @cached_property
    def _offscreen(self) -> Offscreen:
        return Offscreen(self._model)

    def _free_joint(self, body: str) -> int:
        joint = int(self._model.body(body).jntadr[0])
        if joint < 0 or self._model.jnt_type[joint] != mujoco.mjtJoint.mjJNT_FREE:
            raise ValueError(f"body '{body}' is neither free nor a marker")
        return joint

    def _contact_bodies(self) -> NDArray[np.int32]:
        """(n_contacts, 2)"""
        self._refresh()
        return self._model.geom_bodyid[self._data.contact.geom.reshape(-1, 2)]

    def _refresh(self) -> None:
        """Poses, contacts and velocities of the present state; `mj_forward` would alter the solver's warm start."""
        if self._stale:
            mujoco.mj_fwdPosition(self._model, self._data)
            mujoco.mj_fwdVelocity(self._model, self._data)
            self._stale = False


class MujocoSimulator:
    """See `Simulator`."""

    name = "mujoco"

    def load(self, model: Path, timestep_s: float) -> MujocoSimulation:
        """Load an MJCF file. A diverging simulation stays diverged (NaN), it is not silently reset.

        Raises:
            ModelRejected: MuJoCo does not accept the file.
        """
        try:
            compiled = mujoco.MjModel.from_xml_path(str(model))
        except ValueError as error:
            raise ModelRejected(self.name, model.name, str(error)) from error
        compiled.opt.timestep = timestep_s
        compiled.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET
        return MujocoSimulation(compiled)

    def probe(self) -> Readiness:
        started = time.monotonic()
        try:
            ready, detail, remedy = *_fall_and_look(), ""
        except SimulatorUnavailable as error:
            ready, detail, remedy = False, error.seen, error.remedy
        return Readiness(
            kind="simulator",
            name=self.name,
            ready=ready,
            device="cpu",
            version=mujoco.__version__,
            seconds=time.monotonic() - started,
            detail=detail,
            remedy=remedy,
        )


def _fall_and_look() -> tuple[bool, str]:
    """Drop a ball and take a picture of it: is it where Galileo says, and is there something to see?"""
    spec = mujoco.MjSpec()
    spec.worldbody.add_light(pos=[0, 0, 3], castshadow=False)
    spec.worldbody.add_camera(name="camera", pos=[0, -2, 1], xyaxes=[1, 0, 0, 0, 0, 1])
    ball = spec.worldbody.add_body(name="ball", pos=[0, 0, 1.2])
    ball.add_freejoint()
    ball.add_geom(type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[0.2, 0, 0])
    simulation = MujocoSimulation(spec.compile())
    try:
        before, _ = simulation.pose("ball")
        steps, timestep_s = 150, spec.option.timestep
        simulation.step(steps)
        after, _ = simulation.pose("ball")
        expected_m = 9.81 * (steps * timestep_s) ** 2 / 2
        fallen_m = before[2] - after[2]
        contrast = simulation.render("camera", 64, 64).std() / 255
        renderer = simulation.stamp.renderer
    finally:
        simulation.close()
    ready = bool(abs(fallen_m - expected_m) < 0.02 * expected_m and contrast > 0.02)
    return ready, f"fell {fallen_m:.3f} m (expected {expected_m:.3f}), picture contrast {contrast:.2f} by {renderer}"
