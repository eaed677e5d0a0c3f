"""A classmate's packet whose envelopes name the new learner."""

from __future__ import annotations

import json
from pathlib import Path

from ._tools import envelope, substitute

EXPECTED = "EVD-03"
FORGERY = True
LESSONS = '["E-BASE", "E-CAND", "E-EMB", "E-LAT", "E-INJ", "E-PII"]'


def cheat(packet: Path) -> None:
    substitute(packet, "learner_id: learner-a", "learner_id: learner-z")
    for id in json.loads(LESSONS):
        envelope(packet, id, lambda stored: stored.update(learner="learner-z"), register=True)
