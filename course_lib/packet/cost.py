"""The cost model, computed again from measured tokens, the claimed price and people's time (lesson 03).

    model cost  = requests x (1 + retry rate) x tokenizer factor
                  x (prompt tokens x price in + output tokens x price out)
    review cost = requests x review rate x minutes / 60 x cost of an hour
    total       = model cost + review cost + fixed cost

Amounts are USD for one month. The cached share of the prompt is paid at the claim's cached_input_per_mtok, and in full
if the claim has no such price. A model without a price per token (price_claim: {na: true, because: ...}) costs what
fixed_month_usd says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.packet.schema import Claim, CostModel

if TYPE_CHECKING:
    from course_lib.packet.checks.core import Context

PER_PRICE = 1_000_000  # tokens that a price is for
RELATIVE, CENT = 0.01, 0.01  # what counts as rounding


@dataclass(frozen=True)
class Cost:
    """What a month and a request cost, in USD, and the arithmetic in words."""

    requests: int
    model_cost_month: float
    review_cost_month: float
    fixed_month: float
    model_arithmetic: str
    review_arithmetic: str

    @property
    def total_month(self) -> float:
        return self.model_cost_month + self.review_cost_month + self.fixed_month

    @property
    def per_request(self) -> float:
        return self.total_month / self.requests


@dataclass(frozen=True)
class Gap:
    """What the cost cannot be computed without: the subject (an id or a path) and one sentence."""

    subject: str
    message: str


def agrees(stated: float, computed: float) -> bool:
    """Whether two amounts differ by rounding only: a cent, or 1 %."""
    return abs(stated - computed) <= max(CENT, RELATIVE * abs(computed)) + 1e-9


def usd(amount: float) -> str:
    """An amount for people: cents, or three digits where cents would hide it."""
    return f"{amount:.2f}" if abs(amount) >= 1 or amount == 0 else f"{amount:.3g}"


def price_claim(context: Context) -> Claim | None:
    """The claim that the cost model takes its price from."""
    wanted = context.model.cost_model.price_claim if context.model.cost_model else None
    return next((claim for claim in context.model.claims if claim.id and claim.id == wanted), None)


def priced_per_token(context: Context) -> bool:
    """Whether tokens are paid for; a model on own servers says that price_claim does not apply."""
    return "cost_model.price_claim" not in context.packet.not_applicable


def gap(context: Context) -> Gap | None:
    """The first thing without which the cost cannot be computed, or None."""
    cost = context.model.cost_model
    if cost is None or cost.requests_per_month is None:
        return Gap("cost_model", "cost_model.requests_per_month is missing; the cost cannot be computed.")
    if not priced_per_token(context):
        if not cost.fixed_month_usd:
            return Gap(
                "cost_model.fixed_month_usd",
                "Without a price per token the servers are the cost: put their month into"
                " cost_model.fixed_month_usd.",
            )
        return None
    claim = price_claim(context)
    if claim is None:
        subject = "cost_model.price_claim" if cost.price_claim else "cost_model"
        return Gap(subject, "cost_model.price_claim names no claim; which price do you pay?")
    if claim.input_per_mtok is None or claim.output_per_mtok is None:
        return Gap(
            claim.id or "cost_model",
            f"{claim.id} needs input_per_mtok and output_per_mtok, in USD for a million tokens.",
        )
    evidence = cost.token_evidence
    if evidence is None:
        return Gap("cost_model", "cost_model.token_evidence names no evidence; how long is a request?")
    if "mean_prompt_tokens" not in context.measured.get(evidence, {}):
        return Gap(
            evidence if evidence in context.evidence else "cost_model.token_evidence",
            f"cost_model.token_evidence is {evidence}; it needs evidence of kind token_count.",
        )
    return None


def recompute(context: Context) -> Cost | None:
    """The cost of a month from what was measured and claimed, or None if something is missing (see gap)."""
    cost = context.model.cost_model
    if cost is None or cost.requests_per_month is None or gap(context) is not None:
        return None
    requests = cost.requests_per_month
    model_cost, arithmetic = _model_cost(context, cost, requests)
    review = cost.human_review
    rate, minutes, hour = (
        ((review.rate or 0.0), (review.minutes or 0.0), (review.usd_per_hour or 0.0))
        if review
        else (0.0,) * 3
    )
    return Cost(
        requests,
        model_cost,
        requests * rate * minutes / 60 * hour,
        cost.fixed_month_usd or 0.0,
        arithmetic,
        f"{requests} x {rate:g} x {minutes:g} min x {hour:g} USD/h",
    )


def _model_cost(context: Context, cost: CostModel, requests: int) -> tuple[float, str]:
    """USD for a month of tokens, and the arithmetic in words; 0 where tokens have no price."""
    claim = price_claim(context)
    if not priced_per_token(context) or claim is None or cost.token_evidence is None:
        return 0.0, "no price per token"
    price_in, price_out = claim.input_per_mtok or 0.0, claim.output_per_mtok or 0.0
    cached = cost.cached_share or 0.0
    if cached and claim.cached_input_per_mtok is not None:
        price_in = (1 - cached) * price_in + cached * claim.cached_input_per_mtok
    tokens = context.measured[cost.token_evidence]
    prompt, output = tokens["mean_prompt_tokens"], tokens["mean_output_tokens"]
    factor, retry = cost.tokenizer_factor or 1.0, 1 + (cost.retry_rate or 0.0)
    total = requests * retry * factor * (prompt * price_in + output * price_out) / PER_PRICE
    words = f"{requests} x ({prompt:.5g} x {price_in:.4g} + {output:.5g} x {price_out:.4g}) / {PER_PRICE}"
    words += f" x {factor:g} (tokenizer)" if factor != 1 else ""
    return total, words + f" x {retry:g}"
