"""The course data: the same for everybody, honestly difficult, and with nobody's data in it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from course_lib.packet.cases import (
    CASE_NAMES,
    DATA_IDS,
    LANGUAGES,
    SYSTEMS,
    Case,
    case_for,
    context_probes,
    get_case,
    read,
    scan_personal_data,
    search,
)
from course_lib.packet.cases.base import EXAMPLES
from course_lib.packet.cases.rows import CASE_ROWS, TOKENIZER, first_difference, injection_rows
from course_lib.packet.files import PacketError

SHA256 = {  # a change here makes every learner's evidence of lessons 03 and 04 foreign: then the version changes, too
    "ticket-triage@v1": "ad5b7e4005008c96d4e6472ca70dc21eee16887561a086e3934ef21ee63c0fdd",
    "contract-clauses@v1": "578ff6dc547b5461d2219b155b0bf799b7d307e3501db6f179b2db4225b4fd13",
    "policy-questions@v1": "8276465186f2f47d1c9f86db57b577465b045cb59901c14552b9a071060d8bf1",
}


@pytest.fixture(params=DATA_IDS)
def case(request: pytest.FixtureRequest) -> Case:
    return get_case(request.param)


def accuracy(case: Case, system: str) -> float:
    """The share of locked texts that a system answers as they are labelled."""
    answer = SYSTEMS[system].answer
    return sum(answer(case, item.text) == item.gold for item in case.locked) / len(case.locked)


def test_the_data_is_the_same_everywhere(case: Case) -> None:
    assert case.sha256 == SHA256[case.data_id]


def test_items_are_complete_and_all_different(case: Case) -> None:
    assert len(case.items) == 2400
    assert len({item.id for item in case.items}) == len({item.text for item in case.items}) == 2400
    assert {item.gold for item in case.items} == set(case.labels)
    assert {item.language for item in case.items} == set(LANGUAGES)
    assert not any("{" in item.text or "  " in item.text for item in case.items)


def test_a_draw_is_the_seeds_own_and_never_touches_the_examples(case: Case) -> None:
    drawn = case.draw(7, 400)
    assert drawn == case.draw(7, 400)
    assert drawn != case.draw(8, 400)
    assert len({item.id for item in drawn}) == 400
    assert not set(drawn) & set(case.items[:EXAMPLES])
    with pytest.raises(ValueError, match="larger than population"):
        case.draw(7, 1601)


def test_the_prompt_names_every_answer(case: Case) -> None:
    prompt = case.prompt("What now?")
    assert prompt.endswith("What now?")
    assert all(f"- {label}: " in prompt for label in case.labels)


def test_the_systems_differ_as_they_should(case: Case) -> None:
    """The canary fails, the baseline is a start, the candidate is good and not perfect."""
    assert accuracy(case, "majority@v1") < 0.35
    assert 0.75 <= accuracy(case, "keyword-rules@v1") <= 0.85
    assert 0.90 <= accuracy(case, "nearest-examples@v1") <= 0.95


def test_injections_move_the_rules_often_and_the_candidate_seldom(case: Case) -> None:
    def moved(system: str) -> int:
        return sum(row["output"] != row["expected"] for row in injection_rows(case, system))

    assert len({probe.id for probe in case.probes}) == len(case.probes) == 320
    assert all(probe.clean in probe.text and probe.text != probe.clean for probe in case.probes)
    assert moved("majority@v1") == 0
    assert moved("keyword-rules@v1") > 64
    assert moved("nearest-examples@v1") <= 6


def test_reasons_of_the_rules_leak_and_those_of_the_candidate_do_not(case: Case) -> None:
    def leaks(system: str) -> int:
        return sum(bool(scan_personal_data(SYSTEMS[system].explain(case, item.text))) for item in case.locked)

    assert leaks("keyword-rules@v1") > 16
    assert leaks("nearest-examples@v1") == 0
    reason = SYSTEMS["nearest-examples@v1"].explain(case, case.locked[0].text)
    assert reason.startswith(f"{SYSTEMS['nearest-examples@v1'].answer(case, case.locked[0].text)}: ")
    assert "\n" not in reason


def test_words_that_nobody_knows_get_an_answer_all_the_same(case: Case) -> None:
    for system in SYSTEMS.values():
        assert system.answer(case, "") in case.labels
        assert system.answer(case, "xyzzy 12345") in case.labels


# --- personal data ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "write to anna.k+shop@example.org.",
        "call +49 30 23125 123 today",
        "0049 30 23125123",
        "+1 (202) 555-0123",
        "IBAN DE89 3704 0044 0532 0130 00, please",
        "GB29NWBK60161331926819",
    ],
)
def test_written_forms_of_personal_data_are_found(text: str) -> None:
    assert len(scan_personal_data(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Order 004930231 of customer 2300",
        "version 1.10.4 @ build 7",
        "2026-11-02 12:30, 860 tokens",
        "Regulation (EU) 2024/1689",
        "sha256 9f86d081884c7d659a2feaa0c55ad015",
        "+10 % in 2026",
    ],
)
def test_other_numbers_are_not(text: str) -> None:
    assert scan_personal_data(text) == []


def test_one_text_in_eight_holds_data_of_nobody(case: Case) -> None:
    found = [scan_personal_data(item.text) for item in case.locked]
    assert 0.10 < sum(map(bool, found)) / len(found) < 0.16
    fictional = ("@example.org", "DE00 ", "+1 202 555 01", "+49 30 23125 1", "+33 1 99 00 ")
    assert all(any(mark in one for mark in fictional) for texts in found for one in texts)


# --- reading and searching ----------------------------------------------------------------------------------


def test_what_stands_at_the_start_falls_out_of_the_window(case: Case) -> None:
    probes = context_probes(case, seed=3)
    right = {
        third: [read(probe.prompt) == probe.expected for probe in probes if low <= probe.position <= high]
        for third, low, high in (("start", 0, 0.2), ("end", 0.7, 1))
    }
    assert not any(right["start"])
    assert all(right["end"])
    assert probes[:5] == context_probes(case, seed=3, n=5)
    assert probes[:5] != context_probes(case, seed=4, n=5)


def test_the_search_finds_more_than_chance_and_less_than_all(case: Case) -> None:
    hits = [search(case, item.text) for item in case.locked[:200]]
    found = sum(f"{item.gold}-{item.language}" in ids for item, ids in zip(case.locked, hits, strict=False))
    assert 0.6 < found / 200 < 0.95
    assert all(len(set(ids)) == 3 and set(ids) <= set(case.passages) for ids in hits)


# --- replay -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CASE_ROWS)
def test_the_rows_of_a_seed_can_be_made_again(kind: str) -> None:
    case, name = get_case("ticket-triage@v1"), TOKENIZER if kind == "token_count" else "keyword-rules@v1"
    rows = CASE_ROWS[kind](case, 5, 30, name)
    assert first_difference(rows, CASE_ROWS[kind](case, 5, 30, name)) is None
    assert first_difference(rows[::-1][:20], rows) is None, "neither order nor missing rows are differences"
    assert first_difference([*rows, rows[0]], rows).field == "id", "a row that stands twice is one too many"
    if kind != "context_position":
        other = first_difference(CASE_ROWS[kind](case, 6, 30, name), rows)
        assert other is not None
        assert other.field == "id"


def test_rows_of_an_unknown_system_lack_what_only_it_can_say() -> None:
    case = get_case("ticket-triage@v1")
    assert all("output" not in row for row in CASE_ROWS["evaluation"](case, 5, 9, "few-shot-prompt@v3"))
    assert all("found" not in row for row in CASE_ROWS["embedding_search"](case, 5, 9, "our-vectors@v1"))
    assert all("prompt_tokens" not in row for row in CASE_ROWS["token_count"](case, 5, 9, "their-tokenizer"))
    assert all("expected" not in row for row in injection_rows(case, "few-shot-prompt@v3"))


def test_which_data_a_use_case_measures_on() -> None:
    assert [case_for(name) for name in CASE_NAMES] == list(DATA_IDS)
    assert case_for("claims-letters") == "ticket-triage@v1"
    with pytest.raises(
        PacketError, match=r"no course data 'claims-letters@v1'; choose from ticket-triage@v1"
    ):
        get_case("claims-letters@v1")


def test_nothing_heavy_is_loaded() -> None:
    script = (
        "import sys; from course_lib.packet.cases import get_case; from course_lib.packet.cases.rows import *;"
        "token_rows(get_case('ticket-triage@v1'), 1, 9); fact_world_sha256(); import course_lib.packet.checks;"
        "import course_lib.packet.measure; print([name for name in ('torch', 'numpy') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
