"""Ours against the peers that PyPI has: training, generation and tokenizer, interleaved in one run.

Same weights must give the same logits, and same merges the same ids, before a speed counts. All contenders take
turns within a round, so that other work on the machine hits all alike. Speeds are medians over the rounds, and
ratios are medians of the ratios within each round.
"""

import ast
import ctypes
import gc
import importlib
import importlib.util
import re
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from rich.console import Console
from rich.table import Table
from torch import Tensor

from course_lib.data.text import language_reference
from course_lib.errors import CourseError
from course_lib.generation.decode import generate
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.models.pretrained import save_pretrained
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.tokenizers.interop import CHARACTER, write_huggingface
from course_lib.training.flops import achieved_flops
from course_lib.training.loop import TrainConfig, train

VOCAB, CONTEXT, ROWS = 512, 128, 16  # of the training benchmark
LOGITS_AGREE = 1e-5  # largest difference of two float32 logits of the same weights


@dataclass(frozen=True)
class BenchRow:
    """One line of the table."""

    bench: str
    what: str
    value: float | None  # median, in `unit`; None: this peer is not installed
    unit: str
    ratio: float | None = None  # our speed over this one's; above 1 ours is faster
    peak_mb: float | None = None  # memory above what was in use before; None where Linux doesn't say
    note: str = ""


@dataclass
class Contender:
    """`run` does `work` units of the benchmark once; `prepare`, not timed, makes what it needs anew."""

    run: Callable[[Any], object]
    prepare: Callable[[], Any] = lambda: None
    work: float = 1.0


def run_bench(names: Sequence[str], quick: bool = False, show: bool = True) -> list[BenchRow]:
    """Run the named benchmarks ("training", "generation", "tokenizer"), print the table and return its rows.

    `quick` takes seconds and shows only that everything works: its figures mean nothing. Raises CourseError
    for an unknown name, or where logits or ids differ from a peer's.
    """
    for name in names:
        if name not in BENCHES:
            raise CourseError(f"There is no benchmark {name!r}; choose from {', '.join(BENCHES)}.")
    rows = [row for name in dict.fromkeys(names) for row in BENCHES[name](quick)]
    if show:
        Console().print(as_table(rows))
    return rows


def as_table(rows: Sequence[BenchRow]) -> Table:
    """Return the rows as a table for a terminal."""
    table = Table(title=f"Medians, {torch.get_num_threads()} threads, torch {torch.__version__}")
    table.add_column("benchmark")
    table.add_column("what")
    for column in ("speed", "ours / this", "peak MB"):
        table.add_column(column, justify="right")
    table.add_column("note")
    for row in rows:
        value = "not installed" if row.value is None else f"{_three_digits(row.value)} {row.unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        peak = "" if row.peak_mb is None else f"{row.peak_mb:,.0f}"
        table.add_row(row.bench, row.what, value, ratio, peak, row.note)
    return table


