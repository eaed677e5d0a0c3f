"""One learner does the packet notebooks of all lessons in order, hands each in, and gets what its answers deserve."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from course_lib.packet.checks import check_packet
from course_lib.packet.lock import read_lock

REPO = Path(__file__).parents[2]
LABS = sorted(path.parent.name for path in REPO.glob("solutions/*/packet.ipynb"))


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_a_packet_grows_from_lesson_to_lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from course_lib.grading.classroom import grade_submissions, make_release

    monkeypatch.setenv("COURSE_FROZEN", "1")
    shutil.copy(REPO / "nbgrader_config.py", tmp_path)
    packet = tmp_path / "work" / "packet"
    for lab in LABS:
        source = REPO / "solutions" / lab / "packet.ipynb"
        for place in ("solutions", "work"):
            (tmp_path / place / lab).mkdir(parents=True)
            shutil.copy(source, tmp_path / place / lab)
        make_release(tmp_path, lab)

        notebook = nbformat.read(source, as_version=4)
        here = tmp_path / "work" / lab
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(here)}}).execute()
        assert not check_packet(packet, lab[:2]).errors
        sealed = [entry["lesson"] for entry in read_lock(packet)]
        assert sealed == sorted(sealed)
        assert set(sealed) == {done[:2] for done in LABS if done <= lab}

        shutil.copytree(here, tmp_path / "class" / "submitted" / "ada" / lab)
        (outcome,) = grade_submissions(tmp_path, lab, ["ada"])
        assert outcome.points["packet"] == 12, outcome.checks["packet"]
        assert outcome.waiting == ("judgement",)
