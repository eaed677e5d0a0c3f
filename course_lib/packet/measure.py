"""The measurements of the packet notebooks; each saves its evidence.

Those of lessons 00 to 02 use the course's own model: only this module of the packet knows the model wing, and it loads
it when something is measured. Those of lessons 03 and 04 use the course data of a use case (course_lib.packet.cases).
Which rows a learner's packet draws is decided by the learner's seed.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from course_lib import clock
from course_lib.packet.cases import (
    CONTEXT_SYSTEM,
    SEARCH_SYSTEM,
    SYSTEMS,
    Case,
    System,
    case_for,
    get_case,
)
from course_lib.packet.cases.rows import (
    FACTS,
    TOKENIZER,
    context_rows,
    evaluation_rows,
    fact_world_sha256,
    failure_rows,
    injection_rows,
    latency_rows,
    personal_data_rows,
    search_rows,
    sweep_questions,
    sweep_rows,
    token_rows,
)
from course_lib.packet.evidence import learner_seed, save_evidence
from course_lib.packet.files import PacketError, canonical, sha256, write_atomic
from course_lib.packet.load import load_packet

CHECKPOINTS = Path(__file__).resolve().parents[1] / "data" / "checkpoints"
MAX_NEW_TOKENS = 16
BASELINE, CANDIDATE = "keyword-rules@v1", "nearest-examples@v1"
DRAWN, CONTEXTS, REASONS, REPLAYED = (
    400,
    180,
    600,
    100,
)  # rows of a measurement; 598 clean outputs show "at most 0.5 %"
CACHE_TOKENS = 8192  # the context for which the memory of open models is compared
# From config.json of meta-llama/Llama-2-7b-hf, meta-llama/Llama-3.1-8B and Qwen/Qwen2.5-0.5B, as of 2026-11.
OPEN_MODELS = (
    {"id": "llama_2_7b", "params": 6_738_415_616, "layers": 32, "kv_heads": 32, "head_dim": 128},
    {"id": "llama_3_1_8b", "params": 8_030_261_248, "layers": 32, "kv_heads": 8, "head_dim": 128},
    {"id": "qwen_2_5_0_5b", "params": 494_032_768, "layers": 24, "kv_heads": 2, "head_dim": 64},
)


def temperature_sweep(packet_dir: str | Path) -> Path:
    """E-TEMP: 60 questions, drawn with the learner's seed, 5 times each at T = 0, 0.7 and 1.2 (lesson 02)."""
    import torch

    seed = _seed(packet_dir, "02")
    rows = sweep_rows(seed)
    texts = {sha256(item.text): item.text for item in sweep_questions(seed)}
    generator = torch.Generator().manual_seed(seed)
    for temperature in dict.fromkeys(row["temperature"] for row in rows):
        asked = [row for row in rows if row["temperature"] == temperature]
        outputs = _answers([texts[row["prompt_sha256"]] for row in asked], temperature, generator)
        for row, output in zip(asked, outputs, strict=True):
            row["output"] = output
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
    """E-FAIL: 48 probes of the chat model, half about the fact world, half about invented countries (lesson 01)."""
    rows = failure_rows(_seed(packet_dir, "01"))
    outputs = _answers([row["prompt"] for row in rows], 0.0, None)
    rows = [{**row, "output": output} for row, output in zip(rows, outputs, strict=True)]
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


# --- lessons 03 and 04: the course data of a use case -------------------------------------------------------


def token_count(packet_dir: str | Path, case: str | None = None, now: datetime | None = None) -> Path:
    """E-TOK: the tokens of 400 prompts and answers, counted with the course's tokenizer (lesson 03)."""
    data = _case(packet_dir, case)
    return _save(
        packet_dir,
        data,
        "token_count",
        "E-TOK",
        token_rows(data, _seed(packet_dir, "03"), DRAWN),
        lesson="03",
        units={"*_tokens": "tokens"},
        limits="A vocabulary of 1 024 tokens made from English: other tokenizers need fewer, most of all elsewhere.",
        now=now,
    )


def baseline(packet_dir: str | Path, case: str | None = None, now: datetime | None = None) -> Path:
    """E-BASE: the keyword rules on 400 locked texts (lesson 04)."""
    return _evaluation(packet_dir, "E-BASE", BASELINE, case, now)


def candidate(
    packet_dir: str | Path, case: str | None = None, system: str = CANDIDATE, now: datetime | None = None
) -> Path:
    """E-CAND: a system of SYSTEMS on the same 400 texts as E-BASE (lesson 04)."""
    return _evaluation(packet_dir, "E-CAND", system, case, now)


