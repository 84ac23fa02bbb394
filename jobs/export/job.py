"""The export job: shards of episodes to one LeRobot v3.0 dataset."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.contracts.episodes import Episode
from jobs.contracts.export import DatasetSummary, EpisodeSummary, ExportRequest
from jobs.contracts.manifest import Manifest, Provenance
from jobs.export.checks import measure
from jobs.export.errors import NoEpisodes
from jobs.export.features import Features, require_agreement
from jobs.export.finding import Reopening
from jobs.export.recording import Recording, find_recordings
from jobs.export.reopen import reopen
from jobs.export.writer import DatasetWriter
from jobs.runtime.key import dependency_versions
from jobs.runtime.workspace import Workspace

FOLDER = "dataset"


def run(request: ExportRequest, workspace: Workspace) -> Manifest:
    """Write, open again, compare.

    Without a single episode to export nothing is written; the checks then say so, and the gate rejects.

    Raises:
        MixedEpisodes, RepeatedEpisode, IncompleteEpisode, UnreadableRecording, NoEpisodes.
    """
    recordings = find_recordings(workspace, request.episodes)
    if not recordings:
        raise NoEpisodes(request.name)
    require_agreement([recording.episode for recording in recordings])
    chosen = choose(recordings, request.keep_failures)
    reopening = None
    if chosen:
        write(chosen, request, workspace)
        reopening = reopen(workspace.outputs / FOLDER, chosen, workspace.progress)
    summary = summarise(request, recordings, chosen)
    workspace.publish_document("dataset/document", "dataset.json", summary)
    return workspace.manifest(request, measure(summary, reopening), _provenance(summary, reopening))


def choose(recordings: Sequence[Recording], keep_failures: bool) -> tuple[Recording, ...]:
    """What goes into the dataset, in its order: successes, then failures if they are wanted."""
    successes = [recording for recording in recordings if recording.episode.success]
    failures = [recording for recording in recordings if not recording.episode.success]
    return (*successes, *(failures if keep_failures else ()))


def write(chosen: Sequence[Recording], request: ExportRequest, workspace: Workspace) -> None:
    """Write the dataset below the workspace's outputs."""
    with chosen[0].opened() as first:
        features = Features.of(first)
    writer = DatasetWriter(
        features,
        request.video,
        lambda path: workspace.output("dataset/file", f"{FOLDER}/{path}"),
        workspace.scratch("clips"),
    )
    for number, recording in enumerate(chosen):
        workspace.progress("write episode", number, len(chosen))
        with recording.opened() as opened:
            writer.add(opened)
    writer.finish()


def summarise(request: ExportRequest, recordings: Sequence[Recording], chosen: Sequence[Recording]) -> DatasetSummary:
    """Every recorded episode, and what became of it."""
    place = {id(recording): index for index, recording in enumerate(chosen)}
    episodes = [recording.episode for recording in recordings]
    stamps = {episode.simulator.to_json(): episode.simulator for episode in episodes}
    return DatasetSummary(
        schema_version=1,
        name=request.name,
        format=request.format,
        robot=episodes[0].robot,
        fps=episodes[0].fps,
        frames=sum(recording.episode.frames for recording in chosen),
        episodes=tuple(_summarise_one(item.episode, place.get(id(item))) for item in recordings),
        simulators=tuple(stamps[key] for key in sorted(stamps)),
        seeds=tuple(sorted({episode.seed for episode in episodes})),
    )


def _summarise_one(episode: Episode, dataset_index: int | None) -> EpisodeSummary:
    return EpisodeSummary(
        object=episode.object,
        index=episode.index,
        success=episode.success,
        failure=episode.failure,
        frames=episode.frames,
        dataset_index=dataset_index,
    )


def _provenance(summary: DatasetSummary, reopening: Reopening | None) -> Provenance:
    return Provenance(
        maker=summary.format,
        versions=dependency_versions("export"),
        warnings=tuple(reopening.problems) if reopening else (),
    )
