"""RSK and RRG: the tier that follows from seven answers, and the risk register."""

from __future__ import annotations

from collections.abc import Iterator

from course_lib.packet.checks.claims import STALE_DAYS, days_left
from course_lib.packet.checks.core import RATINGS, Context, Issue, check
from course_lib.packet.gate import HIGH, SHARES, accepted, bound_of, holds, residual
from course_lib.packet.schema import MitigationTest, Risk, RiskAnswers

DATA = {"public": 1, "internal": 2, "confidential": 3, "restricted": 4}
USERS = {"team": 1, "employees": 2, "customers": 3, "public": 3}
ACTION = {"suggest": 1, "act_with_approval": 2, "automatic": 3}
NEEDED = ("LLM01", "LLM02", "LLM09")  # injection, disclosure, misinformation


def tier(answers: RiskAnswers) -> int | None:
    """The tier, 1 to 4, that follows from the seven answers; None while one is open.

    The highest of data, users, action, 2 if the output leaves the organisation and 4 if it touches people's
    rights; one
    more if nobody can overrule it, one more if nobody would notice a wrong answer; at most 4.
    """
    given = answers.model_dump()
    if any(value is None for value in given.values()):
        return None
    base = max(
        DATA[given["data"]],
        USERS[given["users"]],
        ACTION[given["action"]],
        2 if given["external"] else 1,
        4 if given["affects_rights"] else 1,
    )
    return min(4, base + (not given["override"]) + (not given["failure_visible"]))


@check(
    "RSK-01",
    "01",
    "error",
    2,
    "declared tier equals the tier computed from the answers",
    needs=("risk_classification.answers",),
)
def tier_follows(context: Context) -> Iterator[Issue]:
    """The declared tier is the one that the answers give."""
    risk = context.model.risk_classification
    computed = tier(risk.answers) if risk and risk.answers else None
    if risk is None or computed is None:
        yield Issue("risk_classification.answers", "Answer all seven questions; the tier follows from them.")
    elif risk.tier is None:
        yield Issue("risk_classification.tier", f"Declare the tier; your seven answers give tier {computed}.")
    elif risk.tier != computed:
        move = "raise" if risk.tier < computed else "lower"
        yield Issue(
            "risk_classification.tier",
            f"Your seven answers give tier {computed}; you declared tier {risk.tier}. Change an answer and"
            f" say why, or {move} the tier.",
        )


@check(
    "RSK-03",
    "03",
    "error",
    1,
    "EU AI Act class has a rationale and a fresh law claim",
    needs=("risk_classification.eu_ai_act",),
    follows=("STR-01",),
)
def law_is_read(context: Context) -> Iterator[Issue]:
    """The class has a reason, and cites a claim about the law that was looked up in the last 90 days."""
    risk, path = context.model.risk_classification, "risk_classification.eu_ai_act"
    act = risk.eu_ai_act if risk else None
    if act is None:
        return
    limit = STALE_DAYS["law"]
    cited = [claim for claim in context.model.claims if claim.id in act.claims and claim.kind == "law"]
    ages = [left for claim in cited if (left := days_left(context, claim)) is not None]
    if act.class_ is None or act.rationale is None or not act.claims:
        yield Issue(
            path,
            f"Name the EU AI Act class, why, and cite a law claim not older than {limit} days.",
            told=context.misfit(path),
        )
    elif not cited:
        yield Issue(
            f"{path}.claims",
            f"{path}.claims cites no claim of kind law. Cite the article that gives the class.",
        )
    elif ages and max(ages) < 0:
        newest = max(cited, key=lambda claim: days_left(context, claim) or -limit)
        yield Issue(
            f"{newest.id}",
            f"{newest.id} is {limit - max(ages)} days old; readings of a law go stale after {limit}. Read the"
            " article again and update statement and as_of.",
        )
    if act.class_ == "high" and act.annex_iii_point is None:
        yield Issue(f"{path}.annex_iii_point", f"{path}: a high-risk use names its point of Annex III.")


@check("RRG-01", "01", "error", 2, "enough risks, over enough categories", follows=("STR-01",))
def enough_risks(context: Context) -> Iterator[Issue]:
    """Three risks in three categories at first, six in four from lesson 04; always LLM01, LLM02 and LLM09."""
    count, kinds = (6, 4) if context.lesson >= "04" else (3, 3)
    risks = context.model.risks
    categories = {risk.category for risk in risks if risk.category}
    missing = [name for name in NEEDED if name not in categories]
    if len(risks) < count or len(categories) < kinds or missing:
        yield Issue(
            "risks",
            f"{len(risks)} risks in {len(categories)} categories; you need {count} in {kinds}, with LLM01"
            " (injection), LLM02 (disclosure) and LLM09 (misinformation), as OWASP's list of 2025 numbers them"
            + (f"; missing: {', '.join(missing)}." if missing else "."),
        )


