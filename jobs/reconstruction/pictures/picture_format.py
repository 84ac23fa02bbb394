"""What a picture file really is, by its first bytes."""

from __future__ import annotations

from pathlib import Path

from jobs.reconstruction.errors import MislabelledImage, UnreadableImage
from jobs.reconstruction.pictures.errors import UnsupportedPicture

EXTENSIONS = {
    "JPEG": (".jpg", ".jpeg", ".jpe"),
    "PNG": (".png",),
    "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp", ".dib"),
    "GIF": (".gif",),
}
_PHONES = "on a phone, set the camera to 'most compatible', or export the photos as JPEG"
_CONVERT = "convert it"
_UNPACK = "unpack it and give the pictures"
UNSUPPORTED = {
    "HEIC": ((".heic", ".heif", ".hif"), _PHONES),
    "AVIF": ((".avif",), _CONVERT),
    "a JPEG 2000 picture": ((".jp2", ".j2k", ".jpx"), _CONVERT),
    "a Photoshop file": ((".psd", ".psb"), _CONVERT),
    "an OpenEXR picture": ((".exr",), _CONVERT),
    "a PDF": ((".pdf",), _CONVERT),
    "an SVG, HTML or another text": ((".svg", ".html", ".htm", ".xml"), _CONVERT),
    "a video": ((".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm"), "take single frames out of it"),
    "a ZIP archive": ((".zip",), _UNPACK),
    "a gzip archive": ((".gz", ".tgz"), _UNPACK),
    "a tar archive": ((".tar",), _UNPACK),
    "a 7-Zip archive": ((".7z",), _UNPACK),
    "a RAR archive": ((".rar",), _UNPACK),
    "an xz archive": ((".xz",), _UNPACK),
    "a bzip2 archive": ((".bz2",), _UNPACK),
    "a Zstandard archive": ((".zst",), _UNPACK),
}
"""What is recognised, to be refused by name: the extensions that say so honestly, and what to do."""
_SIGNATURES = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBP", "WEBP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    (0, b"BM", "BMP"),
    (4, b"ftypavi", "AVIF"),
    *((4, b"ftyp" + brand, "HEIC") for brand in (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1")),
    (4, b"ftyp", "a video"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (8, b"AVI ", "a video"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (0, b"%PDF", "a PDF"),
    (0, b"PK\3\4", "a ZIP archive"),
    (0, b"PK\5\6", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\7", "a RAR archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
)
_LONGEST_START = 512


def require_honest_name(path: Path) -> str:
    """The format that both the content and the extension say: a key of `EXTENSIONS`.

    Raises:
        MislabelledImage: They say different things.
        UnsupportedPicture: They agree on something that is not read here.
        UnreadableImage: The content is nothing known.
    """
    with path.open("rb") as file:
        start = file.read(_LONGEST_START)
    if not start:
        raise UnreadableImage(path.name, "it is empty")
    content = _recognise(start)
    if content is None:
        raise UnreadableImage(path.name, "its first bytes belong to no picture format known here")
    extension = path.suffix.lower()
    honest, remedy = UNSUPPORTED.get(content, ((), ""))
    if extension in honest:
        raise UnsupportedPicture(path.name, content, remedy)
    if extension not in EXTENSIONS.get(content, ()):
        raise MislabelledImage(path.name, content)
    return content


def _recognise(start: bytes) -> str | None:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()  # a byte-order mark and blanks may come before markup
    if text.startswith(b"<"):
        return "an SVG, HTML or another text"
    return next((name for at, magic, name in _SIGNATURES if start[at : at + len(magic)] == magic), None)
