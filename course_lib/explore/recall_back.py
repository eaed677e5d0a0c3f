"""Sixteen symbols, then "the one k ago?": what a memory of fixed size keeps, beside attention (lesson 06, part 4).

`python -m course_lib.explore.recall_back` trains all models anew with five seeds and writes `recall_back.json`
(about four minutes on one core).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.explore.figure import BLUE, GREY, Finding, Picture, mark_guess, new_figure
from course_lib.explore.live import Live
from course_lib.explore.threads import one_thread
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.models.rnn import RNN, RNNConfig

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Reader = Literal["RNN", "LSTM", "attention"]

SYMBOLS, LENGTH = 8, 16
CHANCE = 1 / SYMBOLS
READERS: tuple[Reader, ...] = ("RNN", "LSTM", "attention")
WIDTHS = {"RNN": 32, "LSTM": 20}  # hidden numbers, so that all three have 5,000 to 6,500 weights
SHOWN = (1, 2, 3, 4, 6, 8, 10, 12, 14, 16)  # steps back
STEPS = {"RNN": 300, "LSTM": 300, "attention": 150}
LONG = {"RNN": 1600, "LSTM": 1600, "attention": 800}  # of the shipped results
KEPT = Path(__file__).with_name("recall_back.json")
KEPT_SEEDS = range(5)


class Recurrent(nn.Module):
    """Reads the symbols one by one; all sixteen questions are put to its last state."""

    def __init__(self, reader: Reader, generator: torch.Generator) -> None:
        super().__init__()
        width = WIDTHS[reader]
        self.network = RNN(RNNConfig(SYMBOLS, width, "rnn" if reader == "RNN" else "lstm"), generator)
        self.answer = nn.Linear(width, LENGTH * SYMBOLS)
        nn.init.uniform_(self.answer.weight, -(width**-0.5), width**-0.5, generator=generator)
        nn.init.zeros_(self.answer.bias)

    def forward(self, ids: Tensor) -> Tensor:
        """Take symbols (B, LENGTH), return scores (B, LENGTH, SYMBOLS): for the one 1, 2, ... ago."""
        last = self.network(F.one_hot(ids, SYMBOLS).float()).hidden[-1]  # (B, H)
        return self.answer(last).view(-1, LENGTH, SYMBOLS)


class Attending(nn.Module):
    """One layer with one head: each question looks back at all symbols."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        shape = GPTConfig(
            SYMBOLS + LENGTH, 2 * LENGTH, n_layer=1, n_head=1, n_embd=20, bias=False, tie_embeddings=False
        )
        self.model = GPT(shape, generator)

    def forward(self, ids: Tensor) -> Tensor:
        """As `Recurrent.forward`; the questions are tokens after the symbols."""
        asked = torch.arange(SYMBOLS, SYMBOLS + LENGTH).expand(len(ids), LENGTH)
        return self.model(torch.cat([ids, asked], 1)).logits[:, LENGTH:, :SYMBOLS]


@dataclass(frozen=True)
class Recall:
    """How often one reader names the symbol k ago, for k = 1 ... LENGTH."""

    reader: Reader
    seed: int
    weights: int
    steps: int
    right: list[float]

    @property
    def kept(self) -> float:
        """How many of the symbols it names, on average."""
        return sum(self.right)


@torch.no_grad()
def shares_right(model: nn.Module, n: int = 1000, seed: int = 99) -> list[float]:
    """Ask a model about `n` new rows of symbols: the share of right answers, the newest symbol first."""
    ids = torch.randint(SYMBOLS, (n, LENGTH), generator=torch.Generator().manual_seed(seed))
    return [float(x) for x in (model(ids).argmax(-1) == ids.flip(1)).float().mean(0)]


