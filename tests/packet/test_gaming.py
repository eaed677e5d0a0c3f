"""Nobody gains by cheating: each attempt under gaming/ is found, costs points or nothing, and never lifts the gate."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from course_lib.packet.cases import Case
from course_lib.packet.cases.rows import CASE_ROWS
from course_lib.packet.checks import core
from course_lib.packet.checks import evidence as checks_of_evidence
from course_lib.packet.checks.core import CHECKS, INTEGRITY_CAP, Context, Report
from course_lib.packet.files import PacketError
from course_lib.packet.gate import RANK, Value, compute_gate
from course_lib.packet.load import load_packet

from .gaming._tools import REFUSED, Rows
from .samples import DAY

NAMES = sorted(
    file.stem for file in (Path(__file__).parent / "gaming").glob("*.py") if not file.stem.startswith("_")
)


@pytest.fixture(scope="module", autouse=True)
def replay_once() -> Iterator[None]:
    """Rows that follow from case, seed, number and system are made once for all attempts."""

    def once(make: Callable[..., Rows]) -> Callable[..., Rows]:
        made: dict[tuple[object, ...], Rows] = {}

        def remembered(case: Case, *rest: object) -> Rows:
            key = (case.data_id, *rest)
            if key not in made:
                made[key] = make(case, *rest)
            return made[key]

        return remembered

    with pytest.MonkeyPatch.context() as patch:
        for kind, make in CASE_ROWS.items():
            patch.setitem(CASE_ROWS, kind, once(make))
        patch.setattr(checks_of_evidence, "injection_rows", once(checks_of_evidence.injection_rows))
        yield


def judge(folder: Path) -> tuple[Report, Value]:
    """What the checks say about a packet, and the gate that follows."""
    packet = load_packet(folder)
    context = Context(packet, "04", DAY)
    with pytest.MonkeyPatch.context() as patch:  # what was read once serves the gate, too
        patch.setattr(core, "Context", lambda *_: context)
        report = core.check_loaded(packet, "04", DAY)
    return report, compute_gate(context).value


@pytest.fixture(scope="module")
def honest(sealed_packet: Path) -> tuple[Report, Value]:
    return judge(sealed_packet)


def attempt(name: str) -> ModuleType:
    return importlib.import_module(f"{__package__}.gaming.{name}")


def test_there_are_many_attempts_and_each_says_what_it_wants() -> None:
    assert len(NAMES) >= 45
    for name in NAMES:
        module = attempt(name)
        told = (module.EXPECTED,) if isinstance(module.EXPECTED, str) else module.EXPECTED
        assert (module.__doc__ or "").strip().endswith("."), name
        assert set(told) <= {*CHECKS, REFUSED}, name


def test_the_honest_packet_passes(honest: tuple[Report, Value]) -> None:
    report, gate = honest
    assert report.errors == []
    assert not report.integrity
    assert gate == "CONDITIONAL"


@pytest.mark.parametrize("name", NAMES)
def test_cheating_does_not_pay(name: str, sealed: Path, honest: tuple[Report, Value]) -> None:
    module = attempt(name)
    module.cheat(sealed)
    expected = {module.EXPECTED} if isinstance(module.EXPECTED, str) else set(module.EXPECTED)
    if expected == {REFUSED}:
        with pytest.raises(PacketError) as refusal:
            load_packet(sealed)
        assert "\n" not in str(refusal.value)
        return
    report, gate = judge(sealed)
    fair, fair_gate = honest
    new = [finding for finding in report.findings if finding not in fair.findings]
    found = {finding.check for finding in new}
    assert expected & found, f"none of {expected} among {new}"
    assert found <= expected | set(getattr(module, "ALSO", ())), new
    assert report.points() <= fair.points()
    assert RANK[gate] >= RANK[fair_gate]
    if any(finding.severity == "error" and not finding.check.startswith("GATE-") for finding in new):
        assert gate == "FAIL"
    if getattr(module, "FORGERY", False):
        assert report.integrity
        assert report.points() <= INTEGRITY_CAP * 12
