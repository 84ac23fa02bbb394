"""A job's extra in pyproject.toml is what its image installs and its key holds: exactly what the job imports."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
OWN_PYTHON = {
    REPOSITORY / "jobs/simulation/isaac_sim_probe.py",
    REPOSITORY / "jobs/reconstruction/formats/in_blender.py",
    REPOSITORY / "jobs/simready/crosscheck/in_newton.py",
}
"""Run by the Python of Isaac Sim, of Blender and of Newton, with what those have."""
SEPARATE = {"OCP": "cadquery-ocp"}
"""What installs a module of an extra that `EXTRAS=all` leaves out."""
_TABLE_ENTRY = re.compile(r"(jobs\.[a-z0-9_.]+):\w+")


@pytest.mark.parametrize("job", ["reconstruction", "simready", "episodes", "export"])
def test_an_extra_lists_exactly_what_its_job_imports(job: str) -> None:
    extras = [name for name in PROJECT["optional-dependencies"] if re.fullmatch(rf"{job}(-\w+)?", name)]
    listed = {_name(item) for name in extras for item in PROJECT["optional-dependencies"][name]}
    everywhere = {_name(item) for item in PROJECT["dependencies"]}
    imported = {module: _distributions(module) for module in _foreign_modules(job)}
    unlisted = {module for module, names in imported.items() if not names & (listed | everywhere)}
    assert unlisted == set()
    assert listed - set().union(*imported.values()) == set()


def _foreign_modules(job: str) -> set[str]:
    """Top-level modules that are neither ours nor Python's: the job's, and those of what it shares with others."""
    waiting, seen, foreign = sorted((REPOSITORY / "jobs" / job).rglob("*.py")), set(OWN_PYTHON), set[str]()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for module in _imports(ast.parse(file.read_text())):
            if re.match(r"jobs\.(geometry|simulation)\b", module):
                waiting.append(_source(module))
            elif module.split(".")[0] not in {"jobs", *sys.stdlib_module_names}:
                foreign.add(module.split(".")[0])
    return foreign


def _imports(tree: ast.AST) -> Iterator[str]:
    """Modules that are imported, and those that a table of `name -> "module:Class"` names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, "relative imports are not used here"
            yield node.module
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _TABLE_ENTRY.findall(node.value)


def _source(module: str) -> Path:
    path = REPOSITORY / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _distributions(module: str) -> set[str]:
    """Names of what installs a module; a single extension file is named after itself."""
    return {_name(name) for name in _installed().get(module, [SEPARATE.get(module, module)])}


@cache
def _installed() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-")
