"""A packet in which every text that a learner can type tries to do harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from course_lib.packet.load import load_packet, parse_packet

ATTACK = (
    '<script>window.pwned=1</script>"\'><img src=x onerror="window.pwned=1"><a href="javascript:window.pwned=1">x</a>'
    " [x](javascript:window.pwned=1) ![x](https://example.com/x.png) <!-- `x` --> | | \x1b]0;pwned\x07 \u202egnp"
    " {{E-CAND#accuracy:999999999f}} {{ 7 * 7 }} {% raw %} 23"
)


def poison(folder: Path) -> int:
    """Put ATTACK into every text of packet.yaml that may hold it, and into the evidence; returns how many texts."""
    file = folder / "packet.yaml"
    before = load_packet(folder).tree
    first = parse_packet(json.dumps(_poisoned(before, "", frozenset())))
    kept = frozenset(problem.path for problem in first.problems)
    after = parse_packet(json.dumps(_poisoned(before, "", kept)))
    assert after.problems == []
    file.write_text(json.dumps(after.tree), encoding="utf-8")
    for path in (folder / "evidence").glob("*.json"):
        envelope = json.loads(path.read_text())
        envelope |= {"system": ATTACK, "tokenizer": ATTACK, "limits": ATTACK, "units": {"*": ATTACK}}
        envelope["code"]["version"] = envelope["inputs"]["data_id"] = ATTACK
        path.write_text(json.dumps(envelope))
    return json.dumps(after.tree).count("window.pwned=1</script>")


def _poisoned(value: Any, path: str, kept: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _poisoned(inner, f"{path}.{key}" if path else key, kept) for key, inner in value.items()}
    if isinstance(value, list):
        return [_poisoned(inner, f"{path}[{i}]", kept) for i, inner in enumerate(value)]
    references = ("path", "sha256", "evidence", "threshold", "claims", "drill_evidence", "lesson_completed")
    last = path.rsplit(".", 1)[-1].split("[")[0]
    return value if path in kept or last in references or not isinstance(value, str) else ATTACK
