"""Lesson 01's packet task: limits are promised first, from a worked use case or from a blank packet."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from course_lib.packet.checks import check_packet
from course_lib.packet.files import PacketError
from course_lib.packet.load import load_packet
from course_lib.packet.lock import seal_packet
from course_lib.packet.notebook import PROMISED, REPLACED, Desk, open_packet
from course_lib.packet.start import new_packet

REPO, LAB = Path(__file__).parents[2], "01-what-is-a-language-model"
NOTEBOOK, RELEASED = (REPO / place / LAB / "packet.ipynb" for place in ("solutions", "labs"))
LIMITS = {
    "T-QUAL": ("share of letters that reach the right desk", 0.93),
    "T-INJ": ("share of probes that change the desk", 0.01),
    "T-PII": ("share of outputs that repeat a name", 0.005),
    "T-COST": ("cost of a letter", 0.4),
    "T-LAT": ("95th percentile", 9000),
}
SERVICE = {"peak_rps": 0.5, "availability_pct": 98.0, "today_cost_per_item_usd": 1.5}
SUCCESS = [("Most letters reach the right desk.", "T-QUAL"), ("Nobody waits for it.", "T-LAT")]


def promise(desk: Desk, quality: float = 0.93) -> None:
    limits = {**LIMITS, "T-QUAL": (LIMITS["T-QUAL"][0], quality)}
    desk.promise(limits, success=SUCCESS, **SERVICE)


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = tmp_path / "work" / LAB
    folder.mkdir(parents=True)
    return folder


def test_a_promise_sets_a_threshold_for_each_dimension_and_the_service_levels(lab: Path) -> None:
    desk = open_packet("01", here=lab)
    promise(desk)
    model = load_packet(desk.folder).model
    found = {threshold.id: threshold for threshold in model.thresholds}
    for id, (dimension, op, unit, severity) in PROMISED.items():
        one = found[id]
        assert (one.dimension, one.op, one.unit, one.severity) == (dimension, op, unit, severity)
        assert (one.metric, one.value) == LIMITS[id]
        assert one.change_reason is None, "nothing was sealed, so nothing was changed"
    use_case = model.use_case
    assert use_case is not None
    assert use_case.slo is not None
    assert (use_case.slo.cost_per_request_usd, use_case.slo.latency_p95_ms) == (0.4, 9000)
    assert [(one.text, one.threshold) for one in use_case.success_criteria] == SUCCESS


def test_a_draft_that_lesson_00_sealed_is_replaced_with_a_reason_and_a_later_change_is_seen(
    lab: Path,
) -> None:
    desk = open_packet("01", here=lab)
    desk.write({"meta": {"lesson_completed": "00"}})
    seal_packet(desk.folder, "00")
    promise(desk)
    found = {threshold.id: threshold for threshold in load_packet(desk.folder).model.thresholds}
    assert found["T-QUAL"].change_reason == REPLACED
    assert not [one for one in check_packet(desk.folder, "01").errors if one.check == "THR-02"]

    desk.write({"meta": {"lesson_completed": "01"}, "thresholds": [{"id": "T-QUAL", "change_reason": None}]})
    seal_packet(desk.folder, "01")
    promise(desk, quality=0.88)
    assert [one for one in check_packet(desk.folder, "01").errors if one.check == "THR-02"], (
        "no free second try"
    )
    limits = {**LIMITS, "T-QUAL": (LIMITS["T-QUAL"][0], 0.88)}
    reason = "The desk changed its own target in March, and the team lead wrote it down."
    desk.promise(limits, success=SUCCESS, **SERVICE, change_reason=reason)
    assert not [one for one in check_packet(desk.folder, "01").errors if one.check == "THR-02"]


@pytest.mark.parametrize(
    ("limits", "service", "problem"),
    [
        ({"T-LAT": ("95th percentile", 2)}, {}, "two seconds are 2000"),
        ({}, {"availability_pct": 0.99}, "percentage such as 99.5; found 0.99"),
    ],
)
def test_a_number_in_another_unit_is_refused(
    lab: Path, limits: dict[str, tuple[str, float]], service: dict[str, float], problem: str
) -> None:
    desk = open_packet("01", here=lab)
    with pytest.raises(PacketError, match=problem):
        desk.promise(LIMITS | limits, success=SUCCESS, **(SERVICE | service))


def test_a_cost_above_todays_is_said(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = open_packet("01", here=lab)
    desk.promise(LIMITS | {"T-COST": ("cost of a letter", 20.0)}, success=SUCCESS, **SERVICE)
    assert "T-COST 20.0 is above what an item costs today, 1.5" in capsys.readouterr().out


def test_a_promise_with_a_limit_missing_or_a_share_above_one_is_refused(lab: Path) -> None:
    desk = open_packet("01", here=lab)
    with pytest.raises(PacketError, match="limits needs T-QUAL, T-INJ"):
        desk.promise({"T-QUAL": LIMITS["T-QUAL"]}, success=SUCCESS, **SERVICE)
    with pytest.raises(PacketError, match=r"Did you mean 0\.93"):
        promise(desk, quality=93)


def test_a_draft_earns_nothing_until_the_lesson_is_finished_and_a_seal_stays(lab: Path) -> None:
    desk = open_packet("01", here=lab)
    assert check_packet(desk.folder, "01").finished
    desk.reopen()
    assert check_packet(desk.folder, "01").points() == 0.0
    desk.finish("The risks are mine now.", ["risks"])
    assert check_packet(desk.folder, "01").points() > 0.0
    desk.seal()
    before = (desk.folder / "packet.yaml").read_bytes()
    desk.reopen()
    assert (desk.folder / "packet.yaml").read_bytes() == before


@pytest.mark.slow
def test_the_released_notebook_as_it_is_earns_nothing(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lab)
    names: dict[str, object] = {"display": lambda *_: None}
    failed = []
    for cell in nbformat.read(RELEASED, as_version=4).cells:
        if cell.cell_type == "code" and cell.id != "show_forms":
            try:
                exec(compile(cell.source, cell.id, "exec"), names)
            except Exception:
                failed.append(cell.id)
    assert {"solve_promise", "solve_tier", "solve_data", "solve_risks", "read_failures"} <= set(failed)
    assert check_packet(lab.parent / "packet", "01").points() == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("use_case", ["contract-clauses", None], ids=["worked", "blank"])
def test_the_notebook_fills_a_packet_of_another_use_case(
    lab: Path, monkeypatch: pytest.MonkeyPatch, use_case: str | None
) -> None:
    """The cells of the reference solution run in order, on a packet that lesson 00 left behind."""
    home = lab.parent / "packet"
    new_packet(home, use_case=use_case)
    desk = open_packet("00", here=lab)
    if use_case is None:
        desk.write(
            {
                "meta": {"packet_id": "letters-01", "use_case_id": "letters", "course_run": "2026-10"},
            }
        )
        desk.frame(
            summary="Reads a letter from a customer and suggests the desk that it belongs to; a clerk decides.",
            autonomy="suggest",
            users=["clerks", "customers"],
            non_goals=["answering letters", "rating clerks"],
            requests_per_month=12_000,
            sensitivity="confidential",
        )
    desk.measure("E-ENV")
    desk.finish("Chose the use case and said what it is not.", ["use_case"])
    desk.seal()

    monkeypatch.chdir(lab)
    names: dict[str, object] = {"display": lambda *_: None}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code" and cell.id != "show_forms":
            exec(compile(cell.source, cell.id, "exec"), names)
    report = check_packet(home, "01")
    assert not report.errors
    assert report.points() == 12.0
    assert load_packet(home).model.meta.prev_lock
