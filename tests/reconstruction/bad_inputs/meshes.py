"""Mesh files that are damaged, lie about themselves, reach out of their folder or grow without bound."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import trimesh

from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.geometry.errors import (
    EmptyMesh,
    InvalidVertices,
    MeshFileTooLarge,
    ReferenceLeavesFolder,
    TooManyFaces,
    UnitsContradictFormat,
    UnitsNotStated,
    UnknownMeshFormat,
    UnreadableMesh,
    UnsupportedMesh,
)
from jobs.runtime.errors import BadInput
from tests.geometry.packages import CORE, mesh_xml, model_xml, wedge_package, write_package
from tests.geometry.stages import WEDGE, add_mesh, new_stage
from tests.geometry.test_gltf import document
from tests.geometry.test_gltf import write as write_gltf
from tests.geometry.test_usd import pack
from tests.reconstruction.bad_inputs import BadInputCase
from tests.reconstruction.conftest import Bench

_Writer = Callable[[Path], object]
_USD = '#usda 1.0\n(\n    metersPerUnit = 1\n    upAxis = "Z"\n)\n'
_TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
_PLY = "ply\nformat ascii 1.0\nelement vertex {}\nproperty float x\nproperty float y\nproperty float z\n" \
    "element face {}\nproperty list uchar int vertex_indices\nend_header\n"  # fmt: skip
_ENTITIES = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10))


def _case(name: str, file: str, write: _Writer, error: type[BadInput], *says: str, **request: object) -> BadInputCase:
    """`write` makes `file`, and what is beside it."""

    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        write(folder / file)
        return bench.mesh(folder / file, **request)

    return BadInputCase(name, make, error, (file.replace(".", r"\."), *says))


def _text(text: str) -> _Writer:
    return lambda path: path.write_text(text)


def _bytes(data: bytes) -> _Writer:
    return lambda path: path.write_bytes(data)


def _cut(kept: float) -> _Writer:
    """The wedge in the file's own format, without its end."""

    def write(path: Path) -> None:
        if path.suffix == ".3mf":
            wedge_package(path)
        elif path.suffix.startswith(".usd"):
            _stage(path)
        else:
            trimesh.creation.icosphere(subdivisions=2).export(path)
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])

    return write


def _stage(path: Path, metres_per_unit: float | None = 1.0) -> None:
    layer = path.with_suffix(".usdc") if path.suffix == ".usdz" else path
    stage = new_stage(layer, metres_per_unit)
    add_mesh(stage, "/wedge")
    stage.Save()
    if layer != path:
        pack(path, layer)
        layer.unlink()


def _with_nan(path: Path) -> None:
    box = trimesh.creation.box()
    box.vertices[5, 2] = np.nan
    box.export(path)


def _stage_with_nan(path: Path) -> None:
    stage = new_stage(path)
    add_mesh(stage, "/wedge", points=[(0, 0, 0), (1, 0, 0), (0, 2, 0), (0, 0, float("nan"))])
    stage.Save()


def _stage_with(text: str) -> _Writer:
    return _text(_USD + text)


def _gltf(**changes: object) -> _Writer:
    def write(path: Path) -> None:
        write_gltf(path.parent, document() | changes)

    return write


def _gltf_with_buffer(uri: str) -> _Writer:
    def write(path: Path) -> None:
        write_gltf(path.parent, document(uri))

    return write


def _package(model: str) -> _Writer:
    return lambda path: write_package(path, model)


def _zip_bomb(path: Path) -> None:
    spaces = model_xml(f'<object id="1">{mesh_xml()}</object>' + " " * 30_000_000)
    write_package(path, spaces)


def _compressed_usdz(path: Path) -> None:
    layer = path.with_suffix(".usda")
    layer.write_text(_USD + "# " + " " * 3_000_000 + "\n")
    pack(path, layer, compression=zipfile.ZIP_DEFLATED)
    layer.unlink()


def _slipping(path: Path, name: str = "../../evil.usda") -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.usda", _USD)
        archive.writestr(name, _USD)


