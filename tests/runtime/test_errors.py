"""Every error has an exit code, and some test raises it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import jobs
from jobs.runtime.command import report_error
from jobs.runtime.errors import (
    ArtifactMissing,
    BadInput,
    DefectiveJob,
    SimfoundryError,
    StoreError,
    TransientError,
    Unavailable,
    UnknownName,
)

REPOSITORY = Path(jobs.__file__).resolve().parents[1]
BRANCHES = {"BadInput": 65, "Unavailable": 69, "SimfoundryError": 70, "StoreError": 73, "TransientError": 75}


def test_the_branches_are_the_exit_codes() -> None:
    branches = (BadInput, Unavailable, SimfoundryError, StoreError, TransientError)
    assert {branch.__name__: branch.exit_code for branch in branches} == BRANCHES


def test_every_exception_class_of_the_jobs_descends_from_a_branch() -> None:
    bases = dict(_exception_classes("jobs"))
    strays = [name for name in bases if name not in BRANCHES and not _descends(name, bases)]
    assert strays == []


def test_every_error_class_is_named_in_some_test() -> None:
    """A base whose kinds are named need not be. Whether it is raised there is for the reader of that test to judge."""
    words = {word for file in (REPOSITORY / "tests").rglob("*.py") for word in re.findall(r"\w+", file.read_text())}
    classes = [item for folder in ("jobs", "tasks", "flows") for item in _exception_classes(folder)]
    bases = {base for _, parents in classes for base in parents}
    assert sorted({name for name, _ in classes} - words - bases) == []


def test_a_close_name_is_suggested_and_a_distant_one_is_not() -> None:
    near, far = (str(UnknownName("simulator", name, ["mujoco", "isaac_sim"])) for name in ("mujoko", "zzz"))
    assert near == "No simulator named 'mujoko'. Known: isaac_sim, mujoco. Did you mean 'mujoco'?"
    assert far == "No simulator named 'zzz'. Known: isaac_sim, mujoco."


def test_a_report_holds_the_type_the_message_and_the_exit_code() -> None:
    report = report_error(ArtifactMissing("a store", "a/path"))
    assert (report.type, report.exit_code) == ("ArtifactMissing", 73)
    assert "'a/path'" in report.message


def test_a_foreign_error_is_reported_as_a_defect(capsys: pytest.CaptureFixture[str]) -> None:
    report = report_error(KeyError("colour"))
    assert (report.type, report.exit_code, report.message) == ("KeyError", 70, "KeyError: 'colour'")
    assert "KeyError" in capsys.readouterr().err


def test_a_defective_job_asks_for_a_report() -> None:
    with pytest.raises(DefectiveJob, match="please report it"):
        raise DefectiveJob("export", "it said nothing")


def _exception_classes(folder: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Classes whose name or bases say that they are errors, with the names of their bases."""
    classes = {
        node.name: tuple(ast.unparse(base).rpartition(".")[2] for base in node.bases)
        for file in (REPOSITORY / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    for name, bases in classes.items():
        if _descends(name, classes) or any(base in ("Exception", "RuntimeError", "ValueError") for base in bases):
            yield name, bases


def _descends(name: str, classes: dict[str, tuple[str, ...]]) -> bool:
    return any(base in BRANCHES or _descends(base, classes) for base in classes.get(name, ()))
