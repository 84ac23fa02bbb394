"""The picture of a scan: frames with the things outlined, beside the things as the same cameras see them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from jobs.geometry.glb_file import vertex_colours
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.scans.frame import Frame
from jobs.reconstruction.scans.merged import concatenate
from jobs.reconstruction.scans.scene import Scene

_ROWS, _CANDIDATES, _WIDTH_PX = 3, 24, 480
_LINE, _PAPER = (255, 0, 200), 245
_JPEG_QUALITY = 88
Picture = NDArray[np.uint8]


def save_overview(path: Path, scene: Scene) -> None:
    """Those frames that show most of the things, spread over the scan, as a JPEG."""
    meshes = [thing.in_scene() for thing in scene.things]
    whole = concatenate(meshes)
    owner = np.repeat(np.arange(len(meshes)), [len(mesh.faces) for mesh in meshes])
    caster, colours = RayCaster(whole), vertex_colours(whole)
    assert colours is not None  # things are coloured before
    rows = []
    for frame in _choose(caster, scene.frames):
        height, width = frame.shot.rgb.shape[:2]
        sight = caster.look(frame.shot.camera, width, height)
        seen = np.where(sight.face >= 0, owner[sight.face], -1)
        rendered = np.full((height, width, 3), _PAPER, np.uint8)
        hit = sight.silhouette
        u, v = sight.barycentric[hit].T
        corners = colours[np.asarray(whole.faces)[sight.face[hit]], :3].astype(np.float32)
        rendered[hit] = np.rint(np.einsum("ijk,ij->ik", corners, np.column_stack([1 - u - v, u, v])))
        names = [thing.name for thing in scene.things]
        rows.append(np.hstack([_outlined(frame.shot.rgb, seen, names), _fit(rendered)]))
    Image.fromarray(np.vstack(rows)).save(path, format="JPEG", quality=_JPEG_QUALITY)


def _choose(caster: RayCaster, frames: Sequence[Frame]) -> list[Frame]:
    """The best one of each part of the recording."""
    chosen = []
    for part in np.array_split(np.arange(len(frames)), min(_ROWS, len(frames))):
        step = max(1, len(part) // (_CANDIDATES // _ROWS))
        shown = []
        for index in part[::step]:
            camera = frames[index].camera.subsampled(8)
            height, width = frames[index].depth_m[::8, ::8].shape
            shown.append((int(np.count_nonzero(caster.look(camera, width, height).silhouette)), -int(index)))
        chosen.append(frames[-max(shown)[1]])
    return chosen


def _outlined(rgb: Picture, seen: NDArray[np.int64], names: list[str]) -> Picture:
    picture = rgb.copy()
    for number in np.unique(seen[seen >= 0]):
        mask = (seen == number).astype(np.uint8)
        picture[cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0] = _LINE
    image = Image.fromarray(picture)
    for number in np.unique(seen[seen >= 0]):
        rows, columns = np.nonzero(seen == number)
        place = (float(columns.mean()), float(rows.min()) - 12)
        ImageDraw.Draw(image).text(place, names[int(number)], _LINE, ImageFont.load_default_imagefont())
    return _fit(np.asarray(image))


def _fit(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    size = (_WIDTH_PX, max(1, round(height * _WIDTH_PX / width)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
