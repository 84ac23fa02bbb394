"""The exports that the readers open: solids of known mass properties, a chest with a drawer, a box with a lid.

    python -m tests.interop.export FOLDER

All are made with our own command line, one of them up to a dataset. A second call finds the finished outputs in the
store and takes seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import trimesh

EPISODES = 2


@dataclass(frozen=True)
class AssetFiles:
    """`document`: `asset.json`, which the others were written from."""

    document: str
    mjcf: str
    urdf: str
    usd: str

    def load(self) -> dict[str, Any]:
        return json.loads(Path(self.document).read_text())


@dataclass(frozen=True)
class Export:
    """Paths of a published dataset and of assets; as `export.json` between environments."""

    dataset: str
    assets: list[AssetFiles]

    @classmethod
    def load(cls, folder: Path) -> Export:
        document = json.loads((folder / "export.json").read_text())
        return cls(document["dataset"], [AssetFiles(**files) for files in document["assets"]])


def main(folder: Path) -> None:
    meshes, store = folder / "meshes", folder / "store"
    brick, solids = author_brick(meshes), author_solids(meshes)
    chest, box = author_chest(meshes), author_lidded_box(meshes)
    made = run_pipeline(store, "--mesh", str(brick), "--episodes", str(EPISODES))
    assets = [made, run_pipeline(store, "--mesh", *map(str, solids), "--material", "wood", "--until", "simready")]
    assets.append(run_pipeline(store, "--parts", str(chest), "--category", "drawer", "--until", "simready"))
    assets.append(run_pipeline(store, "--parts", str(box), "--until", "simready"))
    export = Export(made["dataset"], [files for result in assets for files in find_assets(result)])
    (folder / "export.json").write_text(json.dumps(asdict(export), indent=1) + "\n")


def find_assets(result: dict[str, Any]) -> list[AssetFiles]:
    paths: dict[str, dict[str, str]] = defaultdict(dict)
    for item in result["artifacts"]:
        paths[item["subject"]][item["kind"]] = item["path"]
    return [
        AssetFiles(
            str(Path(path["asset/mjcf"]).parents[1] / "asset.json"),
            path["asset/mjcf"],
            path["asset/urdf"],
            path["asset/usd"],
        )
        for path in paths.values()
        if "asset/mjcf" in path
    ]


def author_brick(folder: Path) -> Path:
    """60 x 40 x 36 mm, in millimetres, with one corner at the origin.

    Its step makes the inertia tensor full, and its centre of mass lies off its origin: a reader that mixed up axes or
    frames would show it.
    """
    import trimesh  # only here: the readers' environments have no trimesh

    folder.mkdir(parents=True, exist_ok=True)
    lower = trimesh.creation.box(bounds=((0, 0, 0), (60, 40, 26)))
    upper = trimesh.creation.box(bounds=((0, 0, 0), (30, 40, 36)))
    path = folder / "brick.stl"
    trimesh.boolean.union([lower, upper]).export(path)
    return path


def author_solids(folder: Path) -> list[Path]:
    """In millimetres, standing on z = 0."""
    from trimesh import creation

    outer = creation.cylinder(radius=35, height=90, sections=64)
    hollow = creation.cylinder(radius=31, height=90, sections=64).apply_translation((0, 0, 4))
    solids = {
        "box": creation.box((80, 50, 30)),
        "sphere": creation.icosphere(subdivisions=4, radius=30),
        "cylinder": creation.cylinder(radius=25, height=70, sections=64),
        "torus": creation.torus(major_radius=40, minor_radius=14, major_sections=64, minor_sections=32),
        "cup": outer.difference(hollow),
    }
    for name, solid in solids.items():
        solid.apply_translation((0, 0, -solid.bounds[0, 2])).export(folder / f"{name}.stl")
    return [folder / f"{name}.stl" for name in solids]


def author_chest(folder: Path) -> Path:
    """0.3 x 0.2 x 0.12 m, with a drawer in it; how it moves is for the job to find out."""
    from tests.simready.things import chest

    return author_parts(folder / "chest", chest())


def author_lidded_box(folder: Path) -> Path:
    """0.15 x 0.1 x 0.06 m, with a lid that turns about its back edge, as a `joints.json` says."""
    from tests.simready.things import box_with_lid

    scale = 0.5
    box = author_parts(folder / "lidded_box", {name: part.apply_scale(scale) for name, part in box_with_lid().items()})
    hinge = {"name": "hinge", "parent": "base", "child": "lid", "type": "revolute", "range_rad": [0, 1.5]}
    hinge |= {"axis": [-1, 0, 0], "pivot_m": [0, scale * 0.1, scale * 0.1]}
    (box / "joints.json").write_text(json.dumps({"joints": [hinge]}))
    return box


def author_parts(folder: Path, parts: dict[str, trimesh.Trimesh]) -> Path:
    """Given in metres."""
    folder.mkdir(exist_ok=True)
    for name, part in parts.items():
        part.apply_scale(1000).export(folder / f"{name}.stl")
    return folder


def run_pipeline(store: Path, *options: str) -> dict[str, Any]:
    """What `simfoundry run --json` prints."""
    program = str(Path(sys.executable).with_name("simfoundry"))
    command = [program, "run", *options, "--units", "mm", "--store", str(store.resolve()), "--json"]
    if "SIMFOUNDRY_NEWTON" in os.environ:
        command += ["--crosscheck", "newton"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
