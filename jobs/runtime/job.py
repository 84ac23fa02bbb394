"""The only way to run a job: key, admission, work, commit."""

from __future__ import annotations

import platform
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from jobs.contracts.manifest import Environment, Manifest, ManifestRef
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest, require_complete
from jobs.runtime.errors import ArtifactMissing
from jobs.runtime.gate import require_admitted
from jobs.runtime.key import output_key
from jobs.runtime.meter import Meter
from jobs.runtime.profiles import load_profile
from jobs.runtime.question import references
from jobs.runtime.registry import RUNNERS, JobRequest, resolve
from jobs.runtime.settings import Settings
from jobs.runtime.store import Store
from jobs.runtime.transfers import transfer_all
from jobs.runtime.workspace import Progress, Workspace, temporary_folder

Runner = Callable[[JobRequest, Workspace], Manifest]


@dataclass(frozen=True)
class Execution:
    """A committed manifest, and whether it was there before."""

    manifest: Manifest
    reused: bool


def execute(request: JobRequest, store: Store, settings: Settings, progress: Progress) -> Execution:
    """Run one job, or return what an earlier run of the same request committed.

    Raises:
        InputNotAdmitted: An input has no passed verdict under the request's profile.
        OutputIncomplete: Somebody removed files of what was committed.
        SimfoundryError: Whatever the job says; nothing is committed then.
    """
    profile = load_profile(request.profile)
    inputs = {ref: load_manifest(store, ref) for ref in references(request)}
    for manifest in inputs.values():
        require_admitted(store, manifest, profile)
    ref = ManifestRef(job=request.job, key=output_key(request, inputs.values()))
    finished = find_manifest(store, ref)
    if finished is not None:
        require_complete(store, finished)
        _sweep_losers(store, finished)
        return Execution(finished, reused=True)
    run: Runner = resolve("job", RUNNERS, request.job)
    started_at, meter = datetime.now(UTC), Meter()
    with temporary_folder(settings.work_dir) as root:
        workspace = Workspace(root, store, ref.key, inputs, progress)
        manifest = run(request, workspace)
        attempt = uuid.uuid4().hex
        written = _upload(workspace, manifest, attempt, progress)
        environment = _environment(attempt, settings, started_at)
        usage = meter.usage(workspace.bytes_read, written, workspace.external_calls)
        progress("commit")
        _commit(store, manifest.model_copy(update={"usage": usage, "environment": environment}))
    winner = load_manifest(store, ref)
    _sweep_losers(store, winner)
    return Execution(winner, reused=False)


def find_manifest(store: Store, ref: ManifestRef) -> Manifest | None:
    """The committed manifest, if there is one."""
    try:
        return load_manifest(store, ref)
    except ArtifactMissing:
        return None


def _upload(workspace: Workspace, manifest: Manifest, attempt: str, progress: Progress) -> int:
    folder = paths.attempt(manifest.ref, attempt)
    transfer_all(
        lambda item: workspace.store.upload(workspace.outputs / item.path, f"{folder}/{item.path}"),
        manifest.artifacts,
        lambda done, total: progress("upload", done, total),
    )
    return sum(item.bytes for item in manifest.artifacts)


def _commit(store: Store, manifest: Manifest) -> None:
    """Files are there already; the manifest makes them an output, if no other attempt was faster."""
    store.create(paths.manifest(manifest.ref), manifest.to_json())


def _sweep_losers(store: Store, winner: Manifest) -> None:
    """Remove what other attempts at this key left. None of them can win any more."""
    assert winner.environment is not None, "load_manifest says so"
    kept = paths.attempt(winner.ref, winner.environment.attempt) + "/"
    for item in tuple(store.list(paths.attempts(winner.ref))):
        if not item.path.startswith(kept):
            store.delete(item.path)


def _environment(attempt: str, settings: Settings, started_at: datetime) -> Environment:
    return Environment(
        attempt=attempt,
        host=socket.gethostname(),
        platform=platform.platform(),
        python=platform.python_version(),
        image=settings.image,
        started_at=started_at,
        finished_at=datetime.now(UTC),
    )
