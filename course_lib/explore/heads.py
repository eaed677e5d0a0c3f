"""Which head of the trained model looks at the country, and what the answers lose without it (lesson 04, part 3)."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch

from course_lib.data import facts
from course_lib.explore.figure import (
    BLUE,
    GREY,
    ORANGE,
    RED,
    Finding,
    Picture,
    mark_guess,
    new_figure,
    plain_ticks,
)
from course_lib.explore.live import following
from course_lib.explore.view import View
from course_lib.models.gpt import Block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

    from course_lib.models.gpt import GPT
    from course_lib.tokenizers.bpe import BytePairTokenizer

SENTENCE = "The capital of {name} is"
SHOWN_TOKENS = 10  # of a sentence in the picture: the newest; the model reads all
NEXT = 5  # next tokens shown


@dataclass(frozen=True)
class Head:
    """A head, counted from 1 in the first layer, and how much of its attention goes to the country's name."""

    layer: int
    number: int
    share: float  # mean over the sentences with which it was chosen
    elsewhere: float  # mean over the other sentences
    most: float  # share of those other sentences in which the name gets more than any other token
    average: float  # mean over all heads, on the other sentences
    n: int  # other sentences


@torch.no_grad()
def attention_from_last(model: GPT, ids: Sequence[int]) -> Tensor:
    """Return how the last token spreads its attention, (layers, heads, tokens); each row sums to 1."""
    maps = model(torch.tensor([list(ids)]), return_attention=True).attentions
    return torch.stack([layer[0, :, -1] for layer in maps])


def find_head(model: GPT, tokenizer: BytePairTokenizer) -> Head:
    """Choose the head that looks most at the country in half of the sentences, and measure it on the other half."""
    looks = []
    for place in facts.COUNTRIES:
        ids = tokenizer.encode(SENTENCE.format(name=place.name))
        first, last = name_in(tokenizer, ids, place.name)
        weights = attention_from_last(model, ids)  # (L, H, T)
        on_name = weights[:, :, first:last].sum(-1)
        rest = torch.cat([weights[:, :, :first], weights[:, :, last:]], -1).amax(-1)
        looks.append(torch.stack([on_name, (on_name > rest).float()]))
    seen = torch.stack(looks[::2])  # (n, 2, L, H)
    other = torch.stack(looks[1::2]).mean(0)
    shares = seen.mean(0)[0]  # (L, H)
    layer, number = divmod(int(shares.argmax()), shares.shape[1])
    return Head(
        layer + 1,
        number + 1,
        float(shares[layer, number]),
        float(other[0, layer, number]),
        float(other[1, layer, number]),
        float(other[0].mean()),
        len(looks[1::2]),
    )


def name_in(tokenizer: BytePairTokenizer, ids: Sequence[int], name: str) -> tuple[int, int]:
    """Return the first token of a name in a tokenized sentence, and the one after its last.

    Raises:
        ValueError: the name does not occur.
    """
    for written in (f" {name}", name):
        own = tokenizer.encode(written)
        for at in range(len(ids) - len(own) + 1):
            if list(ids[at : at + len(own)]) == own:
                return at, at + len(own)
    raise ValueError(f"name={name!r} is not in the sentence {tokenizer.decode(list(ids))!r}")


def attention_on_country(model: GPT, tokenizer: BytePairTokenizer) -> Finding:
    """Find how much attention the last token of "The capital of ... is" gives to the country in the best head."""
    head = find_head(model, tokenizer)

    def show(guess: object) -> Picture:
        text = SENTENCE.format(name="France")
        ids = tokenizer.encode(text)
        names = [tokenizer.token_text(token) for token in ids]
        weights = attention_from_last(model, ids)[head.layer - 1, head.number - 1].tolist()
        figure, axis = new_figure(height=2.6)
        bars = axis.bar(names, weights, color=BLUE, width=0.6)
        axis.bar_label(bars, [f"{weight:.0%}" for weight in weights], padding=2)
        axis.set(ylim=(0, 1.08), ylabel=f"attention of '{names[-1]}'")
        axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
        mark_guess(axis, guess, share=True)
        given = ", ".join(f"{weight:.0%} to '{name}'" for name, weight in zip(names, weights, strict=True))
        return Picture(
            figure,
            f"In layer {head.layer}, head {head.number}, the last token of '{text}' gives {given}.",
            f"Layer {head.layer}, head {head.number}: where the last token looks. A dot stands for a space.",
        )

    says = (
        f"Half of the countries chose this head; the number is the mean of the other {head.n} sentences, and in "
        f"{'all' if head.most == 1 else f'{head.most:.0%}'} of these the country gets more than any other token. "
        f"The average of all heads is {head.average:.0%}."
    )
    return Finding("attention on the country", f"{head.elsewhere:.0%}", show, says)


