"""From scores to a choice: softmax with temperature, sampling, and how open the choice was."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def softmax(
    logits: Float[Tensor, "*shape"], temperature: float | int = 1.0, dim: int = -1
) -> Float[Tensor, "*shape"]:
    """Turn scores into probabilities that sum to 1 along `dim`: exp(z / T) / sum exp(z / T).

    The largest score is subtracted first, so that exp cannot overflow. A score of -inf gets probability 0.
    Temperature 0 is the limit: all probability on the largest score (the first of equals). Raises ValueError
    for a negative temperature. Source: Boltzmann 1868; lesson 02.
    """
    if not temperature >= 0:
        raise ValueError(f"temperature={temperature}; expected 0 (greedy) or more")
    if temperature == 0:
        best = logits.argmax(dim=dim, keepdim=True)
        return torch.zeros_like(logits).scatter(dim, best, 1.0)
    shifted = (logits - logits.amax(dim=dim, keepdim=True).detach()) / temperature
    weights = shifted.exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def sample(
    logits: Float[Tensor, "*batch vocab"],
    temperature: float | int = 1.0,
    generator: torch.Generator | None = None,
    top_k: int | None = None,
    top_p: float | int | None = None,
) -> Int[Tensor, "*batch"]:
    """Draw one token id per row of scores.

    Temperature 0 is greedy: the largest score, no draw. `top_k` keeps the k largest scores; `top_p` keeps the
    fewest tokens whose probability reaches p (nucleus sampling, Holtzman et al. 2019). The same generator
    state gives the same draw. Raises ValueError for a negative temperature, top_k < 1, or top_p outside (0,
    1].
    """
    if not temperature >= 0:
        raise ValueError(f"temperature={temperature}; expected 0 (greedy) or more")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k={top_k}; expected at least 1")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p={top_p}; expected more than 0 and at most 1")
    if temperature == 0:
        return logits.argmax(dim=-1)
    if top_k is not None and top_k < logits.shape[-1]:
        smallest_kept = logits.topk(top_k, dim=-1).values[..., -1:]  # (..., 1)
        logits = logits.masked_fill(logits < smallest_kept, -torch.inf)
    probs = softmax(logits, temperature)
    if top_p is not None and top_p < 1:
        ordered, order = probs.sort(dim=-1, descending=True)
        before = ordered.cumsum(dim=-1) - ordered  # probability of everything ranked higher
        probs = torch.zeros_like(probs).scatter(-1, order, ordered.masked_fill(before >= top_p, 0.0))
    flat = probs.reshape(-1, probs.shape[-1])
    return torch.multinomial(flat, 1, generator=generator).reshape(probs.shape[:-1])


def entropy_bits(probs: Float[Tensor, "*shape"], dim: int = -1) -> Float[Tensor, "..."]:
    """Return the entropy -sum p log2 p along `dim`, in bits: 0 if sure, log2 V for V equal chances."""
    return -torch.xlogy(probs, probs).sum(dim=dim) / torch.log(torch.tensor(2.0, dtype=probs.dtype))


def effective_choices(probs: Float[Tensor, "*shape"], dim: int = -1) -> Float[Tensor, "..."]:
    """Return 2^entropy: how many equally likely options would be as open a choice."""
    return torch.exp2(entropy_bits(probs, dim))
