"""A sound turntable of the hammer, to be spoiled; painted once per test run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PIL import Image

from tests.reconstruction.turntable import Turntable, hammer


def capture(folder: Path) -> Turntable:
    """Sixteen photos of 128 px and their `transforms.json`, in `folder`."""
    pristine, photos = _pristine()
    (folder / "images").mkdir(parents=True)
    for name, data in photos.items():
        (folder / "images" / name).write_bytes(data)
    made = Turntable(folder, pristine.mesh, pristine.cameras)
    made.write_transforms()
    return made


def photo(turntable: Turntable, index: int) -> Path:
    return turntable.folder / f"images/{index:02d}.png"


def repaint(turntable: Turntable, index: int, how: Callable[[Image.Image], Image.Image]) -> None:
    """Change one photo."""
    with Image.open(photo(turntable, index)) as picture:
        changed = how(picture.copy())
    changed.save(photo(turntable, index))


@cache
def _pristine() -> tuple[Turntable, dict[str, bytes]]:
    with tempfile.TemporaryDirectory() as scratch:
        made = Turntable.make(Path(scratch) / "hammer", hammer())
        files = sorted((made.folder / "images").iterdir())
        return made, {path.name: path.read_bytes() for path in files}
