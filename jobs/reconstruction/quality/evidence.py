"""What is measured on every reconstructed mesh, whoever made it."""

from __future__ import annotations

import trimesh

from jobs.contracts.check import CheckResult
from jobs.geometry.closed import count_open_edges, count_pieces, is_closed_volume
from jobs.geometry.extents import compute_longest_extent_m


def check_mesh(mesh: trimesh.Trimesh, name: str, scale_source: str) -> tuple[CheckResult, ...]:
    """Closedness, number of pieces, whether the scale is known, and the longest extent."""
    closed = is_closed_volume(mesh)
    return (
        CheckResult(
            name="mesh_closed",
            subject=name,
            value=float(closed),
            detail="" if closed else f"{count_open_edges(mesh):,} open or wrongly turned edges.",
        ),
        CheckResult(name="mesh_components", subject=name, value=float(count_pieces(mesh))),
        check_scale(name, scale_source),
        CheckResult(name="longest_extent_m", subject=name, value=compute_longest_extent_m(mesh), unit="m"),
    )


def check_scale(name: str, scale_source: str) -> CheckResult:
    """Whether anything but an assumption says how large it is."""
    detail = "Nothing says how large it is: give --known-size, or 'units' in transforms.json."
    known = scale_source != "assumed"
    return CheckResult(name="scale_known", subject=name, value=float(known), detail="" if known else detail)