def _archive_of_photos(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photos/1.jpg", b"\xff\xd8")


def _lying_stl(path: Path) -> None:
    WEDGE.export(path)
    path.write_bytes(path.read_bytes()[:80] + struct.pack("<I", 50) + path.read_bytes()[84:])


_CUT = [
    _case(f"cut {extension}", f"a.{extension}", _cut(0.6), UnreadableMesh, "damaged", units=units)
    for extension, units in (
        ("glb", None), ("ply", "m"), ("stl", "m"), ("off", "m"),
        ("usda", None), ("usdc", None), ("usdz", None), ("3mf", None),
    )
]  # fmt: skip
_OUTSIDE = [
    _case(f"gltf buffer {name}", "a.gltf", _gltf_with_buffer(uri), ReferenceLeavesFolder, "by its name")
    for name, uri in {
        "above": "../a.bin", "absolute": "/etc/passwd", "on the web": "http://localhost/a.bin",
        "in disguise": "%2e%2e/a.bin",
    }.items()
]  # fmt: skip
CASES = (
    *_CUT,
    *_OUTSIDE,
    _case("ply with NaN", "a.ply", _with_nan, InvalidVertices, "number 5", units="m"),
    _case("usd with NaN", "a.usda", _stage_with_nan, InvalidVertices, "1 vert"),
    _case("3mf with NaN", "a.3mf", _package(model_xml(f'<object id="1">{mesh_xml()}</object>'.replace("3.0", "NaN"))),
          InvalidVertices, "export"),
    _case("obj without faces", "a.obj", _text("v 0 0 0\n"), EmptyMesh, "no faces", units="m"),
    _case("usd without meshes", "a.usda", _stage_with('def Xform "a"\n{\n}\n'), EmptyMesh, "no faces"),
    _case("empty file", "a.off", _text(""), UnreadableMesh, "OFF", units="m"),
    _case("ply that lies about its faces", "a.ply", _text(_PLY.format(3, 50_000_000)), TooManyFaces, "Simplify",
          units="m"),
    _case("stl that lies about its facets", "a.stl", _lying_stl, UnreadableMesh, "50 facets", units="m"),
    _case("off that lies about its faces", "a.off", _text("OFF\n3 5 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"), UnreadableMesh,
          "5 faces", units="m"),
    _case("usd with corners that are not there", "a.usda", _stage_with(
        'def Mesh "a"\n{\n    int[] faceVertexCounts = [3]\n    int[] faceVertexIndices = [0, 1, 7]\n'
        "    point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]\n}\n"), UnreadableMesh, "not one of its 3"),
    _case("usd with a polygon of two billion corners", "a.usda", _stage_with(
        'def Mesh "a"\n{\n    int[] faceVertexCounts = [2000000000]\n    int[] faceVertexIndices = [0, 1, 2]\n'
        "    point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]\n}\n"), UnreadableMesh, "2,000,000,000 corners"),
    _case("3mf with entities that multiply", "a.3mf", _package(
        f'<?xml version="1.0"?><!DOCTYPE model [<!ENTITY e0 "ha">{_ENTITIES}]><model xmlns="{CORE}">&e9;</model>'),
        UnreadableMesh, "document type"),
    _case("3mf with an outside entity", "a.3mf", _package(
        '<?xml version="1.0"?><!DOCTYPE m [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        f'<model xmlns="{CORE}">&e;</model>'),
        UnreadableMesh, "document type"),
    _case("3mf that unpacks to thirty megabytes", "a.3mf", _zip_bomb, MeshFileTooLarge, "raise the limit",
          meshes={"max_file_bytes": 1_000_000}),
    _case("3mf whose components go round in a circle", "a.3mf", _package(model_xml(
        '<object id="1"><components><component objectid="1"/></components></object>')), UnreadableMesh, "circle"),
    _case("usdz that is compressed", "a.usdz", _compressed_usdz, UnreadableMesh, "format forbids"),
    _case("usdz with a name that leads out", "a.usdz", _slipping, UnreadableMesh, "leads out"),
    _case("usdz with an absolute name", "a.usdz", lambda path: _slipping(path, "/tmp/evil.usda"), UnreadableMesh,
          "leads out"),
    _case("usdz of photos", "a.usdz", _archive_of_photos, UnreadableMesh, "not a USD layer"),
    _case("3mf of photos", "a.3mf", _archive_of_photos, UnreadableMesh, "not a 3MF"),
    _case("archive called obj", "a.obj", _archive_of_photos, UnreadableMesh, "zip archive; unpack it", units="m"),
    _case("archive called stl", "a.stl", _archive_of_photos, UnreadableMesh, "zip archive; unpack it", units="m"),
    _case("obj called glb", "a.glb", _text(_TRIANGLE), UnreadableMesh, "not start like a GLB"),
    _case("text called usd", "a.usd", _text("a mesh\n" * 9), UnreadableMesh, "USD"),
    _case("usd that refers to a password file", "a.usda", _stage_with(
        'def "a" (\n    references = @/etc/passwd@\n)\n{\n}\n'), ReferenceLeavesFolder, "passwd"),
    _case("usd that refers to a layer above", "a.usda", _stage_with('def "a" (\n    payload = @../b.usda@\n)\n{\n}\n'),
          ReferenceLeavesFolder, r"\.\./b\.usda"),
    _case("usd that refers to itself in a circle", "a.usda", _stage_with(
        'def "a" (\n    references = @./a.usda@</b>\n)\n{\n}\ndef "b" (\n    references = </a>\n)\n{\n}\n'),
        UnreadableMesh, "do not fit together"),
    _case("gltf with an accessor out of range", "a.gltf", _gltf(accessors=[
        {"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 4},
        {"bufferView": 1, "componentType": 5125, "type": "SCALAR", "count": 12}]), UnreadableMesh, "beyond the data"),
    _case("gltf with a billion corners", "a.gltf", _gltf(accessors=[
        {"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 4},
        {"bufferView": 1, "componentType": 5123, "type": "SCALAR", "count": 3_000_000_000}]), TooManyFaces, "Simplify"),
    _case("gltf with sparse accessors", "a.gltf", _gltf(accessors=[
        {"componentType": 5126, "type": "VEC3", "count": 4, "sparse": {"count": 1}},
        {"bufferView": 1, "componentType": 5123, "type": "SCALAR", "count": 12}]), UnsupportedMesh, "sparse"),
    _case("gltf that needs Draco", "a.gltf", _gltf(extensionsRequired=["KHR_draco_mesh_compression"]), UnsupportedMesh,
          "draco", "plain triangle mesh"),
    _case("gltf nested a hundred thousand deep", "a.gltf", _text("[" * 100_000), UnreadableMesh, "JSON"),
    _case("gltf whose nodes go round in a circle", "a.gltf", _gltf(
        nodes=[{"children": [1]}, {"children": [1], "mesh": 0}]), UnreadableMesh, "two parents"),
    _case("gltf without its buffer", "a.gltf", _text(json.dumps(document("gone.bin"))), UnreadableMesh, "gone"),
    _case("stl without units", "a.stl", WEDGE.export, UnitsNotStated, "--units"),
    _case("usd without units", "a.usda", lambda path: _stage(path, None), UnitsNotStated, "--units"),
    _case("3mf with other units than its own", "a.3mf", wedge_package, UnitsContradictFormat, "'in'", units="in"),
    _case("usdz with other units than its own", "a.usdz", _stage, UnitsContradictFormat, "'mm'", units="mm"),
    _case("usd with units of nothing", "a.usda", lambda path: _stage(path, 0.0), UnreadableMesh, "one unit is 0 m"),
    _case("a format that is not read", "a.fbx", _text("Kaydara FBX Binary"), UnknownMeshFormat, "3mf, glb, gltf",
          units="m"),
)  # fmt: skip
