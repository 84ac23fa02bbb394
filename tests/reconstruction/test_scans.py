"""Scans of a table: what stands on it comes back, closed, where it stood."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from jobs.contracts.layout import Layout
from jobs.contracts.manifest import Manifest
from jobs.contracts.reconstruction import MeshLimits, PictureLimits, ReconstructionRequest, ScannedObjectSource
from jobs.geometry.closed import is_closed_volume, to_manifold
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.scans import open3d_library
from jobs.reconstruction.scans.alignment import align
from jobs.reconstruction.scans.connected import label_points
from jobs.reconstruction.scans.depth_picture import read_depth
from jobs.reconstruction.scans.errors import NothingFused, Open3dMissing, UnknownScannedObject
from jobs.reconstruction.scans.folder_layout import read_recording
from jobs.reconstruction.scans.frame import Frame
from jobs.reconstruction.scans.fusion import fuse
from jobs.reconstruction.scans.rigid import find_fault, from_quaternion
from jobs.reconstruction.scans.supports import find_supports
from jobs.runtime import paths
from jobs.runtime.gate import decide, publish_verdict
from jobs.runtime.profiles import load_profile
from tests.reconstruction.conftest import Bench
from tests.reconstruction.tabletop import Tabletop, camera_of, pristine, request_for, spoilt, things
from tests.reconstruction.values import measured

WRITERS = ("seven_scenes", "tum", "redwood", "record3d")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, Manifest, Path]:
    root = tmp_path_factory.mktemp("scan")
    pristine().write_seven_scenes(root / "tabletop")
    bench = Bench(root / "bench")
    return bench, bench.run(request_for(root / "tabletop", bench)), root / "tabletop"


def layout_of(bench: Bench, manifest: Manifest) -> Layout:
    return Layout.from_json(bench.artifact(manifest, "layout/document").read_bytes())


def mesh_of(bench: Bench, manifest: Manifest, name: str) -> trimesh.Trimesh:
    (item,) = (item for item in manifest.of_kind("object/mesh_glb") if item.path == f"objects/{name}/mesh.glb")
    return load_mesh(Path(bench.store.uri) / paths.artifact(manifest, item), None, MeshLimits()).mesh


def match_truth(layout: Layout) -> tuple[np.ndarray, list[int], float]:
    """The rigid motion (4, 4) from the scene's frame into that of the table, which thing each object is, and how far
    the worst one stands from its place [m]: the scene's X and origin are its own."""
    truth = np.array([mesh.bounds.mean(axis=0)[:2] for mesh in things()])
    seen = np.array([np.array(item.T_scene_object)[:2, 3] for item in layout.objects])
    best: tuple[float, np.ndarray, list[int]] = (np.inf, np.eye(4), [])
    for order in itertools.permutations(range(len(truth)), len(seen)):
        a, b = seen - seen.mean(axis=0), truth[list(order)] - truth[list(order)].mean(axis=0)
        angle = np.arctan2((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum(), (a * b).sum())
        R = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        worst = float(np.linalg.norm(a @ R.T - b, axis=1).max())
        if worst < best[0]:
            T = np.eye(4)
            T[:2, :2], T[:2, 3] = R, truth[list(order)].mean(axis=0) - R @ seen.mean(axis=0)
            best = (worst, T, list(order))
    return best[1], best[2], best[0]


def test_all_five_things_come_back_closed_and_where_they_stood(scanned: tuple[Bench, Manifest, Path]) -> None:
    bench, manifest, _ = scanned
    layout = layout_of(bench, manifest)
    assert [item.name for item in layout.objects] == [f"object-{n}" for n in range(1, 6)]
    T_table_scene, order, worst_m = match_truth(layout)
    assert sorted(order) == list(range(5))
    assert worst_m < 0.004
    for item, number in zip(layout.objects, order, strict=True):
        mesh = mesh_of(bench, manifest, item.name)
        assert is_closed_volume(mesh)
        np.testing.assert_allclose(mesh.bounds.mean(axis=0)[:2], 0, atol=1e-6)
        np.testing.assert_allclose(mesh.bounds[0, 2], 0, atol=1e-6)
        np.testing.assert_allclose(mesh.extents, item.extents_m, atol=1e-6)
        placed = to_manifold(mesh.apply_transform(T_table_scene @ np.array(item.T_scene_object)))
        truth = to_manifold(things()[number])
        assert (placed ^ truth).volume() / (placed + truth).volume() > 0.85, item.name
    assert [item.support for item in layout.objects] == ["support-1"] * 5
    (support,) = layout.supports
    assert abs(support.height_m) < 0.001
    size = np.array(support.high_m) - np.array(support.low_m)
    np.testing.assert_allclose(sorted(size), [0.8, 0.9], atol=0.1)


def test_what_a_scan_measures_is_evidence(scanned: tuple[Bench, Manifest, Path]) -> None:
    bench, manifest, _ = scanned
    of_scan = {check.name: check.value for check in manifest.checks if check.subject == "tabletop"}
    assert of_scan["objects_found"] == 5
    assert of_scan["objects_closed"] == of_scan["scale_known"] == 1
    assert of_scan["scan_depth_agreement"] > 0.97
    assert of_scan["scan_depth_error_m"] < 0.003
    for number in range(1, 6):
        of_object = {check.name: check.value for check in manifest.checks if check.subject == f"object-{number}"}
        assert of_object["object_depth_agreement"] > 0.95
        assert of_object["object_surface_measured"] > 0.9
    with Image.open(bench.artifact(manifest, "picture/contact_sheet")) as picture:
        assert picture.width > 600


def test_one_object_is_taken_from_the_scan_with_its_evidence(scanned: tuple[Bench, Manifest, Path]) -> None:
    bench, manifest, _ = scanned
    source = ScannedObjectSource(kind="scanned_object", name="object-3")
    fields = {"schema_version": 1, "profile": "demo", "name": "thing", "providers": ("scanned_object",)}
    request = ReconstructionRequest.model_validate(fields | {"source": source, "scan": manifest.ref})
    publish_verdict(bench.store, decide(manifest, load_profile("demo")))
    taken = bench.run(request)
    checks = measured(taken)
    assert checks["mesh_closed"] == checks["mesh_components"] == checks["scale_known"] == 1
    of_scan = {check.name: check.value for check in manifest.checks if check.subject == "object-3"}
    for name in ("longest_extent_m", "object_depth_agreement", "object_surface_measured"):
        assert checks[name] == pytest.approx(of_scan[name], abs=1e-6)
    mesh = load_mesh(bench.artifact(taken, "mesh/glb"), None, MeshLimits()).mesh
    np.testing.assert_array_equal(mesh.vertices, mesh_of(bench, manifest, "object-3").vertices)
    absent = source.model_copy(update={"name": "object-9"})
    with pytest.raises(UnknownScannedObject, match=r"'object-9'.*object-1"):
        bench.run(request.model_copy(update={"source": absent}))


@pytest.mark.parametrize("kind", WRITERS)
def test_every_layout_says_the_same(kind: str, tmp_path: Path) -> None:
    scan = pristine()
    getattr(scan, f"write_{kind}")(tmp_path / "scan")
    bench = Bench(tmp_path / "bench")
    files = request_for(tmp_path, bench).source.files
    recording = read_recording("tabletop", files, lambda file: tmp_path / file.name, 100)
    T = np.array([frame.T_world_camera for frame in recording.frames])
    if recording.up is not None:  # ARKit's world is another one: its y is our z
        assert recording.up.tolist() == [0, 1, 0]
        T[:, :3] = T[:, [0, 2, 1]] * np.array([1, -1, 1])[:, None]
    np.testing.assert_allclose(T, scan.T_world_camera, atol=1e-5)
    focal = recording.K[0, 0] * 160 / (recording.size_px or (160, 120))[0]
    assert focal == pytest.approx(150)
    limits = PictureLimits()
    depth = [
        read_depth(tmp_path / frame.depth.name, limits, recording.step_m, recording.float_m)
        for frame in recording.frames
    ]
    np.testing.assert_allclose(depth, scan.depth_m, atol=0.00051)


def test_a_scan_of_more_frames_is_thinned_evenly(tmp_path: Path) -> None:
    pristine().write_seven_scenes(tmp_path / "scan")
    files = request_for(tmp_path, Bench(tmp_path / "bench")).source.files
    recording = read_recording("tabletop", files, lambda file: tmp_path / file.name, 8)
    assert [frame.name for frame in recording.frames] == [f"frame-{3 * n:06d}" for n in range(8)]
    assert recording.warnings == ("8 of 24 frames are used, evenly spread",)


def test_drifting_poses_are_moved_back_together_and_good_ones_left_alone() -> None:
    def drift(scan: Tabletop) -> None:
        for index, T in enumerate(scan.T_world_camera):
            T[:3, 3] += 0.01 * np.array([np.sin(index), np.cos(2 * index), np.sin(3 * index)])

    truth = np.array([T[:3, 3] for T in pristine().T_world_camera])

    def spread_m(frames: Sequence[Frame]) -> float:
        away = np.array([frame.camera.position for frame in frames]) - truth
        return float(np.linalg.norm(away - away.mean(axis=0), axis=1).mean())

    good, drifting = frames_of(pristine()), frames_of(spoilt(drift))
    assert align(good, 0.01, 3.0, 2, lambda *told: None) == good
    assert spread_m(align(drifting, 0.01, 3.0, 2, lambda *told: None)) < 0.4 * spread_m(drifting)


def frames_of(scan: Tabletop) -> list[Frame]:
    made = []
    for index, (depth, rgb, T) in enumerate(zip(scan.depth_m, scan.rgb, scan.T_world_camera, strict=True)):
        camera = camera_of(T)
        made.append(Frame(str(index), depth.astype(np.float32), camera, Shot(str(index), rgb, None, camera)))
    return made


def test_the_same_scan_gives_the_same_bytes(scanned: tuple[Bench, Manifest, Path], tmp_path: Path) -> None:
    _, manifest, folder = scanned
    again = Bench(tmp_path / "again")
    assert again.run(request_for(folder, again)).content_sha256() == manifest.content_sha256()


def test_without_open3d_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "open3d", None)
    with pytest.raises(Open3dMissing, match="EXTRAS=all"):
        open3d_library.load_open3d()


