"""What a job process, or a probe, says on its standard output: one line of JSON."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from jobs.contracts.check import Device
from jobs.contracts.document import Document, Name
from jobs.contracts.manifest import ManifestRef


class ErrorReport(Document):
    """A typed error, as it crosses a process boundary."""

    type: str
    message: str
    exit_code: int


class JobReport(Document):
    """How one execution ended. `reused`: the output was there already, no work was done."""

    schema_version: Literal[1]
    ref: ManifestRef | None = None
    reused: bool = False
    error: ErrorReport | None = None

    @model_validator(mode="after")
    def _result_or_error(self) -> Self:
        if (self.ref is None) == (self.error is None):
            raise ValueError("a report has either a result or an error")
        return self


class Readiness(Document):
    """What a capability just did, or why it could not. Ready means: it has just produced a checked result."""

    kind: Literal["provider", "format", "simulator", "store", "device", "job"]
    name: Name
    ready: bool
    device: Device = "cpu"
    version: str = ""
    seconds: float
    detail: str
    remedy: str = ""


class ReadinessReport(Document):
    """The answer to `--probe`."""

    schema_version: Literal[1]
    capabilities: tuple[Readiness, ...]
