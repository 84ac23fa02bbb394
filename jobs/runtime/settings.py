"""The only module of the jobs that reads the environment."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH", re.IGNORECASE)


@dataclass(frozen=True)
class Settings:
    """`work_dir`: scratch space of running jobs. `image`: digest of the container image, if there is one.
    `blender`: the user's own program, for FBX."""

    work_dir: Path
    image: str | None
    isaac_sim_root: Path | None
    blender: Path | None = None

    @classmethod
    def from_environment(cls) -> Settings:
        work_dir = os.environ.get("SIMFOUNDRY_WORKDIR")
        isaac = os.environ.get("SIMFOUNDRY_ISAACSIM") or os.environ.get("ISAACSIM_PATH")
        blender = os.environ.get("SIMFOUNDRY_BLENDER") or shutil.which("blender")
        return cls(
            work_dir=Path(work_dir) if work_dir else Path(tempfile.gettempdir()) / f"simfoundry-{os.getuid()}",
            image=os.environ.get("SIMFOUNDRY_IMAGE"),
            isaac_sim_root=Path(isaac) if isaac else None,
            blender=Path(blender) if blender else None,
        )


def secret_values() -> tuple[str, ...]:
    """The values of environment variables whose names say that they are secret, longest first."""
    values = {value for name, value in os.environ.items() if _SECRET_NAME.search(name)}
    return tuple(sorted(values, key=len, reverse=True))
