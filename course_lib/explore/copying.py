"""Copying: a block of symbols, repeated. One layer of attention can't do it, two can (lesson 10).

The networks are attention only, so that nothing else can be the cause: embedding, layers that add to the stream, one
norm each, scores. Switches take parts away. Periods 8 to 16 are trained; shorter and longer ones are asked, too.

`python -m course_lib.explore.copying` trains all of them anew with five seeds and writes `copying.json` (some minutes).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.evaluation.leak import leak_test
from course_lib.explore.live import Live
from course_lib.explore.threads import one_thread
from course_lib.models.gpt import attention, causal_mask
from course_lib.models.rnn import RNN, RNNConfig

Kind = Literal[
    "one layer",
    "one wide layer",
    "two layers",
    "no positions",
    "not scaled",
    "mask after softmax",
    "RNN",
    "LSTM",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
SYMBOLS, LENGTH = 32, 32
CHANCE = 1 / SYMBOLS
TRAINED = (8, 16)  # shortest and longest period of the training rows
ASKED = (2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24)
STEPS, RATE = 400, 3e-3
WIDTH, WIDE, HEADS = 64, 96, 2
RECURRENT = {"RNN": 170, "LSTM": 86}  # hidden numbers, so that they have as many weights as two layers
LONGER = 4  # so many times the steps
KEPT = Path(__file__).with_suffix(".json")
KEPT_SEEDS = range(5)


@dataclass(frozen=True)
class Switches:
    """What a small network of attention has."""

    layers: int = 2
    width: int = WIDTH
    positions: bool = True
    scaled: bool = True
    mask: Literal["before", "after"] = "before"  # the softmax


SWITCHES: dict[Kind, Switches] = {
    "one layer": Switches(layers=1),
    "one wide layer": Switches(layers=1, width=WIDE),
    "two layers": Switches(),
    "no positions": Switches(positions=False),
    "not scaled": Switches(scaled=False),
    "mask after softmax": Switches(mask="after"),
}


class Layer(nn.Module):
    """Norm, attention of two heads, added to the stream. Keeps its last attention weights."""

    def __init__(self, switches: Switches) -> None:
        super().__init__()
        C = switches.width
        self.switches = switches
        self.norm, self.qkv, self.out = nn.LayerNorm(C), nn.Linear(C, 3 * C), nn.Linear(C, C)
        self.weights = torch.empty(0)  # (B, H, T, T)

    def forward(self, x: Tensor) -> Tensor:
        B, T, C = x.shape
        heads = self.qkv(self.norm(x)).view(B, T, 3 * HEADS, -1).transpose(1, 2)
        q, k, v = heads.chunk(3, dim=1)  # (B, H, T, D)
        if not self.switches.scaled:
            q = q * math.sqrt(q.shape[-1])  # takes the division back
        mask = causal_mask(T, T)
        if self.switches.mask == "before":
            mixed, weights = attention(q, k, v, mask)
        else:  # the mistake: what is masked has already taken its share
            weights = attention(q, k, v)[1] * mask
            mixed = weights @ v
        self.weights = weights.detach()
        added: Tensor = self.out(mixed.transpose(1, 2).reshape(B, T, C))
        return x + added


class Attending(nn.Module):
    """Embedding, positions, layers, norm, scores: a transformer without feed-forward parts."""

    def __init__(self, switches: Switches, generator: torch.Generator) -> None:
        super().__init__()
        C = switches.width
        self.switches = switches
        self.embed, self.positions = nn.Embedding(SYMBOLS, C), nn.Embedding(LENGTH, C)
        self.layers = nn.ModuleList(Layer(switches) for _ in range(switches.layers))
        self.norm, self.unembed = nn.LayerNorm(C), nn.Linear(C, SYMBOLS)
        for name, parameter in self.named_parameters():
            if name.startswith(("embed", "positions")):
                nn.init.normal_(parameter, 0.0, 0.3, generator=generator)
            elif parameter.ndim == 2:
                nn.init.uniform_(parameter, -(C**-0.5), C**-0.5, generator=generator)
            elif "norm" not in name:
                nn.init.zeros_(parameter)
        self.positions.requires_grad_(switches.positions)

    def forward(self, ids: Tensor) -> Tensor:
        """Take symbols (B, T), return scores of the next one, (B, T, SYMBOLS)."""
        x = self.embed(ids)
        if self.switches.positions:
            x = x + self.positions.weight[: ids.shape[1]]
        for layer in self.layers:
            x = layer(x)
        scores: Tensor = self.unembed(self.norm(x))
        return scores

    def maps(self, ids: Tensor) -> list[Tensor]:
        """Return the attention weights of each layer, (B, H, T, T)."""
        self(ids)
        return [layer.weights for layer in self.layers if isinstance(layer, Layer)]


class Recurrent(nn.Module):
    """Lesson 06's networks on the same task."""

    def __init__(self, kind: Literal["RNN", "LSTM"], generator: torch.Generator) -> None:
        super().__init__()
        width = RECURRENT[kind]
        self.network = RNN(RNNConfig(SYMBOLS, width, "rnn" if kind == "RNN" else "lstm"), generator)
        self.unembed = nn.Linear(width, SYMBOLS)
        nn.init.uniform_(self.unembed.weight, -(width**-0.5), width**-0.5, generator=generator)
        nn.init.zeros_(self.unembed.bias)

    def forward(self, ids: Tensor) -> Tensor:
        """As `Attending.forward`."""
        scores: Tensor = self.unembed(self.network(F.one_hot(ids, SYMBOLS).float()).stacked)
        return scores


