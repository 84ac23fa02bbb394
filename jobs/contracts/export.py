"""Request and results of the export job, and the certificate that goes with a published dataset."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from jobs.contracts.check import CheckResult
from jobs.contracts.document import Document, JobName, Name, Sha256, StorePath
from jobs.contracts.episodes import SimulatorStamp
from jobs.contracts.manifest import ManifestRef, Provenance
from jobs.contracts.profile import Verdict


class VideoSettings(Document):
    """H.264 by libx264. `min_psnr_db`: every re-read frame must be at least this close to the recorded one."""

    preset: Literal["ultrafast", "superfast", "veryfast", "fast", "medium"] = "veryfast"
    crf: Annotated[int, Field(ge=0, le=51)] = 18
    gop: Annotated[int, Field(ge=1)] = 2


class ExportRequest(Document):
    """Shards of episodes to one dataset. `keep_failures`: failed episodes are part of the dataset, marked as such."""

    job: ClassVar[JobName] = "export"
    schema_version: Literal[1]
    profile: Name
    name: Name
    episodes: Annotated[tuple[ManifestRef, ...], Field(min_length=1)]
    format: Literal["lerobot_v3"] = "lerobot_v3"
    keep_failures: bool = False
    video: VideoSettings = VideoSettings()


class EpisodeSummary(Document):
    """One recorded episode, exported or not; `dataset_index` is its index in the dataset, if it is there."""

    object: Name
    index: int
    success: bool
    failure: str | None
    frames: int
    dataset_index: int | None


class DatasetSummary(Document):
    """`dataset.json`: what the export job put into the dataset and what it left out, with reasons."""

    schema_version: Literal[1]
    name: Name
    format: Literal["lerobot_v3"]
    robot: Name
    fps: int
    frames: int
    episodes: tuple[EpisodeSummary, ...]
    simulators: tuple[SimulatorStamp, ...]
    seeds: tuple[int, ...]


class FileRecord(Document):
    """One file of a dataset, relative to the dataset's folder."""

    path: StorePath
    sha256: Sha256
    bytes: int


class Suitability(Document):
    """May a policy be trained on it, and why or why not."""

    suitable: bool
    reasons: tuple[str, ...]


class Certificate(Document):
    """`certificate.json` in a published dataset: everything needed to doubt it, and to check it.

    `verdicts`, one per output that the dataset descends from, hold the thresholds; `checks`, `provenance` and
    `requests` belong to the same outputs, by `<job>/<key>`. `versions` are by `<job>/<package>`. What simulated and
    rendered, and the seeds, stand in `summary`.
    """

    schema_version: Literal[1]
    dataset: Name
    version: str
    profile: Name
    profile_sha256: Sha256
    verdicts: tuple[Verdict, ...]
    checks: dict[str, tuple[CheckResult, ...]]
    provenance: dict[str, Provenance]
    requests: dict[str, dict[str, Any]]
    files: tuple[FileRecord, ...]
    summary: DatasetSummary
    versions: dict[str, str]
    suitability: Suitability


class ChangedFile(Document):
    """A file that is not what its certificate says. `seen_sha256` is None for what is not a plain file."""

    path: str
    expected_sha256: Sha256
    seen_sha256: Sha256 | None


class Verification(Document):
    """A published dataset held against its certificate."""

    schema_version: Literal[1]
    location: str
    dataset: Name
    version: str
    certificate_sha256: Sha256
    files: int
    missing: tuple[str, ...]
    changed: tuple[ChangedFile, ...]
    extra: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Every certified file is there unchanged, and no other."""
        return not (self.missing or self.changed or self.extra)

    @property
    def problems(self) -> tuple[str, ...]:
        """A line for each file that is not what the certificate says."""
        return (
            *(f"missing: {path}" for path in self.missing),
            *(
                f"changed: {item.path} has sha256 {item.seen_sha256 or 'none, it is not a plain file'}, "
                f"certified is {item.expected_sha256}"
                for item in self.changed
            ),
            *(f"extra:   {path} is not in the certificate" for path in self.extra),
        )

    @property
    def summary(self) -> str:
        found = f"Dataset '{self.dataset}' version {self.version}: "
        if self.intact:
            return found + f"all {self.files} files are as certified (certificate {self.certificate_sha256[:12]})."
        counts = f"{len(self.missing)} missing, {len(self.changed)} changed, {len(self.extra)} extra"
        return found + f"{counts} of {self.files} certified files. Do not train on it; publish it again."
