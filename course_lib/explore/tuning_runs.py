"""What longer runs of lesson 11 gave with several seeds.

`python -m course_lib.explore.tuning_runs` makes all of them anew and writes `tuning_runs.json` (about fifteen minutes
on one core); with names of its parts, only these.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_name("tuning_runs.json")
SEEDS = range(3)


@cache
def kept() -> dict[str, Any]:
    """Return the shipped results, by experiment."""
    return json.loads(KEPT.read_text(encoding="utf-8"))


def _round(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _round(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_round(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value


def main(names: Sequence[str] = (), path: Path = KEPT) -> None:
    """Run everything, or the parts that are named, and write the results."""
    from course_lib.explore.beta_sweep import run_gentle, run_sweep
    from course_lib.explore.knowledge import run_without_reading
    from course_lib.explore.tuning import shipped_base
    from course_lib.explore.ways_to_adapt import run_ways
    from course_lib.explore.wrong_facts import run_lies

    tokenizer = shipped_base()[1]
    parts: dict[str, Callable[[], Any]] = {
        "without reading": lambda: run_without_reading(SEEDS, tokenizer),
        "wrong facts": lambda: run_lies(SEEDS, tokenizer),
        "ways": lambda: run_ways(SEEDS, tokenizer),
        "sweep": lambda: run_sweep(SEEDS, tokenizer),
        "gentle": lambda: run_gentle(SEEDS, tokenizer),
    }
    found = json.loads(path.read_text(encoding="utf-8")) if names and path.exists() else {}
    for name, run in parts.items():
        if not names or name in names:
            found[name] = _round(run())
            print(name, "done", flush=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
