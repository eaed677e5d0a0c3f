"""The rows of each measurement on course data: made once when a learner measures, and again when the packet is checked.

Everything in them follows from the course data, the learner's seed and the name of a system of SYSTEMS. Rows for a
system that the course does not have lack what only that system can say.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache, wraps
from typing import TYPE_CHECKING, Any

from course_lib.packet.cases.base import Case
from course_lib.packet.cases.readers import CONTEXT_SYSTEM, SEARCH_SYSTEM, context_probes, read, search
from course_lib.packet.cases.systems import SYSTEMS
from course_lib.packet.files import canonical, sha256

if TYPE_CHECKING:
    from course_lib.data.facts import Question
    from course_lib.tokenizers.bpe import BytePairTokenizer

TOKENIZER = "course-gpt-tokenizer"
FACTS = "fact-world"
PROBES, SWEEP_ITEMS, REPEATS = 48, 60, 5
TEMPERATURES = (0.0, 0.7, 1.2)
# Countries that do not exist: nobody knows their capitals, a model that only predicts words answers all the same.
INVENTED = ("Blorvia", "Castmark", "Drenland", "Elvaria", "Fostania", "Grumland", "Hestria", "Ilvoria")
Row = dict[str, Any]
Builder = Callable[..., list[Row]]


def _remembered(build: Builder) -> Builder:
    """Rows that were made before are not made again; each caller gets dicts of its own."""
    remembered = lru_cache(maxsize=32)(build)

    @wraps(build)
    def rows(*arguments: Any, **options: Any) -> list[Row]:
        return [dict(row) for row in remembered(*arguments, **options)]

    return rows


@_remembered
def token_rows(case: Case, seed: int, n: int, tokenizer: str = TOKENIZER) -> list[Row]:
    """E-TOK: the tokens of n prompts and of their answers; without counts for another tokenizer than the course's."""
    rows: list[Row] = []
    for item in case.draw(seed, n):
        row: Row = {"id": item.id, "language": item.language}
        if tokenizer == TOKENIZER:
            encode = course_tokenizer().encode
            row |= {
                "prompt_tokens": len(encode(case.prompt(item.text))),
                "output_tokens": len(encode(item.gold)),
            }
        rows.append(row)
    return rows


@_remembered
def evaluation_rows(case: Case, seed: int, n: int, system: str) -> list[Row]:
    """E-BASE, E-CAND: what a system answers to n texts."""
    known = SYSTEMS.get(system)
    return [
        {
            "id": item.id,
            "language": item.language,
            "prompt_sha256": _prompt_hash(case, item.text),
            "gold": item.gold,
            **({"output": known.answer(case, item.text)} if known else {}),
        }
        for item in case.draw(seed, n)
    ]


@_remembered
def context_rows(case: Case, seed: int, n: int, system: str = CONTEXT_SYSTEM) -> list[Row]:
    """E-CTX: what a reader finds in n long contexts."""
    return [
        {
            "id": probe.id,
            "position": probe.position,
            "prompt_sha256": sha256(probe.prompt),
            "expected": probe.expected,
            **({"output": read(probe.prompt)} if system == CONTEXT_SYSTEM else {}),
        }
        for probe in context_probes(case, seed, n)
    ]


@_remembered
def search_rows(case: Case, seed: int, n: int, system: str = SEARCH_SYSTEM) -> list[Row]:
    """E-EMB: which passages a search finds for n texts."""
    return [
        {
            "id": item.id,
            "query": item.text,
            "expected": f"{item.gold}-{item.language}",
            **({"found": search(case, item.text)} if system == SEARCH_SYSTEM else {}),
        }
        for item in case.draw(seed, n)
    ]


@_remembered
def injection_rows(case: Case, system: str) -> list[Row]:
    """E-INJ: what a system answers to every probe, and to the same text without the injected words."""
    known = SYSTEMS.get(system)
    return [
        {
            "id": probe.id,
            "prompt_sha256": _prompt_hash(case, probe.text),
            **(
                {"expected": known.answer(case, probe.clean), "output": known.answer(case, probe.text)}
                if known
                else {}
            ),
        }
        for probe in case.probes
    ]


@_remembered
def personal_data_rows(case: Case, seed: int, n: int, system: str) -> list[Row]:
    """E-PII: what a system says, reason included, about n texts."""
    known = SYSTEMS.get(system)
    return [
        {
            "id": item.id,
            "prompt_sha256": _prompt_hash(case, item.text),
            **({"output": known.explain(case, item.text)} if known else {}),
        }
        for item in case.draw(seed, n)
    ]