def repeated(
    n: int, generator: torch.Generator, periods: tuple[int, int] = TRAINED
) -> tuple[Tensor, Tensor, Tensor]:
    """Return rows that repeat a block of random symbols: ids (n, T), the next ones (n, T), and which can be known.

    A symbol can be known once the one before it has come a second time.

    Args:
        periods: the shortest and the longest block; each row's is drawn between them.
    """
    period = torch.randint(periods[0], periods[1] + 1, (n, 1), generator=generator)
    block = torch.randint(SYMBOLS, (n, periods[1]), generator=generator)
    places = torch.arange(LENGTH + 1)
    ids = block.gather(1, places.expand(n, -1) % period)
    return ids[:, :-1], ids[:, 1:], places[1:] > period


@torch.no_grad()
def share_copied(
    model: nn.Module, periods: tuple[int, int] = TRAINED, n: int = 400, seed: int = 999
) -> float:
    """Return the share of knowable symbols for which the right one is the first choice, in new rows."""
    ids, targets, known = repeated(n, torch.Generator().manual_seed(seed), periods)
    return float((model(ids).argmax(-1) == targets)[known].float().mean())


def make(kind: Kind, generator: torch.Generator) -> nn.Module:
    """Return an untrained network."""
    if kind == "RNN" or kind == "LSTM":
        return Recurrent(kind, generator)
    return Attending(SWITCHES[kind], generator)


@cache
@one_thread()
def train_copier(kind: Kind, seed: int = 0, steps: int = STEPS) -> nn.Module:
    """Train one network with batches of 32 rows (AdamW, rate 0.003, the last third falling).

    The same network comes back for the same arguments: nobody may train it further.
    """
    generator = torch.Generator().manual_seed(seed)
    model = make(kind, generator)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=RATE)
    with Live() as live:
        for step in range(steps):
            ids, targets, known = repeated(32, generator)
            scores = model(ids)
            loss = F.cross_entropy(scores[known], targets[known])
            for group in optimizer.param_groups:
                group["lr"] = RATE * min(1.0, (step + 1) / 20, max(0.05, 3 * (steps - step) / steps))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            live.show(partial(_progress, kind, step, steps, scores, targets, known))
    return model.eval()


def _progress(kind: Kind, step: int, steps: int, scores: Tensor, targets: Tensor, known: Tensor) -> str:
    right = float((scores.argmax(-1) == targets)[known].float().mean())
    return f"{kind}: step {step} of {steps}, copies {right:.0%} of the symbols that can be known"


@dataclass(frozen=True)
class Copied:
    """What one trained network copies."""

    kind: Kind
    seed: int
    steps: int
    weights: int
    share: float  # of the periods that were trained
    by_period: dict[str, float] = field(default_factory=dict)
    leak: float = 0.0  # largest change of an earlier score when later symbols change


def measure(kind: Kind, seed: int, steps: int = STEPS) -> Copied:
    """Train a network and measure it."""
    model = train_copier(kind, seed, steps)
    weights = sum(p.numel() for p in model.parameters() if p.requires_grad)
    by_period = {str(p): round(share_copied(model, (p, p)), 4) for p in ASKED}
    ids = repeated(50, torch.Generator().manual_seed(7))[0]
    leak = leak_test(model, ids, SYMBOLS, seed=0).largest
    return Copied(kind, seed, steps, weights, round(share_copied(model), 4), by_period, round(leak, 4))


@cache
def kept(kind: Kind, steps: int = STEPS) -> list[Copied]:
    """Return the shipped results of one kind, one for each seed."""
    rows = [Copied(**row) for row in json.loads(KEPT.read_text(encoding="utf-8"))]
    return [row for row in rows if row.kind == kind and row.steps == steps]


def main(seeds: Sequence[int] = KEPT_SEEDS, path: Path = KEPT) -> None:
    """Train all kinds with all seeds and write the results; the recurrent ones also for longer."""
    rows = []
    for kind in KINDS:
        for steps in (STEPS, LONGER * STEPS) if kind in RECURRENT else (STEPS,):
            for seed in seeds:
                found = measure(kind, seed, steps)
                print(kind, steps, seed, found.weights, found.share, found.leak, flush=True)
                rows.append(asdict(found))
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
