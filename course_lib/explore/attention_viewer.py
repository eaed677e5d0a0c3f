"""All heads of the trained model at once: where one token of the reader's sentence looks (lesson 10, part 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from course_lib.explore.figure import new_figure
from course_lib.explore.view import View

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from course_lib.models.gpt import GPT
    from course_lib.tokenizers.bpe import BytePairTokenizer

MOST = 12  # tokens shown


def attention_viewer(model: GPT, tokenizer: BytePairTokenizer) -> View:
    """Return the view: a sentence, one of its tokens, and the attention of every head from there."""
    import ipywidgets

    def draw(text: str, back: int) -> tuple[Figure, str]:
        return draw_all_heads(model, tokenizer, text, back)

    style = {"description_width": "7em"}
    controls = {
        "text": ipywidgets.Text(
            value="In Peru many people speak", description="sentence", continuous_update=False, style=style
        ),
        "back": ipywidgets.IntSlider(value=0, min=0, max=MOST - 1, description="tokens back", style=style),
    }
    return View(draw, controls, [{}, {"back": 2}, {"text": "Peru is a country in South"}])


@torch.no_grad()
def draw_all_heads(model: GPT, tokenizer: BytePairTokenizer, text: str, back: int) -> tuple[Figure, str]:
    """Draw a row for each head: how much the token `back` places before the last looks at each token up to itself."""
    ids = (tokenizer.encode(text) or tokenizer.encode("The"))[-MOST:]
    place = max(0, len(ids) - 1 - back)
    names = [tokenizer.token_text(token) for token in ids]
    maps = model(torch.tensor([ids]), return_attention=True).attentions
    rows = torch.cat([layer[0, :, place] for layer in maps])  # (layers x heads, T)
    layers, heads = len(maps), maps[0].shape[1]
    figure, axis = new_figure(height=5.2)
    seen = rows.clone()
    seen[:, place + 1 :] = torch.nan
    axis.imshow(seen.tolist(), cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for row, weights in enumerate(rows.tolist()):
        for column, share in enumerate(weights[: place + 1]):
            if share >= 0.1:
                colour = "black" if share > 0.5 else "white"
                axis.text(column, row, f"{share:.0%}", ha="center", va="center", color=colour, fontsize=8.5)
    for layer in range(1, layers):
        axis.axhline(layer * heads - 0.5, color="white", linewidth=3)
    axis.set_xticks(range(len(ids)), names, rotation=30)
    axis.set_yticks(
        range(layers * heads),
        [f"layer {i // heads + 1}, head {i % heads + 1}" for i in range(layers * heads)],
        fontsize=8.5,
    )
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.set_title(f"where '{names[place]}' looks")
    top, most = divmod(int(rows[:, : place + 1].argmax()), place + 1)
    return figure, (
        f"From '{names[place]}', layer {top // heads + 1}, head {top % heads + 1} gives the largest share of all "
        f"heads: {rows[top, most]:.0%} to '{names[most]}'."
    )
