"""The pipeline: objects side by side up to assets, then scenes of them and episodes, then one
dataset; a gate after each job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from prefect import Flow, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.outcome import Chain, Stopped
from jobs.contracts.assembly import AssemblyRequest, SceneLayout
from jobs.contracts.document import JobName, Name, StorePath
from jobs.contracts.episodes import EpisodesRequest
from jobs.contracts.export import ExportRequest
from jobs.contracts.layout import Layout
from jobs.contracts.manifest import ManifestRef
from jobs.contracts.profile import Profile
from jobs.contracts.reconstruction import SOURCE_OF_PROVIDER, CaptureSource, ReconstructionRequest, ScannedObjectSource
from jobs.contracts.run import STAGES, ObjectRequest, RunRequest, SceneDocument, StageOutcome, found_name
from jobs.contracts.simready import CrosscheckSettings, SimreadyRequest, VisionSettings
from jobs.runtime.artifacts import load_manifest, read_artifact
from jobs.runtime.profiles import load_profile
from jobs.runtime.store import open_store
from tasks.preflight import require_simulator, require_writable
from tasks.publication import publish_scene_dataset
from tasks.scene_page import publish_scene
from tasks.settings import OperatorSettings

EPISODES_PER_SHARD = 25
REJECTED = 10

Sources = dict[Name, CaptureSource]


class SceneFailed(Exception):
    """The scene did not get where the request wants it. `document` says why, and what there is nevertheless."""

    def __init__(self, document: SceneDocument) -> None:
        super().__init__("; ".join(document.complaints) or "nothing was left to go on with")
        self.document = document

    @property
    def exit_code(self) -> int:
        """10 if gates rejected what there was, else that of the first error."""
        errors = [stage.error for stage in self.document.stages if stage.error]
        rejected = any(stage.passed is False for stage in self.document.stages)
        return REJECTED if rejected or not errors else errors[0].exit_code


@dataclass
class SceneRun:
    """One run of the flow: what was asked, under which rules, and what has been reached."""

    request: RunRequest
    profile: Profile
    store_uri: str
    simulators: tuple[str, ...] = ()
    stages: list[StageOutcome] = field(default_factory=list[StageOutcome])
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def reaches(self, job: JobName) -> bool:
        return STAGES.index(self.request.until) >= STAGES.index(job)

    def require_objects(self, results: list[tuple[Name, ManifestRef]]) -> None:
        """Raises: SceneFailed: Fewer objects are left than the profile wants."""
        if len({name for name, _ in results}) < self.profile.minimum_objects:
            raise SceneFailed(self.publish())

    def publish(self, dataset: StorePath | None = None) -> SceneDocument:
        """Say in the store what has been reached by now."""
        document = SceneDocument(
            schema_version=1,
            scene=self.request.scene,
            request=self.request,
            stages=tuple(self.stages),
            dataset=dataset,
            started_at=self.started_at,
            updated_at=datetime.now(UTC),
        )
        order = {name: place for place, name in enumerate(document.objects)}
        stages = sorted(self.stages, key=lambda stage: (STAGES.index(stage.job), order.get(stage.subject, 0)))
        document = document.model_copy(update={"stages": tuple(stages)})
        return publish_scene(open_store(self.store_uri), document, OperatorSettings.from_environment())


@flow(name="scene", flow_run_name="{request.scene}", persist_result=False)
def build_scene(request: RunRequest, sources: Sources, store_uri: str) -> SceneDocument:
    """Photos or meshes in, certified dataset out; as far as `request.until`.

    Args:
        sources: What each object is made from, in the store already.
        store_uri: A folder or `gs://bucket`.

    Raises:
        SimfoundryError: Nothing could be started.
        SceneFailed: Too few objects got as far as the request wants; its document says what became of each.
    """
    run = SceneRun(request, load_profile(request.profile), store_uri)
    require_writable(open_store(store_uri))
    run.simulators = require_simulator(request, run.profile)
    results = build_assets(run, sources)
    run.require_objects(results)
    if not run.reaches("assembly"):
        return run.publish()
    scenes = assemble_scenes(run, results)
    if not run.reaches("episodes"):
        if not _collect(run, scenes):
            raise SceneFailed(run.publish())
        return run.publish()
    shards = record_episodes(run, dict(results), scenes)
    run.require_objects(shards)
    if run.reaches("export"):
        return run.publish(export_dataset(run, tuple(ref for _, ref in shards)))
    return run.publish()


def build_assets(run: SceneRun, sources: Sources) -> list[tuple[Name, ManifestRef]]:
    """Each object to its mesh or asset, side by side, what a scan shows as objects of their own; an object that fails
    does not stop the others."""
    scans = {item.name: fuse_scan.submit(item, sources[item.name], run) for item in run.request.objects if item.scan}
    wanted = {item.name: [_whole(item, sources[item.name])] for item in run.request.objects if not item.scan}
    futures = {item.name: build_asset.submit(item, run) for items in wanted.values() for item in items}
    for item in run.request.objects:
        if item.name in scans:
            for name, scan in _collect(run, [(item.name, scans[item.name])]):
                wanted[name] = list(_found(item, scan, run))
                futures |= {part.name: build_asset.submit(part, run) for part in wanted[name]}
    in_order = [part.name for item in run.request.objects for part in wanted.get(item.name, ())]
    return _collect(run, [(name, futures[name]) for name in in_order])


def assemble_scenes(run: SceneRun, assets: list[tuple[Name, ManifestRef]]) -> list[Pending]:
    """Scenes, side by side: one as each scan shows what was found in it, and one of all other assets on a table, for
    which it takes two, or a run that ends there."""
    found_in = {stage.subject: stage.found_in for stage in run.stages}
    scans = {stage.subject: stage.outputs[0] for stage in run.stages if stage.outputs and stage.job == "reconstruction"}
    groups: dict[Name | None, dict[Name, ManifestRef]] = {}
    for name, ref in assets:
        groups.setdefault(found_in[name], {})[name] = ref
    alone = groups.get(None, {})
    if len(alone) == 1 and run.request.until != "assembly":
        del groups[None]
    return [
        (scan or run.request.scene, assemble_scene.submit(scan, scans[scan] if scan else None, members, run))
        for scan, members in groups.items()
    ]


def record_episodes(
    run: SceneRun, assets: dict[Name, ManifestRef], scenes: list[Pending]
) -> list[tuple[Name, ManifestRef]]:
    """Shards of episodes of each asset, side by side; only those that passed their gate go on. What becomes of the
    scenes meanwhile is noted and stops nothing: episodes are of single objects."""
    shards = [
        (name, first, min(EPISODES_PER_SHARD, run.request.episodes - first))
        for name in assets
        for first in range(0, run.request.episodes, EPISODES_PER_SHARD)
    ]
    futures = [(name, record_shard.submit(name, assets[name], first, count, run)) for name, first, count in shards]
    _collect(run, scenes)
    return _collect(run, futures)


def export_dataset(run: SceneRun, shards: tuple[ManifestRef, ...]) -> StorePath:
    """One dataset of all shards, published with its certificate once its gate let it through.

    Raises:
        SceneFailed: The job failed or the gate rejected.
    """
    chain = Chain(run.request.scene, run.profile, run.store_uri)
    request = ExportRequest(schema_version=1, profile=run.profile.name, name=run.request.scene, episodes=shards)
    try:
        dataset = chain.run(request)
    except Stopped as stop:
        run.stages += stop.outcomes
        raise SceneFailed(run.publish()) from stop
    run.stages += chain.outcomes
    return publish_scene_dataset(dataset, run.profile, run.store_uri)


Result = tuple[ManifestRef, list[StageOutcome]]
Pending = tuple[Name, PrefectFuture[Result]]


@dataclass(frozen=True)
class Wanted:
    """One object, and what its asset is made from; `asked` says what is known of it. `scan`: the fused scan that it
    was found in, whose name is `found_in`."""

    name: Name
    asked: ObjectRequest
    source: CaptureSource | ScannedObjectSource
    scan: ManifestRef | None = None
    found_in: Name | None = None


@task(task_run_name="scan: {item.name}", cache_policy=NO_CACHE, persist_result=False)
def fuse_scan(item: ObjectRequest, source: CaptureSource, run: SceneRun) -> Result:
    """One scan to the objects that it shows, where they stand.

    Raises:
        Stopped: It got no further.
    """
    chain = Chain(item.name, run.profile, run.store_uri)
    return chain.run(_reconstruction(Wanted(item.name, item, source), run)), chain.outcomes


@task(task_run_name="asset: {item.name}", cache_policy=NO_CACHE, persist_result=False)
def build_asset(item: Wanted, run: SceneRun) -> Result:
    """One object: reconstruction, then simready, as far as the run goes.

    Raises:
        Stopped: It got no further.
    """
    chain = Chain(item.name, run.profile, run.store_uri, item.found_in)
    ref = chain.run(_reconstruction(item, run))
    if run.reaches("simready"):
        ref = chain.run(_simready(item, ref, run))
    return ref, chain.outcomes


@task(task_run_name="scene", cache_policy=NO_CACHE, persist_result=False)
def assemble_scene(
    found_in: Name | None, scan: ManifestRef | None, assets: dict[Name, ManifestRef], run: SceneRun
) -> Result:
    """One scene: of what was found in a scan, where it stood, or of other assets as the request lays them out.

    Raises:
        Stopped: The job failed or the gate rejected.
    """
    asked = run.request.layout
    placements = tuple(item for item in asked.placements if item.name in assets)
    chain = Chain(found_in or run.request.scene, run.profile, run.store_uri)
    request = AssemblyRequest(
        schema_version=1,
        profile=run.profile.name,
        scene=chain.subject,
        assets=tuple(assets.values()),
        scan=scan,
        found_in=found_in,
        layout=SceneLayout(placements=placements, table=asked.table),
        seed=run.request.seed,
    )
    return chain.run(request), chain.outcomes


@task(task_run_name="episodes: {name} from {first}", cache_policy=NO_CACHE, persist_result=False)
def record_shard(name: Name, asset: ManifestRef, first: int, count: int, run: SceneRun) -> Result:
    """One shard of one asset's episodes.

    Raises:
        Stopped: The job failed or the gate rejected.
    """
    chain = Chain(name, run.profile, run.store_uri)
    request = EpisodesRequest(
        schema_version=1,
        profile=run.profile.name,
        scene=run.request.scene,
        asset=asset,
        seed=run.request.seed,
        first_episode=first,
        episode_count=count,
        simulators=run.simulators,
    )
    return chain.run(request), chain.outcomes


def _whole(item: ObjectRequest, source: CaptureSource) -> Wanted:
    return Wanted(item.name, item, source)


def _found(item: ObjectRequest, scan: ManifestRef, run: SceneRun) -> Iterator[Wanted]:
    """What a fused scan shows, in the order of its layout."""
    store = open_store(run.store_uri)
    manifest = load_manifest(store, scan)
    [document] = manifest.of_kind("layout/document")
    for thing in Layout.from_json(read_artifact(store, manifest, document)).objects:
        source = ScannedObjectSource(kind="scanned_object", name=thing.name)
        yield Wanted(found_name(item.name, thing.name), item, source, scan, item.name)


def _reconstruction(item: Wanted, run: SceneRun) -> ReconstructionRequest:
    return ReconstructionRequest(
        schema_version=1,
        profile=run.profile.name,
        name=item.name,
        source=item.source,
        scan=item.scan,
        providers=_able(run.profile, item.source.kind),
        formats=() if item.source.kind == "scan" else run.request.formats,
    )


def _able(profile: Profile, kind: str) -> tuple[Name, ...]:
    """The admitted providers that take such a source; all of them if none does, for the job to say so."""
    return tuple(name for name in profile.providers if SOURCE_OF_PROVIDER.get(name) == kind) or profile.providers


def _simready(item: Wanted, mesh: ManifestRef, run: SceneRun) -> SimreadyRequest:
    return SimreadyRequest(
        schema_version=1,
        profile=run.profile.name,
        name=item.name,
        mesh=mesh,
        category=item.asked.category,
        material=item.asked.material,
        mass_kg=item.asked.mass_kg,
        mass_tolerance_kg=item.asked.mass_tolerance_kg,
        licence=item.asked.licence,
        vision=VisionSettings(providers=run.request.vision),
        crosscheck=CrosscheckSettings(simulators=tuple(dict.fromkeys(run.profile.crosscheck + run.request.crosscheck))),
        seed=run.request.seed,
    )


def _collect(run: SceneRun, futures: Iterable[Pending]) -> list[tuple[Name, ManifestRef]]:
    """The results that there are, in order; all outcomes go to the run, and the scene's page is kept up to date."""
    results: list[tuple[Name, ManifestRef]] = []
    for name, future in futures:
        try:
            ref, outcomes = future.result()
        except Stopped as stop:
            run.stages += stop.outcomes
        else:
            run.stages += outcomes
            results.append((name, ref))
        run.publish()
    return results


def scene_flow(settings: OperatorSettings) -> Flow[..., SceneDocument]:
    """The flow, with as many jobs at once as the operator set."""
    runner = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=settings.parallel_jobs))
    return build_scene.with_options(task_runner=runner)