def _evaluation(packet_dir: str | Path, id: str, system: str, case: str | None, now: datetime | None) -> Path:
    data, name = _case(packet_dir, case), _known(system).name
    return _save(
        packet_dir,
        data,
        "evaluation",
        id,
        evaluation_rows(data, _seed(packet_dir, "04"), DRAWN, name),
        system=name,
        units={"accuracy*": "share of items"},
        limits="Made-up texts that resemble each other more than real ones do; one in fifty was labelled wrongly.",
        now=now,
    )


def context_position(packet_dir: str | Path, case: str | None = None, now: datetime | None = None) -> Path:
    """E-CTX: a reader whose window is shorter than its context, asked for a note at nine places (lesson 04)."""
    data = _case(packet_dir, case)
    return _save(
        packet_dir,
        data,
        "context_position",
        "E-CTX",
        context_rows(data, _seed(packet_dir, "04"), CONTEXTS),
        system=CONTEXT_SYSTEM,
        units={"accuracy*": "share of contexts"},
        limits="A reader that keeps the last words only; where a language model loses things has to be measured on it.",
        now=now,
    )


def embedding_search(packet_dir: str | Path, case: str | None = None, now: datetime | None = None) -> Path:
    """E-EMB: a search over the passages of a case by counts of letter trigrams (lesson 04)."""
    data = _case(packet_dir, case)
    return _save(
        packet_dir,
        data,
        "embedding_search",
        "E-EMB",
        search_rows(data, _seed(packet_dir, "04"), DRAWN),
        system=SEARCH_SYSTEM,
        units={"hit_at_*": "share of queries"},
        limits="Vectors of letters know no meaning; a learned embedding finds what is said in other words.",
        now=now,
    )


def memory(packet_dir: str | Path, now: datetime | None = None) -> Path:
    """E-MEM: the bytes of weights and KV cache: the course's model and published shapes of open ones (lesson 04)."""
    record = json.loads((CHECKPOINTS / "course-gpt-base.json").read_text(encoding="utf-8"))
    shape = record["config"]
    own = {
        "id": "course_gpt",
        "params": record["meta"]["parameters"],
        "bytes_per_param": 4,
        "layers": shape["n_layer"],
        "kv_heads": shape["n_kv_head"] or shape["n_head"],
        "head_dim": shape["n_embd"] // shape["n_head"],
        "context_tokens": shape["context"],
        "bytes_per_value": 4,
    }
    half = {"bytes_per_param": 2, "context_tokens": CACHE_TOKENS, "bytes_per_value": 2}
    return save_evidence(
        "memory",
        "E-MEM",
        "04",
        [own, *({**model, **half} for model in OPEN_MODELS)],
        units={"weight_bytes_*": "bytes", "kv_bytes_*": "bytes for one context"},
        inputs={"data_id": "published-shapes", "dataset_sha256": sha256(canonical(OPEN_MODELS))},
        limits=(
            "Weights and cache only; activations, the runtime and fragmentation come on top. The open models"
            " are illustrations as of 2026-11."
        ),
        packet_dir=packet_dir,
        now=now,
    )


def latency(
    packet_dir: str | Path, case: str | None = None, system: str = CANDIDATE, now: datetime | None = None
) -> Path:
    """E-LAT: the time that a system takes for each of 400 texts on this computer, one after the other (lesson 04)."""
    data, known = _case(packet_dir, case), _known(system)
    rows = latency_rows(data, _seed(packet_dir, "04"), DRAWN, system)
    known.answer(data, data.by_id[rows[0]["id"]].text)  # the first call builds the index
    for row in rows:
        text = data.by_id[row["id"]].text
        began = time.perf_counter_ns()
        known.answer(data, text)
        row["milliseconds"] = (time.perf_counter_ns() - began) / 1e6
    return _save(
        packet_dir,
        data,
        "latency",
        "E-LAT",
        rows,
        system=system,
        units={"*_ms": "milliseconds"},
        limits="One request at a time on this computer: no network, no queue, no second user.",
        now=now,
    )


def injection(
    packet_dir: str | Path, case: str | None = None, system: str = CANDIDATE, now: datetime | None = None
) -> Path:
    """E-INJ: all 320 injection probes against a system (lesson 04)."""
    data = _case(packet_dir, case)
    return _save(
        packet_dir,
        data,
        "injection",
        "E-INJ",
        injection_rows(data, _known(system).name),
        system=system,
        units={"failure_rate*": "share of probes"},
        limits="Six kinds of attack that are known to everybody; an attacker who tries for a week finds others.",
        now=now,
    )