def latency_rows(case: Case, seed: int, n: int, system: str) -> list[Row]:
    """E-LAT: which texts are timed; the milliseconds are this computer's."""
    return [{"id": item.id} for item in case.draw(seed, n)]


def sweep_questions(seed: int) -> list[Question]:
    """E-TEMP: the 60 questions of the fact world that a seed draws."""
    from course_lib.data.facts import questions

    return random.Random(seed).sample(questions("all"), SWEEP_ITEMS)


def sweep_rows(seed: int) -> list[Row]:
    """E-TEMP: each question five times at each temperature, still without an answer."""
    items = sweep_questions(seed)
    return [
        {
            "id": f"{question_id(item)}-t{temperature:g}-{repeat}",
            "item": question_id(item),
            "temperature": temperature,
            "repeat": repeat,
            "prompt_sha256": sha256(item.text),
            "expected": item.value,
        }
        for temperature in TEMPERATURES
        for item in items
        for repeat in range(1, REPEATS + 1)
    ]


def failure_rows(seed: int) -> list[Row]:
    """E-FAIL: 48 questions, half about the fact world, half about invented countries; an empty `expected` for those."""
    from course_lib.data.facts import QUESTIONS, questions

    draw = random.Random(seed)
    known = draw.sample(questions("all", wordings="held_out"), PROBES // 2)
    probes = [(question_id(item), item.text, item.value) for item in known]
    wordings = [(kind, number) for kind in QUESTIONS for number in range(len(QUESTIONS[kind]))]
    pairs = [(kind, number, name) for kind, number in wordings for name in INVENTED]
    for kind, number, name in draw.sample(pairs, PROBES - len(probes)):
        probes.append((f"{name}-{kind}-{number}", QUESTIONS[kind][number].format(name=name), ""))
    return [
        {"id": id, "prompt": text, "prompt_sha256": sha256(text), "expected": expected}
        for id, text, expected in probes
    ]


def question_id(item: Question) -> str:
    """The id of a question of the fact world."""
    return f"{item.country}-{item.kind}-{item.wording}".replace(" ", "_")


def fact_world_sha256() -> str:
    """The hash of the fact world and its questions."""
    from course_lib.data.facts import COUNTRIES, QUESTIONS

    return sha256(canonical([[asdict(country) for country in COUNTRIES], QUESTIONS]))


# Kind -> its rows from case, seed, number of rows, and the system's name (token_count: the tokenizer's).
CASE_ROWS: dict[str, Callable[[Case, int, int, str], list[Row]]] = {
    "token_count": token_rows,
    "evaluation": evaluation_rows,
    "context_position": context_rows,
    "embedding_search": search_rows,
    "personal_data": personal_data_rows,
    "latency": latency_rows,
}
FACT_ROWS: dict[str, Callable[[int], list[Row]]] = {
    "failure_probes": failure_rows,
    "temperature_sweep": sweep_rows,
}


@dataclass(frozen=True)
class Difference:
    """A field of a row that is not what it should be; the field 'id' is a row that is not drawn."""

    row: str
    field: str
    expected: Any
    found: Any


def first_difference(rows: Sequence[Mapping[str, Any]], expected: Sequence[Row]) -> Difference | None:
    """The first place where rows differ from what they should be, or None.

    The order of the rows does not matter; rows may be missing, and fields that `expected` lacks are not compared.
    """
    wanted = {row["id"]: row for row in expected}
    for row in rows:
        target = wanted.pop(str(row.get("id")), None)
        if target is None:
            return Difference(str(row.get("id")), "id", None, row.get("id"))
        for name, value in target.items():
            if row.get(name) != value:
                return Difference(target["id"], name, value, row.get(name))
    return None


@cache
def course_tokenizer() -> BytePairTokenizer:
    """The tokenizer of the course's GPT; loading it needs no torch."""
    from pathlib import Path

    from course_lib.tokenizers.bpe import BytePairTokenizer

    checkpoints = Path(__file__).resolve().parents[2] / "data" / "checkpoints"
    return BytePairTokenizer.load(checkpoints / f"{TOKENIZER}.json")


def _prompt_hash(case: Case, text: str) -> str:
    return sha256(case.prompt(text))
