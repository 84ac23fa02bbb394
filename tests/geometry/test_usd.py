"""USD stages come in as metres, Z up, in whatever way they were put together; nothing outside the folder is opened."""

from __future__ import annotations

import struct
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import trimesh
from pxr import Sdf, UsdGeom, Vt

from jobs.geometry.content import Content
from jobs.geometry.errors import (
    ReferenceLeavesFolder,
    TooManyFaces,
    UnitsContradictFormat,
    UnitsNotStated,
    UnreadableMesh,
    UnsupportedMesh,
    UsdMissing,
)
from jobs.geometry.glb_file import vertex_colours
from jobs.geometry.mesh_file import load_mesh
from jobs.geometry.usd_file import read_usd
from jobs.runtime.errors import BadInput
from tests.geometry.stages import LIMITS, WEDGE, add_mesh, move, new_stage, paint, read


@pytest.mark.parametrize("extension", ["usd", "usda", "usdc", "usdz"])
def test_a_centimetre_stage_with_y_up_becomes_metres_with_z_up(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"wedge.{'usdc' if extension == 'usdz' else extension}"
    stage = new_stage(path, 0.01, "Y")
    add_mesh(stage, "/wedge")
    stage.Save()
    if extension == "usdz":
        path = pack(tmp_path / "wedge.usdz", path)
    loaded = load_mesh(path, None, LIMITS)
    np.testing.assert_allclose(loaded.mesh.bounds, [[0, -0.03, 0], [0.01, 0, 0.02]], atol=1e-9)
    assert loaded.mesh.volume == pytest.approx(1e-6)
    assert loaded.scale_source == "file_format"
    assert vertex_colours(loaded.mesh) is None


def test_units_are_asked_for_where_the_stage_says_none_and_must_not_contradict_it(tmp_path: Path) -> None:
    silent, metres = tmp_path / "silent.usda", tmp_path / "metres.usda"
    for path, said in ((silent, None), (metres, 1.0)):
        stage = new_stage(path, said)
        add_mesh(stage, "/wedge")
        stage.Save()
    with pytest.raises(UnitsNotStated, match=r"silent\.usda.*--units"):
        load_mesh(silent, None, LIMITS)
    assert load_mesh(silent, "mm", LIMITS).mesh.volume == pytest.approx(1e-9)
    assert load_mesh(metres, "m", LIMITS).scale_source == "file_format"
    with pytest.raises(UnitsContradictFormat, match=r"metres\.usda.* 1 m.*'mm'"):
        load_mesh(metres, "mm", LIMITS)


def test_instances_mirrors_and_left_handed_faces_all_face_outward(tmp_path: Path) -> None:
    path = tmp_path / "four.usda"
    stage = new_stage(path)
    add_mesh(stage, "/_class_shape/wedge")
    stage.GetPrimAtPath("/_class_shape").SetSpecifier(Sdf.SpecifierClass)
    for index in range(2):
        instance = UsdGeom.Xform.Define(stage, f"/instance_{index}")
        instance.GetPrim().GetReferences().AddInternalReference("/_class_shape")
        instance.GetPrim().SetInstanceable(True)
        move(instance, 10 * index, 0, 0)
    mirrored = add_mesh(stage, "/mirrored")
    UsdGeom.Xformable(mirrored).AddScaleOp().Set((1, 1, -1))
    left = add_mesh(stage, "/left", faceVertexIndices=Vt.IntArray(WEDGE.faces[:, ::-1].ravel().tolist()))
    left.CreateOrientationAttr(UsdGeom.Tokens.leftHanded)
    move(left, 0, 0, 20)
    stage.Save()
    mesh = mesh_of(read(path))
    np.testing.assert_allclose(mesh.bounds, [[0, 0, -3], [11, 2, 23]])
    assert [part.volume for part in mesh.split()] == pytest.approx([1, 1, 1, 1])


def test_polygons_become_triangles_and_holes_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "box.usda"
    stage = new_stage(path)
    corners = [(x, y, z) for x in (0, 1) for y in (0, 2) for z in (0, 3)]
    quads = [0, 1, 3, 2, 4, 6, 7, 5, 0, 4, 5, 1, 2, 3, 7, 6, 0, 2, 6, 4, 1, 5, 7, 3]
    box = add_mesh(stage, "/box", points=corners, faceVertexIndices=quads, faceVertexCounts=[4] * 6)
    stage.Save()
    whole = mesh_of(read(path))
    assert (len(whole.faces), whole.volume, whole.is_watertight) == (12, pytest.approx(6), True)
    box.CreateHoleIndicesAttr([0])
    stage.Save()
    assert len(read(path).faces) == 10


def test_guides_and_hidden_meshes_are_not_the_object(tmp_path: Path) -> None:
    path = tmp_path / "wedge.usda"
    stage = new_stage(path)
    add_mesh(stage, "/wedge")
    add_mesh(stage, "/collider").CreatePurposeAttr(UsdGeom.Tokens.guide)
    UsdGeom.Imageable(add_mesh(stage, "/hidden")).MakeInvisible()
    UsdGeom.Sphere.Define(stage, "/handle").CreatePurposeAttr(UsdGeom.Tokens.guide)
    stage.Save()
    assert len(read(path).faces) == 4


def test_layers_in_the_folder_are_composed(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    part = new_stage(tmp_path / "parts/part.usdc")
    part.SetDefaultPrim(UsdGeom.Xform.Define(part, "/part").GetPrim())
    add_mesh(part, "/part/wedge")
    part.Save()
    path = tmp_path / "whole.usda"
    whole = new_stage(path)
    whole.DefinePrim("/a").GetReferences().AddReference("./parts/part.usdc")
    whole.DefinePrim("/b").GetPayloads().AddPayload("parts/part.usdc")
    whole.Save()
    assert len(read(path).faces) == 8


@pytest.mark.parametrize("kind", ["reference", "payload", "sublayer", "texture", "variant"])
@pytest.mark.parametrize("where", ["../secret.usda", "ABSOLUTE", "http://example.com/secret.usda"])
def test_nothing_outside_the_folder_is_opened(tmp_path: Path, kind: str, where: str) -> None:
    folder = tmp_path / "upload"
    folder.mkdir()
    secret = new_stage(tmp_path / "secret.usda")
    add_mesh(secret, "/secret")
    secret.SetDefaultPrim(secret.GetPrimAtPath("/secret"))
    secret.Save()
    where = str(tmp_path / "secret.usda") if where == "ABSOLUTE" else where
    path = folder / "a.usda"
    (folder / "plain.usda").write_text("#usda 1.0\n")
    stage = new_stage(path)
    wedge = add_mesh(stage, "/wedge")
    prim = stage.DefinePrim("/other")
    if kind == "reference":
        prim.GetReferences().AddReference(where)
    elif kind == "payload":
        prim.GetPayloads().AddPayload(where)
    elif kind == "sublayer":
        stage.GetRootLayer().subLayerPaths.append(where)
    elif kind == "texture":
        paint(stage, wedge.GetPrim(), "/look", texture=where)
    else:
        variants = prim.GetVariantSets().AddVariantSet("shape")
        variants.AddVariant("hidden")
        variants.SetVariantSelection("hidden")
        with variants.GetVariantEditContext():
            prim.GetReferences().AddReference(where)
        variants.ClearVariantSelection()
    stage.GetRootLayer().Save()
    with pytest.raises(ReferenceLeavesFolder, match=r"a\.usda.*secret"):
        read(path)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "upload"
    folder.mkdir()
    (tmp_path / "secret.usda").write_text("#usda 1.0\n")
    (folder / "inside.usda").symlink_to(tmp_path / "secret.usda")
    (folder / "a.usda").write_text("#usda 1.0\n(\n    subLayers = [@./inside.usda@]\n)\n")
    with pytest.raises(ReferenceLeavesFolder, match="inside"):
        read(folder / "a.usda")


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ('def "a" (\n    references = @`"${X}.usda"`@\n)\n{\n}\n', "computed reference"),
        ('def "a" (\n    references = @./shape.obj@\n)\n{\n}\n', "shape.obj"),
        ('def "a" (\n    references = @./a.usdz[b.usda]@\n)\n{\n}\n', "not a plain USD layer"),
        ('def "a" (\n    clips = {\n        dictionary default = {\n            asset[] assetPaths = [@/etc/passwd@]\n'
         "        }\n    }\n)\n{\n}\n", "value clips"),
        ('def Sphere "ball"\n{\n}\n', "a Sphere \\('/ball'\\)"),
        ('def PointInstancer "crowd"\n{\n}\n', "a PointInstancer"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_named(tmp_path: Path, text: str, feature: str) -> None:
    (tmp_path / "a.usda").write_text(f"#usda 1.0\n{text}")
    with pytest.raises(UnsupportedMesh, match=feature):
        read(tmp_path / "a.usda")


def test_a_stage_that_refers_to_itself_is_unreadable(tmp_path: Path) -> None:
    text = '#usda 1.0\ndef "a" (\n    references = </b>\n)\n{\n}\ndef "b" (\n    references = </a>\n)\n{\n}\n'
    (tmp_path / "circle.usda").write_text(text)
    with pytest.raises(UnreadableMesh, match=r"circle\.usda.*do not fit together"):
        read(tmp_path / "circle.usda")


def test_a_layer_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.usda").write_text("#usda 1.0\n(\n    subLayers = [@./gone.usda@]\n)\n")
    with pytest.raises(UnreadableMesh, match=r"gone\.usda"):
        read(tmp_path / "a.usda")


def test_faces_are_counted_over_all_instances(tmp_path: Path) -> None:
    path = tmp_path / "many.usda"
    stage = new_stage(path)
    add_mesh(stage, "/part/ball", trimesh.creation.icosphere(subdivisions=2))
    for index in range(3):
        stage.DefinePrim(f"/copy_{index}").GetReferences().AddInternalReference("/part")
    stage.Save()
    with pytest.raises(TooManyFaces, match=r"many\.usda"):
        read(path)


def test_references_that_multiply_are_stopped_by_the_clock(tmp_path: Path) -> None:
    levels = [
        f'def "l{level}"\n{{\n'
        + "".join(f'    def "c{copy}" (references = </l{level + 1}>) {{}}\n' for copy in range(10))
        + "}\n"
        for level in range(8)
    ]
    path = tmp_path / "laughs.usda"
    path.write_text("#usda 1.0\n" + "".join(levels) + 'def "l8"\n{\n}\n')
    with pytest.raises(UnreadableMesh, match="longer than 2 s"):
        read_usd(path, LIMITS, longest_s=2)


@pytest.mark.parametrize("seed", range(3))
def test_damage_that_crashes_the_library_is_an_unreadable_mesh(tmp_path: Path, seed: int) -> None:
    whole = tmp_path / "whole.usdc"
    stage = new_stage(whole)
    add_mesh(stage, "/a/b", trimesh.creation.icosphere(subdivisions=2))
    stage.Save()
    random = np.random.default_rng(seed)
    data = bytearray(whole.read_bytes())
    for at in random.integers(88, len(data), 12):
        data[at] = random.integers(0, 256)
    (tmp_path / "damaged.usdc").write_bytes(data)
    with suppress(BadInput):
        load_mesh(tmp_path / "damaged.usdc", "m", LIMITS)


def test_a_crash_of_the_reader_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.usdc").write_bytes(b"PXR-USDC" + struct.pack("<8BQ", 0, 8, 0, 0, 0, 0, 0, 0, 1 << 60) + bytes(200))
    with pytest.raises(UnreadableMesh, match=r"a\.usdc"):
        load_mesh(tmp_path / "a.usdc", "m", LIMITS)


def test_without_the_library_the_error_names_it(tmp_path: Path) -> None:
    """A `pxr` that cannot be imported stands before the installed one."""
    (tmp_path / "pxr.py").write_text("raise ModuleNotFoundError('pxr')\n")
    (tmp_path / "order.json").write_text("{}")
    reader = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from pathlib import Path; "
    reader += (
        f"from jobs.geometry.usd_reader import main; sys.exit(main(Path({str(tmp_path / 'order.json')!r}), Path()))"
    )
    ended = subprocess.run([sys.executable, "-c", reader], check=False, capture_output=True)
    assert ended.returncode == UsdMissing.exit_code
    assert "usd-core" in str(UsdMissing("a.usda"))


def mesh_of(content: Content) -> trimesh.Trimesh:
    return trimesh.Trimesh(content.vertices, content.faces, process=False)


def pack(path: Path, *files: Path, compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for file in files:
            archive.write(file, file.name)
    return path
