"""The object in every photo, and what is wrong with the photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.errors import EmptySilhouette, FullSilhouette, TooFewViews
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.assessment import PhotoAssessment, assess_photos
from jobs.reconstruction.pictures.duplicates import find_duplicates
from jobs.reconstruction.pictures.silhouette import TRUSTED, Silhouette, find_silhouette
from jobs.runtime.workspace import Workspace

_NOTHING = 0.25
"""Confidence below which there is no object."""


@dataclass(frozen=True)
class FoundObjects:
    """`views`: of all photos but duplicates. `silhouettes`: of all; `duplicates`: as `find_duplicates` has them."""

    views: tuple[View, ...]
    silhouettes: Sequence[tuple[Shot, Silhouette]]
    duplicates: Mapping[str, str]

    def assess(self) -> tuple[PhotoAssessment, ...]:
        """How good each photo is; for what comes later, and so it can be done meanwhile."""
        return assess_photos(self.silhouettes, self.duplicates)


def find_objects(shots: Sequence[Shot], min_views: int, workspace: Workspace) -> FoundObjects:
    """Raises: EmptySilhouette, FullSilhouette, TooFewViews."""
    found = map_in_threads(
        lambda shot: (shot, find_silhouette(shot.rgb, shot.alpha, shot.hint)),
        shots,
        lambda done, total: workspace.progress("silhouettes", done, total),
    )
    _require_objects(found)
    duplicates = find_duplicates(shots)
    views = map_in_threads(lambda pair: _view(*pair), [pair for pair in found if pair[0].name not in duplicates])
    usable = sum(not view.is_cut for view in views)
    if usable < min_views:
        raise TooFewViews(usable, min_views, [view.name for view in views if view.is_cut], (), tuple(duplicates))
    return FoundObjects(tuple(views), found, duplicates)


def _require_objects(found: Sequence[tuple[Shot, Silhouette]]) -> None:
    empty = [shot.name for shot, silhouette in found if silhouette.is_empty or _is_nothing(shot, silhouette)]
    full = [shot.name for shot, silhouette in found if silhouette.is_full]
    if empty:
        raise EmptySilhouette(empty)
    if full:
        raise FullSilhouette(full)


def _is_nothing(shot: Shot, silhouette: Silhouette) -> bool:
    """Whatever stands out, it is not an object; what the poses' source knows about it counts more."""
    return shot.hint is None and silhouette.confidence < _NOTHING


def _view(shot: Shot, silhouette: Silhouette) -> View:
    """One whose outline is in doubt does not carve alone."""
    return replace(View.of(shot, silhouette), is_trusted=silhouette.confidence >= TRUSTED)
