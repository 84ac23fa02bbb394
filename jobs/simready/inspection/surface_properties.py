"""How surfaces slide and bounce."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.contracts.inspection import InspectionSettings
from jobs.simready.inspection.violation import Violation


def inspect_friction(
    where: str, static: float | None, dynamic: float, settings: InspectionSettings
) -> Iterator[Violation]:
    """0 <= dynamic <= static, and no more than surfaces are known to have. `static`: None where the format has none."""
    for name, value in (("static", static), ("dynamic", dynamic)):
        if value is not None and not 0 <= value <= settings.max_friction:
            what = f"has a {name} friction of {value:g}; known surfaces have 0 .. {settings.max_friction:g}"
            yield Violation("static_friction", where, what)
    if static is not None and not static >= dynamic:
        what = f"slides harder than it starts to: static friction {static:g} is below dynamic {dynamic:g}"
        yield Violation("static_friction", where, what)


def inspect_restitution(where: str, restitution: float) -> Iterator[Violation]:
    """No bounce gains energy."""
    if not 0 <= restitution <= 1:
        yield Violation("static_restitution", where, f"has a restitution of {restitution:g}; it lies in 0 .. 1")
