"""Rows of small images, each row with its name (lesson 08)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from course_lib.explore.figure import Picture, new_figure


def tile(images: Tensor, columns: int, gap: int = 1) -> Tensor:
    """Lay images (N, 1, h, w) out in rows of `columns`, with a light gap between; missing places stay light."""
    n, _, height, width = images.shape
    rows = -(-n // columns)
    sheet = torch.full((rows * (height + gap) - gap, columns * (width + gap) - gap), torch.nan)
    for place, image in enumerate(images):
        y, x = divmod(place, columns)
        sheet[
            y * (height + gap) : y * (height + gap) + height, x * (width + gap) : x * (width + gap) + width
        ] = image[0]
    return sheet


def gallery(
    rows: Mapping[str, Tensor],
    sentence: str,
    caption: str | None = None,
    labels: Sequence[str] = (),
    height: float = 0.72,
) -> Picture:
    """Draw one row of images for each name; ink is dark.

    Args:
        rows: images (N, 1, h, w) in 0 to 1 by name; all rows equally many.
        labels: what is written above the columns.
    """
    n = len(next(iter(rows.values())))
    if any(len(images) != n for images in rows.values()):
        raise ValueError(f"rows of {[len(images) for images in rows.values()]} images; expected equally many")
    figure, axes = new_figure(height=height * len(rows) + (0.3 if labels else 0.05), rows=len(rows))
    for axis, (name, images) in zip([axes] if len(rows) == 1 else axes, rows.items(), strict=True):
        side = images.shape[-1]
        axis.imshow(tile(images, n).tolist(), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
        axis.set_yticks([side / 2 - 0.5], [name])
        axis.set_xticks([])
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
        if labels:
            axis.set_xticks([place * (side + 1) + side / 2 - 0.5 for place in range(n)], labels)
            axis.xaxis.tick_top()
            axis.tick_params(length=0)
            labels = ()
    return Picture(figure, sentence, caption)