def bench_training(quick: bool = False) -> list[BenchRow]:
    """Tokens per second of whole training steps: forward, backward, clipping, AdamW."""
    steps, rounds = (1, 1) if quick else (3, 15)
    config = GPTConfig(VOCAB, CONTEXT, n_layer=4, n_head=4, n_embd=128)
    if quick:
        config = GPTConfig(VOCAB, CONTEXT, n_layer=1, n_head=2, n_embd=16)
    ours, theirs, note = _same_weights(config)
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(VOCAB, (ROWS, CONTEXT + 1), generator=generator)
    inputs, targets = ids[:, :-1], ids[:, 1:]  # (B, T)

    def our_steps(precision: Any) -> Callable[[Any], object]:
        settings = TrainConfig(steps=steps, lr=1e-4, warmup=0, precision=precision)
        return lambda _: train(ours, lambda _: (inputs, targets), settings, generator, progress=False)

    def bare_steps(model: Any, logits_of: Callable[[Tensor], Tensor], bf16: bool = False) -> Contender:
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), fused=True)

        def run(_: Any) -> None:
            for _ in range(steps):
                with torch.autocast("cpu", torch.bfloat16) if bf16 else nullcontext():
                    loss = F.cross_entropy(logits_of(inputs).flatten(0, 1), targets.flatten())
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                loss.item()

        return Contender(run, model.train)

    a, b = (torch.randn(1024 if not quick else 64, 1024, generator=generator) for _ in range(2))
    flops = 2.0 * a.shape[0] * a.shape[1] * b.shape[0]
    contenders = {
        "matmul, float32": Contender(lambda _: a @ b.T, work=flops),
        "matmul, bfloat16": Contender(
            lambda ab: ab[0] @ ab[1].T, lambda: (a.bfloat16(), b.bfloat16()), flops
        ),
        "course_lib": Contender(our_steps("float32")),
        "course_lib, bare loop": bare_steps(ours, lambda x: ours(x).logits),
        "course_lib, bfloat16": Contender(our_steps("bfloat16")),
    }
    if theirs is not None:
        call = lambda x: theirs(x, use_cache=False).logits  # noqa: E731
        contenders["transformers GPT2LMHeadModel, SDPA"] = bare_steps(theirs, call)
        contenders["transformers, bfloat16"] = bare_steps(theirs, call, bf16=True)
    for name, contender in contenders.items():
        if not name.startswith("matmul"):
            contender.work = steps * ROWS * CONTEXT
    results = interleave(contenders, rounds)
    best = {precision: results.pop(f"matmul, {precision}").speed for precision in ("float32", "bfloat16")}
    if not quick and best["bfloat16"] < best["float32"]:  # this CPU only imitates it
        results = {name: result for name, result in results.items() if "bfloat16" not in name}
    rows = []
    for name, result in results.items():
        bf16 = "bfloat16" in name
        own = results["course_lib, bfloat16" if bf16 else "course_lib"]
        reached = (
            achieved_flops(ours.num_parameters(), result.speed) / best["bfloat16" if bf16 else "float32"]
        )
        share = f"{reached:.0%} of the matmul limit (6ND)"
        rows.append(_row("training", name, result, own, "tokens/s", share))
    if theirs is None:
        rows.append(BenchRow("training", "transformers GPT2LMHeadModel, SDPA", None, "tokens/s", note=note))
    limits = [BenchRow("training", f"limit: matmul {p}", s / 1e9, "GFLOP/s") for p, s in best.items()]
    return [*rows, *limits]


def bench_generation(quick: bool = False) -> list[BenchRow]:
    """Tokens per second of greedy generation for one reader, with a key/value cache."""
    new, rounds = (4, 1) if quick else (256, 15)
    config = GPTConfig(VOCAB, 512, n_layer=4, n_head=4, n_embd=128)
    ours, theirs, note = _same_weights(config)
    prompt = list(range(8))
    ids = torch.tensor([prompt])
    tokens_of: dict[str, list[int]] = {}

    def our_run(_: Any) -> None:
        tokens_of["course_lib"] = generate(ours, prompt, new, temperature=0)

    contenders = {"course_lib": Contender(our_run, ours.eval, new)}
    if theirs is not None:

        def their_generate(_: Any) -> None:
            out = theirs.generate(
                ids, attention_mask=torch.ones_like(ids), max_new_tokens=new, do_sample=False, pad_token_id=0
            )
            tokens_of["transformers generate"] = out[0, len(prompt) :].tolist()

        @torch.inference_mode()
        def their_loop(_: Any) -> None:
            tokens, cache, now = [], None, ids
            for _ in range(new):
                out = theirs(now, past_key_values=cache, use_cache=True)
                cache, now = out.past_key_values, out.logits[:, -1:].argmax(-1)
                tokens.append(int(now))
            tokens_of["transformers, bare loop"] = tokens

        contenders["transformers generate"] = Contender(their_generate, theirs.eval, new)
        contenders["transformers, bare loop"] = Contender(their_loop, theirs.eval, new)
    measured = interleave(contenders, rounds)
    rows = []
    for name, result in measured.items():
        said = (
            ""
            if tokens_of[name] == tokens_of["course_lib"]
            else "other tokens: two logits were all but equal"
        )
        rows.append(_row("generation", name, result, measured["course_lib"], "tokens/s", said))
    if theirs is None:
        rows.append(BenchRow("generation", "transformers generate", None, "tokens/s", note=note))
    return rows


