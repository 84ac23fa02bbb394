"""Asked before any work: is the store writable, and is a simulator there that the profile admits."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from jobs.contracts.profile import Profile
from jobs.contracts.report import Readiness
from jobs.contracts.run import STAGES, RunRequest
from jobs.runtime.errors import BadInput, Unavailable
from jobs.runtime.registry import home
from jobs.runtime.store import Store
from tasks.local_launcher import probe_job


class SimulatorNotAdmitted(BadInput):
    def __init__(self, name: str, profile: Profile) -> None:
        super().__init__(
            f"Profile '{profile.name}' does not admit the simulator '{name}'. "
            f"Admitted: {', '.join(profile.simulators)}. Choose one of these, or another --profile."
        )


class NoSimulatorReady(Unavailable):
    def __init__(self, profile: Profile, reasons: tuple[str, ...]) -> None:
        super().__init__(
            f"No simulator is ready that profile '{profile.name}' admits: {'; '.join(reasons)}. "
            "Nothing was started. `simfoundry doctor` says what to do; `--profile lab` simulates on a CPU."
        )


def require_writable(store: Store) -> None:
    """Write and remove a canary.

    Raises:
        StoreUnwritable, StoreUnreachable
    """
    path = f"scratch/canaries/{uuid.uuid4().hex}"
    store.create(path, b"canary")
    store.delete(path)


def choose_simulators(request: RunRequest, profile: Profile) -> tuple[str, ...]:
    """The simulators that may run, in order: those the request lists, or only the profile's first.

    Raises:
        SimulatorNotAdmitted
    """
    for name in request.simulators:
        if name not in profile.simulators:
            raise SimulatorNotAdmitted(name, profile)
    return request.simulators or profile.simulators[:1]


def require_simulator(request: RunRequest, profile: Profile) -> tuple[str, ...]:
    """The simulators that may run, one of which has just stepped and rendered. Nothing is asked of a run without one.

    Raises:
        SimulatorNotAdmitted, NoSimulatorReady
    """
    names = choose_simulators(request, profile)
    if STAGES.index(request.until) < STAGES.index("simready"):
        return names
    ready = {item.name: item for item in _probe_simulators()}
    reasons = tuple(_objection(name, ready.get(name), profile) for name in names)
    if all(reasons):
        raise NoSimulatorReady(profile, reasons)
    return names


def probe_everything() -> tuple[Readiness, ...]:
    """What each job's probe says, side by side; jobs that share an image share a probe."""
    jobs = [job for job in STAGES if home(job) == job]
    with ThreadPoolExecutor(len(jobs)) as pool:
        return tuple(item for report in pool.map(probe_job, jobs) for item in report.capabilities)


@cache
def _probe_simulators() -> tuple[Readiness, ...]:
    """Once in a process: the command line asks before it reads the inputs, the flow asks wherever it runs."""
    return tuple(item for item in probe_job("episodes").capabilities if item.kind == "simulator")


def _objection(name: str, readiness: Readiness | None, profile: Profile) -> str:
    if readiness is None:
        return f"{name}: not part of this version"
    if not readiness.ready:
        return f"{name}: {readiness.detail}"
    if profile.simulator_device == "cuda" and readiness.device != "cuda":
        return f"{name}: runs on {readiness.device}, cuda is required"
    return ""
