"""The three stages, live on two CPU threads: pre-training, fine-tuning, preferences (lesson 11).

The base model reads Python's language reference and documents about countries. Fine-tuning (SFT) shows it
how to answer questions about some of them: half of the answers are brief, the other half add a sentence that
nobody needs. Both are right; people like the brief ones better, and DPO learns that from pairs, without
moving far from what fine-tuning had made. What each stage brought is measured on wordings and countries that
neither fine-tuning nor DPO has seen.
"""

import bz2
import copy
import json
import lzma
import random
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch

from course_lib.alignment.dpo import align_on_preferences, pair_log_probs
from course_lib.alignment.policy_gradient import measure_kl, sample_answers
from course_lib.alignment.rewards import Preference, make_preferences
from course_lib.alignment.sft import finetune_on_examples, frozen_embeddings, make_examples
from course_lib.data import facts
from course_lib.data.facts import END, Question
from course_lib.data.text import language_reference, train_val_split
from course_lib.evaluation.perplexity import bits_per_byte, token_loss
from course_lib.evaluation.win_rate import win_rate
from course_lib.generation.chat import ask_all, chat_ids
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.checkpoints import load_checkpoint, save_checkpoint
from course_lib.training.course_gpt import Corpus, PretrainingBatches, gpt_config, train_tokenizer
from course_lib.training.loop import History, TrainConfig, train

Stage = Literal["base", "sft", "dpo"]
STAGES: tuple[Stage, ...] = ("base", "sft", "dpo")
TITLES: dict[Stage, str] = {"base": "pre-training", "sft": "SFT", "dpo": "DPO"}
PARTS = ("seen", "new phrasing", "new country", "both")

PADDING = " I hope that this helps you."
DOCUMENTS_PER_COUNTRY = 100
ROWS_OF_TEXT, ROWS_OF_FACTS = 3, 6  # of a batch
CONTEXT = 128  # a document about a country has about 45 tokens, a question with its answer 40 at most
BETA, SFT_WEIGHT = 0.1, 0.2
KL_LIMIT, KL_EVERY, KL_PROMPTS = 0.8, 5, 64  # nats; steps; prompts on which DPO watches it


@dataclass(frozen=True)
class Recipe:
    """How long and how hard each stage trains."""

    pretrain: TrainConfig
    finetune: TrainConfig
    align: TrainConfig

    def to_dict(self) -> dict[str, Any]:
        return {name: config.to_dict() for name, config in vars(self).items()}


def default_recipe() -> Recipe:
    """Return the settings that were chosen on the validation split; bfloat16 where the CPU multiplies in it."""
    precision = fast_precision()
    return Recipe(
        pretrain=TrainConfig(steps=1300, lr=3e-3, warmup=60, min_lr_ratio=0.02, precision=precision),
        finetune=TrainConfig(steps=200, lr=3e-4, warmup=10, weight_decay=0.0, precision=precision),
        align=TrainConfig(steps=40, lr=1e-5, warmup=5, weight_decay=0.0),
    )


@dataclass(frozen=True)
class Split:
    """Questions by what fine-tuning and DPO have seen of them; they read `seen` and nothing else."""

    seen: list[Question]
    new_wording: list[Question]
    new_country: list[Question]
    both: list[Question]

    @property
    def parts(self) -> dict[str, list[Question]]:
        return dict(zip(PARTS, vars(self).values(), strict=True))

    @property
    def held_out(self) -> list[Question]:
        return self.new_wording + self.new_country + self.both


def make_split(part: Literal["test", "validation"] = "test") -> Split:
    """Return the questions of all five kinds in four parts.

    "test" is the fact world's own split. "validation" cuts the seen questions of "test" once more, so that
    every setting in this file could be chosen without a look at what it is reported on.
    """
    seen = facts.questions("all", "seen", "seen")
    if part == "test":
        others = [("seen", "held_out"), ("held_out", "seen"), ("held_out", "held_out")]
        return Split(seen, *(facts.questions("all", countries, wordings) for countries, wordings in others))  # type: ignore[arg-type]
    rng = random.Random(100)
    countries = set(rng.sample(sorted({q.country for q in seen}), 6))
    wordings = {
        (kind, wording)
        for kind in facts.KINDS
        for wording in rng.sample(
            sorted({q.wording for q in seen if q.kind == kind}), 2 if kind == "capital" else 1
        )
    }
    parts: dict[tuple[bool, bool], list[Question]] = {
        (c, w): [] for c in (False, True) for w in (False, True)
    }
    for q in seen:
        parts[q.country in countries, (q.kind, q.wording) in wordings].append(q)
    return Split(parts[False, False], parts[False, True], parts[True, False], parts[True, True])