# --- heads silenced -------------------------------------------------------------------------------------------


@contextmanager
def silenced(model: GPT, layer: int, head: int) -> Iterator[None]:
    """Make the output of a head (both counted from 1) zero for a while: the layer's output matrix ignores it.

    Raises:
        ValueError: a head that the model does not have.
    """
    if not (1 <= layer <= model.config.n_layer and 1 <= head <= model.config.n_head):
        raise ValueError(f"the model has no head {head} in layer {layer}")
    weight, width = cast(Block, model.blocks[layer - 1]).attention.out.weight, model.config.head_dim
    columns = slice((head - 1) * width, head * width)
    kept = weight[:, columns].detach().clone()
    try:
        with torch.no_grad():
            weight[:, columns] = 0.0
        yield
    finally:
        with torch.no_grad():
            weight[:, columns] = kept


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, list[int]]:
    """Return prompts as one batch, (n, T), and the place of each one's last token.

    Shorter ones are filled up at the end, where a causal model cannot look.
    """
    longest = max(map(len, rows))
    batch = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])
    return batch, [len(row) - 1 for row in rows]


@torch.no_grad()
def count_right(model: GPT, rows: Sequence[Sequence[int]], wanted: Sequence[int]) -> int:
    """Return for how many prompts the wanted token is the first choice."""
    batch, last = padded(rows)
    logits = model(batch).logits[range(len(rows)), last]  # (n, V)
    return int((logits.argmax(-1) == torch.tensor(wanted)).sum())


@dataclass(frozen=True)
class Knockout:
    """Right first words of `n` answers: the whole model, and with one head silenced, by (layer, head) from 1."""

    whole: int
    without: dict[tuple[int, int], int]
    n: int

    def lowest(self, besides: tuple[int, int] | None = None) -> tuple[int, int]:
        """Return the head without which fewest answers are right, `besides` left aside."""
        return min((key for key in self.without if key != besides), key=self.without.__getitem__)


def knock_out_heads(
    model: GPT, tokenizer: BytePairTokenizer, sentence: str = SENTENCE, kind: facts.Kind = "capital"
) -> Knockout:
    """Silence one head after the other, and count for how many countries the answer is still the first choice.

    Args:
        sentence: the beginning of a sentence about {name}, of which the word of this kind comes next.
    """
    rows = [tokenizer.encode(sentence.format(name=place.name)) for place in facts.COUNTRIES]
    wanted = [tokenizer.encode(f" {getattr(place, kind)}")[0] for place in facts.COUNTRIES]
    whole, without = count_right(model, rows, wanted), {}
    for layer in range(1, model.config.n_layer + 1):
        for head in range(1, model.config.n_head + 1):
            with silenced(model, layer, head):
                without[layer, head] = count_right(model, rows, wanted)
    return Knockout(whole, without, len(rows))


def capitals_without_each_head(model: GPT, tokenizer: BytePairTokenizer) -> Finding:
    """Find how many capitals stay right without the head that looks at the country, and without each other one."""
    result, looking = knock_out_heads(model, tokenizer), find_head(model, tokenizer)
    silent = looking.layer, looking.number
    worst = result.lowest()
    same = (
        "it is the one that looks at the country" if worst == silent else "it is another one than that above"
    )
    return Finding(
        "capitals right without that head",
        f"{result.without[silent]} of {result.n}",
        lambda guess: draw_knockout(result, guess),
        f"One head costs more than any other, and {same}. So far this holds for {result.n} sentences of one form, "
        "and for one way of silencing.",
    )


