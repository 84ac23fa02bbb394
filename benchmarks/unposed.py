"""Photographs without cameras: are they placed, is the surface where photos that took no part in it say, how long.

    python -m benchmarks.unposed [--save]

The 66 hand-held photographs of a skull. First the whole job in a process of its own, and the plain hull of the same
photos. Then the surface from all but ten of those that were placed; points that the ten show, triangulated from them
alone, are compared with it. Goals: 64 photos placed, a median distance of `GOAL_MEDIAN` of the longest extent, the job
in `GOAL_S` on two quiet cores in less than `GOAL_BYTES`.
"""

# Open3D and pycolmap ship no types that pyright understands.
# pyright: reportAttributeAccessIssue=false, reportArgumentType=false

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import open3d
import trimesh
from numpy.typing import NDArray

from benchmarks.figures import Row, print_table, save
from benchmarks.ground_truth import REALDATA
from benchmarks.job_process import ask, run_job
from jobs.contracts.reconstruction import PhotoSource, ReconstructionRequest
from jobs.contracts.run import ObjectRequest
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.unposed import PlacedPhotos, load_posed, place_photos
from jobs.reconstruction.carving.carved import complete, find_hull
from jobs.reconstruction.carving.underside import Underside
from jobs.reconstruction.pictures.objects import find_objects
from jobs.reconstruction.stereo.kernels import load_kernel
from jobs.reconstruction.stereo.refinement import refine
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.workspace import Workspace

GOAL_PLACED = 64
GOAL_MEDIAN = 0.002
GOAL_S = 150.0
GOAL_BYTES = 2e9
HELD_OUT = 10
LEAST_ANGLE_DEG = 2.0
MOST_ERROR_PX = 2.0


@dataclass
class Stages:
    """Told what is done, adds up the seconds of each step."""

    seconds: dict[str, float] = field(default_factory=dict)
    step: str = "start"
    since: float = field(default_factory=time.perf_counter)

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        now = time.perf_counter()
        self.seconds[self.step] = self.seconds.get(self.step, 0.0) + now - self.since
        self.step, self.since = step, now


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unposed", description=__doc__)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/unposed.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        row = {"object": "skull"} | measure_job(Path(scratch)) | measure_surface(Path(scratch))
    print_table([row])
    summary = summarise(row)
    print("\n" + json.dumps(summary, indent=1))
    if options.save:
        print(save("unposed", [row], summary, ("numpy", "opencv-python-headless", "pycolmap", "manifold3d")))
    return 0 if summary["goal_met"] else 1


def measure_job(scratch: Path) -> Row:
    """The whole job by both providers, imports included."""
    capture = ObjectRequest(name="skull", photos="photos_skull/images")
    stores = {name: FolderStore(str(scratch / name)) for name in ("multi_view_stereo", "visual_hull")}
    done, hull = (run_job(ask(capture, REALDATA, store, name), store) for name, store in stores.items())
    return {
        "seconds": done.wall_s,
        "CPU seconds": done.usage.cpu_s,
        "seconds of hull": hull.wall_s,
        "ratio to hull": done.wall_s / hull.wall_s,
        "peak memory MB": done.usage.peak_memory_bytes / 1e6,
    }


