"""Captures, and a store to run the job in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from jobs.contracts.manifest import Manifest
from jobs.contracts.reconstruction import MeshSource, PartsSource, PhotoSource, ReconstructionRequest, UploadedFile
from jobs.reconstruction.pictures.picture_format import EXTENSIONS
from jobs.runtime import paths
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.job import execute
from jobs.runtime.settings import Settings
from jobs.runtime.store import sha256_of
from jobs.runtime.workspace import silent
from tests.reconstruction.turntable import Turntable, hammer

PICTURES = {extension for extensions in EXTENSIONS.values() for extension in extensions}
CARVING = {"grid": 64, "min_views": 8}


class Bench:
    """A store, and the job run in it. `uploads` are what was put there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = FolderStore(str(root / "store"))

    def upload(self, folder: Path, path: Path) -> UploadedFile:
        name = path.relative_to(folder).as_posix()
        target = f"uploads/test/{name}"
        self.store.upload(path, target)
        return UploadedFile(name=name, path=target, sha256=sha256_of(path), bytes=path.stat().st_size)

    def photos(self, folder: Path, cameras: str | None = "transforms.json", **changes: object) -> ReconstructionRequest:
        files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
        source = PhotoSource(
            kind="photos",
            photos=tuple(self.upload(folder, path) for path in files),
            cameras=() if cameras is None else (self.upload(folder, folder / cameras),),
            turntable=changes.pop("turntable", None),
            known_size_m=changes.pop("known_size_m", None),
            known_distance_m=changes.pop("known_distance_m", None),
            allow_several=bool(changes.pop("allow_several", False)),
        )
        return self._request(source, "visual_hull", {"carving": CARVING} | changes)

    def mesh(self, path: Path, **changes: object) -> ReconstructionRequest:
        companions = sorted(item for item in path.parent.iterdir() if item != path and item.is_file())
        source = MeshSource(
            kind="mesh",
            mesh=self.upload(path.parent, path),
            companions=tuple(self.upload(path.parent, item) for item in companions),
            units=changes.pop("units", None),
        )
        return self._request(source, "mesh_import", changes)

    def parts(self, folder: Path, **changes: object) -> ReconstructionRequest:
        files = {path.name: self.upload(folder, path) for path in sorted(folder.iterdir())}
        joints = files.pop("joints.json", None)
        units = changes.pop("units", None)
        source = PartsSource(kind="parts", parts=tuple(files.values()), joints=joints, units=units)
        return self._request(source, "parts_import", changes)

    def whole(self, path: Path, **changes: object) -> ReconstructionRequest:
        """One file that is to be taken apart, and what is said of its joints beside it."""
        said = path.with_name(f"{path.stem}.joints.json")
        source = PartsSource(
            kind="parts",
            parts=(self.upload(path.parent, path),),
            apart=True,
            joints=self.upload(path.parent, said) if said.exists() else None,
            units=changes.pop("units", None),
        )
        return self._request(source, "parts_import", changes)

    def run(self, request: ReconstructionRequest) -> Manifest:
        settings = Settings(work_dir=self.root / "work", image=None, isaac_sim_root=None)
        return execute(request, self.store, settings, silent).manifest

    def artifact(self, manifest: Manifest, kind: str) -> Path:
        (item,) = manifest.of_kind(kind)
        return Path(self.store.uri) / paths.artifact(manifest, item)

    def _request(
        self, source: PhotoSource | MeshSource | PartsSource, provider: str, changes: dict[str, object]
    ) -> ReconstructionRequest:
        fields = {"schema_version": 1, "profile": "demo", "name": "thing", "providers": (provider,)}
        return ReconstructionRequest.model_validate(fields | {"source": source} | changes)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "bench")


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Turntable:
    """Sixteen pictures of the hammer; not to be changed."""
    return Turntable.make(tmp_path_factory.mktemp("turntable") / "hammer", hammer())


@pytest.fixture
def turntable(pristine: Turntable, tmp_path: Path) -> Turntable:
    """A copy that a test may spoil."""
    shutil.copytree(pristine.folder, tmp_path / "hammer")
    return Turntable(tmp_path / "hammer", pristine.mesh, pristine.cameras)


@pytest.fixture
def repaint(turntable: Turntable) -> Callable[[int, Callable[[Image.Image], Image.Image]], None]:
    """Change one picture of the turntable."""

    def change(index: int, how: Callable[[Image.Image], Image.Image]) -> None:
        path = turntable.folder / f"images/{index:02d}.png"
        with Image.open(path) as picture:
            changed = how(picture.copy())
        changed.save(path)

    return change