def draw_knockout(result: Knockout, guess: object = None) -> Picture:
    """Draw how many answers stay right without each head: a tile per head, and all of them on one scale."""
    from matplotlib import colormaps
    from matplotlib.patches import FancyBboxPatch

    layers, heads = max(layer for layer, _ in result.without), max(head for _, head in result.without)
    figure, (grid, scale) = new_figure(height=4.3, columns=2)
    grid.get_gridspec().set_width_ratios([4, 1])
    shade = colormaps["cividis"]
    worst = result.lowest()
    for (layer, head), right in result.without.items():
        share = right / result.n
        tile = FancyBboxPatch(
            (head - 0.42, layer - 0.42), 0.84, 0.84, boxstyle="round,pad=0,rounding_size=0.09",
            facecolor=shade(share), edgecolor=RED if (layer, head) == worst else "white", linewidth=2.5,
        )  # fmt: skip
        grid.add_patch(tile)
        grid.text(
            head, layer, str(right), ha="center", va="center", fontsize=17,
            fontweight="bold" if (layer, head) == worst else "normal",
            color="black" if share > 0.5 else "white",
        )  # fmt: skip
    grid.set(xlim=(0.5, heads + 0.5), ylim=(layers + 0.5, 0.5), aspect="equal")
    grid.set_xticks(range(1, heads + 1), [f"head {j}" for j in range(1, heads + 1)])
    grid.set_yticks(range(1, layers + 1), [f"layer {i}" for i in range(1, layers + 1)])
    grid.xaxis.tick_top()
    _bare(grid)
    title = f"Capitals that the model still knows, of {result.n},\nwith this one head switched off"
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    _knockout_scale(scale, result, worst)
    mark_guess(scale, guess)
    rest = result.without[result.lowest(besides=worst)]
    return Picture(
        figure,
        f"A grid of {layers} layers and {heads} heads: how many of {result.n} answers are right without each. The "
        f"whole model has {result.whole} right; without layer {worst[0]}, head {worst[1]} it is "
        f"{result.without[worst]}, without any one of the others at least {rest}.",
        "Each tile is the whole model without one head. On the right all of them on one scale.",
    )


def _knockout_scale(axis: Axes, result: Knockout, worst: tuple[int, int]) -> None:
    """Draw how many heads leave how many answers right; the head that costs most has its own colour."""
    heads = Counter(result.without.values())
    for right, n in heads.items():
        colour = RED if right == result.without[worst] else BLUE
        axis.barh(right, n, height=0.9, color=colour)
    most = max(heads, key=lambda right: heads[right])
    axis.annotate(
        f"{heads[most]} heads", (0, most), (4, 7), textcoords="offset points", va="bottom", fontsize=10
    )
    axis.set(xlim=(0, max(heads.values()) + 1), ylim=(-1, result.n + 4), ylabel="capitals right", xticks=[])
    axis.set_yticks(range(0, result.n + 1, 6))
    plain_ticks(axis.yaxis)
    axis.spines["bottom"].set_visible(False)


def _bare(axis: Axes) -> None:
    axis.grid(visible=False)
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)


# --- other sentences ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Frame:
    """A form of sentence about a country, and what a head does at its last token (means over the countries)."""

    sentence: str  # with {name}
    back: float  # how many tokens back the country ends
    on_country: float
    on_previous: float  # attention on the token just before the last
    knockout: Knockout


def frames_with_distance() -> list[tuple[str, facts.Kind]]:
    """Return the beginnings of the statements in which words stand between the country and the answer.

    Where the country is the token just before the last, looking at it and looking one back are the same.
    """
    found: list[tuple[str, facts.Kind]] = []
    for kind, statements in facts.STATEMENTS.items():
        for statement in statements:
            begun = statement.partition(f" {{{kind}}}")[0]
            if "{name}" in begun and len(re.findall(r"\w+|,", begun.partition("{name}")[2])) > 1:
                found.append((begun, kind))
    return found


@torch.no_grad()
def measure_frame(
    model: GPT, tokenizer: BytePairTokenizer, sentence: str, kind: facts.Kind, head: Head
) -> Frame:
    """Measure where a head looks from the last token of a sentence, and what silencing each head does to it."""
    rows = [tokenizer.encode(sentence.format(name=place.name)) for place in facts.COUNTRIES]
    batch, ends = padded(rows)
    maps = model(batch, return_attention=True).attentions[head.layer - 1][:, head.number - 1]  # (n, T, T)
    back = on_country = on_previous = 0.0
    for place, ids, end, looks in zip(facts.COUNTRIES, rows, ends, maps, strict=True):
        first, last = name_in(tokenizer, ids, place.name)
        back += end + 1 - last
        on_country += float(looks[end, first:last].sum())
        on_previous += float(looks[end, end - 1])
    n = len(rows)
    knockout = knock_out_heads(model, tokenizer, sentence, kind)
    return Frame(sentence, back / n, on_country / n, on_previous / n, knockout)


