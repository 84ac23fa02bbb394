"""The USD file: layers, stage, and all its variants, as pxr composes them."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pxr import Sdf, Tf, Usd, UsdGeom, UsdPhysics, UsdUtils

from jobs.contracts.inspection import InspectionSettings
from jobs.contracts.simready import Asset
from jobs.simready.inspection.body import Bodies
from jobs.simready.inspection.joints import inspect_joint, inspect_tree
from jobs.simready.inspection.references import inspect_reference
from jobs.simready.inspection.usd_bodies import read_bodies
from jobs.simready.inspection.usd_colliders import inspect_colliders
from jobs.simready.inspection.usd_joints import read_joints
from jobs.simready.inspection.usd_prims import inspect_hints, inspect_prims
from jobs.simready.inspection.violation import Violation

FORMAT = "usd"


def inspect_usd(
    path: Path, package: Path, asset: Asset, settings: InspectionSettings
) -> tuple[list[Bodies], list[Violation]]:
    """The bodies that it describes, variant by variant, and what is wrong with the file."""
    try:
        stage = Usd.Stage.Open(str(path))
    except Tf.ErrorException as error:
        return [], [Violation("static_files", FORMAT, f"pxr does not take it: {' '.join(str(error).split())}")]
    found = [
        *_inspect_layers(path, package),
        *_inspect_units(stage),
        *_inspect_composition(stage),
        *inspect_hints(stage),
    ]
    states: list[Bodies] = []
    for _ in _each_variant(stage):
        bodies, problems = _inspect_stage(stage, asset, settings)
        states.append(bodies)
        found += problems
    return states, found


def _inspect_stage(stage: Usd.Stage, asset: Asset, settings: InspectionSettings) -> tuple[Bodies, list[Violation]]:
    bodies, joints = read_bodies(stage), read_joints(stage, asset.mobility)
    names = [body.name for body in bodies if body.name]
    found = [*inspect_prims(stage, asset), *inspect_colliders(stage, asset, settings)]
    for joint in joints:
        found += inspect_joint(joint, names, max((body.diagonal_m for body in bodies), default=0.0), settings)
    found += inspect_tree(joints, names, asset.mobility, FORMAT)
    return bodies, found


def _each_variant(stage: Usd.Stage) -> Iterator[None]:
    """The stage as it opens, and then with one variant after the other selected, one set at a time."""
    yield
    stage.SetEditTarget(stage.GetSessionLayer())
    for prim in [prim for prim in stage.TraverseAll() if prim.HasVariantSets()]:
        for name in prim.GetVariantSets().GetNames():
            variants = prim.GetVariantSet(name)
            opened = variants.GetVariantSelection()
            for variant in variants.GetVariantNames():
                if variant != opened:
                    variants.SetVariantSelection(variant)
                    yield
            variants.ClearVariantSelection()


def _inspect_layers(path: Path, package: Path) -> Iterator[Violation]:
    """All that its layers refer to, in every variant."""
    layers, _, _ = UsdUtils.ComputeAllDependencies(Sdf.AssetPath(str(path)))
    for layer in layers:
        file = Path(layer.realPath)
        for reference in sorted({item for kind in UsdUtils.ExtractExternalReferences(str(file)) for item in kind}):
            yield from inspect_reference(f"{FORMAT} {file.name}", reference, file.parent, package)


def _inspect_units(stage: Usd.Stage) -> Iterator[Violation]:
    """Metres, kilograms, Z up, all of them said: what USD takes else is centimetres and Y up."""
    metres, kilograms = UsdGeom.GetStageMetersPerUnit(stage), UsdPhysics.GetStageKilogramsPerUnit(stage)
    if metres != 1:
        yield Violation("static_units", FORMAT, f"has metersPerUnit {metres:g}, not 1")
    if kilograms != 1:
        yield Violation("static_units", FORMAT, f"has kilogramsPerUnit {kilograms:g}, not 1")
    if UsdGeom.GetStageUpAxis(stage) != UsdGeom.Tokens.z:
        yield Violation("static_units", FORMAT, f"has {UsdGeom.GetStageUpAxis(stage)} up, not Z")


def _inspect_composition(stage: Usd.Stage) -> Iterator[Violation]:
    if not stage.GetDefaultPrim():
        yield Violation("static_structure", FORMAT, "has no default prim; nobody can refer to it")
    for error in stage.GetCompositionErrors():
        yield Violation("static_files", FORMAT, f"does not compose: {' '.join(str(error).split())}")