@one_thread()
def train_recall(reader: Reader, seed: int, steps: int | None = None, live: Live | None = None) -> Recall:
    """Train one reader with batches of 64 rows (Adam, rate 0.01) and test it.

    Args:
        steps: by default as many as the lesson has time for.
        live: where loss and recall so far are shown.
    """
    generator = torch.Generator().manual_seed(seed)
    model = Attending(generator) if reader == "attention" else Recurrent(reader, generator)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    steps = STEPS[reader] if steps is None else steps
    for step in range(steps):
        ids = torch.randint(SYMBOLS, (64, LENGTH), generator=generator)
        scores = model(ids)  # (B, LENGTH, SYMBOLS)
        loss = F.cross_entropy(scores.flatten(0, 1), ids.flip(1).flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if live is not None:
            kept = float((scores.argmax(-1) == ids.flip(1)).float().sum(1).mean())
            line = f"{reader}: step {step} of {steps}, loss {float(loss.detach()):.2f}, names {kept:.1f} of {LENGTH}"
            live.show(partial(str, line))
    weights = sum(parameter.numel() for parameter in model.parameters())
    return Recall(reader, seed, weights, steps, shares_right(model))


@cache
def kept_recalls() -> list[Recall]:
    """Return the shipped results: five seeds, four times as many steps as in the lesson."""
    return [Recall(**row) for row in json.loads(KEPT.read_text(encoding="utf-8"))]


def the_one_k_ago(k: int = 8, seed: int = 0) -> Finding:
    """Find how often a plain recurrent network and an LSTM still name the symbol `k` ago; attention is beside them."""
    with Live() as live:
        found = {reader: train_recall(reader, seed, live=live) for reader in READERS}
    plain, gated = (found[reader].right[k - 1] for reader in ("RNN", "LSTM"))
    return Finding(
        f"LSTM: symbols {k} ago that it names",
        f"{gated:.0%}",
        lambda guess: draw_recalls(found, k, guess),
        say_recalls(found, k, plain, gated),
    )


def say_recalls(found: dict[Reader, Recall], k: int, plain: float, gated: float) -> str:
    """Say who keeps what: this run, and the shipped longer ones with their seeds."""
    rnn, lstm, attention = (found[reader] for reader in READERS)
    last = LENGTH - 1
    said = [
        f"Of {LENGTH} symbols the RNN names {rnn.kept:.1f}, the LSTM {lstm.kept:.1f}, attention {attention.kept:.1f}."
    ]
    if plain > gated:
        said.append(
            f"The gates did not win: {k} steps back the plain network is ahead, {plain:.0%} to {gated:.0%}."
        )
    if lstm.right[last] > rnn.right[last] + 0.05:
        said.append(
            f"But the LSTM still has the *oldest* symbol in {lstm.right[last]:.0%} of the rows, the RNN in "
            f"{rnn.right[last]:.0%} (guessing: {CHANCE:.0%})."
        )
    return " ".join([*said, say_longer()])


def say_longer() -> str:
    """Say what five seeds and more steps gave, and what becomes of the saying."""
    kept = {r: [one.kept for one in kept_recalls() if one.reader == r] for r in ("RNN", "LSTM")}
    oldest = {r: [one.right[-1] for one in kept_recalls() if one.reader == r] for r in ("RNN", "LSTM")}
    parts = [
        f"{r} {min(kept[r]):.1f} to {max(kept[r]):.1f} symbols, the oldest in {min(oldest[r]):.0%} to "
        f"{max(oldest[r]):.0%}"
        for r in kept
    ]
    steps = next(one.steps for one in kept_recalls() if one.reader == "RNN")
    said = f"With {steps:,} steps and {len(KEPT_SEEDS)} seeds: {'; '.join(parts)}."
    if min(kept["RNN"]) > max(kept["LSTM"]):
        rows = {r: [one.right for one in kept_recalls() if one.reader == r] for r in ("RNN", "LSTM")}
        columns = [list(zip(*rows[r], strict=True)) for r in ("RNN", "LSTM")]
        ahead = sum(min(plain) > max(gated) for plain, gated in zip(*columns, strict=True))
        said += (
            ' So "LSTMs remember, RNNs forget" is too simple: in this task and size it is the other way round for '
            f"{ahead} of the {LENGTH} symbols."
        )
    return said


def draw_recalls(found: dict[Reader, Recall], k: int, guess: object = None) -> Picture:
    """Draw what is still there as tiles, the newest symbol at the right, and below the same as curves."""
    figure, (tiles, curve) = new_figure(height=5.0, rows=2)
    tiles.get_gridspec().set_height_ratios([2.2, 2.2])
    columns = range(LENGTH, 0, -1)
    table = [[found[reader].right[back - 1] for back in columns] for reader in READERS]
    tiles.imshow(table, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for row, shares in enumerate(table):
        for column, share in enumerate(shares):
            colour = "black" if share > 0.5 else "white"
            tiles.text(
                column, row, f"{share:.0%}"[:-1], ha="center", va="center", color=colour, fontsize=10.5
            )
    _frame(tiles)
    tiles.set_yticks(range(len(READERS)), READERS, fontsize=11)
    tiles.set_xticks(range(len(columns)), [str(back) for back in columns])
    tiles.set_title("Right answers in 100, by how many steps ago the symbol came")
    for reader, colour, marker in (("RNN", BLUE, "o"), ("LSTM", "#B77B00", "s"), ("attention", GREY, "^")):
        right = found[reader].right  # type: ignore[index]
        curve.plot(range(1, LENGTH + 1), right, marker=marker, color=colour, markersize=5, label=reader)
        runs = [one.right for one in kept_recalls() if one.reader == reader]
        low, high = ([limit(column) for column in zip(*runs, strict=True)] for limit in (min, max))
        curve.fill_between(range(1, LENGTH + 1), low, high, color=colour, alpha=0.18, linewidth=0)
    curve.axhline(CHANCE, color=GREY, linestyle=":", linewidth=1.5)
    curve.set(xlim=(LENGTH + 0.5, 0.5), ylim=(0, 1.05), xlabel="steps ago", ylabel="right")
    curve.set_xticks(SHOWN)
    curve.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    figure.legend(*curve.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    mark_guess(curve, guess, share=True)
    told = "; ".join(
        f"{reader} " + ", ".join(f"{found[reader].right[back - 1]:.0%}" for back in SHOWN)
        for reader in READERS
    )
    return Picture(
        figure,
        f"Right answers for the symbol {', '.join(map(str, SHOWN))} steps ago: {told}. Guessing gives {CHANCE:.1%}.",
        "Brighter: better remembered. Time runs to the right in both. Bands: five seeds, trained longer. "
        "Dotted: guessing.",
    )


def _frame(axis: Axes) -> None:
    axis.grid(visible=False)
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)


def main(seeds: Sequence[int] = KEPT_SEEDS, path: Path = KEPT) -> None:
    """Train with all seeds, longer than in the lesson, and write the results."""
    rows = []
    for seed in seeds:
        for reader in READERS:
            found = train_recall(reader, seed, LONG[reader])
            print(reader, seed, f"{found.kept:.2f}", flush=True)
            rows.append(asdict(found) | {"right": [round(share, 4) for share in found.right]})
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