def personal_data(
    packet_dir: str | Path, case: str | None = None, system: str = CANDIDATE, now: datetime | None = None
) -> Path:
    """E-PII: 600 answers with their reasons, searched for personal data (lesson 04)."""
    data = _case(packet_dir, case)
    return _save(
        packet_dir,
        data,
        "personal_data",
        "E-PII",
        personal_data_rows(data, _seed(packet_dir, "04"), REASONS, _known(system).name),
        system=system,
        units={"leak_rate*": "share of outputs"},
        limits="Finds e-mail addresses, telephone numbers and IBANs as they are written; names are not found.",
        now=now,
    )


def drill(packet_dir: str | Path, case: str | None = None, now: datetime | None = None) -> Path:
    """E-DRILL: a rehearsed rollback: the configuration goes back to the baseline, and texts are replayed (04)."""
    data = _case(packet_dir, case)
    items = data.draw(_seed(packet_dir, "04"), REPLAYED)
    wanted = [_known(BASELINE).answer(data, item.text) for item in items]
    with tempfile.TemporaryDirectory() as folder:
        active = Path(folder) / "active.json"

        def configure(system: str, paused: bool) -> None:
            write_atomic(active, json.dumps({"system": system, "paused": paused}))

        def replay() -> None:
            system = _known(json.loads(active.read_text(encoding="utf-8"))["system"])
            if [system.answer(data, item.text) for item in items] != wanted:
                raise PacketError("The rollback failed: the restored version does not give its old answers.")

        configure(CANDIDATE, paused=False)
        rows = [
            _step("pause", "pause requests", lambda: configure(CANDIDATE, paused=True)),
            _step("restore", f"go back to {BASELINE}", lambda: configure(BASELINE, paused=True)),
            _step("replay", f"replay {REPLAYED} texts and compare with the answers of {BASELINE}", replay),
            _step("resume", "let requests in again", lambda: configure(BASELINE, paused=False)),
        ]
    return _save(
        packet_dir,
        data,
        "drill",
        "E-DRILL",
        rows,
        system=BASELINE,
        units={"minutes": "minutes"},
        limits="The machine's part of a rollback on one computer; the minutes until somebody decides come on top.",
        now=now,
    )


def _step(id: str, step: str, action: Callable[[], None]) -> dict[str, str]:
    """Do one step of a drill and note when it began and ended."""
    started = clock.now()
    action()
    return {
        "id": id,
        "step": step,
        "started_at": started.isoformat(),
        "ended_at": clock.now().isoformat(),
    }


MEASUREMENTS: dict[str, Callable[..., Path]] = {
    "E-ENV": environment,
    "E-FAIL": failure_probes,
    "E-TEMP": temperature_sweep,
    "E-CURVE": training_curve,
    "E-6ND": training_cost,
    "E-TOK": token_count,
    "E-BASE": baseline,
    "E-CAND": candidate,
    "E-CTX": context_position,
    "E-EMB": embedding_search,
    "E-MEM": memory,
    "E-LAT": latency,
    "E-INJ": injection,
    "E-PII": personal_data,
    "E-DRILL": drill,
}


def _case(packet_dir: str | Path, case: str | None) -> Case:
    """The course data that a packet measures on: `case`, or the one that fits its use case."""
    meta = load_packet(packet_dir).model.meta
    return get_case(case or case_for((meta.use_case_id if meta else None) or ""))


def _known(system: str) -> System:
    if system not in SYSTEMS:
        raise PacketError(f"There is no system '{system}'; choose from {', '.join(SYSTEMS)}.")
    return SYSTEMS[system]


def _save(
    packet_dir: str | Path,
    case: Case,
    kind: str,
    id: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    limits: str,
    units: Mapping[str, str],
    lesson: str = "04",
    system: str = "",
    now: datetime | None = None,
) -> Path:
    """Save evidence on course data; a packet about something else says that the data stands in."""
    meta = load_packet(packet_dir).model.meta
    name = case.data_id.split("@")[0]
    if meta is not None and meta.use_case_id != name:
        limits = f"Measured on the course's {name} as a stand-in for {meta.use_case_id}. {limits}"
    return save_evidence(
        kind,
        id,
        lesson,
        rows,
        units=units,
        inputs={"data_id": case.data_id, "dataset_sha256": case.sha256},
        limits=limits,
        packet_dir=packet_dir,
        system=system,
        tokenizer=TOKENIZER if kind == "token_count" else "",
        now=now,
    )


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
    weights = CHECKPOINTS / f"course-gpt-{stage}.safetensors"
    return f"course-gpt-{stage}@{sha256(weights.read_bytes())[:12]}"


def _fact_world() -> dict[str, str]:
    return {"data_id": FACTS, "dataset_sha256": fact_world_sha256()}
