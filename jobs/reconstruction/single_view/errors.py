"""Why one picture does not even allow a guess."""

from __future__ import annotations

from jobs.runtime.errors import BadInput


class ObjectCut(BadInput):
    """Nothing says how an object goes on outside the frame."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The object in '{name}' reaches the edge of the picture, so its outline is not known. "
            "Take the picture again with some margin all around."
        )


class SeveralObjects(BadInput):
    def __init__(self, name: str, shares: tuple[float, ...]) -> None:
        sizes = ", ".join(f"{share:.0%}" for share in shares)
        super().__init__(
            f"'{name}' shows {len(shares)} separate objects of similar size ({sizes} of what stands out); "
            "one is expected. Crop the picture to the object that is meant."
        )


class DoubtfulSilhouette(BadInput):
    def __init__(self, name: str, confidence: float, required: float) -> None:
        super().__init__(
            f"The object in '{name}' cannot be told from its background (confidence {confidence:.2f}, at least "
            f"{required:.2f} is needed). Use a plain background in another colour, or a PNG file with alpha."
        )
