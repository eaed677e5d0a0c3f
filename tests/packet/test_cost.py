"""CST: the cost model is computed again, and the message shows the arithmetic."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_lib.packet.checks import check_packet
from course_lib.packet.checks.core import Context
from course_lib.packet.cost import Cost, agrees, gap, recompute
from course_lib.packet.load import load_packet, update_packet

from .full import messages, replace, save
from .samples import DAY

pytestmark = pytest.mark.usefixtures("made_by_hand")


def cost_of(folder: Path) -> Cost:
    cost = recompute(Context(load_packet(folder), "04", DAY))
    assert cost is not None
    return cost


@pytest.fixture
def counted(full: Path) -> Path:
    """The packet with the worked example's request: 860 tokens in, 60 out."""
    rows = [{"id": str(i), "language": "en", "prompt_tokens": 860, "output_tokens": 60} for i in range(400)]
    save(full, "token_count", "E-TOK", rows, "03")
    return full


def test_the_worked_example(counted: Path) -> None:
    """36 000 tickets: 860 x 0.10 + 60 x 0.40 USD a million, 3 % sent twice; 15 % reviewed for 1.5 min at 36 USD/h."""
    cost = cost_of(counted)
    assert cost.model_cost_month == pytest.approx(36000 * 110e-6 * 1.03)
    assert cost.review_cost_month == pytest.approx(4860)
    assert cost.total_month == pytest.approx(4.0788 + 4860 + 120)
    assert cost.per_request == pytest.approx(4984.0788 / 36000)


def test_factor_and_cache_change_the_price(counted: Path) -> None:
    update_packet(counted, {"cost_model": {"tokenizer_factor": 1.5}})
    assert cost_of(counted).model_cost_month == pytest.approx(1.5 * 36000 * 110e-6 * 1.03)
    update_packet(counted, {"cost_model": {"tokenizer_factor": 1, "cached_share": 0.5}})
    assert cost_of(counted).model_cost_month == pytest.approx(36000 * 110e-6 * 1.03), "no price for it yet"
    update_packet(counted, {"claims": [{"id": "C-PRICE", "cached_input_per_mtok": 0.02}]})
    assert cost_of(counted).model_cost_month == pytest.approx(36000 * (860 * 0.06 + 24) * 1e-6 * 1.03)


@pytest.mark.parametrize(
    ("id", "cost_model", "says"),
    [
        (
            "CST-01",
            {"model_cost_month_usd": 0.09},
            "36000 x (860 x 0.1 + 60 x 0.4) / 1000000 x 1.03 = 4.08 USD a month; you wrote 0.09.",
        ),
        (
            "CST-01",
            {"model_cost_month_usd": 3.0, "cached_share": 0.5},
            "(cached_share counts only with a cached_input_per_mtok in C-PRICE.)",
        ),
        (
            "CST-02",
            {"requests_per_month": 3600},
            "The cost model uses 3600 requests, the use case says 36000.",
        ),
        (
            "CST-03",
            {"tokenizer_factor": 1.4},
            "You counted with course-gpt-tokenizer, which is the tokenizer that you pay for",
        ),
        (
            "CST-05",
            {"human_review": {"cost_month_usd": 486}},
            "Review: 36000 x 0.15 x 1.5 min x 36 USD/h = 4860.00 USD; you wrote 486.00.",
        ),
        (
            "CST-05",
            {"total_month_usd": 9000},
            "Total: 4.08 + 4860.00 + 120.00 = 4984.08 USD; you wrote 9000.00.",
        ),
    ],
)
def test_wrong_arithmetic_is_shown(counted: Path, id: str, cost_model: dict[str, object], says: str) -> None:
    right = {"model_cost_month_usd": 4.08, "total_month_usd": 4984.08}
    update_packet(counted, {"cost_model": {**right, **cost_model}})
    assert says in messages(counted, id)


def test_one_wrong_amount_is_one_message(counted: Path) -> None:
    """A total that adds up the learner's own amounts is right, whatever was wrong before."""
    update_packet(counted, {"cost_model": {"model_cost_month_usd": 900, "total_month_usd": 5880}})
    report = check_packet(counted, "04", DAY)
    assert [finding.check for finding in report.errors] == ["CST-01"]


