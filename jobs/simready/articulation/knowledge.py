"""What the names of parts, and models that saw a picture of them, say about how they move."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from jobs.contracts.simready import JointKind
from jobs.simready.physics.categories import Category, load_categories
from jobs.simready.vision.sight import SeenPart

_BASES = ("base", "body", "frame", "case", "carcass", "cabinet", "housing", "chassis")
_UPRIGHT, _LEVEL = ("door", "leaf"), ("lid", "screen", "seat", "cover", "flap")
"""Parts whose hinge usually stands upright, and those whose hinge lies level."""


def expected_kind(part: str, category: Category | None) -> JointKind | None:
    """How a part of that name moves in things of the category, or, without one, wherever the table of categories has
    such a part, if it moves in one way only."""
    categories = load_categories().values() if category is None else (category,)
    kinds: set[JointKind] = {joint.kind for known in categories for joint in known.joints if joint.part in part}
    return next(iter(kinds)) if len(kinds) == 1 else None


def seen_kind(part: str, seen: Sequence[SeenPart]) -> JointKind | None:
    """How a model that looked at a picture says that the part moves: by a word of its name, else if all that it saw
    moving moves alike."""
    named: set[JointKind] = {one.kind for one in seen if set(_words(one.part)) & set(_words(part))}
    kinds = named or {one.kind for one in seen}
    return next(iter(kinds)) if len(kinds) == 1 else None


def _words(text: str) -> list[str]:
    return re.findall("[a-z]+", text.lower())


def expects_upright_hinge(part: str) -> bool | None:
    """Whether its hinge stands upright or lies level; None if the name does not tell."""
    if any(word in part for word in _UPRIGHT):
        return True
    return False if any(word in part for word in _LEVEL) else None


def named_base(parts: Iterable[str]) -> str | None:
    """The part that is called like one that others hang on, if exactly one is."""
    found = [part for part in parts if any(word in part for word in _BASES)]
    return found[0] if len(found) == 1 else None
