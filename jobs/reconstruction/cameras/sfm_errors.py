"""What can be wrong with photos that nothing but their own texture can place."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.reconstruction.errors import listed
from jobs.runtime.errors import BadInput

_MAT = "print the capture mat (`simfoundry mat OUT.pdf`), put the object on it and photograph both"


class PosesNotFound(BadInput):
    """Too few photos fit together. `placed` of `photos` did, `required` must."""

    def __init__(self, placed: int, photos: int, required: int, why: str) -> None:
        super().__init__(
            f"{placed} of {photos} photos could be placed by what they show, at least {required} must be: {why}. "
            f"Either {_MAT}; or take more photos, each showing much of what the one before it shows; "
            "or give the cameras (transforms.json, *_par.txt, or COLMAP's cameras and images)."
        )


class ObjectMoves(BadInput):
    """The surroundings stand still in the picture while the object turns: poses would be those of the room."""

    def __init__(self, still_share: float) -> None:
        super().__init__(
            f"In {still_share:.0%} of the pairs of photos that have something in common, it has not moved within the "
            "picture: the camera was at rest, and the object was turned before a background that was not. "
            f"Cover the background with something plain, and {_MAT}; or leave the object at rest and walk around it."
        )


class CameraStoodStill(BadInput):
    """All photos were taken from nearly one direction."""

    def __init__(self, spread_deg: float, required_deg: float) -> None:
        super().__init__(
            f"Seen from what they show, the photos were all taken within {spread_deg:.0f} degrees, at least "
            f"{required_deg:.0f} are needed. If the object was turned instead, cover the background with something "
            f"plain, and {_MAT}. Otherwise walk around the object and take photos from all sides."
        )


class ObjectNotSeen(BadInput):
    """Poses were found, but not from the thing that the photos aim at."""

    def __init__(self, placed: Sequence[str]) -> None:
        super().__init__(
            f"Where {listed(placed)} aim at, no thing with texture was found; what placed them are the surroundings. "
            f"If the object is plain, {_MAT}."
        )


class PhotosContradict(BadInput):
    """Poses were found, but the object's outlines do not agree with them."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(
            f"The object's outlines contradict the poses found from the photos' texture: {'; '.join(problems)}. "
            f"Leave the object at rest from the first photo to the last, before a plain background; or {_MAT}."
        )
