"""What a file calls its pieces, as names of parts, and what those words tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_LONGEST = 48
_MOVING = (
    "door", "drawer", "lid", "flap", "tray", "screen", "hatch", "leaf", "sash", "blade", "jaw", "rack", "lever",
)  # fmt: skip
_RIDING = ("handle", "knob", "pull", "grip", "screw", "bolt", "nut", "rivet", "hinge", "sticker", "label")
_HOLDING = ("base", "body", "frame", "case", "carcass", "housing", "chassis")
"""Words for what moves by itself; for what sits on another piece and moves with it, whatever else it is called; and
for what others move in. Of the first only one is meant: a piece called `drawers` is no drawer. A seat or an arm moves
on few of the things that have one: there the shape must tell."""


def name_parts(said: Sequence[str]) -> tuple[str, ...]:
    """Valid and distinct names, as alike as may be to what the file says: see `PART_NAME`."""
    taken: dict[str, None] = {}
    for text in said:
        plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
        stem = (stem if re.match("[a-z]", stem) else f"part_{stem}".rstrip("_"))[:_LONGEST]
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem[: _LONGEST - len(str(number)) - 1]}_{number}"
        taken[name] = None
    return tuple(taken)


def says_it_rides(name: str) -> bool:
    words = _words(name)
    return any(word.removesuffix("s") in _RIDING for word in words)


def says_it_moves(name: str) -> bool:
    words = _words(name)
    return (
        not says_it_rides(name)
        and any(word in _MOVING for word in words)
        and not any(word in _HOLDING for word in words)
    )


def _words(name: str) -> list[str]:
    return re.findall("[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
