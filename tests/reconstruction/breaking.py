"""Providers that do not deliver."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.reconstruction.errors import NoPhotos, ProviderFailed
from jobs.reconstruction.reconstructor import Reconstruction
from jobs.runtime.errors import Unavailable
from jobs.runtime.workspace import Workspace


@dataclass(frozen=True)
class Breaking:
    takes: frozenset[str] = frozenset({"mesh", "photos"})

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
        raise ProviderFailed("breaking", "out of memory at step 3")


@dataclass(frozen=True)
class Absent:
    takes: frozenset[str] = frozenset({"mesh"})

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
        raise Unavailable("no weights are installed")


@dataclass(frozen=True)
class Picky:
    takes: frozenset[str] = frozenset({"mesh"})

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
        raise NoPhotos(request.name)
