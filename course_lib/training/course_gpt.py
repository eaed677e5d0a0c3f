"""The course's own GPT: how its two shipped checkpoints were made, and how to make them again.

Stage 1 (`pretrain`) reads Python's language reference and documents of the fact world. Stage 2 (`finetune`)
learns from questions and answers about some of the countries. Minutes on two CPU threads; nothing is
downloaded.
"""

import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from course_lib.alignment.sft import finetune_on_examples, make_examples
from course_lib.data import facts
from course_lib.data.text import fingerprint, language_reference, train_val_split
from course_lib.evaluation.accuracy import exact_match
from course_lib.evaluation.perplexity import bits_per_byte, token_loss
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.checkpoints import load_checkpoint, save_checkpoint
from course_lib.training.loop import Batch, History, TrainConfig, train

Stage = Literal["base", "chat"]
STAGES: tuple[Stage, ...] = ("base", "chat")
CHECKPOINTS = Path(__file__).parent.parent / "data" / "checkpoints"
TOKENIZER_FILE = "course-gpt-tokenizer.json"

SEED = 0
VOCAB_SIZE = 1024
PRETRAIN = TrainConfig(steps=1500, lr=3e-3, warmup=100, min_lr_ratio=0.02)
FINETUNE = TrainConfig(steps=200, lr=2e-4, warmup=20, weight_decay=0.0)
ROWS_OF_TEXT, ROWS_OF_FACTS = 4, 4  # of a batch


def gpt_config() -> GPTConfig:
    """Return the shape of the course's GPT: 0.95 million parameters."""
    return GPTConfig(vocab_size=VOCAB_SIZE, context=256, n_layer=4, n_head=4, n_embd=128, bias=False)


@dataclass(frozen=True)
class Corpus:
    """Everything that pre-training reads, and the text on which it is measured but never trained."""

    text: str
    text_val: str
    documents: list[str]
    documents_val: list[str]

    @property
    def documents_val_text(self) -> str:
        return "\n\n".join(self.documents_val) + "\n\n"


def make_corpus(seed: int = SEED) -> Corpus:
    """Return the language reference and the fact world, each with a held-out part.

    The held-out documents word known facts anew.
    """
    text, text_val = train_val_split(language_reference())
    documents = facts.fact_documents(40, seed) + facts.everyday_documents(800, seed)
    documents_val = facts.fact_documents(2, seed + 1_000_003)
    return Corpus(text, text_val, documents, documents_val)


def train_tokenizer(corpus: Corpus) -> BytePairTokenizer:
    """Learn the byte-pair vocabulary from the training half of the corpus.

    The documents count three times, so that the names in them, such as " Paris", become one token each.
    """
    everything = corpus.text + 3 * "\n\n".join(corpus.documents)
    return BytePairTokenizer.train(everything, VOCAB_SIZE, facts.SPECIAL_TOKENS)


class PretrainingBatches:
    """Rows from anywhere in the text, and rows that begin where a document begins and read on."""

    def __init__(
        self,
        corpus: Corpus,
        tokenizer: BytePairTokenizer,
        context: int,
        seed: int,
        rows_of_text: int = ROWS_OF_TEXT,
        rows_of_facts: int = ROWS_OF_FACTS,
    ) -> None:
        self.context, self.rows_of_text, self.rows_of_facts = context, rows_of_text, rows_of_facts
        self.text = torch.tensor(tokenizer.encode(corpus.text))
        order = torch.randperm(len(corpus.documents), generator=torch.Generator().manual_seed(seed)).tolist()
        ids: list[int] = []
        starts = []
        for i in order:
            starts.append(len(ids))
            ids += tokenizer.encode(corpus.documents[i] + "\n\n")
        self.documents = torch.tensor(ids)
        self.starts = torch.tensor([start for start in starts if start + context + 1 <= len(ids)])

    def __call__(self, generator: torch.Generator) -> Batch:
        anywhere = torch.randint(len(self.text) - self.context, (self.rows_of_text,), generator=generator)
        starts = self.starts[torch.randint(len(self.starts), (self.rows_of_facts,), generator=generator)]
        rows = [self.text[i : i + self.context + 1] for i in anywhere.tolist()]
        rows += [self.documents[i : i + self.context + 1] for i in starts.tolist()]
        batch = torch.stack(rows)  # (B, T + 1)
        return batch[:, :-1], batch[:, 1:]


