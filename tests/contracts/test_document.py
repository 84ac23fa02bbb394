"""What every document promises."""

from __future__ import annotations

import hashlib
import json
import math

import pytest
from pydantic import TypeAdapter, ValidationError

from jobs.contracts.check import CheckResult
from jobs.contracts.document import MAX_PART_BYTES, MAX_PATH_BYTES, Document, Name, Sha256, StorePath
from jobs.contracts.export import Certificate
from jobs.contracts.manifest import Manifest, Provenance
from jobs.contracts.profile import Profile, Requirement, Verdict
from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.contracts.report import ErrorReport, JobReport
from jobs.contracts.run import ObjectRequest, RunRequest, SceneDocument


class Sample(Document):
    """Two fields whose order is not that of the alphabet."""

    zeta: float
    alpha: str = "é"


def test_the_same_document_always_has_the_same_bytes() -> None:
    assert Sample(zeta=1.0).to_json() == '{"alpha":"é","zeta":1.0}'.encode()
    assert Sample.from_json('{"zeta": 1, "alpha": "é"}') == Sample(zeta=1.0)
    assert Sample(zeta=1.0).digest() == hashlib.sha256(Sample(zeta=1.0).to_json()).hexdigest()


def test_a_round_trip_keeps_every_bit_of_a_float() -> None:
    for value in (0.1, 1e-300, math.pi, 2**53 + 1.0, -0.0):
        assert Sample.from_json(Sample(zeta=value).to_json()).zeta.hex() == value.hex()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_document_holds_nan_or_infinity(value: float) -> None:
    with pytest.raises(ValidationError, match="finite"):
        Sample(zeta=value)
    with pytest.raises(ValidationError):
        Sample.from_json(json.dumps({"zeta": value}))


def test_unknown_fields_are_errors() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Sample.from_json('{"zeta": 1, "beta": 2}')


def test_documents_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Sample(zeta=1.0).zeta = 2.0


@pytest.mark.parametrize(
    "kind", [Manifest, Profile, Verdict, ReconstructionRequest, RunRequest, SceneDocument, JobReport, Certificate]
)
def test_a_document_states_its_version(kind: type[Document]) -> None:
    field = kind.model_fields["schema_version"]
    assert field.is_required()


@pytest.mark.parametrize("name", ["", "A", "a b", "ä", "-a", "_a", "a/b", "a.b", "a" * 64, "a\n", "../a"])
def test_a_name_can_be_a_folder_a_prim_and_an_address(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python(name)


@pytest.mark.parametrize("digest", ["", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n"])
def test_a_hash_is_64_lower_case_hex_digits(digest: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Sha256).validate_python(digest)


def test_a_store_path_fits_a_bucket_and_a_file_system() -> None:
    paths = TypeAdapter(StorePath)
    longest = "/".join(["x" * MAX_PART_BYTES] * (MAX_PATH_BYTES // (MAX_PART_BYTES + 1)))
    assert paths.validate_python(longest) == longest
    for path in ("x" * (MAX_PART_BYTES + 1), "é" * (MAX_PART_BYTES // 2 + 1), f"{longest}/{'x' * 10}/x"):
        with pytest.raises(ValidationError, match="bytes"):
            paths.validate_python(path)


def test_a_check_has_either_a_value_or_an_error() -> None:
    for fields in ({}, {"value": 1.0, "error": "broke"}):
        with pytest.raises(ValidationError, match="either a value or an error"):
            CheckResult.model_validate({"name": "size", "subject": "mug", **fields})


def test_a_requirement_has_a_bound() -> None:
    with pytest.raises(ValidationError, match="has no bound"):
        Requirement(check="size", device="cuda")


def test_a_report_has_either_a_result_or_an_error() -> None:
    with pytest.raises(ValidationError, match="either a result or an error"):
        JobReport(schema_version=1)
    assert JobReport(schema_version=1, error=ErrorReport(type="BadInput", message="x", exit_code=65)).ref is None


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"photos": "a", "mesh": "b"},
        {"photos": "a", "units": "mm"},
        {"mesh": "a", "known_size_m": 0.1},
        {"photos": "../a"},
        {"mesh": "/etc/passwd"},
    ],
)
def test_an_object_has_one_source_and_what_belongs_to_it(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ObjectRequest.model_validate({"name": "mug", **fields})


def test_objects_of_a_run_have_distinct_names() -> None:
    mug = ObjectRequest(name="mug", photos="a")
    with pytest.raises(ValidationError, match="repeated: mug"):
        RunRequest(schema_version=1, scene="s", objects=(mug, mug))


def test_what_a_manifest_promises_does_not_depend_on_when_and_where() -> None:
    fields = {"schema_version": 1, "job": "export", "key": "a" * 64, "request_sha256": "b" * 64}
    lists: dict[str, list[object]] = {"inputs": [], "artifacts": [], "checks": []}
    manifest = Manifest.model_validate({**fields, **lists, "provenance": Provenance(maker="x")})
    usage = {"wall_s": 1, "cpu_s": 1, "peak_memory_bytes": 1, "bytes_read": 1, "bytes_written": 1}
    elsewhere = Manifest.model_validate({**manifest.model_dump(), "usage": usage})
    assert elsewhere.content_sha256() == manifest.content_sha256()
    assert elsewhere.digest() != manifest.digest()
