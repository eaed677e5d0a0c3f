"""From scores to a choice: softmax with temperature, sampling, and how open the choice was."""

import math
from typing import TypedDict, Unpack

import torch
from jaxtyping import Float, Int
from torch import Tensor

SMALLEST = torch.finfo(torch.float32).tiny  # float32 cannot divide by less, nor tell it from 0


class SamplingOptions(TypedDict, total=False):
    """Which tokens may be drawn: options of `sample` and of all that decodes; `next_token_probs` explains them."""

    top_k: int | None
    top_p: float | int | None
    min_p: float | int | None
    repetition_penalty: float | int


def softmax(
    logits: Float[Tensor, "*shape"], temperature: float | int = 1.0, dim: int = -1
) -> Float[Tensor, "*shape"]:
    """Turn scores into probabilities that sum to 1 along `dim`: exp(z / T) / sum exp(z / T).

    The largest score is subtracted first, so that exp cannot overflow. A score of -inf gets probability 0.
    Temperature 0 is the limit: all probability on the largest score (the first of equals). Raises ValueError
    for a negative temperature. Source: Boltzmann 1868; lesson 02.
    """
    check_sampling(temperature)
    if temperature < SMALLEST:
        best = logits.argmax(dim=dim, keepdim=True)
        return torch.zeros_like(logits).scatter(dim, best, 1.0)
    shifted = (logits - logits.amax(dim=dim, keepdim=True).detach()) / temperature
    weights = shifted.exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def check_sampling(
    temperature: float | int = 1.0,
    top_k: int | None = None,
    top_p: float | int | None = None,
    min_p: float | int | None = None,
    repetition_penalty: float | int = 1.0,
) -> None:
    """Raise ValueError, naming the option, for what `next_token_probs` and `sample` cannot use."""
    if not 0 <= temperature < float("inf"):
        raise ValueError(f"temperature={temperature}; expected 0 (greedy) or more")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k={top_k}; expected at least 1")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p={top_p}; expected more than 0 and at most 1")
    if min_p is not None and not 0 <= min_p <= 1:
        raise ValueError(f"min_p={min_p}; expected 0 to 1")
    if not 0 < repetition_penalty < float("inf"):
        raise ValueError(f"repetition_penalty={repetition_penalty}; expected more than 0 (1: none)")


def penalise_repetition(
    logits: Float[Tensor, "*batch vocab"], previous: Int[Tensor, "*batch time"], penalty: float | int
) -> Float[Tensor, "*batch vocab"]:
    """Make the tokens of `previous` less probable: positive scores / penalty, negative x penalty.

    1 changes nothing, less than 1 favours repetition. Source: Keskar et al. 2019 (CTRL).
    """
    scores = logits.gather(-1, previous)  # (..., time)
    return logits.scatter(-1, previous, torch.where(scores < 0, scores * penalty, scores / penalty))


def next_token_probs(
    logits: Float[Tensor, "*batch vocab"],
    temperature: float | int = 1.0,
    top_k: int | None = None,
    top_p: float | int | None = None,
    min_p: float | int | None = None,
    repetition_penalty: float | int = 1.0,
    previous: Int[Tensor, "*batch time"] | None = None,
) -> Float[Tensor, "*batch vocab"]:
    """Return the chances that `sample` draws with, up to a factor per row; what is excluded has 0.

    In this order: `repetition_penalty` for the tokens of `previous`; `top_k` keeps the k largest scores (and
    those equal to the k-th); temperature and softmax; `top_p` keeps the fewest tokens whose probability
    reaches p (nucleus sampling, Holtzman et al. 2019); `min_p` keeps the tokens that are at least min_p times
    as probable as the first (Nguyen et al. 2024). Temperature 0 leaves the largest score alone. Raises
    ValueError for an option out of range, or for a penalty without `previous`.
    """
    check_sampling(temperature, top_k, top_p, min_p, repetition_penalty)
    if repetition_penalty != 1:
        if previous is None:
            raise ValueError(f"repetition_penalty={repetition_penalty} needs the tokens so far in `previous`")
        logits = penalise_repetition(logits, previous, repetition_penalty)
    if top_k is not None and top_k < logits.shape[-1]:
        smallest_kept = logits.topk(top_k, dim=-1).values[..., -1:]  # (..., 1)
        logits = logits.masked_fill(logits < smallest_kept, -torch.inf)
    probs = softmax(logits, temperature)
    if top_p is not None and top_p < 1:
        ordered, order = probs.sort(dim=-1, descending=True)
        before = ordered.cumsum(dim=-1) - ordered  # probability of everything ranked higher
        cut = before >= max(top_p, SMALLEST)  # never the first
        probs = torch.zeros_like(probs).scatter(-1, order, ordered.masked_fill(cut, 0.0))
    if min_p:
        probs = probs.masked_fill(probs < min_p * probs.amax(dim=-1, keepdim=True), 0.0)
    return probs


def sample(
    logits: Float[Tensor, "*batch vocab"],
    temperature: float | int = 1.0,
    generator: torch.Generator | int | None = None,
    previous: Int[Tensor, "*batch time"] | None = None,
    **options: Unpack[SamplingOptions],
) -> Int[Tensor, "*batch"]:
    """Draw one token id per row of scores, with the chances of `next_token_probs`.

    Temperature 0 is greedy: the largest score, after a repetition penalty, and no draw. The same generator
    state, or the same seed in its place, gives the same draw; a generator may live on another device than the
    scores. Raises ValueError as `next_token_probs`, and for a row whose largest score is not finite.
    """
    check_sampling(temperature, **options)
    largest, best = logits.max(dim=-1)
    if not math.isfinite(float(largest.float().sum())):
        raise ValueError(
            f"logits has the largest score {largest[~largest.isfinite()][0]}; expected finite ones"
        )
    if temperature == 0 and options.get("repetition_penalty", 1) == 1:
        return best
    probs = next_token_probs(logits, temperature, previous=previous, **options)
    if temperature == 0:
        return probs.argmax(dim=-1)
    generator = as_generator(generator)
    flat = probs.reshape(-1, probs.shape[-1])
    if generator is not None:
        flat = flat.to(generator.device)
    return torch.multinomial(flat, 1, generator=generator).reshape(probs.shape[:-1]).to(logits.device)


def as_generator(generator: torch.Generator | int | None) -> torch.Generator | None:
    """Return a generator as it is, and a seed as a new one. ValueError unless 0 <= seed < 2**63."""
    if not isinstance(generator, int):
        return generator
    if not 0 <= generator < 2**63:
        raise ValueError(f"generator={generator}; expected a torch.Generator, or a seed from 0 to 2**63 - 1")
    return torch.Generator().manual_seed(generator)


def entropy_bits(probs: Float[Tensor, "*shape"], dim: int = -1) -> Float[Tensor, "..."]:
    """Return the entropy -sum p log2 p along `dim`, in bits: 0 if sure, log2 V for V equal chances."""
    return -torch.xlogy(probs, probs).sum(dim=dim) / torch.log(torch.tensor(2.0, dtype=probs.dtype))


def effective_choices(probs: Float[Tensor, "*shape"], dim: int = -1) -> Float[Tensor, "..."]:
    """Return 2^entropy: how many equally likely options would be as open a choice."""
    return torch.exp2(entropy_bits(probs, dim))
