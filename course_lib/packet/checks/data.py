"""DAT and RSK-02: the data cards, held against the risk answers, what was measured, and a scan of the texts."""

from __future__ import annotations

from collections.abc import Iterator

from course_lib.packet.cases import DATA_IDS, get_case, scan_personal_data
from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.checks.risk import DATA
from course_lib.packet.evidence import Stored
from course_lib.packet.schema import DataCard

QUESTIONS = {
    "source": "Where does this data come from?",
    "owner_role": "Which role answers for it?",
    "license": "What allows you to use it?",
    "sensitivity": "How sensitive is it?",
    "pii": "Which personal data does it hold?",
    "retention_days": "After how many days is it deleted?",
    "deletion_path": "How would you delete this data everywhere it was copied?",
}
SAMPLED = ("evaluation", "token_count")  # kinds whose rows name the texts that were drawn


def name_of(card: DataCard, index: int) -> str:
    """How a message calls a card."""
    return card.id or f"data[{index}]"


@check(
    "RSK-02",
    "01",
    "error",
    1,
    "answers agree with the data cards",
    needs=("risk_classification.answers", "data"),
)
def answers_agree(context: Context) -> Iterator[Issue]:
    """The most sensitive data in the risk answers is at least as sensitive as every data card."""
    risk = context.model.risk_classification
    answer = risk.answers.data if risk and risk.answers else None
    if answer is None:
        return
    cards = [card for card in context.model.data if card.sensitivity]
    worst = max(cards, key=lambda card: DATA[str(card.sensitivity)], default=None)
    if worst is not None and DATA[str(worst.sensitivity)] > DATA[answer]:
        yield Issue(
            "risk_classification.answers.data",
            f"The data card {worst.id or worst.name} says '{worst.sensitivity}' but the risk answers say '{answer}'."
            " Answer with the most sensitive data, or correct the card.",
        )


@check("DAT-01", "01", "error", 2, "data card complete", needs=("data",))
def cards_complete(context: Context) -> Iterator[Issue]:
    """Every card says where its data comes from, who answers for it, how sensitive it is and how it is deleted."""
    for index, card in enumerate(context.model.data):
        path = f"data[{index}]"
        lacking = [
            field
            for field in QUESTIONS
            if getattr(card, field) is None
            and f"{path}.{field}" not in context.packet.not_applicable
            and not context.misfit(f"{path}.{field}")
        ]
        if lacking:
            more = f" Also empty: {', '.join(lacking[1:])}." if lacking[1:] else ""
            yield Issue(path, f"{name_of(card, index)}: {lacking[0]} is empty. {QUESTIONS[lacking[0]]}{more}")


@check("DAT-02", "01", "error", 1, "evaluations ran on the locked test split", needs=("data",))
def locked_split(context: Context) -> Iterator[Issue]:
    """The file of each evaluation is the locked test file of a data card."""
    locked = {card.locked_test_sha256 for card in context.model.data if card.locked_test_sha256}
    for id, stored in _evaluations(context):
        used = stored.envelope["inputs"].get("dataset_sha256")
        if not locked:
            yield Issue(
                "data",
                f"{id} was measured, but no data card locks its test file. Put locked_test_sha256: {used} into the card"
                " of that data.",
            )
            return
        if used not in locked:
            yield Issue(
                id,
                f"{id} ran on another file than your locked test split. Re-run it on the locked file, or correct"
                " locked_test_sha256 in the data card.",
            )


@check("DAT-03", "01", "error", 1, "personal data has a transfer and retention answer", needs=("data",))
def transfer_answered(context: Context) -> Iterator[Issue]:
    """Where personal data goes to a vendor, the model entry says what the vendor does with it, with a source."""
    if not any(card.pii not in (None, "none") for card in context.model.data):
        return
    terms = {claim.id for claim in context.model.claims if claim.kind == "vendor_terms"}
    for index, model in enumerate(context.model.models):
        if model.hosting != "vendor_api" or model.status == "rejected":
            continue
        path = f"models[{index}]"
        lacking = [
            field
            for field in ("trains_on_data", "retention_days")
            if getattr(model, field) is None
            and f"{path}.{field}" not in context.packet.not_applicable
            and not context.misfit(f"{path}.{field}")
        ]
        wishes = [f"answer {' and '.join(lacking)}"] if lacking else []
        if not terms.intersection(model.claims):
            wishes.append("cite a vendor_terms claim in its claims")
        if wishes:
            yield Issue(
                model.id or path,
                f"{model.id or path}: personal data leaves the company with this model; {', and '.join(wishes)}.",
            )


@check("DAT-04", "01", "error", 1, "declared personal data agrees with a scan of the texts", needs=("data",))
def scan_agrees(context: Context) -> Iterator[Issue]:
    """A card that declares no personal data is held against the texts that were drawn from that data.

    The card of the texts is the one that locks their file; without one, every card of a packet about that very data.
    """
    meta = context.model.meta
    told: set[str] = set()
    for _, stored in _evaluations(context, SAMPLED):
        data_id = stored.envelope["inputs"].get("data_id")
        if data_id not in DATA_IDS or data_id in told:
            continue
        told.add(data_id)
        case = get_case(data_id)
        cards = [card for card in context.model.data if card.locked_test_sha256 == case.sha256]
        if not cards and meta and meta.use_case_id and data_id.startswith(f"{meta.use_case_id}@"):
            cards = list(context.model.data)
        if not cards or any(card.pii != "none" for card in cards):
            continue
        drawn = [case.by_id[id] for row in stored.rows if (id := str(row.get("id"))) in case.by_id]
        found = sum(bool(scan_personal_data(item.text)) for item in drawn)
        if found:
            yield Issue(
                cards[0].id or "data",
                f"You declared pii: none, but {found} of {len(drawn)} sampled texts hold what looks like an e-mail"
                " address, a telephone number or an IBAN. Declare it, and say how it is deleted.",
            )


def _evaluations(context: Context, kinds: tuple[str, ...] = ("evaluation",)) -> Iterator[tuple[str, Stored]]:
    """Readable evidence of some kinds."""
    for id, stored in context.evidence.items():
        if not stored.problem and not stored.missing and stored.envelope["kind"] in kinds:
            yield id, stored
