"""Any server that speaks OpenAI's chat completions with pictures: hosted ones, and vLLM, llama.cpp or Ollama."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import ValidationError

from jobs.contracts.simready import VisionSettings
from jobs.runtime.artifacts import describe_problems
from jobs.runtime.settings import Settings, VisionEndpoint
from jobs.simready.physics.categories import load_categories
from jobs.simready.physics.materials import UNSPECIFIED, load_materials
from jobs.simready.vision.endpoint import post_json
from jobs.simready.vision.errors import VisionNonsense, VisionUnavailable
from jobs.simready.vision.provider import Answer
from jobs.simready.vision.sight import UNKNOWN, Sight, answer_schema

_QUESTION = (
    "The picture shows one object, perhaps several times. Which of the listed materials is most of its outside made "
    "of, and which of the listed categories is it? Say 'unknown' rather than guess. Give your confidence in both from "
    "0 to 1, and name parts that can move against the rest: doors, lids and the like turn (revolute), drawers slide "
    "(prismatic)."
)


@dataclass(frozen=True)
class OpenAiCompatible:
    """`endpoint`: from the environment unless it is passed in."""

    name: ClassVar[str] = "openai_compatible"
    endpoint: VisionEndpoint = field(default_factory=lambda: Settings.from_environment().vision)

    def look(self, jpeg: bytes, settings: VisionSettings, count: Callable[[], None]) -> Answer:
        """Ask the endpoint's model about a picture.

        Raises:
            VisionUnavailable: Address, model or key is not set.
            VisionFailed: The answer cannot be used.
            VisionBusy: There is none for now.
        """
        if self.endpoint.missing:
            raise VisionUnavailable(self.name, self.endpoint.missing[0])
        headers = {"Authorization": f"Bearer {self.endpoint.key}", "Content-Type": "application/json"}
        url = f"{self.endpoint.url.rstrip('/')}/chat/completions"
        reply = post_json(url, headers, json.dumps(self._question(jpeg)).encode(), settings, count)
        return Answer(_read_sight(reply), self.endpoint.model)

    def _question(self, jpeg: bytes) -> dict[str, Any]:
        picture = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
        return {
            "model": self.endpoint.model,
            "temperature": 0,
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": _QUESTION},
                        {"type": "image_url", "image_url": {"url": picture}},
                    ],
                }
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "sight", "strict": True, "schema": answer_schema()},
            },
        }


def _read_sight(reply: bytes) -> Sight:
    """Raises: VisionNonsense."""
    try:
        content = json.loads(reply)["choices"][0]["message"]["content"]
        sight = Sight.from_json(content)
    except ValidationError as error:
        raise VisionNonsense(describe_problems(error), reply) from error
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise VisionNonsense("it is no chat completion with JSON in it", reply) from error
    if sight.material not in {*load_materials(), UNKNOWN} - {UNSPECIFIED}:
        raise VisionNonsense(f"no material is named '{sight.material}'", reply)
    if sight.category not in {*load_categories(), UNKNOWN}:
        raise VisionNonsense(f"no category is named '{sight.category}'", reply)
    return sight
