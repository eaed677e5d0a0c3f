"""Documents read in pieces: a state that is carried on, reset too often, or never reset (lesson 06, part 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.explore.figure import BLUE, GREY, ORANGE, Finding, Picture, mark_guess, new_figure, table
from course_lib.explore.live import following
from course_lib.explore.plots import share_range
from course_lib.explore.threads import one_thread
from course_lib.models.rnn import RNN, RNNConfig, State, detach

SECRETS, FILLERS = 8, 6
ASK = SECRETS + FILLERS  # the word that asks for the secret
WORDS = ASK + 1
PIECE, DOCUMENT = 7, 28  # words
DISTANCES = (3, 6, 8, 14, 20, 27)
CHANCE = 1 / SECRETS


@dataclass
class Reader:
    """An LSTM that was trained on documents in pieces; `reset`: it begins each piece with an empty state."""

    network: RNN
    answer: nn.Linear
    reset: bool
    norms: list[float] = field(default_factory=list)  # of the gradients, before clipping

    def scores(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Return scores of the secrets after each word, (B, T, SECRETS), and the state after the last."""
        output = self.network(F.one_hot(ids, WORDS).float(), state)
        return self.answer(output.stacked), output.state

    @torch.no_grad()
    def in_pieces(self, ids: Tensor) -> Tensor:
        """Read documents the way it was trained; return its answers to the last word, (B,)."""
        state: State | None = None
        for piece in ids.split(PIECE, dim=1):
            scores, state = self.scores(piece, None if self.reset else state)
        return scores[:, -1].argmax(-1)


def make_documents(n: int, generator: torch.Generator, asked_at: int | None = None) -> tuple[Tensor, Tensor]:
    """Return documents (n, T) that begin with a secret, and the secrets (n,).

    Args:
        asked_at: the document ends there with the question; by default it is 28 words long with up to three of them.
    """
    length = DOCUMENT if asked_at is None else asked_at + 1
    ids = SECRETS + torch.randint(FILLERS, (n, length), generator=generator)
    secrets = torch.randint(SECRETS, (n,), generator=generator)
    ids[:, 0] = secrets
    if asked_at is None:
        for _ in range(2):
            ids[torch.arange(n), torch.randint(1, length, (n,), generator=generator)] = ASK
    else:
        ids[:, asked_at] = ASK
    return ids, secrets


