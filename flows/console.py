"""What people read: progress on standard error, results on standard output."""

from __future__ import annotations

import logging
import sys
import time

from flows.result import RunResult, SceneView
from jobs.contracts.export import Verification
from jobs.contracts.report import ReadinessReport
from jobs.contracts.run import StageOutcome

MARKS = {True: "passed", False: "REJECTED", None: "FAILED"}


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
    if result.error:
        print(f"{result.error.type}: {result.error.message}", file=sys.stderr)
        return
    print(f"\nScene '{result.scene}' in {result.wall_s or 0:.1f} s")
    for stage in result.stages:
        print(f"  {MARKS[stage.passed]:8} {stage.job:14} {stage.subject:20} {_took(stage)}{_why(stage)}")
    for item in result.artifacts:
        print(f"  {item.kind:11} {item.subject:20} {item.path}")
    for title, path in (("dataset", result.dataset), ("certificate", result.certificate), ("report", result.report)):
        if path:
            print(f"  {title:11} {path}")
    _print_advice(result)


def print_view(view: SceneView) -> None:
    """`simfoundry show`"""
    scene = view.scene
    print(
        f"Scene '{scene.scene}', profile {scene.request.profile}, seed {scene.request.seed}, updated {scene.updated_at}"
    )
    for stage in scene.stages:
        print(f"\n{MARKS[stage.passed]} {stage.job} of {stage.subject} ({_took(stage)}){_why(stage)}")
        for manifest in (item for item in view.manifests if item.ref in stage.outputs):
            print(f"  made by {manifest.provenance.maker}, output {manifest.job}/{manifest.key}")
            for warning in manifest.provenance.warnings:
                print(f"  warning: {warning}")
        for verdict in (item for item in view.verdicts if any(ref.key == item.key for ref in stage.outputs)):
            for finding in verdict.findings:
                value = "not measured" if finding.value is None else f"{finding.value:.5g}"
                print(f"  {MARKS[finding.passed]:8} {finding.requirement.check:22} {finding.subject:28} {value}")
    print()
    for item in view.artifacts:
        print(f"{item.kind:11} {item.subject:20} {item.path}")
    print(f"{'dataset':11} {'':20} {view.dataset or 'none'}")


def print_readiness(report: ReadinessReport) -> None:
    """`simfoundry doctor`"""
    for item in report.capabilities:
        mark = "ready    " if item.ready else "NOT READY"
        print(f"{mark} {item.kind:9} {item.name:16} {item.seconds:6.2f} s  {item.detail}")
        if item.remedy and not item.ready:
            print(f"{'':37}-> {item.remedy}")


def _took(stage: StageOutcome) -> str:
    return "reused" if stage.reused else f"{stage.wall_s:.1f} s"


def _why(stage: StageOutcome) -> str:
    if stage.error:
        return f"  {stage.error.type}: {stage.error.message}"
    return f"  {'; '.join(stage.reasons)}" if stage.reasons else ""


def _print_advice(result: RunResult) -> None:
    print("\nHow to look at it:")
    print(f"  simfoundry show {result.scene} --store {result.store}")
    if result.report:
        print(f"  open {result.report} in a browser")
    mjcf = next((item.path for item in result.artifacts if item.kind == "asset/mjcf"), None)
    if mjcf:
        print(f"  {sys.executable} -m mujoco.viewer --mjcf={mjcf}")
    if result.dataset:
        print(f"  simfoundry verify {result.dataset}")
        print(f"  LeRobotDataset('local/{result.scene}', root='{result.dataset}')   # with LeRobot installed")


def print_verification(verification: Verification) -> None:
    """`simfoundry verify`: each file that is not what the certificate says."""
    for problem in verification.problems:
        print(problem)
    print(verification.summary)
