"""The whole job, against solids whose mass properties are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray
from PIL import Image
from trimesh.visual import ColorVisuals

from jobs.geometry.errors import OpenMesh
from jobs.runtime.gate import decide
from jobs.runtime.profiles import load_profile
from jobs.simready.errors import UnknownMaterial
from tests.simready.conftest import ANY_COLLIDER, RunJob, run_simready

STEEL_KG_M3 = 7850.0
MASS_TOLERANCE, INERTIA_TOLERANCE = 0.005, 0.02


def test_box_inertia_is_a_twelfth_of_m_times_sides_squared(run_job: RunJob) -> None:
    x, y, z = 0.1, 0.06, 0.04
    asset = run_job(trimesh.creation.box((x, y, z)), material="steel", colliders=ANY_COLLIDER).asset
    mass = STEEL_KG_M3 * x * y * z
    expected = mass / 12 * np.diag([y * y + z * z, x * x + z * z, x * x + y * y])
    assert asset.mass_kg.value == pytest.approx(mass, rel=MASS_TOLERANCE)
    np.testing.assert_allclose(np.array(asset.inertia_kg_m2), expected, atol=INERTIA_TOLERANCE * expected.max())


def test_sphere_inertia_is_two_fifths_m_r_squared(run_job: RunJob) -> None:
    radius = 0.05
    asset = run_job(trimesh.creation.icosphere(5, radius), material="steel", colliders=ANY_COLLIDER).asset
    mass = STEEL_KG_M3 * 4 / 3 * np.pi * radius**3
    assert asset.mass_kg.value == pytest.approx(mass, rel=MASS_TOLERANCE)
    expected = 0.4 * mass * radius**2
    np.testing.assert_allclose(np.array(asset.inertia_kg_m2), expected * np.eye(3), atol=INERTIA_TOLERANCE * expected)


def test_cylinder_inertia_about_its_axis_is_half_m_r_squared(run_job: RunJob) -> None:
    radius, height = 0.03, 0.12
    mesh = trimesh.creation.cylinder(radius, height, sections=128)
    asset = run_job(mesh, material="steel", colliders=ANY_COLLIDER).asset
    mass = STEEL_KG_M3 * np.pi * radius**2 * height
    across = mass * (3 * radius**2 + height**2) / 12
    expected = np.diag([across, across, mass * radius**2 / 2])
    assert asset.mass_kg.value == pytest.approx(mass, rel=MASS_TOLERANCE)
    np.testing.assert_allclose(np.array(asset.inertia_kg_m2), expected, atol=INERTIA_TOLERANCE * expected.max())


def test_torus_inertia_is_that_of_a_ring_with_thickness(run_job: RunJob) -> None:
    ring, tube = 0.06, 0.02
    mesh = trimesh.creation.torus(ring, tube, major_sections=96, minor_sections=64)
    asset = run_job(mesh, material="steel", colliders=ANY_COLLIDER).asset
    mass = STEEL_KG_M3 * 2 * np.pi**2 * ring * tube**2
    across = mass * (5 * tube**2 + 4 * ring**2) / 8
    expected = np.diag([across, across, mass * (3 * tube**2 + 4 * ring**2) / 4])
    assert asset.mass_kg.value == pytest.approx(mass, rel=MASS_TOLERANCE)
    np.testing.assert_allclose(np.array(asset.inertia_kg_m2), expected, atol=INERTIA_TOLERANCE * expected.max())


def test_hollow_cup_weighs_its_walls_and_its_bottom_only(run_job: RunJob) -> None:
    radius, height, wall = 0.04, 0.1, 0.004
    outside = trimesh.creation.cylinder(radius, height, sections=128)
    inside = trimesh.creation.cylinder(radius - wall, height, sections=128).apply_translation([0, 0, wall])
    cup = trimesh.boolean.difference([outside, inside], engine="manifold")
    asset = run_job(cup, material="steel", colliders=ANY_COLLIDER).asset
    whole, hole = (
        cylinder_about_origin(*size) for size in ((radius, height, 0), (radius - wall, height - wall, wall / 2))
    )
    mass, moment = whole[0] - hole[0], whole[1] - hole[1]
    centre = moment / mass
    expected = whole[2] - hole[2] - mass * np.diag([centre**2, centre**2, 0])
    assert asset.mass_kg.value == pytest.approx(mass, rel=MASS_TOLERANCE)
    np.testing.assert_allclose(asset.center_of_mass_m, [0, 0, centre], atol=1e-5)
    np.testing.assert_allclose(np.array(asset.inertia_kg_m2), expected, atol=INERTIA_TOLERANCE * expected.max())


def cylinder_about_origin(radius: float, height: float, middle_m: float) -> tuple[float, float, NDArray[np.float64]]:
    """Mass, first moment along z and inertia about the origin of a steel cylinder whose middle lies at that height."""
    mass = STEEL_KG_M3 * np.pi * radius**2 * height
    across = mass * (3 * radius**2 + height**2) / 12 + mass * middle_m**2
    return mass, mass * middle_m, np.diag([across, across, mass * radius**2 / 2])


def test_centre_of_mass_moves_with_the_mesh(run_job: RunJob) -> None:
    mesh = trimesh.creation.box((0.1, 0.06, 0.04))
    mesh.apply_translation([3.0, -2.0, 0.5])
    finished = run_job(mesh, mass_kg=0.5)
    asset = finished.asset
    assert any("move the origin into it" in warning for warning in finished.manifest.provenance.warnings)
    np.testing.assert_allclose(asset.center_of_mass_m, [3.0, -2.0, 0.5], atol=1e-6)
    np.testing.assert_allclose(np.diag(asset.inertia_kg_m2), 0.5 / 12 * np.array([0.0052, 0.0116, 0.0136]), rtol=1e-4)


def test_a_good_asset_passes_every_profile_that_accepts_its_source(run_job: RunJob) -> None:
    manifest = run_job(trimesh.creation.box((0.1, 0.06, 0.04)), material="wood").manifest
    assert decide(manifest, load_profile("lab")).reasons == ()
    [reason] = decide(manifest, load_profile("production")).reasons  # nobody asked Newton
    assert reason == "crosschecked of thing: 0 is below 1."


def test_without_material_or_mass_the_asset_passes_as_a_demo_only(run_job: RunJob) -> None:
    finished = run_job(trimesh.creation.box((0.1, 0.06, 0.04)))
    assert decide(finished.manifest, load_profile("demo")).passed
    assert not decide(finished.manifest, load_profile("lab")).passed
    assert finished.asset.mass_kg.source == "default"
    assert finished.asset.mass_kg.low < finished.asset.mass_kg.value < finished.asset.mass_kg.high
    assert any("no material was given" in warning for warning in finished.manifest.provenance.warnings)


def test_given_mass_wins_over_the_material_and_sets_the_density(run_job: RunJob) -> None:
    asset = run_job(trimesh.creation.box((0.1, 0.1, 0.1)), material="steel", mass_kg=0.25).asset
    assert (asset.mass_kg.value, asset.mass_kg.source) == (0.25, "given")
    assert asset.density_kg_m3.value == pytest.approx(250, rel=1e-5)
    assert asset.density_kg_m3.source == "computed"
    assert asset.static_friction.source == "material_table"


def test_a_category_fills_what_the_mesh_does_not_show(run_job: RunJob) -> None:
    """A can's mesh is its outside: of steel throughout it would weigh 2.7 kg."""
    can = trimesh.creation.cylinder(0.033, 0.1, sections=64)
    asset = run_job(can, category="soup_can", licence="CC BY 4.0", colliders=ANY_COLLIDER).asset
    assert (asset.category, asset.material, asset.licence) == ("food_can", "steel", "CC BY 4.0")
    assert asset.mass_kg.source == "category"
    assert 0.2 < asset.mass_kg.value < 0.4