def pretrain(
    seed: int = SEED,
    progress: bool = True,
    config: TrainConfig = PRETRAIN,
    corpus: Corpus | None = None,
    state_path: str | Path | None = None,
) -> tuple[GPT, BytePairTokenizer, History]:
    """Stage 1: train tokenizer and base model. With a `state_path` the run can be interrupted and resumed."""
    corpus = make_corpus(seed) if corpus is None else corpus
    tokenizer = train_tokenizer(corpus)
    generator = torch.Generator().manual_seed(seed)
    model = GPT(gpt_config(), generator)
    batches = PretrainingBatches(corpus, tokenizer, model.config.context, seed)
    history = train(
        model,
        batches,
        config,
        generator,
        progress=progress,
        description="pre-training",
        state_path=state_path,
        save_every=500,
    )
    return model, tokenizer, history


def finetune(
    model: GPT,
    tokenizer: BytePairTokenizer,
    seed: int = SEED,
    progress: bool = True,
    config: TrainConfig = FINETUNE,
) -> History:
    """Stage 2: train `model` in place to answer, on the seen countries and wordings only."""
    seen = facts.questions("all", countries="seen", wordings="seen")
    examples = make_examples(tokenizer, [(question.text, question.answer) for question in seen])
    generator = torch.Generator().manual_seed(seed)
    return finetune_on_examples(model, examples, config, generator, progress=progress)


def measure(model: GPT, tokenizer: BytePairTokenizer, corpus: Corpus) -> dict[str, Any]:
    """Return the figures that stand in a checkpoint's meta, measured on text that no stage trained on."""
    text_ids = tokenizer.encode(corpus.text_val)
    text_loss = token_loss(model, text_ids)
    return {
        "loss_language_reference": round(text_loss, 4),
        "bits_per_byte_language_reference": round(
            bits_per_byte(text_loss, len(text_ids) - 1, len(corpus.text_val.encode())), 4
        ),
        "loss_facts": round(token_loss(model, tokenizer.encode(corpus.documents_val_text)), 4),
        "exact_match": exact_match_table(model, tokenizer),
        "exact_match_all_kinds": exact_match_table(model, tokenizer, "all"),
        "cat": {place: round(p, 4) for place, p in cat_shares(model, tokenizer).items()},
    }


def exact_match_table(
    model: GPT, tokenizer: BytePairTokenizer, kind: facts.Kind | Literal["all"] = "capital"
) -> dict[str, Any]:
    """Return right, ended and n: seen and held-out countries x seen and held-out wordings."""
    parts: Sequence[facts.Part] = ("seen", "held_out")
    table = {}
    for countries in parts:
        for wordings in parts:
            result = exact_match(model, tokenizer, facts.questions(kind, countries, wordings))
            table[f"{countries} countries, {wordings} wordings"] = {
                "right": result.right,
                "ended": result.ended,
                "n": result.n,
            }
    return table


@torch.inference_mode()
def cat_shares(model: GPT, tokenizer: BytePairTokenizer) -> dict[str, float]:
    """Return the model's probability of each place, as a whole word, after "The cat sat on the"."""
    prompt = tokenizer.encode(facts.CAT_PROMPT)
    shares = {}
    for place in facts.CAT_PLACES:
        word = tokenizer.encode(" " + place)
        logits = model(torch.tensor([prompt + word])).logits[0, len(prompt) - 1 : -1]  # (len(word), V)
        shares[place] = float(logits.log_softmax(-1).gather(1, torch.tensor(word)[:, None]).sum().exp())
    return shares


def train_course_gpt(
    out_dir: str | Path, seed: int = SEED, progress: bool = True
) -> dict[str, dict[str, Any]]:
    """Run both stages, write both checkpoints to `out_dir` and return their meta.

    Stored weights are rounded to float16.

    The folder then holds course-gpt-base and course-gpt-chat (.safetensors and .json) and the tokenizer. An
    interrupted pre-training goes on when called again with the same folder and seed. All figures in meta are
    those of the rounded weights.
    """
    out = Path(out_dir)
    corpus = make_corpus(seed)
    model, tokenizer, history = pretrain(
        seed, progress, PRETRAIN, corpus, state_path=out / f".pretraining-seed-{seed}.safetensors"
    )
    metas = {"base": _save(out, "base", model, tokenizer, history, PRETRAIN, corpus, seed)}
    model, _, _ = load_checkpoint(out / "course-gpt-base")  # as stored, after rounding
    history = finetune(model, tokenizer, seed, progress, FINETUNE)
    metas["chat"] = _save(out, "chat", model, tokenizer, history, FINETUNE, corpus, seed)
    return metas


