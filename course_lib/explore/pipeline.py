"""One pass through the whole model: text in, one token out (lesson 02, part 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from course_lib.explore.figure import BLUE, GREY, ORANGE, SKY, Picture, new_figure
from course_lib.explore.view import View
from course_lib.generation.sampling import sample, softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

    from course_lib.models.gpt import GPT
    from course_lib.tokenizers.bpe import BytePairTokenizer

MOST_TOKENS = 6  # in the picture of the machine
SCALE = 3.0  # a number of this size, or larger, has the full colour
WIDE, ACROSS, DOWN = 6.4, 3.72, 0.34  # inches: the picture, its columns, a tile of 128 numbers


@dataclass(frozen=True)
class Pass:
    """What one pass through the model held, T tokens long.

    Attributes:
        tokens, ids: of the text, as a reader sees them and as numbers.
        sums: the running sum (T, width) after the embedding, then after each attention and each feed-forward.
        looks: for each layer how much each token looks at each (heads, T, T).
        readings: for the sum after the embedding and each layer, the likeliest next token and its chance.
        scores: of the next token (vocabulary,).
        picked: the id that was drawn.
    """

    text: str
    tokens: list[str]
    ids: list[int]
    sums: list[Tensor]
    looks: list[Tensor]
    readings: list[tuple[str, float]]
    scores: Tensor
    picked: int
    names: list[str]  # of all ids


@torch.no_grad()
def follow(
    model: GPT, tokenizer: BytePairTokenizer, text: str, temperature: float = 1.0, seed: int = 0
) -> Pass:
    """Follow `text` through the model, and draw one token with `temperature` and `seed`.

    Raises:
        ValueError: the text is empty or longer than the model's context.
    """
    ids = tokenizer.encode(text)
    if not ids:
        raise ValueError("text is empty; expected at least one character")
    mixed: list[Tensor] = []

    def keep(_module: Any, _inputs: Any, output: Any) -> None:
        mixed.append(output[0])  # (1, T, width), what attention adds

    hooks = [cast(nn.Module, block.attention).register_forward_hook(keep) for block in model.blocks]
    try:
        output = model(torch.tensor([ids]), return_attention=True, return_states=True)
    finally:
        for hook in hooks:
            hook.remove()
    assert output.states is not None
    assert output.attentions is not None
    sums = [output.states[0][0]]
    for added, before, after in zip(mixed, output.states, output.states[1:], strict=False):
        sums += [before[0] + added[0], after[0]]
    names = [tokenizer.token_text(token) for token in range(model.config.vocab_size)]
    readings = []
    for chances in model.logit_lens(output.states)[:, 0, -1].softmax(-1):
        best = int(chances.argmax())
        readings.append((names[best], float(chances[best])))
    scores = output.logits[0, -1]  # (V,)
    picked = int(sample(scores, temperature, torch.Generator().manual_seed(seed)))
    looks = [weights[0] for weights in output.attentions]
    return Pass(text, [names[i] for i in ids], ids, sums, looks, readings, scores, picked, names)


# --- the machine as one picture -------------------------------------------------------------------------------


def draw_machine(model: GPT, tokenizer: BytePairTokenizer, text: str) -> Picture:
    """Draw the whole machine with the numbers of one short text.

    Raises:
        ValueError: the text is empty or has more than `MOST_TOKENS` tokens.
    """
    seen = follow(model, tokenizer, text)
    if len(seen.ids) > MOST_TOKENS:
        raise ValueError(f"text={text!r} has {len(seen.ids)} tokens; expected at most {MOST_TOKENS}")
    layers = len(seen.looks)
    high = 3.72 + 1.02 * layers
    figure, axis = new_figure(WIDE, high)
    figure.set_layout_engine("none")
    axis.set_position((0, 0, 1, 1))
    step = ACROSS / max(len(seen.ids), 5)
    middle = [0.12 + step * (place + 0.5) for place in range(len(seen.ids))]
    y = high - 0.32
    _chips(axis, seen, middle, step, y)
    _beside(axis, y + 0.12, "tokens", [f"{len(seen.ids)} pieces of text,", "each with its number"])
    y -= 0.85
    _arrows(axis, middle, y + 0.6, y + DOWN / 2 + 0.03)
    _tiles(axis, seen.sums[0], middle, step, y)
    width = seen.sums[0].shape[1]
    _beside(axis, y + 0.16, "embedding", [f"{width} numbers a token", _reading(seen, 0)])
    for layer in range(layers):
        _layer(axis, seen, layer, middle, step, y)
        y -= 1.02
    _output(axis, seen, middle[-1], step, y, high)
    _key(axis)
    for image in axis.images:
        image.set_clip_on(False)
    axis.set(xlim=(0, WIDE), ylim=(0, high), aspect="auto")
    axis.axis("off")
    return Picture(figure, _in_a_sentence(seen), "")


def _tiles(axis: Axes, rows: Tensor, middle: Sequence[float], step: float, y: float) -> None:
    """Draw the numbers of each token (T, width) as a tile of small squares."""
    half = 0.43 * step
    for x, row in zip(middle, rows, strict=True):
        axis.imshow(
            row.reshape(8, -1).numpy(), cmap="cividis", vmin=-SCALE, vmax=SCALE, aspect="auto", interpolation="nearest",
            extent=(x - half, x + half, y - DOWN / 2, y + DOWN / 2), zorder=4,
        )  # fmt: skip


def _chips(axis: Axes, seen: Pass, middle: Sequence[float], step: float, y: float) -> None:
    """Draw the tokens with their ids, and behind them a place for the next one."""
    places = [*zip(middle, seen.tokens, map(str, seen.ids), strict=True)]
    places.append((middle[-1] + 1.0 * step, seen.names[seen.picked], "next"))
    for number, (x, token, below) in enumerate(places):
        new = number == len(seen.tokens)
        axis.text(
            x, y, token, ha="center", va="center", fontsize=11, family="monospace", color=ORANGE if new else "black",
            bbox={"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": ORANGE if new else GREY,
                  "linestyle": "--" if new else "-"},
        )  # fmt: skip
        axis.text(x, y - 0.26, below, ha="center", va="center", fontsize=9, color="#333333")


def _arrows(axis: Axes, middle: Sequence[float], top: float, bottom: float) -> None:
    for x in middle:
        axis.annotate("", (x, bottom), (x, top), arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 1.4})


def _layer(axis: Axes, seen: Pass, layer: int, middle: Sequence[float], step: float, y: float) -> None:
    """Draw one layer below the tiles at `y`: what attention brings, what feed-forward adds, and the new sum."""
    top, plus, box, low = y - DOWN / 2, y - 0.44, y - 0.67, y - 1.02
    look = seen.looks[layer].mean(0)  # (T, T)
    _arrows(axis, middle, top, low + DOWN / 2 + 0.02)
    for to, x in enumerate(middle):
        for source in range(to):
            weight = float(look[to, source])
            last = to == len(middle) - 1
            axis.plot(
                [middle[source], x - 0.07], [top, plus + 0.02], color=BLUE if last else SKY, linewidth=6 * weight,
                alpha=0.9 if last else 0.35, zorder=3 if last else 2, solid_capstyle="round",
            )  # fmt: skip
        axis.plot(x, plus, "o", color="white", markeredgecolor=BLUE, markersize=10, zorder=5)
        axis.text(x, plus - 0.008, "+", ha="center", va="center", fontsize=10, color=BLUE, zorder=6)
        axis.annotate(
            "", (x, box - 0.03), (x + 0.3 * step, box + 0.09), zorder=3,
            arrowprops={"arrowstyle": "-|>", "color": ORANGE, "lw": 1.2, "connectionstyle": "arc3,rad=-0.5"},
        )  # fmt: skip
        axis.plot(x + 0.3 * step, box + 0.09, "s", color=ORANGE, markersize=8, zorder=5)
    _tiles(axis, seen.sums[2 * layer + 2], middle, step, low)
    most = int(look[-1].argmax())
    lines = [
        f"{seen.tokens[-1]} looks at {seen.tokens[most]} {float(look[-1, most]):.0%}",
        _reading(seen, layer + 1),
    ]
    _beside(axis, y - 0.66, f"layer {layer + 1}", lines)


def _reading(seen: Pass, number: int) -> str:
    token, chance = seen.readings[number]
    return f"would say: {token} {chance:.0%}"


def _beside(axis: Axes, y: float, head: str, lines: Sequence[str]) -> None:
    x = 0.12 + ACROSS + 0.78
    axis.text(x, y, head, fontsize=11, weight="bold", va="center")
    for number, line in enumerate(lines, 1):
        axis.text(x, y - 0.18 * number, line, fontsize=9.5, va="center", color="#333333")


def _output(axis: Axes, seen: Pass, x: float, step: float, y: float, high: float) -> None:
    """Draw how the last sum becomes scores, chances and one token, which goes back to the top."""
    chances = softmax(seen.scores, 1.0)
    best = seen.scores.topk(5).indices.tolist()
    top = y - 0.72
    axis.annotate(
        "", (x, top + 0.1), (x, y - DOWN / 2), arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 1.4}
    )
    for place, token in enumerate(best):
        line = top - 0.22 * place
        chosen = token == seen.picked
        axis.text(0.95, line, seen.names[token], ha="right", va="center", fontsize=10.5, family="monospace")
        axis.text(1.5, line, f"{float(seen.scores[token]):.1f}", ha="right", va="center", fontsize=10)
        length = 1.75 * float(chances[token])
        axis.add_patch(_bar(1.72, line - 0.075, length, 0.15, ORANGE if chosen else BLUE))
        axis.text(1.78 + length, line, f"{float(chances[token]):.0%}", va="center", fontsize=10)
    axis.text(1.5, top + 0.22, "score", ha="right", va="center", fontsize=9.5, color="#333333")
    axis.text(1.72, top + 0.22, "chance", ha="left", va="center", fontsize=9.5, color="#333333")
    lines = [
        f"{len(seen.scores):,} scores, one for",
        "each token; softmax;",
        f"a draw: {seen.names[seen.picked]}",
    ]
    _beside(axis, top + 0.22, "output", lines)
    back, end = x + step, high - 0.7  # below the place for the next token
    line = top - 0.22 * best.index(seen.picked) if seen.picked in best else top - 0.9
    start = 2.3 + 1.75 * float(chances[seen.picked])
    axis.plot([start, back, back], [line, line, end], color=ORANGE, linestyle=(0, (4, 2)), linewidth=1.3)
    axis.annotate(
        "", (back, end + 0.02), (back, end - 0.14), arrowprops={"arrowstyle": "-|>", "color": ORANGE}
    )


def _key(axis: Axes) -> None:
    """Say what the lines and squares are."""
    axis.plot([0.14, 0.4], [0.62, 0.55], color=BLUE, linewidth=3)
    axis.plot(0.28, 0.33, "s", color=ORANGE, markersize=8)
    axis.annotate("", (0.28, 0.0), (0.28, 0.2), arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 1.4})
    for y, line in (
        (0.58, "attention: brings something from the tokens so far (wider: more), and adds it"),
        (0.33, "feed-forward: works on each token alone, and adds its result"),
        (0.1, "the running sum of each token: nothing is replaced, everything is added"),
    ):
        axis.text(0.52, y, line, va="center", fontsize=9.5)


def _bar(x: float, y: float, width: float, height: float, colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), max(width, 0.01), height, color=colour, linewidth=0)


def _in_a_sentence(seen: Pass) -> str:
    readings = ", ".join(f"{token} {chance:.0%}" for token, chance in seen.readings)
    chances = softmax(seen.scores, 1.0)
    best = ", ".join(
        f"{seen.names[i]} {float(seen.scores[i]):.1f} ({float(chances[i]):.0%})"
        for i in seen.scores.topk(3).indices.tolist()
    )
    return (
        f"The whole machine for “{seen.text}”: {len(seen.ids)} tokens; an embedding of {seen.sums[0].shape[1]} numbers "
        f"for each; {len(seen.looks)} layers, in each of which attention and feed-forward add to the running sum; "
        f"{len(seen.scores):,} scores, the best {best}; drawn: {seen.names[seen.picked]}, which is appended. Read out "
        f"after the embedding and each layer it would say: {readings}."
    )


# --- stage by stage -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stage:
    """One stage of a pass: its name, the real shape, and one real value in words."""

    name: str
    shape: tuple[int, ...]
    value: str


def stages_of(seen: Pass) -> list[Stage]:
    """Return the stages of a pass: text, tokens, embedding, each layer's two parts, scores, chances, draw, text."""
    tokens, chances = seen.tokens, softmax(seen.scores, 1.0)
    found = [
        Stage("text", (len(seen.text),), f"“{seen.text}”"),
        Stage(
            "tokenizer",
            (len(tokens),),
            ", ".join(f"{t} = {i}" for t, i in zip(tokens, seen.ids, strict=True)),
        ),
        Stage("embedding", tuple(seen.sums[0].shape), f"the last token begins {_first(seen.sums[0][-1])}"),
    ]
    for layer, look in enumerate(seen.looks, 1):
        mean = look.mean(0)  # (T, T)
        most = int(mean[-1].argmax())
        value = f"on average over the heads {tokens[-1]} looks {float(mean[-1, most]):.0%} at {tokens[most]}"
        found.append(Stage(f"layer {layer}, attention", tuple(look.shape), value))
        after = seen.sums[2 * layer]
        value = f"the sum of the last token is now {_first(after[-1])}"
        found.append(Stage(f"layer {layer}, feed-forward", tuple(after.shape), value))
    best = int(seen.scores.argmax())
    size = tuple(seen.scores.shape)
    found.append(
        Stage("scores", size, f"the highest is {float(seen.scores[best]):.2f} for {seen.names[best]}")
    )
    found.append(Stage("softmax", size, f"{seen.names[best]} has {float(chances[best]):.1%}"))
    name, chance = seen.names[seen.picked], float(chances[seen.picked])
    found.append(Stage("draw", (1,), f"{name} ({seen.picked}), which had {chance:.1%}"))
    found.append(Stage("text again", (1,), f"“{seen.text}{name.replace('·', ' ')}”"))
    return found