def test_every_file_that_another_one_needs_is_part_of_the_output(run_job: RunJob) -> None:
    finished = run_job(coloured_box())
    kinds = {item.path: item.kind for item in finished.manifest.artifacts}
    assert kinds == {
        "asset.json": "asset/document",
        "grasps.json": "asset/grasps",
        "mjcf/meshes/visual.obj": "asset/mjcf_file",
        "mjcf/texture.png": "asset/mjcf_file",
        "mjcf/thing.xml": "asset/mjcf",
        "repair.json": "asset/repair",
        "request.json": "request",
        "thing.glb": "asset/glb",
        "thumbnail.png": "picture/thumbnail",
        "urdf/meshes/texture.png": "asset/urdf_file",
        "urdf/meshes/visual.mtl": "asset/urdf_file",
        "urdf/meshes/visual.obj": "asset/urdf_file",
        "urdf/thing.urdf": "asset/urdf",
        "thing.usdz": "asset/usdz",
        **{
            f"usd/thing/simready_usd/{path}": "asset/usd_file"
            for path in (
                ".thumbs/256x256/thing.usd.png",
                "runnables/physics/mujoco.usda",
                "runnables/physics/newton.usda",
                "runnables/physics/physx.usda",
                "textures/thing.png",
            )
        },
        "usd/thing/simready_usd/thing.usd": "asset/usd",
    }


def test_thumbnail_shows_the_colours_of_the_mesh(run_job: RunJob) -> None:
    picture = Image.open(run_job(coloured_box()).file("picture/thumbnail"))
    assert picture.size == (256, 256)
    red, green, blue = np.asarray(picture, float)[96:160, 96:160].reshape(-1, 3).mean(axis=0)
    assert red > 2 * max(green, blue)


def test_a_second_run_gives_the_same_bytes(tmp_path: Path, angle_iron: trimesh.Trimesh) -> None:
    """Hashes of every file and all checks are in the manifest. The object needs a decomposition."""
    one, other = (run_simready(tmp_path / name, angle_iron, seed=5, material="wood") for name in "ab")
    assert one.asset.links[0].collider_method == "planes"
    assert one.manifest.content_sha256() == other.manifest.content_sha256()


def test_an_unknown_material_is_named_with_the_one_that_was_meant(run_job: RunJob) -> None:
    with pytest.raises(UnknownMaterial, match=r"No material named 'ceramics'.*Did you mean 'ceramic'") as caught:
        run_job(trimesh.creation.box(), material="ceramics")
    assert caught.value.exit_code == 65


def test_a_mesh_without_a_lid_is_refused_and_nothing_is_committed(run_job: RunJob, tmp_path: Path) -> None:
    box = trimesh.creation.box((0.1, 0.06, 0.04))
    box.update_faces(np.arange(len(box.faces)) >= 2)
    with pytest.raises(OpenMesh, match="'thing' does not enclose a volume: 4 open"):
        run_job(box)
    assert not (tmp_path / "a/store/outputs/simready").exists()


def coloured_box() -> trimesh.Trimesh:
    box = trimesh.creation.box((0.1, 0.06, 0.04))
    red = np.tile(np.array([200, 30, 20, 255], np.uint8), (len(box.vertices), 1))
    box.visual = ColorVisuals(box, vertex_colors=red)
    return box
