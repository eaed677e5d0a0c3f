"""STR: the packet's shape - sections, ids, references, placeholders, N/A, roles and dates."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date

from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.schema import (
    NotFuture,
    PacketModel,
    RefTo,
    allowed_values,
    label,
    markers,
    own_id,
    parts,
    sections,
    since,
    walk,
)

# Fields whose absence another check reports with a better message.
OWNED = {
    ("UseCase", "non_goals"),
    ("UseCase", "success_criteria"),
    ("Decision", "alternatives"),
    ("Decision", "evidence"),
    ("Decision", "review_date"),
    ("Risk", "severity"),
    ("Risk", "likelihood"),
    ("Risk", "owner_role"),
    ("Risk", "mitigation"),
    ("Change", "fields_changed"),
    ("RiskClassification", "tier"),
    ("Claim", "source_url"),
    ("Claim", "as_of"),
    ("Failure", "severity"),
    ("Failure", "remediation"),
    ("Incident", "severities"),
    ("Incident", "commander_role"),
    ("Incident", "first_response_minutes"),
    ("Incident", "evidence_to_collect"),
    ("Rollback", "drill_evidence"),
    ("DataCard", "source"),
    ("DataCard", "owner_role"),
    ("DataCard", "license"),
    ("DataCard", "sensitivity"),
    ("DataCard", "pii"),
    ("DataCard", "retention_days"),
    ("DataCard", "deletion_path"),
}
OWNED_SECTIONS = {"evidence", "thresholds", "risks", "decisions", "changelog"}  # the same, while empty
NA_BUDGET = 5
NEVER_NA = ("meta", "use_case", "evidence", "thresholds", "risks", "decisions", "changelog")
PLACEHOLDER = re.compile(
    r"lorem ipsum|\bto ?do\b|\btbd\b|\btbc\b|\bxxx+\b|\bfixme\b|\bfill (this |me )?in\b|\byour (text|answer)"
    r" here\b"
    r"|\bplaceholder\b|\breplace me\b|^<[^<>]*>$|^\.{2,}$|^\?+$|\bas needed\b|\bbest practices\b",
    re.IGNORECASE,
)
BARE_NA = re.compile(r"^(n\.?/?a\.?|not applicable|none|nil|no|-+|n\.a\.)$", re.IGNORECASE)
# Letters of other scripts that look like Latin ones, and the Latin ones.
LOOKALIKES = str.maketrans("АВЕКМНОРСТХаеорсухіΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTXaeopcyxiABEZHIKMNOPTYXo")
CITATION = re.compile(r"\{\{\s*([A-Z][A-Z0-9-]*)(?:#(\w+))?(?::[^{}]*)?\s*\}\}")


@check("STR-00", "00", "error", 1, "every value fits its field", needs=("meta",))
def values_fit(context: Context) -> Iterator[Issue]:
    """Values of the wrong type or length, and fields that do not exist."""
    for problem in context.problems("STR-00"):
        yield Issue(problem.path, problem.message)


@check("STR-01", "00", "error", 2, "all sections present")
def sections_present(context: Context) -> Iterator[Issue]:
    """Sections and required fields up to this lesson, one message for each section or entry."""
    answered = set(context.packet.not_applicable) | {problem.path for problem in context.packet.problems}
    for name in sections(context.lesson):
        if name in context.packet.tree and name in OWNED_SECTIONS:
            continue
        if name not in answered and not context.present(name):
            help = PacketModel.model_fields[name].description
            yield Issue(
                name,
                f"Section '{name}' is missing. {help} Run `course packet add {name}` to get an empty one.",
            )
    for path, part in parts(context.model):
        if not path:
            continue
        lacking = []
        for field, info in type(part).model_fields.items():
            here = f"{path}.{label(field, info)}"
            required = (since(info) or "99") <= context.lesson and (type(part).__name__, field) not in OWNED
            if required and getattr(part, field) in (None, []) and here not in answered:
                lacking.append((label(field, info), info.description))
        if lacking:
            names = ", ".join(name for name, _ in lacking)
            entry = own_id(part)
            yield Issue(
                path,
                f"{path}{f' ({entry})' if entry else ''} lacks {names}. {lacking[0][0]}: {lacking[0][1]}",
            )


@check("STR-02", "00", "error", 1, "ids unique and well formed", needs=("meta",))
def ids_unique(context: Context) -> Iterator[Issue]:
    """Ids in capitals with the section's prefix, each used once in the whole packet."""
    for problem in context.problems("STR-02"):
        yield Issue(problem.path, problem.message)
    ids = Counter(id for _, part in parts(context.model) if (id := own_id(part)))
    for id, count in ids.items():
        if count > 1:
            yield Issue(id, f"{count} entries share the id {id}. Give each its own id.")


