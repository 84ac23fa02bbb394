"""The provider for RGB-D scans: frames to a surface, to supports, to closed objects where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from trimesh.visual import ColorVisuals

from jobs.contracts.check import CheckResult
from jobs.contracts.layout import LaidOutObject, Layout, Row4, SupportPlane
from jobs.contracts.reconstruction import ReconstructionRequest, ScanSource
from jobs.geometry.closed import is_closed_volume
from jobs.geometry.extents import compute_longest_extent_m
from jobs.geometry.glb_file import save_glb
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.quality.evidence import check_scale
from jobs.reconstruction.reconstructor import Reconstruction
from jobs.reconstruction.scans.alignment import align
from jobs.reconstruction.scans.colour_camera import find_colour_camera
from jobs.reconstruction.scans.colours import colour_vertices
from jobs.reconstruction.scans.consistency import require_consistent
from jobs.reconstruction.scans.depth_unit import METRES
from jobs.reconstruction.scans.folder_layout import read_recording
from jobs.reconstruction.scans.fusion import choose_voxel_m, fuse
from jobs.reconstruction.scans.held_out import WITHIN_M, Agreement, measure_agreement, merge
from jobs.reconstruction.scans.loading import keep_near, load_frames
from jobs.reconstruction.scans.merged import concatenate
from jobs.reconstruction.scans.overview import save_overview
from jobs.reconstruction.scans.scene import Scene, find_scene
from jobs.runtime.workspace import Workspace

OBJECT_KIND, LAYOUT_KIND = "object/mesh_glb", "layout/document"


def object_path(name: str) -> str:
    """Where an object's mesh lies in the scan's output."""
    return f"objects/{name}/mesh.glb"


@dataclass(frozen=True)
class RgbdFusion:
    """See `Reconstructor`. Objects that touch each other are one object to it."""

    takes: frozenset[str] = frozenset({"scan"})

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
        """A scan to the closed, coloured meshes of the objects on its supports, and their layout.

        Raises:
            BadInput: Each thing that can be wrong with a scan has its own error, see `errors`.
            Open3dMissing: The optional library is not installed.
        """
        source, settings = request.source, request.scans
        assert isinstance(source, ScanSource)  # `takes` says so
        recording = read_recording(request.name, source.files, workspace.fetch, settings.max_frames)
        frames = load_frames(request.name, recording, source.depth_unit, request.pictures, settings, workspace)
        step_m = recording.step_m if source.depth_unit is None else METRES[source.depth_unit]
        agreeing = require_consistent(request.name, frames, step_m)
        frames = keep_near(request.name, frames, settings)
        fused = [frame for index, frame in enumerate(frames) if (index + 1) % settings.hold_out]
        held_out = frames[settings.hold_out - 1 :: settings.hold_out]
        voxel_m = choose_voxel_m(fused)
        fused = align(fused, voxel_m, settings.max_depth_m, settings.passes, workspace.progress)
        surface = fuse(fused, voxel_m, settings.max_depth_m, lambda n, total: workspace.progress("fuse", n, total))
        fused, colour_warnings = find_colour_camera(surface.points, fused)
        workspace.progress("objects")
        scene, T_scene = find_scene(request.name, fused, surface, recording.up, settings)
        workspace.progress("colour")
        observed = _colour(scene)
        workspace.progress("compare with frames that were held out")
        agreements = measure_agreement(scene, [frame.moved(T_scene) for frame in held_out])
        _publish(scene, workspace)
        return Reconstruction(
            mesh=concatenate([thing.in_scene() for thing in scene.things]),
            scale_source="depth",
            checks=_check(request.name, scene, agreeing, agreements, observed),
            warnings=(*recording.warnings, *colour_warnings),
            views_used=len(fused),
        )


def _colour(scene: Scene) -> list[float]:
    """Colour the things; the share of each one's surface that was measured."""
    found = map_in_threads(lambda thing: colour_vertices(thing, scene.frames), scene.things)
    for thing, (colours, _) in zip(scene.things, found, strict=True):
        thing.mesh.visual = ColorVisuals(thing.mesh, vertex_colors=colours)
    return [share for _, share in found]


def _publish(scene: Scene, workspace: Workspace) -> None:
    for thing in scene.things:
        save_glb(thing.mesh, workspace.output(OBJECT_KIND, object_path(thing.name)))
    workspace.publish_document(LAYOUT_KIND, "layout.json", _describe(scene))
    save_overview(workspace.output("picture/contact_sheet", "contact_sheet.jpg"), scene)


def _describe(scene: Scene) -> Layout:
    """Supports that carry nothing are left out."""
    carrying = sorted({thing.support for thing in scene.things})
    supports = []
    for index in carrying:
        low, high = scene.supports[index].extent_m()
        supports.append(
            SupportPlane(
                name=_support_name(index, carrying),
                height_m=scene.supports[index].height_at((low + high) / 2),
                low_m=(float(low[0]), float(low[1])),
                high_m=(float(high[0]), float(high[1])),
            )
        )
    objects = []
    for thing in scene.things:
        x, y, z = (float(extent) for extent in thing.mesh.extents)
        objects.append(
            LaidOutObject(
                name=thing.name,
                T_scene_object=_rows(thing.T_scene_object),
                extents_m=(x, y, z),
                support=_support_name(thing.support, carrying),
            )
        )
    return Layout(schema_version=1, objects=tuple(objects), supports=tuple(supports))


def _support_name(index: int, carrying: Sequence[int]) -> str:
    return f"support-{carrying.index(index) + 1}"


def _rows(T: np.ndarray) -> tuple[Row4, Row4, Row4, Row4]:
    a, b, c, d = ((float(row[0]), float(row[1]), float(row[2]), float(row[3])) for row in T)
    return a, b, c, d


def _check(
    name: str, scene: Scene, agreeing: float, agreements: Sequence[Agreement], observed: Sequence[float]
) -> tuple[CheckResult, ...]:
    """Of the scan as a whole, and of each object under its own name."""
    closed = [is_closed_volume(thing.mesh) for thing in scene.things]
    checks = [
        CheckResult(name="objects_found", subject=name, value=float(len(scene.things))),
        CheckResult(name="objects_closed", subject=name, value=float(np.mean(closed))),
        CheckResult(name="frames_agree", subject=name, value=agreeing, detail="Of the poses as they were given."),
        check_scale(name, "depth"),
        *_check_depth(("scan_depth_agreement", "scan_depth_error_m"), name, merge(agreements)),
    ]
    for thing, agreement, share in zip(scene.things, agreements, observed, strict=True):
        longest_m = compute_longest_extent_m(thing.mesh)
        checks += [
            CheckResult(name="longest_extent_m", subject=thing.name, value=longest_m, unit="m"),
            *_check_depth(("object_depth_agreement", "object_depth_error_m"), thing.name, agreement),
            CheckResult(name="object_surface_measured", subject=thing.name, value=share),
        ]
    return tuple(checks)


def _check_depth(checks: tuple[str, str], name: str, agreement: Agreement) -> tuple[CheckResult, ...]:
    """Depth of held-out frames against the model."""
    share, median_m = agreement.share(), agreement.median_m()
    error = "no frame that was held out shows it" if share is None else None
    detail = f"Within {WITHIN_M * 1000:g} mm, of {agreement.pixels:,} pixels in frames that were held out."
    return (
        CheckResult(name=checks[0], subject=name, value=share, error=error, detail=detail),
        CheckResult(name=checks[1], subject=name, value=median_m, unit="m", error=error),
    )
