"""Colours of vertices as a picture."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from scipy.spatial import KDTree

from jobs.simready.appearance.texture import Texture, bake_texture

RED, BLUE = (220, 20, 20), (20, 20, 220)


def texel(texture: Texture, uv: np.ndarray) -> tuple[int, ...]:
    width, height = texture.picture.size
    return texture.picture.getpixel((int(uv[0] * width), height - 1 - int(uv[1] * height)))  # type: ignore[return-value]  # RGB


def bake_two_colours(mesh: trimesh.Trimesh) -> Texture:
    """Red where x < 0, blue elsewhere."""
    points = np.asarray(trimesh.sample.sample_surface_even(mesh, 4000, seed=0)[0])
    colours = np.where(points[:, :1] < 0, RED, BLUE).astype(np.uint8)
    return bake_texture(np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int64), KDTree(points), colours)


@pytest.mark.parametrize("faces", ["icosphere", "box"])
def test_each_face_shows_the_colour_of_where_it_is(faces: str) -> None:
    mesh = trimesh.creation.icosphere(3) if faces == "icosphere" else trimesh.creation.box().subdivide()
    texture = bake_two_colours(mesh)
    middles = np.asarray(mesh.triangles_center)
    clear = np.abs(middles[:, 0]) > 0.2
    for face in np.flatnonzero(clear):
        assert texel(texture, texture.uv[face].mean(axis=0)) == (RED if middles[face, 0] < 0 else BLUE)


def test_no_two_faces_share_texels() -> None:
    mesh = trimesh.creation.icosphere(3)
    texture = bake_two_colours(mesh)
    width = texture.picture.size[0]
    low, high = texture.uv.min(axis=1) * width, texture.uv.max(axis=1) * width
    taken = np.zeros((width, width), int)
    for (x0, y0), (x1, y1) in zip(np.floor(low).astype(int), np.ceil(high).astype(int), strict=True):
        taken[y0:y1, x0:x1] += 1
    assert taken.max() == 1


def test_a_texture_of_many_faces_stays_small() -> None:
    texture = bake_two_colours(trimesh.creation.icosphere(5))
    assert texture.picture.size == (1024, 1024)
    assert texture.uv.min() > 0
    assert texture.uv.max() < 1


def test_the_same_mesh_gives_the_same_picture() -> None:
    one, other = (bake_two_colours(trimesh.creation.icosphere(2)) for _ in range(2))
    assert one.picture.tobytes() == other.picture.tobytes()