def test_frames_that_share_no_place_make_no_surface() -> None:
    camera = camera_of(np.eye(4))
    depth, rgb = np.zeros((120, 160), np.float32), np.zeros((120, 160, 3), np.uint8)
    depth[40:80, 60:100] = 0.7
    frames = [Frame("only", depth, camera, Shot("only", rgb, None, camera))]
    with pytest.raises(NothingFused, match="1 frames"):
        fuse(frames, 0.008, 3.0, lambda done, total: None)


def test_two_levels_are_two_supports_and_a_lid_is_none() -> None:
    def plate(width: float, x: float, z: float) -> np.ndarray:
        grid = np.mgrid[0:width:0.005, 0:width:0.005].reshape(2, -1).T
        return np.column_stack([grid + np.array([x, 0]), np.full(len(grid), z)])

    points = np.concatenate([plate(0.8, 0, 0), plate(0.7, 2, 0.4), plate(0.3, 0.2, 0.15)])
    supports = find_supports(points, np.tile([0, 0, 1.0], (len(points), 1)), 0.05, 0.6)
    assert [round(support.height_m, 3) for support in supports] == [0, 0.4]
    assert supports[0].area_m2 == pytest.approx(0.64, rel=0.1)


def test_points_hang_together_by_touching_cells() -> None:
    line = np.column_stack([np.arange(0, 1, 0.01), np.zeros(100), np.zeros(100)])
    labels = label_points(np.concatenate([line, line + np.array([0, 0.5, 0])]), 0.02)
    assert len(set(labels[:100])) == len(set(labels[100:])) == 1
    assert labels[0] != labels[100]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda T: T @ np.diag([1, 1, -1, 1]), "mirror"),
        (lambda T: T * 1.1, "last row"),
        (lambda T: T + np.inf * 0, "NaN"),
        (lambda T: T[:3], "4 x 4"),
        (lambda T: T + 5000 * np.eye(4, k=3), "origin"),
    ],
)
def test_what_is_no_pose_is_told(change: Callable[[np.ndarray], np.ndarray], fault: str) -> None:
    T = from_quaternion(np.array([1.0, 2, 3]), np.array([0, 0, np.sqrt(0.5), np.sqrt(0.5)]))
    assert find_fault(T) is None
    with np.errstate(invalid="ignore"):
        assert fault in (find_fault(change(T)) or "")
