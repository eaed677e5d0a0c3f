"""PRS: prose cites numbers and does not retype them.

A number with a unit is a reference ({{E-CAND#accuracy:.1%}}) or equals a field of the packet of the same kind, for
example a share that the packet holds as 0.15 and prose as 15 %. Numbers that are names - dates, articles of a law,
versions, lessons, ids, ordinals - are left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from course_lib.packet.checks.claims import prose
from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.cost import recompute
from course_lib.packet.schema import Claim, Part, Signal, Threshold, parts

SHORTEST, LONGEST = 60, 400  # words of a summary
SMALL = 12  # whole numbers up to here may be written as digits
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
MONTHS += "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
NAMES = re.compile(  # numbers that are names, in the order in which they are tried
    r"\{\{[^{}]*\}\}"
    r"|https?://\S+"
    r"|\b[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+\b"  # ids
    r"|\b\d{4}-\d{2}(?:-\d{2})?\b"
    rf"|\b\d{{1,2}}\.?\s+(?:{MONTHS})\b\.?(?:\s+\d{{4}})?|\b(?:{MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?(?:\s+\d{{4}})?\b"
    r"|\bQ[1-4]\b|\b\d{1,2}:\d{2}\b|\b24\s?(?:/|x)\s?7\b|\b24 hours a day\b"
    r"|(?:\b(?i:articles?|art\.|annex|recital|section|clause|paragraph|para\.|point|regulation|directive|chapter"
    r"|appendix)|§+)\s*(?:\(EU\)\s*)?(?:No\.?\s*)?(?:\d|[IVX]+\b)[\w()./]*"
    r"(?:\s*(?:,|and|or|to|-|–)\s*\d+[\w()]*(?!\s?%))*"
    r"|\(EU\)\s*\d+/\d+|\b\d{4}/\d{2,4}\b|\b(?:ISO|IEC|NIST|RFC|EN|DIN|SOC)(?:[/ ](?:IEC|AI|SP))*\s*\d+[\d:.-]*"
    r"|\bv\d+[\w.]*|\b\d+\.\d+\.\d+[\w.]*"
    r"|\b(?i:lessons?|part|tier|level|steps?|version|release|option|stage|phase|row|case|page|figure|table|number|no\."
    r"|question|item|rule|class|priority|round|variant|severity|seed|top|week|day|sprint|chapter)[\s#-]+"
    r"\d+(?:\.\d+)*(?:\s*(?:of|to|and|-|–)\s*\d+)?\b(?!\s?%)"
    r"|\b(?:T|[Tt]emperature|top_[pk]|k)\s*(?:=|of|at)?\s*\d+(?:\.\d+)?(?:,\s*\d+(?:\.\d+)?)*"
    r"|\b\d{2}(?:\.\d)?\s?(?:%|percent|per cent)[\s-]+(?:\w+\s+)?"
    r"(?:bounds?|intervals?|confidence|limits?|CI|percentile)\b"
)
UNITS = {  # how a unit is written, what it measures, and how many of the base unit (share, USD, second, token) it is
    r"%|percent\b|per cent\b|pct\b": ("share", 0.01),
    r"USD\b|US dollars?\b|dollars?\b|EUR\b|euros?\b|GBP\b|CHF\b": ("money", 1.0),
    r"cents?\b": ("money", 0.01),
    r"ms\b|milliseconds?\b": ("time", 0.001),
    r"s\b|secs?\b|seconds?\b": ("time", 1.0),
    r"min\b|minutes?\b": ("time", 60.0),
    r"h\b|hours?\b": ("time", 3600.0),
    r"(?:\w+ )?tokens?\b": ("tokens", 1.0),
}
FACTORS = {"k": 1e3, "thousand": 1e3, "million": 1e6, "billion": 1e9}
NUMBER = re.compile(
    r"(?<![\w.,#@/:])(?<![A-Za-z_]-)(?P<sign>[$€£]\s?)?"
    r"(?P<digits>\d{1,3}(?:[,' \u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?!\.?\d)"
    r"(?:\s?(?P<factor>k\b|thousand\b|million\b|billion\b))?"
    rf"(?:(?:[\s\u00a0\u202f-]?(?P<unit>{'|'.join(UNITS)}))|(?P<long>[\s-](?:days?|weeks?|months?|years?)\b)|(?!-?\w))"
)
ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
ONES += " eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS = {word: value for value, word in enumerate(ONES.split(), 1)}
NUMBER_WORDS |= {word: 10 * value for value, word in enumerate(TENS.split(), 2)}
WORDS = re.compile(  # a share in words
    rf"(?i)\b(?:(?:{TENS.replace(' ', '|')})(?:[\s-](?:{ONES.replace(' ', '|')}))?|{ONES.replace(' ', '|')})"
    r"(?=[\s-](?:percent|per cent|pct)\b|\s?%)"
)
THRESHOLD_UNITS = {
    "share": (("share", 1.0),),
    "percent": (("share", 0.01),),
    "milliseconds": (("time", 0.001),),
    "seconds": (("time", 1.0),),
    "usd": (("money", 1.0),),
}
SIGNAL_UNITS = {
    "cost": (("money", 1.0),),
    "latency": (("time", 0.001), ("time", 1.0)),
    **dict.fromkeys(("quality", "security", "privacy"), (("share", 1.0), ("share", 0.01))),
}
FIELD_UNITS = {  # by the end of a field's name
    "usd": (("money", 1.0),),
    "usd_per_hour": (("money", 1.0),),
    "per_mtok": (("money", 1.0),),
    "_ms": (("time", 0.001),),
    "minutes": (("time", 60.0),),
    "hours_per_month": (("time", 3600.0),),
    "tokens": (("tokens", 1.0),),
    "rate": (("share", 1.0),),
    "share": (("share", 1.0),),
}


@dataclass(frozen=True)
class Written:
    """A number as prose has it: its text, kind ("share", "money", "time", "tokens" or "" without a unit), its value in
    the base unit, and how far rounding may take it: half of its last digit, or 1 % of an amount.
    """

    text: str
    kind: str
    value: float
    tolerance: float
    decimals: int

    def equals(self, value: float) -> bool:
        return abs(value - self.value) < self.tolerance


def numbers(text: str) -> Iterator[Written]:
    """The numbers in prose that are not names, spans of days and longer left out."""
    text = WORDS.sub(lambda match: str(_in_words(match[0])), _plain_digits(text))
    text = NAMES.sub(lambda match: "·" * len(match[0]), text)
    for match in NUMBER.finditer(text):
        if match["long"]:
            continue
        kind, scale = "", 1.0
        if match["sign"]:
            kind = "money"
        elif match["unit"]:
            kind, scale = next(unit for form, unit in UNITS.items() if re.fullmatch(form, match["unit"]))
        scale *= FACTORS.get(match["factor"] or "", 1.0)
        digits = re.sub(r"[^\d.]", "", match["digits"])
        decimals, value = len(digits.partition(".")[2]), float(digits) * scale
        rounding = 0.5 * 10**-decimals * scale * (1 - 1e-9)
        if kind in ("money", "time", "tokens"):
            rounding = max(rounding, 0.01 * value)
        yield Written(match[0].strip(), kind, value, rounding, decimals)


def _plain_digits(text: str) -> str:
    """Digits of other scripts and widths as 0 to 9."""
    return "".join(str(unicodedata.decimal(char, char)) for char in text).replace("\uff05", "%")


def _in_words(words: str) -> int:
    """The value of a number word from one to ninety-nine."""
    return sum(NUMBER_WORDS[word] for word in re.split(r"[\s-]+", words.casefold()))


@check(
    "PRS-01",
    "03",
    "error",
    2,
    "numbers with a unit in prose are references or fields of the packet",
    needs=("decisions",),
)
def cited(context: Context) -> Iterator[Issue]:
    """A number with a unit in the summary or in a decision's reasons is cited, or a field that the packet has."""
    known = _fields(context)
    for path, text in prose(context.model):
        for number in dict.fromkeys(numbers(text)):
            if not number.kind or any(number.equals(value) for value in known[number.kind]):
                continue
            if "availab" in text.casefold() and number.kind == "share" and _available(context, number):
                continue
            source = _measured(context, number, _own_evidence(context, path))
            hint = (
                f"Write {source} in its place."
                if source
                else "Cite the measurement, or leave the number out."
            )
            yield Issue(
                path,
                f"{path}: '{number.text}' is neither a reference like {{{{E-CAND#accuracy}}}} nor a field of the"
                f" packet. {hint}",
            )


