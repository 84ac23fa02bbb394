"""Photo files that are no photos, or not what they are called."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from jobs.contracts.reconstruction import PhotoSource, ReconstructionRequest
from jobs.reconstruction.errors import MislabelledImage, NoPhotos, PictureTooLarge, TooManyPhotos, UnreadableImage
from jobs.reconstruction.pictures.errors import PictureTooSmall, UnsupportedPicture
from jobs.runtime.errors import BadInput
from tests.reconstruction.bad_inputs import BadInputCase
from tests.reconstruction.bad_inputs.capture import capture, photo
from tests.reconstruction.conftest import Bench

Make = Callable[[Path, Bench], ReconstructionRequest]
PHOTO = r"04\."


def replaced(make_bytes: Callable[[bytes], bytes], name: str = "04.png", **changes: object) -> Make:
    """A capture whose fifth photo holds other bytes, and perhaps has another name."""

    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        turntable = capture(folder)
        path = photo(turntable, 4)
        data = make_bytes(path.read_bytes())
        path.unlink()
        path.with_name(name).write_bytes(data)
        frames = turntable.frames()
        frames[4]["file_path"] = f"images/{name}"
        turntable.write_transforms(frames)
        return with_photos(bench.photos(folder, **changes), bench, folder)

    return make


def with_photos(request: ReconstructionRequest, bench: Bench, folder: Path) -> ReconstructionRequest:
    """All files of `images/`, whatever they are called."""
    assert isinstance(request.source, PhotoSource)
    photos = tuple(bench.upload(folder, path) for path in sorted((folder / "images").iterdir()))
    return request.model_copy(update={"source": request.source.model_copy(update={"photos": photos})})


def saved(picture: Image.Image, file_format: str, **options: object) -> bytes:
    with io.BytesIO() as file:
        picture.save(file, file_format, **options)
        return file.getvalue()


def png_claiming(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG in black and white whose header claims a size; `rows` are its data."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def gif_claiming(width: int, height: int) -> bytes:
    """A GIF of one frame of that size."""
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\2\2\x44\1\0;"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + frame


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunk(png: bytes, kind: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk after its header."""
    return png[:33] + chunk(kind, body) + png[33:]


def tiff_claiming(width: int, height: int) -> bytes:
    """A TIFF of six tags whose strip lies beyond the end of the file."""
    lies_at, size = 10_000, width * height
    tags = ((256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, lies_at), (278, height), (279, size))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", 8)  # the next directory: itself


def webp_claiming(width: int, height: int) -> bytes:
    """A lossless WEBP whose header claims a size and whose data are zeros."""
    body = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + bytes(20)
    return b"RIFF" + struct.pack("<I", len(body) + 13) + b"WEBPVP8L" + struct.pack("<I", len(body)) + body + b"\0"


def zipped(data: bytes) -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("04.png", data)
        return file.getvalue()


def tarred(data: bytes) -> bytes:
    with io.BytesIO() as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            member = tarfile.TarInfo("04.png")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        return file.getvalue()


def no_photos(folder: Path, bench: Bench) -> ReconstructionRequest:
    capture(folder)
    request = bench.photos(folder)
    return request.model_copy(update={"source": request.source.model_copy(update={"photos": ()})})


def too_many(folder: Path, bench: Bench) -> ReconstructionRequest:
    capture(folder)
    return bench.photos(folder, pictures={"max_photos": 10})


def _case(name: str, make: Make, error: type[BadInput], *says: str) -> BadInputCase:
    return BadInputCase(name, make, error, says)


def _unreadable(name: str, make_bytes: Callable[[bytes], bytes], file: str = "04.png") -> BadInputCase:
    return _case(name, replaced(make_bytes, file), UnreadableImage, PHOTO, "copy it again")


def _disguised(name: str, make_bytes: Callable[[bytes], bytes], content: str, file: str = "04.png") -> BadInputCase:
    return _case(name, replaced(make_bytes, file), MislabelledImage, PHOTO, content, "rename or convert")


def _too_large(name: str, make_bytes: Callable[[bytes], bytes], file: str = "04.png") -> BadInputCase:
    return _case(name, replaced(make_bytes, file), PictureTooLarge, PHOTO, "at most 50,000,000", "Scale it down")


def _unsupported(name: str, data: bytes, file: str, *says: str) -> BadInputCase:
    return _case(name, replaced(lambda _: data, file), UnsupportedPicture, PHOTO, *says)


def _flipped(png: bytes) -> bytes:
    middle = len(png) // 2
    return png[:middle] + bytes(255 - byte for byte in png[middle : middle + 40]) + png[middle + 40 :]