def _first(row: Tensor) -> str:
    return ", ".join(f"{number:.2f}" for number in row[:3].tolist()) + ", ..."


def draw_stage(seen: Pass, number: int) -> tuple[Figure, str]:
    """Draw the numbers of one stage of a pass (0: the text) and say the stage, its shape and one value."""
    stages = stages_of(seen)
    stage, tokens = stages[number], seen.tokens
    layer, part = divmod(number - 3, 2)
    inner = 0 <= layer < len(seen.looks)
    if inner and part == 0:
        figure = _draw_heads(seen.looks[layer], tokens)
    else:
        words = stage.name in ("text", "tokenizer", "text again")
        figure, axis = new_figure(height=1.5 if words else 3.0)
        if number == 2 or inner:
            rows = seen.sums[2 * layer + 2 if inner else 0]
            image = axis.imshow(rows.numpy(), cmap="cividis", aspect="auto", vmin=-SCALE, vmax=SCALE)
            axis.set_yticks(range(len(tokens)), tokens)
            axis.set_xlabel(f"the {rows.shape[1]} numbers of each token")
            axis.grid(False)
            figure.colorbar(image, ax=axis)
        elif stage.name in ("scores", "softmax", "draw"):
            _draw_best(axis, seen, stage.name)
        else:
            _draw_text(axis, seen, stage.name)
    figure.suptitle(f"{number + 1} of {len(stages)}: {stage.name}", x=0.01, ha="left", fontsize=12)
    shape = " x ".join(f"{size:,}" for size in stage.shape)
    return figure, f"Stage {number + 1} of {len(stages)}, {stage.name}: {shape}; {stage.value}."


