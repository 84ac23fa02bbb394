"""The capture mats: ChArUco boards whose marker numbers say which paper they are printed on.

World frame of a mat: metres, origin in the board's middle, x to the right of the page, y to its top, z up out of it.
Source: Garrido-Jurado et al. 2014, "Automatic generation and detection of highly reliable fiducial markers under
occlusion". The dictionary has 5 x 5 bits: with 4 x 4, print on an object is taken for a marker more often.
"""

# OpenCV's stubs do not describe the aruco module.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

DICTIONARY = cv2.aruco.DICT_5X5_250
MODULES = 7
"""Black and white cells along a marker's side, its black border included."""
_MARKER_SHARE = 0.77
"""Of a square's side: what is left is the white that a marker needs around it."""
_TOP_MM = 10.0
_CROSS_LENGTH, _CROSS_WIDTH = 0.56, 0.14
"""Of a square's side: the white cross in each black square, so that no part of the mat is without a pattern."""
Rectangle = tuple[float, float, float, float]
"""Left, top, width, height [mm]; the board's top left corner is the origin, y goes down."""


@dataclass(frozen=True)
class Mat:
    """`page_mm`: width and height. `squares`: columns and rows of the board. `first_id`: of its first marker."""

    paper: str
    page_mm: tuple[float, float]
    squares: tuple[int, int]
    square_mm: float
    first_id: int

    @property
    def board_mm(self) -> tuple[float, float]:
        return self.squares[0] * self.square_mm, self.squares[1] * self.square_mm

    @property
    def corner_mm(self) -> tuple[float, float]:
        """The board's top left corner, from the page's top left corner."""
        return (self.page_mm[0] - self.board_mm[0]) / 2, _TOP_MM

    @property
    def marker_ids(self) -> range:
        return range(self.first_id, self.first_id + self.squares[0] * self.squares[1] // 2)

    @property
    def marker_mm(self) -> float:
        return self.square_mm * _MARKER_SHARE

    def board(self) -> cv2.aruco.CharucoBoard:
        """OpenCV's description of it [m]."""
        ids = np.array(self.marker_ids, np.int32)
        return cv2.aruco.CharucoBoard(self.squares, self.square_mm / 1000, self.marker_mm / 1000, dictionary(), ids)

    def corners_m(self) -> NDArray[np.float64]:
        """Where four squares meet, (n, 3) in the mat's frame, by OpenCV's number of the corner."""
        right, down, _ = np.asarray(self.board().getChessboardCorners(), np.float64).T
        width_m, height_m = (side / 1000 for side in self.board_mm)
        return np.column_stack([right - width_m / 2, height_m / 2 - down, np.zeros(len(right))])

    def crosses(self) -> list[Rectangle]:
        """Two bars in each black square."""
        length, width = _CROSS_LENGTH * self.square_mm, _CROSS_WIDTH * self.square_mm
        bars = ((length, width), (width, length))
        middles = [(left + self.square_mm / 2, top + self.square_mm / 2) for left, top in self.cells(0)]
        return [(x - w / 2, y - h / 2, w, h) for x, y in middles for w, h in bars]

    def cells(self, odd: int) -> list[tuple[float, float]]:
        """Top left corners of the squares, row by row; the black ones are even, the first is one."""
        columns, rows = self.squares
        places = ((column, row) for row in range(rows) for column in range(columns) if (column + row) % 2 == odd)
        return [(column * self.square_mm, row * self.square_mm) for column, row in places]

    def print_at(self, px_per_mm: int) -> NDArray[np.uint8]:
        """The board as it is printed, black 0 and white 255, (rows, columns), without the page around it."""
        size = tuple(round(side * px_per_mm) for side in self.board_mm)
        picture = np.array(self.board().generateImage(size, marginSize=0), np.uint8)
        for left, top, width, height in self.crosses():
            rows = slice(round(top * px_per_mm), round((top + height) * px_per_mm))
            picture[rows, round(left * px_per_mm) : round((left + width) * px_per_mm)] = 255
        return picture


def dictionary() -> cv2.aruco.Dictionary:
    return cv2.aruco.getPredefinedDictionary(DICTIONARY)


MATS: Mapping[str, Mat] = {
    "A4": Mat("A4", (210.0, 297.0), (7, 10), 25.0, 0),
    "letter": Mat("letter", (215.9, 279.4), (7, 9), 25.0, 50),
    "A3": Mat("A3", (297.0, 420.0), (7, 10), 35.0, 100),
}
