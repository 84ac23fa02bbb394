"""One mesh taken apart: what may move is a part of its own, whatever sits on it comes with it, and the rest is one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import trimesh

from jobs.contracts.reconstruction import PartingSettings
from jobs.geometry.joining import concatenate
from jobs.geometry.mesh_file import LoadedMesh
from jobs.reconstruction.errors import TooManyParts
from jobs.reconstruction.parting.naming import name_parts, says_it_moves, says_it_rides
from jobs.reconstruction.parting.parting import Parting, keep_names, take_apart
from tests.simready.things import chest, plates

WIDTH, DEPTH, HEIGHT, BOARD = 0.6, 0.4, 0.8, 0.018
PLAY = 0.002
SETTINGS = PartingSettings()


def box(low: Sequence[float], high: Sequence[float]) -> trimesh.Trimesh:
    return trimesh.creation.box(bounds=[low, high])


def carcass() -> list[trimesh.Trimesh]:
    """Five boards that touch, open towards -y, and a shelf."""
    inner = WIDTH - BOARD
    return [
        box((0, 0, 0), (BOARD, DEPTH, HEIGHT)),
        box((inner, 0, 0), (WIDTH, DEPTH, HEIGHT)),
        box((BOARD, 0, 0), (inner, DEPTH, BOARD)),
        box((BOARD, 0, HEIGHT - BOARD), (inner, DEPTH, HEIGHT)),
        box((BOARD, DEPTH - 0.006, BOARD), (inner, DEPTH, HEIGHT - BOARD)),
        box((BOARD, 0.02, 0.4), (inner, DEPTH - 0.006, 0.4 + BOARD)),
    ]


def door(gap: float) -> trimesh.Trimesh:
    return box((0.001, -BOARD - gap, 0.001), (WIDTH - 0.001, -gap, HEIGHT - 0.001))


def handle(gap: float) -> trimesh.Trimesh:
    return box((WIDTH - 0.06, -BOARD - gap - 0.03, 0.35), (WIDTH - 0.045, -BOARD - gap, 0.5))


def cup() -> list[trimesh.Trimesh]:
    outer, inner = trimesh.creation.cylinder(0.04, 0.1), trimesh.creation.cylinder(0.036, 0.1)
    inner.apply_translation((0, 0, 0.004))
    ring = trimesh.creation.torus(0.025, 0.005)
    ring.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0)))
    ring.apply_translation((0.058, 0, 0))
    return [trimesh.boolean.difference([outer, inner], engine="manifold"), ring]


def as_one(meshes: Sequence[trimesh.Trimesh], names: Sequence[str] = ()) -> LoadedMesh:
    of_face = np.repeat(np.arange(len(meshes)), [len(mesh.faces) for mesh in meshes])
    return LoadedMesh(concatenate(meshes), "units", names=tuple(names), object_of_face=of_face if names else None)


def apart(
    meshes: Sequence[trimesh.Trimesh], names: Sequence[str] = (), settings: PartingSettings = SETTINGS
) -> Parting:
    return take_apart(as_one(meshes, names), settings)


def faces(parting: Parting) -> dict[str, int]:
    return {name: len(mesh.faces) for name, mesh in parting.parts.items()}


def test_a_drawer_in_a_chest_is_a_part_and_that_is_found_not_given() -> None:
    base, drawer = chest().values()
    found = apart([base, drawer])
    assert faces(found) == {"base": len(base.faces), "part_1": len(drawer.faces)}
    np.testing.assert_allclose(found.parts["part_1"].bounds, drawer.bounds)
    assert (found.separation.by, found.separation.confidence) == ("surfaces", 0.7)
    [warning] = found.warnings
    assert "not given but found, by the 2 pieces of surface" in warning
    assert "2 parts, base, part_1" in warning


def test_a_chest_that_stands_askew_is_taken_apart_alike() -> None:
    askew = trimesh.transformations.rotation_matrix(0.5, [0, 0, 1], [0.2, 0.1, 0])
    assert list(apart([mesh.copy().apply_transform(askew) for mesh in chest().values()]).parts) == ["base", "part_1"]


def test_a_door_before_boards_that_touch_is_a_part_and_its_handle_comes_with_it() -> None:
    found = apart([*carcass(), door(PLAY), handle(PLAY)])
    assert faces(found) == {"base": 72, "part_1": 24}
    np.testing.assert_allclose(found.parts["part_1"].bounds[0], [0.001, -BOARD - PLAY - 0.03, 0.001])


def test_a_door_that_touches_is_told_by_its_handle_and_is_a_board_of_the_rest_without_one() -> None:
    assert faces(apart([*carcass(), door(0), handle(0)])) == {"base": 72, "part_1": 24}
    assert faces(apart([*carcass(), door(0)])) == {"base": 84}


def test_the_inner_shell_of_a_hollow_door_is_of_the_door() -> None:
    outer = door(PLAY)
    inner = box(outer.bounds[0] + 0.003, outer.bounds[1] - 0.003)
    inner.invert()
    assert faces(apart([*carcass(), outer, inner, handle(PLAY)])) == {"base": 72, "part_1": 36}


def test_a_handle_may_be_one_with_its_lid() -> None:
    bottom = plates(
        ((0, 0, 0), (0.3, 0.2, 0.01)),
        ((0, 0, 0), (0.01, 0.2, 0.1)),
        ((0.29, 0, 0), (0.3, 0.2, 0.1)),
        ((0, 0, 0), (0.3, 0.01, 0.1)),
        ((0, 0.19, 0), (0.3, 0.2, 0.1)),
    )
    lid = plates(((-0.002, -0.002, 0.1), (0.302, 0.202, 0.11)), ((0.12, 0.01, 0.105), (0.18, 0.025, 0.125)))
    assert list(apart([bottom, lid]).parts) == ["base", "part_1"]
    assert list(apart([bottom, box((-0.002, -0.002, 0.1), (0.302, 0.202, 0.11))]).parts) == ["base"]


def test_shelves_and_boards_that_touch_are_no_parts() -> None:
    assert faces(apart(carcass())) == {"base": 72}


def test_drawers_are_numbered_from_the_top_and_come_with_their_knobs() -> None:
    boxes = []
    for low in (0.03, 0.43):
        x, y, top = (BOARD + PLAY, WIDTH - BOARD - PLAY), (0.0, 0.35), low + 0.34
        boxes.append(
            plates(
                ((x[0], y[0], low), (x[1], y[1], low + 0.01)),
                ((x[0], y[0], low), (x[1], y[0] + 0.018, top)),
                ((x[0], y[1] - 0.01, low), (x[1], y[1], top - 0.05)),
                ((x[0], y[0], low), (x[0] + 0.01, y[1], top - 0.05)),
                ((x[1] - 0.01, y[0], low), (x[1], y[1], top - 0.05)),
            )
        )
        boxes.append(trimesh.creation.icosphere(1, 0.012).apply_translation((WIDTH / 2, -0.01, low + 0.2)))
    found = apart([*carcass(), *boxes])
    assert list(found.parts) == ["base", "part_1", "part_2"]
    upper, lower = (found.parts[f"part_{number}"].bounds for number in (1, 2))
    np.testing.assert_allclose(upper[:, 2], [0.43, 0.77])
    np.testing.assert_allclose(lower[:, 2], [0.03, 0.37])
    assert upper[0, 1] < -0.02  # the knob


@pytest.mark.parametrize("names", [(), ("cup", "handle"), ("cup", "Torus.001")])
def test_a_cup_with_a_handle_of_its_own_stays_one(names: tuple[str, ...]) -> None:
    found = apart(cup(), names)
    assert list(found.parts) == ["base"]
    assert "no parts could be told apart, so it is one rigid part: none of its 2 pieces" in found.warnings[0]


def test_what_can_only_be_lifted_out_of_a_pot_is_no_part() -> None:
    pot, _ = cup()
    assert list(apart([pot, trimesh.creation.cylinder(0.0355, 0.06)]).parts) == ["base"]


def test_a_table_has_no_parts_though_its_legs_have_play() -> None:
    legs = [box((x, y, 0), (x + 0.05, y + 0.05, 0.699)) for x in (0.02, 1.13) for y in (0.02, 0.73)]
    assert list(apart([box((0, 0, 0.7), (1.2, 0.8, 0.73)), *legs]).parts) == ["base"]


def test_a_single_surface_is_one_part_and_that_is_said() -> None:
    found = apart([trimesh.creation.icosphere(2)])
    assert list(found.parts) == ["base"]
    assert "its surface hangs together" in found.warnings[0]


def test_parts_that_do_not_move_by_their_shape_are_kept_for_their_names() -> None:
    """Scissors: two blades that are neither boards nor boxes."""
    blades = [trimesh.creation.capsule(0.1, 0.01, transform=None).apply_translation((x, 0, 0)) for x in (0, 0.03)]
    found = apart(blades, ("half", "Blade R"))
    assert list(found.parts) == ["half", "blade_r"]
    assert (found.separation.by, found.separation.confidence) == ("names", 0.9)


def test_named_objects_keep_their_names_and_what_sits_on_them_or_stands_still_is_joined() -> None:
    meshes = [*carcass(), door(PLAY), handle(PLAY)]
    names = [*(f"Board.{number}" for number in range(1, 6)), "Shelf", "Door L", "Griff"]
    found = apart(meshes, names)
    assert faces(found) == {"board_1": 72, "door_l": 24}
    found_by, joined, renamed = found.warnings
    assert "by the 8 named objects" in found_by
    assert "'Griff to door_l'" in joined
    assert "'Shelf to board_1'" in joined
    assert "'Door L as door_l'" in renamed


def test_an_object_of_each_material_is_no_part_where_one_surface_goes_on() -> None:
    pane = door(PLAY)
    found = apart([*carcass(), pane.submesh([range(6)])[0], pane.submesh([range(6, 12)])[0]], [
        *(f"board {number}" for number in range(1, 7)), "door wood", "door glass",
    ])  # fmt: skip
    assert faces(found) == {"board_1": 72, "door_wood": 12}
    assert "'door glass to door_wood'" in found.warnings[1]


def test_names_that_tell_nothing_leave_it_to_the_surfaces() -> None:
    """As exporters do that make one object of each material."""
    base, drawer = chest().values()
    whole = concatenate([base, drawer])
    half = np.arange(len(whole.faces)) % 2
    found = take_apart(LoadedMesh(whole, "units", names=("wood", "oak"), object_of_face=half), SETTINGS)
    assert faces(found) == {"base": len(base.faces), "part_1": len(drawer.faces)}


def test_all_parts_together_are_the_whole() -> None:
    meshes = [*carcass(), door(PLAY), handle(PLAY)]
    parts = apart(meshes).parts.values()
    assert sum(part.area for part in parts) == pytest.approx(sum(mesh.area for mesh in meshes))


def test_colours_stay_on_the_parts() -> None:
    meshes = [mesh.copy() for mesh in chest().values()]
    for mesh, colour in zip(meshes, ((200, 0, 0, 255), (0, 0, 200, 255)), strict=True):
        mesh.visual.vertex_colors = colour
    found = apart(meshes).parts
    assert {tuple(row) for row in found["part_1"].visual.vertex_colors} == {(0, 0, 200, 255)}


def test_no_more_parts_are_made_than_are_allowed() -> None:
    base, drawer = chest().values()
    beside = [mesh.copy().apply_translation((0, 0, 0.13)) for mesh in (base, drawer)]
    assert len(apart([base, drawer, *beside]).parts) == 3
    found = apart([base, drawer, *beside], settings=PartingSettings(max_parts=2))
    assert len(found.parts) == 2
    assert found.warnings[1].startswith("1 more might be parts, but were left with the rest")


def test_of_a_crowd_of_pieces_the_largest_are_looked_at() -> None:
    base, drawer = chest().values()
    slips = [box((0, 0, 0.5 + 0.01 * number), (0.1, 0.1, 0.501 + 0.01 * number)) for number in range(20)]
    found = apart([base, drawer, *slips], settings=PartingSettings(max_pieces=2))
    assert faces(found)["part_1"] == len(drawer.faces)
    assert found.warnings[1].startswith("20 more might be parts")


def test_where_somebody_says_how_they_move_each_object_is_a_part() -> None:
    made = keep_names(as_one(cup(), ("cup", "handle")), SETTINGS)
    assert made is not None
    assert list(made.parts) == ["cup", "handle"]
    assert keep_names(as_one(cup()), SETTINGS) is None
    with pytest.raises(TooManyParts, match=r"3 named objects; .* at most 2") as caught:
        keep_names(as_one([*cup(), box((0, 0, 0), (1, 1, 1))], ("cup", "handle", "lid")), PartingSettings(max_parts=2))
    assert caught.value.exit_code == 65


def test_names_become_valid_and_distinct_and_always_the_same() -> None:
    said = ("Tür links", "tur_links", "001", "", "Door.001", "x" * 60, "x" * 60)
    assert name_parts(said) == ("tur_links", "tur_links_2", "part_001", "part", "door_001", "x" * 48, "x" * 46 + "_2")


@pytest.mark.parametrize(
    ("name", "moves", "rides"),
    [
        ("DoorLeft", True, False),
        ("drawer_3", True, False),
        ("drawers", False, False),
        ("door_frame", False, False),
        ("Door_Handle", False, True),
        ("screws", False, True),
        ("indoor", False, False),
    ],
)
def test_words_tell_what_moves_and_what_sits_on_it(name: str, moves: bool, rides: bool) -> None:
    assert (says_it_moves(name), says_it_rides(name)) == (moves, rides)