def same_head_in_other_sentences(
    model: GPT, tokenizer: BytePairTokenizer, asked: str = "In {name} people pay with the"
) -> Finding:
    """Find whether the head looks at the country or one token back, where the country stands further back."""
    head = find_head(model, tokenizer)
    frames = [
        measure_frame(model, tokenizer, sentence, kind, head)
        for sentence, kind in following(frames_with_distance(), "silencing 16 heads in form")
    ]
    (one,) = (frame for frame in frames if frame.sentence == asked)
    return Finding(
        f"attention on the country in '{_written(asked)}'",
        f"{one.on_country:.0%}",
        lambda guess: draw_frames(frames, head, guess),
        say_frames(frames, head),
    )


def say_frames(frames: Sequence[Frame], head: Head) -> str:
    """Say where the head looks in all these sentences, and whether the answers hang on it."""
    key = head.layer, head.number
    least, previous = min(f.on_country for f in frames), max(f.on_previous for f in frames)
    near, far = min(f.back for f in frames), max(f.back for f in frames)
    looks = "looks at it" if least > previous else "does not look at it everywhere"
    said = [
        f"In these {len(frames)} forms, with {frames[0].knockout.n} countries each, the country is {near:.0f} to "
        f"{far:.0f} tokens back and the head {looks}: on average at least {least:.0%} of its attention is there, "
        f"at most {previous:.0%} on the token just before."
    ]
    lost = [f.knockout.whole - f.knockout.without[key] for f in frames]
    said.append(f"Silencing it costs between {min(lost)} and {max(lost)} of the right answers.")
    others = [f for f in frames if f.knockout.without[f.knockout.lowest(key)] < f.knockout.without[key]]
    for frame in others:
        layer, number = frame.knockout.lowest(key)
        said.append(
            f"In '{_written(frame.sentence)}' another head matters even more: layer {layer}, head {number}, without "
            f"which {frame.knockout.without[layer, number]} of {frame.knockout.n} are right."
        )
    return " ".join(said)


def draw_frames(frames: Sequence[Frame], head: Head, guess: object = None) -> Picture:
    """Draw for each form of sentence the attention on the country and on the token just before the last one."""
    key = head.layer, head.number
    figure, axis = new_figure(height=0.62 * len(frames) + 0.9)
    for row, frame in enumerate(frames):
        axis.plot([frame.on_previous, frame.on_country], [row, row], color="#D8D8D8", linewidth=3, zorder=1)
        axis.text(0.0, row - 0.27, _written(frame.sentence), va="center", fontsize=10)
        left = f"{frame.knockout.whole} → {frame.knockout.without[key]}"
        axis.text(1.05, row, left, va="center", fontsize=11)
    rows = range(len(frames))
    axis.plot(
        [f.on_previous for f in frames], rows, "s", color=GREY, markersize=7, label="on the token just before"
    )
    axis.plot([f.on_country for f in frames], rows, "o", color=BLUE, markersize=9, label="on the country")
    axis.text(1.05, -0.75, "right:\nall → without", va="center", fontsize=9, color="#333333")
    axis.set(
        ylim=(len(frames) - 0.5, -1.0), xlim=(-0.02, 1.02), yticks=[],
        xlabel=f"attention of the last token in layer {head.layer}, head {head.number}",
    )  # fmt: skip
    axis.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.spines["left"].set_visible(False)
    axis.grid(visible=False)
    figure.legend(loc="outside upper left", ncols=2)
    mark_guess(axis, guess, along="x", share=True)
    given = "; ".join(
        f"'{_written(f.sentence)}' {f.on_country:.0%} and {f.on_previous:.0%}, right {f.knockout.whole} with and "
        f"{f.knockout.without[key]} without the head"
        for f in frames
    )
    return Picture(
        figure,
        f"Attention of the last token on the country and on the token just before: {given}.",
        f"X stands for {frames[0].knockout.n} countries. At the right: how many answers are right with all heads, and "
        "without this one.",
    )


def _written(sentence: str) -> str:
    return sentence.format(name="X")


# --- the reader's own sentence --------------------------------------------------------------------------------