@dataclass(frozen=True)
class StageRow:
    """What one stage brought."""

    stage: Stage
    bits_per_byte: float  # of text that no stage has read
    right: dict[str, int]  # per part: whole answers, brief or padded, that are right and end the turn
    asked: dict[str, int]
    ended: float  # share of all answers that end the turn
    seconds: float  # of training and measuring
    cpu_seconds: float
    tokens: int  # trained on, padding included
    win_rate: float | None = (
        None  # share of held-out prompts on which the brief answer is the more probable one
    )
    brief: float | None = None  # share of answers to held-out prompts, drawn at temperature 1, that are brief
    kl: float | None = None  # to the model before, in nats per answer, on held-out prompts

    def share(self, part: str) -> float:
        return self.right[part] / self.asked[part]


@dataclass(frozen=True)
class StageTable:
    """All three stages with one seed, and two compressors on the same text."""

    seed: int
    rows: list[StageRow]
    bz2_bits_per_byte: float
    xz_bits_per_byte: float  # of the validation text, given the training text
    threads: int

    def row(self, stage: Stage) -> StageRow:
        return self.rows[STAGES.index(stage)]

    @property
    def seconds(self) -> float:
        return sum(row.seconds for row in self.rows)

    @property
    def seen_change(self) -> float:
        """What DPO changed in the share of right answers to seen questions."""
        return self.row("dpo").share("seen") - self.row("sft").share("seen")

    def figures(self) -> dict[str, tuple[float | None, ...]]:
        """Return each figure's name and its value after each stage, None where it makes no sense."""
        rows = self.rows
        figures: dict[str, tuple[float | None, ...]] = {
            "validation bits/byte": tuple(row.bits_per_byte for row in rows)
        }
        for part in PARTS:
            figures[f"exact match, {part}"] = tuple(row.share(part) for row in rows)
        figures["exact match, seen: change"] = (None, None, self.seen_change)
        figures["ends its turn"] = tuple(row.ended for row in rows)
        figures["win rate of the brief answer"] = tuple(row.win_rate for row in rows)
        figures["brief answers when sampled"] = tuple(row.brief for row in rows)
        figures["KL to reference, nats"] = tuple(row.kl for row in rows)
        figures["seconds"] = tuple(row.seconds for row in rows)
        figures["CPU seconds"] = tuple(row.cpu_seconds for row in rows)
        figures["tokens"] = tuple(float(row.tokens) for row in rows)
        return figures

    def __str__(self) -> str:
        return markdown([self])

    def __rich__(self) -> Any:
        return rich_table([self])


@dataclass(frozen=True)
class SeedsTable:
    """The same with several seeds: mean, and from the lowest to the highest."""

    tables: list[StageTable]

    def __str__(self) -> str:
        return markdown(self.tables)

    def __rich__(self) -> Any:
        return rich_table(self.tables)


def cells(tables: Sequence[StageTable]) -> list[list[str]]:
    """Return the printed rows: the figure's name, then its value after each stage."""
    lines = []
    for name in tables[0].figures():
        columns = zip(*(table.figures()[name] for table in tables), strict=True)
        lines.append([name, *(_cell(name, values) for values in columns)])
    return lines


def caption(tables: Sequence[StageTable]) -> str:
    """Return what stands below the table, in one line per fact."""
    first = tables[0]
    seeds = ", ".join(str(table.seed) for table in tables)
    total = statistics.mean(table.seconds for table in tables)
    return (
        f"Seeds {seeds}; {total:.0f} s in all per seed on {first.threads} threads, measuring included. "
        f"The same validation text costs bz2 {first.bz2_bits_per_byte:.2f} and xz, given the training text, "
        f"{first.xz_bits_per_byte:.2f} bits/byte; no passage of it stands in the training text."
    )


def _cell(name: str, values: Sequence[float | None]) -> str:
    found = [value for value in values if value is not None]
    if not found:
        return "-"
    if name.startswith(("exact", "ends", "win", "brief")):
        spell: Callable[[float], str] = lambda x: f"{100 * x:+.1f}" if "change" in name else f"{x:.1%}"  # noqa: E731
    else:
        digits = 2 if name.startswith(("validation", "KL")) else 0
        spell = lambda x: f"{x:,.{digits}f}"  # noqa: E731
    mean = spell(statistics.mean(found))
    return mean if len(found) == 1 else f"{mean} ({spell(min(found))} to {spell(max(found))})"


