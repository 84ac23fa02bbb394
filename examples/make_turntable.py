"""Render the bundled example: a turntable set of photos per toy, with known cameras.

    python -m examples.make_turntable [FOLDER]

The pictures are rendered, not photographed. Needs what the `simready` extra installs, and EGL or OSMesa. The same
versions give the same bytes.
"""

# MuJoCo ships no type stubs for its spec.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import sys
from pathlib import Path

import mujoco

from examples.studio import RINGS, SIDE_PX, AddSubject, photograph, pretty
from examples.toys import Toy, make_toys
from jobs.contracts.run import ObjectRequest, RunRequest

FOLDER = Path(__file__).resolve().parent / "turntable"


def main(folder: Path) -> None:
    toys = make_toys()
    for toy in toys:
        photograph(_adder(toy), toy.extents_m, folder / toy.name)
    (folder / "request.json").write_text(pretty(_request(toys)))
    (folder / "README.md").write_text(_readme(toys))


def _adder(toy: Toy) -> AddSubject:
    def add(spec: mujoco.MjSpec) -> None:
        for index, part in enumerate(toy.parts):
            spec.add_mesh(name=f"part{index}", uservert=part.vertices.ravel(), userface=part.faces.ravel())
            spec.worldbody.add_geom(
                type=mujoco.mjtGeom.mjGEOM_MESH, meshname=f"part{index}", rgba=(*part.rgb, 1), contype=0, conaffinity=0
            )

    return add


def _request(toys: tuple[Toy, ...]) -> object:
    request = RunRequest(
        schema_version=1,
        scene="turntable",
        objects=tuple(
            ObjectRequest(name=toy.name, photos=toy.name, material=toy.material, mass_kg=toy.mass_kg) for toy in toys
        ),
        profile="demo",
        episodes=5,
    )
    return request.model_dump(mode="json", exclude_unset=True, exclude_none=True)


def _readme(toys: tuple[Toy, ...]) -> str:
    views = ", ".join(f"{count} at {elevation:g}" for count, elevation in RINGS)
    rows = "\n".join(_row(toy) for toy in toys)
    return README.format(rows=rows, views=views, total=sum(count for count, _ in RINGS), side=SIDE_PX)


def _row(toy: Toy) -> str:
    size_mm = " x ".join(f"{extent_m * 1e3:.1f}" for extent_m in toy.extents_m)
    mass = f"{toy.mass_kg:g} kg" if toy.mass_kg else "from its material"
    return f"| `{toy.name}` | {size_mm} | {toy.extents_m.max():.4f} | {toy.material} | {mass} |"


README = """# The bundled example: three toys on a turntable

These pictures are **rendered, not photographed**: `MUJOCO_GL=egl .venv/bin/python -m examples.make_turntable` draws
three toys with MuJoCo that it builds from ellipsoids, turned shapes and boxes (`examples/toys.py`), and makes this
folder again. They are what a careful turntable capture gives: even light, a plain background, exactly known cameras.

| toy | true size x, y, z [mm] | longest extent [m] | material | mass |
|---|---|---|---|---|
{rows}

Each folder holds {total} pictures of {side} x {side} pixels ({views} degrees of elevation) and their cameras in
`transforms.json`: nerfstudio's format, `transform_matrix` from camera to world with OpenGL axes, pixel (0, 0) covering
0..1. The top-level `units` is our addition: camera positions are in metres, so the size of the toys is known. The tin
is hollow and holds tea: what it weighs is given, not derived from steel.

`request.json` asks for all three: `simfoundry run --request examples/turntable/request.json`.
"""


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
