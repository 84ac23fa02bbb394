"""Can the vision providers be asked? Each is shown a small picture, if it is set up; that costs one request."""

from __future__ import annotations

import io
import time

from PIL import Image

from jobs.contracts.report import Readiness
from jobs.contracts.simready import VisionSettings
from jobs.runtime.errors import SimfoundryError
from jobs.runtime.registry import resolve
from jobs.simready.vision.provider import PROVIDERS, VisionProvider

_SETTINGS = VisionSettings(time_limit_s=20, attempts=1)
_REMEDY = (
    "Needed only by runs with --vision: set SIMFOUNDRY_VISION_URL (up to /v1), SIMFOUNDRY_VISION_MODEL and "
    "SIMFOUNDRY_VISION_KEY of an OpenAI-compatible server."
)


def probe_vision() -> tuple[Readiness, ...]:
    """Never raises: what went wrong is in the answer."""
    return tuple(_probe(resolve("vision provider", PROVIDERS, name)()) for name in PROVIDERS)


def _probe(provider: VisionProvider) -> Readiness:
    started = time.monotonic()
    try:
        answer = provider.look(_draw_canary(), _SETTINGS, count=lambda: None)
        ready, detail = True, f"'{answer.model}' says '{answer.sight.material}' of a brown square"
    except SimfoundryError as error:
        ready, detail = False, str(error)
    return Readiness(
        kind="provider",
        name=provider.name,
        ready=ready,
        seconds=time.monotonic() - started,
        detail=detail,
        remedy="" if ready else _REMEDY,
    )


def _draw_canary() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 64), (120, 80, 40)).save(written, "JPEG")
    return written.getvalue()
