"""What every document has in common, and the small types that several of them share."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""Lower-case name of an object, scene or profile: a folder, a USD prim and a URL can hold it."""


MAX_PATH_BYTES = 1024
MAX_PART_BYTES = 255
"""What a bucket and a file system take: of the whole path, and of each part of it."""


def _stay_inside(path: str) -> str:
    parts = path.split("/")
    if any(part in (".", "..") for part in parts):
        raise ValueError(f"'{path}' must not contain '.' or '..'")
    if len(path.encode()) > MAX_PATH_BYTES or any(len(part.encode()) > MAX_PART_BYTES for part in parts):
        raise ValueError(f"at most {MAX_PATH_BYTES} bytes, and {MAX_PART_BYTES} in each part, are allowed")
    return path


StorePath = Annotated[
    str,
    StringConstraints(pattern=r"^[^/\\\x00-\x1f]+(/[^/\\\x00-\x1f]+)*$"),
    AfterValidator(_stay_inside),
]
"""Path inside a store, with forward slashes, that cannot leave it."""
Metres = Annotated[float, Field(gt=0, le=100)]
Kilograms = Annotated[float, Field(gt=0, le=10_000)]
JobName = Literal["reconstruction", "simready", "assembly", "episodes", "export"]
LengthUnit = Literal["m", "cm", "mm", "in"]


def canonical_json(value: object) -> bytes:
    """Sorted keys, no spaces, UTF-8, no NaN: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


class Document(BaseModel):
    """Frozen; unknown fields, NaN and infinity are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def to_json(self) -> bytes:
        """The same document always gives the same bytes; see `canonical_json`."""
        return canonical_json(self.model_dump(mode="json"))

    def digest(self) -> Sha256:
        """sha256 of `to_json`."""
        return hashlib.sha256(self.to_json()).hexdigest()

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Parse and validate.

        Raises:
            pydantic.ValidationError: Every problem at once.
        """
        return cls.model_validate_json(data)