@check("STR-03", "00", "error", 1, "every reference resolves", needs=("meta",))
def references_resolve(context: Context) -> Iterator[Issue]:
    """Fields that hold an id, and {{E-ID#metric}} in prose, point at something that exists."""
    known = {
        name: {id for entry in value if (id := own_id(entry))}
        for name, value in context.model
        if isinstance(value, list)
    }
    owners = {path: id for path, part in parts(context.model) if (id := own_id(part))}

    def ghost(path: str, id: str, names: set[str]) -> Issue:
        source = next((owner for start, owner in owners.items() if path.startswith(f"{start}.")), path)
        close = difflib.get_close_matches(id, sorted(names), n=1, cutoff=0.5)
        hint = f"Did you mean {close[0]}?" if close else "Add that entry, or cite one that exists."
        return Issue(path, f"{source} cites {id}, which does not exist. {hint}")

    for path, value, info in walk(context.model):
        if isinstance(value, str):
            for target in markers(info.annotation, RefTo) + [
                m for m in info.metadata if isinstance(m, RefTo)
            ]:
                own = path.rsplit(".", 1)[-1] == "id"
                if not own and value not in known[target.section]:
                    yield ghost(path, value, known[target.section])
            for marks in re.findall(r"\{\{[^{}]*\}\}", value):
                if not CITATION.fullmatch(marks):
                    yield Issue(
                        path,
                        f"{path}: {marks} cites no measurement and would be shown as it stands. Write"
                        " {{E-ID#metric}}, or the number itself if it is a field of the packet.",
                    )
            for id, metric in CITATION.findall(value):
                stored = context.evidence.get(id)
                if id not in known["evidence"]:
                    yield ghost(path, id, known["evidence"])
                elif stored and metric and not stored.missing and metric not in stored.envelope["metrics"]:
                    names = ", ".join(stored.envelope["metrics"])
                    yield Issue(
                        path, f"{path} cites {id}#{metric}, but {id} has only these metrics: {names}."
                    )


@check("STR-04", "00", "error", 2, "no placeholder or boilerplate text", needs=("use_case",))
def no_placeholders(context: Context) -> Iterator[Issue]:
    """Text that stands where an answer should be."""
    for path, value, info in walk(context.model):
        if not isinstance(value, str) or allowed_values(info):
            continue
        if PLACEHOLDER.search(_as_seen(value)) or _repeats(value):
            shown = value if len(value) <= 30 else value[:27] + "..."
            yield Issue(
                path, f"{path} still has placeholder text ('{shown}'). Say what you will do, and to what."
            )


def _as_seen(text: str) -> str:
    """A text as a reader sees it: invisible characters left out, look-alikes as the letters that they resemble."""
    visible = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", visible).translate(LOOKALIKES)


def _repeats(text: str, least: int = 8) -> bool:
    """Whether a text of some length says the same few words again and again."""
    words = re.findall(r"\w+", text.lower())
    return len(words) >= least and len(set(words)) <= len(words) / 4


@check("STR-05", "00", "error", 2, "N/A only with a reason and inside the budget", needs=("use_case",))
def not_applicable(context: Context) -> Iterator[Issue]:
    """{na: true, because: ...} needs a reason; a bare 'N/A' is not an answer; some sections always apply."""
    given = context.packet.not_applicable
    for path, reason in given.items():
        if path in NEVER_NA:
            yield Issue(path, f"'{path}' applies to every use case; answer it in place of na.")
        elif len(reason.strip()) < 20 or len(set(re.findall(r"\w+", reason.lower()))) < 4:
            yield Issue(
                path,
                f"{path}: N/A needs a reason of at least 20 characters and four words in `because`; a reviewer"
                " reads it.",
            )
    if len(given) > NA_BUDGET:
        yield Issue(
            "na", f"{len(given)} fields say N/A; at most {NA_BUDGET} may. Answer the ones that do apply."
        )
    for path, value, info in walk(context.model):
        if isinstance(value, str) and not allowed_values(info) and BARE_NA.match(_as_seen(value)):
            yield Issue(
                path,
                f"{path}: '{value}' alone is not an answer. Write {{na: true, because: ...}}; a reviewer"
                " reads the reason.",
            )


@check("STR-06", "00", "error", 1, "roles from the role list, no personal names", needs=("meta",))
def roles_not_names(context: Context) -> Iterator[Issue]:
    """Role fields hold one of the ten roles; the pseudonym is not an address."""
    for problem in context.problems("STR-06"):
        found = problem.message.rsplit("found ", 1)[-1].rstrip(".")
        if problem.path.endswith("acceptance.role"):
            yield Issue(problem.path, f"{problem.path} is {found}, but only EXEC may accept a risk.")
        elif problem.path.endswith("eu_ai_act.role"):  # a role under that law, not one of the packet's
            yield Issue(
                problem.path,
                f"{problem.path}: {found} is not a role under the EU AI Act. Use provider, deployer, importer,"
                " distributor or none.",
            )
        else:
            yield Issue(
                problem.path,
                f"{problem.path}: {found} is not a role. Use DEV, QA, BA, PM, EXEC, SECURITY, PRIVACY, LEGAL,"
                " OPS or RISK_OWNER - never a person's name.",
            )


@check(
    "STR-07",
    "00",
    "error",
    1,
    "dates not in the future, created<=updated",
    needs=("meta",),
)
def dates_make_sense(context: Context) -> Iterator[Issue]:
    """Dates are real days; what has happened lies in the past; created comes before updated."""
    for problem in context.problems("STR-07"):
        yield Issue(problem.path, problem.message)
    for path, value, info in walk(context.model):
        past = [m for m in info.metadata if isinstance(m, NotFuture)] or markers(info.annotation, NotFuture)
        if isinstance(value, date) and past and value > context.latest:
            yield Issue(path, f"{path} = {value} is in the future. Put the day on which it happened.")
    meta = context.model.meta
    if meta and meta.created and meta.updated and meta.created > meta.updated:
        yield Issue("meta.updated", f"meta.updated = {meta.updated} is before meta.created = {meta.created}.")
