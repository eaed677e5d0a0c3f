"""STR-08: what a learner writes is their own, not the worked example's.

The course offers text on purpose: the template, and the starters with lessons 00 and 01 drafted. Keeping that text is
no copy, so its words are taken away first. What is left is what the learner wrote: decisions and their reasons, risks
and answers beyond the starter, the summary. Only that is compared with what the worked examples say of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from course_lib.packet.checks.core import Context, Issue, check
from course_lib.packet.files import PACKET_NAME, assessments
from course_lib.packet.load import Packet, load_packet
from course_lib.packet.schema import allowed_values, walk

SIZE = 5  # words in a row
LONG = 40  # characters; shorter texts are the same by chance
ENOUGH = 40  # shingles; less of one's own text says nothing
COPIED = 0.5
# Facts, ids and lines that the notebook writes are the same for honest people.
SHARED = ("meta", "claims", "evidence", "thresholds", "changelog")
_CITATION = re.compile(r"\{\{[^{}]*\}\}")


def shingles(text: str) -> set[str]:
    """Every five words in a row, small letters, citations left out."""
    words = re.findall(r"\w+", _CITATION.sub(" ", text).lower())
    return {" ".join(words[start : start + SIZE]) for start in range(len(words) - SIZE + 1)}


@cache
def offered() -> frozenset[str]:
    """The shingles of the texts that the course gives to everybody."""
    files = [
        assessments("packet.template.yaml"),
        assessments("drafts.yaml"),
        *sorted(assessments("starters").glob("*.yaml")),
    ]
    found: set[str] = set()
    for file in files:
        found |= shingles(re.sub(r"^\s*#", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE))
    return frozenset(found)


def written(packet: Packet) -> set[str]:
    """The shingles of a packet's own long texts."""
    found: set[str] = set()
    for path, value, info in walk(packet.model):
        section = re.split(r"[.\[]", path, maxsplit=1)[0]
        if (
            section not in SHARED
            and isinstance(value, str)
            and len(value) >= LONG
            and not allowed_values(info)
        ):
            found |= shingles(value)
    return found - offered()


def similarity(a: Packet, b: Packet) -> float:
    """How much of the shorter one's own text stands in the other one, 0..1; 0 if one has too little of its own."""
    return shared_part(written(a), written(b))


def shared_part(one: set[str], other: set[str]) -> float:
    """How much of the smaller set of shingles stands in the other one, 0..1; 0 if it is too small to say."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller >= ENOUGH else 0.0


@cache
def _example(name: str) -> frozenset[str]:
    return frozenset(written(load_packet(assessments(f"examples/{name}"))))


@check("STR-08", "00", "error", 2, "not a copy of the worked example", needs=("use_case",))
def own_words(context: Context) -> Iterator[Issue]:
    """Less than half of the learner's own long text stands in a worked example; the example itself is left alone."""
    own = written(context.packet)
    if len(own) < ENOUGH:
        return
    for file in sorted(assessments("examples").glob(f"*/{PACKET_NAME}")):
        if file.parent.resolve() == context.packet.folder.resolve():
            continue
        share = len(own & _example(file.parent.name)) / len(own)
        if share >= COPIED:
            yield Issue(
                "use_case",
                f"{share:.0%} of your long text equals the worked example {file.parent.name}. Describe YOUR use case;"
                " the text of template and starters is not counted.",
                True,
            )