def bench_tokenizer(quick: bool = False) -> list[BenchRow]:
    """Learning 1024 byte-pair tokens, and encoding, in megabytes of English per second.

    Of the language reference, and of ten times as much text, none of it twice. Every tokenizer is a new one: no
    word is known yet. `tokenizers` learns from paragraphs, which it counts on all cores.
    """
    text = language_reference()[: 20_000 if quick else None]
    vocab = 300 if quick else 1024
    missing = [name for name in ("tokenizers", "tiktoken") if _peer(name) is None]
    return [
        *_tokenizer_rows("", text, vocab, rounds=1 if quick else 9),
        *_tokenizer_rows(" 10x", more_english(text, 10 * len(text)), vocab, rounds=1 if quick else 5),
        *(
            BenchRow("tokenizer", name, None, "MB/s", note=f"pip install {name} to compare")
            for name in missing
        ),
    ]


def _tokenizer_rows(size: str, text: str, vocab: int, rounds: int) -> list[BenchRow]:
    megabytes = len(text.encode()) / 1e6
    learned = BytePairTokenizer.train(text, vocab)
    expected = learned.encode(text)
    fresh = lambda: BytePairTokenizer(learned.merges)  # noqa: E731 - words not yet seen
    learning = {"course_lib": Contender(lambda _: BytePairTokenizer.train(text, vocab), work=megabytes)}
    encoding = {"course_lib": Contender(lambda own: own.encode(text), fresh, megabytes)}
    theirs: set[str] = set()  # the tokens that `tokenizers` learned
    hf, tiktoken = _peer("tokenizers"), _peer("tiktoken")
    if hf is not None:
        with tempfile.TemporaryDirectory() as folder:
            write_huggingface(Path(folder) / "tokenizer.json", learned)
            record = (Path(folder) / "tokenizer.json").read_text(encoding="utf-8")
        _same_ids("tokenizers", hf.Tokenizer.from_str(record).encode(text).ids, expected)
        paragraphs = re.findall(r".+?(?:\n\n|\Z)", text, re.DOTALL)

        def learn(_: Any) -> None:
            tokenizer = hf.Tokenizer(hf.models.BPE())
            tokenizer.pre_tokenizer = hf.pre_tokenizers.ByteLevel(add_prefix_space=False)
            alphabet = hf.pre_tokenizers.ByteLevel.alphabet()
            trainer = hf.trainers.BpeTrainer(
                vocab_size=vocab, min_frequency=2, show_progress=False, initial_alphabet=alphabet
            )
            tokenizer.train_from_iterator(paragraphs, trainer)
            theirs.update(tokenizer.get_vocab())

        learning["tokenizers"] = Contender(learn, work=megabytes)
        encoding["tokenizers"] = Contender(
            lambda own: own.encode(text).ids, lambda: hf.Tokenizer.from_str(record), megabytes
        )
    if tiktoken is not None:
        ranks = {piece: i for i, piece in learned.vocabulary().items()}
        own = tiktoken.Encoding("ours", pat_str=learned.pattern, mergeable_ranks=ranks, special_tokens={})
        _same_ids("tiktoken", own.encode_ordinary(text), expected)
        encoding["tiktoken"] = Contender(lambda _: own.encode_ordinary(text), work=megabytes)
    rows = []
    for task, contenders in (("learning", learning), ("encoding", encoding)):
        measured = interleave(contenders, rounds)
        for name, result in measured.items():
            note = f"{megabytes:.2f} MB" if name == "course_lib" else ""
            if (task, name) == ("learning", "tokenizers"):  # they may order equal counts otherwise
                same = sum(
                    "".join(CHARACTER[byte] for byte in p) in theirs for p in learned.vocabulary().values()
                )
                note = f"{same} of {vocab} tokens are ours too"
            rows.append(
                _row("tokenizer", f"{task}{size}, {name}", result, measured["course_lib"], "MB/s", note)
            )
    return rows


