"""The scene's document and its page, for people: what was reached, what was rejected and why, what it took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from jobs.contracts.document import JobName
from jobs.contracts.export import DatasetSummary
from jobs.contracts.manifest import Artifact, Manifest
from jobs.contracts.profile import Profile
from jobs.contracts.reconstruction import MeshFormat
from jobs.contracts.run import STAGES, SceneDocument, StageOutcome
from jobs.contracts.simready import Asset, PhysicalProperty
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest, read_artifact
from jobs.runtime.gate import load_verdict
from jobs.runtime.profiles import load_profile
from jobs.runtime.store import Store
from tasks.cost import describe_cost
from tasks.page_parts import Markup, badge, bullets, element, foldable, join, link, page, picture, table
from tasks.settings import OperatorSettings
from tasks.wording import RESULTS, tell_bounds, tell_time, tell_value

MAX_PREVIEWS = 3
MAX_PICTURED_OBJECTS = 20
"""A page must open in a browser: pictures of further objects are left in the store."""
ROOT_KINDS = (
    "mesh/glb", "mesh/textured_glb", *(f"mesh/{name}" for name in get_args(MeshFormat)),
    "asset/usd", "asset/usdz", "asset/mjcf", "asset/urdf", "asset/glb", "scene/usd", "scene/mjcf",
)  # fmt: skip
"""The kinds of file that a user opens."""
_OF_SEVERAL: dict[JobName, str] = {"assembly": "Assembled scene", "export": "Export of what got through of"}
_PICTURES = {"picture/contact_sheet": "sheet", "episode/preview": "wide", "picture/overview": "wide"}
_TO_STORE = "../../"


def publish_scene(store: Store, document: SceneDocument, settings: OperatorSettings) -> SceneDocument:
    """Replace `scene.json` and `report.html` of the scene; returns the document with the report's path in it."""
    folder = paths.scene(document.scene)
    complete = document.model_copy(update={"report": f"{folder}/report.html"})
    store.replace(f"{folder}/report.html", render_page(store, complete, settings).encode())
    store.replace(f"{folder}/scene.json", complete.to_json())
    return complete


def render_page(store: Store, document: SceneDocument, settings: OperatorSettings) -> str:
    """A self-contained HTML page; its links are relative, so a store may be moved as a whole."""
    manifests = {ref.key: load_manifest(store, ref) for stage in document.stages for ref in stage.outputs}
    scene = _Scene(store, document, load_profile(document.request.profile), manifests)
    sections = (scene.section(name) for name in scene.subjects)
    return page(document.scene, join((scene.headline(), scene.summary(settings), scene.overview(), *sections)))


