"""`course packet`: exit codes and one-sentence errors; the worked example and the schema are up to date."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from course_lib.packet.checks import check_packet
from course_lib.packet.commands import packet_app
from course_lib.packet.files import assessments
from course_lib.packet.load import load_packet, parse_packet
from course_lib.packet.schema import json_schema
from course_lib.packet.start import use_cases

run = CliRunner()


def test_new_never_overwrites(tmp_path: Path) -> None:
    folder = tmp_path / "packet"
    assert run.invoke(packet_app, ["new", str(folder)]).exit_code == 0
    text = (folder / "packet.yaml").read_text()
    second = run.invoke(packet_app, ["new", str(folder)])
    assert second.exit_code == 1
    assert "exists already" in second.stderr
    assert second.stderr.count("\n") == 1
    assert (folder / "packet.yaml").read_text() == text


def test_new_from_a_use_case(tmp_path: Path) -> None:
    assert run.invoke(packet_app, ["new", str(tmp_path), "--use-case", "ticket-triage"]).exit_code == 0
    assert load_packet(tmp_path).problems == []
    wrong = run.invoke(packet_app, ["new", str(tmp_path / "b"), "--use-case", "nonsense"])
    assert (wrong.exit_code, "choose from contract-clauses" in wrong.stderr) == (1, True)


@pytest.mark.parametrize("name", use_cases())
def test_two_learners_who_start_from_one_use_case_differ(name: str, tmp_path: Path) -> None:
    metas = []
    for folder in ("a", "b"):
        run.invoke(packet_app, ["new", str(tmp_path / folder), "--use-case", name])
        metas.append(load_packet(tmp_path / folder).model.meta)
    assert metas[0].learner_id != metas[1].learner_id


def test_check_exits_with_1_for_errors_only(tmp_path: Path, packet: Path) -> None:
    run.invoke(packet_app, ["new", str(tmp_path / "blank")])
    blank = run.invoke(packet_app, ["check", str(tmp_path / "blank")])
    assert blank.exit_code == 1
    assert "STR-01" in blank.stdout
    text = (packet / "packet.yaml").read_text()
    (packet / "packet.yaml").write_text(text.replace("peak_rps: 0.2", "peak_rps: 0.01"))
    warned = run.invoke(packet_app, ["check", str(packet), "--lesson", "01", "--json"])
    data = json.loads(warned.stdout)
    assert {finding["check"] for finding in data["findings"]} <= {"USE-02", "STR-07", "EVD-05"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "nowhere"], "There is no packet.yaml"),
        (["check", "{packet}", "--lesson", "77"], "There is no lesson '77'"),
        (["seal", "{packet}"], "Name the lesson to seal"),
        (["seal", "{packet}", "--lesson", "04"], "is not finished"),
    ],
)
def test_errors_are_one_sentence(arguments: list[str], says: str, packet: Path) -> None:
    result = run.invoke(packet_app, [argument.format(packet=packet) for argument in arguments])
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_seal(packet: Path) -> None:
    result = run.invoke(packet_app, ["seal", str(packet / "packet.yaml"), "--lesson", "02"])
    assert result.exit_code == 0
    assert "Sealed lesson 02" in result.stdout


def test_checking_never_imports_torch(packet: Path) -> None:
    code = (
        "import sys; from course_lib.packet.checks import check_packet;"
        f"check_packet({str(packet)!r}); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, course_lib.packet.commands;"
        "sys.exit(bool({'torch', 'pydantic', 'ruamel.yaml', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- what ships
# -------------------------------------------------------------------------------------------------------


def test_the_schema_is_up_to_date() -> None:
    shipped = json.loads(assessments("packet.schema.json").read_text(encoding="utf-8"))
    assert shipped == json_schema(), "run `python -m course_lib.packet.schema`"
    jsonschema.Draft202012Validator.check_schema(shipped)


def as_json(path: Path) -> dict:
    model = parse_packet(path.read_text(encoding="utf-8")).model
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True)


def test_the_schema_accepts_what_the_library_accepts(packet: Path) -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    for path in (packet / "packet.yaml", assessments("examples/ticket-triage") / "packet.yaml"):
        assert list(validator.iter_errors(as_json(path))) == []
    data = as_json(packet / "packet.yaml")
    data["use_case"]["slo"] = {"na": True, "because": "this system has no users outside a test"}
    assert list(validator.iter_errors(data)) == []
    data["risks"][0]["severity"] = 9
    assert len(list(validator.iter_errors(data))) == 1


def test_every_field_has_help() -> None:
    schema = json_schema()
    for name, part in schema["$defs"].items():
        for field, info in part["properties"].items():
            if name != "NotApplicable":
                assert len(info["description"]) >= 4, f"{name}.{field}"


@pytest.mark.parametrize("path", sorted(assessments("examples").iterdir()), ids=lambda path: path.name)
def test_a_worked_example_has_no_finding(path: Path) -> None:
    """The clock is set to the example's own day, so that it does not grow stale here."""
    meta = load_packet(path).model.meta
    assert meta is not None
    report = check_packet(path, today=meta.updated)
    assert report.findings == []
    assert report.points() == 12.0
    assert report.lesson == "02"


