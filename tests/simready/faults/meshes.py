"""Faults that meshes come with: each takes a closed mesh and a random stream and gives a broken one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import trimesh

Fault = Callable[[trimesh.Trimesh, np.random.Generator], trimesh.Trimesh]


def _of(vertices: np.ndarray, faces: np.ndarray) -> trimesh.Trimesh:
    return trimesh.Trimesh(vertices, faces, process=False, validate=False)


def _some(mesh: trimesh.Trimesh, random: np.random.Generator, count: int) -> np.ndarray:
    return random.choice(len(mesh.faces), count, replace=False)


def _around(mesh: trimesh.Trimesh, random: np.random.Generator) -> np.ndarray:
    """(m,) whether a face meets a random vertex."""
    return (mesh.faces == random.integers(len(mesh.vertices))).any(axis=1)


def _with(mesh: trimesh.Trimesh, other: trimesh.Trimesh) -> trimesh.Trimesh:
    return trimesh.util.concatenate([_of(mesh.vertices, mesh.faces), _of(other.vertices, other.faces)])


def _scaled(mesh: trimesh.Trimesh, factor: float) -> trimesh.Trimesh:
    """The same about its middle."""
    middle = np.asarray(mesh.bounds).mean(axis=0)
    return _of((mesh.vertices - middle) * factor + middle, np.array(mesh.faces))


def _flip(mesh: trimesh.Trimesh, chosen: np.ndarray) -> trimesh.Trimesh:
    faces = np.array(mesh.faces)
    faces[chosen] = faces[chosen][:, ::-1]
    return _of(mesh.vertices, faces)


def _soup(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    return _of(np.asarray(mesh.triangles).reshape(-1, 3), np.arange(3 * len(mesh.faces)).reshape(-1, 3))


def _crack(mesh: trimesh.Trimesh, random: np.random.Generator) -> trimesh.Trimesh:
    """Corners torn apart by a ten-thousandth of the size."""
    soup = _soup(mesh)
    return _of(soup.vertices + 1e-5 * mesh.scale * random.standard_normal(soup.vertices.shape), soup.faces)


def _t_junction(mesh: trimesh.Trimesh, random: np.random.Generator) -> trimesh.Trimesh:
    """One face is cut in two, its neighbour is not."""
    index = int(_some(mesh, random, 1)[0])
    a, b, c = mesh.faces[index]
    middle = (mesh.vertices[a] + mesh.vertices[b]) / 2
    new = len(mesh.vertices)
    faces = np.concatenate([np.delete(mesh.faces, index, axis=0), [[a, new, c], [new, b, c]]])
    return _of(np.concatenate([mesh.vertices, [middle]]), faces)


def _fin(mesh: trimesh.Trimesh, random: np.random.Generator) -> trimesh.Trimesh:
    """A loose triangle on an edge."""
    index = int(_some(mesh, random, 1)[0])
    a, b, _ = mesh.faces[index]
    tip = (mesh.vertices[a] + mesh.vertices[b]) / 2 + 0.01 * mesh.scale * mesh.face_normals[index]
    return _of(np.concatenate([mesh.vertices, [tip]]), np.concatenate([mesh.faces, [[a, b, len(mesh.vertices)]]]))


def _shifted(mesh: trimesh.Trimesh, share: float) -> trimesh.Trimesh:
    return _of(mesh.vertices + np.array([share * mesh.extents[0], 0, 0]), mesh.faces)


def _sliver(mesh: trimesh.Trimesh, random: np.random.Generator) -> trimesh.Trimesh:
    """A face is cut in three, one of them ten million times longer than high."""
    index = int(_some(mesh, random, 1)[0])
    a, b, c = mesh.faces[index]
    middle = (mesh.vertices[a] + mesh.vertices[b]) / 2
    new = len(mesh.vertices)
    faces = np.concatenate([np.delete(mesh.faces, index, axis=0), [[a, b, new], [b, c, new], [c, a, new]]])
    return _of(np.concatenate([mesh.vertices, [middle + (mesh.vertices[c] - middle) * 1e-7]]), faces)


def _ball_within(mesh: trimesh.Trimesh, random: np.random.Generator) -> trimesh.Trimesh:
    """Of two hundredths of the size, below a face."""
    index = int(_some(mesh, random, 1)[0])
    place = mesh.triangles_center[index] - 0.03 * mesh.scale * mesh.face_normals[index]
    return trimesh.creation.icosphere(1, 0.01 * mesh.scale).apply_translation(place)


def _speck(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    """In the air."""
    return trimesh.creation.icosphere(1, 0.002 * mesh.scale).apply_translation(mesh.bounds[1] * 1.2)


HARMLESS: dict[str, Fault] = {
    "separate_corners": lambda mesh, random: _soup(mesh),
    "shuffled_faces": lambda mesh, random: _of(mesh.vertices, random.permutation(mesh.faces)),
    "unused_vertices": lambda mesh, random: _of(np.concatenate([mesh.vertices, random.random((9, 3))]), mesh.faces),
    "one_flipped_face": lambda mesh, random: _flip(mesh, _some(mesh, random, 1)),
    "a_third_flipped": lambda mesh, random: _flip(mesh, _some(mesh, random, len(mesh.faces) // 3)),
    "inside_out": lambda mesh, random: _flip(mesh, np.arange(len(mesh.faces))),
    "doubled_faces": lambda mesh, random: _of(
        mesh.vertices, np.concatenate([mesh.faces, mesh.faces[_some(mesh, random, 5)]])
    ),
    "all_doubled": lambda mesh, random: _of(mesh.vertices, np.concatenate([mesh.faces, mesh.faces])),
    "collapsed_faces": lambda mesh, random: _of(
        mesh.vertices, np.concatenate([mesh.faces, mesh.faces[_some(mesh, random, 5)][:, [0, 0, 1]]])
    ),
    "missing_face": lambda mesh, random: _of(mesh.vertices, np.delete(mesh.faces, _some(mesh, random, 1), axis=0)),
    "missing_faces": lambda mesh, random: _of(mesh.vertices, np.delete(mesh.faces, _some(mesh, random, 6), axis=0)),
    "hole": lambda mesh, random: _of(mesh.vertices, mesh.faces[~_around(mesh, random)]),
    "cracks": _crack,
    "t_junction": _t_junction,
    "fin": _fin,
    "overlapping_ball": lambda mesh, random: _with(
        mesh, trimesh.creation.icosphere(1, 0.02 * mesh.scale).apply_translation(mesh.triangles_center[0])
    ),
    "coincident_copy": lambda mesh, random: _with(mesh, mesh),
    "nested_shell": lambda mesh, random: _with(mesh, _ball_within(mesh, random)),
    "bubble": lambda mesh, random: _with(mesh, _flip(_ball_within(mesh, random), np.arange(80))),
    "crumb": lambda mesh, random: _with(mesh, _speck(mesh)),
    "sliver": _sliver,
    "inverted_copy_beside": lambda mesh, random: _with(
        mesh, _flip(_shifted(_scaled(mesh, 0.01), 0.8), np.arange(len(mesh.faces)))
    ),
    "loose_triangle": lambda mesh, random: _with(
        mesh, _of(mesh.vertices[:3] * 0.02 + [0, 0, mesh.bounds[1][2] * 1.1], np.array([[0, 1, 2]]))
    ),
}
"""What must come out as the same solid."""

SAID: dict[str, str] = {
    "separate_corners": r"merged \d+ duplicate vertices",
    "shuffled_faces": "",
    "unused_vertices": "",
    "one_flipped_face": "turned 1 faces to agree with their neighbours",
    "a_third_flipped": r"turned \d+ faces to agree with their neighbours",
    "inside_out": "turned 1 surfaces inside out",
    "doubled_faces": "removed 5 duplicate faces",
    "all_doubled": r"removed \d+ duplicate faces",
    "collapsed_faces": "removed 5 faces without area",
    "missing_face": "filled 1 holes",
    "missing_faces": r"filled \d holes",
    "hole": "filled 1 holes",
    "cracks": r"welded \d+ vertices along cracks",
    "t_junction": "cut 1 edges at T-junctions",
    "fin": "removed 1 sheets that part nothing",
    "overlapping_ball": "united 2 overlapping solids",
    "coincident_copy": r"merged \d+ duplicate vertices; removed \d+ duplicate faces",
    "nested_shell": "united 2 overlapping solids",
    "bubble": "kept 1 cavities",
    "crumb": "left out 1 crumbs",
    "sliver": "collapsed 1 slivers",
    "inverted_copy_beside": "kept 1 cavities|turned 1 surfaces inside out",
    "loose_triangle": "filled 1 holes; left out 1 (open surfaces|crumbs)",
}
"""What repair says that it did about it; nothing where it is no fault to it."""

HOPELESS: dict[str, Fault] = {
    "lid_missing": lambda mesh, random: _of(
        mesh.vertices,
        mesh.faces[np.asarray(mesh.triangles_center)[:, 2] < mesh.bounds[1][2] - 0.15 * mesh.extents[2]],
    ),
    "half_missing": lambda mesh, random: _of(
        mesh.vertices, mesh.faces[np.asarray(mesh.triangles_center)[:, 2] < mesh.centroid[2]]
    ),
    "flattened": lambda mesh, random: _of(mesh.vertices * [1, 1, 0], mesh.faces),
    "one_face": lambda mesh, random: _of(mesh.vertices, mesh.faces[:1]),
}
"""What has to be refused."""
