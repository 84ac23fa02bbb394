"""A small model: a ball above a plane, a bar on a hinge, a marker, a camera."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.simulation.mujoco_simulator import MujocoSimulation, MujocoSimulator

TIMESTEP_S = 0.002
MODEL = """
<mujoco model="small">
  <option integrator="implicitfast"/>
  <worldbody>
    <light pos="0 0 3" castshadow="false"/>
    <geom name="floor" type="plane" size="2 2 0.1" rgba="0.2 0.2 0.3 1"/>
    <camera name="side" pos="0 -2 0.5" xyaxes="1 0 0 0 0 1" fovy="45"/>
    <body name="ball" pos="0 0 0.5">
      <freejoint/>
      <geom type="sphere" size="0.1" mass="1" rgba="0.9 0.3 0.2 1"/>
    </body>
    <body name="bar" pos="1 0 1">
      <joint name="hinge" axis="0 1 0" damping="0.1"/>
      <geom type="capsule" size="0.02 0.2" pos="0 0 -0.2" mass="0.5"/>
      <site name="tip" pos="0 0 -0.4"/>
    </body>
    <body name="marker" pos="0 1 0" mocap="true"/>
  </worldbody>
  <actuator><position joint="hinge" kp="20" kv="1"/></actuator>
</mujoco>
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "small.xml"
    path.write_text(MODEL)
    return path


@pytest.fixture
def simulation(model: Path) -> Iterator[MujocoSimulation]:
    loaded = MujocoSimulator().load(model, TIMESTEP_S)
    yield loaded
    loaded.close()
