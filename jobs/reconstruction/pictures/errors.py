"""What can be wrong with a picture besides damage."""

from __future__ import annotations

from jobs.runtime.errors import BadInput


class UnsupportedPicture(BadInput):
    """A picture or container, honestly named, that is not read here."""

    def __init__(self, name: str, content: str, remedy: str) -> None:
        super().__init__(
            f"'{name}' is {content}, which is not read here. Expected JPEG, PNG, WEBP, TIFF, BMP or GIF: {remedy}."
        )


class PictureTooSmall(BadInput):
    def __init__(self, name: str, width: int, height: int, least_px: int, most_lopsided: int) -> None:
        super().__init__(
            f"'{name}' has {width} x {height} pixels; expected at least {least_px} a side, and no side more than "
            f"{most_lopsided} times the other. Give the photo itself, not a thumbnail or a strip of it."
        )
