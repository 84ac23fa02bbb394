"""A job as an operator's machine runs it: one process per request, timed from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jobs.contracts.manifest import Manifest, Usage
from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.contracts.report import JobReport
from jobs.contracts.run import ObjectRequest
from jobs.contracts.simready import SimreadyRequest
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.folder_store import FolderStore
from tasks.intake import take_in
from tasks.local_launcher import SINGLE_THREADED


@dataclass(frozen=True)
class Done:
    """`wall_s` [s]: of the whole process, imports included."""

    wall_s: float
    manifest: Manifest
    store: FolderStore

    @property
    def usage(self) -> Usage:
        assert self.manifest.usage is not None
        return self.manifest.usage

    def artifact(self, kind: str) -> Path:
        """Where the only artifact of this kind lies."""
        [item] = self.manifest.of_kind(kind)
        return Path(self.store.uri) / paths.artifact(self.manifest, item)

    def value(self, check: str) -> float | None:
        """What a check measured; the mean over its subjects."""
        values = [item.value for item in self.manifest.checks if item.name == check and item.value is not None]
        return sum(values) / len(values) if values else None


def ask(capture: ObjectRequest, folder: Path, store: FolderStore, provider: str) -> ReconstructionRequest:
    """A request for one capture, whose path is relative to `folder`, by one provider."""
    return ReconstructionRequest(
        schema_version=1,
        profile="demo",
        name=capture.name,
        source=take_in(capture, folder, store),
        providers=(provider,),
    )


def start(
    request: ReconstructionRequest | SimreadyRequest, store: FolderStore, cpus: Sequence[int] = ()
) -> subprocess.Popen[str]:
    """The job's process, on these CPUs only; on all of ours if none are named."""
    path = paths.request(request.job, request.digest())
    store.create(path, request.to_json())
    pinned = ["taskset", "-c", ",".join(map(str, cpus))] if cpus else []
    return subprocess.Popen(
        [*pinned, sys.executable, "-P", "-m", f"jobs.{request.job}", f"{store.uri}/{path}"],
        env={**os.environ, **SINGLE_THREADED, "SIMFOUNDRY_WORKDIR": f"{store.uri}-work"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def run_job(request: ReconstructionRequest | SimreadyRequest, store: FolderStore, cpus: Sequence[int] = ()) -> Done:
    """Run the job and wait for it.

    Raises:
        RuntimeError: It failed; with its own words.
    """
    started = time.perf_counter()
    said, _ = start(request, store, cpus).communicate()
    wall_s = time.perf_counter() - started
    report = JobReport.from_json(said.splitlines()[-1])
    if report.ref is None:
        raise RuntimeError(f"{request.name}: {report.error}")
    return Done(wall_s, load_manifest(store, report.ref), store)
