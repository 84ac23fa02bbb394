"""USD files, read in a process of its own: on a damaged file the library may crash, or ask for all of the memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry import errors
from jobs.geometry.archive import open_archive
from jobs.geometry.content import Content
from jobs.geometry.errors import UnreadableMesh, UsdMissing
from jobs.geometry.formats import format_of
from jobs.runtime.errors import BadInput

_LONGEST_S = 300.0
_LAYERS = (".usd", ".usda", ".usdc")


def read_usd(path: Path, limits: MeshLimits, longest_s: float = _LONGEST_S) -> Content:
    """Every mesh of the stage, placed, in the stage's units and axes.

    Nothing outside the folder of `path`, or outside of the archive, is opened, whatever the layers refer to.

    Raises:
        ReferenceLeavesFolder, TextureTooLarge, TooManyFaces, MeshFileTooLarge: Found before it is composed or decoded.
        UnreadableMesh, UnsupportedMesh, EmptyMesh: See there.
        UsdMissing: The library is not installed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        root = _unpack(path, Path(scratch) / "archive", limits) if format_of(path) == "usdz" else path
        return _read_apart(path.name, root, Path(scratch), limits, longest_s)


def _unpack(path: Path, folder: Path, limits: MeshLimits) -> Path:
    """Lay the members of a USDZ out as files; the first one is the root layer, by its specification.

    Raises:
        UnreadableMesh: It is no USDZ, or holds another one.
    """
    with open_archive(path, limits.max_file_bytes, stored=True) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if not members or Path(members[0].filename).suffix.lower() not in _LAYERS:
            raise UnreadableMesh(path.name, "its first file is not a USD layer")
        for member in members:
            target = folder / member.filename
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(member))
    return folder / members[0].filename


def _read_apart(name: str, root: Path, scratch: Path, limits: MeshLimits, longest_s: float) -> Content:
    order, result = scratch / "order.json", scratch / "content.npz"
    order.write_text(json.dumps({"name": name, "root": str(root.resolve()), "limits": limits.model_dump()}))
    command = [sys.executable, "-m", "jobs.geometry.usd_reader", str(order), str(result)]
    try:
        ended = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=longest_s)
    except subprocess.TimeoutExpired as error:
        raise UnreadableMesh(name, f"reading it took longer than {longest_s:g} s") from error
    if ended.returncode != 0:
        _raise_what_was_said(name, ended)
    return Content.load(result)


def _raise_what_was_said(name: str, ended: subprocess.CompletedProcess[bytes]) -> None:
    """Raise the error that the reader named on its last line, or say how it died."""
    lines = ended.stdout.decode(errors="replace").strip().splitlines()
    if ended.returncode == BadInput.exit_code and lines:
        said = json.loads(lines[-1])
        kind: type[BadInput] = getattr(errors, said["type"])
        raise kind.__new__(kind, said["message"])  # it has its words already, and needs no facts
    if ended.returncode == UsdMissing.exit_code:
        raise UsdMissing(name)
    last = ended.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
    how = f"signal {-ended.returncode}" if ended.returncode < 0 else last[0][:200]
    raise UnreadableMesh(name, f"the USD library broke on it ({how})")
