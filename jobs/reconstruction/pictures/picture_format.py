"""What a picture file really is, by its first bytes."""

from __future__ import annotations

from pathlib import Path

from jobs.reconstruction.errors import MislabelledImage, UnreadableImage

EXTENSIONS = {
    "JPEG": (".jpg", ".jpeg", ".jpe"),
    "PNG": (".png",),
    "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp", ".dib"),
}
_SIGNATURES = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBP", "WEBP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"BM", "BMP"),
    (0, b"GIF8", "GIF"),
    (0, b"%PDF", "PDF"),
    (0, b"PK\3\4", "ZIP"),
    (4, b"ftyp", "HEIF, AVIF or a video"),
    (0, b"<", "HTML, SVG or another text"),
)


def require_honest_name(path: Path) -> str:
    """The format that both the content and the extension say: a key of `EXTENSIONS`.

    Raises:
        MislabelledImage: They say different things, or the content is no format read here.
        UnreadableImage: The content is nothing known.
    """
    with path.open("rb") as file:
        start = file.read(16)
    if not start:
        raise UnreadableImage(path.name, "it is empty")
    content = next((name for at, magic, name in _SIGNATURES if start[at : at + len(magic)] == magic), None)
    if content is None:
        raise UnreadableImage(path.name, "its first bytes belong to no picture format known here")
    if path.suffix.lower() not in EXTENSIONS.get(content, ()):
        raise MislabelledImage(path.name, content)
    return content
