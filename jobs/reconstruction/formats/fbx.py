"""FBX, by the user's own Blender: nothing else writes it that is maintained and free to use."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from jobs.reconstruction.formats.errors import FormatMismatch, FormatUnavailable
from jobs.reconstruction.formats.writer import Original, Triangles, Written
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
        said = self._run(["--version"], self.version_limit_s)
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
        said = self._run([*arguments, str(_SCRIPT), "--", step, str(source), str(target)], self.convert_limit_s)
        if not target.is_file():
            raise FormatUnavailable("fbx", f"Blender wrote nothing; it ended with: {_last_line(said)}", _REMEDY)

    def _run(self, arguments: list[str], limit_s: float) -> str:
        if self.program is None:
            raise FormatUnavailable("fbx", "there is no Blender", _REMEDY)
        try:
            process = subprocess.Popen(
                [str(self.program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise FormatUnavailable("fbx", f"{self.program} cannot be run ({error.strerror})", _REMEDY) from error
        with process:
            try:
                said, _ = process.communicate(timeout=limit_s)
            except subprocess.TimeoutExpired as error:
                os.killpg(process.pid, signal.SIGKILL)
                seen = f"Blender did not end within {limit_s:g} s"
                raise FormatUnavailable("fbx", seen, _REMEDY) from error
        if process.returncode != 0:
            raise FormatUnavailable("fbx", f"Blender ended with {process.returncode}: {_last_line(said)}", _REMEDY)
        return said


def _last_line(said: str) -> str:
    lines = said.strip().splitlines()
    return lines[-1][:200] if lines else "nothing"