def markdown(tables: Sequence[StageTable]) -> str:
    """Return the table for people and for a lesson's page."""
    head = ["", *(f"after {TITLES[stage]}" for stage in STAGES)]
    lines = [head, ["---", *["---:"] * len(STAGES)], *cells(tables)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n\n" + caption(tables)


def rich_table(tables: Sequence[StageTable]) -> Any:
    """Return the table for a terminal."""
    from rich.table import Table

    table = Table(caption=caption(tables))
    table.add_column("")
    for stage in STAGES:
        table.add_column(f"after {TITLES[stage]}", justify="right")
    for line in cells(tables):
        table.add_row(*line)
    return table


def make_corpus(seed: int) -> Corpus:
    """Return the language reference and documents about the countries: several wordings of all facts."""
    text, text_val = train_val_split(language_reference())
    documents = facts.fact_documents(DOCUMENTS_PER_COUNTRY, seed)
    return Corpus(text, text_val, documents, facts.fact_documents(2, seed + 1_000_003))


def compressors(corpus: Corpus) -> tuple[float, float]:
    """Return the bits per byte of the validation text with bz2, and with xz given the training text."""
    train_bytes, val_bytes = corpus.text.encode(), corpus.text_val.encode()
    bz2_bytes = len(bz2.compress(val_bytes))
    preset = 9 | lzma.PRESET_EXTREME
    xz_bytes = len(lzma.compress(train_bytes + val_bytes, preset=preset)) - len(
        lzma.compress(train_bytes, preset=preset)
    )
    return 8 * bz2_bytes / len(val_bytes), 8 * xz_bytes / len(val_bytes)


def fast_precision() -> Literal["float32", "bfloat16"]:
    """Return bfloat16 where the CPU multiplies in it (a quarter less time), else float32."""
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)  # no public name yet
    return "bfloat16" if supported is not None and supported() else "float32"


def preferences(tokenizer: BytePairTokenizer, questions: Sequence[Question]) -> list[Preference]:
    """Return one pair per question: the brief answer is chosen, the padded one rejected; both are right."""
    return make_preferences(tokenizer, [(q.text, q.answer, q.answer + PADDING) for q in questions])


@contextmanager
def _threads(n: int) -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def run_three_stages(
    seed: int = 0,
    out_dir: str | Path | None = None,
    progress: bool = True,
    recipe: Recipe | None = None,
    part: Literal["test", "validation"] = "test",
    threads: int = 2,
) -> StageTable:
    """Run pre-training, SFT and DPO one after the other and return what each of them brought.

    With an `out_dir` every stage leaves a checkpoint there, and an interrupted run goes on when called again
    with the same arguments: pre-training and SFT where they stopped, DPO from its start.
    """
    if recipe is None:
        recipe = default_recipe()
    if threads < 1:
        raise ValueError(f"threads={threads}; expected at least 1")
    with _threads(threads):
        return _Run(seed, None if out_dir is None else Path(out_dir), progress, recipe, part, threads).table()


def run_seeds(
    seeds: Sequence[int] = (0, 1, 2),
    out_dir: str | Path | None = None,
    progress: bool = True,
    recipe: Recipe | None = None,
    part: Literal["test", "validation"] = "test",
    threads: int = 2,
) -> SeedsTable:
    """Run the three stages with each seed, one after the other. Raises ValueError for no seeds."""
    if not seeds:
        raise ValueError("seeds is empty; expected at least one")
    return SeedsTable([run_three_stages(seed, out_dir, progress, recipe, part, threads) for seed in seeds])


