"""What a user of the episodes job can get wrong."""

from __future__ import annotations

from jobs.runtime.errors import BadInput


class AssetUnusable(BadInput):
    """An asset that cannot be put on the table."""

    def __init__(self, file: str, seen: str, expected: str) -> None:
        super().__init__(f"The asset '{file}' {seen}; expected {expected}. Make it anew with the simready job.")


class AssetNotFree(BadInput):
    """Furniture, or a thing with joints: nothing that one arm takes up as a whole."""

    def __init__(self, asset: str, mobility: str, joints: int) -> None:
        super().__init__(
            f"The asset '{asset}' is {mobility} and has {joints} joints; episodes are recorded of single bodies that "
            "move freely. Use the asset as it is: stop such a run with --until simready."
        )


class UnevenRate(BadInput):
    """An action that would end in the middle of a physics step."""

    def __init__(self, fps: int, timestep_s: float) -> None:
        super().__init__(
            f"At {fps} frames a second an action holds for {1 / fps:g} s, which is no whole number of steps of "
            f"{timestep_s:g} s. Choose fps and timestep_s so that 1 / (fps * timestep_s) is a whole number."
        )