@check("PRS-03", "03", "warning", 1, "no bare numbers in prose", needs=("decisions",))
def not_bare(context: Context) -> Iterator[Issue]:
    """A number without a unit in prose is cited, a field of the packet, a year, or small."""
    known = {float(value) for values in _fields(context).values() for value in values}
    known |= {
        value
        for metrics in context.measured.values()
        for value in metrics.values()
        if float(value).is_integer()
    }
    for path, text in prose(context.model):
        for number in dict.fromkeys(numbers(text)):
            whole = number.value.is_integer()
            name = whole and (number.value <= SMALL or 1900 <= number.value <= 2100)
            if not number.kind and not name and not any(number.equals(value) for value in known):
                yield Issue(path, f"{path}: bare number {number.text}: cite it or spell it out.")


@check(
    "PRS-02", "04", "warning", 1, "summary has 60-400 words, names decision and top risk", needs=("summary",)
)
def summary_tells(context: Context) -> Iterator[Issue]:
    """A reviewer who was not there learns what was decided and what is most likely to go wrong."""
    summary = context.model.summary or ""
    words = len(re.sub(r"\{\{[^{}]*\}\}", "number", summary).split())
    if not SHORTEST <= words <= LONGEST:
        yield Issue("summary", f"The summary has {words} words; a reviewer needs {SHORTEST}-{LONGEST}.")
        return
    decisions = [
        (decision.id, decision.chosen)
        for decision in context.model.decisions
        if decision.topic in ("model", "hosting", "adaptation")
    ]
    decisions += [(model.name, model.name) for model in context.model.models if model.status == "chosen"]
    if decisions and not any(_named(summary, id, text) for id, text in decisions):
        yield Issue(
            "summary", "The summary does not name the decision. Say what was chosen, for example its id."
        )
    scores = {
        index: risk.severity * risk.likelihood
        for index, risk in enumerate(context.model.risks)
        if risk.severity and risk.likelihood
    }
    top = [context.model.risks[index] for index, score in scores.items() if score == max(scores.values())]
    if top and not any(
        _named(summary, risk.id, risk.description) or _named(summary, risk.category, None) for risk in top
    ):
        names = " or ".join(str(risk.id) for risk in top)
        yield Issue("summary", f"The summary does not name the top risk ({names}). Say what it is.")


