"""Photos without cameras find their places, the same every time; what the points say of the object is true."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from jobs.contracts.reconstruction import PictureLimits, PosingSettings, ReconstructedMesh
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.features import DESCRIPTOR_LENGTH, find_features
from jobs.reconstruction.cameras.lens import Lens
from jobs.reconstruction.cameras.photo_pairs import choose_pairs
from jobs.reconstruction.cameras.point_hint import hint_by_points
from jobs.reconstruction.cameras.sfm import Look, find_structure
from jobs.reconstruction.cameras.shot import BACKGROUND, OBJECT, Shot
from jobs.reconstruction.cameras.structure import Similarity, Structure
from jobs.reconstruction.cameras.unposed import look_at_photo
from jobs.reconstruction.cameras.upright import Place, place_upright
from jobs.reconstruction.errors import ProviderFailed
from jobs.reconstruction.heap import trim_heap
from jobs.reconstruction.parallel import map_in_threads
from tests.reconstruction.conftest import Bench
from tests.reconstruction.textured import GROUND, SIDE_PX, Thing, around, lump, photograph, save_photos, slab
from tests.reconstruction.turntable import Turntable, look_at

SETTINGS = PosingSettings(features=2000)
COUNT = 16


@dataclass(frozen=True)
class Scene:
    """Photos with what is true of them, and what structure from motion made of them."""

    cameras: Sequence[Camera]
    pictures: Sequence[NDArray[np.uint8]]
    masks: Sequence[NDArray[np.bool_]]
    looks: Sequence[Look]
    structure: Structure

    def find_similarity(self, structure: Structure) -> Similarity:
        """From the found world to the true one. Source: Umeyama 1991."""
        there = structure.positions
        here = np.array([self.cameras[index].position for index in structure.cameras])
        middle_there, middle_here = there.mean(axis=0), here.mean(axis=0)
        u, s, vt = np.linalg.svd((here - middle_here).T @ (there - middle_there))
        sign = np.diag([1, 1, np.sign(np.linalg.det(u @ vt))])
        R = u @ sign @ vt
        scale = float((s * np.diag(sign)).sum() / ((there - middle_there) ** 2).sum())
        return Similarity(scale, R, middle_there - R.T @ middle_here / scale)


def look(picture: NDArray[np.uint8]) -> Look:
    size = (picture.shape[1], picture.shape[0])
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    return Look(Lens("", size, None), size, find_features(grey, SETTINGS.features))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    cameras = around(COUNT)
    seen = [photograph([Thing(lump()), Thing(slab(), GROUND, grain=1.3)], camera) for camera in cameras]
    looks = [look(picture) for picture, _ in seen]
    structure = find_structure(looks, SETTINGS, tmp_path_factory.mktemp("sfm"), silent).structure
    assert structure is not None
    return Scene(cameras, [picture for picture, _ in seen], [mask for _, mask in seen], looks, structure)


@pytest.fixture(scope="module")
def place(scene: Scene) -> Place:
    found = place_upright(scene.structure)
    assert found is not None
    return found


def silent(step: str, done: int, total: int) -> None:
    """Told, says nothing."""


def test_photos_find_the_places_that_they_were_taken_from(scene: Scene) -> None:
    assert list(scene.structure.cameras) == list(range(COUNT))
    moved = scene.structure.moved(scene.find_similarity(scene.structure))
    for index, camera in moved.cameras.items():
        truth = scene.cameras[index]
        turn = camera.R_camera_world @ truth.R_camera_world.T
        assert np.rad2deg(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))) < 0.5
        assert np.linalg.norm(camera.position - truth.position) < 0.005 * np.linalg.norm(truth.position)
        assert camera.focal_px == pytest.approx(truth.focal_px, rel=0.01)
    assert scene.structure.residual_px < 0.7


def test_points_lie_where_their_photos_show_them(scene: Scene) -> None:
    structure = scene.structure
    errors = []
    for index, camera in structure.cameras.items():
        seen = structure.photo == index
        K = camera.K - [[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]]  # OpenCV's pixel centres are whole numbers
        turn, _ = cv2.Rodrigues(camera.R_camera_world)
        theirs, _ = cv2.projectPoints(
            structure.points[structure.point[seen]], turn, camera.t_camera_world, K, np.array(camera.distortion)
        )
        errors.append(np.linalg.norm(theirs[:, 0] + 0.5 - structure.xy[seen], axis=1))
    assert float(np.concatenate(errors).mean()) == pytest.approx(structure.residual_px, rel=0.2)  # theirs: by point


def test_a_second_run_in_one_thread_gives_the_same_bytes(scene: Scene, tmp_path: Path) -> None:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        again = find_structure(scene.looks, SETTINGS, tmp_path, silent).structure
    finally:
        os.sched_setaffinity(0, allowed)
    assert again is not None
    for one, other in zip(again.cameras.values(), scene.structure.cameras.values(), strict=True):
        assert one.R_camera_world.tobytes() == other.R_camera_world.tobytes()
        assert one.t_camera_world.tobytes() == other.t_camera_world.tobytes()
        assert one.K.tobytes() == other.K.tobytes()
    assert again.points.tobytes() == scene.structure.points.tobytes()
    assert again.point.tobytes() == scene.structure.point.tobytes()


def test_the_world_stands_upright_on_the_ground_that_the_photos_show(scene: Scene, place: Place) -> None:
    to_truth = scene.find_similarity(place.structure)
    assert place.has_ground
    assert to_truth.R[2] @ [0, 0, 1] > np.cos(np.deg2rad(0.5))
    foot = to_truth.move(np.zeros((1, 3)))[0]
    assert abs(foot[2]) < 0.001
    assert np.linalg.norm(foot[:2]) < 0.015
    heights = to_truth.move(place.structure.points[place.is_object])[:, 2]
    assert heights.min() > 0.002
    assert heights.max() < 0.101


def test_hints_are_true(scene: Scene, place: Place) -> None:
    shots = []
    for index, camera in place.structure.cameras.items():
        shots.append(Shot(str(index), scene.pictures[index], None, replace(camera, distortion=(0.0,) * 5)))
    for hint, index in zip(hint_by_points(shots, place), range(COUNT), strict=True):
        mask = scene.masks[index]
        assert (hint[mask] == BACKGROUND).mean() < 0.02
        assert (hint[~mask] == OBJECT).sum() < 3
        assert (hint[~mask] == BACKGROUND).mean() > 0.85


def test_the_bottom_of_a_bowl_is_no_ground() -> None:
    random = np.random.default_rng(4)
    angle, radius = random.uniform(0, 2 * np.pi, 900), 0.08 * np.sqrt(random.uniform(0, 1, 900))
    height = np.maximum(radius - 0.04, 0) * 1.5
    points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle), height])
    none = np.empty(0, np.int64)
    cameras = dict(enumerate(around(12)))
    sizes = dict.fromkeys(cameras, (SIDE_PX, SIDE_PX))
    bowl = place_upright(Structure(cameras, sizes, points, none, none, np.empty((0, 2)), 0.0))
    assert bowl is not None
    assert not bowl.has_ground
    assert bowl.is_object.all()
    table = np.column_stack([random.uniform(-0.15, 0.15, (900, 2)), np.full(900, -0.01)])
    both = place_upright(Structure(cameras, sizes, np.vstack([points, table]), none, none, np.empty((0, 2)), 0.0))
    assert both is not None
    assert both.has_ground
    assert not both.is_object[900:].any()


def test_photos_without_cameras_become_a_mesh_at_the_known_distance(bench: Bench, tmp_path: Path, scene: Scene) -> None:
    save_photos(tmp_path, scene.pictures)
    request = bench.photos(tmp_path, cameras=None, known_distance_m=0.32, posing={"features": SETTINGS.features})
    manifest = bench.run(request)
    document = ReconstructedMesh.from_json(bench.artifact(manifest, "mesh/document").read_bytes())
    assert document.scale_source == "known_distance"
    assert document.views_used == COUNT
    assert document.extents_m == pytest.approx((0.07, 0.06, 0.1), abs=0.035)
    assert document.extents_m[2] == pytest.approx(0.1, rel=0.05)


def test_a_known_size_beats_a_known_distance_that_contradicts_it(bench: Bench, turntable: Turntable) -> None:
    request = bench.photos(turntable.folder, known_distance_m=1.0, known_size_m=0.12)
    manifest = bench.run(request)
    document = ReconstructedMesh.from_json(bench.artifact(manifest, "mesh/document").read_bytes())
    assert document.scale_source == "known_size"
    assert max(document.extents_m) == pytest.approx(0.12, rel=1e-3)
    assert any("by the given distance it is 0.3" in warning for warning in manifest.provenance.warnings)


def test_photos_that_show_the_same_are_compared() -> None:
    """Two rows of unlike pictures, each shown twice and far apart by name."""
    random = np.random.default_rng(3)
    first = [cv2.GaussianBlur(random.integers(0, 255, (160, 160), np.uint8), (0, 0), 2) for _ in range(12)]
    stretched = [cv2.normalize(picture, None, 0, 255, cv2.NORM_MINMAX) for picture in first]
    features = [find_features(np.asarray(picture, np.uint8), 500) for picture in (*stretched, *stretched)]
    pairs = choose_pairs(features, 4, lambda done, total: None)
    assert {(index, index + 12) for index in range(12)} <= set(pairs)
    assert len(pairs) < 24 * (4 + 3)


def test_the_cost_of_comparing_grows_with_the_photos_not_their_square() -> None:
    features = [find_features(np.zeros((64, 64), np.uint8), 100) for _ in range(40)]
    counts = [len(choose_pairs(features[:count], 4, lambda done, total: None)) for count in (10, 20, 40)]
    assert counts == [24, 54, 114]


def test_descriptors_have_one_length() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (100, 100), np.uint8)
    lengths = np.linalg.norm(find_features(picture, 300).descriptors.astype(float), axis=1)
    np.testing.assert_allclose(lengths, DESCRIPTOR_LENGTH, rtol=0.02)


def test_similarity_moves_points_and_cameras_alike() -> None:
    camera, points = look_at(np.array([0.3, -0.2, 0.4]), np.zeros(3)), np.random.default_rng(1).normal(size=(9, 3))
    R = look_at(np.array([0.1, 0.5, 0.2]), np.zeros(3)).R_camera_world
    similarity = Similarity(2.5, R, np.array([0.1, 0.2, 0.3]))
    before, after = camera.project(points), similarity.move_camera(camera).project(similarity.move(points))
    np.testing.assert_allclose(after[:2], before[:2], atol=1e-6)
    np.testing.assert_allclose(after[2], 2.5 * before[2])


def test_photos_of_one_lens_are_told_from_those_of_another(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0110] = "A phone"
    exif.get_ifd(0x8769)[0xA405] = 26
    picture = Image.new("RGB", (1600, 1200), (90, 90, 90))
    picture.save(tmp_path / "a.jpg", exif=exif)
    picture.save(tmp_path / "b.jpg")
    a, b = (look_at_photo(tmp_path / name, PictureLimits(), SETTINGS) for name in ("a.jpg", "b.jpg"))
    assert a.lens.model.strip() == "A phone"
    assert a.lens.focal_share == pytest.approx(26 / 43.27, rel=1e-3)
    assert b.lens == Lens(" ", (1600, 1200), None)
    assert a.size_px == b.size_px == (1200, 900)
    assert len(a.features.xy) == 0


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_photos(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(ProviderFailed, match="structure from motion"):
        find_structure(scene.looks[:3], SETTINGS, tmp_path / "missing", silent)


def test_memory_that_features_took_is_given_back() -> None:
    def resident_bytes() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    noise = [np.random.default_rng(seed).integers(0, 255, (700, 700), np.uint8) for seed in range(4)]
    map_in_threads(lambda grey: len(find_features(grey, 100).xy), noise)
    before = resident_bytes()
    trim_heap()
    assert resident_bytes() < before - 20_000_000
