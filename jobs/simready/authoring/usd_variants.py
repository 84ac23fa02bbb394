"""What only one simulator understands, each in a payload behind a variant set that is disabled until somebody asks.

Without it the asset is what OpenUSD itself can say, and any simulator can load that. Source: NVIDIA SimReady
Foundation, requirements RV.001 to RV.011.
"""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pxr import Sdf, Usd, UsdGeom, UsdPhysics, UsdShade

from jobs.contracts.simready import Joint
from jobs.simready.authoring.contact import rolling_friction_m
from jobs.simready.authoring.parts import PlaceFile
from jobs.simready.authoring.usd_runtime import RUNTIMES, Opinion, Runtime
from jobs.simready.collision.shape import Shape


@dataclass(frozen=True)
class Collider:
    """Where a shape went."""

    path: Sdf.Path
    shape: Shape


def author_runtimes(
    stage: Usd.Stage,
    colliders: Sequence[Collider],
    joints: Sequence[tuple[Sdf.Path, Joint]],
    surface: UsdShade.Material,
    folder: str,
    output: PlaceFile,
) -> None:
    """Write a payload for each simulator below `folder`, and a variant set on the default prim that loads it."""
    root = stage.GetRootLayer().GetPrimAtPath(stage.GetDefaultPrim().GetPath())
    for runtime in RUNTIMES:
        payload = _copy_frame(stage)
        _author_opinions(payload, runtime, colliders, joints, surface.GetPath())
        payload.GetRootLayer().Export(str(output("asset/usd_file", f"{folder}/{runtime.payload}")))
        variants = Sdf.VariantSetSpec(root, runtime.name)
        Sdf.VariantSpec(variants, "Disabled")
        enabled = Sdf.VariantSpec(variants, "Enabled").primSpec
        enabled.payloadList.prependedItems.append(Sdf.Payload(f"./{runtime.payload}"))
        root.variantSetNameList.prependedItems.append(runtime.name)
        root.variantSelections[runtime.name] = "Disabled"


def describe_runtimes(root: Sdf.Path) -> dict[str, dict[str, str]]:
    """How a program finds the variant sets without looking for them; as `SimReady_Metadata` has it."""
    return {
        runtime.name: {"prim": str(root), "variantSetName": runtime.name, "activateOption": "Enabled"}
        for runtime in RUNTIMES
    }


def _copy_frame(stage: Usd.Stage) -> Usd.Stage:
    """Units, axis and default prim of the main file."""
    payload = Usd.Stage.CreateInMemory()
    UsdGeom.SetStageUpAxis(payload, UsdGeom.GetStageUpAxis(stage))
    UsdGeom.SetStageMetersPerUnit(payload, UsdGeom.GetStageMetersPerUnit(stage))
    UsdPhysics.SetStageKilogramsPerUnit(payload, UsdPhysics.GetStageKilogramsPerUnit(stage))
    payload.SetDefaultPrim(payload.OverridePrim(stage.GetDefaultPrim().GetPath()))
    return payload


def _author_opinions(
    payload: Usd.Stage,
    runtime: Runtime,
    colliders: Sequence[Collider],
    joints: Sequence[tuple[Sdf.Path, Joint]],
    surface: Sdf.Path,
) -> None:
    for collider in colliders:
        _author_opinion(payload, collider.path, runtime.collider(collider.shape))
        if collider.shape.kind == "hull":
            _author_opinion(payload, collider.path, runtime.hull)
    for path, joint in joints:
        _author_opinion(payload, path, runtime.joint(joint))
    rolling_m = max(rolling_friction_m(collider.shape) for collider in colliders)
    _author_opinion(payload, surface, runtime.material(rolling_m))


def _author_opinion(payload: Usd.Stage, path: Sdf.Path, opinion: Opinion) -> None:
    prim = payload.OverridePrim(path)
    if opinion.schema is not None:
        prim.AddAppliedSchema(opinion.schema)
    for value in opinion.values:
        variability = Sdf.VariabilityUniform if value.uniform else Sdf.VariabilityVarying
        prim.CreateAttribute(value.name, value.kind, False, variability).Set(value.value)
