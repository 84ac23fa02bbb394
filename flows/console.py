"""What people read: progress on standard error, results on standard output."""

from __future__ import annotations

import logging
import shutil
import sys
import time
from collections.abc import Iterable
from itertools import groupby

from flows.doctor_command import DoctorReport
from flows.result import ListedArtifact, RunResult, SceneView
from jobs.contracts.export import Verification
from jobs.contracts.profile import Profile
from jobs.contracts.run import StageOutcome
from tasks.wording import RESULTS, tell_bounds, tell_time, tell_value


class ProgressLines(logging.Handler):
    """Writes each progress record as a line with the seconds since the start."""

    def __init__(self) -> None:
        super().__init__()
        self._started = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        print(f"[{time.monotonic() - self._started:6.1f} s] {record.getMessage()}", file=sys.stderr, flush=True)


def show_progress() -> None:
    """Print what the jobs report from now on."""
    log = logging.getLogger("simfoundry")
    log.setLevel(logging.INFO)
    log.addHandler(ProgressLines())


def print_result(result: RunResult) -> None:
    """The end of `simfoundry run`: what became of each object, where things are, how to look at them."""
    reached = f"reached {result.stages[-1].job} as asked" if result.exit_code == 0 else "no dataset"
    ending = "a certified dataset" if result.dataset else reached
    print(f"\nScene '{result.scene}': {ending}, in {result.wall_s or 0:.1f} s; its jobs used {result.used}\n")
    for stage in result.stages:
        print(f"  {RESULTS[stage.passed]:8} {stage.job:14} {stage.subject:20} {tell_time(stage)}{_why(stage)}")
        for warning in stage.warnings:
            print(f"{'':11}note: {warning}")
    _print_artifacts(result.artifacts)
    print()
    for title, path in (("dataset", result.dataset), ("certificate", result.certificate), ("report", result.report)):
        if path:
            print(f"  {title:11} {path}")
    _print_advice(result)


def print_view(view: SceneView) -> None:
    """`simfoundry show`"""
    scene = view.scene
    at = f"{scene.updated_at:%Y-%m-%d %H:%M:%S} UTC"
    print(f"Scene '{scene.scene}', profile {scene.request.profile}, seed {scene.request.seed}, updated {at}")
    for stage in scene.stages:
        print(f"\n{RESULTS[stage.passed]} {stage.job} of {stage.subject} ({tell_time(stage)}){_why(stage)}")
        for manifest in (item for item in view.manifests if item.ref in stage.outputs):
            print(f"  made by {manifest.provenance.maker}, output {manifest.job}/{manifest.key}")
            for warning in manifest.provenance.warnings:
                print(f"  warning: {warning}")
        for verdict in (item for item in view.verdicts if any(ref.key == item.key for ref in stage.outputs)):
            for finding in verdict.findings:
                measured = f"{tell_value(finding)} ({tell_bounds(finding.requirement)})"
                print(f"  {RESULTS[finding.passed]:8} {finding.requirement.check:22} {finding.subject:28} {measured}")
    _print_artifacts(view.artifacts)
    print(f"\n  dataset     {view.dataset or 'none'}")


def print_readiness(report: DoctorReport, asked: Profile) -> None:
    """`simfoundry doctor`"""
    print(f"Python {report.python}")
    for item in report.capabilities:
        mark = "ready    " if item.ready else "not ready"
        print(f"{mark} {item.kind:9} {item.name:16} {item.seconds:6.2f} s  {item.detail}")
        if item.remedy and not item.ready:
            print(f"{'':37}-> {item.remedy}")
    for profile in report.profiles:
        mark = "NOT READY" if profile.missing else "ready    "
        asked_for = " (asked for)" if profile.name == asked.name else ""
        lacks = f" It lacks: {'; '.join(profile.missing)}." if profile.missing else ""
        print(f"{mark} profile   {profile.name:16} {'':9} {profile.purpose}{asked_for}{lacks}")


def _print_artifacts(artifacts: Iterable[ListedArtifact]) -> None:
    """Each folder once: its name is long, because it holds the hash of everything that went into it."""
    for (subject, folder), files in groupby(artifacts, key=lambda item: (item.subject, item.folder)):
        print(f"\n  {subject}, in {folder}/")
        for item in files:
            print(f"    {item.kind:11} {item.name}")


def _why(stage: StageOutcome) -> str:
    if stage.error:
        return f"  {stage.error.type}: {stage.error.message}"
    return f"  {'; '.join(stage.reasons)}" if stage.reasons else ""


def _print_advice(result: RunResult) -> None:
    program = "simfoundry" if shutil.which("simfoundry") else sys.argv[0]
    print("\nHow to look at it:")
    print(f"  {program} show {result.scene} --store {result.store}")
    if result.report:
        print(f"  open {result.report} in a browser")
    models = [item.path for kind in ("scene/mjcf", "asset/mjcf") for item in result.artifacts if item.kind == kind]
    for mjcf in models[:1]:
        print(f"  {sys.executable} -m mujoco.viewer --mjcf={mjcf}")
    if result.dataset:
        print(f"  {program} verify {result.dataset}")
        print(f"  LeRobotDataset('local/{result.scene}', root='{result.dataset}')   # with LeRobot installed")


def print_verification(verification: Verification) -> None:
    """`simfoundry verify`: each file that is not what the certificate says."""
    for problem in verification.problems:
        print(problem)
    print(verification.summary)