@dataclass(frozen=True)
class _Scene:
    store: Store
    document: SceneDocument
    profile: Profile
    manifests: dict[str, Manifest]

    @property
    def objects(self) -> tuple[str, ...]:
        return self.document.objects

    @property
    def subjects(self) -> list[str]:
        """The objects, then the scene itself, as far as something is known of them."""
        known = {stage.subject for stage in self.document.stages}
        return [name for name in dict.fromkeys((*self.objects, self.document.scene)) if name in known]

    def headline(self) -> Markup:
        """Name, result and, if anything went wrong, what."""
        document = self.document
        reached = [stage for stage in document.outcomes(document.request.until) if stage.passed]
        if document.dataset:
            result = badge(True, "certified dataset")
        elif reached:
            result = badge(True, f"reached {document.request.until}")
        elif document.complaints:
            result = badge(False, "nothing got through")
        else:
            result = badge(None, "under way")
        complaints = [_complaint(stage) for stage in document.stages if not stage.passed]
        return join((element("header", join((element("h1", document.scene), result))), *complaints))

    def summary(self, settings: OperatorSettings) -> Markup:
        """What was asked, what came of it, what it took, where it is."""
        document, request = self.document, self.document.request
        stopped = {stage.subject for stage in document.stages if not stage.passed}
        things = set(self.objects) - {stage.found_in for stage in document.stages}
        usages = [stage.usage for stage in document.stages if stage.usage]
        facts = {
            "objects got through": f"{len(things - stopped)} of {len(things)}",
            "profile": request.profile,
            "seed": str(request.seed),
            "wall time": f"{(document.updated_at - document.started_at).total_seconds():.1f} s",
            "used": describe_cost(usages, settings),
        }
        if usages:
            facts["peak memory of a job"] = f"{max(usage.peak_memory_bytes for usage in usages) / 1e6:.0f} MB"
        dataset = self._dataset_summary()
        if dataset:
            kept = sum(episode.dataset_index is not None for episode in dataset.episodes)
            facts["episodes in the dataset"] = f"{kept} of {len(dataset.episodes)}"
        cells = join(element("div", join((element("b", value), name))) for name, value in facts.items())
        return join((element("div", cells, "facts"), self._links()))

    def overview(self) -> Markup:
        """One line for each object, one column for each of its jobs; below it what is made of several of them."""
        reached = STAGES[: STAGES.index(self.document.request.until) + 1]
        jobs: list[JobName] = [job for job in reached if job not in _OF_SEVERAL]
        rows: list[list[str]] = []
        for name in self.objects:
            cells = [_cell(self._outcomes(name, job)) for job in jobs]
            rows.append([self._thumbnail(name, "small"), element("b", name), *cells])
        overview = table(("", "object", *jobs), rows)
        whole = [stage for job in _OF_SEVERAL for stage in self.document.outcomes(job)]
        lines = (element("p", join((f"{_OF_SEVERAL[stage.job]} {stage.subject}: ", _cell([stage])))) for stage in whole)
        return join((overview, *lines))

    def section(self, subject: str) -> Markup:
        """Everything about one object, or about the scene's dataset."""
        stages = [stage for stage in self.document.stages if stage.subject == subject]
        facts = element("div", join((self._thumbnail(subject, "medium"), self._asset(stages))), "row")
        return join((element("h2", subject), facts, *(part for stage in stages for part in self._stage(stage))))

    def _stage(self, stage: StageOutcome) -> Iterator[Markup]:
        label = join((f"{stage.job} ", _badge(stage), element("span", f" {tell_time(stage)}", "dim")))
        content: list[Markup] = []
        for manifest in (self.manifests[ref.key] for ref in stage.outputs):
            content += self._output(manifest)
        if stage.error:
            content.append(element("p", f"{stage.error.type}: {stage.error.message}"))
        yield foldable(label, join(content), opened=not stage.passed)
        if self._pictured(stage.subject):
            for manifest in (self.manifests[ref.key] for ref in stage.outputs):
                yield element("div", join(self._pictures(manifest)), "row")

    def _output(self, manifest: Manifest) -> Iterator[Markup]:
        verdict = load_verdict(self.store, manifest.ref, self.profile)
        if verdict:
            rows = [
                (
                    finding.requirement.check,
                    finding.subject,
                    tell_value(finding),
                    tell_bounds(finding.requirement),
                    badge(finding.passed, RESULTS[finding.passed]),
                )
                for finding in sorted(verdict.findings, key=lambda finding: finding.passed)
            ]
            yield table(("check", "of", "measured", "required", "result"), rows)
        yield bullets(manifest.provenance.warnings)
        folder = paths.output(manifest.ref)
        made_by = join(("Made by ", element("b", manifest.provenance.maker), ": ", element("code", folder), " ("))
        files = [_link(paths.manifest(manifest.ref), "manifest"), *self._file_links(manifest)]
        yield element("p", join((made_by, _listed(files), ")")))

    def _asset(self, stages: list[StageOutcome]) -> Markup:
        manifest = self._manifest_with("asset/document", stages)
        if manifest is None:
            return Markup()
        [item] = manifest.of_kind("asset/document")
        asset = Asset.from_json(read_artifact(self.store, manifest, item))
        size = " x ".join(f"{extent * 1000:.1f}" for extent in asset.extents_m)
        rows = [
            ("size", f"{size} mm"),
            ("category", asset.category or "not given"),
            ("material", asset.material),
            ("mass", _property(asset.mass_kg)),
            ("static friction", _property(asset.static_friction)),
            *(
                (
                    f"colliders of {link.name}",
                    f"{link.colliders} by {link.collider_method}, IoU {link.collider_iou:.3f}",
                )
                for link in asset.links
            ),
            ("open it", _listed(self._file_links(manifest))),
        ]
        return element("div", table((), rows))

    def _pictures(self, manifest: Manifest) -> Iterator[Markup]:
        for kind, size in _PICTURES.items():
            for item in manifest.of_kind(kind)[:MAX_PREVIEWS]:
                yield self._picture(manifest, item, size)

    def _thumbnail(self, subject: str, size: str) -> Markup:
        stages = [stage for stage in self.document.stages if stage.subject == subject]
        manifest = self._manifest_with("picture/thumbnail", stages)
        if manifest is None or not self._pictured(subject):
            return Markup()
        return self._picture(manifest, manifest.of_kind("picture/thumbnail")[0], size)

    def _picture(self, manifest: Manifest, item: Artifact, size: str) -> Markup:
        return picture(read_artifact(self.store, manifest, item), item.path, size)

    def _pictured(self, subject: str) -> bool:
        return subject in (*self.objects[:MAX_PICTURED_OBJECTS], self.document.scene)

    def _outcomes(self, subject: str, job: JobName) -> list[StageOutcome]:
        return [stage for stage in self.document.stages if (stage.subject, stage.job) == (subject, job)]

    def _manifest_with(self, kind: str, stages: list[StageOutcome]) -> Manifest | None:
        found = (self.manifests[ref.key] for stage in stages for ref in stage.outputs)
        return next((manifest for manifest in found if manifest.of_kind(kind)), None)

    def _dataset_summary(self) -> DatasetSummary | None:
        manifest = self._manifest_with("dataset/document", list(self.document.stages))
        if manifest is None:
            return None
        return DatasetSummary.from_json(read_artifact(self.store, manifest, manifest.of_kind("dataset/document")[0]))

    def _links(self) -> Markup:
        links = [_link(f"{paths.scene(self.document.scene)}/scene.json", "scene.json")]
        if self.document.dataset:
            links = [
                _link(f"{self.document.dataset}/", f"dataset {self.document.dataset}"),
                _link(f"{self.document.dataset}/certificate.json", "certificate"),
                *links,
            ]
        return element("p", _listed(links))

    def _file_links(self, manifest: Manifest) -> list[Markup]:
        return [
            _link(paths.artifact(manifest, item), item.kind.removeprefix("asset/"))
            for item in manifest.artifacts
            if item.kind in ROOT_KINDS
        ]


