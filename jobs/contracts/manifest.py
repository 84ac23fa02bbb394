"""What a job promises about the output that it committed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from jobs.contracts.check import CheckResult
from jobs.contracts.document import Document, JobName, Sha256, StorePath

ArtifactKind = Annotated[str, Field(pattern=r"^[a-z0-9_]+(/[a-z0-9_]+)*$")]


class ManifestRef(Document):
    """Points at a committed output: `outputs/<job>/<key>/manifest.json`."""

    job: JobName
    key: Sha256


class Artifact(Document):
    """One file of an output. `path` is relative to the attempt's folder."""

    kind: ArtifactKind
    path: StorePath
    sha256: Sha256
    bytes: Annotated[int, Field(ge=0)]


class ProviderFailure(Document):
    """A provider that was tried first and did not deliver."""

    provider: str
    error: str


class Provenance(Document):
    """Who made the result, from what, and who was tried before."""

    maker: str
    seed: int | None = None
    sources: dict[str, Sha256] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    failures: tuple[ProviderFailure, ...] = ()
    warnings: tuple[str, ...] = ()


class Usage(Document):
    """Physical consumption of one execution; prices are not known here."""

    wall_s: float
    cpu_s: float
    gpu_s: float | None = None
    peak_memory_bytes: int
    bytes_read: int
    bytes_written: int
    external_calls: int = 0


class Environment(Document):
    """Where and when the winning attempt ran; recorded, never part of the key."""

    attempt: str
    host: str
    platform: str
    python: str
    image: str | None = None
    started_at: datetime
    finished_at: datetime


class Manifest(Document):
    """Equal for every attempt at the same key with the same inputs, `usage` and `environment` aside.

    `request_sha256`: of `request.json`, the request without its profile, which judges but does not change a result.
    """

    schema_version: Literal[1]
    job: JobName
    key: Sha256
    request_sha256: Sha256
    inputs: tuple[ManifestRef, ...]
    artifacts: tuple[Artifact, ...]
    checks: tuple[CheckResult, ...]
    provenance: Provenance
    usage: Usage | None = None
    environment: Environment | None = None

    def content_sha256(self) -> Sha256:
        """Hash of everything that does not depend on where and when the job ran."""
        return self.model_copy(update={"usage": None, "environment": None}).digest()

    def of_kind(self, kind: str) -> tuple[Artifact, ...]:
        """Artifacts of one kind, in the manifest's order."""
        return tuple(artifact for artifact in self.artifacts if artifact.kind == kind)

    @property
    def ref(self) -> ManifestRef:
        return ManifestRef(job=self.job, key=self.key)
