"""`simfoundry doctor`: what is ready, shown by having just exercised it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time

from jobs.contracts.profile import Profile
from jobs.contracts.report import Readiness, ReadinessReport
from jobs.runtime.errors import SimfoundryError
from jobs.runtime.store import open_store
from tasks.preflight import probe_everything, require_writable

GPU_TIME_LIMIT_S = 20


def examine(store_uri: str) -> ReadinessReport:
    """Exercise the jobs' providers and simulators, the devices and the store."""
    return ReadinessReport(
        schema_version=1, capabilities=(*probe_everything(), _probe_store(store_uri), _probe_cpu(), _probe_gpu())
    )


def sufficient(report: ReadinessReport, profile: Profile) -> bool:
    """Whether a run under `profile` has all that it needs: its first simulator, every job, the store."""
    ready = {(item.kind, item.name) for item in report.capabilities if item.ready}
    jobs = [item for item in report.capabilities if item.kind in ("job", "store")]
    simulator = ("simulator", profile.simulators[0]) in ready
    provider = any(("provider", name) in ready for name in profile.providers)
    return simulator and provider and all(item.ready for item in jobs)


def _probe_store(uri: str) -> Readiness:
    started = time.monotonic()
    kind = "gcs" if uri.startswith("gs://") else "folder"
    try:
        require_writable(open_store(uri))
    except SimfoundryError as error:
        seconds = time.monotonic() - started
        return Readiness(kind="store", name=kind, ready=False, seconds=seconds, detail=str(error), remedy="--store")
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