def _draw_heads(look: Tensor, tokens: Sequence[str]) -> Figure:
    figure, axes = new_figure(columns=len(look))
    for head, axis in enumerate(axes.flat if len(look) > 1 else [axes]):
        axis.imshow(look[head].numpy(), cmap="cividis", vmin=0, vmax=1)
        axis.set_xticks(range(len(tokens)), tokens, rotation=90)
        axis.set_yticks(range(len(tokens)), tokens if head == 0 else [])
        axis.set_title(f"head {head + 1}")
        axis.grid(False)
    figure.supxlabel("each row looks at these", fontsize=11)
    return figure


def _draw_best(axis: Axes, seen: Pass, stage: str) -> None:
    values = seen.scores if stage == "scores" else softmax(seen.scores, 1.0)
    best = seen.scores.topk(8).indices.tolist()
    if stage == "draw" and seen.picked not in best:
        best[-1] = seen.picked
    colours = [ORANGE if stage == "draw" and i == seen.picked else BLUE for i in best]
    places = range(len(best))
    axis.barh(places, [float(values[i]) for i in best], color=colours)
    axis.set_yticks(places, [seen.names[i] for i in best])
    axis.invert_yaxis()
    axis.grid(visible=False, axis="y")
    axis.grid(visible=True, axis="x")
    axis.set_xlabel("score" if stage == "scores" else "chance")