def measure_surface(scratch: Path) -> Row:
    """The surface from all but the photos held out, against the points that those show."""
    store, stages = FolderStore(str(scratch / "held-out")), Stages()
    capture = ObjectRequest(name="skull", photos="photos_skull/images")
    request = ask(capture, REALDATA, store, "multi_view_stereo")
    assert isinstance(request.source, PhotoSource)
    workspace = Workspace(scratch / "work", store, "0" * 64, {}, stages)
    placed = place_photos(request, sorted(request.source.photos, key=lambda photo: photo.name), workspace)
    structure = placed.place.structure
    indices = list(structure.cameras)
    held_out = indices[3 :: len(indices) // HELD_OUT][:HELD_OUT]
    hull, surface = reconstruct_without(request, placed, held_out, workspace)
    stages("end")
    points = triangulate(placed, held_out)
    row: Row = {
        "photos": len(request.source.photos),
        "placed": len(indices),
        "residual px": structure.residual_px,
        "held out": len(held_out),
        "their points": len(points),
    }
    for name, mesh in (("", surface), (" of hull", hull)):
        share = distances(mesh, points) / float(mesh.extents.max())
        row |= {f"median %{name}": 100 * float(np.median(share)), f"p90 %{name}": 100 * float(np.quantile(share, 0.9))}
    return row | {f"{step} s": seconds for step, seconds in stages.seconds.items() if seconds >= 0.5}


def reconstruct_without(
    request: ReconstructionRequest, placed: PlacedPhotos, held_out: Sequence[int], workspace: Workspace
) -> tuple[trimesh.Trimesh, trimesh.Trimesh]:
    """The plain hull and the refined surface."""
    posed = load_posed(request, placed, workspace, held_out)
    views = find_objects(posed.shots, request.carving.min_views, workspace).views
    ground = Underside(posed.ground.normal, posed.ground.offset) if posed.ground else None
    hull = find_hull(views, posed.cameras, request.carving, workspace.progress, ground)
    kernel = load_kernel(request.stereo.device)
    refined = complete(refine(hull, kernel, workspace.progress))
    return complete(hull).mesh, refined.mesh


def triangulate(placed: PlacedPhotos, held_out: Sequence[int]) -> NDArray[np.float64]:
    """The object's points (n, 3) that at least two of the photos held out show, from what they show alone.

    Source: Hartley and Zisserman 2004, "Multiple view geometry in computer vision", 12.2 (linear triangulation).
    """
    place = placed.place
    structure = place.structure
    used = np.isin(structure.photo, held_out) & place.is_object[structure.point]
    flat = {index: _undistort(structure.cameras[index], structure.xy[structure.photo == index]) for index in held_out}
    order = np.zeros(len(structure.photo), np.int64)
    for index in held_out:
        order[structure.photo == index] = np.arange(np.count_nonzero(structure.photo == index))
    found = []
    for point in np.unique(structure.point[used]):
        rows = np.flatnonzero(used & (structure.point == point))
        seen = [
            (structure.cameras[int(structure.photo[row])], flat[int(structure.photo[row])][order[row]]) for row in rows
        ]
        if len(seen) > 1 and (position := _meet(seen)) is not None:
            found.append(position)
    return np.array(found)


def _undistort(camera: Camera, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) on the plane at depth 1."""
    flat = cv2.undistortPoints(xy.reshape(-1, 1, 2), camera.K, np.array(camera.distortion))
    return np.asarray(flat, np.float64).reshape(-1, 2)


def _meet(seen: Sequence[tuple[Camera, NDArray[np.float64]]]) -> NDArray[np.float64] | None:
    """Where the rays meet; None if they are nearly parallel or pass each other by."""
    matrices = [np.column_stack([camera.R_camera_world, camera.t_camera_world]) for camera, _ in seen]
    rows = [xy[k] * P[2] - P[k] for P, (_, xy) in zip(matrices, seen, strict=True) for k in (0, 1)]
    homogeneous = np.linalg.svd(np.array(rows))[2][-1]
    position = homogeneous[:3] / homogeneous[3]
    away = np.array([(camera.position - position) / np.linalg.norm(camera.position - position) for camera, _ in seen])
    angle_deg = np.rad2deg(np.arccos(np.clip((away @ away.T).min(), -1, 1)))
    errors = []
    for P, (camera, xy) in zip(matrices, seen, strict=True):
        x, y, depth = P @ [*position, 1]
        errors.append(camera.focal_px * np.hypot(x / depth - xy[0], y / depth - xy[1]))
    return position if angle_deg >= LEAST_ANGLE_DEG and max(errors) <= MOST_ERROR_PX else None


def distances(mesh: trimesh.Trimesh, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """From points (n, 3) to the surface, (n,), by Open3D."""
    scene = open3d.t.geometry.RaycastingScene()
    scene.add_triangles(
        open3d.core.Tensor(mesh.vertices.astype(np.float32)), open3d.core.Tensor(mesh.faces.astype(np.uint32))
    )
    return scene.compute_distance(open3d.core.Tensor(points.astype(np.float32))).numpy().astype(np.float64)


def summarise(row: Row) -> Row:
    met = (
        row["placed"] >= GOAL_PLACED
        and row["median %"] <= 100 * GOAL_MEDIAN
        and row["seconds"] <= GOAL_S
        and row["peak memory MB"] * 1e6 < GOAL_BYTES
    )
    return {
        "photos_placed": row["placed"],
        "goal_placed": GOAL_PLACED,
        "median_distance_percent": row["median %"],
        "goal_median_percent": 100 * GOAL_MEDIAN,
        "seconds": row["seconds"],
        "goal_seconds": GOAL_S,
        "peak_memory_mb": row["peak memory MB"],
        "goal_met": met,
    }


if __name__ == "__main__":
    sys.exit(main())
