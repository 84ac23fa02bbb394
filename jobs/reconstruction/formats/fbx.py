"""FBX, by the user's own Blender: nothing else writes it that is maintained and free to use."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from jobs.reconstruction.formats.errors import FormatMismatch, FormatUnavailable
from jobs.reconstruction.formats.writer import Original, Triangles, Written
from jobs.runtime.program import Ended, run_program
from jobs.runtime.settings import Settings

_SCRIPT = Path(__file__).parent / "in_blender.py"
_REMEDY = "Install Blender 4 or 5, or set SIMFOUNDRY_BLENDER to its program."


@dataclass(frozen=True)
class Fbx:
    """See `MeshWriter`. Blender scales to centimetres and turns Y up when it writes, and back when it reads.

    It is run as a program of its own, told nothing but our script and two files, and believed only by what it wrote.
    """

    program: Path | None = field(default_factory=lambda: Settings.from_environment().blender)
    version_limit_s: float = 60.0
    convert_limit_s: float = 600.0
    precision: float = 1e-5

    def require_available(self) -> None:
        """Raises: FormatUnavailable: Blender is not there, or does not say which it is."""
        said = self._run(["--version"], self.version_limit_s).said
        if not any(line.startswith("Blender ") for line in said.splitlines()):
            raise FormatUnavailable("fbx", f"{self.program} does not say that it is Blender", _REMEDY)

    def write(self, original: Original, folder: Path) -> Written:
        """Raises: FormatUnavailable: Blender broke, hung, or wrote nothing."""
        path = folder / "mesh.fbx"
        self._run_script("write", original.glb, path)
        return Written(path)

    def read_back(self, path: Path) -> Triangles:
        """By another run of Blender.

        Raises:
            FormatMismatch: There is no mesh in what it reads.
        """
        measured = path.with_suffix(".npz")
        self._run_script("read", path, measured)
        try:
            with np.load(measured, allow_pickle=False) as data:
                return data["vertices"], data["faces"]
        except (OSError, ValueError, KeyError) as error:
            raise FormatMismatch("fbx", f"there is no mesh in it ({error})") from error
        finally:
            measured.unlink(missing_ok=True)

    def _run_script(self, step: str, source: Path, target: Path) -> None:
        arguments = ["--background", "--factory-startup", "--disable-autoexec", "--python-exit-code", "1", "--python"]
        ended = self._run([*arguments, str(_SCRIPT), "--", step, str(source), str(target)], self.convert_limit_s)
        if not target.is_file():
            seen = f"Blender wrote nothing; it ended with: {ended.last_line or 'nothing'}"
            raise FormatUnavailable("fbx", seen, _REMEDY)

    def _run(self, arguments: list[str], limit_s: float) -> Ended:
        if self.program is None:
            raise FormatUnavailable("fbx", "there is no Blender", _REMEDY)
        try:
            ended = run_program([str(self.program), *arguments], limit_s)
        except OSError as error:
            raise FormatUnavailable("fbx", f"{self.program} cannot be run ({error.strerror})", _REMEDY) from error
        except subprocess.TimeoutExpired as error:
            raise FormatUnavailable("fbx", f"Blender did not end within {limit_s:g} s", _REMEDY) from error
        if ended.exit_code != 0:
            seen = f"Blender ended with {ended.exit_code}: {ended.last_line or 'nothing'}"
            raise FormatUnavailable("fbx", seen, _REMEDY)
        return ended
