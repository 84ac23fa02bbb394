"""What can be wrong with photos on a capture mat, or on a turntable."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.reconstruction.errors import listed
from jobs.runtime.errors import BadInput


class SeveralMats(BadInput):
    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(
            f"There is more than one capture mat in the photos: {'; '.join(problems)}. "
            "One mat must lie still under the object in all photos: take the others away and take the photos again."
        )


class MatSeldomSeen(BadInput):
    def __init__(self, seen: int, photos: int, required: int) -> None:
        super().__init__(
            f"The capture mat can be made out in {seen} of {photos} photos, at least {required} are needed. "
            "Show at least a third of the mat in each photo, sharp and without glare, and the whole object."
        )


class MatNotFlat(BadInput):
    def __init__(self, seen_px: float, allowed_px: float, worst: str) -> None:
        super().__init__(
            f"The corners of the capture mat lie {seen_px:.1f} px from where a flat sheet would put them; up to "
            f"{allowed_px:.1f} px are allowed. Worst is '{worst}'. Tape the sheet flat onto a board, print it on paper "
            "of the size that it was made for, and take the photos again at one zoom."
        )


class ObjectMovedOnMat(BadInput):
    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(
            f"The photos do not show one object at rest on the capture mat: {'; '.join(problems)}. "
            "Leave the object where it is on the mat from the first photo to the last; only turn the mat with it."
        )


class TurntableDoesNotMatch(BadInput):
    def __init__(self, step_deg: float, problems: Sequence[str]) -> None:
        super().__init__(
            f"The photos do not show one object turned by {step_deg:g} degrees from each to the next: "
            f"{'; '.join(problems)}. Give the true step, positive if the object turns counter-clockwise seen from "
            "above; the order is that of the files' names, the camera must be at rest."
        )


class TurntableSizesDiffer(BadInput):
    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"On a turntable all photos have one size, since the camera is at rest; {listed(names)} differ from most. "
            "Leave them out together with all after them, or take the photos again without touching the camera."
        )
