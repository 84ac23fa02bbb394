"""The provider for things that come as part meshes, or as one mesh that is to be taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from jobs.contracts.parts import PART_NAME, JointsAnnotation
from jobs.contracts.reconstruction import PartsSource, ReconstructionRequest
from jobs.geometry.joining import concatenate
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.errors import JointsUnusable, PartsMisnamed
from jobs.reconstruction.parting.parting import keep_names, take_apart
from jobs.reconstruction.quality.evidence import check_mesh
from jobs.reconstruction.reconstructor import Reconstruction
from jobs.runtime.artifacts import describe_problems
from jobs.runtime.workspace import Workspace


@dataclass(frozen=True)
class PartsImport:
    """See `Reconstructor`. Surfaces are left as they are; mending them is the next job's work."""

    takes: frozenset[str] = frozenset({"parts"})

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
        """Mesh files, or one that is taken apart, to the same surfaces in metres, and what was said of their joints.

        Raises:
            PartsMisnamed, TooManyParts, JointsUnusable
            BadInput: See `load_mesh`.
        """
        source = request.source
        assert isinstance(source, PartsSource)  # `takes` says so
        return _take_apart(source, request, workspace) if source.apart else _put_together(source, request, workspace)


def _take_apart(source: PartsSource, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
    file, *_ = workspace.fetch_all((*source.parts, *source.companions))
    loaded = load_mesh(file, source.units, request.meshes, apart=True)
    made = None if source.joints is None else keep_names(loaded, request.parting)
    made = made or take_apart(loaded, request.parting)
    joints = None if source.joints is None else read_joints(workspace.fetch(source.joints), tuple(made.parts))
    checks = [*check_mesh(loaded.mesh, request.name, loaded.scale_source)]
    for name, part in made.parts.items():
        checks += check_mesh(part, f"{request.name}/{name}", loaded.scale_source)
    warnings = (*loaded.warnings, *made.warnings)
    if len(made.parts) == 1:
        return Reconstruction(loaded.mesh, loaded.scale_source, tuple(checks), warnings, colours=loaded.colours)
    return Reconstruction(
        loaded.mesh,
        loaded.scale_source,
        tuple(checks),
        warnings,
        parts=made.parts,
        joints=joints,
        separation=made.separation,
    )


def _put_together(source: PartsSource, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
    names = _name_parts([file.name for file in source.parts])
    files = workspace.fetch_all((*source.parts, *source.companions))
    loaded = {name: load_mesh(file, source.units, request.meshes) for name, file in zip(names, files, strict=False)}
    joints = None if source.joints is None else read_joints(workspace.fetch(source.joints), names)
    parts = {name: part.mesh for name, part in loaded.items()}
    whole, scale_source = concatenate(list(parts.values())), loaded[names[0]].scale_source
    warnings = tuple(f"{name}: {warning}" for name, part in loaded.items() for warning in part.warnings)
    checks = [*check_mesh(whole, request.name, scale_source)]
    for name, part in loaded.items():
        checks += check_mesh(part.mesh, f"{request.name}/{name}", part.scale_source)
    return Reconstruction(whole, scale_source, tuple(checks), warnings, parts=parts, joints=joints)


def read_joints(file: Path, parts: tuple[str, ...]) -> JointsAnnotation:
    """Raises: JointsUnusable: With every problem."""
    try:
        annotation = JointsAnnotation.from_json(file.read_bytes())
    except ValidationError as error:
        raise JointsUnusable(file.name, [describe_problems(error)]) from error
    problems = annotation.problems(parts)
    if problems:
        raise JointsUnusable(file.name, problems)
    return annotation


def _name_parts(files: Iterable[str]) -> tuple[str, ...]:
    """Raises: PartsMisnamed."""
    names = [PurePosixPath(file).stem.lower() for file in files]
    problems = [f"'{name}' is no name" for name in names if not re.fullmatch(PART_NAME, name)]
    problems += [f"several files are called '{name}'" for name in sorted(set(names)) if names.count(name) > 1]
    if problems:
        raise PartsMisnamed(problems)
    return tuple(names)
