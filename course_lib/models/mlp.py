"""Layers of simple units: configuration, starting weights, whole network, gradient by layer (lesson 05).

A multi-layer perceptron multiplies, adds, bends, and does so again. The bend (activation) decides how much
of the gradient is left after many layers, and the starting weights have to fit it.

`MLP` is made of torch's layers; `value.ValueMLP` is the same network made of single numbers.

Letters at line ends: B batch, F inputs, H hidden units, K outputs.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Literal, cast

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.models.checks import check_dtype, check_sizes

Activation = Literal["relu", "tanh", "sigmoid", "gelu", "identity"]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": partial(F.gelu, approximate="tanh"),  # as in GPT-2 and in `gpt.py`
    "identity": lambda x: x,
}


@dataclass(frozen=True)
class MLPConfig:
    """Everything that fixes the shape of an `MLP`. Raises ValueError for sizes below 1 or an unknown bend."""

    n_in: int
    n_out: int
    hidden: tuple[int, ...] = (32,)  # units of each hidden layer; () is a linear model
    activation: Activation = "relu"

    def __post_init__(self) -> None:
        check_sizes(self, "n_in", "n_out")
        if any(width < 1 for width in self.hidden):
            raise ValueError(f"hidden={self.hidden}; expected at least 1 unit in each layer")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation={self.activation!r}; expected one of {tuple(ACTIVATIONS)}")

    @property
    def sizes(self) -> tuple[int, ...]:
        """Width of the input, of each hidden layer, and of the output."""
        return (self.n_in, *self.hidden, self.n_out)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class MLPOutput:
    """What one pass gives back; the part that was not asked for is None."""

    logits: Float[Tensor, "batch outputs"]
    states: list[Float[Tensor, "batch _"]] | None = None  # the input, then the result of each hidden layer


@torch.no_grad()
def initialise(layer: nn.Linear, activation: Activation, generator: torch.Generator | None = None) -> None:
    """Draw weights that keep the size of signals through a layer with this bend, and set the bias to zero.

    He et al. 2015 for bends that cut half of the signal away, Glorot and Bengio 2010 for the others.
    """
    n_out, n_in = layer.weight.shape
    std = math.sqrt(2 / n_in) if activation in ("relu", "gelu") else math.sqrt(2 / (n_in + n_out))
    layer.weight.normal_(0.0, std, generator=generator)
    if layer.bias is not None:
        layer.bias.zero_()


class MLP(nn.Module):
    """Linear layers with a bend between them; the last one gives scores, without a bend (lesson 05).

    `generator` seeds the initial weights, so that the same seed gives the same model.
    """

    def __init__(self, config: MLPConfig, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        linears = [nn.Linear(n_in, n_out) for n_in, n_out in pairwise(config.sizes)]
        for linear in linears:
            initialise(linear, config.activation, generator)
        self.layers = nn.ModuleList(linears)

    def forward(self, x: Float[Tensor, " batch *shape"], return_states: bool = False) -> MLPOutput:
        """Read `x` (images are flattened) and give one score per output.

        Raises ValueError if an example of `x` does not hold n_in numbers.
        """
        bend = ACTIVATIONS[self.config.activation]
        if x.ndim < 2 or math.prod(x.shape[1:]) != self.config.n_in:
            raise ValueError(f"x.shape={tuple(x.shape)}; expected (batch, {self.config.n_in})")
        if not x.is_floating_point():
            raise ValueError(f"x.dtype={x.dtype}; expected floating-point numbers")
        check_dtype("x", x, cast(nn.Linear, self.layers[0]).weight)
        x = x.flatten(1)  # (B, F)
        states = [x]
        for layer in self.layers[:-1]:
            x = bend(layer(x))  # (B, H)
            states.append(x)
        return MLPOutput(self.layers[-1](x), states if return_states else None)  # (B, K)


def gradient_by_layer(model: MLP, loss: Float[Tensor, ""]) -> list[float]:
    """Return the size of the loss's gradient for each layer's weights, the first layer first.

    The size is the root of the mean square, so that wide and narrow layers compare. Nothing is written to
    `.grad`. The share of the last layer's size that reaches the first tells whether gradients vanish.
    """
    weights = [cast(nn.Linear, layer).weight for layer in model.layers]
    gradients = torch.autograd.grad(loss, weights, retain_graph=True)
    return [float(gradient.square().mean().sqrt()) for gradient in gradients]
