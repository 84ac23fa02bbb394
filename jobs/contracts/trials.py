"""How an asset is tried out in a simulator. Lengths are relative to the asset's own size."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jobs.contracts.document import Document
from jobs.contracts.grasps import GraspSettings

Seconds = Annotated[float, Field(gt=0, le=60)]


class FallSettings(Document):
    """Two falls in the most frequent stable pose: from `drop_height`, and from `stability_height`, in heights of the
    standing asset.

    At rest: during `window_s` no point moved further than `rest_motion` (part of the diagonal). The defaults are those
    of the SimReady Foundation's runtime benchmarks; but those allow 2 cm and 1 cm of motion, whatever the size.
    """

    drop_height: Annotated[float, Field(gt=0, le=10)] = 2.0
    drop_limit_s: Seconds = 8.0
    stability_height: Annotated[float, Field(gt=0, le=10)] = 0.1
    stability_limit_s: Seconds = 5.0
    window_s: Annotated[float, Field(gt=0, le=10)] = 2.0
    rest_motion: Annotated[float, Field(gt=0, le=1)] = 0.002


class SlopeSettings(Document):
    """The standing asset on a plane that is suddenly `angle_deg` steep: with the friction given here for `duration_s`,
    and with its own for `coulomb_s`."""

    angle_deg: Annotated[float, Field(gt=0, lt=90)] = 45.0
    friction: Annotated[float, Field(gt=0, le=2)] = 0.5
    duration_s: Seconds = 3.0
    coulomb_s: Seconds = 0.5


class TumbleSettings(Document):
    """Free flight without gravity, turning about an axis that is none of the principal ones."""

    turns_per_s: Annotated[float, Field(gt=0, le=10)] = 0.5
    duration_s: Seconds = 2.0


class JointSettings(Document):
    """Every joint is led to one end of its range and to the other, `beyond` (part of the range) further than its limits
    let it, each way in `sweep_s`, by at most `force_n` at the far end of what hangs on it."""

    force_n: Annotated[float, Field(gt=0, le=1000)] = 30.0
    sweep_s: Seconds = 1.0
    beyond: Annotated[float, Field(ge=0, le=1)] = 0.1


class TrialSettings(Document):
    """What every asset that moves freely goes through after it was dropped in random orientations; `grasp` is for those
    that the gripper can hold, `joints` for those that have some."""

    fall: FallSettings = FallSettings()
    slope: SlopeSettings = SlopeSettings()
    tumble: TumbleSettings = TumbleSettings()
    grasp: GraspSettings = GraspSettings()
    joints: JointSettings = JointSettings()