def scalpel(model: GPT, tokenizer: BytePairTokenizer) -> View:
    """Return the view: a sentence, one head's attention in it, and the next token with and without that head."""
    import ipywidgets

    def draw(text: str, layer: int, head: int) -> tuple[Figure, str]:
        return draw_scalpel(model, tokenizer, text, layer, head)

    style = {"description_width": "5em"}
    chosen = find_head(model, tokenizer)
    controls = {
        "text": ipywidgets.Text(
            value="The capital of France is", description="sentence", continuous_update=False, style=style
        ),
        "layer": ipywidgets.IntSlider(
            value=chosen.layer, min=1, max=model.config.n_layer, description="layer", style=style
        ),
        "head": ipywidgets.IntSlider(
            value=chosen.number, min=1, max=model.config.n_head, description="head", style=style
        ),
    }
    other: dict[str, object] = {"layer": model.config.n_layer, "head": 1}
    stills: list[dict[str, object]] = [{}, other, {"text": "In Japan people pay with the"}]
    return View(draw, controls, stills)


@torch.no_grad()
def draw_scalpel(
    model: GPT, tokenizer: BytePairTokenizer, text: str, layer: int, head: int
) -> tuple[Figure, str]:
    """Draw one head's attention in a sentence (its newest tokens) and what comes next with and without the head.

    Raises:
        ValueError: a head that the model does not have.
    """
    ids = tokenizer.encode(text)[-model.config.context :] or tokenizer.encode("The")
    tokens = [tokenizer.token_text(token) for token in ids][-SHOWN_TOKENS:]
    batch = torch.tensor([ids])
    output = model(batch, return_attention=True)
    with silenced(model, layer, head):
        without = model(batch).logits[0, -1].softmax(-1)
    whole = output.logits[0, -1].softmax(-1)
    weights = output.attentions[layer - 1][0, head - 1, -len(tokens) :, -len(tokens) :]  # (shown, shown)
    shown = list(dict.fromkeys([*whole.topk(NEXT - 1).indices.tolist(), int(without.argmax())]))

    figure, (above, below) = new_figure(height=0.34 * len(tokens) + 4.0, rows=2)
    above.get_gridspec().set_height_ratios([0.34 * len(tokens) + 1.2, 2.6])
    _attention_map(above, weights, tokens)
    above.set_title(f"layer {layer}, head {head}: row looks at column", fontsize=11)
    _next_tokens(
        below, [tokenizer.token_text(t) for t in shown], whole[shown].tolist(), without[shown].tolist()
    )
    most, first, instead = int(weights[-1].argmax()), int(whole.argmax()), int(without.argmax())
    written = [tokenizer.token_text(token) for token in (first, instead)]
    after = (
        f"without it {without[first]:.0%}"
        if first == instead
        else f"without it '{written[1]}' with {without[instead]:.0%}"
    )
    return figure, (
        f"Layer {layer}, head {head}: '{tokens[-1]}' gives {weights[-1, most]:.0%} of its attention to "
        f"'{tokens[most]}'. Next comes '{written[0]}' with {whole[first]:.0%}; {after}."
    )


def _attention_map(axis: Axes, weights: Tensor, tokens: Sequence[str]) -> None:
    seen = weights.masked_fill(torch.ones_like(weights, dtype=torch.bool).triu(1), torch.nan)
    axis.imshow(seen.tolist(), cmap="cividis", vmin=0, vmax=1, aspect="auto")  # no token looks ahead
    for row in range(len(tokens)):
        for column in range(row + 1):
            value = float(weights[row, column])
            colour = "black" if value > 0.5 else "white"
            axis.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour, fontsize=9)
    axis.set_xticks(range(len(tokens)), tokens, rotation=30)
    axis.set_yticks(range(len(tokens)), tokens)
    _bare(axis)


def _next_tokens(axis: Axes, names: Sequence[str], whole: list[float], without: list[float]) -> None:
    rows = range(len(names))
    for shift, shares, colour, hatch, label in (
        (-0.2, whole, BLUE, "", "all heads"),
        (0.2, without, ORANGE, "//", "without this head"),
    ):
        bars = axis.barh([row + shift for row in rows], shares, 0.38, color=colour, hatch=hatch, label=label)
        axis.bar_label(bars, [f"{share:.0%}" for share in shares], padding=3, fontsize=9)
    axis.set_yticks(rows, names)
    axis.set(ylim=(len(names) - 0.5, -0.5), xlim=(0, 1.12), xlabel="probability of the next token")
    axis.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axis.grid(visible=False)
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