def _draw_text(axis: Axes, seen: Pass, stage: str) -> None:
    """Draw the text as characters, as tokens with ids, or with the new token behind it."""
    axis.axis("off")
    if stage == "text":
        pieces, below = [c.replace(" ", "·") for c in seen.text], [""] * len(seen.text)
    elif stage == "tokenizer":
        pieces, below = seen.tokens, list(map(str, seen.ids))
    else:
        pieces, below = [*seen.tokens, seen.names[seen.picked]], [""] * len(seen.tokens) + ["new"]
    widths = [len(piece) + 1.4 for piece in pieces]
    size = min(15.0, 560 / sum(widths))
    at = 0.0
    for piece, under, width in zip(pieces, below, widths, strict=True):
        middle = (at + width / 2) / sum(widths)
        new = under == "new"
        axis.text(
            middle, 0.6, piece, ha="center", va="center", family="monospace", fontsize=size,
            bbox={"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": ORANGE if new else GREY},
        )  # fmt: skip
        axis.text(middle, 0.1, under, ha="center", va="center", fontsize=11)
        at += width


def pipeline_tracer(model: GPT, tokenizer: BytePairTokenizer, texts: Sequence[str]) -> View:
    """Return the view: choose a text and walk through the stages of one pass with a slider.

    Args:
        texts: at least one text that fits into the model's context.
    """
    import ipywidgets

    passes = {text: follow(model, tokenizer, text) for text in texts}

    def draw(text: str, step: int) -> tuple[Figure, str]:
        return draw_stage(passes[text], step - 1)

    last = len(stages_of(passes[texts[0]]))
    wide = {"description_width": "5em"}
    controls = {
        "text": ipywidgets.Dropdown(options=list(texts), description="text", style=wide),
        "step": ipywidgets.IntSlider(value=1, min=1, max=last, description="stage", style=wide),
    }
    return View(draw, controls, [{"step": 4}, {"step": 5}, {"step": last - 1}])
