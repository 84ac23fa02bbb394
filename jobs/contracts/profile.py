"""Thresholds and admitted capabilities, and the verdicts that follow from them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from jobs.contracts.check import Device
from jobs.contracts.document import Document, JobName, Name, Sha256


class Requirement(Document):
    """What every result of one check must satisfy; at least one result must exist.

    With `makers`, only outputs of those providers are held to it. With `when`, only outputs for which the check of that
    name did not measure 0: what stands still by design is not asked how it falls. Where `when` was not measured, the
    requirement holds.
    """

    check: Name
    makers: tuple[Name, ...] = ()
    when: Name | None = None
    at_least: float | None = None
    at_most: float | None = None
    device: Device | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError(f"requirement on '{self.check}' has no bound")
        return self


class GatePolicy(Document):
    """The requirements of one gate; none would let anything through, so none is an error."""

    requirements: Annotated[tuple[Requirement, ...], Field(min_length=1)]


class Profile(Document):
    """One of the files in `jobs/runtime/profiles`. `crosscheck`: simulators in which every asset must
    behave as in ours."""

    schema_version: Literal[1]
    name: Name
    purpose: str
    training_data: bool
    simulators: Annotated[tuple[Name, ...], Field(min_length=1)]
    simulator_device: Device
    providers: Annotated[tuple[Name, ...], Field(min_length=1)]
    crosscheck: tuple[Name, ...] = ()
    minimum_objects: Annotated[int, Field(ge=1)] = 1
    gates: dict[JobName, GatePolicy]


class Finding(Document):
    """One requirement held against one check result; `subject` is empty when the check is missing."""

    requirement: Requirement
    subject: str
    value: float | None
    passed: bool
    reason: str


class Verdict(Document):
    """A gate's decision on one output under one profile."""

    schema_version: Literal[1]
    profile: Name
    profile_sha256: Sha256
    job: JobName
    key: Sha256
    manifest_sha256: Sha256
    passed: bool
    findings: Annotated[tuple[Finding, ...], Field(min_length=1)]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it was rejected; empty when it passed."""
        return tuple(finding.reason for finding in self.findings if not finding.passed)
