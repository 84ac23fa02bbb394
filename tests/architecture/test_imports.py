"""Who may import whom: by the linter's contracts, by what the sources say, and by what a process has loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import jobs

REPOSITORY = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "diffusers", "trimesh", "open3d", "pxr", "mujoco", "numpy", "cv2", "scipy")
CLOUD_STORE = "jobs/runtime/gcs_store.py"


def test_the_jobs_are_those_of_this_repository() -> None:
    assert Path(jobs.__file__).resolve() == REPOSITORY / "jobs" / "__init__.py"


def test_the_contracts_of_the_import_linter_hold() -> None:
    ended = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_contracts_are_written_with_pydantic_and_the_standard_library_alone() -> None:
    assert _foreign("jobs/contracts", {"pydantic", "jobs"}) == []


def test_runtime_adds_the_cloud_sdk_in_one_place_only() -> None:
    foreign = _foreign("jobs/runtime", {"pydantic", "jobs"})
    assert {file for file, _ in foreign} == {CLOUD_STORE}
    assert {module for _, module in foreign} == {"google", "requests", "urllib3"}


def test_only_flows_and_tasks_know_prefect() -> None:
    assert [found for found in _imports("jobs") if found[1] == "prefect"] == []


@pytest.mark.parametrize(
    ("modules", "absent"),
    [
        (sorted(f"jobs.contracts.{file.stem}" for file in (REPOSITORY / "jobs/contracts").glob("[!_]*.py")),
         ("prefect", "google", "tasks", "flows", "jobs.runtime", *HEAVY)),
        (["jobs.runtime.command"], ("prefect", "google", "tasks", "flows", "jobs.reconstruction", *HEAVY)),
        (["jobs.runtime.gcs_store"], ("prefect", "tasks", "flows", *HEAVY)),
        (["jobs.reconstruction.job", "jobs.reconstruction.multi_view"], ("trimesh", "scipy", "open3d", "torch")),
        (["flows.cli"], ("jobs.reconstruction", "jobs.simready", "jobs.episodes", "jobs.export", *HEAVY)),
    ],
    ids=["contracts", "command", "gcs_store", "photos", "cli"],
)  # fmt: skip
def test_a_process_loads_no_more_than_it_needs(modules: list[str], absent: tuple[str, ...]) -> None:
    script = f"import sys, {', '.join(modules)}; print('\\n'.join(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    loaded = set(ended.stdout.split())
    assert set(modules) <= loaded
    assert sorted(loaded & set(absent)) == []


@pytest.mark.parametrize("job", ["reconstruction", "simready", "episodes", "export"])
def test_every_job_has_an_entry_point(job: str) -> None:
    source = (REPOSITORY / "jobs" / job / "__main__.py").read_text()
    assert f'main("{job}")' in source


def _foreign(folder: str, allowed: set[str]) -> list[tuple[str, str]]:
    known = allowed | set(sys.stdlib_module_names)
    return [(file, module) for file, module in _imports(folder) if module not in known]


def _imports(folder: str) -> Iterator[tuple[str, str]]:
    """Each file with the top-level name of each module that it imports anywhere."""
    for path in sorted((REPOSITORY / folder).rglob("*.py")):
        file = path.relative_to(REPOSITORY).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((file, alias.name.partition(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file} has a relative import"
                yield file, str(node.module).partition(".")[0]
