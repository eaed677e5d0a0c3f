"""The packet notebook: how the packet is carried along, and its points through nbgrader itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from course_lib.packet.evidence import save_evidence
from course_lib.packet.files import PacketError
from course_lib.packet.load import load_packet, update_packet
from course_lib.packet.lock import read_lock
from course_lib.packet.notebook import lesson_points, open_packet

from .samples import DAY, make_packet, sweep_rows

REPO = Path(__file__).parents[2]
LAB = "02-how-ai-models-work"
NOTEBOOK = REPO / "solutions" / LAB / "packet.ipynb"


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A lab's folder in a learner's work/."""
    folder = tmp_path / "work" / LAB
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Measurements without a model; the list says what was measured."""
    made: list[str] = []

    def sweep(folder: str | Path) -> Path:
        made.append("E-TEMP")
        return save_evidence("temperature_sweep", "E-TEMP", "02", sweep_rows(), packet_dir=folder)

    monkeypatch.setattr("course_lib.packet.measure.MEASUREMENTS", {"E-TEMP": sweep})
    return made


def test_a_first_packet_is_started_and_carried_along(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_packet("02", here=lab)
    assert "No packet yet: started one" in capsys.readouterr().out
    home, copy = lab.parent / "packet", lab / "packet"
    assert (home / "packet.yaml").read_bytes() == (copy / "packet.yaml").read_bytes()


def test_an_own_use_case_starts_blank_and_a_worked_one_is_not_done_yet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = {
        "summary": "Reads a water bill and says which line is unusual; a clerk looks before anybody calls.",
        "autonomy": "suggest",
        "users": ["clerks"],
        "non_goals": ["calling customers", "changing bills"],
        "sensitivity": "internal",
    }
    for use_case in ("water-bills", "ticket-triage"):
        here = tmp_path / use_case / "work" / "00-start-here"
        here.mkdir(parents=True)
        desk = open_packet("00", use_case, here)
        meta = load_packet(desk.folder).model.meta
        assert meta is not None
        assert (meta.use_case_id, meta.lesson_completed) == (use_case, None)
        with pytest.raises(PacketError, match="whole number without quotes; found '900'"):
            desk.frame(**frame, requests_per_month="900")
        with pytest.raises(PacketError, match="at least two; found 1"):
            desk.frame(**{**frame, "non_goals": ["calling customers"]}, requests_per_month=900)
        with pytest.raises(PacketError, match="at least two; found one text"):
            desk.frame(**{**frame, "non_goals": "calling customers"}, requests_per_month=900)
        desk.frame(**frame, requests_per_month=900)
        desk.show("use_case")
        shown = capsys.readouterr().out
        assert "requests_per_month: 900\n" in shown
        assert "slo" not in shown or use_case == "ticket-triage", "what is empty is left out"
        desk.finish("Chose the use case.", ["use_case"])
        assert load_packet(desk.folder).model.meta.lesson_completed == "00"


@pytest.mark.parametrize(
    ("name", "offer"),
    [
        ("My Case", "my-case"),
        ("Störfälle & Co.", "storfalle-co"),
        ("water_bills", "water-bills"),
        ("ab", "my-use-case"),
        ("고객 문의", "my-use-case"),
        (3, "my-use-case"),
        (..., "ellipsis"),
    ],
)
def test_a_name_that_is_no_id_is_refused_before_anything_is_written(
    lab: Path, name: object, offer: str
) -> None:
    with pytest.raises(PacketError, match=f'such as use_case = "{offer}"'):
        open_packet("00", name, lab)  # type: ignore[arg-type]
    assert not (lab.parent / "packet").exists()
    open_packet("00", offer, lab)
    assert load_packet(lab.parent / "packet").model.meta.use_case_id == offer


def test_the_use_case_may_change_until_it_is_measured(
    lab: Path, measured: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = lab.parent / "packet"

    def meta() -> tuple[str | None, str | None]:
        found = load_packet(home).model.meta
        return found.use_case_id, found.learner_id

    open_packet("00", "letters", lab).write({"use_case": {"autonomy": "automatic"}})
    _, learner = meta()
    desk = open_packet("00", "water-bills", lab)  # an own one is renamed, with all that was written
    assert meta() == ("water-bills", learner)
    assert load_packet(home).model.use_case.autonomy == "automatic"
    open_packet("00", "contract-clauses", lab)  # a worked one brings its own text; the old one is put aside
    assert meta() == ("contract-clauses", learner)
    assert "kept beside the new one" in capsys.readouterr().out
    desk = open_packet("00", "water-bills", lab)
    assert load_packet(home).model.use_case.autonomy == "automatic", "what was put aside comes back"
    assert (lab / "packet" / "packet.yaml").read_bytes() == (home / "packet.yaml").read_bytes()

    desk.measure("E-TEMP")
    before = (home / "packet.yaml").read_bytes()
    with pytest.raises(PacketError, match="measured or sealed belongs to that use case"):
        open_packet("00", "letters", lab)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    open_packet("00", "letters", lab)  # what was handed in is graded as it is
    assert (home / "packet.yaml").read_bytes() == before == (lab / "packet" / "packet.yaml").read_bytes()


@pytest.mark.slow
def test_the_snapshot_of_the_machine_follows_the_use_case(lab: Path) -> None:
    open_packet("00", "letters", lab).measure("E-ENV")
    desk = open_packet("00", "water-bills", lab)
    stored = json.loads((desk.folder / "evidence" / "E-ENV.json").read_text())
    assert stored["use_case"] == "water-bills"
    assert desk.measure("E-ENV"), "it is sound, and shown"


def test_a_promise_is_committed_before_it_is_measured(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = open_packet("02", here=lab)
    desk.set_threshold("T-CONSIST", dimension="quality", metric="share", op=">=", value=0.9, unit="share")
    desk.commit()
    (entry,) = read_lock(desk.folder)
    assert entry["lesson"] == "01"
    assert "T-CONSIST" in entry["thresholds"]
    desk.finish("Nothing was measured.", ["thresholds"])
    desk.seal()
    assert "findings are still errors" in capsys.readouterr().out, "E-TEMP is missing, and the seal says so"
    desk.commit()
    assert "sealed already" in capsys.readouterr().out
    assert [one["lesson"] for one in read_lock(desk.folder)] == ["01", "02"]


def test_every_step_keeps_the_copy_in_step(lab: Path, measured: list[str]) -> None:
    desk = open_packet("02", here=lab)
    assert desk.measure("E-TEMP")["identical_t0_7"] == 0.5
    desk.measure("E-TEMP")
    assert measured == ["E-TEMP"], "evidence is shown, not replaced"
    desk.measure("E-TEMP", again=True)
    assert measured == ["E-TEMP", "E-TEMP"]
    desk.set_threshold("T-CONSIST", dimension="quality", metric="share", op=">=", value=0.9, unit="share")
    for name in ("packet.yaml", "evidence/E-TEMP.json", "evidence/E-TEMP.rows.jsonl"):
        assert (lab / "packet" / name).read_bytes() == (lab.parent / "packet" / name).read_bytes()


def test_tampered_evidence_is_not_made_good_by_running_again(lab: Path, measured: list[str]) -> None:
    desk = open_packet("02", here=lab)
    desk.measure("E-TEMP")
    file = desk.folder / "evidence" / "E-TEMP.json"
    file.write_text(file.read_text().replace('"identical_t0_7": 0.5', '"identical_t0_7": 0.9'))
    assert open_packet("02", here=lab).measure("E-TEMP")["identical_t0_7"] == 0.9
    assert measured == ["E-TEMP"]


def test_an_edited_copy_comes_home_unless_both_were_edited(lab: Path) -> None:
    open_packet("02", here=lab)
    home, copy = lab.parent / "packet", lab / "packet"
    update_packet(copy, {"use_case": {"autonomy": "automatic"}})
    open_packet("02", here=lab)
    assert load_packet(home).model.use_case.autonomy == "automatic"
    update_packet(home, {"use_case": {"autonomy": "suggest"}})
    open_packet("02", here=lab)
    assert load_packet(copy).model.use_case.autonomy == "suggest"
    update_packet(home, {"meta": {"packet_id": "one"}})
    update_packet(copy, {"meta": {"packet_id": "two"}})
    with pytest.raises(PacketError, match="Both"):
        open_packet("02", here=lab)


def test_while_grading_only_what_was_handed_in_counts(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_packet(lab.parent / "packet")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    desk = open_packet("02", here=lab)
    assert desk.folder == desk.copy == lab / "packet"
    assert load_packet(desk.folder).model.meta.learner_id != "learner-a"


@pytest.mark.parametrize("place", ["solutions", "labs"])
def test_a_notebook_run_in_the_course_tree_leaves_no_packet_there(tmp_path: Path, place: str) -> None:
    folder = tmp_path / place / LAB
    folder.mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").touch()
    open_packet("02", here=folder)
    assert list(folder.iterdir()) == []
    assert (tmp_path / "work" / LAB / "packet" / "packet.yaml").is_file()


def test_running_the_notebook_again_changes_nothing(lab: Path, measured: list[str]) -> None:
    seen = []
    for _ in range(2):
        desk = open_packet("02", here=lab)
        desk.set_threshold("T-CONSIST", dimension="quality", metric="share", op=">=", value=0.9, unit="share")
        desk.measure("E-TEMP")
        desk.decide(
            "decoding",
            chosen="T = 0",
            reason="The same ticket gets the same queue.",
            rejected_option="T = 1",
            rejected_because="{{E-TEMP#identical_t1_2:.2f}} of the questions only",
            evidence=["E-TEMP"],
            decided_by_role="PM",
            review_date="2099-01-01",
        )
        desk.finish("Decided how to decode.", ["decisions"])
        desk.seal()
        seen.append(
            ((desk.folder / "packet.yaml").read_bytes(), (desk.folder / "packet.lock.json").read_bytes())
        )
    assert seen[0] == seen[1]


def test_points_for_a_grade_cell(packet: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert lesson_points(packet, "02", today=DAY) == 12.0
    assert lesson_points(tmp_path / "nothing", "02") == 0.0
    (packet / "packet.yaml").write_text("a: [")
    assert lesson_points(packet, "02") == 0.0
    said = capfd.readouterr()
    assert said.err == ""
    assert "There is no packet.yaml" in said.out


def test_the_notebook_is_clean() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    nb = nbformat.reads(text, as_version=4)
    nbformat.validate(nb)
    assert (nb.nbformat, nb.nbformat_minor) == (4, 5)
    points = {
        cell.id: cell.metadata.nbgrader.get("points") for cell in nb.cells if cell.metadata.nbgrader.grade
    }
    assert points == {"grade_judgement": 8, "check_packet": 0, "grade_packet": 12}
    assert all(cell.id == cell.metadata.nbgrader.grade_id for cell in nb.cells)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in nb.cells)
    assert "widgets" not in text
    assert not (NOTEBOOK.parent / "packet.yaml").exists(), "it would be copied over the learner's packet"
    assert not (NOTEBOOK.parent / "packet").exists()


@pytest.mark.slow
def test_points_through_nbgrader(tmp_path: Path) -> None:
    """Three hand in: the reference solution, the same with an edited metric, and the untouched notebook."""
    from course_lib.grading.classroom import generate_feedback, grade_submissions, make_release

    (tmp_path / "solutions" / LAB).mkdir(parents=True)
    shutil.copy(REPO / "nbgrader_config.py", tmp_path)
    shutil.copy(NOTEBOOK, tmp_path / "solutions" / LAB)
    (released,) = make_release(tmp_path, LAB)
    stub = released.read_text(encoding="utf-8")
    assert "identical_share = 0.9" not in stub
    assert "Greedy decoding" not in stub

    def submit(student: str, notebook: Path, packet: Path | None = None) -> Path:
        folder = tmp_path / "class" / "submitted" / student / LAB
        folder.mkdir(parents=True)
        shutil.copy(notebook, folder)
        if packet is not None:
            shutil.copytree(packet, folder / "packet")
        return folder

    submit("reference", NOTEBOOK)
    submit("untouched", released)
    (reference,) = grade_submissions(tmp_path, LAB, ["reference"])
    assert reference.points["packet"] == 12.0, reference
    assert reference.waiting == ("judgement",)

    carried = tmp_path / "class" / "autograded" / "reference" / LAB / "packet"
    edited = submit("edited", NOTEBOOK, carried) / "packet" / "evidence" / "E-TEMP.json"
    envelope = json.loads(edited.read_text())
    envelope["metrics"]["identical_t0_7"] = 0.99
    edited.write_text(json.dumps(envelope))
    submit("carried", NOTEBOOK, carried)
    outcomes = {
        one.student: one for one in grade_submissions(tmp_path, LAB, ["carried", "edited", "untouched"])
    }
    assert outcomes["carried"].points["packet"] == 12.0
    assert outcomes["edited"].points["packet"] <= 4.8
    assert outcomes["untouched"].points["packet"] == 0.0

    (page,) = generate_feedback(tmp_path, LAB, ["edited"])
    assert "E-TEMP says identical_t0_7 0.99; its 900 rows give" in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_measuring_with_the_courses_model(tmp_path: Path, check_time: Callable[[], float]) -> None:
    from course_lib.packet.measure import MEASUREMENTS
    from course_lib.packet.start import new_packet

    new_packet(tmp_path, use_case="ticket-triage", learner="learner-a")
    first = {id: json.loads(measure(tmp_path).read_text()) for id, measure in MEASUREMENTS.items()}
    assert check_time() < 60
    temperature = first["E-TEMP"]["metrics"]
    assert temperature["identical_t0"] == 1.0, "greedy decoding repeats itself"
    assert temperature["identical_t0"] > temperature["identical_t0_7"] > temperature["identical_t1_2"]
    assert first["E-6ND"]["metrics"]["flops_billion_model"] == 1.2e20
    again = json.loads(MEASUREMENTS["E-TEMP"](tmp_path).read_text())
    assert again["raw"] == first["E-TEMP"]["raw"], "the same seed draws the same rows and answers"


@pytest.fixture
def check_time() -> Callable[[], float]:
    """Seconds since the test began."""
    import time

    began = time.perf_counter()
    return lambda: time.perf_counter() - began


def test_a_share_above_one_is_refused_with_the_likely_meaning(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    packet = open_packet(lesson="02")
    with pytest.raises(PacketError, match=r"found 95\. Did you mean 0\.95\?"):
        packet.set_threshold(
            "T-CONSIST",
            dimension="quality",
            metric="identical",
            op=">=",
            value=95,
            unit="share",
            severity="major",
        )
