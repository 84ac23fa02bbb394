"""3MF comes in with its unit, its components and its colours; what is made to hurt is refused while it is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.errors import EmptyMesh, TooManyFaces, UnitsContradictFormat, UnreadableMesh, UnsupportedMesh
from jobs.geometry.glb_file import vertex_colours
from jobs.geometry.mesh_file import load_mesh
from tests.geometry.packages import mesh_xml, model_xml, wedge_package, write_package

LIMITS = MeshLimits(max_faces=1000)
MATERIALS = 'xmlns:m="http://schemas.microsoft.com/3dmanufacturing/material/2015/02"'
PRODUCTION = 'xmlns:p="http://schemas.microsoft.com/3dmanufacturing/production/2015/06"'
ONE = f'<object id="1">{mesh_xml()}</object>'


@pytest.mark.parametrize(
    ("attribute", "metres"),
    [("", 1e-3), ('unit="micron"', 1e-6), ('unit="inch"', 0.0254), ('unit="foot"', 0.3048), ('unit="meter"', 1.0)],
)
def test_the_unit_is_read_and_is_millimetres_by_specification(tmp_path: Path, attribute: str, metres: float) -> None:
    loaded = load_mesh(wedge_package(tmp_path / "wedge.3mf", attributes=attribute), None, LIMITS)
    np.testing.assert_allclose(loaded.mesh.bounds, np.array([[0, 0, 0], [1, 2, 3]]) * metres, rtol=1e-12)
    assert loaded.mesh.volume == pytest.approx(metres**3)
    assert loaded.scale_source == "file_format"


def test_other_units_than_the_files_are_a_contradiction(tmp_path: Path) -> None:
    path = wedge_package(tmp_path / "wedge.3mf")
    assert load_mesh(path, "cm", LIMITS).scale_source == "file_format"
    with pytest.raises(UnitsContradictFormat, match=r"wedge\.3mf.* 0\.01 m.*'mm'"):
        load_mesh(path, "mm", LIMITS)


def test_components_are_placed_and_mirrored_ones_face_outward(tmp_path: Path) -> None:
    pair = '<object id="2"><components><component objectid="1" transform="1 0 0 0 1 0 0 0 1 10 0 0"/>'
    pair += '<component objectid="1" transform="1 0 0 0 1 0 0 0 -1 0 0 0"/></components></object>'
    build = '<item objectid="2" transform="0 1 0 -1 0 0 0 0 1 0 0 100"/>'
    mesh = load_mesh(write_package(tmp_path / "a.3mf", model_xml(ONE + pair, build)), None, LIMITS).mesh
    np.testing.assert_allclose(mesh.bounds, np.array([[-2, 0, 97], [0, 11, 103]]) / 100, atol=1e-12)
    assert [part.volume for part in mesh.split()] == pytest.approx([1e-6, 1e-6])


def test_parts_in_other_files_are_found(tmp_path: Path) -> None:
    link = '<object id="5"><components><component p:path="/3D/part.model" objectid="1"/></components></object>'
    model = model_xml(link, '<item objectid="5"/>', f'{PRODUCTION} requiredextensions="p" unit="meter"')
    path = write_package(tmp_path / "a.3mf", model, **{"3D/part.model": model_xml(ONE, "")})
    assert load_mesh(path, None, LIMITS).mesh.volume == pytest.approx(1)


def test_colours_of_objects_and_triangles_become_vertex_colours(tmp_path: Path) -> None:
    palette = '<basematerials id="7"><base name="a" displaycolor="#FF0000"/><base name="b" displaycolor="#0000FF80"/>'
    palette += '</basematerials><m:colorgroup id="8"><m:color color="#00FF00"/></m:colorgroup>'
    objects = f'<object id="1" pid="7" pindex="1">{mesh_xml()}</object>'
    objects += f'<object id="2">{mesh_xml(triangle=_green())}</object><object id="3">{mesh_xml()}</object>'
    build = "".join(f'<item objectid="{number}"/>' for number in (1, 2, 3))
    path = write_package(tmp_path / "a.3mf", model_xml(palette + objects, build, MATERIALS))
    colours = vertex_colours(load_mesh(path, None, LIMITS).mesh)
    assert colours[::4].tolist() == [[0, 0, 255, 128], [0, 255, 0, 255], [255, 255, 255, 255]]


def _green() -> str:
    return 'pid="8" p1="0"'


@pytest.mark.parametrize(
    ("model", "error", "says"),
    [
        (model_xml("", ""), EmptyMesh, "no faces"),
        (model_xml(ONE, '<item objectid="9"/>'), UnreadableMesh, "object '9'"),
        (model_xml(ONE, attributes='unit="parsec"'), UnreadableMesh, "'parsec'"),
        (model_xml(ONE, attributes='requiredextensions="b"'), UnsupportedMesh, "extension 'b'"),
        (model_xml(ONE.replace('x="1.0"', 'x="one"')), UnreadableMesh, "one"),
        (model_xml(ONE.replace('v1="0"', 'v1="9"')), UnreadableMesh, "not one of its 4"),
        (model_xml(ONE)[:-40], UnreadableMesh, "damaged"),
        ("<a>" * 100, UnreadableMesh, "64 deep"),
        ("<html/>", UnreadableMesh, "not a 3MF model"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, model: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        load_mesh(write_package(tmp_path / "a.3mf", model), None, LIMITS)


def test_components_that_multiply_are_counted_not_made(tmp_path: Path) -> None:
    objects = ONE
    for level in range(2, 32):
        twice = f'<component objectid="{level - 1}"/>' * 2
        objects += f'<object id="{level}"><components>{twice}</components></object>'
    path = write_package(tmp_path / "laughs.3mf", model_xml(objects, '<item objectid="31"/>'))
    with pytest.raises(TooManyFaces, match=f"{4 * 2**30:,}"):
        load_mesh(path, None, LIMITS)


def test_faces_are_counted_while_they_are_read(tmp_path: Path) -> None:
    with pytest.raises(TooManyFaces, match="4 faces; at most 3"):
        load_mesh(wedge_package(tmp_path / "a.3mf"), None, MeshLimits(max_faces=3))