def more_english(text: str, length: int) -> str:
    """Return `text` and, after it, docstrings of three libraries until there are `length` characters.

    They are texts by other authors, each taken once: unlike a text ten times over, they bring new words.
    """
    parts = {text: None}
    missing = length - len(text)
    for package in ("numpy", "sklearn", "matplotlib"):
        spec = importlib.util.find_spec(package)
        folder = Path(spec.origin).parent if spec is not None and spec.origin is not None else Path("nowhere")
        for path in sorted(folder.rglob("*.py")):
            with warnings.catch_warnings(action="ignore"):  # what this Python thinks of their code
                tree = ast.parse(path.read_bytes())
            for node in ast.walk(tree):
                if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                    found = ast.get_docstring(node)
                    if found and found not in parts:
                        parts[found] = None
                        missing -= len(found) + 2
            if missing <= 0:
                return "\n\n".join(parts)[:length]
    return "\n\n".join(parts)


BENCHES: dict[str, Callable[[bool], list[BenchRow]]] = {
    "training": bench_training,
    "generation": bench_generation,
    "tokenizer": bench_tokenizer,
}


@dataclass
class Result:
    """What `interleave` measured of one contender."""

    work_per_s: list[float]  # one number per round
    peak_mb: float | None = None

    @property
    def speed(self) -> float:
        return statistics.median(self.work_per_s)

    def over(self, other: "Result") -> float:
        """Return how many times as fast this one is: the median over the rounds."""
        return statistics.median(a / b for a, b in zip(self.work_per_s, other.work_per_s, strict=True))


def interleave(contenders: dict[str, Contender], rounds: int) -> dict[str, Result]:
    """Measure contenders in turns, each round starting with another one.

    One round for warming up and measuring memory, then `rounds` that count.
    """
    results = {name: Result([]) for name in contenders}
    names = list(contenders)
    for i in range(-1, rounds):
        for name in names[i % len(names) :] + names[: i % len(names)]:
            contender = contenders[name]
            made = contender.prepare()
            if i < 0:
                results[name].peak_mb = peak_memory(lambda c=contender, made=made: c.run(made))  # type: ignore[misc]
                continue
            before = time.perf_counter()
            contender.run(made)
            results[name].work_per_s.append(contender.work / (time.perf_counter() - before))
    return results


def peak_memory(run: Callable[[], object]) -> float | None:
    """Run something and return how many MB this process grew meanwhile, or None where Linux doesn't say."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)  # what was freed earlier must not hide what is needed now
        Path("/proc/self/clear_refs").write_text("5")  # the highest mark starts anew
        before = _status("VmRSS")
    except (OSError, AttributeError):
        run()
        return None
    run()
    return (_status("VmHWM") - before) / 1e3


def _row(bench: str, what: str, result: Result, ours: Result, unit: str, note: str) -> BenchRow:
    return BenchRow(bench, what, result.speed, unit, ours.over(result), result.peak_mb, note)


def _status(name: str) -> float:
    """Return a figure of this process in kB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return float(line.split()[1])
    raise OSError(f"/proc/self/status has no {name}")


def _same_weights(config: GPTConfig) -> tuple[GPT, Any, str]:
    """Return our model and transformers' with the same weights, or None and why it is missing."""
    ours = GPT(config, torch.Generator().manual_seed(0)).eval()
    transformers = _peer("transformers")
    if transformers is None:
        return ours, None, "pip install transformers to compare"
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as folder:
        save_pretrained(folder, ours)
        theirs = transformers.GPT2LMHeadModel.from_pretrained(
            folder, attn_implementation="sdpa", resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0
        ).eval()
    theirs.config.eos_token_id = theirs.generation_config.eos_token_id = None  # no token ends the text early
    ids = torch.randint(config.vocab_size, (2, config.context), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        difference = float((ours(ids).logits - theirs(ids).logits).abs().max())
    if not difference <= LOGITS_AGREE:
        raise CourseError(f"The logits differ from transformers' by {difference:.1e}: no speed counts.")
    return ours, theirs, ""


def _same_ids(peer: str, found: list[int], expected: list[int]) -> None:
    if found != expected:
        raise CourseError(f"The ids differ from those of {peer}: no speed counts.")


def _peer(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _three_digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
