"""Which simulator runs: only one that the profile admits, that the request lists, and that has just worked."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.contracts.check import Device
from jobs.contracts.episodes import SimulatorStamp
from jobs.contracts.profile import Profile
from jobs.contracts.report import Readiness
from jobs.runtime.errors import UnknownName
from jobs.simulation.simulator import SIMULATORS, Simulation, Simulator, SimulatorUnavailable, open_simulator

PLANNED = {
    "genie_sim": "this version of simfoundry has no implementation for it",
    "mujoco_warp": "this version of simfoundry has no implementation for it",
}
"""Names that profiles may admit and that nothing here can run yet."""
_REMEDY = "List another simulator in the request, or choose a profile that admits one that runs on this machine."


@dataclass(frozen=True)
class Selection:
    """`refused`: simulators that the request lists before this one, and why they did not run."""

    simulator: Simulator
    refused: dict[str, str]

    def stamp(self, simulation: Simulation) -> SimulatorStamp:
        """Who simulates, and who was passed over."""
        return simulation.stamp.model_copy(update={"refused": self.refused})


def select_simulator(requested: tuple[str, ...], profile: Profile) -> Selection:
    """The first simulator of the request's list that the profile admits and whose probe succeeds here.

    Raises:
        UnknownName: The request names something that is no simulator.
        SimulatorUnavailable: None of them can be used; says why for each.
    """
    known = {*SIMULATORS, *PLANNED}
    for name in requested:
        if name not in known:
            raise UnknownName("simulator", name, known)
    refused: dict[str, str] = {}
    for name in requested:
        objection = _object_to(name, profile)
        if objection is None:
            return Selection(open_simulator(name), refused)
        refused[name] = objection
    reasons = "; ".join(f"{name}: {reason}" for name, reason in refused.items())
    raise SimulatorUnavailable(", ".join(requested), f"under profile '{profile.name}' {reasons}", _REMEDY)


def probe_simulators() -> tuple[Readiness, ...]:
    """Every simulator that a request may name."""
    planned = tuple(
        Readiness(kind="simulator", name=name, ready=False, seconds=0.0, detail=why, remedy="Use another simulator.")
        for name, why in PLANNED.items()
    )
    return (*(open_simulator(name).probe() for name in SIMULATORS), *planned)


def _object_to(name: str, profile: Profile) -> str | None:
    """Why this simulator may not or cannot run; None if it just did."""
    if name not in profile.simulators:
        return f"the profile admits {', '.join(profile.simulators)} only"
    if name in PLANNED:
        return PLANNED[name]
    readiness = open_simulator(name).probe()
    if not readiness.ready:
        return f"{readiness.detail}. {readiness.remedy}".strip()
    return _object_to_device(readiness.device, profile.simulator_device)


def _object_to_device(device: Device, required: Device) -> str | None:
    return f"it runs on {device}, the profile requires {required}" if device != required else None
