"""3MF packages, written by hand."""

from __future__ import annotations

import zipfile
from pathlib import Path

import trimesh

from tests.geometry.stages import WEDGE

CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
RELATIONSHIPS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Target="/3D/3dmodel.model" Id="r0" '
    'Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>'
)


def mesh_xml(mesh: trimesh.Trimesh = WEDGE, triangle: str = "") -> str:
    vertices = "".join(f'<vertex x="{x}" y="{y}" z="{z}"/>' for x, y, z in mesh.vertices)
    faces = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}" {triangle}/>' for a, b, c in mesh.faces)
    return f"<mesh><vertices>{vertices}</vertices><triangles>{faces}</triangles></mesh>"


def model_xml(resources: str, build: str = '<item objectid="1"/>', attributes: str = 'unit="centimeter"') -> str:
    return (
        f'<?xml version="1.0"?><model xmlns="{CORE}" {attributes}>'
        f"<resources>{resources}</resources><build>{build}</build></model>"
    )


def write_package(path: Path, model: str, **parts: str) -> Path:
    """`parts`: further files, by name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", RELATIONSHIPS)
        archive.writestr("3D/3dmodel.model", model)
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def wedge_package(path: Path, **changes: str) -> Path:
    """One wedge of 1 x 2 x 3 cm."""
    return write_package(path, model_xml(f'<object id="1">{mesh_xml()}</object>', **changes))
