"""A check is a measurement; whether it is good enough is decided by a gate, elsewhere."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from jobs.contracts.document import Document, Name

Device = Literal["cpu", "cuda"]


class CheckResult(Document):
    """What one check measured on one subject.

    A check that could not run carries `error` and no value; a yes-or-no check measures 1.0 or 0.0.
    """

    name: Name
    subject: str
    value: float | None = None
    unit: str = ""
    device: Device = "cpu"
    error: str | None = None
    detail: str = ""

    @model_validator(mode="after")
    def _value_or_error(self) -> Self:
        if (self.value is None) == (self.error is None):
            raise ValueError("a check has either a value or an error")
        return self
