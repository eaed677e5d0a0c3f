"""Questions and forms: made from the schema, they save what fits, say what does not, and lose nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course_lib.packet.files import PacketError
from course_lib.packet.form import Form
from course_lib.packet.interview import interview, nested, questions
from course_lib.packet.load import load_packet, value_problem
from course_lib.packet.notebook import Desk
from course_lib.packet.schema import PacketModel
from course_lib.packet.start import add_section


@pytest.fixture
def desk(packet: Path) -> Desk:
    return Desk(packet, packet, "02")


def test_every_section_can_be_asked() -> None:
    for section in PacketModel.model_fields:
        for question in questions(section):
            assert question.help, question.path
            assert question.problem("\u0000" * 5000) is not None or question.choices == ()


def test_what_the_library_writes_is_not_asked() -> None:
    assert {q.path for q in questions("meta")} == {
        "meta.packet_id",
        "meta.use_case_id",
        "meta.course_run",
        "meta.currency",
    }


def test_questions_come_with_their_lesson() -> None:
    early = {q.path for q in questions("use_case", "00")}
    assert "use_case.summary" in early
    assert "use_case.volume.peak_rps" not in early
    assert "use_case.volume.peak_rps" in {q.path for q in questions("use_case", "01")}


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("use_case.summary", "short", "use_case.summary must be at least 40 characters long"),
        ("use_case.slo.latency_p95_ms", "fast", "must be a number"),
        ("risks.severity", "9", "risks.severity must be 5 or less"),
        ("risk_classification.answers.override", "maybe", "must be true or false"),
        ("use_case.users", ["agents"], None),
        ("use_case.slo.latency_p95_ms", "2000", None),
    ],
)
def test_one_value_is_judged_as_in_the_file(path: str, value: str | list[str], said: str | None) -> None:
    problem = value_problem(path, value)
    assert (problem is None) if said is None else said in str(problem)


def test_an_interview_asks_again_until_it_fits() -> None:
    typed = iter(["short", "Reads a letter and suggests the department that answers it.", "maybe", "suggest"])
    said: list[str] = []
    asked = [q for q in questions("use_case", "00") if q.path.endswith(("summary", "autonomy"))]
    changes = interview(asked, lambda prompt: next(typed), said.append)
    assert changes == {
        "use_case": {
            "summary": "Reads a letter and suggests the department that answers it.",
            "autonomy": "suggest",
        }
    }
    assert sum("must be" in line for line in said) == 2
    assert next(typed, None) is None


def test_several_answers_end_with_a_blank_line() -> None:
    typed = iter(["clerks", "citizens", ""])
    asked = [q for q in questions("use_case", "00") if q.path == "use_case.users"]
    assert interview(asked, lambda prompt: next(typed), lambda line: None) == {
        "use_case": {"users": ["clerks", "citizens"]}
    }


def test_blank_answers_change_nothing() -> None:
    assert nested({"use_case.summary": "", "use_case.users": [], "meta.currency": "EUR"}) == {
        "meta": {"currency": "EUR"}
    }


def test_a_form_shows_what_is_there_and_saves_what_changes(desk: Desk) -> None:
    form = Form(desk, "use_case")
    assert form.controls["use_case.autonomy"].value == "suggest"
    form.controls["use_case.volume.requests_per_month"].value = "41000"
    before = load_packet(desk.folder)
    assert form.save()
    after = load_packet(desk.folder)
    assert after.model.use_case.volume.requests_per_month == 41000
    assert after.model.use_case.summary == before.model.use_case.summary
    assert after.model.use_case.success_criteria == before.model.use_case.success_criteria
    assert after.problems == []


def test_a_form_writes_nothing_that_does_not_fit(desk: Desk) -> None:
    text = (desk.folder / "packet.yaml").read_text()
    form = Form(desk, "use_case")
    form.controls["use_case.volume.requests_per_month"].value = "many <b>"
    form.controls["use_case.autonomy"].value = "automatic"
    assert not form.save()
    assert "requests_per_month must be a whole number; found &#x27;many &lt;b&gt;&#x27;" in form.line.value
    assert (desk.folder / "packet.yaml").read_text() == text


def test_a_form_for_a_new_entry(desk: Desk) -> None:
    form = Form(desk, "risks", "R-NEW")
    form.controls["risks.category"].value = "LLM10"
    form.controls["risks.severity"].value = "3"
    assert form.save()
    risks = {risk.id: risk for risk in load_packet(desk.folder).model.risks}
    assert (risks["R-NEW"].category, risks["R-NEW"].severity) == ("LLM10", 3)
    assert risks["R-INJECTION"].severity == 3


def test_a_form_needs_a_section_that_exists(desk: Desk) -> None:
    with pytest.raises(PacketError, match="There is no form for 'risk'"):
        Form(desk, "risk")
    with pytest.raises(PacketError, match="name one"):
        Form(desk, "risks")


def test_nothing_is_shown_while_a_lab_is_graded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []
    monkeypatch.setattr("IPython.display.display", lambda what, **_: shown.append(what))
    desk.form("use_case")._ipython_display_()
    before = len(shown)
    assert before > 0
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    desk.form("use_case")._ipython_display_()
    assert len(shown) == before


@pytest.mark.parametrize("section", [name for name in PacketModel.model_fields if name != "meta"])
def test_an_added_section_is_blank_and_changes_nothing_else(section: str, tmp_path: Path) -> None:
    file = tmp_path / "packet.yaml"
    file.write_text("meta: # mine\n  packet_id: a")
    add_section(tmp_path, section)
    text = file.read_text()
    assert text.startswith("meta: # mine\n  packet_id: a\n\n")
    packet = load_packet(tmp_path)
    assert packet.problems == []
    assert section in packet.tree
    for question in questions(section, lists=True):
        assert question.help in text


def test_a_section_is_added_once(tmp_path: Path) -> None:
    (tmp_path / "packet.yaml").write_text("meta:\n  packet_id: a\n")
    add_section(tmp_path, "incident")
    with pytest.raises(PacketError, match="has a section 'incident' already"):
        add_section(tmp_path, "incident")
    with pytest.raises(PacketError, match="did you mean incident"):
        add_section(tmp_path, "incidents")


def test_an_added_list_section_can_be_filled_in_by_removing_the_comment_signs(tmp_path: Path) -> None:
    (tmp_path / "packet.yaml").write_text("meta:\n  packet_id: a\n")
    add_section(tmp_path, "risks")
    text = (tmp_path / "packet.yaml").read_text()
    text = re.sub(r"^  # ", "  ", text, flags=re.MULTILINE)
    (tmp_path / "packet.yaml").write_text(text.replace("    severity:  ", "    severity: 4 "))
    assert load_packet(tmp_path).model.risks[0].severity == 4
