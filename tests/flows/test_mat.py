"""`simfoundry mat` writes a page to print, once, where it was told to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.mat_command import PAPERS, MatExists, MatUnwritable, NotAPdfName, write_mat
from jobs.reconstruction.cameras.mat import MATS
from jobs.reconstruction.cameras.mat_pdf import write_mat as draw
from jobs.runtime.errors import DefectiveJob
from tasks import mat_sheet
from tasks.local_launcher import JobFailed
from tasks.mat_sheet import draw_mat
from tests.flows.command import Command


def test_the_command_offers_the_papers_that_there_are() -> None:
    assert set(PAPERS) == set(MATS)


def test_the_page_is_written_and_said_to_be(tmp_path: Path) -> None:
    ended = Command(dict(os.environ))("mat", "--paper", "A3", tmp_path / "mat.pdf")
    assert ended.returncode == 0, ended.stderr
    assert "100 mm" in ended.stdout
    assert (tmp_path / "mat.pdf").read_bytes() == draw(MATS["A3"])


def test_a_file_that_exists_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mat.pdf"
    path.write_text("a letter")
    with pytest.raises(MatExists, match="another name") as caught:
        write_mat("A4", path)
    assert caught.value.exit_code == 65
    assert path.read_text() == "a letter"


def test_another_extension_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPdfName, match=r"mat\.pdf") as caught:
        write_mat("A4", tmp_path / "mat.png")
    assert caught.value.exit_code == 65
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(MatUnwritable, match="nowhere") as caught:
        write_mat("A4", tmp_path / "nowhere" / "mat.pdf")
    assert caught.value.exit_code == 73


def test_an_unknown_paper_is_named_by_the_process_that_draws() -> None:
    with pytest.raises(JobFailed, match="B5") as caught:
        draw_mat("B5")
    assert caught.value.report.type == "UnknownName"
    assert caught.value.exit_code == 65


def test_a_process_that_says_nothing_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mat_sheet, "_MODULE", "jobs.reconstruction.no_such_module")
    with pytest.raises(DefectiveJob, match="no_such_module"):
        draw_mat("A4")