class _Run:
    """One run: the model as it goes through the stages, and the rows so far."""

    def __init__(
        self,
        seed: int,
        out: Path | None,
        progress: bool,
        recipe: Recipe,
        part: Literal["test", "validation"],
        threads: int,
    ) -> None:
        self.seed, self.out, self.progress, self.recipe, self.threads = seed, out, progress, recipe, threads
        self.started: tuple[float, float] | None = (time.perf_counter(), time.process_time())
        self.split = make_split(part)
        settings = {"seed": seed, "part": part, "recipe": recipe.to_dict()}
        self.settings = json.loads(json.dumps(settings))  # as it comes back from a checkpoint
        self.corpus = make_corpus(seed)
        self.tokenizer = train_tokenizer(self.corpus)
        self.model = GPT(replace(gpt_config(), context=CONTEXT), torch.Generator().manual_seed(seed))

    def table(self) -> StageTable:
        rows = [self.stage(stage) for stage in STAGES]
        return StageTable(self.seed, rows, *compressors(self.corpus), self.threads)

    def path(self, stage: Stage) -> Path | None:
        return None if self.out is None else self.out / f"three-stages-seed-{self.seed}-{stage}"

    def stage(self, stage: Stage) -> StageRow:
        """Run one stage, or take it from its checkpoint; `self.model` has then gone through it."""
        path = self.path(stage)
        if path is not None and path.with_suffix(".json").exists():
            model, tokenizer, meta = load_checkpoint(path)
            if meta["settings"] == self.settings:
                self.model, self.tokenizer = model, tokenizer
                return StageRow(**meta["row"])
        # The first stage that runs also pays for corpus and tokenizer.
        before, cpu_before = self.started or (time.perf_counter(), time.process_time())
        self.started = None
        reference = copy.deepcopy(self.model) if stage == "dpo" else None
        history: History = getattr(self, stage)()
        row = self.measure(
            stage,
            reference,
            tokens=history.tokens_seen[-1],
            seconds=lambda: (time.perf_counter() - before, time.process_time() - cpu_before),
        )
        if path is not None:
            meta = {"settings": self.settings, "row": asdict(row)}
            name = f"three-stages-seed-{self.seed}-tokenizer.json"
            save_checkpoint(path, self.model, self.tokenizer, meta, tokenizer_file=name)
        return row

    def state_path(self, stage: Stage) -> Path | None:
        return None if self.out is None else self.out / f".three-stages-seed-{self.seed}-{stage}.safetensors"

    def base(self) -> History:
        batches = PretrainingBatches(
            self.corpus,
            self.tokenizer,
            self.model.config.context,
            self.seed,
            ROWS_OF_TEXT,
            ROWS_OF_FACTS,
        )
        generator = torch.Generator().manual_seed(self.seed)
        return train(
            self.model,
            batches,
            self.recipe.pretrain,
            generator,
            progress=self.progress,
            description=TITLES["base"],
            state_path=self.state_path("base"),
            save_every=200,
        )

    def sft(self) -> History:
        pairs = [(q.text, q.answer + end) for q in self.split.seen for end in ("", PADDING)]
        with frozen_embeddings(self.model, but=list(self.tokenizer.special_tokens.values())):
            return finetune_on_examples(
                self.model,
                make_examples(self.tokenizer, pairs),
                self.recipe.finetune,
                torch.Generator().manual_seed(self.seed),
                batch_size=16,
                progress=self.progress,
                description=TITLES["sft"],
                state_path=self.state_path("sft"),
            )

    def dpo(self) -> History:
        reference = copy.deepcopy(self.model)
        rng = random.Random(self.seed)
        watched = [chat_ids(self.tokenizer, q.text) for q in rng.sample(self.split.seen, KL_PROMPTS)]

        def far_enough(history: History) -> bool:
            if len(history) % KL_EVERY:
                return False
            return self.mean_kl(reference, watched) > KL_LIMIT

        with frozen_embeddings(self.model, but=list(self.tokenizer.special_tokens.values())):
            return align_on_preferences(
                self.model,
                preferences(self.tokenizer, self.split.seen),
                self.recipe.align,
                torch.Generator().manual_seed(self.seed),
                beta=BETA,
                sft_weight=SFT_WEIGHT,
                stop=far_enough,
                progress=self.progress,
            )

    def mean_kl(self, reference: GPT, prompts: Sequence[Sequence[int]]) -> float:
        end = self.tokenizer.special_tokens[END]
        answers = sample_answers(self.model, prompts, torch.Generator().manual_seed(self.seed), {end})
        return float(measure_kl(self.model, reference, answers).mean())

    def measure(
        self, stage: Stage, reference: GPT | None, tokens: int, seconds: Callable[[], tuple[float, float]]
    ) -> StageRow:
        """Measure the model; `seconds()` tells, at the end, what the whole stage took."""
        ids = self.tokenizer.encode(self.corpus.text_val)
        n_bytes = len(self.corpus.text_val.encode())
        bits = bits_per_byte(token_loss(self.model, ids), len(ids) - 1, n_bytes)
        right, asked, ended = {}, {}, 0
        for part, questions in self.split.parts.items():
            answers = ask_all(self.model, self.tokenizer, [q.text for q in questions])
            asked[part] = len(questions)
            right[part] = sum(
                a.ended and a.text in (q.answer, q.answer + PADDING)
                for a, q in zip(answers, questions, strict=True)
            )
            ended += sum(a.ended for a in answers)
        wins = brief = kl = None
        if stage != "base":
            held_out = self.split.held_out
            log_p = pair_log_probs(self.model, preferences(self.tokenizer, held_out))
            wins = win_rate(log_p[:, 0].tolist(), log_p[:, 1].tolist()).share
            generator = torch.Generator().manual_seed(self.seed)
            drawn = ask_all(self.model, self.tokenizer, [q.text for q in held_out], 1.0, generator)
            brief = sum(a.ended and not a.text.endswith(PADDING) for a in drawn) / len(drawn)
            if reference is not None:
                kl = self.mean_kl(reference, [chat_ids(self.tokenizer, q.text) for q in held_out])
        wall, cpu = seconds()
        share_ended = ended / sum(asked.values())
        return StageRow(stage, bits, right, asked, share_ended, wall, cpu, tokens, wins, brief, kl)
