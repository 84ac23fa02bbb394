"""The export that the readers open: a stepped brick, made with our own command line.

    python -m tests.interop.export FOLDER

A step makes the brick's inertia tensor full and its centre of mass lie off its origin, so a reader that mixed up axes
or frames would show it. A second call finds the finished outputs in the store and takes seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

EPISODES = 2


@dataclass(frozen=True)
class Export:
    """Paths of a published dataset and of the one asset in it; as `export.json` between environments."""

    dataset: str
    asset: str
    mjcf: str
    urdf: str
    usd: str

    @classmethod
    def load(cls, folder: Path) -> Export:
        return cls(**json.loads((folder / "export.json").read_text()))

    def load_asset(self) -> dict[str, Any]:
        """`asset.json`, which all three asset files were written from."""
        return json.loads(Path(self.asset).read_text())


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    mesh = folder / "brick.stl"
    author_stepped_brick(mesh)
    result = run_pipeline(mesh, folder / "store")
    files = {item["kind"]: item["path"] for item in result["artifacts"]}
    export = Export(
        dataset=result["dataset"],
        asset=str(Path(files["asset/mjcf"]).parents[1] / "asset.json"),
        mjcf=files["asset/mjcf"],
        urdf=files["asset/urdf"],
        usd=files["asset/usd"],
    )
    (folder / "export.json").write_text(json.dumps(asdict(export), indent=1) + "\n")


def author_stepped_brick(path: Path) -> None:
    """60 x 40 x 36 mm, in millimetres, with one corner at the origin."""
    import trimesh  # only here: the readers' environments have no trimesh

    lower = trimesh.creation.box(bounds=((0, 0, 0), (60, 40, 26)))
    upper = trimesh.creation.box(bounds=((0, 0, 0), (30, 40, 36)))
    trimesh.boolean.union([lower, upper]).export(path)


def run_pipeline(mesh: Path, store: Path) -> dict[str, Any]:
    """What `simfoundry run --json` prints."""
    program = Path(sys.executable).with_name("simfoundry")
    options = ["--units", "mm", "--episodes", str(EPISODES), "--store", str(store.resolve()), "--json"]
    done = subprocess.run([program, "run", "--mesh", mesh, *options], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
