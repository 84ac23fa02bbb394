"""Where things lie in a store; the only place that knows."""

from __future__ import annotations

from jobs.contracts.document import JobName
from jobs.contracts.manifest import Artifact, Manifest, ManifestRef


def output(ref: ManifestRef) -> str:
    return f"outputs/{ref.job}/{ref.key}"


def manifest(ref: ManifestRef) -> str:
    return f"{output(ref)}/manifest.json"


def attempts(ref: ManifestRef) -> str:
    return f"{output(ref)}/attempts/"


def attempt(ref: ManifestRef, attempt_id: str) -> str:
    return f"{attempts(ref)}{attempt_id}"


def artifact(of: Manifest, item: Artifact) -> str:
    """Raises: ValueError: `of` was never committed."""
    if of.environment is None:
        raise ValueError("a manifest without environment was never committed")
    return f"{attempt(of.ref, of.environment.attempt)}/{item.path}"


def verdict(profile: str, profile_sha256: str, job: JobName, key: str) -> str:
    return f"verdicts/{profile}/{job}-{key}/{profile_sha256[:16]}.json"


def request(job: JobName, name: str) -> str:
    return f"scratch/requests/{job}-{name}.json"


def upload(folder_sha256: str) -> str:
    return f"uploads/{folder_sha256}"


def scene(name: str) -> str:
    return f"scenes/{name}"


def dataset(name: str, version: str) -> str:
    return f"datasets/{name}/{version}"