def _link(path: str, label: str) -> Markup:
    return link(_TO_STORE + path, label)


def _listed(links: list[Markup]) -> Markup:
    return Markup(", ".join(links))


def _badge(stage: StageOutcome) -> Markup:
    return badge(bool(stage.passed), RESULTS[stage.passed])


def _cell(stages: list[StageOutcome]) -> Markup:
    """The shards of one job, in one cell; a job that was never reached has none."""
    if not stages:
        return element("span", "not reached", "dim")
    worst = next((stage for stage in stages if not stage.passed), stages[0])
    count = f" {sum(bool(stage.passed) for stage in stages)} of {len(stages)} passed," if len(stages) > 1 else ""
    return join(
        (_badge(worst), element("span", f"{count} {', '.join(tell_time(stage) for stage in stages[:3])}", "dim"))
    )


def _complaint(stage: StageOutcome) -> Markup:
    what = "failed" if stage.error else "was rejected"
    reasons = [f"{stage.error.type}: {stage.error.message}"] if stage.error else [*stage.reasons, *stage.warnings]
    title = element("b", f"{stage.subject}: {stage.job} {what}")
    return element("div", join((title, bullets(reasons))), "complaint")


def _property(value: PhysicalProperty) -> str:
    unit = f" {value.unit}" if value.unit else ""
    return f"{value.value:.4g}{unit} ({value.low:.3g} .. {value.high:.3g}; {value.source.replace('_', ' ')})"
