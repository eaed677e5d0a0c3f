"""The notebook for labs to come is a lab: it is released with stubs, graded, and its own answers get all points."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from course_lib.packet.files import PacketError
from course_lib.packet.kinds import REQUIRED
from course_lib.packet.measure import MEASUREMENTS
from course_lib.packet.template import MEASURED, main, packet_notebook

REPO = Path(__file__).parents[2]


def test_each_lesson_measures_what_the_checker_asks_for() -> None:
    assert MEASURED.keys() == REQUIRED.keys()
    assert {id for ids in MEASURED.values() for id in ids} <= MEASUREMENTS.keys()
    assert all(len(MEASURED[lesson]) == len(REQUIRED[lesson]) for lesson in MEASURED)


@pytest.mark.parametrize("lesson", MEASURED)
def test_the_notebook_is_whole(lesson: str) -> None:
    nb = packet_notebook(lesson)
    nbformat.validate(nb)
    ids = [cell.metadata.nbgrader.grade_id for cell in nb.cells]
    assert len(set(ids)) == len(ids)
    points = {c.id: c.metadata.nbgrader.points for c in nb.cells if c.metadata.nbgrader.grade}
    assert points == {"grade_judgement": 8, "check_packet": 0, "grade_packet": 12}
    graded = [c for c in nb.cells if c.metadata.nbgrader.grade or c.metadata.nbgrader.solution]
    assert not any("form(" in c.source for c in graded), "a widget in a graded cell"


def test_a_lesson_without_measurements_is_one_sentence() -> None:
    with pytest.raises(PacketError, match="Lesson 12 has no measurements yet"):
        packet_notebook("12")


def test_a_file_is_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["template", "00", str(tmp_path / "packet.ipynb")])
    main()
    assert nbformat.read(tmp_path / "packet.ipynb", as_version=4).cells
    with pytest.raises(SystemExit):
        main()
    assert "exists already" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
@pytest.mark.parametrize("lesson", ["00"])
def test_its_own_answers_get_all_points(lesson: str, tmp_path: Path) -> None:
    from course_lib.grading.classroom import grade_submissions, make_release

    lab = f"{lesson}-made"
    shutil.copy(REPO / "nbgrader_config.py", tmp_path)
    source = tmp_path / "solutions" / lab / "packet.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(packet_notebook(lesson), source)
    (released,) = make_release(tmp_path, lab)
    assert "What the measurement supports" not in released.read_text()
    for student, notebook in (("reference", source), ("untouched", released)):
        target = tmp_path / "class" / "submitted" / student / lab / "packet.ipynb"
        target.parent.mkdir(parents=True)
        shutil.copy(notebook, target)
    outcomes = {one.student: one for one in grade_submissions(tmp_path, lab)}
    assert outcomes["reference"].points["packet"] == 12.0, outcomes["reference"]
    assert outcomes["reference"].waiting == ("judgement",)
    if lesson == "02":
        assert outcomes["untouched"].points["packet"] < 12.0
