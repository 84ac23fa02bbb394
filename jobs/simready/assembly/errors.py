"""What can go wrong when assets become a scene."""

from __future__ import annotations

from collections.abc import Iterable

from jobs.runtime.errors import BadInput


class AssetUnusable(BadInput):
    def __init__(self, asset: str, seen: str, expected: str) -> None:
        super().__init__(f"The asset '{asset}' {seen}; expected {expected}. Make it anew with the simready job.")


class AssetRepeated(BadInput):
    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(
            f"Several assets of one scene are called {', '.join(names)}. Give each object of the run its own name."
        )


class NoRoom(BadInput):
    """What should be put down does not fit beside what is there."""

    def __init__(self, name: str, width_m: float, support: str, size_m: tuple[float, float], taken: int) -> None:
        x_m, y_m = size_m
        super().__init__(
            f"'{name}', {width_m:.3g} m across, found no free place on '{support}' ({x_m:.3g} x {y_m:.3g} m, "
            f"{taken} objects on it). Give the table a larger size_m, or none; place fewer objects, or place them "
            "yourself; or lower placing.gap."
        )


class PlacementOverlaps(BadInput):
    """Given poses put things into each other."""

    def __init__(self, overlaps: Iterable[tuple[str, float, float, tuple[str, ...]]], allowed: float) -> None:
        told = "; ".join(
            f"'{name}' reaches {1000 * depth_m:.1f} mm into {' and '.join(others) or 'its surroundings'} "
            f"({share:.2f} of its shortest extent)"
            for name, depth_m, share, others in overlaps
        )
        super().__init__(
            f"The layout puts things into each other: {told}. At most {allowed:g} is taken: move them apart, or give "
            "two coordinates instead of three to have them put down."
        )


class SceneDiverged(BadInput):
    def __init__(self, scene: str, names: Iterable[str]) -> None:
        super().__init__(
            f"The scene '{scene}' cannot be simulated: {', '.join(names)} flew off to infinity. "
            "Look at the mass and the placement of what is named."
        )