def _save(
    out: Path,
    stage: Stage,
    model: GPT,
    tokenizer: BytePairTokenizer,
    history: History,
    config: TrainConfig,
    corpus: Corpus,
    seed: int,
) -> dict[str, Any]:
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half())
    every = max(1, len(history) // 100)
    meta = {
        "stage": stage,
        "seed": seed,
        "parameters": model.num_parameters(),
        "train": config.to_dict(),
        "tokens_seen": history.tokens_seen[-1],
        "seconds": round(history.seconds[-1], 1),
        "tokens_per_s": round(statistics.median(history.tokens_per_s)),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "sha256": {
            "language_reference": fingerprint(language_reference()),
            "fact_documents": fingerprint("\n\n".join(corpus.documents)),
        },
        "held_out": measure(model, tokenizer, corpus),
        "loss_curve": {
            "step": history.step[::every],
            "loss": [round(loss, 4) for loss in history.loss[::every]],
        },
    }
    save_checkpoint(
        out / f"course-gpt-{stage}",
        model,
        tokenizer,
        meta,
        dtype=torch.float16,
        tokenizer_file=TOKENIZER_FILE,
    )
    return meta


def load_course_gpt(
    stage: str = "base", directory: str | Path = CHECKPOINTS
) -> tuple[GPT, BytePairTokenizer, dict[str, Any]]:
    """Return the shipped model of a stage, "base" or "chat", its tokenizer, and its record `meta`.

    Raises ValueError for an unknown stage and CheckpointError if the files are not whole.
    """
    if stage not in STAGES:
        raise ValueError(f"stage={stage!r}; expected one of {STAGES}")
    return load_checkpoint(Path(directory) / f"course-gpt-{stage}")


@dataclass(frozen=True)
class Comparison:
    """A retrained model beside the shipped one."""

    rows: list[tuple[str, str, float, float, float]]  # stage, figure, shipped, found, tolerance
    same_corpus: bool  # another Python version brings another language reference

    @property
    def agrees(self) -> bool:
        """Whether every figure is within its tolerance of the shipped one."""
        return all(abs(shipped - found) <= tolerance for _, _, shipped, found, tolerance in self.rows)

    def __str__(self) -> str:
        lines = [f"{'stage':6}{'held-out figure':26}{'shipped':>9}{'found':>9}{'within':>9}"]
        lines += [f"{stage:6}{figure:26}{a:9.4f}{b:9.4f}{t:9.2f}" for stage, figure, a, b, t in self.rows]
        if not self.same_corpus:
            lines.append("This Python has another language reference than the one of the shipped model.")
        lines.append("the same, within tolerance" if self.agrees else "NOT the same")
        return "\n".join(lines)


def compare_with_shipped(directory: str | Path, shipped: str | Path = CHECKPOINTS) -> Comparison:
    """Hold the checkpoints of a folder against the shipped ones, by the figures that their meta record.

    The base model by its held-out losses, to 0.01 nats. The chat model by what it is for, the share of right
    answers: its loss on text that it no longer reads is left to drift by fine-tuning, and differs by some 0.05
    between one and two threads. Raises CheckpointError if the folder does not hold both checkpoints.
    """
    base, chat = ([load_course_gpt(stage, folder)[2] for folder in (shipped, directory)] for stage in STAGES)
    rows = []
    for figure in ("loss_language_reference", "loss_facts"):
        theirs, ours = (meta["held_out"][figure] for meta in base)
        rows.append(("base", figure, theirs, ours, 0.01))
    theirs, ours = (_share_right(meta["held_out"]["exact_match_all_kinds"]) for meta in chat)
    rows.append(("chat", "share of right answers", theirs, ours, 0.03))
    return Comparison(rows, same_corpus=base[0]["sha256"] == base[1]["sha256"])


def _share_right(table: dict[str, dict[str, int]]) -> float:
    return sum(part["right"] for part in table.values()) / sum(part["n"] for part in table.values())
