"""Files that each could be true, but not all at once: found by comparing them with `asset.json`."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from numpy.random import Generator
from pxr import Usd, UsdPhysics

from tests.simready.faults.text import attributes, mesh_fault, times, xml_fault
from tests.simready.faults.usd import mass_times, moving_joints, usd_fault


def _less_inertia(stage: Usd.Stage, random: Generator) -> None:
    for prim in stage.Traverse():
        if prim.HasAPI(UsdPhysics.MassAPI):
            moments = UsdPhysics.MassAPI(prim).GetDiagonalInertiaAttr()
            moments.Set(0.96 * moments.Get())


def _wider_limits(stage: Usd.Stage, random: Generator) -> None:
    upper = moving_joints(stage)[0].GetAttribute("physics:upperLimit")
    upper.Set(2 * upper.Get())


FAULTS = {
    "usd: 3 % heavier": usd_fault("parity_mass", mass_times(1.03)),
    "usd: 4 % less inertia": usd_fault("parity_inertia", _less_inertia),
    "usd: opens twice as wide": usd_fault("parity_joints", _wider_limits, True),
    "mjcf: 3 % heavier": xml_fault("mjcf", "parity_mass", times(".//body/inertial", 1.03, "mass", "fullinertia")),
    "mjcf: 4 % less inertia": xml_fault("mjcf", "parity_inertia", times(".//body/inertial", 0.96, "fullinertia")),
    "mjcf: seen 5 % larger": mesh_fault("mjcf", "parity_extents", "visual", lambda points: 1.05 * points),
    "mjcf: opens twice as wide": xml_fault("mjcf", "parity_joints", times(".//body/joint", 2, "range"), True),
    "mjcf: moves about another axis": xml_fault(
        "mjcf", "parity_joints", attributes(".//body/joint", axis="0 1 0"), True
    ),
    "mjcf: turns about another edge": xml_fault(
        "mjcf", "parity_joints", attributes(".//body/joint[@type='hinge']", pos="0 0 0"), True
    ),
    "urdf: 3 % heavier": xml_fault("urdf", "parity_mass", times(".//inertial/mass", 1.03, "value")),
    "urdf: 4 % less inertia": xml_fault(
        "urdf", "parity_inertia", times(".//inertial/inertia", 0.96, "ixx", "iyy", "izz", "ixy", "ixz", "iyz")
    ),
    "urdf: part elsewhere": xml_fault(
        "urdf", "parity_joints", attributes("joint[@type='revolute']/origin", xyz="0 0 0.2"), True
    ),
    "urdf: moves about another axis": xml_fault("urdf", "parity_joints", attributes("joint/axis", xyz="0 1 0"), True),
}
