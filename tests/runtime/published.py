"""A gated line of outputs that ends in an export, as `publish_dataset` finds it in a store."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from jobs.contracts.check import CheckResult
from jobs.contracts.document import JobName
from jobs.contracts.episodes import SimulatorStamp
from jobs.contracts.export import DatasetSummary, EpisodeSummary
from jobs.contracts.manifest import Artifact, Environment, Manifest, ManifestRef, Provenance
from jobs.contracts.profile import Profile
from jobs.runtime import paths
from jobs.runtime.gate import decide, publish_verdict
from jobs.runtime.store import Store

DATASET_FILES = {
    "dataset/meta/info.json": b"{}",
    "dataset/data/chunk-000/file-000.parquet": b"rows",
    "dataset/videos/front/file-000.mp4": b"pictures",
}
SUMMARY = DatasetSummary(
    schema_version=1,
    name="toys",
    format="lerobot_v3",
    robot="panda",
    fps=20,
    frames=4,
    episodes=(EpisodeSummary(object="duck", index=0, success=True, failure=None, frames=4, dataset_index=0),),
    simulators=(
        SimulatorStamp(
            simulator="mujoco",
            version="4.0.0",
            device="cpu",
            renderer="mujoco (osmesa)",
            timestep_s=0.002,
            integrator="implicitfast",
        ),
    ),
    seeds=(7,),
)


def commit_line(store: Store, profile: Profile, rejected: JobName | None = None) -> ManifestRef:
    """reconstruction -> simready -> two shards of episodes -> export, each judged; returns the export."""
    request = {"request.json": b'{"seed":7}'}
    mesh = commit(store, profile, "reconstruction", "mesh", (), request, rejected)
    asset = commit(store, profile, "simready", "asset", (mesh,), request, rejected)
    shards = tuple(commit(store, profile, "episodes", name, (asset,), request, rejected) for name in ("one", "two"))
    files = request | DATASET_FILES | {"dataset.json": SUMMARY.to_json()}
    return commit(store, profile, "export", "toys", shards, files, rejected)


def commit(
    store: Store,
    profile: Profile,
    job: JobName,
    name: str,
    inputs: tuple[ManifestRef, ...],
    files: dict[str, bytes],
    rejected: JobName | None,
) -> ManifestRef:
    """One output that has just what its gate asks for; `rejected` measures nothing."""
    ref = ManifestRef(job=job, key=hashlib.sha256(f"{job}/{name}".encode()).hexdigest())
    for path, data in files.items():
        store.replace(f"{paths.attempt(ref, 'winner')}/{path}", data)
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    manifest = Manifest(
        schema_version=1,
        job=job,
        key=ref.key,
        request_sha256="0" * 64,
        inputs=inputs,
        artifacts=tuple(
            Artifact(kind=_kind(path), path=path, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
            for path, data in sorted(files.items())
        ),
        checks=() if job == rejected else _sufficient(profile, job),
        provenance=Provenance(maker=_maker(profile, job), seed=7, versions={"numpy": "2.4.6"}),
        environment=Environment(
            attempt="winner", host="h", platform="p", python="3.11", started_at=moment, finished_at=moment
        ),
    )
    store.replace(paths.manifest(ref), manifest.to_json())
    publish_verdict(store, decide(manifest, profile))
    return ref


def _kind(path: str) -> str:
    if path == "request.json":
        return "request"
    return "dataset/document" if path == "dataset.json" else "dataset/file"


def _maker(profile: Profile, job: JobName) -> str:
    return profile.simulators[0] if job == "episodes" else profile.providers[0]


def _sufficient(profile: Profile, job: JobName) -> tuple[CheckResult, ...]:
    return tuple(
        CheckResult(
            name=requirement.check,
            subject="duck",
            value=requirement.at_most if requirement.at_least is None else requirement.at_least,
            device=requirement.device or "cpu",
        )
        for requirement in profile.gates[job].requirements
    )