@cache
@one_thread()
def train_reader(reset: bool, seed: int = 0, steps: int = 260, clip: float | None = None) -> Reader:
    """Train on documents in pieces of seven words; the gradient never goes back further than the piece.

    The same reader comes back for the same arguments: nobody may train it further.

    Args:
        clip: the largest length of all gradients together; None: any.
    """
    generator = torch.Generator().manual_seed(seed)
    width = 24
    network, answer = RNN(RNNConfig(WORDS, width, "lstm"), generator), nn.Linear(width, SECRETS)
    for parameter in answer.parameters():
        nn.init.uniform_(parameter, -(width**-0.5), width**-0.5, generator=generator)
    reader = Reader(network, answer, reset)
    parameters = [*network.parameters(), *answer.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    pieces: list[tuple[Tensor, Tensor]] = []
    state: State | None = None
    for _ in range(steps):
        if not pieces:
            ids, secrets = make_documents(32, generator)
            asked = torch.where(ids == ASK, secrets[:, None], -100)
            pieces = list(zip(ids.split(PIECE, 1), asked.split(PIECE, 1), strict=True))
            state = None  # a new document
        piece, targets = pieces.pop(0)
        scores, after = reader.scores(piece, None if reset else state)
        state = detach(after)
        if not bool((targets >= 0).any()):
            continue
        loss = F.cross_entropy(scores.flatten(0, 1), targets.flatten(), ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        reader.norms.append(float(nn.utils.clip_grad_norm_(parameters, clip or float("inf"))))
        optimizer.step()
    return reader


@one_thread()
def by_distance(reader: Reader, n: int = 400) -> dict[int, float]:
    """Return how often the secret is named so many words after it was told."""
    shares = {}
    for distance in DISTANCES:
        ids, secrets = make_documents(n, torch.Generator().manual_seed(77), asked_at=distance)
        shares[distance] = float((reader.in_pieces(ids) == secrets).float().mean())
    return shares


def state_reset_at_each_piece(distance: int = 14, seeds: Sequence[int] = range(2)) -> Finding:
    """Find how often a secret is named that was told two pieces before, if each piece begins with an empty state."""
    found = {
        "carried on": [
            by_distance(train_reader(False, seed)) for seed in following(seeds, "carried on: seed")
        ],
        "reset at each piece": [
            by_distance(train_reader(True, seed)) for seed in following(seeds, "reset: seed")
        ],
    }
    shares = [row[distance] for row in found["reset at each piece"]]
    share = sum(shares) / len(shares)
    carried = [row[distance] for row in found["carried on"]]
    return Finding(
        f"reset at each piece: secrets named after {distance} words",
        f"{share:.0%}",
        lambda guess: draw_pieces(found, guess),
        f"Guessing gives {CHANCE:.1%}. The same network whose state is carried on: {share_range(carried)}. Its "
        "gradient, too, ends at the edge of the piece. What it *remembers* does not.",
    )


def draw_pieces(found: dict[str, list[dict[int, float]]], guess: object = None) -> Picture:
    """Draw the share of right answers by distance for both ways of reading, one mark per seed."""
    figure, axis = new_figure(height=2.9)
    looks = {"carried on": (BLUE, "o", -0.12), "reset at each piece": (ORANGE, "s", 0.12)}
    for name, rows in found.items():
        colour, marker, shift = looks[name]
        for place, row in enumerate(rows):
            at = [index + shift for index in range(len(DISTANCES))]
            axis.plot(at, list(row.values()), marker, color=colour, label=name if not place else None)
    edge = sum(distance < PIECE for distance in DISTANCES) - 0.5
    axis.axvline(edge, color=GREY)
    axis.text(edge - 0.08, 0.5, "same piece", ha="right", color=GREY)
    axis.text(edge + 0.08, 0.5, "a later piece", color=GREY)
    axis.axhline(CHANCE, color=GREY, linestyle=":")
    axis.set_xticks(range(len(DISTANCES)), [str(distance) for distance in DISTANCES])
    axis.set(xlabel="words since the secret was told", ylabel="named", ylim=(-0.03, 1.06))
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    figure.legend(loc="outside upper left", ncols=2)
    mark_guess(axis, guess, share=True)
    told = "; ".join(
        f"{name} " + ", ".join(f"{sum(row[d] for row in rows) / len(rows):.0%}" for d in DISTANCES)
        for name, rows in found.items()
    )
    return Picture(
        figure,
        f"Secrets named {', '.join(map(str, DISTANCES))} words after they were told, mean of the seeds: {told}.",
        "One mark per seed. Dotted: guessing.",
    )


@one_thread()
@torch.no_grad()
def named_to_the_next(reader: Reader, keep: bool, n: int = 400, seed: int = 5) -> float:
    """Return how often the first question of a new document, before any secret, gets the *previous* document's.

    Args:
        keep: begin the new document with the state that the previous one left.
    """
    ids, secrets = make_documents(n, torch.Generator().manual_seed(seed))
    _, state = reader.scores(ids)
    scores, _ = reader.scores(torch.full((n, 1), ASK), state if keep else None)
    return float((scores[:, -1].argmax(-1) == secrets).float().mean())


def state_kept_for_the_next_user(seeds: Sequence[int] = range(2)) -> Finding:
    """Find how often a new user is told the previous user's secret, if nobody empties the state in between."""
    readers = [train_reader(False, seed) for seed in following(seeds, "training: seed")]
    kept = [named_to_the_next(reader, keep=True) for reader in readers]
    fresh = [named_to_the_next(reader, keep=False) for reader in readers]
    rows = [("kept", *(f"{share:.0%}" for share in kept)), ("emptied", *(f"{share:.0%}" for share in fresh))]
    return Finding(
        "a new user hears the previous user's secret",
        f"{sum(kept) / len(kept):.0%}",
        lambda _: table(["state between two users", *(f"seed {seed}" for seed in seeds)], rows),
        f"With an emptied state it is {share_range(fresh)}, which is guessing ({CHANCE:.1%}), up to chance. No "
        "error, no warning: the network does what it was trained for and answers from its state.",
    )


def clipping_here(clip: float = 1.0, seeds: Sequence[int] = range(2)) -> Finding:
    """Find how much clipping changes where gradients do not explode."""
    seen: list[float] = []
    plain: list[float] = []
    clipped: list[float] = []
    for seed in following(seeds, "training twice: seed"):
        for limit, shares in ((None, plain), (clip, clipped)):
            reader = train_reader(False, seed, clip=limit)
            shares.append(by_distance(reader)[DISTANCES[-1]])
            if limit is None:
                seen += reader.norms
    over = sum(norm > clip for norm in seen) / len(seen)
    full = " Unclipped, nothing exploded, so there was nothing to gain." if min(plain) > 0.995 else ""
    gain = sum(clipped) / len(clipped) - sum(plain) / len(plain)
    return Finding(
        f"percentage points gained by clipping at {clip:g}",
        f"{round(100 * gain) + 0}",
        None,
        f"The longest gradient in {len(seen):,} steps was {max(seen):.1f}; about {5 * round(20 * over)}% were longer "
        f"than {clip:g}. Recall {DISTANCES[-1]} words back is {share_range(plain)} without clipping and "
        f"{share_range(clipped)} with it.{full}",
    )
