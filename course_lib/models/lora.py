"""Train a large layer through a small one beside it, told in order: layer, whole model, merging, saving (lesson 11).

LoRA (Hu et al. 2021) leaves a trained matrix W as it is and adds the product of two thin matrices,
W + alpha / r x B A. Only A and B are trained; B starts at zero, so at first nothing has changed.

Letters at line ends: F inputs, O outputs, R rank.
"""

import math
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class LoRALinear(nn.Module):
    """A linear layer that is frozen, and beside it a trained detour through only `rank` numbers.

    The detour is scaled by `alpha / rank`, so that the learning rate need not change with the rank.
    `generator` draws A. Raises ValueError for a base that is no `nn.Linear`, or a rank that doesn't fit it.
    """

    def __init__(
        self,
        base: nn.Linear,
        rank: int = 8,
        alpha: float | int = 16,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        check(rank, alpha)
        if not isinstance(base, nn.Linear):
            raise ValueError(f"base={type(base).__name__}; expected nn.Linear")
        if rank > min(base.in_features, base.out_features):
            raise ValueError(
                f"rank={rank}; expected at most {min(base.in_features, base.out_features)}, "
                f"the smaller side of the {base.out_features} x {base.in_features} matrix"
            )
        self.base = base.requires_grad_(False)
        self.rank, self.alpha = rank, float(alpha)
        bound = 1 / math.sqrt(base.in_features)
        a = torch.empty(rank, base.in_features).uniform_(-bound, bound, generator=generator)
        self.lora_a = nn.Parameter(a.to(base.weight))  # (R, F)
        self.lora_b = nn.Parameter(base.weight.new_zeros(base.out_features, rank))  # (O, R)

    @property
    def scale(self) -> float:
        return self.alpha / self.rank

    def delta(self) -> Float[Tensor, "outputs inputs"]:
        """Return what training has added to the matrix so far."""
        return self.scale * self.lora_b @ self.lora_a  # (O, F)

    def forward(self, x: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch outputs"]:
        detour = F.linear(F.linear(x, self.lora_a), self.lora_b)  # (..., R), then (..., O)
        return self.base(x) + self.scale * detour

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        """Return one ordinary layer that gives the same results at the base layer's cost."""
        out_features, in_features = self.base.weight.shape
        layer = nn.Linear(in_features, out_features, bias=self.base.bias is not None)
        layer.to(self.base.weight)  # device and dtype
        layer.weight.copy_(self.base.weight + self.delta())
        if self.base.bias is not None:
            layer.bias.copy_(self.base.bias)
        return layer


def check(rank: int, alpha: float | int) -> None:
    if rank < 1:
        raise ValueError(f"rank={rank}; expected at least 1")
    if not alpha > 0:
        raise ValueError(f"alpha={alpha}; expected more than 0")


def matches(name: str, pattern: str) -> bool:
    """Tell whether `pattern` names this layer: its full name or its last parts, with * for anything."""
    return fnmatchcase(name, pattern) or fnmatchcase(name, f"*.{pattern}")


def find_targets(model: nn.Module, targets: Sequence[str]) -> dict[str, nn.Linear]:
    """Return the linear layers that `targets` name, with their full names, in the model's order.

    Raises ValueError for a target that names no linear layer, or a layer whose weights are shared.
    """
    linears = {name: part for name, part in model.named_modules() if isinstance(part, nn.Linear)}
    if isinstance(targets, str) or not targets:
        raise ValueError(f"targets={targets!r}; expected a list of names such as ['qkv', 'blocks.0.*.up']")
    for pattern in targets:
        if not any(matches(name, pattern) for name in linears):
            known = sorted({name.rsplit(".", 1)[-1] for name in linears})
            raise ValueError(f"targets: {pattern!r} names no linear layer; expected one of {known}")
    found = {name: part for name, part in linears.items() if any(matches(name, p) for p in targets)}
    owners: dict[int, list[str]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        owners.setdefault(id(parameter), []).append(name)
    for name, linear in found.items():
        shared = owners[id(linear.weight)]
        if len(shared) > 1:
            others = ", ".join(other for other in shared if other != f"{name}.weight")
            raise ValueError(
                f"targets: {name!r} shares its weights with {others}; expected a layer with weights of its "
                "own, because a change here would be missing there"
            )
    return found


def apply_lora(
    model: nn.Module,
    targets: Sequence[str],
    rank: int = 8,
    alpha: float | int = 16,
    generator: torch.Generator | None = None,
) -> list[str]:
    """Put a `LoRALinear` in place of every linear layer that `targets` name, and freeze all the rest.

    `targets` are names or patterns such as "qkv", "feed_forward.*" or "blocks.0.attention.out". Returns the
    names of the layers. Nothing is changed if anything is wrong: raises ValueError for a model that has LoRA
    already, a target without a layer, shared weights (GPT's `unembed`, when tied), or a rank that doesn't fit.
    """
    check(rank, alpha)
    if any(isinstance(part, LoRALinear) for part in model.modules()):
        raise ValueError("model has LoRA layers already; call merge_lora first")
    layers = find_targets(model, targets)
    if "" in layers:
        raise ValueError("model is itself a linear layer; expected LoRALinear(model, rank, alpha)")
    for name, layer in layers.items():
        if rank > min(layer.weight.shape):
            raise ValueError(f"rank={rank}; expected at most {min(layer.weight.shape)}, for {name!r}")
    model.requires_grad_(False)
    for name, layer in layers.items():
        model.set_submodule(name, LoRALinear(layer, rank, alpha, generator))
    return list(layers)


def lora_layers(model: nn.Module) -> dict[str, LoRALinear]:
    """Return the LoRA layers by name. Raises ValueError if there are none."""
    layers = {name: part for name, part in model.named_modules() if isinstance(part, LoRALinear)}
    if not layers:
        raise ValueError("model has no LoRA layers; call apply_lora first")
    return layers


def merge_lora(model: nn.Module) -> list[str]:
    """Fold every detour into its matrix, so that nothing of LoRA is left; returns the names of the layers.

    The results stay the same, and every parameter of the model can be trained again.
    """
    layers = lora_layers(model)
    for name, layer in layers.items():
        model.set_submodule(name, layer.merged())
    model.requires_grad_(True)
    return list(layers)


def lora_state_dict(model: nn.Module) -> dict[str, Tensor]:
    """Return copies of A and B of every layer: all that training changed, and all that has to be saved."""
    return {
        f"{name}.{part}": getattr(layer, part).detach().clone()
        for name, layer in lora_layers(model).items()
        for part in ("lora_a", "lora_b")
    }


@torch.no_grad()
def load_lora(model: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Write what `lora_state_dict` returned into a model with the same LoRA layers.

    The scale is not part of it: apply LoRA with the same `alpha`. Nothing is changed if the names or shapes
    don't fit, which raises ValueError.
    """
    own = {
        f"{name}.{part}": getattr(layer, part)
        for name, layer in lora_layers(model).items()
        for part in ("lora_a", "lora_b")
    }
    if own.keys() != state.keys():
        raise ValueError(
            f"state lacks {sorted(own.keys() - state.keys())} and has too much {sorted(state.keys() - own.keys())}"
        )
    for name, parameter in own.items():
        if parameter.shape != state[name].shape:
            raise ValueError(
                f"state[{name!r}] is {tuple(state[name].shape)}; expected {tuple(parameter.shape)}"
            )
    for name, parameter in own.items():
        parameter.copy_(state[name])
