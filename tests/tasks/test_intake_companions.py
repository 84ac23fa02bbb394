"""A mesh brings what it is made of, and nothing from elsewhere."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from tasks.intake_companions import MOST_COMPANIONS, TooManyCompanions, find_companions
from tasks.uploads import InputUnreadable


def names(mesh: Path) -> list[str]:
    return [path.relative_to(mesh.parent).as_posix() for path in find_companions(mesh)]


def put(folder: Path, *files: str) -> None:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("")


def test_an_obj_brings_its_materials_and_their_textures(tmp_path: Path) -> None:
    put(tmp_path, "textures/wood.png", "other.png")
    (tmp_path / "a.mtl").write_text("newmtl wood\nmap_Kd -s 1 1 1 textures/wood.png\nmap_Bump gone.png\n")
    (tmp_path / "a.obj").write_text("mtllib a.mtl\n")
    assert names(tmp_path / "a.obj") == ["a.mtl", "textures/wood.png"]


@pytest.mark.parametrize("extension", ["gltf", "glb"])
def test_a_gltf_brings_its_buffers_and_images(tmp_path: Path, extension: str) -> None:
    folder = tmp_path / "upload"
    put(tmp_path, "secret.bin")
    put(folder, "a b.bin", "sub/a.png", "other.bin")
    uris = ["a%20b.bin", "../secret.bin", "/etc/passwd", "data:;base64,AAAA", "gone.bin"]
    said = {"buffers": [{"uri": uri} for uri in uris], "images": [{"uri": "sub/../sub/a.png"}, {"bufferView": 0}]}
    text = json.dumps(said).encode()
    head = struct.pack("<4s4I", b"glTF", 2, 20 + len(text), len(text), 0x4E4F534A) if extension == "glb" else b""
    (folder / f"a.{extension}").write_bytes(head + text)
    assert names(folder / f"a.{extension}") == ["a b.bin", "sub/a.png"]


@pytest.mark.parametrize(
    "text", ["", "[" * 100_000, "[]", '{"buffers": 3, "images": [4, {"uri": 5}, {"uri": "a\\u0000"}]}']
)
def test_a_damaged_document_brings_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.gltf").write_text(text)
    (tmp_path / "a.glb").write_text(text)
    assert names(tmp_path / "a.gltf") == names(tmp_path / "a.glb") == []


def test_a_usd_brings_all_layers_and_textures_of_its_folder(tmp_path: Path) -> None:
    put(tmp_path, "a.usda", "parts/b.usdc", "parts/wood.PNG", "notes.txt", ".hidden/c.usd")
    assert names(tmp_path / "a.usda") == ["parts/b.usdc", "parts/wood.PNG"]


def test_too_many_of_them_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.usda", *(f"{number}.png" for number in range(MOST_COMPANIONS + 1)))
    with pytest.raises(TooManyCompanions, match=r"a\.usda.*more than 500"):
        find_companions(tmp_path / "a.usda")


def test_formats_of_one_file_bring_nothing(tmp_path: Path) -> None:
    put(tmp_path, "a.usdz", "a.3mf", "a.stl", "b.png")
    assert [names(tmp_path / name) for name in ("a.usdz", "a.3mf", "a.stl")] == [[], [], []]


def test_a_mesh_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match=r"gone\.obj"):
        find_companions(tmp_path / "gone.obj")
