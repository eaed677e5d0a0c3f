"""One pass through the whole model, stage by stage: text in, one token out (lesson 02, part 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from course_lib.explore.figure import BLUE, new_figure
from course_lib.explore.view import View
from course_lib.generation.sampling import sample, softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from torch import Tensor

    from course_lib.models.gpt import GPT
    from course_lib.tokenizers.bpe import BytePairTokenizer


@dataclass(frozen=True)
class Stage:
    """One stage of a pass: its name, the real shape, one real value in words, and the numbers themselves."""

    name: str
    shape: tuple[int, ...]
    value: str
    numbers: Tensor | None = None


def _first(row: Tensor) -> str:
    return ", ".join(f"{number:.2f}" for number in row[:3].tolist()) + ", ..."


@torch.no_grad()
def trace(
    model: GPT, tokenizer: BytePairTokenizer, text: str, temperature: float = 1.0, seed: int = 0
) -> list[Stage]:
    """Follow `text` through the model: tokenizer, embedding, each layer, output, softmax, sampling, detokenizer.

    Raises:
        ValueError: the text is empty or longer than the model's context.
    """
    ids = tokenizer.encode(text)
    if not ids:
        raise ValueError("text is empty; expected at least one character")
    tokens = [tokenizer.token_text(token) for token in ids]
    output = model(torch.tensor([ids]), return_attention=True, return_states=True)  # ids: (1, T)
    stages = [
        Stage("text", (len(text),), f"{text!r}"),
        Stage("tokenizer", (1, len(ids)), ", ".join(f"{t}={i}" for t, i in zip(tokens, ids, strict=True))),
        Stage(
            "embedding", tuple(output.states[0].shape), _first(output.states[0][0, -1]), output.states[0][0]
        ),
    ]
    for layer, (weights, state) in enumerate(zip(output.attentions, output.states[1:], strict=True), 1):
        look = weights[0].mean(0)  # (T, T), mean over heads
        most = int(look[-1].argmax())
        value = f"'{tokens[-1]}' looks {look[-1, most]:.0%} at '{tokens[most]}'"
        stages.append(Stage(f"layer {layer}: attention", tuple(weights.shape), value, look))
        stages.append(
            Stage(f"layer {layer}: feed-forward", tuple(state.shape), _first(state[0, -1]), state[0])
        )
    logits = output.logits[0, -1]  # (V,)
    best = int(logits.argmax())
    value = f"highest score {logits[best]:.2f} for '{tokenizer.token_text(best)}'"
    stages.append(Stage("output (logits)", tuple(output.logits.shape), value, logits))
    probabilities = softmax(logits, temperature)
    value = f"'{tokenizer.token_text(best)}' has {probabilities[best]:.1%}"
    stages.append(Stage("softmax", tuple(probabilities.shape), value, probabilities))
    picked = int(sample(logits, temperature, torch.Generator().manual_seed(seed)))
    stages.append(Stage("sampling", (1,), f"picked id {picked} (it had {probabilities[picked]:.1%})"))
    stages.append(Stage("detokenizer", (1,), f"{text + tokenizer.decode([picked])!r}"))
    return stages


def _draw_stage(
    stages: Sequence[Stage], step: int, tokens: Sequence[str], names: Sequence[str]
) -> tuple[Figure, str]:
    stage = stages[step]
    figure, axis = new_figure(6.5, 2.8)
    if stage.numbers is None:
        axis.axis("off")
        axis.text(0.5, 0.5, stage.value, ha="center", va="center", fontsize=12, wrap=True)
    elif stage.numbers.ndim == 1:
        top = stage.numbers.topk(8)
        axis.barh([names[i] for i in top.indices.tolist()], top.values.tolist(), color=BLUE)
        axis.invert_yaxis()
        axis.set(xlabel="probability" if stage.name == "softmax" else "score", ylabel="token")
    else:
        shown = stage.numbers[:, :64]
        image = axis.imshow(shown, cmap="cividis", aspect="auto")
        axis.set_yticks(range(len(tokens)), tokens)
        square = "attention" in stage.name
        if square:
            axis.set_xticks(range(len(tokens)), tokens, rotation=60)
        axis.set(
            xlabel="looks at" if square else f"first {shown.shape[1]} of {stage.numbers.shape[1]} numbers"
        )
        figure.colorbar(image, ax=axis)
    axis.set_title(f"{step + 1} of {len(stages)}: {stage.name}")
    return figure, f"Stage {step + 1} of {len(stages)}, {stage.name}: shape {stage.shape}; {stage.value}."


def pipeline_tracer(model: GPT, tokenizer: BytePairTokenizer, texts: Sequence[str]) -> View:
    """Return the view: choose a text and walk through the stages of one pass with a slider.

    Args:
        texts: at least one text that fits into the model's context.
    """
    import ipywidgets

    names = [tokenizer.token_text(token) for token in range(model.config.vocab_size)]

    def draw(text: str, step: int) -> tuple[Figure, str]:
        tokens = [names[token] for token in tokenizer.encode(text)]
        return _draw_stage(trace(model, tokenizer, text), step - 1, tokens, names)

    last = len(trace(model, tokenizer, texts[0]))
    wide = {"description_width": "5em"}
    controls = {
        "text": ipywidgets.Dropdown(options=list(texts), description="text", style=wide),
        "step": ipywidgets.IntSlider(value=1, min=1, max=last, description="stage", style=wide),
    }
    return View(draw, controls, [{"step": 3}, {"step": 4}, {"step": last - 2}])
