"""Figures to a grade: explicit rules in one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jobs.contracts.quality import GRADE_VALUES, Grade, Reason


@dataclass(frozen=True)
class Rule:
    """Grade A needs `figure` at `a` or better, B at `b`, C at `c`; worse is D. Larger is better if `c` <= `a`."""

    figure: str
    a: float
    b: float
    c: float
    text: str


ANY = 1e9
RULES = (
    Rule("several_sides", 1, 1, 1, "one picture does not show the other sides, they are guessed"),
    Rule("compared", 1, 0, 0, "it was not compared with photos"),
    Rule("open_edges", 0, 0, ANY, "the surface has holes or seams of flipped faces"),
    Rule("crowded_edges", 0, 0, ANY, "more than two faces meet in an edge"),
    Rule("pieces", 1, 1, ANY, "it is in several pieces"),
    Rule("self_intersecting_share", 0.001, 0.01, 1, "faces run through each other"),
    Rule("false_plates", 0, 0, ANY, "a thin plate in it may be background"),
    Rule("scale_known", 1, 1, 0, "nothing says how large it is"),
    Rule("views", 16, 10, 8, "few photos show the whole object"),
    Rule("silhouette_iou", 0.97, 0.92, 0.85, "its outline differs from that in the photos"),
    Rule("photometric_error", 0.016, 0.024, 0.08, "photos disagree on its looks: light, shine, or a hollow not seen"),
    Rule("contradicted", 0.1, 0.2, 0.65, "a part of it looks different in each photo: a hollow, shine or shadows"),
    Rule("points_off", 0.05, 0.1, 0.25, "points seen in several photos lie off it: a hollow, or a wrong outline"),
    Rule("seen_thrice", 0.65, 0.45, 0.25, "a part of it is shown by fewer than three photos"),
    Rule("residual_px", 1.0, 2.0, 4.0, "the cameras were found inexactly"),
    Rule("sharp_share", 0.8, 0.6, 0.3, "photos are blurred"),
)
"""Bounds of what photos say lie between the scanned objects of the benchmark and the hulls of those with a hollow."""


def grade(figures: Mapping[str, float]) -> tuple[Grade, tuple[Reason, ...]]:
    """The worst grade of any rule whose figure was measured, and every rule that kept it from an A."""
    reasons = [reason for rule in RULES if rule.figure in figures for reason in _judge(rule, figures[rule.figure])]
    ordered = tuple(sorted(reasons, key=lambda reason: GRADE_VALUES[reason.grade]))
    return (ordered[0].grade if ordered else "A"), ordered


def _judge(rule: Rule, value: float) -> tuple[Reason, ...]:
    """Nothing if it is good enough for an A."""
    sign = 1 if rule.c <= rule.a else -1
    bounds: tuple[tuple[Grade, float], ...] = (("A", rule.a), ("B", rule.b), ("C", rule.c))
    missed: float | None = None
    for letter, bound in bounds:
        if sign * value >= sign * bound:
            return () if missed is None else (_reason(rule, letter, value, missed),)
        missed = bound
    return (_reason(rule, "D", value, rule.c),)


def _reason(rule: Rule, letter: Grade, value: float, bound: float) -> Reason:
    worse = "below" if rule.c <= rule.a else "above"
    text = f"{rule.figure} {value:.3g} is {worse} {bound:.3g}: {rule.text}"
    return Reason(grade=letter, figure=rule.figure, value=value, bound=bound, text=text)