CASES = (
    _case("no photos", no_photos, NoPhotos, "'thing' has no photos", "Give a folder"),
    _case("too many photos", too_many, TooManyPhotos, "16 photos; at most 10", "Leave some out"),
    _unreadable("an empty file", lambda _: b""),
    _unreadable("a truncated photo", lambda png: png[:700]),
    _unreadable("a photo without its end", lambda png: png[: len(png) * 9 // 10]),
    _unreadable("only a header", lambda png: png[:33]),
    _unreadable("a photo with damage in the middle", _flipped),
    _unreadable("noise", lambda _: np.random.default_rng(3).bytes(4000)),
    _unreadable("zeros, as a failed copy leaves them", lambda png: bytes(len(png))),
    _unreadable("a text", lambda _: b"hello, this is not a picture"),
    _unreadable("a file that only begins like a bitmap", lambda _: b"BM" + bytes(100), "04.bmp"),
    _unreadable("a JPEG cut off", lambda _: saved(Image.new("RGB", (128, 128), "red"), "JPEG")[:300], "04.jpg"),
    _unreadable("a WEBP cut off", lambda _: saved(Image.new("RGB", (128, 128), "red"), "WEBP")[:40], "04.webp"),
    _unreadable("a GIF cut off", lambda _: saved(Image.new("P", (128, 128)), "GIF")[:60], "04.gif"),
    _unreadable("a TIFF whose strip is not there, in a loop", lambda _: tiff_claiming(128, 128), "04.tif"),
    _unreadable("a TIFF of depths", lambda _: saved(Image.new("F", (128, 128)), "TIFF"), "04.tiff"),
    _unreadable(
        "a text chunk that unpacks to a thousand times its size",
        lambda png: with_chunk(png, b"zTXt", b"bomb\0\0" + zlib.compress(bytes(8_000_000))),
    ),
    _disguised("a JPEG called PNG", lambda _: saved(Image.new("RGB", (128, 128)), "JPEG"), "JPEG"),
    _disguised("a PNG called JPEG", lambda png: png, "PNG", "04.jpg"),
    _disguised("a ZIP archive called PNG", zipped, "ZIP archive"),
    _disguised("a tar archive called PNG", tarred, "tar archive"),
    _disguised("a gzip archive called JPEG", gzip.compress, "gzip archive", "04.jpg"),
    _disguised("an xz archive called PNG", lzma.compress, "xz archive"),
    _disguised("a bzip2 archive called PNG", bz2.compress, "bzip2 archive"),
    _disguised("a 7-Zip archive called PNG", lambda _: b"7z\xbc\xaf\x27\x1c" + bytes(50), "7-Zip"),
    _disguised("a RAR archive called PNG", lambda _: b"Rar!\x1a\7\1\0" + bytes(50), "RAR"),
    _disguised("a PDF called PNG", lambda _: b"%PDF-1.7" + bytes(50), "PDF"),
    _disguised("an SVG called PNG", lambda _: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    _disguised("a web page called JPEG", lambda _: b"\xef\xbb\xbf\r\n <!doctype html>", "HTML", "04.jpg"),
    _disguised("a phone's HEIC called JPEG", lambda _: b"\0\0\0\x18ftypheic" + bytes(50), "HEIC", "04.jpg"),
    _disguised("a video called JPEG", lambda _: b"\0\0\0\x18ftypisom" + bytes(50), "video", "04.jpg"),
    _unsupported("a phone's HEIC", b"\0\0\0\x18ftypheic" + bytes(50), "04.heic", "HEIC", "most compatible"),
    _unsupported("an AVIF", b"\0\0\0\x18ftypavif" + bytes(50), "04.avif", "AVIF", "convert"),
    _unsupported("a Photoshop file", b"8BPS" + bytes(50), "04.psd", "Photoshop", "convert"),
    _unsupported("an archive of photos", zipped(b"photo"), "04.zip", "ZIP archive", "unpack"),
    _unsupported("a video", b"\0\0\0\x18ftypisom" + bytes(50), "04.mp4", "video", "single frames"),
    _too_large("a PNG bomb of 100 megapixels", lambda _: png_claiming(10_000, 10_000, bytes(12_510_000))),
    _too_large("a TIFF bomb of 100 megapixels", lambda _: tiff_claiming(10_000, 10_000), "04.tif"),
    _too_large("a GIF bomb of 100 megapixels", lambda _: gif_claiming(10_000, 10_000), "04.gif"),
    _too_large("a WEBP bomb of 100 megapixels", lambda _: webp_claiming(10_000, 10_000), "04.webp"),
    _too_large("a header that claims four gigapixels", lambda _: png_claiming(65_000, 65_000)),
    _case(
        "a file beyond the limit of bytes",
        replaced(lambda png: png, pictures={"max_file_bytes": 300}),
        PictureTooLarge,
        r"\.png",
        "at most 300 bytes",
        "Scale it down",
    ),
    _case(
        "a thumbnail",
        replaced(lambda _: saved(Image.new("RGB", (8, 8)), "PNG")),
        PictureTooSmall,
        PHOTO,
        "8 x 8 pixels",
        "the photo itself",
    ),
    _case(
        "a strip",
        replaced(lambda _: saved(Image.new("RGB", (20_000, 20)), "PNG")),
        PictureTooSmall,
        PHOTO,
        "20000 x 20 pixels",
        "the photo itself",
    ),
)
