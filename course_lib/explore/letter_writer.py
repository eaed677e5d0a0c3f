"""An LSTM that reads and writes single characters, and what it writes without chance (lesson 06, part 6)."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from course_lib.data import facts
from course_lib.explore.figure import Finding, table
from course_lib.explore.first_model import random_rows
from course_lib.explore.live import Live
from course_lib.explore.threads import one_thread
from course_lib.generation.sampling import sample
from course_lib.models.rnn import RecurrentLM
from course_lib.tokenizers.character import CharacterTokenizer

PROMPT = "The cat "
TEMPERATURES = (0.0, 0.3, 0.7)


@dataclass(frozen=True)
class Writer:
    """A trained character model, what it wrote at each stage, and its losses (nats per character)."""

    model: RecurrentLM
    tokenizer: CharacterTokenizer
    stages: list[tuple[int, float, str]]
    losses: list[float]
    seconds: float


def everyday_text(seed: int = 0) -> str:
    """Return what the writer reads: everyday sentences about a cat, a dog and a child, made by code."""
    return "\n".join(facts.everyday_documents(300, seed))


@one_thread()
@torch.no_grad()
def write(
    model: RecurrentLM,
    tokenizer: CharacterTokenizer,
    n: int,
    temperature: float = 0.7,
    seed: int = 0,
    prompt: str = PROMPT,
) -> str:
    """Return `n` characters that the model writes after `prompt`, each read back into its state."""
    dice = torch.Generator().manual_seed(seed)
    output = model(torch.tensor([tokenizer.encode(prompt)]))
    written = []
    for _ in range(n):
        token = int(sample(output.logits[0, -1], temperature, generator=dice))
        written.append(token)
        output = model(torch.tensor([[token]]), state=output.state)
    return tokenizer.decode(written)


@one_thread()
def train_writer(
    text: str, seed: int = 0, steps: int = 120, stages: tuple[int, ...] = (0, 10, 20, 40, 80, 120)
) -> Writer:
    """Train an LSTM of 96 hidden numbers on single characters, writing at each of `stages`; seconds."""
    tokenizer = CharacterTokenizer(text)
    generator = torch.Generator().manual_seed(seed)
    model = RecurrentLM(tokenizer.vocab_size, 96, "lstm", generator)
    next_batch = random_rows(torch.tensor(tokenizer.encode(text)), 48, rows=24)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    reached: list[tuple[int, float, str]] = []
    losses: list[float] = []
    begun = time.perf_counter()
    with Live() as live:
        for step in range(steps + 1):
            loss = model(*next_batch(generator)).loss
            losses.append(float(loss.detach()))
            if step in stages:
                reached.append((step, losses[-1], PROMPT + write(model, tokenizer, 56, seed=seed)))
            live.show(lambda step=step: f"step {step} of {steps}, loss {losses[-1]:.2f}\n{reached[-1][2]}")  # type: ignore[misc]
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
    model.requires_grad_(False)
    return Writer(model, tokenizer, reached, losses, time.perf_counter() - begun)


@one_thread()
@torch.no_grad()
def log_probability(
    model: RecurrentLM, tokenizer: CharacterTokenizer, text: str, prompt: str = PROMPT
) -> float:
    """Return the logarithm of the probability that a model gives to `text` after `prompt`."""
    ids, start = torch.tensor(tokenizer.encode(prompt + text)), len(tokenizer.encode(prompt))
    logs = model(ids[None, :-1]).logits[0].log_softmax(-1)  # (T - 1, V)
    return float(logs.gather(1, ids[1:, None])[start - 1 :].sum())


def written_so_far(writer: Writer) -> object:
    """Show what the writer wrote at each stage of its training."""
    rows = [(step, f"{loss:.2f}", text.replace("\n", " / ")) for step, loss, text in writer.stages]
    return table(["steps", "loss", "it writes"], rows)


def loop_length(text: str, least: int = 3) -> tuple[int, int] | None:
    """Return where a text begins to repeat itself and how long the repeated part is; None if it does not.

    Args:
        least: how many whole times the part has to be there, up to the end.
    """
    for period in range(1, len(text) // least + 1):
        start = len(text)
        while start > period and text[start - 1] == text[start - 1 - period]:
            start -= 1
        start -= period
        if len(text) - start >= least * period:
            return max(start, 0), period
    return None


def runs_in_circles(writer: Writer, n: int = 600) -> Finding:
    """Find how many different sentences a text has that always takes the likeliest character."""
    found = {
        temperature: write(writer.model, writer.tokenizer, n, temperature) for temperature in TEMPERATURES
    }
    sentences = {temperature: whole_sentences(PROMPT + text) for temperature, text in found.items()}
    loop = loop_length(found[0.0])
    rows = [
        (f"{t:g}", len(sentences[t]), len(set(sentences[t])), text[-64:].replace("\n", " / "))
        for t, text in found.items()
    ]
    said = "The likeliest character every time does not make the best text"
    if loop:
        said += (
            f": from character {loop[0] + 1} on it repeats the same {loop[1]} characters. Once the state is where it "
            "was before, and no dice are thrown, nothing leads out"
        )
    scores = {t: log_probability(writer.model, writer.tokenizer, text) for t, text in found.items()}
    if max(scores, key=lambda t: scores[t]) == 0:
        said += f". The model does not mind: of these {len(scores)} texts it finds this one the likeliest"
    return Finding(
        f"different sentences among {len(sentences[0.0])} at temperature 0",
        str(len(set(sentences[0.0]))),
        lambda _: table(["temperature", "sentences", "different", "how it ends"], rows),
        f"{said}.",
    )


def whole_sentences(text: str) -> list[str]:
    """Return the sentences of a text, without what comes after the last full stop."""
    return [" ".join(part.split()) for part in text.split(".")[:-1]]
