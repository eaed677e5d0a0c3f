"""CST: the cost model is computed again from measured tokens, the claimed price and people's time."""

from __future__ import annotations

from collections.abc import Iterator

from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.cost import agrees, gap, price_claim, priced_per_token, recompute, usd

FACTORS = (0.1, 10.0)  # vendor tokens for one of ours; characters against words lie within


@check(
    "CST-07",
    "03",
    "error",
    1,
    "cost SLO is not above the cost of today's process",
    needs=("use_case.slo.cost_per_request_usd",),
)
def anchored(context: Context) -> Iterator[Issue]:
    """The promise is cheaper than what an item costs without the system."""
    use_case = context.model.use_case
    promised = use_case.slo.cost_per_request_usd if use_case and use_case.slo else None
    today = use_case.today_cost_per_item_usd if use_case else None
    if promised is not None and today is not None and promised > today:
        yield Issue(
            "use_case.slo.cost_per_request_usd",
            f"Your cost SLO ({usd(promised)} USD) is above what today's process costs per item ({usd(today)}"
            " USD); then nobody would build this. Lower the SLO, or say what today's cost leaves out.",
        )


@check(
    "CST-02", "03", "error", 1, "volume in cost model = volume in use case", needs=("cost_model", "use_case")
)
def same_volume(context: Context) -> Iterator[Issue]:
    """One volume in both places."""
    use_case, cost = context.model.use_case, context.model.cost_model
    there = use_case.volume.requests_per_month if use_case and use_case.volume else None
    here = cost.requests_per_month if cost else None
    if there is not None and here is not None and there != here:
        yield Issue(
            "cost_model.requests_per_month",
            f"The cost model uses {here} requests, the use case says {there}. Make them the same number.",
        )


@check(
    "CST-03",
    "03",
    "error",
    1,
    "tokens are counted with the tokenizer that is paid for, or a factor is given",
    needs=("cost_model",),
    follows=("STR-01", "EVD-01", "EVD-04"),
)
def same_tokenizer(context: Context) -> Iterator[Issue]:
    """The tokenizer of the measurement is the one of the price, or a plausible factor stands between them."""
    cost, claim = context.model.cost_model, price_claim(context)
    if cost is None or claim is None or not cost.token_evidence:
        return
    stored = context.evidence.get(cost.token_evidence)
    counted = str(stored.envelope.get("tokenizer") or "") if stored else ""
    factor = cost.tokenizer_factor or 1.0
    paid = claim.tokenizer
    if paid is None:
        yield Issue(
            f"{claim.id}", f"{claim.id} does not name the tokenizer that its price counts with. Add it."
        )
    elif not counted:
        yield Issue(cost.token_evidence, f"{cost.token_evidence} does not name its tokenizer. Measure again.")
    elif counted.casefold() == paid.casefold():
        if not agrees(factor, 1.0):
            yield Issue(
                "cost_model.tokenizer_factor",
                f"You counted with {counted}, which is the tokenizer that you pay for, so tokenizer_factor is 1;"
                f" found {factor:g}.",
            )
    elif factor == 1.0:
        yield Issue(
            "cost_model.tokenizer_factor",
            f"You counted with {counted} but pay per token of {paid}. Count again with that tokenizer, or set"
            " tokenizer_factor (its tokens for one of yours) with a source.",
        )
    elif not FACTORS[0] <= factor <= FACTORS[1]:
        yield Issue(
            "cost_model.tokenizer_factor",
            f"tokenizer_factor {factor:g} is not believable: tokenizers differ by {FACTORS[0]:g} to"
            f" {FACTORS[1]:g}. It is {paid} tokens for one of {counted}.",
        )


@check("CST-04", "03", "error", 1, "prompt p95 lies inside the price tier", needs=("cost_model",))
def inside_the_tier(context: Context) -> Iterator[Issue]:
    """Long prompts still cost the price that was used."""
    cost, claim = context.model.cost_model, price_claim(context)
    if cost is None or claim is None or claim.tier_max_prompt_tokens is None or not cost.token_evidence:
        return
    p95 = context.measured.get(cost.token_evidence, {}).get("p95_prompt_tokens")
    longest = p95 * (cost.tokenizer_factor or 1.0) if p95 is not None else 0.0
    if longest > claim.tier_max_prompt_tokens:
        yield Issue(
            "cost_model.price_claim",
            f"Your p95 prompt ({longest:.0f} tokens) leaves the price tier of {claim.id}"
            f" ({claim.tier_max_prompt_tokens} tokens); use the next tier's price.",
        )


