"""What stereo must find inside a hull, and what it must leave alone."""

from __future__ import annotations

import os

import numpy as np
import pytest

from jobs.contracts.reconstruction import CarvingSettings, StereoSettings
from jobs.geometry.closed import compute_volume_m3, is_closed_volume
from jobs.reconstruction.carving.carved import Hull, complete, find_hull
from jobs.reconstruction.stereo.kernels import load_kernel
from jobs.reconstruction.stereo.known_bowl import INNER_M, OUTER_M, TABLE, VOLUME_M3, photograph_bowl
from jobs.reconstruction.stereo.opencv_kernel import OpenCvKernel
from jobs.reconstruction.stereo.refinement import refine
from jobs.runtime.errors import UnknownName
from tests.reconstruction.conftest import Bench
from tests.reconstruction.turntable import Turntable


def quiet(step: str, done: int, total: int) -> None:
    pass


def hull_of_bowl(**changes: float) -> Hull:
    return find_hull(photograph_bowl(**changes), "the test", CarvingSettings(grid=64), quiet, TABLE)


@pytest.fixture(scope="module")
def bowl() -> Hull:
    return hull_of_bowl()


def test_the_hull_of_a_bowl_is_full_and_stereo_empties_it(bowl: Hull) -> None:
    full, hollow = complete(bowl), complete(refine(bowl, OpenCvKernel(), quiet))
    assert compute_volume_m3(full.mesh) > 1.4 * VOLUME_M3
    assert compute_volume_m3(hollow.mesh) == pytest.approx(VOLUME_M3, rel=0.04)
    assert is_closed_volume(hollow.mesh)
    assert hollow.pieces == 1
    assert hollow.agreement.mean() > full.agreement.mean() - 0.005
    down = np.array([[0.0, 0.0, -1.0]])
    hits, _, _ = hollow.mesh.ray.intersects_location(np.array([[0.001, 0.002, 0.1]]), down)
    inner, outer = sorted(hits[:, 2], reverse=True)
    assert inner == pytest.approx(-INNER_M, abs=0.001)
    assert outer == pytest.approx(-OUTER_M, abs=0.001)


def test_five_photos_see_into_a_bowl() -> None:
    few = find_hull(photograph_bowl()[10::2], "the test", CarvingSettings(grid=64, min_views=5), quiet, TABLE)
    full, hollow = complete(few), complete(refine(few, OpenCvKernel(), quiet))
    assert compute_volume_m3(full.mesh) > 2.3 * VOLUME_M3
    assert compute_volume_m3(hollow.mesh) < 1.3 * VOLUME_M3
    assert is_closed_volume(hollow.mesh)


def test_without_texture_the_hull_stays() -> None:
    flat = hull_of_bowl(contrast=0.0)
    full, same = complete(flat), complete(refine(flat, OpenCvKernel(), quiet))
    assert compute_volume_m3(same.mesh) == pytest.approx(compute_volume_m3(full.mesh), rel=1e-3)


def test_the_result_does_not_depend_on_the_number_of_threads(bowl: Hull) -> None:
    with_all = refine(bowl, OpenCvKernel(), quiet).surface
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        with_one = refine(bowl, OpenCvKernel(), quiet).surface
    finally:
        os.sched_setaffinity(0, allowed)
    assert np.array_equal(with_all.vertices, with_one.vertices)
    assert np.array_equal(with_all.faces, with_one.faces)


def test_a_convex_head_of_a_hammer_loses_nothing_to_stereo(bench: Bench, pristine: Turntable) -> None:
    request = bench.photos(pristine.folder)
    results = [
        bench.run(request.model_copy(update={"providers": (name,)})) for name in ("visual_hull", "multi_view_stereo")
    ]
    assert [result.provenance.maker for result in results] == ["visual_hull", "multi_view_stereo"]
    hull, stereo = (
        next(check.value for check in result.checks if check.name == "silhouette_iou") for result in results
    )
    assert hull is not None
    assert stereo is not None
    assert stereo > hull - 0.005


def test_an_unknown_device_is_named() -> None:
    assert StereoSettings().device == "cpu"
    assert isinstance(load_kernel("cpu"), OpenCvKernel)
    with pytest.raises(UnknownName, match="abacus"):
        load_kernel("abacus")
