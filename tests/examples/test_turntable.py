"""The bundled pictures agree with their cameras, their sizes and the request."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from examples.toys import make_toys
from jobs.contracts.run import RunRequest

TURNTABLE = Path(__file__).resolve().parents[2] / "examples/turntable"


@pytest.fixture(scope="module")
def toys():
    return make_toys()


def test_pictures_match_the_pinhole_model_within_a_pixel(toys):
    for toy in toys:
        document = json.loads((TURNTABLE / toy.name / "transforms.json").read_text())
        points = np.concatenate([part.vertices for part in toy.parts])
        assert document["units"] == "m"
        assert len(document["frames"]) == 36
        offsets = []
        for frame in document["frames"]:
            picture = np.asarray(Image.open(TURNTABLE / toy.name / frame["file_path"]), dtype=np.int16)
            assert picture.shape == (document["h"], document["w"], 3)
            offsets.append(_bounds_px(picture) - _projected_bounds_px(points, frame, document))
        left, top, right, bottom = np.mean(offsets, axis=0)
        assert np.abs(offsets).max() < 1.0
        assert abs(left + right) / 2 < 0.1
        assert abs(top + bottom) / 2 < 0.15


def test_request_names_every_toy_with_its_material(toys):
    request = RunRequest.from_json((TURNTABLE / "request.json").read_bytes())
    assert [(item.name, item.material) for item in request.objects] == [(toy.name, toy.material) for toy in toys]
    assert all((TURNTABLE / str(item.photos) / "transforms.json").is_file() for item in request.objects)


def test_every_toy_fits_between_the_fingers_and_on_its_base(toys):
    for toy in toys:
        points = np.concatenate([part.vertices for part in toy.parts])
        assert 0.04 <= np.sort(toy.extents_m[:2])[0] <= 0.07
        assert points[:, 2].min() == 0.0
        assert f"{toy.extents_m.max():.4f}" in (TURNTABLE / "README.md").read_text()


def test_whole_example_is_small():
    assert sum(file.stat().st_size for file in TURNTABLE.rglob("*.jpg")) < 2_500_000


def _bounds_px(picture):
    """Left, top, right, bottom of what is not background."""
    inside = np.abs(picture - picture[0, 0]).max(axis=2) > 40
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return np.array((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))


def _projected_bounds_px(points_m, frame, document):
    T_camera_world = np.linalg.inv(np.array(frame["transform_matrix"]))
    x, y, z = (points_m @ T_camera_world[:3, :3].T + T_camera_world[:3, 3]).T
    u = document["cx"] + document["fl_x"] * x / -z
    v = document["cy"] - document["fl_y"] * y / -z
    return np.array((u.min(), v.min(), u.max(), v.max()))
