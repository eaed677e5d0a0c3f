"""CLM: what the packet believes about vendors, prices and laws has a source and a date, and goes stale."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from course_lib.data.claims import STALE_DAYS
from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.schema import Claim, PacketModel, RefTo, markers, walk

PLURAL = {
    "price": "prices go",
    "model": "claims about models go",
    "vendor_terms": "vendor terms go",
    "law": "readings of a law go",
    "benchmark": "benchmarks go",
}
# Names that are hardly ever anything else; the course's own models are not among them.
VENDORS = re.compile(
    r"(?<![\w-])(?:(?:OpenAI|Anthropic|ChatGPT|Claude|Gemini|Gemma|Llama|Mistral|Mixtral|Qwen|DeepSeek|Cohere|Grok"
    r"|Bedrock)(?![a-z])|(?i:gpt-\d))"
)


def days_left(context: Context, claim: Claim) -> int | None:
    """Days until a claim goes stale, below 0 if it has; None without a kind or a day."""
    if claim.as_of is None or claim.kind is None:
        return None
    return STALE_DAYS[claim.kind] - (context.today - claim.as_of).days


def prose(model: PacketModel) -> Iterator[tuple[str, str]]:
    """The learner's prose that argues: (path, text) of the summary and of what decisions give as reasons."""
    if model.summary:
        yield "summary", model.summary
    for index, decision in enumerate(model.decisions):
        if decision.reason:
            yield f"decisions[{index}].reason", decision.reason
        for number, alternative in enumerate(decision.alternatives):
            if alternative.rejected_because:
                yield (
                    f"decisions[{index}].alternatives[{number}].rejected_because",
                    alternative.rejected_because,
                )


def used_claims(context: Context) -> dict[str, str]:
    """The claims that something rests on: id to the path that cites it; decisions also cite them in prose."""
    used: dict[str, str] = {}
    for path, value, info in walk(context.model):
        targets = markers(info.annotation, RefTo) + [one for one in info.metadata if isinstance(one, RefTo)]
        cites = any(target.section == "claims" for target in targets) and not path.startswith("claims[")
        if cites and isinstance(value, str):
            used.setdefault(value, path)
    for path, text in prose(context.model):
        for id in re.findall(r"\bC(?:-[A-Z0-9]+)+\b", text):
            used.setdefault(id, path)
    return used


@check("CLM-01", "03", "error", 2, "every claim has a source URL and a day", needs=("claims",))
def sourced(context: Context) -> Iterator[Issue]:
    """A claim says where it was read, and when."""
    for index, claim in enumerate(context.model.claims):
        name = claim.id or f"claims[{index}]"
        lacking = [
            field
            for field in ("source_url", "as_of")
            if getattr(claim, field) is None and not context.misfit(f"claims[{index}].{field}")
        ]
        if lacking:
            what = {"price": "A price", "law": "A reading of a law"}.get(claim.kind or "", "A claim")
            yield Issue(
                name,
                f"{name} has no {' and no '.join(lacking)}. {what} without source and date is an opinion.",
            )


@check(
    "CLM-02",
    "03",
    "error",
    2,
    "claims used by a decision or cost are not stale",
    needs=("claims",),
    follows=("RSK-03", "CLM-01"),
)
def not_stale(context: Context) -> Iterator[Issue]:
    """What a decision, a model or the cost rests on was looked up lately, and was not replaced."""
    used = used_claims(context)
    for claim in context.model.claims:
        left = days_left(context, claim)
        if claim.id not in used or claim.kind is None:
            continue
        if claim.superseded_by:
            yield Issue(
                claim.id,
                f"{used[claim.id]} cites {claim.id}, which {claim.superseded_by} supersedes. Cite"
                f" {claim.superseded_by} there.",
            )
        elif left is not None and left < 0:
            limit = STALE_DAYS[claim.kind]
            yield Issue(
                claim.id,
                f"{claim.id} is {limit - left} days old; {PLURAL[claim.kind]} stale after {limit}. Open the source"
                " again and update value and as_of.",
            )


@check(
    "CLM-03",
    "03",
    "error",
    1,
    "price used in the cost model comes from a primary source",
    needs=("claims", "cost_model.price_claim"),
)
def primary_price(context: Context) -> Iterator[Issue]:
    """The price that is calculated with stands on the vendor's own page."""
    wanted = context.model.cost_model.price_claim if context.model.cost_model else None
    for claim in context.model.claims:
        if claim.id == wanted and claim.source_type == "secondary":
            yield Issue(
                f"{claim.id}",
                f"The price in your cost model ({claim.id}) comes from somebody's report ({claim.source_url})."
                " Cite the vendor's own page.",
            )


@check("CLM-04", "03", "error", 1, "two claims on the same price agree or are reconciled", needs=("claims",))
def prices_agree(context: Context) -> Iterator[Issue]:
    """One price for one model and tier, unless one claim supersedes the other."""
    prices = [
        claim
        for claim in context.model.claims
        if claim.kind == "price" and claim.subject and not claim.superseded_by
    ]
    for a, b in itertools.combinations(prices, 2):
        same = (_plain(a.subject), a.tier_max_prompt_tokens) == (_plain(b.subject), b.tier_max_prompt_tokens)
        for field in ("input_per_mtok", "output_per_mtok"):
            one, other = getattr(a, field), getattr(b, field)
            if same and one is not None and other is not None and one != other:
                yield Issue(
                    f"{b.id}",
                    f"Two prices for {a.subject} disagree ({a.id}: {one:.2f}, {b.id}: {other:.2f} USD a million"
                    " tokens). Mark the wrong one superseded_by the other.",
                )
                break


@check("CLM-05", "03", "warning", 1, "no vendor or model name in prose without a claim", needs=("decisions",))
def names_are_claimed(context: Context) -> Iterator[Issue]:
    """A model or vendor that prose names is one that a claim is about."""
    known = " ".join(
        f"{claim.subject} {claim.statement} {claim.source_url}" for claim in context.model.claims
    ) + " ".join(f" {model.name} {model.provider}" for model in context.model.models if model.claims)
    told = set()
    for path, text in prose(context.model):
        for name in VENDORS.findall(text):
            if name.casefold() not in known.casefold() and name not in told:
                told.add(name)
                yield Issue(
                    path,
                    f"{path} names {name}, for which you have no claim. Add one with source and date, or leave"
                    " the name out.",
                )


def _plain(text: str | None) -> str:
    """A name without capitals, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", text or "").casefold()
