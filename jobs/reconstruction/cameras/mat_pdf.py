"""A capture mat as a page to print: vector graphics in PDF, so that its size is exact on any printer.

`python -m jobs.reconstruction.cameras.mat_pdf PAPER` writes it to standard output, or an `ErrorReport` to standard
error and ends with its code. Source: ISO 32000-1, "Portable document format", 7.5 and 8.5.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from jobs.reconstruction.cameras.mat import MATS, MODULES, Mat, Rectangle, dictionary
from jobs.runtime.command import report_error
from jobs.runtime.errors import UnknownName

_POINTS_PER_MM = 72 / 25.4
_BAR_MM = 100.0
_BAR_BELOW_MM = 5.0
_TEXT_MM, _LINE_MM = 2.6, 3.5
_LINES = (
    "Print at 100 % (no 'fit to page') on matt paper: the bar above must measure 100 mm. Lay the sheet flat; tape it.",
    "Put the object in the middle. It must not move on the mat until the last photo; the mat may turn with it.",
    "Take 30 to 40 photos: a ring about 30 degrees above the table and one about 60, evenly spaced, at one zoom.",
    "In each photo: the whole object and at least a third of the mat. Soft light, no flash, no shine, no blur.",
    "Then: simfoundry run --photos FOLDER. The mat tells the size; nothing needs to be measured.",
)


def write_mat(mat: Mat) -> bytes:
    """The PDF file, one page of exactly the paper's size; equal bytes for equal mats."""
    width, height = (side * _POINTS_PER_MM for side in mat.page_mm)
    drawing = "\n".join(_draw(mat)).encode("ascii")
    return _assemble(
        (
            b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.4f %.4f] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>" % (width, height),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        )
    )


def _draw(mat: Mat) -> Iterable[str]:
    """Page description in millimetres. All of one colour is one path, so that no hair lines show between cells."""
    yield f"{_POINTS_PER_MM:.9f} 0 0 {_POINTS_PER_MM:.9f} 0 0 cm"
    left, top = mat.corner_mm[0], mat.page_mm[1] - mat.corner_mm[1]
    yield from _fill(0, _on_page(mat, _black(mat)))
    yield from _fill(1, _on_page(mat, _white(mat)))
    bar = top - mat.board_mm[1] - _BAR_BELOW_MM
    ticks = [(left + at, bar - 1, 0.2, 2) for at in (0.0, _BAR_MM - 0.2)]
    yield from _fill(0, [(left, bar - 0.1, _BAR_MM, 0.2), *ticks])
    yield _text(left + _BAR_MM + 3, bar - 0.8, f"100 mm          simfoundry capture mat, {mat.paper}")
    for row, line in enumerate(_LINES):
        yield _text(left, bar - 5 - row * _LINE_MM, line)


def _fill(grey: int, rectangles: Iterable[Rectangle]) -> Iterable[str]:
    """`rectangles` as PDF has them: left, bottom, width, height."""
    yield f"{grey} g"
    yield from (" ".join(f"{number:.5f}" for number in rectangle) + " re" for rectangle in rectangles)
    yield "f"


def _on_page(mat: Mat, rectangles: Iterable[Rectangle]) -> Iterable[Rectangle]:
    """From the board's top left corner, y down, to the page's bottom left one, y up."""
    left, top = mat.corner_mm[0], mat.page_mm[1] - mat.corner_mm[1]
    return ((left + x, top - y - height, width, height) for x, y, width, height in rectangles)


def _text(left: float, bottom: float, line: str) -> str:
    escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {_TEXT_MM} Tf {left:.3f} {bottom:.3f} Td ({escaped}) Tj ET"


def _black(mat: Mat) -> list[Rectangle]:
    """The black squares, and the markers in the white ones."""
    squares = [(left, top, mat.square_mm, mat.square_mm) for left, top in mat.cells(0)]
    return [*squares, *_markers(mat)]


def _markers(mat: Mat) -> list[Rectangle]:
    margin = (mat.square_mm - mat.marker_mm) / 2
    return [(left + margin, top + margin, mat.marker_mm, mat.marker_mm) for left, top in mat.cells(1)]


def _white(mat: Mat) -> list[Rectangle]:
    """The crosses in the black squares, and the markers' white cells."""
    codes, side = dictionary(), mat.marker_mm / MODULES
    found = mat.crosses()
    for number, (left, top, _, _) in zip(mat.marker_ids, _markers(mat), strict=True):
        bits = codes.generateImageMarker(number, MODULES)
        found += [
            (left + column * side, top + row * side, side, side)
            for row in range(MODULES)
            for column in range(MODULES)
            if bits[row, column]
        ]
    return found


def _assemble(objects: Sequence[bytes]) -> bytes:
    """Numbered objects, and the table of where they begin."""
    file, starts = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(file))
    return file + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def main(paper: str) -> int:
    """Returns: the exit code; 65 if there is no such mat."""
    try:
        if paper not in MATS:
            raise UnknownName("paper", paper, MATS)
        sys.stdout.buffer.write(write_mat(MATS[paper]))
    except Exception as error:  # whoever launched it must be told, whatever it is
        report = report_error(error)
        print(report.to_json().decode(), file=sys.stderr)
        return report.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
