"""The capture mat's page, drawn in a process of its own, as all that needs the jobs' libraries is."""

from __future__ import annotations

import subprocess
import sys

from pydantic import ValidationError

from jobs.contracts.report import ErrorReport
from jobs.runtime.errors import DefectiveJob
from tasks.local_launcher import JobFailed

_JOB, _MODULE = "reconstruction", "jobs.reconstruction.cameras.mat_pdf"
_TIME_LIMIT_S = 120


def draw_mat(paper: str) -> bytes:
    """The PDF file of the mat for a paper.

    Raises:
        JobFailed: It said why not, an unknown paper for one.
        DefectiveJob: It could not say.
    """
    ended = subprocess.run(
        [sys.executable, "-P", "-m", _MODULE, paper], capture_output=True, timeout=_TIME_LIMIT_S, check=False
    )
    if ended.returncode == 0:
        return ended.stdout
    lines = ended.stderr.decode(errors="replace").splitlines()
    try:
        raise JobFailed(ErrorReport.from_json(lines[-1] if lines else ""))
    except ValidationError as error:
        raise DefectiveJob(_JOB, f"no mat was drawn: {' | '.join(lines[-3:]) or 'it said nothing'}") from error