@pytest.mark.parametrize("stated", [4.08, 4.0788, 4.1, 4.09])
def test_rounding_is_no_mistake(counted: Path, stated: float) -> None:
    total = 4980 + stated
    update_packet(counted, {"cost_model": {"model_cost_month_usd": stated, "total_month_usd": round(total)}})
    assert messages(counted, "CST-01") == messages(counted, "CST-05") == ""


def test_agreement_is_a_cent_or_one_percent() -> None:
    assert agrees(0.01, 0.0)
    assert agrees(4900, 4860)
    assert not agrees(4860, 4920)
    assert not agrees(0.03, 0.01)


def test_another_tokenizer_needs_a_factor(full: Path) -> None:
    update_packet(full, {"claims": [{"id": "C-PRICE", "tokenizer": "o200k_base"}]})
    says = "You counted with course-gpt-tokenizer but pay per token of o200k_base."
    assert says in messages(full, "CST-03")
    update_packet(full, {"cost_model": {"tokenizer_factor": 0.6}})
    assert messages(full, "CST-03") == ""
    update_packet(full, {"cost_model": {"tokenizer_factor": 0.001}})
    assert "tokenizer_factor 0.001 is not believable" in messages(full, "CST-03")


def test_a_price_without_tokenizer(full: Path) -> None:
    replace(full, "    tokenizer: course-gpt-tokenizer\n", "")
    assert "C-PRICE does not name the tokenizer" in messages(full, "CST-03")


def test_long_prompts_leave_the_tier(counted: Path) -> None:
    update_packet(counted, {"claims": [{"id": "C-PRICE", "tier_max_prompt_tokens": 800}]})
    says = "Your p95 prompt (860 tokens) leaves the price tier of C-PRICE (800 tokens); use the next tier's price."
    assert messages(counted, "CST-04") == says


def test_the_promise_holds_and_is_anchored(full: Path) -> None:
    update_packet(full, {"use_case": {"slo": {"cost_per_request_usd": 0.05}}})
    assert "Total cost per request 0.138 USD is above your SLO 0.05 (98% of it" in messages(full, "CST-06")
    update_packet(full, {"use_case": {"slo": {"cost_per_request_usd": 0.75}}})
    says = "Your cost SLO (0.75 USD) is above what today's process costs per item (0.6 USD)"
    assert says in messages(full, "CST-07")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    input_per_mtok: 0.1\n", "", "C-PRICE needs input_per_mtok and output_per_mtok"),
        (
            "token_evidence: E-TOK",
            "token_evidence: E-CAND",
            "is E-CAND; it needs evidence of kind token_count.",
        ),
    ],
)
def test_what_the_cost_cannot_do_without(full: Path, old: str, new: str, says: str) -> None:
    replace(full, old, new)
    assert says in messages(full, "CST-01")
    assert recompute(Context(load_packet(full), "04", DAY)) is None
    assert messages(full, "CST-06") == "", "one message for one cause"


def test_a_model_on_own_servers_costs_what_the_servers_cost(full: Path) -> None:
    because = "nobody is paid per token, the model runs on two servers of ours"
    update_packet(
        full, {"cost_model": {"price_claim": {"na": True, "because": because}, "model_cost_month_usd": 0}}
    )
    assert cost_of(full).model_cost_month == 0
    assert messages(full, "CST-01") == messages(full, "CST-03") == ""
    replace(full, "  fixed_month_usd: 120\n", "")
    found = gap(Context(load_packet(full), "04", DAY))
    assert found is not None
    assert "put their month into cost_model.fixed_month_usd" in found.message


def test_a_price_that_is_no_number_is_told_once(full: Path) -> None:
    replace(full, "input_per_mtok: 0.1", "input_per_mtok: cheap")
    report = check_packet(full, "04", DAY)
    assert [finding.check for finding in report.errors] == ["STR-00"]
    assert report.statuses["CST-01"] == "failed"
