"""The seam between the job and models that look at pictures, and the table of those that exist."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PIL import Image

from jobs.contracts.manifest import ProviderFailure
from jobs.contracts.simready import SimreadyRequest, VisionSettings
from jobs.runtime.errors import Unavailable
from jobs.runtime.registry import resolve
from jobs.runtime.workspace import Workspace
from jobs.simready.vision.errors import NothingToShow, VisionFailed, VisionUnsure
from jobs.simready.vision.sight import Sight

PROVIDERS: Mapping[str, str] = {"openai_compatible": "jobs.simready.vision.openai_compatible:OpenAiCompatible"}
_PICTURE = "picture/contact_sheet"


@dataclass(frozen=True)
class Answer:
    """What a model says, and which one."""

    sight: Sight
    model: str


class VisionProvider(Protocol):
    """`look` tells `count` of every request that it sends. It raises `Unavailable` or `VisionFailed` if another source
    is to be used, `TransientError` if asking again may help."""

    name: str

    def look(self, jpeg: bytes, settings: VisionSettings, count: Callable[[], None]) -> Answer: ...


@dataclass(frozen=True)
class Look:
    """The first usable answer, if there is one, and why providers before it gave none."""

    answer: Answer | None = None
    failures: tuple[ProviderFailure, ...] = ()


NOT_LOOKED = Look()


def look_at(request: SimreadyRequest, workspace: Workspace, providers: Mapping[str, str] = PROVIDERS) -> Look:
    """Ask the request's vision providers in order, unless the request says itself what the object is.

    Raises:
        UnknownName: A provider is in no table; nobody was asked.
        TransientError: One that can be asked does not answer for now.
    """
    asked: list[VisionProvider] = [resolve("vision provider", providers, name)() for name in request.vision.providers]
    if request.material is not None or request.category is not None:
        return NOT_LOOKED
    failures: list[ProviderFailure] = []
    for provider in asked:
        workspace.progress(f"ask {provider.name}")
        try:
            return Look(_ask(provider, request, workspace), tuple(failures))
        except (VisionFailed, Unavailable) as error:
            failures.append(ProviderFailure(provider=provider.name, error=str(error)))
    return Look(None, tuple(failures))


def _ask(provider: VisionProvider, request: SimreadyRequest, workspace: Workspace) -> Answer:
    pictures = workspace.open_input(request.mesh, _PICTURE)
    if not pictures:
        raise NothingToShow
    settings = request.vision
    answer = provider.look(shrink(pictures[0], settings.max_picture_px), settings, workspace.count_external_call)
    if answer.sight.confidence < settings.least_confidence:
        raise VisionUnsure(answer.model, answer.sight.confidence, settings.least_confidence)
    return answer


def shrink(picture: Path, max_px: int) -> bytes:
    """The picture as JPEG, no side longer than `max_px`."""
    with Image.open(picture) as opened:
        small = opened.convert("RGB")
    small.thumbnail((max_px, max_px))
    written = io.BytesIO()
    small.save(written, "JPEG", quality=85)
    return written.getvalue()


def tell_sight(look: Look) -> tuple[str, ...]:
    """What a model said, for whoever reads the manifest; of parts that move it is no more than a hint."""
    if look.answer is None:
        return ()
    sight = look.answer.sight
    moving = ", ".join(f"{part.part} ({part.kind})" for part in sight.moving_parts) or "none"
    return (
        f"guessed from a picture by '{look.answer.model}' with a confidence of {sight.confidence:.2f}: material "
        f"'{sight.material}', category '{sight.category}', moving parts: {moving}",
    )
