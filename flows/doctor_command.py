"""`simfoundry doctor`: what is ready, shown by having just exercised it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from typing import Literal

from jobs.contracts.document import Document, Name
from jobs.contracts.profile import Profile
from jobs.contracts.report import Readiness
from jobs.runtime.errors import SimfoundryError
from jobs.runtime.profiles import known_profiles, load_profile
from jobs.runtime.store import open_store
from tasks.preflight import probe_everything, require_writable

GPU_TIME_LIMIT_S = 20
STORE_REMEDY = "Name another store with --store or SIMFOUNDRY_STORE."


class ProfileReadiness(Document):
    """Whether a run under a profile has all that it needs; `missing` says what it lacks."""

    name: Name
    purpose: str
    missing: tuple[str, ...]


class DoctorReport(Document):
    """`simfoundry doctor --json`"""

    schema_version: Literal[1] = 1
    python: str
    capabilities: tuple[Readiness, ...]
    profiles: tuple[ProfileReadiness, ...]

    def is_ready(self, profile: Profile) -> bool:
        return any(item.name == profile.name and not item.missing for item in self.profiles)


def examine(store_uri: str) -> DoctorReport:
    """Exercise the jobs' providers and simulators, the devices and the store."""
    capabilities = (*probe_everything(), _probe_store(store_uri), _probe_cpu(), _probe_gpu())
    profiles = (load_profile(name) for name in known_profiles())
    return DoctorReport(
        python=f"{platform.python_version()} ({sys.executable})",
        capabilities=capabilities,
        profiles=tuple(
            ProfileReadiness(name=item.name, purpose=item.purpose, missing=find_missing(capabilities, item))
            for item in profiles
        ),
    )


def find_missing(capabilities: tuple[Readiness, ...], profile: Profile) -> tuple[str, ...]:
    """What a run under `profile` lacks: its first simulator on its device, those to cross-check in, any provider, every
    job, the store."""
    ready = {(item.kind, item.name): item for item in capabilities if item.ready}
    missing = [f"{item.kind} {item.name}" for item in capabilities if item.kind in ("job", "store") and not item.ready]
    simulator = ready.get(("simulator", profile.simulators[0]))
    if simulator is None or (profile.simulator_device == "cuda" and simulator.device != "cuda"):
        missing.append(f"simulator {profile.simulators[0]} on {profile.simulator_device}")
    missing += [f"simulator {name}" for name in profile.crosscheck if ("simulator", name) not in ready]
    if not any(("provider", name) in ready for name in profile.providers):
        missing.append(f"one of the providers {', '.join(profile.providers)}")
    return tuple(missing)


def _probe_store(uri: str) -> Readiness:
    started = time.monotonic()
    kind = "gcs" if uri.startswith("gs://") else "folder"
    try:
        require_writable(open_store(uri))
    except SimfoundryError as error:
        seconds = time.monotonic() - started
        return Readiness(kind="store", name=kind, ready=False, seconds=seconds, detail=str(error), remedy=STORE_REMEDY)
    return Readiness(
        kind="store",
        name=kind,
        ready=True,
        seconds=time.monotonic() - started,
        detail=f"wrote, found and removed a canary in {uri}",
    )


def _probe_cpu() -> Readiness:
    started = time.monotonic()
    total = sum(range(100_000))
    return Readiness(
        kind="device",
        name="cpu",
        ready=total == 4_999_950_000,
        seconds=time.monotonic() - started,
        detail=f"{os.cpu_count()} cores",
    )


def _probe_gpu() -> Readiness:
    """Proves CUDA through the driver, not ray tracing; simulators probe that themselves."""
    started = time.monotonic()
    remedy = "Needed only by GPU simulators and GPU providers: install NVIDIA's driver on a machine with a GPU."
    program = shutil.which("nvidia-smi")
    detail, ready = "no nvidia-smi on this machine", False
    if program:
        command = [program, "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=GPU_TIME_LIMIT_S, check=True)
            ready, detail = bool(done.stdout.strip()), done.stdout.strip().replace("\n", "; ") or "no GPU is listed"
        except (subprocess.SubprocessError, OSError) as error:
            detail = f"nvidia-smi failed: {error}"
    return Readiness(
        kind="device",
        name="cuda",
        ready=ready,
        device="cuda",
        seconds=time.monotonic() - started,
        detail=detail,
        remedy="" if ready else remedy,
    )
