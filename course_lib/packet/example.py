"""The worked example: assessments/packet/examples/ticket-triage, made by the library from start to seal.

`python -m course_lib.packet.example` makes it anew with the course's model: the same steps as a learner's
notebook
takes, nothing in it is typed in.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from course_lib.packet.checks import check_packet
from course_lib.packet.files import PacketError, assessments
from course_lib.packet.load import load_packet
from course_lib.packet.lock import seal_packet
from course_lib.packet.notebook import Desk
from course_lib.packet.start import new_packet

LEARNER = "worked-example"


def make_example(folder: str | Path) -> None:
    """Write a complete packet for lessons 00 to 02 into an empty folder; PacketError if a check finds an
    error.
    """
    folder = Path(folder)
    new_packet(folder, use_case="ticket-triage", learner=LEARNER)
    desk = Desk(folder, folder, "02")
    for lesson, id in (("00", "E-ENV"), ("01", "E-FAIL")):
        desk.measure(id)
        seal_packet(folder, lesson)
    desk.set_threshold(
        "T-CONSIST",
        dimension="quality",
        metric="share of questions with five identical answers, at the chosen temperature",
        op=">=",
        value=0.9,
        unit="share",
        severity="major",
    )
    for id in ("E-TEMP", "E-CURVE", "E-6ND"):
        desk.measure(id)
    created = load_packet(folder).model.meta
    assert created is not None
    assert created.created is not None
    desk.decide(
        "decoding",
        chosen="Greedy decoding (T = 0), one suggestion for each ticket.",
        reason=(
            "Two agents who open the same ticket must see the same queue. At T = 0 five answers were"
            " identical for {{E-TEMP#identical_t0:.2f}} of the questions, which meets T-CONSIST."
        ),
        rejected_option="T = 0.7, so that a second click offers another queue",
        rejected_because=(
            "Only {{E-TEMP#identical_t0_7:.2f}} of the questions got five identical answers; a second "
            "choice is better read from the scores than drawn by lot."
        ),
        evidence=["E-TEMP"],
        decided_by_role="PM",
        review_date=created.created + timedelta(days=90),
    )
    desk.finish(
        "Set the consistency threshold, measured temperature, loss curve and training cost, decided the"
        " decoding.",
        ["thresholds", "evidence", "decisions"],
    )
    report = check_packet(folder, "02", today=created.created)
    findings = [
        one for one in report.findings if one.check != "STR-08"
    ]  # it resembles the one that it replaces
    if findings:
        raise PacketError(f"The example has a finding: {findings[0].message}")
    seal_packet(folder, "02")


def main() -> None:
    """Replace the shipped example by a new one."""
    target = assessments("examples/ticket-triage", must_exist=False)
    with tempfile.TemporaryDirectory() as made:
        make_example(Path(made) / "packet")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(Path(made) / "packet", target)
    print(f"Made {target.name} anew.")


if __name__ == "__main__":
    main()