# --- what counts as known -----------------------------------------------------------------------------------


def _fields(context: Context) -> dict[str, list[float]]:
    """The packet's numbers by kind in base units; "" holds those without a unit."""
    known: dict[str, list[float]] = {kind: [] for kind in ("share", "money", "time", "tokens", "")}
    for _, part in parts(context.model):
        for name in type(part).model_fields:
            value = getattr(part, name)
            if isinstance(part, Claim) and name == "statement" and value:
                for number in numbers(value):
                    known[number.kind].append(number.value)
            if isinstance(value, int | float) and not isinstance(value, bool) and name != "availability_pct":
                known[""].append(value)
                for kind, scale in _kinds(part, name):
                    known[kind].append(value * scale)
    cost = recompute(context)
    if cost:
        amounts = [cost.model_cost_month, cost.review_cost_month, cost.total_month, cost.per_request]
        known["money"] += amounts
        known["share"] += [amount / cost.total_month for amount in amounts[:2] if cost.total_month]
    return known


def _kinds(part: Part, name: str) -> tuple[tuple[str, float], ...]:
    """What a field's number measures, and how many base units one of it is."""
    if isinstance(part, Threshold) and name == "value":
        return THRESHOLD_UNITS.get(part.unit or "", ())
    if isinstance(part, Signal) and name == "alert_value":
        return SIGNAL_UNITS.get(part.dimension or "", ())
    if name == "value":  # of a mitigation's test or the rollback's trigger, whose metric may be anything
        return (("share", 1.0), ("money", 1.0), ("time", 0.001), ("time", 60.0))
    return next((units for ending, units in FIELD_UNITS.items() if name.endswith(ending)), ())


def _available(context: Context, number: Written) -> bool:
    """Whether a share is the promised availability."""
    slo = context.model.use_case.slo if context.model.use_case else None
    promised = slo.availability_pct if slo else None
    return promised is not None and number.equals(promised / 100)


def _own_evidence(context: Context, path: str) -> list[str]:
    """The evidence that the decision at `path` rests on, by its index in the packet."""
    found = re.match(r"decisions\[(\d+)\]", path)
    return list(context.model.decisions[int(found[1])].evidence) if found else []


def _measured(context: Context, number: Written, first: Sequence[str] = ()) -> str:
    """The reference to the metric that a number retypes, or an empty text; `first` is looked through first."""
    scales = {"time": {"ms": 0.001, "minutes": 60.0}, "tokens": {"tokens": 1.0}}.get(number.kind)
    newest_first = [*first, *reversed([id for id in context.measured if id not in first])]
    for id in newest_first:
        for name, value in context.measured.get(id, {}).items():
            scale = (
                next((scales[word] for word in name.split("_") if word in scales), None) if scales else 1.0
            )
            fits = number.kind != "share" or 0 < value <= 1
            if scale is not None and fits and number.kind != "money" and number.equals(value * scale):
                form = "%" if number.kind == "share" else "f"
                return f"{{{{{id}#{name}:.{number.decimals}{form}}}}}"
    return ""


def _named(summary: str, id: str | None, text: str | None) -> bool:
    """Whether the summary has an id, the words of an id, or half of the long words of a text."""
    plain, words = summary.casefold(), _long_words(text)
    parts = re.split(r"[-_\s]+", (id or "").casefold())[1:]
    if id and (id.casefold() in plain or (parts and all(part in plain for part in parts))):
        return True
    return bool(words) and len(words & _long_words(summary)) >= len(words) / 2


def _long_words(text: str | None) -> set[str]:
    return set(re.findall(r"[^\W\d_]{5,}", (text or "").casefold()))