@check("RRG-02", "01", "error", 1, "severity x likelihood in 1..5, owner role, mitigation", needs=("risks",))
def risks_complete(context: Context) -> Iterator[Issue]:
    """Each risk has two ratings, an owner role and a mitigation."""
    bad = set()
    for problem in context.problems("RRG-02"):
        bad.add(problem.path)
        index = int(problem.path.split("[")[1].split("]")[0])
        name = (
            context.model.risks[index].id or problem.path
            if index < len(context.model.risks)
            else problem.path
        )
        found = problem.message.rsplit("found ", 1)[-1].rstrip(".")
        yield Issue(
            problem.path,
            f"{name}: {problem.path.rsplit('.', 1)[-1]} must be a whole number 1-5; found {found}.",
        )
    bad |= {problem.path for problem in context.packet.problems}
    for index, risk in enumerate(context.model.risks):
        for field in ("severity", "likelihood", "owner_role", "mitigation"):
            path = f"risks[{index}].{field}"
            if getattr(risk, field) is None and path not in bad and path not in context.packet.not_applicable:
                wish = "must be a whole number 1-5" if field in RATINGS else "is missing"
                yield Issue(path, f"{risk.id or path}: {field} {wish}.")


@check("RRG-04", "01", "error", 1, "the register is not flat", needs=("risks",))
def register_not_flat(context: Context) -> Iterator[Issue]:
    """At tier 2 and above some risk scores 12 or more, and not all scores are equal."""
    risks = context.model.risks
    scores = [risk.severity * risk.likelihood for risk in risks if risk.severity and risk.likelihood]
    declared = context.model.risk_classification.tier if context.model.risk_classification else None
    if len(scores) < 2:
        return
    if len(set(scores)) == 1:
        yield Issue("risks", f"All {len(scores)} risks score {scores[0]}. Which one would you work on first?")
    elif (declared or 1) >= 2 and max(scores) < 12:
        yield Issue(
            "risks",
            f"No risk scores 12 or more (highest: {max(scores)}). At tier {declared} that is not believable;"
            " look at LLM01 again.",
        )


@check("RRG-03", "01", "error", 2, "a lower residual score is proved by a passing test", needs=("risks",))
def mitigation_proved(context: Context) -> Iterator[Issue]:
    """What scores lower after mitigation names a measurement that shows it, bound included."""
    for index, risk in enumerate(context.model.risks):
        before = risk.severity * risk.likelihood if risk.severity and risk.likelihood else None
        after, name = residual(risk), risk.id or f"risks[{index}]"
        if before is None or after is None or after >= before:
            continue
        path = f"risks[{index}].mitigation_test"
        problem = _test_problem(context, risk, path)
        if problem:
            told = context.misfit(path) or _unreadable(context, risk.mitigation_test)
            yield Issue(name, f"{name} falls from {before} to {after}{problem}", told=told)


def _test_problem(context: Context, risk: Risk, path: str) -> str:
    """Why the mitigation test of a risk proves nothing, as the end of a sentence; empty if it passes."""
    test = risk.mitigation_test
    if test is None or None in (test.evidence, test.metric, test.op, test.value):
        return f" without a test that proves the mitigation. Give {path} evidence, metric, op and value."
    metrics, metric, wanted = (
        context.measured.get(test.evidence or "", {}),
        test.metric or "",
        test.value or 0.0,
    )
    if metric not in metrics:
        return f", but {test.evidence} has no metric '{metric}'; it has: {', '.join(metrics) or 'none'}."
    if metric.startswith(SHARES) and holds(0.0, test.op, wanted) and holds(1.0, test.op, wanted):
        return (
            f", but its test proves nothing: every share is {test.op} {wanted:g}. Name a value that a measurement"
            " can miss."
        )
    bound = bound_of(metrics, metric, test.op)
    tested = metrics[metric] if bound is None else bound
    if holds(tested, test.op, wanted):
        return ""
    of = f"{metrics[metric]:.4g}" + (f" with the 95 % bound {bound:.4g}" if bound is not None else "")
    return (
        f", but its test does not pass: {metric} in {test.evidence} is {of}, not {test.op} {wanted:g}. Keep the"
        " score, or mitigate more and measure again."
    )


def _unreadable(context: Context, test: MitigationTest | None) -> bool:
    """Whether a test cites evidence that cannot be read, which EVD-01 says."""
    stored = context.evidence.get(test.evidence or "") if test else None
    return bool(stored and stored.problem)


@check(
    "RRG-05", "01", "error", 1, "a residual of 15 or more is accepted by EXEC with an end", needs=("risks",)
)
def high_risks_accepted(context: Context) -> Iterator[Issue]:
    """What stays high is accepted by EXEC, until a day to come; until lesson 04 only what has residual ratings."""
    for index, risk in enumerate(context.model.risks):
        score, name = residual(risk), risk.id or f"risks[{index}]"
        early = context.lesson < "04" and not (risk.residual_severity or risk.residual_likelihood)
        if early or score is None or score < HIGH or accepted(context, risk):
            continue
        expires = risk.acceptance.expires if risk.acceptance else None
        if expires:
            message = (
                f"{name} stays at {score}; its acceptance ended on {expires}. Ask EXEC again, or mitigate."
            )
        else:
            message = (
                f"{name} stays at {score}: only EXEC may accept that, with an expiry date in acceptance."
            )
        yield Issue(name, message, told=context.misfit(f"risks[{index}].acceptance"))
