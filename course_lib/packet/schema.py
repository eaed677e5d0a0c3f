"""The packet's fields: pydantic models that are the one source of truth, and the JSON Schema made from them.

Every field may be absent while a learner is still working; `since` names the lesson from which it is
required, and the
checker (course_lib.packet.checks) asks for it from then on. Field descriptions are the help that a learner
reads.

`python -m course_lib.packet.schema` writes assessments/packet/packet.schema.json.
"""

from __future__ import annotations

import functools
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo

LESSONS = tuple(f"{number:02d}" for number in range(13))
ROLES = ("DEV", "QA", "BA", "PM", "EXEC", "SECURITY", "PRIVACY", "LEGAL", "OPS", "RISK_OWNER")


@dataclass(frozen=True)
class RefTo:
    """Marks a text field that holds the id of an entry in another section."""

    section: str


@dataclass(frozen=True)
class NotFuture:
    """Marks a date at which something has already happened."""


def _lesson(value: object) -> object:
    return value.zfill(2) if isinstance(value, str) and value.isdigit() else value


def _iso_date(value: object) -> object:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("write a date as YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("that day does not exist") from None


Text = Annotated[str, Field(max_length=4000)]
Lesson = Annotated[
    Literal["00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"],
    BeforeValidator(_lesson),
]
Role = Literal["DEV", "QA", "BA", "PM", "EXEC", "SECURITY", "PRIVACY", "LEGAL", "OPS", "RISK_OWNER"]
Sensitivity = Literal["public", "internal", "confidential", "restricted"]
Severity = Literal["blocking", "major", "minor"]
Op = Literal[">=", "<=", ">", "<", "=="]
Dimension = Literal["quality", "security", "privacy", "cost", "latency"]
Day = Annotated[date, BeforeValidator(_iso_date)]
PastDay = Annotated[date, BeforeValidator(_iso_date), NotFuture()]
Number = Annotated[float, Field(allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Whole = Annotated[int, Field(gt=0, le=10**12)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Rating = Annotated[int, Field(ge=1, le=5)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Pseudonym = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", min_length=3, max_length=40)]
EvidenceId = Annotated[str, Field(pattern=r"^E(-[A-Z0-9]+)+$"), RefTo("evidence")]
ClaimId = Annotated[str, Field(pattern=r"^C(-[A-Z0-9]+)+$"), RefTo("claims")]
ThresholdId = Annotated[str, Field(pattern=r"^T(-[A-Z0-9]+)+$"), RefTo("thresholds")]


def entry_id(prefix: str) -> Any:
    """The id field of a list entry: PREFIX-NAME in capitals, digits and hyphens."""
    return Field(
        default=None,
        description=f"Short id that other entries cite, for example {prefix}-MAIN.",
        pattern=rf"^{prefix}(-[A-Z0-9]+)+$",
        json_schema_extra={"since": "00"},
    )


def field(help: str, since: str | None = None, **limits: Any) -> Any:
    """A field that may be absent until lesson `since` (never required when None); `help` is the learner's
    text.
    """
    return Field(
        default=None, description=help, json_schema_extra={"since": since} if since else None, **limits
    )


def entries(help: str, since: str | None = None) -> Any:
    """A list that may be empty until lesson `since`."""
    extra: dict[str, Any] | None = {"since": since} if since else None
    return Field(default_factory=list, description=help, json_schema_extra=extra)


class Part(BaseModel):
    """Base of every section: unknown fields are findings, surrounding spaces are not."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Meta(Part):
    packet_id: Text | None = field("A short name for this packet, for example ticket-triage-01.", "00")
    learner_id: Pseudonym | None = field(
        "Your pseudonym (small letters, digits, hyphens); never your name.", "00"
    )
    use_case_id: Pseudonym | None = field("A short name for the use case; evidence is bound to it.", "00")
    course_run: Text | None = field("Which run of the course this is, for example 2026-10.", "00")
    created: PastDay | None = field("The day this packet was started.", "00")
    updated: PastDay | None = field("The day of the last change.", "00")
    lesson_completed: Lesson | None = field("The last lesson whose part is finished, '00' to '12'.", "00")
    prev_lock: Sha256 | None = field(
        "Hash of your last seal. `course packet seal` writes it; leave it alone."
    )
    currency: Literal["USD", "EUR", "GBP", "CHF"] | None = field("The currency of every amount.", "00")


class Volume(Part):
    requests_per_month: Whole | None = field("Requests in a normal month.", "01")
    peak_rps: Positive | None = field("Requests per second in the busiest minute.", "01")


class Slo(Part):
    latency_p95_ms: Positive | None = field("95 % of answers arrive within this many milliseconds.", "01")
    availability_pct: Annotated[float, Field(gt=0, le=100)] | None = field(
        "Share of time in service, percent.", "01"
    )
    cost_per_request_usd: Positive | None = field(
        "The most one request may cost, people's time included.", "01"
    )


class SuccessCriterion(Part):
    text: Text | None = field("What has to be true, in one sentence.", "01", min_length=10)
    threshold: ThresholdId | None = field("The id of the threshold that measures it.", "01")


class UseCase(Part):
    summary: str | None = field(
        "What the system does, for whom, and what a person still does (40-600 characters).",
        "00",
        min_length=40,
        max_length=600,
    )
    autonomy: Literal["suggest", "act_with_approval", "automatic"] | None = field(
        "How far it goes alone: it suggests, it acts after approval, or it acts by itself.", "00"
    )
    users: list[Text] = entries("Who uses it or is affected by it (groups, not names).", "00")
    non_goals: list[Text] = entries("What it must not be used for; at least two.", "00")
    volume: Volume | None = field("How much work arrives.", "01")
    slo: Slo | None = field("What the service promises.", "01")
    today_cost_per_item_usd: Positive | None = field("What one item costs today, without the system.", "01")
    success_criteria: list[SuccessCriterion] = entries("At least two, each tied to a threshold.", "01")


class RiskAnswers(Part):
    data: Sensitivity | None = field("The most sensitive data it sees.", "01")
    users: Literal["team", "employees", "customers", "public"] | None = field("Who sees its output.", "01")
    action: Literal["suggest", "act_with_approval", "automatic"] | None = field(
        "What happens with its output.", "01"
    )
    override: bool | None = field("Can a person overrule it before harm is done?", "01")
    external: bool | None = field("Does its output leave the organisation?", "01")
    affects_rights: bool | None = field(
        "Does it touch jobs, credit, health, housing, education or legal rights?", "01"
    )
    failure_visible: bool | None = field("Would somebody notice a wrong answer within a day?", "01")


class EuAiAct(Part):
    role: Literal["provider", "deployer", "importer", "distributor", "none"] | None = field(
        "Your role.", "03"
    )
    class_: Literal["prohibited", "high", "limited", "minimal"] | None = field(
        "The class.", "03", alias="class"
    )
    annex_iii_point: Text | None = field("The point of Annex III, if the class is high.")
    rationale: str | None = field(
        "Why this class (at least 60 characters).", "03", min_length=60, max_length=2000
    )
    claims: list[ClaimId] = entries("The law claims that you rely on.", "03")


class RiskClassification(Part):
    tier: Annotated[int, Field(ge=1, le=4)] | None = field(
        "1 (little can go wrong) to 4 (people's rights).", "01"
    )
    answers: RiskAnswers | None = field("Seven answers; the tier follows from them (see README).", "01")
    eu_ai_act: EuAiAct | None = field("Your reading of the EU AI Act, with a source.", "03")


class Split(Part):
    train: Count | None = field("Rows for training.")
    val: Count | None = field("Rows for choosing.")
    test: Count | None = field("Rows kept locked for the last measurement.")


class DataApproval(Part):
    role: Role | None = field("The role that approved.")
    date: PastDay | None = field("When.")
    status: Literal["requested", "approved", "refused"] | None = field("Where it stands.")


class DataCard(Part):
    id: str | None = entry_id("D")
    name: Text | None = field("What this data is.", "01")
    source: Text | None = field("Where it comes from.", "01")
    owner_role: Role | None = field("The role that answers for it.", "01")
    license: Text | None = field("SPDX id or a sentence.", "01")
    sensitivity: Sensitivity | None = field("How sensitive it is.", "01")
    pii: Literal["none", "pseudonymised", "direct", "special"] | None = field("Personal data in it.", "01")
    regulated: list[Text] = entries("Rules that apply, for example GDPR.")
    allowed_uses: list[Literal["inference", "evaluation", "training", "monitoring"]] = entries(
        "What it may serve."
    )
    retention_days: Count | None = field("Days until it is deleted.", "01")
    deletion_path: Text | None = field("How it is deleted wherever it was copied.", "01")
    access_model: Text | None = field("Who may read it, and how that is enforced.")
    split: Split | None = field("Rows per split.")
    locked_test_sha256: Sha256 | None = field("Hash of the locked test file.")
    quality_issues: list[Text] = entries("What you know to be wrong with it.")
    approval: DataApproval | None = field("Who allowed its use.")


class Claim(Part):
    id: str | None = entry_id("C")
    kind: Literal["price", "model", "vendor_terms", "law", "benchmark"] | None = field(
        "What it is about.", "03"
    )
    subject: Text | None = field("The model, the law, the contract.", "03")
    statement: Text | None = field("What you rely on, in one sentence.", "03")
    source_url: Annotated[str, Field(pattern=r"^https://\S+$")] | None = field("Where it stands.", "03")
    source_type: Literal["primary", "secondary"] | None = field(
        "The source's own page, or somebody's report.", "03"
    )
    as_of: PastDay | None = field("The day you looked it up.", "03")
    snapshot_sha256: Sha256 | None = field("Hash of your copy of the page.")
    input_per_mtok: Positive | None = field("USD for a million tokens in.")
    output_per_mtok: Positive | None = field("USD for a million tokens out.")
    cached_input_per_mtok: Positive | None = field(
        "USD for a million tokens in that are read from the cache."
    )
    tokenizer: Text | None = field("The tokenizer that the price counts with.")
    tier_max_prompt_tokens: Whole | None = field("The price holds up to this prompt length.")
    superseded_by: ClaimId | None = field("The claim that replaces this one.")
    illustration: bool | None = field("true if no decision rests on it.")


class Model(Part):
    id: str | None = entry_id("M")
    name: Text | None = field("The model's name.", "04")
    version: Text | None = field("The pinned version; 'latest' is not a version.", "04")
    provider: Text | None = field("Who makes or runs it.", "04")
    hosting: Literal["vendor_api", "self_hosted", "on_device"] | None = field("Where it runs.", "04")
    license: Text | None = field("Licence or contract.", "04")
    params_b: Positive | None = field("Billions of parameters.")
    context_tokens: Whole | None = field("Longest context.", "04")
    tokenizer: Text | None = field("Its tokenizer.", "04")
    status: Literal["chosen", "candidate", "rejected", "fallback"] | None = field(
        "Its place in your decision.", "04"
    )
    data_sent: Text | None = field("Which data reaches it.")
    trains_on_data: bool | None = field("Does the provider train on it?")
    retention_days: Count | None = field("How long the provider keeps it.")
    limitations: list[Text] = entries("What it is known to do badly.")
    owner_role: Role | None = field("The role that answers for it.", "04")
    review_date: Day | None = field("When the choice is looked at again.", "04")
    claims: list[ClaimId] = entries("Claims about it.")


class EvidenceEntry(Part):
    id: Annotated[str, Field(pattern=r"^E(-[A-Z0-9]+)+$")] | None = field("Id, for example E-TEMP.", "00")
    lesson: Lesson | None = field("The lesson that measured it.", "00")
    kind: Text | None = field("What was measured.", "00")
    path: Text | None = field("The file under evidence/.", "00")
    sha256: Sha256 | None = field("Hash of that file; the library writes it.", "00")


class HumanReview(Part):
    rate: Share | None = field("Share of items that a person looks at.", "03")
    minutes: Amount | None = field("Minutes for one item.", "03")
    usd_per_hour: Positive | None = field("Cost of that person's hour.", "03")
    cost_month_usd: Amount | None = field("The three multiplied with the volume.", "03")


class CostModel(Part):
    price_claim: ClaimId | None = field("The claim with the price.", "03")
    token_evidence: EvidenceId | None = field("The evidence with the token counts.", "03")
    tokenizer_factor: Positive | None = field("Vendor tokens for one of yours.")
    cached_share: Share | None = field("Share of the prompt that is cached.")
    retry_rate: Share | None = field("Share of requests sent twice.", "03")
    requests_per_month: Whole | None = field("As in the use case.", "03")
    model_cost_month_usd: Amount | None = field("Tokens and price.", "03")
    human_review: HumanReview | None = field("People's time.", "03")
    fixed_month_usd: Amount | None = field("Servers, licences, on-call.")
    total_month_usd: Amount | None = field("All of it.", "03")


class Threshold(Part):
    id: str | None = entry_id("T")
    dimension: Dimension | None = field("quality, security, privacy, cost or latency.", "01")
    metric: Text | None = field("What is measured.", "01")
    op: Op | None = field("How the measured value compares with `value`.", "01")
    value: Number | None = field("The number to meet.", "01")
    unit: Literal["share", "percent", "count", "milliseconds", "seconds", "usd", "score"] | None = field(
        "Unit.", "01"
    )
    max_rate: Share | None = field("For 'at most this share of failures'.")
    severity: Severity | None = field("What happens if it is missed.", "01")
    set_at: PastDay | None = field("The day you set it: before you measured.", "01")
    change_reason: Text | None = field("Why it changed after a seal; a reviewer reads this.", min_length=20)


class Result(Part):
    threshold: ThresholdId | None = field("Which threshold.", "04")
    evidence: EvidenceId | None = field("Which evidence answers it.", "04")
    metric: Text | None = field("The name of the metric in that evidence, for example accuracy.", "04")


class Failure(Part):
    case: Text | None = field("The row.", "04")
    severity: Severity | None = field("How bad.", "04")
    root_cause: Text | None = field("Why it happened.", "04")
    remediation: Text | None = field("What you do about it.", "04")


class Evaluation(Part):
    baseline: EvidenceId | None = field("The simple system's evidence.", "04")
    candidate: EvidenceId | None = field("The chosen system's evidence.", "04")
    results: list[Result] = entries("One for each threshold.", "04")
    failures_total: Count | None = field("Wrong rows in all.", "04")
    failures: list[Failure] = entries("The ones that you looked at.")


class Alternative(Part):
    option: Text | None = field("What else you could have done.", "02")
    rejected_because: Text | None = field("Why not, with a number.", "02", min_length=20)
    evidence: list[EvidenceId] = entries("The evidence with that number.")


class Decision(Part):
    id: str | None = entry_id("DEC")
    topic: Literal["model", "adaptation", "decoding", "hosting", "retrieval"] | None = field(
        "About what.", "02"
    )
    chosen: Text | None = field("What you decided.", "02", min_length=3)
    reason: Text | None = field("Why, in one to three sentences.", "02", min_length=20)
    alternatives: list[Alternative] = entries("At least one that you rejected.", "02")
    evidence: list[EvidenceId] = entries("The measurements that decided it.", "02")
    decided_by_role: Role | None = field("The role that decides.", "02")
    review_date: Day | None = field("When you look at it again.", "02")


class MitigationTest(Part):
    evidence: EvidenceId | None = field("The evidence that proves it.")
    metric: Text | None = field("Which of its metrics.")
    op: Op | None = field("How it compares.")
    value: Number | None = field("With what.")


class Acceptance(Part):
    role: Literal["EXEC"] | None = field("Only EXEC may accept a high risk.")
    expires: Day | None = field("Until when.")


class Risk(Part):
    id: str | None = entry_id("R")
    category: Annotated[str, Field(pattern=r"^(LLM(0[1-9]|10)|NIST(-[A-Z0-9]+)+)$")] | None = field(
        "LLM01 to LLM10 (OWASP's list for language models) or NIST-<NAME>.", "01"
    )
    atlas: Text | None = field("MITRE ATLAS technique, if there is one.")
    description: Text | None = field("What goes wrong, for whom, in YOUR use case.", "01", min_length=20)
    severity: Rating | None = field("How bad, 1-5.", "01")
    likelihood: Rating | None = field("How likely, 1-5.", "01")
    owner_role: Role | None = field("The role that answers for it.", "01")
    mitigation: Text | None = field("What you will do, and to what.", "01", min_length=20)
    mitigation_test: MitigationTest | None = field("The measurement that proves it.")
    residual_severity: Rating | None = field("How bad after that, 1-5.")
    residual_likelihood: Rating | None = field("How likely after that, 1-5.")
    acceptance: Acceptance | None = field("Who accepts what is left.")


class Control(Part):
    id: str | None = entry_id("CTL")
    area: (
        Literal[
            "access",
            "data_minimisation",
            "input_filtering",
            "output_filtering",
            "logging",
            "human_review",
            "change_management",
            "supply_chain",
            "incident_response",
        ]
        | None
    ) = field("One of nine areas.", "04")
    status: Literal["implemented", "planned"] | None = field("Done, or to be done.", "04")
    evidence: EvidenceId | None = field("Proof, if it is done.")
    due_date: Day | None = field("Until when, if it is planned.")
    owner_role: Role | None = field("Who answers for it.", "04")
    raw_prompts: bool | None = field("Are prompts stored as typed?")
    retention_days: Count | None = field("For how long.")


class Oversight(Part):
    reviewer_role: Role | None = field("Who looks at its output.", "01")
    qualification: Text | None = field("What that person has to know.", "04")
    review_rate: Share | None = field("Share of outputs looked at, 0-1.", "01")
    review_minutes: Amount | None = field("Minutes for one.", "04")
    reviewer_hours_per_month: Amount | None = field("Hours that you have.", "04")
    stop_condition: Text | None = field("When it is switched off.", "01", min_length=20)
    escalation_role: Role | None = field("Who is called then.", "04")


class Signal(Part):
    dimension: Dimension | None = field("Which dimension.", "04")
    metric: Text | None = field("What is watched.", "04")
    op: Op | None = field("How it compares.", "04")
    alert_value: Number | None = field("When it alerts.", "04")
    window_minutes: Whole | None = field("Over which time.", "04")
    threshold: ThresholdId | None = field("The release threshold.", "04")
    owner_role: Role | None = field("Who is alerted.", "04")
    action: Text | None = field("What they do.", "04")


class Incident(Part):
    severities: list[Text] = entries("Your levels.", "04")
    commander_role: Role | None = field("Who leads.", "04")
    first_response_minutes: Whole | None = field("Until somebody acts.", "04")
    evidence_to_collect: list[Text] = entries("What is kept.", "04")
    communication: Text | None = field("Who is told, how.", "04")
    post_review: Text | None = field("What happens afterwards.", "04")
    drill_evidence: EvidenceId | None = field("The drill.")


class Trigger(Part):
    metric: Text | None = field("A metric that is watched.", "04")
    op: Op | None = field("How it compares.", "04")
    value: Number | None = field("With what.", "04")


class Rollback(Part):
    trigger: Trigger | None = field("What starts it.", "04")
    target_version: Text | None = field("Back to what.", "04")
    steps: list[Text] = entries("In order.", "04")
    max_minutes: Positive | None = field("How long it may take.", "04")
    drill_evidence: EvidenceId | None = field("The drill.", "04")
    last_tested: PastDay | None = field("When.", "04")


class Condition(Part):
    text: Text | None = field("What has to happen.", "04")
    owner_role: Role | None = field("By whom.", "04")
    due_date: Day | None = field("Until when.", "04")


class Approval(Part):
    role: Role | None = field("The role that approves.", "04")
    date: PastDay | None = field("When.", "04")


class Gate(Part):
    declared: Literal["PASS", "CONDITIONAL", "FAIL"] | None = field("Your verdict.", "04")
    conditions: list[Condition] = entries("For CONDITIONAL.")
    approvals: list[Approval] = entries("For PASS.")


class Change(Part):
    lesson: Lesson | None = field("The lesson.", "00")
    date: PastDay | None = field("The day.", "00")
    summary: Text | None = field("What changed and why, in one sentence.", "00", min_length=10)
    fields_changed: list[Text] = entries("The fields that changed; at least one.", "00")


class PacketModel(Part):
    """The whole packet. A section without `since` is optional for ever."""

    meta: Meta | None = field("Whose packet this is, and how far it has come.", "00")
    use_case: UseCase | None = field("What the system is for.", "00")
    risk_classification: RiskClassification | None = field("How much can go wrong.", "01")
    data: list[DataCard] = entries("The data that it sees, one card for each.", "01")
    claims: list[Claim] = entries("What you believe about vendors, prices and laws, with sources.", "03")
    models: list[Model] = entries("The models that you looked at.", "04")
    evidence: list[EvidenceEntry] = entries("What you measured; the library registers it.", "00")
    cost_model: CostModel | None = field("What it costs in a month.", "03")
    thresholds: list[Threshold] = entries("What has to be met, set before measuring.", "01")
    evaluation: Evaluation | None = field("Whether it is met.", "04")
    decisions: list[Decision] = entries("What you decided, against what, and why.", "02")
    risks: list[Risk] = entries("What can go wrong, and what you do about it.", "01")
    controls: list[Control] = entries("What protects it.", "04")
    oversight: Oversight | None = field("The people who watch it.", "01")
    monitoring: list[Signal] = entries("What is watched while it runs.", "04")
    incident: Incident | None = field("What happens when it goes wrong.", "04")
    rollback: Rollback | None = field("How it is taken back.", "04")
    gate: Gate | None = field("Release or not.", "04")
    changelog: list[Change] = entries("One entry for each lesson.", "00")
    summary: Text | None = field("The whole packet in 60-400 words; numbers as references.", "04")


# --- reading the models -------------------------------------------------------------------------------------


def since(info: FieldInfo) -> str | None:
    """The lesson from which a field is required, or None."""
    extra = info.json_schema_extra
    return str(extra["since"]) if isinstance(extra, dict) and "since" in extra else None


def label(name: str, info: FieldInfo) -> str:
    """The field's name as the learner writes it."""
    return info.alias or name


def markers(annotation: Any, kind: type) -> list[Any]:
    """The markers of one kind (RefTo, NotFuture) anywhere inside an annotation."""
    return list(_markers(annotation, kind))


@functools.cache
def _markers(annotation: Any, kind: type) -> tuple[Any, ...]:
    own = tuple(meta for meta in getattr(annotation, "__metadata__", ()) if isinstance(meta, kind))
    return own + tuple(found for inner in get_args(annotation) for found in _markers(inner, kind))


def walk(part: Part, path: str = "") -> Iterator[tuple[str, Any, FieldInfo]]:
    """Every leaf value that is present: (path, value, field); list entries repeat their field."""
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        here = f"{path}.{label(name, info)}" if path else label(name, info)
        if isinstance(value, Part):
            yield from walk(value, here)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, Part):
                    yield from walk(item, f"{here}[{index}]")
                else:
                    yield f"{here}[{index}]", item, info
        elif value is not None:
            yield here, value, info


def parts(part: Part, path: str = "") -> Iterator[tuple[str, Part]]:
    """Every section and entry that is present, outermost first: (path, part)."""
    yield path, part
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        here = f"{path}.{label(name, info)}" if path else label(name, info)
        if isinstance(value, Part):
            yield from parts(value, here)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, Part):
                    yield from parts(item, f"{here}[{index}]")


def own_id(part: Part) -> str | None:
    """The id of an entry, or None if it has none."""
    value = getattr(part, "id", None)
    return value if isinstance(value, str) else None


def sections(lesson: str) -> list[str]:
    """The sections that a packet needs once `lesson` is finished, in the packet's order."""
    return [name for name, info in PacketModel.model_fields.items() if (since(info) or "99") <= lesson]


def allowed_values(info: FieldInfo) -> tuple[str, ...]:
    """The choices of a field with a fixed list of values, else an empty tuple."""
    annotation: Any = info.annotation
    return _literals(annotation)


@functools.cache
def _literals(annotation: Any) -> tuple[str, ...]:
    origin = get_origin(annotation)
    if origin is Literal:
        return get_args(annotation)
    if origin in (Union, types.UnionType, Annotated, list):
        return next((found for inner in get_args(annotation) if (found := _literals(inner))), ())
    return ()


# --- JSON Schema --------------------------------------------------------------------------------------------

NOT_APPLICABLE = {
    "type": "object",
    "description": "Use this in place of a value that truly does not apply; a reviewer reads the reason.",
    "properties": {"na": {"const": True}, "because": {"type": "string", "minLength": 20}},
    "required": ["na", "because"],
    "additionalProperties": False,
}


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) for editors; every field also takes null or {na: true, because: ...}."""
    schema = PacketModel.model_json_schema(by_alias=True)
    for definition in [schema, *schema["$defs"].values()]:
        for name, prop in definition.get("properties", {}).items():
            help = {key: prop.pop(key) for key in ("description", "since") if key in prop}
            prop.pop("default", None), prop.pop("title", None)
            choices = [choice for choice in prop.pop("anyOf", [prop]) if choice.get("type") != "null"]
            choices += [{"type": "null"}, {"$ref": "#/$defs/NotApplicable"}]
            definition["properties"][name] = {**help, "anyOf": choices}
        definition.pop("title", None)
    schema["$defs"]["NotApplicable"] = NOT_APPLICABLE
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Enterprise readiness packet",
        **schema,
    }


def main() -> None:
    """Write assessments/packet/packet.schema.json."""
    import json

    from course_lib.packet.files import assessments, write_atomic

    path = assessments("packet.schema.json", must_exist=False)
    write_atomic(path, json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
    print(f"Wrote {path.name}")


if __name__ == "__main__":
    main()
