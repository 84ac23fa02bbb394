import hashlib

import pytest

from jobs.contracts.export import Certificate, FileRecord
from jobs.runtime import paths
from jobs.runtime.errors import ArtifactCorrupt, InputNotAdmitted
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.profiles import load_profile
from jobs.runtime.publish import CertificateConflict, publish_dataset
from jobs.runtime.verify import verify_dataset
from tests.runtime.published import DATASET_FILES, SUMMARY, commit_line

DEMO = load_profile("demo")
LAB = load_profile("lab")


class Killed(BaseException):
    """Nothing in the program may catch it."""


class DyingStore(FolderStore):
    """A folder whose user is cut off at the n-th write, before or just after it took effect."""

    def __init__(self, uri, writes, late):
        super().__init__(uri)
        self.left, self.late = writes, late

    def link(self, source, target):
        self._live(lambda: super(DyingStore, self).link(source, target))

    def create(self, path, data):
        return self._live(lambda: super(DyingStore, self).create(path, data))

    def _live(self, write):
        self.left -= 1
        if self.left == 0 and not self.late:
            raise Killed
        result = write()
        if self.left == 0:
            raise Killed
        return result


def certificate_of(store, folder):
    return Certificate.from_json(store.read(f"{folder}/certificate.json"))


def test_files_are_published_under_name_and_version(store):
    folder = publish_dataset(store, commit_line(store, DEMO), DEMO)
    assert folder.startswith("datasets/toys/")
    assert len(folder.rpartition("/")[2]) == 12
    for path, data in DATASET_FILES.items():
        assert store.read(f"{folder}/{path.removeprefix('dataset/')}") == data
    assert len(list(store.list(f"{folder}/"))) == len(DATASET_FILES) + 1


def test_certificate_holds_the_whole_line(folder):
    ref = commit_line(folder, LAB)
    certificate = certificate_of(folder, publish_dataset(folder, ref, LAB))
    jobs = ["export", "episodes", "episodes", "simready", "reconstruction"]
    assert [verdict.job for verdict in certificate.verdicts] == jobs
    assert sorted(certificate.checks) == sorted(certificate.requests) == sorted(certificate.provenance)
    assert sorted(name.split("/")[0] for name in certificate.checks) == sorted(jobs)
    assert certificate.requests[f"export/{ref.key}"] == {"seed": 7}
    assert certificate.summary == SUMMARY
    assert certificate.summary.simulators[0].renderer == "mujoco (osmesa)"
    assert certificate.versions["simready/numpy"] == "2.4.6"
    assert all(finding.requirement for verdict in certificate.verdicts for finding in verdict.findings)
    assert FileRecord(path="meta/info.json", sha256=hashlib.sha256(b"{}").hexdigest(), bytes=2) in certificate.files


@pytest.mark.parametrize(("profile", "suitable"), [(DEMO, False), (LAB, True)])
def test_only_a_profile_for_training_data_makes_training_data(folder, profile, suitable):
    certificate = certificate_of(folder, publish_dataset(folder, commit_line(folder, profile), profile))
    assert certificate.suitability.suitable is suitable
    assert profile.name in certificate.suitability.reasons[0]


@pytest.mark.parametrize("rejected", ["reconstruction", "simready", "episodes", "export"])
def test_nothing_is_published_after_a_rejection_anywhere_in_the_line(folder, rejected):
    ref = commit_line(folder, DEMO, rejected)
    with pytest.raises(InputNotAdmitted, match=rejected):
        publish_dataset(folder, ref, DEMO)
    assert not list(folder.list("datasets/"))


def test_a_verdict_of_another_profile_does_not_count(folder):
    ref = commit_line(folder, DEMO)
    with pytest.raises(InputNotAdmitted, match="no gate has judged it"):
        publish_dataset(folder, ref, LAB)


