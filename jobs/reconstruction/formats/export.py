"""The mesh in other formats, beside the authoritative `mesh.glb`."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from jobs.contracts.check import CheckResult
from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.formats.shape import compare
from jobs.reconstruction.formats.writer import MeshWriter, Original, Written
from jobs.runtime.workspace import Workspace

_FOLDER = "formats"


def write_formats(
    asked: Mapping[str, MeshWriter], glb: Path, textured_glb: Path | None, workspace: Workspace
) -> tuple[CheckResult, ...]:
    """Write `formats/mesh.<format>` for each, kind `mesh/<format>`, with what it refers to; read it back and compare.

    A format that can hold a picture takes that of `textured_glb`.

    Returns:
        How far what was read back is from the original, one check per format.

    Raises:
        FormatMismatch: It is another shape; the format is not published.
        FormatUnavailable: A program broke while it wrote.
    """
    if not asked:
        return ()
    original = Original(glb, load_mesh(glb, None, MeshLimits()).mesh, textured_glb)
    return tuple(_write(name, writer, original, workspace) for name, writer in asked.items())


def _write(name: str, writer: MeshWriter, original: Original, workspace: Workspace) -> CheckResult:
    workspace.progress(f"write {name}")
    written = writer.write(original, workspace.scratch(f"{_FOLDER}/{name}"))
    triangles = (np.asarray(original.mesh.vertices, np.float64), np.asarray(original.mesh.faces, np.int64))
    deviation_m = compare(name, triangles, writer.read_back(written.main), writer.precision, written.moved_m)
    _publish(name, written, workspace)
    moved = f" It was simplified: no vertex is further than {written.moved_m:.2g} m off." if written.moved_m else ""
    return CheckResult(
        name="format_roundtrip",
        subject=name,
        value=deviation_m,
        unit="m",
        detail=f"Read back, its bounds, area and volume are those of mesh.glb.{moved}",
    )


def _publish(name: str, written: Written, workspace: Workspace) -> None:
    shutil.move(written.main, workspace.output(f"mesh/{name}", f"{_FOLDER}/{written.main.name}"))
    for companion in written.companions:
        shutil.move(companion, workspace.output(f"mesh/{name}_file", f"{_FOLDER}/{companion.name}"))
