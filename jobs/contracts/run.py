"""The request for a whole run, as the command line builds it and an upload brings it, and what is known of a scene."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from jobs.contracts.assembly import SceneLayout
from jobs.contracts.document import Document, JobName, Kilograms, LengthUnit, Metres, Name, StorePath
from jobs.contracts.manifest import ManifestRef, Usage
from jobs.contracts.reconstruction import MeshFormat
from jobs.contracts.report import ErrorReport
from jobs.contracts.simready import Licence, require_mass_above_tolerance

STAGES: tuple[JobName, ...] = ("reconstruction", "simready", "assembly", "episodes", "export")


SourceKind = Literal["photos", "scan", "picture", "mesh", "parts"]
_LONGEST_SCAN_NAME = 48
SOURCES_OF_OPTION: dict[str, tuple[SourceKind, ...]] = {
    "units": ("mesh", "parts"),
    "known_size_m": ("photos", "picture"),
    "known_distance_m": ("photos",),
    "turntable_step_deg": ("photos",),
    "allow_several": ("photos",),
    "depth_unit": ("scan",),
    "mass_kg": ("photos", "picture", "mesh", "parts"),
    "mass_tolerance_kg": ("photos", "picture", "mesh", "parts"),
}
"""Which sources an option goes with; `category`, `material` and `licence` go with all, and hold for each object of a
scan."""


def found_name(scan: Name, part: str) -> Name:
    """Name of an object that was found in a scan, from the scan's name and the object's in the scan's layout."""
    return f"{scan[:_LONGEST_SCAN_NAME]}-{part}"


class ObjectRequest(Document):
    """One capture, relative to where the request lies: a folder of photos, a folder of an RGB-D scan, one picture,
    a mesh file, or part meshes: a folder of them, or one file that is taken apart. All are of one object, but a scan
    may show several.

    `allow_several`: what looks like two objects in photos is one.
    """

    name: Name
    photos: StorePath | None = None
    scan: StorePath | None = None
    picture: StorePath | None = None
    mesh: StorePath | None = None
    parts: StorePath | None = None
    units: LengthUnit | None = None
    known_size_m: Metres | None = None
    known_distance_m: Metres | None = None
    turntable_step_deg: Annotated[float, Field(gt=-180, lt=180)] | None = None
    allow_several: Literal[True] | None = None
    depth_unit: LengthUnit | None = None
    category: Name | None = None
    material: Name | None = None
    mass_kg: Kilograms | None = None
    mass_tolerance_kg: Kilograms | None = None
    licence: Licence | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        sources = [kind for kind in get_args(SourceKind) if getattr(self, kind) is not None]
        if len(sources) != 1:
            raise ValueError(f"object '{self.name}' needs exactly one of {', '.join(get_args(SourceKind))}")
        for option, kinds in SOURCES_OF_OPTION.items():
            if getattr(self, option) is not None and sources[0] not in kinds:
                raise ValueError(f"object '{self.name}': '{option}' goes with {' or '.join(kinds)}, not {sources[0]}")
        require_mass_above_tolerance(self.mass_kg, self.mass_tolerance_kg)
        return self

    @property
    def kind(self) -> SourceKind:
        return next(kind for kind in get_args(SourceKind) if getattr(self, kind) is not None)

    @property
    def path(self) -> StorePath:
        """Of whichever source it is."""
        return str(getattr(self, self.kind))


class RunRequest(Document):
    """`request.json`. `episodes` is per object. Without `simulators` only the profile's first one may run. `vision`:
    providers that may be shown pictures of objects whose material and category nobody gave. `crosscheck`: simulators
    that assets are dropped in too, beyond those that the profile asks for. `formats` are written of
    every mesh, beside its GLB. `layout`: of the scene of all objects but those found in scans."""

    schema_version: Literal[1]
    scene: Name
    objects: Annotated[tuple[ObjectRequest, ...], Field(min_length=1, max_length=1000)]
    profile: Name = "demo"
    until: JobName = "export"
    episodes: Annotated[int, Field(ge=1, le=100_000)] = 10
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    simulators: tuple[Name, ...] = ()
    vision: tuple[Name, ...] = ()
    crosscheck: tuple[Name, ...] = ()
    formats: tuple[MeshFormat, ...] = ()
    layout: SceneLayout = SceneLayout()

    @model_validator(mode="after")
    def _distinct_names(self) -> Self:
        names = [item.name for item in self.objects]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"object names must be distinct; repeated: {', '.join(repeated)}")
        scans = [item.name for item in self.objects if item.scan]
        taken = sorted(name for name in names for scan in scans if name.startswith(found_name(scan, "")))
        if taken:
            raise ValueError(f"what is found in a scan is called <scan>-<number>; rename {', '.join(taken)}")
        return self

    @model_validator(mode="after")
    def _layout_of_objects(self) -> Self:
        known = [item.name for item in self.objects if not item.scan]
        unknown = [item.name for item in self.layout.placements if item.name not in known]
        if unknown:
            raise ValueError(f"the layout places {', '.join(unknown)}; objects it can place: {', '.join(known)}")
        return self


class StageOutcome(Document):
    """One job of one object, or of the whole scene: its outputs and whether its gate let them through.

    `found_in`: the scan that the object was found in.
    `passed` is None when the job failed before there was anything to judge; `error` then says how.
    """

    job: JobName
    subject: Name
    found_in: Name | None = None
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
    def objects(self) -> tuple[Name, ...]:
        """The request's objects, in its order; a scan is followed by what was found in it."""
        found = {item.name: [item.name] for item in self.request.objects}
        for stage in self.stages:
            if stage.found_in in found and stage.subject not in found[stage.found_in]:
                found[stage.found_in].append(stage.subject)
        return tuple(name for names in found.values() for name in names)

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why subjects got no further, one sentence each."""
        return tuple(stage.complaint for stage in self.stages if not stage.passed)
