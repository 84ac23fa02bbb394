"""The request for a whole run, as the command line builds it and an upload brings it, and what is known of a scene."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from jobs.contracts.document import Document, JobName, Kilograms, LengthUnit, Metres, Name, StorePath
from jobs.contracts.manifest import ManifestRef, Usage
from jobs.contracts.report import ErrorReport

STAGES: tuple[JobName, ...] = ("reconstruction", "simready", "episodes", "export")


class ObjectRequest(Document):
    """One object: a folder of posed photos or a mesh file, relative to where the request lies."""

    name: Name
    photos: StorePath | None = None
    mesh: StorePath | None = None
    units: LengthUnit | None = None
    known_size_m: Metres | None = None
    material: Name | None = None
    mass_kg: Kilograms | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.photos is None) == (self.mesh is None):
            raise ValueError(f"object '{self.name}' needs either 'photos' or 'mesh'")
        if self.photos is not None and self.units is not None:
            raise ValueError(f"object '{self.name}': 'units' belongs to a mesh; photos take 'known_size_m'")
        if self.mesh is not None and self.known_size_m is not None:
            raise ValueError(f"object '{self.name}': 'known_size_m' belongs to photos; a mesh takes 'units'")
        return self


class RunRequest(Document):
    """`request.json`. `episodes` is per object. Without `simulators` only the profile's first one may run."""

    schema_version: Literal[1]
    scene: Name
    objects: Annotated[tuple[ObjectRequest, ...], Field(min_length=1, max_length=1000)]
    profile: Name = "demo"
    until: JobName = "export"
    episodes: Annotated[int, Field(ge=1, le=100_000)] = 10
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    simulators: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _distinct_names(self) -> Self:
        names = [item.name for item in self.objects]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"object names must be distinct; repeated: {', '.join(repeated)}")
        return self


class StageOutcome(Document):
    """One job of one object, or of the whole scene: its outputs and whether its gate let them through.

    `passed` is None when the job failed before there was anything to judge; `error` then says how.
    """

    job: JobName
    subject: Name
    outputs: tuple[ManifestRef, ...] = ()
    passed: bool | None = None
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: ErrorReport | None = None
    reused: bool = False
    wall_s: float
    usage: Usage | None = None

    @property
    def complaint(self) -> str:
        """Why it got no further, in one sentence that names it; empty when it passed."""
        if self.passed:
            return ""
        return f"{self.subject}: {self.error.message if self.error else '; '.join(self.reasons)}"


class SceneDocument(Document):
    """`scenes/<scene>/scene.json`: what has been reached, never what is hoped for. Replaced after each gate."""

    schema_version: Literal[1]
    scene: Name
    request: RunRequest
    stages: tuple[StageOutcome, ...]
    dataset: StorePath | None = None
    report: StorePath | None = None
    started_at: datetime
    updated_at: datetime

    def outcomes(self, job: JobName) -> tuple[StageOutcome, ...]:
        """The outcomes of one job, in the order of the request's objects."""
        return tuple(stage for stage in self.stages if stage.job == job)

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why subjects got no further, one sentence each."""
        return tuple(stage.complaint for stage in self.stages if not stage.passed)
