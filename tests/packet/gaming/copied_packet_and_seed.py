"""A classmate's rows with the new learner's name and seed in the envelope."""

from __future__ import annotations

from pathlib import Path

from course_lib.packet.evidence import learner_seed

from ._tools import envelope, substitute

EXPECTED = ("EVD-03", "EVD-07")
FORGERY = True


def cheat(packet: Path) -> None:
    substitute(packet, "learner_id: learner-a", "learner_id: learner-z")
    seed = learner_seed("learner-z", "ticket-triage", "04")
    envelope(packet, "E-CAND", lambda stored: stored.update(learner="learner-z", seed=seed), register=True)