@pytest.mark.parametrize("job", ["reconstruction", "simready", "episodes"])
def test_an_ancestor_of_an_earlier_time_is_judged_before_anything_is_published(folder, job):
    """An asset made of the same mesh as before is found again, and descends from the older mesh."""
    ref = commit_line(folder, LAB)
    [*unjudged] = folder.list(f"verdicts/lab/{job}-")
    for verdict in unjudged:
        folder.delete(verdict.path)
    certificate = certificate_of(folder, publish_dataset(folder, ref, LAB))
    assert len(certificate.verdicts) == 5
    assert all(verdict.passed for verdict in certificate.verdicts)


def test_an_ancestor_that_is_judged_late_may_be_rejected(folder):
    ref = commit_line(folder, DEMO, "reconstruction")
    for verdict in [*folder.list("verdicts/demo/reconstruction-")]:
        folder.delete(verdict.path)
    with pytest.raises(InputNotAdmitted, match="was not measured"):
        publish_dataset(folder, ref, DEMO)
    assert not list(folder.list("datasets/"))


def test_publishing_again_changes_nothing(store):
    ref = commit_line(store, DEMO)
    folder = publish_dataset(store, ref, DEMO)
    before = store.read(f"{folder}/certificate.json")
    assert publish_dataset(store, ref, DEMO) == folder
    assert store.read(f"{folder}/certificate.json") == before


def test_same_line_in_another_store_has_the_same_certificate(tmp_path):
    certificates = set()
    for name in ("a", "b"):
        store = FolderStore(str(tmp_path / name))
        folder = publish_dataset(store, commit_line(store, DEMO), DEMO)
        certificates.add(store.read(f"{folder}/certificate.json"))
    assert len(certificates) == 1


def test_two_profiles_are_two_versions_of_the_same_bytes(folder):
    published = {publish_dataset(folder, commit_line(folder, profile), profile) for profile in (DEMO, LAB)}
    files = [{(item.path, item.sha256) for item in certificate_of(folder, place).files} for place in published]
    assert len(published) == 2
    assert files[0] == files[1]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("write", [1, 2, 3, 4])
def test_cut_off_at_any_write_it_is_finished_by_the_next_try(folder, write, late):
    ref = commit_line(folder, DEMO)
    with pytest.raises(Killed):
        publish_dataset(DyingStore(folder.uri, write, late), ref, DEMO)
    certified = [item.path for item in folder.list("datasets/") if item.path.endswith("certificate.json")]
    assert len(certified) == (1 if write == 4 and late else 0)
    place = publish_dataset(folder, ref, DEMO)
    assert verify_dataset(f"{folder.uri}/{place}").intact


def test_leftovers_of_an_attempt_that_did_not_win_are_replaced(store):
    ref = commit_line(store, DEMO)
    place = publish_dataset(store, ref, DEMO)
    store.delete(f"{place}/certificate.json")
    store.delete(f"{place}/meta/info.json")
    store.replace(f"{place}/meta/info.json", b"[]")
    assert publish_dataset(store, ref, DEMO) == place
    assert verify_dataset(f"{store.uri}/{place}").intact


def test_a_published_file_that_was_cut_is_named(folder):
    ref = commit_line(folder, DEMO)
    place = publish_dataset(folder, ref, DEMO)
    folder.replace(f"{place}/meta/info.json", b"{")
    with pytest.raises(ArtifactCorrupt, match=r"meta/info\.json"):
        publish_dataset(folder, ref, DEMO)


def test_somebody_elses_certificate_is_not_overwritten(folder):
    ref = commit_line(folder, DEMO)
    place = publish_dataset(folder, ref, DEMO)
    other = certificate_of(folder, place).model_copy(update={"files": ()})
    folder.replace(f"{place}/certificate.json", other.to_json())
    with pytest.raises(CertificateConflict, match=paths.dataset("toys", "")):
        publish_dataset(folder, ref, DEMO)
    assert certificate_of(folder, place) == other
