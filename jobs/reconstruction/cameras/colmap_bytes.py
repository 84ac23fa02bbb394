"""Numbers and names out of untrusted bytes, never beyond their end."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any


@dataclass
class Reader:
    """Its methods raise ValueError where the bytes end before what they announce, or go on behind it."""

    data: bytes
    at: int = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def unpack(self, layout: str) -> tuple[Any, ...]:
        """Raises: ValueError: See `Reader`."""
        size = struct.calcsize(layout)
        if size > self.left:
            raise ValueError(f"it ends after {len(self.data):,} bytes, in the middle of a row")
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += size
        return values

    def count(self, what: str, least_bytes: int) -> int:
        """How many follow, of at least so many bytes each.

        Raises:
            ValueError: So many cannot.
        """
        (count,) = self.unpack("<Q")
        if count * least_bytes > self.left:
            raise ValueError(f"it announces {count:,} {what}, for which {self.left:,} bytes are too few")
        return int(count)

    def text(self, longest: int) -> str:
        """Up to the next zero byte.

        Raises:
            ValueError: There is none within reach.
        """
        end = self.data.find(b"\0", self.at, self.at + longest + 1)
        if end < 0:
            raise ValueError(f"a name does not end within {longest:,} bytes")
        value = self.data[self.at : end].decode("utf-8", errors="replace")
        self.at = end + 1
        return value

    def skip(self, count: int) -> None:
        """Bytes that `count` has made sure of."""
        self.at += count

    def require_end(self) -> None:
        """Raises: ValueError: See `Reader`."""
        if self.left:
            raise ValueError(f"{self.left:,} bytes follow behind the last row")
