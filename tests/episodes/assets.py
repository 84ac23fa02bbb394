"""Small assets as the simready job would commit them: analytic solids, one convex collider a part."""

from __future__ import annotations

import hashlib
import itertools
import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import trimesh

from jobs.contracts.manifest import Artifact, Environment, Manifest, ManifestRef, Provenance
from jobs.contracts.simready import Asset, PhysicalProperty
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.gate import decide, publish_verdict
from jobs.runtime.profiles import load_profile
from jobs.runtime.store import Store, sha256_of

PROFILE = "demo"
LYING_WXYZ = (math.sqrt(0.5), math.sqrt(0.5), 0.0, 0.0)


def box(extents_m: tuple[float, float, float]) -> list[trimesh.Trimesh]:
    return [trimesh.creation.box(extents_m)]


def cylinder(radius_m: float, height_m: float) -> list[trimesh.Trimesh]:
    return [trimesh.creation.cylinder(radius_m, height_m, sections=48)]


def banana(length_m: float = 0.18) -> list[trimesh.Trimesh]:
    """An arc of tapering segments, lying flat."""
    parts = []
    angles = np.linspace(-1.0, 1.0, 7)
    for pair in itertools.pairwise(angles):
        rings = []
        for angle in pair:
            radius_m = 0.1 * length_m * math.sqrt(max(0.15, 1.0 - 0.8 * angle**2))
            turn = np.linspace(0.0, 2.0 * np.pi, 12, endpoint=False)
            outward = np.array([math.sin(angle), math.cos(angle), 0.0])
            ring = np.cos(turn)[:, None] * outward + np.sin(turn)[:, None] * np.array([0.0, 0.0, 1.0])
            rings.append(0.55 * length_m * outward + radius_m * ring)
        parts.append(trimesh.convex.convex_hull(np.concatenate(rings)))
    return parts


def write_asset(
    folder: Path,
    name: str,
    parts: list[trimesh.Trimesh],
    mass_kg: float,
    poses: tuple[tuple[float, float, float, float], ...] = ((1.0, 0.0, 0.0, 0.0),),
) -> tuple[Path, Path]:
    """Write `asset.json` and `mjcf/<name>.xml` with its meshes; returns both."""
    meshes = folder / "mjcf" / "meshes"
    meshes.mkdir(parents=True)
    whole = trimesh.boolean.union(parts) if len(parts) > 1 else parts[0]
    whole.density = mass_kg / whole.volume
    for number, part in enumerate(parts):
        part.export(meshes / f"hull_{number}.obj")
    inertia = whole.moment_inertia
    model = folder / "mjcf" / f"{name}.xml"
    model.write_text(_mjcf(name, len(parts), mass_kg, whole.center_mass, inertia))
    document = folder / "asset.json"
    document.write_bytes(_document(name, whole, mass_kg, len(parts), poses).to_json())
    return document, model


def commit_asset(store: Store, folder: Path) -> ManifestRef:
    """Put an asset's files into a store as a simready output that every gate let through."""
    kinds = {"asset.json": "asset/document", ".xml": "asset/mjcf", ".obj": "asset/mjcf_file"}
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    artifacts = tuple(
        Artifact(
            kind=kinds.get(file.name) or kinds[file.suffix],
            path=file.relative_to(folder).as_posix(),
            sha256=sha256_of(file),
            bytes=file.stat().st_size,
        )
        for file in files
    )
    key = hashlib.sha256("".join(item.sha256 for item in artifacts).encode()).hexdigest()
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    manifest = Manifest(
        schema_version=1,
        job="simready",
        key=key,
        request_sha256=key,
        inputs=(),
        artifacts=artifacts,
        checks=(),
        provenance=Provenance(maker="fixture"),
        environment=Environment(attempt="a", host="h", platform="p", python="3", started_at=moment, finished_at=moment),
    )
    for file, item in zip(files, artifacts, strict=True):
        store.upload(file, paths.artifact(manifest, item))
    store.create(paths.manifest(manifest.ref), manifest.to_json())
    admit(store, manifest.ref, PROFILE)
    return manifest.ref


def admit(store: Store, ref: ManifestRef, profile: str) -> None:
    """Publish a verdict that lets an output through."""
    verdict = decide(load_manifest(store, ref), load_profile(profile))
    publish_verdict(store, verdict.model_copy(update={"passed": True}))


def _document(
    name: str, whole: trimesh.Trimesh, mass_kg: float, hulls: int, poses: tuple[tuple[float, ...], ...]
) -> Asset:
    def given(value: float, unit: str) -> PhysicalProperty:
        return PhysicalProperty(value=value, low=value, high=value, unit=unit, source="given", reference="fixture")

    return Asset.model_validate(
        {
            "schema_version": 1,
            "name": name,
            "sources": {},
            "material": "wood",
            "mass_kg": given(mass_kg, "kg"),
            "density_kg_m3": given(mass_kg / whole.volume, "kg/m^3"),
            "expected_density_kg_m3": given(mass_kg / whole.volume, "kg/m^3"),
            "static_friction": given(0.6, ""),
            "dynamic_friction": given(0.6, ""),
            "restitution": given(0.0, ""),
            "volume_m3": whole.volume,
            "center_of_mass_m": tuple(whole.center_mass),
            "inertia_kg_m2": tuple(map(tuple, whole.moment_inertia.tolist())),
            "extents_m": tuple(whole.extents),
            "links": [
                {
                    "name": name,
                    "mass_kg": mass_kg,
                    "volume_m3": whole.volume,
                    "center_of_mass_m": tuple(whole.center_mass),
                    "inertia_kg_m2": tuple(map(tuple, whole.moment_inertia.tolist())),
                    "colliders": hulls,
                    "collider_method": "fixture",
                    "collider_iou": 1.0,
                }
            ],
            "stable_poses_wxyz": poses,
        }
    )


def _mjcf(name: str, hulls: int, mass_kg: float, center_m: np.ndarray, inertia: np.ndarray) -> str:
    meshes = "".join(f'<mesh name="hull_{i}" file="meshes/hull_{i}.obj"/>' for i in range(hulls))
    geometries = "".join(
        f'<geom type="mesh" mesh="hull_{i}" group="3" condim="4" friction="0.6 0.005 0.0001"/>'
        f'<geom type="mesh" mesh="hull_{i}" group="2" contype="0" conaffinity="0" rgba="0.8 0.3 0.2 1"/>'
        for i in range(hulls)
    )
    center = " ".join(map(str, center_m))
    moments = " ".join(str(inertia[i, j]) for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)))
    return (
        f'<mujoco model="{name}"><compiler angle="radian"/><asset>{meshes}</asset><worldbody><body name="{name}">'
        f'<freejoint name="{name}"/><inertial pos="{center}" mass="{mass_kg}" fullinertia="{moments}"/>'
        f"{geometries}</body></worldbody></mujoco>"
    )
