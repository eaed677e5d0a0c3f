"""A rollback drill that really rolls back: keep, break, notice, put back, prove (lesson 12)."""

from __future__ import annotations

import copy
import hashlib
import random
import time
from dataclasses import dataclass

import torch

from course_lib.alignment.sft import finetune_on_examples, make_examples
from course_lib.data import facts
from course_lib.device import one_thread
from course_lib.evaluation.accuracy import exact_match
from course_lib.explore.figure import Finding, table
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.loop import TrainConfig


def watched() -> list[facts.Question]:
    """Return the questions that are asked after every change: capitals of countries that fine-tuning saw."""
    return facts.questions("capital", "seen", "seen")[:88]


def fingerprint(model: GPT) -> str:
    """Return twelve characters that change if any weight changes (SHA-256 of all of them)."""
    digest = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]


def bad_update(model: GPT, tokenizer: BytePairTokenizer, steps: int = 40, seed: int = 0) -> None:
    """Fine-tune the model in place on capitals that were mixed up, as a broken export of a table would do."""
    rng = random.Random(seed)
    capitals = [place.capital for place in facts.COUNTRIES]
    pairs = [
        (q.text, f"The capital of {q.country} is {rng.choice(capitals)}.")
        for q in facts.questions("capital", "seen", "seen")
    ]
    with one_thread():
        finetune_on_examples(
            model,
            make_examples(tokenizer, pairs),
            TrainConfig(steps=steps, lr=3e-3, warmup=5),
            torch.Generator().manual_seed(seed),
            16,
            progress=False,
        )
    model.eval()


@dataclass(frozen=True)
class Drill:
    """Right answers before, after the bad update and after the rollback; whether the weights are the old ones."""

    before: int
    broken: int
    after: int
    n: int
    same_weights: bool
    seconds: dict[str, float]


def drill(model: GPT, tokenizer: BytePairTokenizer, copied: bool) -> Drill:
    """Rehearse on a copy of `model`: keep its weights, update it badly, put back what was kept.

    Args:
        copied: whether the kept weights are copies, not the model's own tensors, which the update changes.
    """
    service, questions = copy.deepcopy(model), watched()

    def right() -> int:
        with one_thread():
            return exact_match(service, tokenizer, questions).right

    kept = {name: value.clone() if copied else value for name, value in service.state_dict().items()}
    before, print_before = right(), fingerprint(service)
    bad_update(service, tokenizer)
    times = {}
    began = time.perf_counter()
    broken = right()
    times["notice"] = time.perf_counter() - began
    began = time.perf_counter()
    service.load_state_dict(kept)
    times["put back"] = time.perf_counter() - began
    began = time.perf_counter()
    after, same = right(), fingerprint(service) == print_before
    times["prove"] = time.perf_counter() - began
    return Drill(before, broken, after, len(questions), same, times)


def two_drills(model: GPT, tokenizer: BytePairTokenizer) -> Finding:
    """Ask how many answers are right after a rollback whose backup was `model.state_dict()`."""
    naive, careful = drill(model, tokenizer, copied=False), drill(model, tokenizer, copied=True)
    rows = [
        [name, f"{one.before}", f"{one.broken}", f"{one.after}", "yes" if one.same_weights else "no"]
        for name, one in (("model.state_dict()", naive), ("copies of its tensors", careful))
    ]
    slowest = max(careful.seconds.values())
    return Finding(
        f"right answers of {naive.n} after the first rollback",
        f"{naive.after}",
        lambda guess: table(
            ["what was kept", "before", "after the bad update", "after the rollback", "the old weights?"],
            rows,
        ),
        '`state_dict()` hands out the model\'s own tensors. The update changed them, so the "backup" was '
        "broken with the rest, and putting it back raised no error. With copies the same drill ends with "
        f"{careful.after} of {careful.n}, and the fingerprint proves it; no step took longer than "
        f"{max(0.1, slowest):.1f} seconds. In a service the minutes are elsewhere: until somebody notices, and until "
        "somebody may decide. **A rollback that was never rehearsed is a hope.**",
    )
