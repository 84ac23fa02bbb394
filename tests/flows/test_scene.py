"""What a failed scene says, and with which exit code."""

from datetime import UTC, datetime

from flows.scene import REJECTED, SceneFailed
from jobs.contracts.report import ErrorReport
from jobs.contracts.run import ObjectRequest, RunRequest, SceneDocument, StageOutcome

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BAD_INPUT = ErrorReport(type="NoPhotos", message="'mug' holds no photos.", exit_code=65)


def failed(*stages: StageOutcome) -> SceneFailed:
    request = RunRequest(schema_version=1, scene="kitchen", objects=(ObjectRequest(name="mug", photos="mug"),))
    return SceneFailed(
        SceneDocument(schema_version=1, scene="kitchen", request=request, stages=stages, started_at=NOW, updated_at=NOW)
    )


def rejected(subject: str) -> StageOutcome:
    return StageOutcome(job="simready", subject=subject, passed=False, reasons=("collider_iou is low",), wall_s=1)


def errored(subject: str) -> StageOutcome:
    return StageOutcome(job="reconstruction", subject=subject, error=BAD_INPUT, wall_s=1)


def test_errors_alone_end_with_the_code_of_the_first():
    assert failed(errored("mug")).exit_code == 65


def test_rejections_end_with_10_even_beside_errors():
    assert failed(errored("mug"), rejected("bowl")).exit_code == REJECTED == 10


def test_every_complaint_names_its_object():
    assert str(failed(errored("mug"), rejected("bowl"))) == "mug: 'mug' holds no photos.; bowl: collider_iou is low"
