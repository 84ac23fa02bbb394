"""What is done to every surface made from photos: plates off, colours on, evidence gathered."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from trimesh.visual import ColorVisuals

from jobs.contracts.reconstruction import PhotoSource, ReconstructionRequest
from jobs.reconstruction.appearance.colouring import compute_vertex_colours
from jobs.reconstruction.appearance.contact_sheet import save_contact_sheet
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.appearance.texture import Texture, make_texture
from jobs.reconstruction.appearance.vertex_sight import VertexSight, see_vertices
from jobs.reconstruction.cameras.posed import Posed
from jobs.reconstruction.carving.agreement import measure_agreement
from jobs.reconstruction.carving.carved import Carved
from jobs.reconstruction.pictures.assessment import PhotoAssessment
from jobs.reconstruction.quality.background_plate import cut_background_plates
from jobs.reconstruction.quality.photo_evidence import PhotoEvidence, gather_evidence
from jobs.reconstruction.quality.several_objects import require_one_object
from jobs.runtime.workspace import Workspace


@dataclass(frozen=True)
class Finished:
    """`carved`, its mesh now with vertex colours; the same colours in finer detail, which may take a while longer, and
    what photos say about it."""

    carved: Carved
    texture: Future[Texture]
    evidence: PhotoEvidence
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Painted:
    sights: tuple[VertexSight, ...]
    colours: NDArray[np.uint8]


def finish(
    carved: Carved,
    posed: Posed,
    request: ReconstructionRequest,
    workspace: Workspace,
    photos: Sequence[PhotoAssessment],
    beside: Executor,
) -> Finished:
    """In the world of the cameras; the contact sheet is published. `beside`: where the texture is made meanwhile.

    Raises:
        SeveralObjects: Where one was asked for.
    """
    workspace.progress("colour")
    painted, cut = _paint(carved), 0
    mesh, cut = cut_background_plates(carved.mesh, painted.colours, carved.views)
    if cut:
        caster = RayCaster(mesh)
        carved = replace(carved, mesh=mesh, caster=caster, agreement=measure_agreement(caster, carved.views))
        painted = _paint(carved)
    carved.mesh.visual = ColorVisuals(carved.mesh, vertex_colors=painted.colours)
    assert isinstance(request.source, PhotoSource)  # only photos are carved
    own = carved.mesh.copy()  # a mesh keeps what it computed, and that is not for two threads
    texture = beside.submit(make_texture, own, painted.colours, carved.views, painted.sights)
    if not request.source.allow_several:
        require_one_object(carved.mesh, request.name)
    up = posed.ground.normal if posed.ground else None
    evidence = gather_evidence(
        carved.mesh, carved.caster, carved.views, carved.agreement.ious, up, posed.residual_px, posed.points, photos
    )
    sheet = workspace.output("picture/contact_sheet", "contact_sheet.jpg")
    save_contact_sheet(sheet, carved.mesh, carved.caster, carved.views, carved.agreement.ious)
    warnings = (f"{cut} thin plate{'s' if cut > 1 else ''} of the background's colour were cut off",) if cut else ()
    return Finished(carved, texture, evidence, warnings)


def _paint(carved: Carved) -> _Painted:
    sights = see_vertices(carved.caster, carved.mesh, carved.views)
    return _Painted(sights, compute_vertex_colours(carved.mesh, carved.views, sights))
