"""The measurements of the packet notebooks, made with the course's own model; each saves its evidence.

Only this module of the packet knows the model wing, and it loads it when something is measured. Which
questions a
learner's packet asks is decided by the learner's seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.packet.evidence import learner_seed, save_evidence
from course_lib.packet.files import PacketError, canonical, sha256
from course_lib.packet.load import load_packet

if TYPE_CHECKING:
    from course_lib.data.facts import Question

TEMPERATURES = (0.0, 0.7, 1.2)
ITEMS, REPEATS = 60, 5
PROBES = 48
TOKENIZER = "course-gpt-tokenizer"
MAX_NEW_TOKENS = 16
# Countries that do not exist: nobody knows their capitals, a model that only predicts words answers all the
# same.
INVENTED = ("Blorvia", "Castmark", "Drenland", "Elvaria", "Fostania", "Grumland", "Hestria", "Ilvoria")


def temperature_sweep(packet_dir: str | Path) -> Path:
    """E-TEMP: 60 questions, drawn with the learner's seed, 5 times each at T = 0, 0.7 and 1.2 (lesson 02)."""
    import torch

    from course_lib.data.facts import questions

    seed = _seed(packet_dir, "02")
    items = random.Random(seed).sample(questions("all"), ITEMS)
    rows = []
    generator = torch.Generator().manual_seed(seed)
    for temperature in TEMPERATURES:
        outputs = _answers([item.text for item in items for _ in range(REPEATS)], temperature, generator)
        for index, output in enumerate(outputs):
            item, repeat = items[index // REPEATS], index % REPEATS
            rows.append(
                {
                    "id": f"{_name(item)}-t{temperature:g}-{repeat + 1}",
                    "item": _name(item),
                    "temperature": temperature,
                    "repeat": repeat + 1,
                    "prompt_sha256": sha256(item.text),
                    "expected": item.value,
                    "output": output,
                }
            )
    return save_evidence(
        "temperature_sweep",
        "E-TEMP",
        "02",
        rows,
        units={
            "identical_*": "share of items",
            "agreement_*": "share of answers",
            "correct_*": "share of answers",
        },
        inputs=_fact_world(),
        limits=(
            "A small model that knows one world of facts; the order of the temperatures carries over, the"
            " shares do not."
        ),
        packet_dir=packet_dir,
        system=_system("chat"),
        tokenizer=TOKENIZER,
    )


def failure_probes(packet_dir: str | Path) -> Path:
    """E-FAIL: 48 probes of the chat model, half about the fact world, half about invented countries (lesson
    01).
    """
    from course_lib.data.facts import QUESTIONS, questions

    draw = random.Random(_seed(packet_dir, "01"))
    known = draw.sample(questions("all", wordings="held_out"), PROBES // 2)
    probes = [(_name(item), item.text, item.value) for item in known]
    wordings = [(kind, number) for kind in QUESTIONS for number in range(len(QUESTIONS[kind]))]
    pairs = [(kind, number, name) for kind, number in wordings for name in INVENTED]
    for kind, number, name in draw.sample(pairs, PROBES - len(probes)):
        probes.append((f"{name}-{kind}-{number}", QUESTIONS[kind][number].format(name=name), ""))
    outputs = _answers([text for _, text, _ in probes], 0.0, None)
    rows = [
        {"id": id, "prompt": text, "prompt_sha256": sha256(text), "expected": expected, "output": output}
        for (id, text, expected), output in zip(probes, outputs, strict=True)
    ]
    return save_evidence(
        "failure_probes",
        "E-FAIL",
        "01",
        rows,
        units={"failure_rate": "share of probes"},
        inputs=_fact_world(),
        limits="Half of the probes cannot be answered by anybody; only 'do not know' counts as right there.",
        packet_dir=packet_dir,
        system=_system("chat"),
        tokenizer=TOKENIZER,
    )


def training_curve(packet_dir: str | Path) -> Path:
    """E-CURVE: the loss curve that was recorded when the course's base model was trained (lesson 02)."""
    meta = _load("base")[2]
    curve = meta["loss_curve"]
    rows = [
        {"id": f"step-{step}", "step": int(step), "loss": float(loss)}
        for step, loss in zip(curve["step"], curve["loss"], strict=True)
    ]
    return save_evidence(
        "training_curve",
        "E-CURVE",
        "02",
        rows,
        units={
            "final_loss": "nats per token",
            "first_loss": "nats per token",
            "lowest_loss": "nats per token",
        },
        inputs={"data_id": "pretraining-corpus", "dataset_sha256": sha256(canonical(meta["sha256"]))},
        limits=(
            "Training loss of single batches, so the last point is noisy; recorded by the course, not trained"
            " again."
        ),
        packet_dir=packet_dir,
        system=_system("base"),
        tokenizer=TOKENIZER,
    )


def training_cost(packet_dir: str | Path) -> Path:
    """E-6ND: what training costs by 6ND: the course's model, and a 1-billion-parameter one at the same
    speed.
    """
    meta = _load("base")[2]
    params, tokens, seconds = int(meta["parameters"]), int(meta["tokens_seen"]), float(meta["seconds"])
    speed = 6 * params * tokens / seconds
    rows = [
        {"id": "course_model", "params": params, "tokens": tokens, "flops_per_second": speed},
        {"id": "billion_model", "params": 10**9, "tokens": 20 * 10**9, "flops_per_second": speed},
    ]
    return save_evidence(
        "training_cost",
        "E-6ND",
        "02",
        rows,
        units={"flops_*": "floating-point operations", "hours_*": "hours at the recorded speed"},
        inputs={"data_id": "training-record", "dataset_sha256": sha256(canonical(meta["sha256"]))},
        limits=(
            "6ND leaves out attention over the context; the speed is the one recorded for the course's own"
            " run, which this computer need not reach."
        ),
        packet_dir=packet_dir,
        system=_system("base"),
        tokenizer=TOKENIZER,
    )


def environment(packet_dir: str | Path) -> Path:
    """E-ENV: a self-test of this computer (lesson 00)."""
    import platform

    import torch

    def draw(seed: int) -> torch.Tensor:
        return torch.randn(64, 64, generator=torch.Generator().manual_seed(seed))

    seed = _seed(packet_dir, "00") % 2**31
    shares = draw(seed).softmax(-1).sum(-1)
    rows = [
        {
            "id": "python",
            "ok": platform.python_version_tuple() >= ("3", "11"),
            "detail": platform.python_version(),
        },
        {"id": "threads", "ok": torch.get_num_threads() >= 1, "detail": str(torch.get_num_threads())},
        {
            "id": "same-seed-same-numbers",
            "ok": bool(torch.equal(draw(seed), draw(seed))),
            "detail": "64 x 64 normals",
        },
        {
            "id": "softmax-adds-to-one",
            "ok": bool(torch.allclose(shares, torch.ones(64))),
            "detail": "64 rows",
        },
    ]
    return save_evidence(
        "environment",
        "E-ENV",
        "00",
        rows,
        inputs={"data_id": "none", "dataset_sha256": sha256("")},
        limits="Says that the course runs here, not how fast.",
        packet_dir=packet_dir,
        system=f"{platform.system()} {platform.machine()}",
    )


MEASUREMENTS: dict[str, Callable[[str | Path], Path]] = {
    "E-ENV": environment,
    "E-FAIL": failure_probes,
    "E-TEMP": temperature_sweep,
    "E-CURVE": training_curve,
    "E-6ND": training_cost,
}


def _seed(packet_dir: str | Path, lesson: str) -> int:
    meta = load_packet(packet_dir).model.meta
    if meta is None or not meta.learner_id or not meta.use_case_id:
        raise PacketError(
            "Fill in meta.learner_id and meta.use_case_id first: they decide which rows you draw."
        )
    return learner_seed(meta.learner_id, meta.use_case_id, lesson)


def _load(stage: str) -> tuple[Any, Any, dict[str, Any]]:
    from course_lib.training.course_gpt import load_course_gpt

    return load_course_gpt("chat" if stage == "chat" else "base")


def _answers(texts: Sequence[str], temperature: float, generator: Any) -> list[str]:
    import torch

    from course_lib.generation.chat import ask_all

    model, tokenizer, _ = _load("chat")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the matrices are so small that two threads mostly wait for each other
    try:
        answers = ask_all(model, tokenizer, list(texts), temperature, generator, MAX_NEW_TOKENS)
    finally:
        torch.set_num_threads(threads)
    return [answer.text for answer in answers]


def _system(stage: str) -> str:
    """Name the shipped weights by their hash."""
    from course_lib.training.course_gpt import CHECKPOINTS

    weights = CHECKPOINTS / f"course-gpt-{stage}.safetensors"
    return f"course-gpt-{stage}@{sha256(weights.read_bytes())[:12]}"


def _fact_world() -> dict[str, str]:
    from course_lib.data.facts import COUNTRIES, QUESTIONS

    world = canonical([[asdict(country) for country in COUNTRIES], QUESTIONS])
    return {"data_id": "fact-world", "dataset_sha256": sha256(world)}


def _name(item: Question) -> str:
    return f"{item.country}-{item.kind}-{item.wording}".replace(" ", "_")
