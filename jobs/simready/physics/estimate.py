"""A value as a table states it."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from jobs.contracts.document import Document
from jobs.contracts.simready import PhysicalProperty, PropertySource


class Estimate(Document):
    """A value, the interval that the truth is believed to lie in, and where both come from."""

    value: float
    low: float
    high: float
    reference: str

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if not 0 <= self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} is not within {self.low} .. {self.high}")
        return self

    def widened(self, factor: float) -> Estimate:
        """The same value, less sure of."""
        return self.model_copy(update={"low": self.low / factor, "high": self.high * factor})

    def as_property(self, unit: str, source: PropertySource) -> PhysicalProperty:
        return PhysicalProperty(
            value=self.value, low=self.low, high=self.high, unit=unit, source=source, reference=self.reference
        )
