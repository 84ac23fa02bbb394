"""One fault that is put into an asset's files, and the check that must find it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jobs.contracts.check import CheckResult
from jobs.contracts.inspection import InspectionSettings
from jobs.contracts.simready import Asset, ColliderSettings
from jobs.simready.checks.parity import check_parity
from jobs.simready.checks.reading import read_mujoco, read_usd
from jobs.simready.inspection.document import DOCUMENT
from jobs.simready.inspection.inspection import AssetFiles, check_files


@dataclass(frozen=True)
class Fault:
    """`check`: who must find it. `put(asset, random)` changes files of a copy. `jointed`: where there are joints."""

    check: str
    put: Callable[[AssetFiles, np.random.Generator], None]
    jointed: bool = False


def copy_asset(asset: AssetFiles, root: Path) -> AssetFiles:
    """All of an asset's files, somewhere else."""
    shutil.copytree(asset.root, root)
    return AssetFiles(root, {fmt: root / path.relative_to(asset.root) for fmt, path in asset.files.items()})


def check(asset: AssetFiles) -> dict[str, CheckResult]:
    """Its static checks by name, with the tolerances that a request has by default."""
    checks = check_files("thing", asset, ColliderSettings().max_hull_vertices, InspectionSettings())
    return {item.name: item for item in checks}


def compare(asset: AssetFiles) -> dict[str, CheckResult]:
    """What comes of holding its files against its document."""
    document = Asset.from_json((asset.root / DOCUMENT).read_bytes())
    readers = {"usd": read_usd, "mjcf": read_mujoco, "urdf": read_mujoco}
    readings = {fmt: readers[fmt](path, document) for fmt, path in asset.files.items()}
    return {item.name: item for item in check_parity(document, readings)}