@check(
    "CST-01",
    "03",
    "error",
    3,
    "model cost = requests x tokens x price x (1+retry), recomputed",
    needs=("cost_model",),
    follows=("STR-01", "STR-03", "EVD-01", "EVD-02", "EVD-04"),
)
def model_cost(context: Context) -> Iterator[Issue]:
    """The month's tokens cost what measured tokens, claimed price, factor and retries give."""
    found, cost, stated = gap(context), recompute(context), context.model.cost_model
    if found:
        told = context.misfit("cost_model") or context.misfit("claims")
        yield Issue(found.subject, found.message, told=told)
    elif cost and stated and stated.model_cost_month_usd is None and priced_per_token(context):
        yield Issue(
            "cost_model",
            f"cost_model.model_cost_month_usd is missing; {cost.model_arithmetic} = {usd(cost.model_cost_month)} USD.",
            told=context.misfit("cost_model"),
        )
    elif cost and stated and not agrees(stated.model_cost_month_usd or 0.0, cost.model_cost_month):
        claim = price_claim(context)
        uncached = stated.cached_share and claim and claim.cached_input_per_mtok is None
        yield Issue(
            "cost_model.model_cost_month_usd",
            f"{cost.model_arithmetic} = {usd(cost.model_cost_month)} USD a month; you wrote"
            f" {usd(stated.model_cost_month_usd or 0.0)}."
            + (
                f" (cached_share counts only with a cached_input_per_mtok in {claim.id}.)"
                if uncached and claim
                else ""
            ),
        )


@check(
    "CST-05",
    "03",
    "error",
    1,
    "human review and total recomputed",
    needs=("cost_model",),
    follows=("STR-01",),
)
def review_and_total(context: Context) -> Iterator[Issue]:
    """People's time is the product of its parts, and the total is the sum of the three amounts."""
    cost, stated = recompute(context), context.model.cost_model
    if stated is None:
        return
    review = stated.human_review.cost_month_usd if stated.human_review else None
    if cost and review is not None and not agrees(review, cost.review_cost_month):
        yield Issue(
            "cost_model.human_review.cost_month_usd",
            f"Review: {cost.review_arithmetic} = {usd(cost.review_cost_month)} USD; you wrote {usd(review)}.",
        )
    if stated.total_month_usd is None:
        yield Issue(
            "cost_model",
            "cost_model.total_month_usd is missing: model, review and fixed cost together.",
            told=context.misfit("cost_model"),
        )
        return
    parts = (stated.model_cost_month_usd or 0.0, review or 0.0, stated.fixed_month_usd or 0.0)
    # The sum of the stated parts is a right sum; what is wrong with a part is said above.
    if not agrees(stated.total_month_usd, sum(parts)) and not (
        cost and agrees(stated.total_month_usd, cost.total_month)
    ):
        yield Issue(
            "cost_model.total_month_usd",
            f"Total: {' + '.join(map(usd, parts))} = {usd(sum(parts))} USD; you wrote {usd(stated.total_month_usd)}.",
        )


@check(
    "CST-06",
    "03",
    "error",
    1,
    "cost SLO holds for the recomputed cost per request",
    needs=("cost_model", "use_case.slo.cost_per_request_usd"),
)
def slo_holds(context: Context) -> Iterator[Issue]:
    """One request, people's time included, costs at most what was promised."""
    cost, use_case = recompute(context), context.model.use_case
    promised = use_case.slo.cost_per_request_usd if use_case and use_case.slo else None
    if cost is None:
        yield Issue("cost_model", "The cost per request cannot be computed yet.", told=True)
    elif promised is not None and cost.per_request > promised * (1 + 1e-9):
        share = cost.review_cost_month / cost.total_month
        yield Issue(
            "use_case.slo.cost_per_request_usd",
            f"Total cost per request {usd(cost.per_request)} USD is above your SLO {usd(promised)}"
            f" ({share:.0%} of it is people's time). Lower the cost, or raise the SLO with a reason.",
        )
