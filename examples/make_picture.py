"""The README's picture, from what `make demo` made: for each object a photo, the asset, and frames of one episode.

make demo && .venv/bin/python -m examples.make_picture [STORE]
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image

from jobs.contracts.manifest import Manifest
from jobs.contracts.run import SceneDocument, StageOutcome
from jobs.runtime.artifacts import load_manifest, read_artifact
from jobs.runtime.folder_store import FolderStore

EXAMPLES = Path(__file__).resolve().parent
PICTURE = EXAMPLES / "demo.jpg"
SCENE = "turntable"
PHOTO = "images/016.jpg"
SIDE_PX = 200
PREVIEW_FRAMES = (0, 2, 3, 5)
PREVIEW_COLUMNS = 6


def main(store_uri: str) -> None:
    store = FolderStore(store_uri)
    scene = SceneDocument.from_json(store.read(f"scenes/{SCENE}/scene.json"))
    rows = [_row(store, scene, item.name) for item in scene.request.objects]
    sheet = Image.new("RGB", (SIDE_PX * len(rows[0]), SIDE_PX * len(rows)), "white")
    for y, row in enumerate(rows):
        for x, tile in enumerate(row):
            sheet.paste(tile.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS), (x * SIDE_PX, y * SIDE_PX))
    sheet.save(PICTURE, quality=88)
    print(PICTURE)


def _row(store: FolderStore, scene: SceneDocument, name: str) -> list[Image.Image]:
    photo = Image.open(EXAMPLES / SCENE / name / PHOTO)
    asset = _picture(store, _output(store, scene.outcomes("simready"), name), "picture/thumbnail")
    preview = _picture(store, _output(store, scene.outcomes("episodes"), name), "episode/preview")
    side = preview.width // PREVIEW_COLUMNS
    frames = [preview.crop((column * side, 0, (column + 1) * side, side)) for column in PREVIEW_FRAMES]
    return [photo, asset, *frames]


def _output(store: FolderStore, stages: tuple[StageOutcome, ...], name: str) -> Manifest:
    [stage] = [stage for stage in stages if stage.subject == name]
    return load_manifest(store, stage.outputs[0])


def _picture(store: FolderStore, manifest: Manifest, kind: str) -> Image.Image:
    return Image.open(io.BytesIO(read_artifact(store, manifest, manifest.of_kind(kind)[0]))).convert("RGB")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "build/demo-store")
