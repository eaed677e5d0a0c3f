"""The packet notebook of a lab that is still to be written: open, measure, judge, check, seal in 15 minutes.

`python -m course_lib.packet.template 04 solutions/04-slug/packet.ipynb` writes the instructor's version with
nbgrader's cells in place; its author then says in the texts what this lesson's numbers are for.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.packet.checks.decisions import REQUIRED_TOPICS
from course_lib.packet.files import PacketError, write_atomic

if TYPE_CHECKING:
    from nbformat import NotebookNode

MEASURED = {
    "00": ("E-ENV",),
    "01": ("E-FAIL",),
    "02": ("E-TEMP", "E-CURVE", "E-6ND"),
    "03": ("E-TOK",),
    "04": ("E-BASE", "E-CAND", "E-CTX", "E-EMB", "E-MEM", "E-LAT", "E-INJ", "E-PII", "E-DRILL"),
}
FORMS = {
    "00": ("use_case",),
    "01": ("use_case", "risk_classification", "oversight"),
    "03": ("cost_model",),
    "04": ("evaluation", "incident", "rollback", "gate"),
}
RUBRIC = """| | strong | sound | thin | missing |
|---|---|---|---|---|
| **fit to the use case** (2) | 2 - who uses it, for what, decides | 1.5 - the use case is named and matters | 0.5 - would fit any use case | 0 |
| **reasoning** (3) | 3 - from own numbers to the decision, and says what they do not show | 2 - own numbers support it | 1 - numbers without a conclusion, or the other way round | 0 |
| **realism** (2) | 2 - a risk that could happen here, with a measure that somebody can carry out | 1.5 - a risk and a measure, one of them vague | 0.5 - a general warning | 0 |
| **clarity** (1) | 1 - a reviewer who was not there can act on it | 0.75 - clear after a second reading | 0.25 - hard to follow | 0 |"""  # noqa: E501

DECISION_HELP = """
What is chosen and why, one alternative with a reason and a number, the evidence behind it, the role that decides,
and the day on which it is looked at again. Cite numbers: `{{E-ID#metric:.2f}}`."""
DECISION = """
# TOPIC = dict(
#     chosen=..., reason=..., rejected_option=..., rejected_because=...,
#     evidence=[...], decided_by_role=..., review_date=...,
# )
### BEGIN SOLUTION
from datetime import date, timedelta

TOPIC = dict(
    chosen="What the measurement supports.",
    reason="The rows of EVIDENCE decided it, as the author of the lab explains.",
    rejected_option="The next best option",
    rejected_because="It needs 2 steps where the chosen one needs 1.",
    evidence=["EVIDENCE"],
    decided_by_role="PM",
    review_date=date.today() + timedelta(days=90),
)
### END SOLUTION"""


def packet_notebook(lesson: str) -> NotebookNode:
    """Return the instructor's packet notebook of a lesson, without outputs.

    Raises PacketError for a lesson that measures nothing yet.
    """
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    if lesson not in MEASURED:
        raise PacketError(f"Lesson {lesson} has no measurements yet; there are {', '.join(MEASURED)}.")

    def cell(make: Any, name: str, source: str, **kind: Any) -> Any:
        settings = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False, "locked": True}
        settings |= {"task": False} | kind
        return make(source, id=name, metadata={"nbgrader": settings})

    def text(name: str, source: str) -> Any:
        return cell(new_markdown_cell, name, source)

    def code(name: str, source: str, **kind: Any) -> Any:
        return cell(new_code_cell, name, source, **kind)

    forms = "\n".join(f'display(packet.form("{section}"))' for section in FORMS.get(lesson, ()))
    cells = [
        text(
            "intro",
            f"# Lab {lesson}, packet task\n\nMeasure, judge, check and seal: at most 15 minutes. Run the cells from "
            "top to bottom and write in the cells that say so.",
        ),
        text(
            "about_open",
            "## 1. Open your packet\n\nIt lives in `work/packet` and grows with each lesson. What was measured "
            "in earlier lessons is only shown.",
        ),
        code(
            "open_packet",
            "from course_lib.packet.notebook import lesson_points, open_packet\n\n"
            f'packet = open_packet(lesson="{lesson}")\n'
            + "\n".join(
                f'packet.measure("{id}")' for done in MEASURED if done < lesson for id in MEASURED[done]
            ),
        ),
        text("about_measure", "## 2. Measure\n\nThe library measures with your seed and keeps the raw rows."),
        code("measure", "\n".join(f'packet.measure("{id}")' for id in MEASURED[lesson])),
        text("card_judge", "## 3. Judge"),
        *([code("forms", forms, locked=False)] if forms else []),
    ]
    for topic in REQUIRED_TOPICS.get(lesson, ()):
        cells += [
            text(f"card_{topic}", f"### The decision on *{topic}*\n{DECISION_HELP}"),
            code(
                f"solve_{topic}",
                DECISION.strip().replace("TOPIC", topic).replace("EVIDENCE", MEASURED[lesson][0]),
                solution=True,
                locked=False,
            ),
            code(f"write_{topic}", f'packet.decide("{topic}", **{topic})'),
        ]
    cells += [
        text("card_judgement", f"### The answer\n\nIn 3 to 6 sentences. A person reads it.\n\n{RUBRIC}"),
        cell(
            new_markdown_cell,
            "grade_judgement",
            "A strong answer, written by the author of the lab.",
            grade=True,
            solution=True,
            locked=False,
            points=8,
        ),
        text("about_check", "## 4. Check\n\nFix what it reports, in the cells above or in `packet.yaml`."),
        code(
            "check_packet",
            f'packet.finish("Measured and judged what lesson {lesson} asks for.", fields=["evidence"])\n'
            "report = packet.check()\n"
            'assert not report.errors, f"{len(report.errors)} findings are errors; the lines above say what to do."',
            grade=True,
            points=0,
        ),
        code("grade_packet", f'lesson_points("packet", lesson="{lesson}")', grade=True, points=12),
        text(
            "about_seal",
            f"## 5. Seal\n\nThen hand in: `course submit {lesson}`. The folder `packet/` goes along.",
        ),
        code("seal_packet", "packet.seal()"),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def main() -> None:
    """Write the notebook of a lesson; a file that is there is left alone."""
    import nbformat

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lesson", help="00 to 04")
    parser.add_argument("path", type=Path, help="for example solutions/04-slug/packet.ipynb")
    given = parser.parse_args()
    try:
        if given.path.exists():
            raise PacketError(f"{given.path} exists already and is left as it is.")
        write_atomic(given.path, nbformat.writes(packet_notebook(given.lesson)) + "\n")
    except PacketError as problem:
        parser.exit(1, f"{problem}\n")
    print(f"Wrote {given.path}")


if __name__ == "__main__":
    main()
