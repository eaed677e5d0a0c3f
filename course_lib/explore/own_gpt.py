"""The learner's own attention, block and GPT with the course's trained weights, beside the library's (lab 10)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from course_lib import data
from course_lib.models import gpt
from course_lib.models.parts import putting_in

CHECKPOINTS = Path(data.__file__).with_name(
    "checkpoints"
)  # read without what training needs: this runs at grading
WEIGHTS = CHECKPOINTS / "course-gpt-base.safetensors"
SOME_IDS = (464, 17, 301, 5, 899, 64, 64, 1023, 0, 250)  # any will do: the scores of all are compared


def _config() -> gpt.GPTConfig:
    record = json.loads(WEIGHTS.with_suffix(".json").read_text(encoding="utf-8"))
    return gpt.GPTConfig(**record["config"])


def trained_shape() -> dict[str, int]:
    """Return what `GPT(...)` of lab 10 is given to have the shape of the course's model."""
    config = _config()
    names = ("vocab_size", "context", "n_layer", "n_head", "n_embd")
    return {name: getattr(config, name) for name in names}


def trained_weights(dtype: torch.dtype = torch.float64) -> dict[str, Tensor]:
    """Return the trained weights by name, the shared table under both of its names."""
    weights = {name: weight.to(dtype) for name, weight in load_file(WEIGHTS).items()}
    return weights | {"unembed.weight": weights["embed.weight"]}


def trained_scores(ids: tuple[int, ...]) -> Tensor:
    """Return what the library's GPT with these weights says, (T, V), in double precision."""
    with torch.device("meta"):
        model = gpt.GPT(_config())
    model.load_state_dict(trained_weights(), assign=True)
    with torch.no_grad():
        scores: Tensor = model(torch.tensor([ids])).logits[0]
    return scores


class OwnGPT:
    """A learner's classes put together, with the course's trained weights. Called as (ids, past), like their GPT.

    Args:
        GPT: the learner's class.
        own: the learner's parts by name, as `course_lib.models.parts.parts` has them.
        dtype: float64 where scores are compared, float32 where text is written.
    """

    def __init__(
        self, GPT: Callable[..., nn.Module], dtype: torch.dtype = torch.float32, **own: object
    ) -> None:
        self.own = own
        with putting_in(**own):
            self.model = GPT(**trained_shape()).to(dtype)
        self.model.load_state_dict(trained_weights(dtype))

    @torch.no_grad()
    def __call__(self, ids: Tensor, past: Any = None) -> Any:
        with putting_in(**self.own):
            return self.model(ids, past)

    def largest_difference(self, ids: tuple[int, ...] = SOME_IDS) -> float:
        """Return the largest difference to the library's scores."""
        scores = self(torch.tensor([ids]))[0][0].double()
        return float((scores - trained_scores(ids)).abs().max())
