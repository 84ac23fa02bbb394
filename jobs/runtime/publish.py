"""Makes a gated export official: its files under `datasets/`, and the certificate last."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from jobs.contracts.document import StorePath
from jobs.contracts.export import Certificate, DatasetSummary, FileRecord, Suitability
from jobs.contracts.manifest import Artifact, Manifest, ManifestRef
from jobs.contracts.profile import Profile, Verdict
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest, read_artifact
from jobs.runtime.errors import ArtifactCorrupt, InputNotAdmitted, StoreError
from jobs.runtime.gate import decide, load_verdict, publish_verdict, require_admitted
from jobs.runtime.question import QUESTION_KIND
from jobs.runtime.store import Store, sha256_of

FILE_KIND = "dataset/file"
SUMMARY_KIND = "dataset/document"
CERTIFICATE = "certificate.json"
_FOLDER = "dataset/"


class CertificateConflict(StoreError):
    def __init__(self, store: str, path: str) -> None:
        super().__init__(
            f"'{path}' in {store} certifies other files than the ones to be published: somebody wrote there. "
            "Move that folder away and run again."
        )


def publish_dataset(store: Store, ref: ManifestRef, profile: Profile) -> StorePath:
    """Link the files of an export to `datasets/<name>/<version>/` and certify them.

    The certificate is written last and create-only: without it nothing is official, so a publication that was cut
    off at any point is simply done again. The version stands for the export and the profile that judged it: one
    export judged by two profiles is two versions of the same bytes.

    Returns: the dataset's folder in the store.

    Raises:
        InputNotAdmitted: The export has no passed verdict, or an output that it descends from does not deserve one.
        CertificateConflict: Something else was published there.
    """
    lineage = {manifest.ref: manifest for manifest in _walk(store, ref)}
    export = lineage[ref]
    require_admitted(store, export, profile)
    for manifest in lineage.values():
        _judge_if_nobody_did(store, manifest, profile)
        require_admitted(store, manifest, profile)
    summary = DatasetSummary.from_json(read_artifact(store, export, _only(export, SUMMARY_KIND)))
    version = dataset_version(ref, profile)
    folder = paths.dataset(summary.name, version)
    files = tuple(_publish_file(store, export, item, folder) for item in export.of_kind(FILE_KIND))
    certificate = Certificate(
        schema_version=1,
        dataset=summary.name,
        version=version,
        profile=profile.name,
        profile_sha256=profile.digest(),
        verdicts=tuple(_verdict(store, manifest, profile) for manifest in lineage.values()),
        checks={_name(manifest): manifest.checks for manifest in lineage.values()},
        provenance={_name(manifest): manifest.provenance for manifest in lineage.values()},
        requests={
            _name(manifest): json.loads(read_artifact(store, manifest, item))
            for manifest in lineage.values()
            for item in manifest.of_kind(QUESTION_KIND)
        },
        files=files,
        summary=summary,
        versions={
            f"{manifest.job}/{package}": installed
            for manifest in lineage.values()
            for package, installed in manifest.provenance.versions.items()
        },
        suitability=judge_suitability(profile),
    )
    _certify(store, f"{folder}/{CERTIFICATE}", certificate)
    return folder


def dataset_version(ref: ManifestRef, profile: Profile) -> str:
    """12 hex digits that stand for these files under this judgement."""
    return hashlib.sha256(f"{ref.key} {profile.digest()}".encode()).hexdigest()[:12]


def judge_suitability(profile: Profile) -> Suitability:
    """Training data is what a profile for training data let through; nothing unadmitted comes this far."""
    if profile.training_data:
        return Suitability(suitable=True, reasons=(f"every gate of profile '{profile.name}' was passed",))
    why = f"profile '{profile.name}' is not for training data: {profile.purpose}"
    return Suitability(suitable=False, reasons=(why, "run again with a profile for training data, such as 'lab'"))


def _walk(store: Store, ref: ManifestRef) -> Iterator[Manifest]:
    """The manifest and all that it descends from, each once, in an order that is always the same."""
    found = [ref]
    for item in found:
        manifest = load_manifest(store, item)
        yield manifest
        found += [parent for parent in manifest.inputs if parent not in found]


def _judge_if_nobody_did(store: Store, manifest: Manifest, profile: Profile) -> None:
    """An output is found again by what its inputs held, so it may descend from an older one that held the same.

    That one was judged by the profile of its time. What stands in the certificate is this profile's verdict.
    """
    if load_verdict(store, manifest.ref, profile) is None:
        publish_verdict(store, decide(manifest, profile))


def _publish_file(store: Store, export: Manifest, item: Artifact, folder: str) -> FileRecord:
    path = item.path.removeprefix(_FOLDER)
    target = f"{folder}/{path}"
    if store.stat(target) is not None and store.stat(f"{folder}/{CERTIFICATE}") is None:
        _drop_if_different(store, target, item)
    store.link(paths.artifact(export, item), target)
    published = store.stat(target)
    if published is None or published.bytes != item.bytes:
        seen = f"nothing at {target}" if published is None else f"{published.bytes} bytes"
        raise ArtifactCorrupt(store.uri, target, item.sha256, seen)
    return FileRecord(path=path, sha256=item.sha256, bytes=item.bytes)


def _drop_if_different(store: Store, target: str, item: Artifact) -> None:
    """What an interrupted publication left behind may come from an attempt that did not win."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "copy"
        store.download(target, copy)
        if sha256_of(copy) != item.sha256:
            store.delete(target)


def _certify(store: Store, path: str, certificate: Certificate) -> None:
    """The first certificate stands: how the same files were requested and sharded may differ from run to run."""
    if not store.create(path, certificate.to_json()):
        standing = Certificate.from_json(store.read(path))
        if standing.files != certificate.files:
            raise CertificateConflict(store.uri, path)


def _verdict(store: Store, manifest: Manifest, profile: Profile) -> Verdict:
    verdict = load_verdict(store, manifest.ref, profile)
    if verdict is None:
        raise InputNotAdmitted(manifest.job, manifest.key, profile.name, "its verdict was just removed")
    return verdict


def _only(manifest: Manifest, kind: str) -> Artifact:
    (item,) = manifest.of_kind(kind)
    return item


def _name(manifest: Manifest) -> str:
    return f"{manifest.job}/{manifest.key}"
