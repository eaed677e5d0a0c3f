"""The worked example under one's own pseudonym, marked as finished."""

from __future__ import annotations

import re
from pathlib import Path

from course_lib.packet.files import assessments

EXPECTED = "STR-08"
ALSO = ("STR-01", "RRG-01", "DEC-03", "EVD-01", "EVD-03", "EVD-06", "LOG-01", "STR-07", "EVD-05")
FORGERY = True


def cheat(packet: Path) -> None:
    text = assessments("examples/ticket-triage/packet.yaml").read_text()
    text = re.sub("learner_id: .*", "learner_id: learner-a", text)
    text = re.sub("prev_lock:.*", "prev_lock:", text)
    (packet / "packet.yaml").write_text(re.sub("lesson_completed: .*", 'lesson_completed: "04"', text))
    (packet / "packet.lock.json").unlink()
