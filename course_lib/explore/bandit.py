"""Five machines that pay with unknown chances: played by the reader, then by epsilon-greedy (lesson 09, part 3)."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from course_lib.explore.balance import between
from course_lib.explore.figure import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    Finding,
    Picture,
    image_tag,
    mark_guess,
    new_figure,
)
from course_lib.explore.view import is_frozen, show_live

PAYS = (0.2, 0.3, 0.4, 0.5, 0.6)
PULLS, RUNS, REPEATS = 1000, 200, 5
EPSILONS = (0.0, 0.01, 0.1, 0.3, 1.0)
COINS = 40  # what the reader has to play with
LETTERS = "ABCDE"


@dataclass
class Played:
    """A game: which machine pays how often (hidden until the end), and what was pulled so far."""

    pays: Sequence[float]
    dice: np.random.Generator
    coins: int = COINS
    pulls: list[int] = field(default_factory=list)
    won: list[int] = field(default_factory=list)

    @property
    def left(self) -> int:
        return self.coins - len(self.pulls)

    def pull(self, arm: int) -> str:
        """Pull once, if a coin is left, and say in words what came of it."""
        if self.left < 1:
            return self.says()
        self.pulls.append(arm)
        self.won.append(int(self.dice.random() < self.pays[arm]))
        return self.says()

    def of(self, arm: int) -> tuple[int, int]:
        """How often a machine was pulled, and how often it paid."""
        paid = [won for chosen, won in zip(self.pulls, self.won, strict=True) if chosen == arm]
        return len(paid), sum(paid)

    def says(self) -> str:
        """Say the state in words: the last pull, all machines, and at the end how well it went."""
        table = "; ".join(
            f"{LETTERS[arm]}: {paid} of {n}" if n else f"{LETTERS[arm]}: not tried"
            for arm, (n, paid) in ((arm, self.of(arm)) for arm in range(len(self.pays)))
        )
        if not self.pulls:
            return f"{self.left} coins left. Choose a machine."
        last = f"{LETTERS[self.pulls[-1]]} {'paid' if self.won[-1] else 'did not pay'}. "
        if self.left:
            return f"{last}{self.left} coins left, {sum(self.won)} won. Paid so far: {table}."
        best = max(range(len(self.pays)), key=self.pays.__getitem__)
        n, _ = self.of(best)
        chances = ", ".join(f"{LETTERS[arm]} {pay:.0%}" for arm, pay in enumerate(self.pays))
        return (
            f"{last}All coins are spent: {sum(self.won)} won of {self.coins}. Paid: {table}. The true chances were "
            f"{chances}. The best is {LETTERS[best]}; you pulled it {n} times. Always {LETTERS[best]} would have won "
            f"{self.coins * self.pays[best]:.0f} on average, and blind choice "
            f"{self.coins * sum(self.pays) / len(self.pays):.0f}."
        )


def new_game(seed: int | None = None) -> Played:
    """Shuffle the machines; without a seed each game is another one."""
    dice = np.random.default_rng(seed)
    return Played(dice.permutation(PAYS).tolist(), dice)


def draw_game(game: Played) -> Picture:
    """Draw how often each machine was pulled and paid; at the end the true chances, too."""
    figure, axis = new_figure(6.4, 2.3)
    counts = [game.of(arm) for arm in range(len(game.pays))]
    places = range(len(counts))
    axis.bar(places, [n for n, _ in counts], color="#DDDDDD", edgecolor=GREY, label="pulled")
    axis.bar(places, [paid for _, paid in counts], color=GREEN, hatch="//", edgecolor="white", label="paid")
    names = [LETTERS[arm] if game.left else f"{LETTERS[arm]} ({game.pays[arm]:.0%})" for arm in places]
    axis.set_xticks(places, names)
    top = max(8, *(n for n, _ in counts))
    axis.set(ylim=(0, top * 1.08), ylabel="times")
    axis.grid(visible=False)
    figure.legend(*axis.get_legend_handles_labels(), loc="outside right upper")
    return Picture(figure, game.says())


class Machines:
    """The game as a view: one button for each machine, a picture, and the state in words. Tab and Enter work."""

    def __init__(self, seed: int | None = None) -> None:
        self.seed, self.game = seed, new_game(seed)

    def widget(self) -> Any:
        """Return the live game."""
        import ipywidgets

        image, line = ipywidgets.HTML(), ipywidgets.HTML()
        buttons = [ipywidgets.Button(description=f"pull {letter}") for letter in LETTERS]
        again = ipywidgets.Button(description="new game")

        def show(said: str) -> None:
            picture = draw_game(self.game)
            image.value = image_tag(picture.figure, said)
            line.value = f'<p role="status" aria-live="polite" class="course-says">{html.escape(said)}</p>'

        def pull(arm: int) -> None:
            show(self.game.pull(arm))

        def restart(_button: object = None) -> None:
            self.game = new_game(self.seed)
            show(self.game.says())

        for arm, button in enumerate(buttons):
            button.on_click(lambda _button, arm=arm: pull(arm))
        again.on_click(restart)
        restart()
        return ipywidgets.VBox(
            [ipywidgets.HBox([*buttons, again], layout={"flex_flow": "row wrap"}), image, line]
        )

    def still(self) -> str:
        """Return what stands in where nothing runs: a game that epsilon-greedy played, with epsilon 0.2."""
        game = new_game(4)
        for _ in range(COINS):
            means = [paid / n if n else 0.0 for n, paid in map(game.of, range(len(game.pays)))]
            tries = game.dice.random() < 0.2
            game.pull(int(game.dice.integers(len(means))) if tries else int(np.argmax(means)))
        note = "Run this cell in JupyterLab to play. Here is a game of a rule: mostly the best so far, sometimes any."
        return f"<p><em>{note}</em></p>{draw_game(game).html()}"

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display

        if is_frozen():
            display(HTML(self.still()))
        else:
            show_live(self.widget(), self.still())


def play() -> Machines:
    """Return five machines to play: another game each time."""
    return Machines()


# --- the same by a rule ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sweep:
    """What a rule with this epsilon earned per pull, and in which share of runs it knew the best arm at the end.

    One number of each for every repeat of 200 runs.
    """

    epsilon: float
    earned: list[float]
    knows: list[float]


def run_many(epsilon: float, seed: int, runs: int = RUNS, pulls: int = PULLS) -> tuple[float, float]:
    """Let epsilon-greedy play many games at once: coins per pull, and the share of games with the best arm on top."""
    dice, k, rows = np.random.default_rng(seed), len(PAYS), np.arange(runs)
    counts, values, won = np.zeros((runs, k)), np.zeros((runs, k)), 0
    for _ in range(pulls):
        best = np.argmax(values + 1e-9 * dice.random((runs, k)), axis=1)  # of equal ones any
        arms = np.where(dice.random(runs) < epsilon, dice.integers(k, size=runs), best)
        paid = dice.random(runs) < np.array(PAYS)[arms]
        counts[rows, arms] += 1
        values[rows, arms] += (paid - values[rows, arms]) / counts[rows, arms]
        won += int(paid.sum())
    return won / (runs * pulls), float((np.argmax(values, axis=1) == int(np.argmax(PAYS))).mean())


@cache
def sweep() -> list[Sweep]:
    """Play 5 x 200 games of 1,000 pulls with each epsilon."""
    found = []
    for epsilon in EPSILONS:
        results = [run_many(epsilon, seed) for seed in range(REPEATS)]
        found.append(Sweep(epsilon, [earned for earned, _ in results], [knows for _, knows in results]))
    return found


def earns_most() -> Finding:
    """Find which epsilon earns most."""
    found = sweep()
    best = max(found, key=lambda one: sum(one.earned))
    never = found[0]
    return Finding(
        "the epsilon that earns most in 1,000 pulls",
        f"{best.epsilon:g}",
        lambda guess: draw_sweep(found, "earned", guess),
        f"It earned {between(best.earned, '{:.2f}')} a pull (range over {REPEATS} times {RUNS} games); never trying "
        f"{between(never.earned, '{:.2f}')}, always trying {between(found[-1].earned, '{:.2f}')}, and always the "
        f"best arm would have earned {max(PAYS):.2f} on average. Without trying, the first machine that pays is kept "
        "for ever, whichever it is. ",
    )


def knows_most() -> Finding:
    """Find how often the rule that always tries knows the best machine at the end, beside the one that earns most."""
    found = sweep()
    curious, best = found[-1], max(found, key=lambda one: sum(one.earned))
    return Finding(
        "games in which epsilon 1 knows the best machine",
        f"{100 * sum(curious.knows) / REPEATS:.0f}%",
        lambda guess: draw_sweep(found, "knows", guess),
        f"Over {REPEATS} times {RUNS} games: with epsilon 1 the best machine has the largest mean in "
        f"{between([100 * share for share in curious.knows])}% of the games, and the pay is "
        f"{between(curious.earned, '{:.2f}')} a pull, as for blind choice. Epsilon {best.epsilon:g} knows it in "
        f"{between([100 * share for share in best.knows])}%, and earns {between(best.earned, '{:.2f}')}. **To know "
        "most is not to earn most:** trying costs, and it goes on costing after you know. How much is right depends "
        "on how many pulls are left.",
    )


def draw_sweep(found: Sequence[Sweep], what: str, guess: object = None) -> Picture:
    """Draw coins per pull by epsilon; with `what` "knows" also how often the best machine is known."""
    both = what == "knows"
    figure, axes = new_figure(6.4, 2.9, columns=2 if both else 1)
    left = axes[0] if both else axes
    places = range(len(found))
    ticks = [f"{one.epsilon:g}" for one in found]
    for place, one in enumerate(found):
        left.plot([place] * len(one.earned), one.earned, "o", color=BLUE, markersize=7, alpha=0.6)
    left.plot(places, [sum(one.earned) / len(one.earned) for one in found], color=BLUE, linewidth=1.5)
    left.axhline(max(PAYS), color=GREY, linestyle=":", linewidth=1.5)
    left.set_xticks(places, ticks)
    left.set(xlabel="epsilon: how often it tries", ylabel="won per pull", ylim=(0.38, 0.62))
    if not both:
        if str(guess).strip() in ticks:
            left.axvline(
                ticks.index(str(guess).strip()), color="#A8457F", linestyle=(0, (4, 2)), linewidth=1.8
            )
    else:
        right = axes[1]
        for place, one in enumerate(found):
            right.plot([place] * len(one.knows), one.knows, "s", color=ORANGE, markersize=7, alpha=0.6)
        right.plot(places, [sum(one.knows) / len(one.knows) for one in found], color=ORANGE, linewidth=1.5)
        right.set_xticks(places, ticks)
        right.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
        right.set(xlabel="epsilon: how often it tries", ylabel="knows the best one", ylim=(0, 1.04))
        mark_guess(right, guess, share=True)
    told = "; ".join(
        f"epsilon {one.epsilon:g}: {sum(one.earned) / len(one.earned):.2f}"
        + (f", knows the best in {sum(one.knows) / len(one.knows):.0%}" if both else "")
        for one in found
    )
    return Picture(
        figure,
        f"Won per pull. {told}.",
        f"Each mark: {RUNS} games of {PULLS:,} pulls. Dotted: always the best machine.",
    )