def test_new_by_questions_starts_an_own_use_case(tmp_path: Path) -> None:
    typed = ["4", "letters-01", "claims letters", "claims-letters", "2026-10", "USD"]
    typed += ["Reads a letter and suggests the clerk who answers it; a person decides.", "suggest"]
    typed += ["clerks", "", "writing answers", "closing cases", ""]
    done = run.invoke(packet_app, ["new", str(tmp_path), "--ask"], input="\n".join(typed) + "\n")
    assert done.exit_code == 0, done.output
    assert "small letters, digits and hyphens; found 'claims letters'" in done.output
    model = load_packet(tmp_path).model
    assert model.meta.use_case_id == "claims-letters"
    assert model.use_case.non_goals == ["writing answers", "closing cases"]
    assert load_packet(tmp_path).problems == []


def test_new_by_questions_offers_the_worked_use_cases(tmp_path: Path) -> None:
    done = run.invoke(packet_app, ["new", str(tmp_path), "--ask"], input="1\n")
    assert done.exit_code == 0, done.output
    assert load_packet(tmp_path).model.meta.use_case_id == use_cases()[0]
    again = run.invoke(packet_app, ["new", str(tmp_path), "--ask"], input="")
    assert again.exit_code == 1
    assert "exists already" in again.stderr


def test_a_missing_section_is_added_by_the_command_that_the_message_names(tmp_path: Path) -> None:
    run.invoke(packet_app, ["new", str(tmp_path)])
    said = run.invoke(packet_app, ["check", str(tmp_path), "--lesson", "04", "--json"]).stdout
    messages = [finding["message"] for finding in json.loads(said)["findings"]]
    assert any("Run `course packet add incident`" in message for message in messages)
    assert run.invoke(packet_app, ["add", "incident", str(tmp_path)]).exit_code == 0
    assert "commander_role" in (tmp_path / "packet.yaml").read_text()
    assert run.invoke(packet_app, ["add", "incidents", str(tmp_path)]).exit_code == 1


def test_check_of_one_section(packet: Path) -> None:
    text = (packet / "packet.yaml").read_text()
    text = text.replace("likelihood: 4", "likelihood: 7").replace("reviewer_role: QA", "reviewer_role: Bob")
    (packet / "packet.yaml").write_text(text)
    arguments = ["check", str(packet), "--lesson", "01", "--json"]
    found = json.loads(run.invoke(packet_app, [*arguments, "--section", "risks"]).stdout)["findings"]
    assert {finding["check"] for finding in found} == {"RRG-02"}
    found = json.loads(run.invoke(packet_app, [*arguments, "--section", "oversight"]).stdout)["findings"]
    assert {finding["check"] for finding in found} == {"STR-06"}
    unknown = run.invoke(packet_app, ["check", str(packet), "--section", "risk"])
    assert (unknown.exit_code, "There is no section 'risk'" in unknown.stderr) == (1, True)
