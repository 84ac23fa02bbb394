"""The provider for one picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from jobs.contracts.check import CheckResult
from jobs.contracts.reconstruction import PictureSource, ReconstructionRequest
from jobs.geometry.extents import compute_longest_extent_m
from jobs.reconstruction.pictures.picture import read_picture
from jobs.reconstruction.quality.evidence import check_mesh
from jobs.reconstruction.reconstructor import Reconstruction
from jobs.reconstruction.single_view.guess import Guess, guess_shape
from jobs.reconstruction.single_view.sheet import save_sheet
from jobs.reconstruction.single_view.subject import Subject, find_subject
from jobs.runtime.workspace import Workspace

_ASSUMED_SIZE_M = 0.2
"""Longest extent of something that nobody told the size of."""


@dataclass(frozen=True)
class SingleView:
    """See `Reconstructor`. A guess, for demonstrations only: no profile that makes training data admits it."""

    takes: frozenset[str] = frozenset({"picture"})

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
        """One picture to a closed, coloured solid that has its outline.

        Raises:
            BadInput: The picture cannot be read, or does not show one whole object before a background; see
                `read_picture` and `find_subject`.
            ProviderFailed: The solid came out open.
        """
        source = request.source
        assert isinstance(source, PictureSource)  # `takes` says so
        picture = read_picture(workspace.fetch(source.picture), request.pictures)
        workspace.progress("silhouette")
        subject = find_subject(picture, PurePosixPath(source.picture.name).name, request.carving.max_side_px)
        workspace.progress("shape")
        guess = guess_shape(subject)
        scale_source = "assumed" if source.known_size_m is None else "known_size"
        size_m = source.known_size_m or _ASSUMED_SIZE_M
        guess.mesh.apply_scale(size_m / compute_longest_extent_m(guess.mesh))
        save_sheet(workspace.output("picture/contact_sheet", "contact_sheet.jpg"), subject, guess.mesh)
        return Reconstruction(
            mesh=guess.mesh,
            scale_source=scale_source,
            checks=(*check_mesh(guess.mesh, request.name, scale_source), _check_views(request.name)),
            warnings=_warnings(guess, subject, source),
            views_used=1,
        )


def _check_views(name: str) -> CheckResult:
    return CheckResult(name="views_usable", subject=name, value=1.0, detail="One picture shows one side only.")


def _warnings(guess: Guess, subject: Subject, source: PictureSource) -> tuple[str, ...]:
    said = [
        f"the shape is a guess from one picture, not a measurement: taken to be {guess.assumed}, solid, and "
        "coloured behind as it is in front"
    ]
    if source.known_size_m is None:
        said.append(f"nothing says how large it is; its longest extent was taken to be {_ASSUMED_SIZE_M:g} m")
    if subject.left_out:
        shares = ", ".join(f"{share:.1%}" for share in subject.left_out)
        said.append(f"left out, parts of the picture that do not hang together with the object: {shares} of it")
    return tuple(said)
