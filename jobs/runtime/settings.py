"""The only module of the jobs that reads the environment."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

_VISION_KEY = "SIMFOUNDRY_VISION_KEY"
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH", re.IGNORECASE)


@dataclass(frozen=True)
class VisionEndpoint:
    """A server that is asked about pictures: `url` up to `/v1`, the model's name there, and the key, which is never
    shown."""

    url: str = ""
    model: str = ""
    key: str = field(default="", repr=False)

    @property
    def missing(self) -> tuple[str, ...]:
        """Environment variables that would have to be set."""
        said = {"SIMFOUNDRY_VISION_URL": self.url, "SIMFOUNDRY_VISION_MODEL": self.model} | {_VISION_KEY: self.key}
        return tuple(name for name, value in said.items() if not value)


@dataclass(frozen=True)
class Settings:
    """`work_dir`: scratch space of running jobs. `image`: digest of the container image, if there is one.
    `blender`: the user's own program, for FBX. `newton`: a Python that has Newton, for cross-checks."""

    work_dir: Path
    image: str | None
    isaac_sim_root: Path | None
    blender: Path | None = None
    newton: Path | None = None
    vision: VisionEndpoint = VisionEndpoint()

    @classmethod
    def from_environment(cls) -> Settings:
        work_dir = os.environ.get("SIMFOUNDRY_WORKDIR")
        isaac = os.environ.get("SIMFOUNDRY_ISAACSIM") or os.environ.get("ISAACSIM_PATH")
        newton = os.environ.get("SIMFOUNDRY_NEWTON")
        blender = os.environ.get("SIMFOUNDRY_BLENDER") or shutil.which("blender")
        return cls(
            work_dir=Path(work_dir) if work_dir else Path(tempfile.gettempdir()) / f"simfoundry-{os.getuid()}",
            image=os.environ.get("SIMFOUNDRY_IMAGE"),
            isaac_sim_root=Path(isaac) if isaac else None,
            blender=Path(blender) if blender else None,
            newton=Path(newton) if newton else None,
            vision=VisionEndpoint(
                url=os.environ.get("SIMFOUNDRY_VISION_URL", ""),
                model=os.environ.get("SIMFOUNDRY_VISION_MODEL", ""),
                key=os.environ.get(_VISION_KEY, ""),
            ),
        )


def secret_values() -> tuple[str, ...]:
    """The values of environment variables whose names say that they are secret, longest first."""
    values = {value for name, value in os.environ.items() if _SECRET_NAME.search(name)}
    return tuple(sorted(values, key=len, reverse=True))
