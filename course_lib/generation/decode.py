"""One token after the other: each new token is appended to the context and read for the next one."""

import codecs
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Unpack

import torch
from torch import Tensor

from course_lib.generation.sampling import SamplingOptions, as_generator, check_sampling, sample
from course_lib.models.gpt import GPT, KVCache
from course_lib.tokenizers.base import Tokenizer

Choice = Callable[[Tensor, Tensor], Tensor]  # logits (B, V) and context (B, T) -> tokens (B,)


@dataclass(frozen=True)
class Step:
    """One step of `stream`."""

    token: int
    text: str  # what can be shown now; "" while a character is still incomplete
    probability: float  # the model's own, at temperature 1
    rank: int  # 1: no other token was more probable


def generate(
    model: GPT,
    ids: Sequence[int],
    max_new_tokens: int,
    temperature: float | int = 1.0,
    generator: torch.Generator | int | None = None,
    stop_ids: Collection[int] = (),
    use_cache: bool = True,
    **options: Unpack[SamplingOptions],
) -> list[int]:
    """Continue `ids` and return the new tokens only.

    A token of `stop_ids` ends the answer and is its last token. The options of the choice are those of
    `sample`; `generator` may be a seed. Temperature 0 is greedy. A repetition penalty counts the prompt too,
    as far as the model still sees it: when the context is full, the model goes on with the newer half of it.
    Raises ValueError for an empty prompt, one longer than the context, an id out of range, or a bad option;
    and, at the step where it happens, for scores that are not finite.
    """
    prompt = _check_prompt(model, ids)
    _check_end(model, max_new_tokens, stop_ids)
    choose = _chooser(temperature, generator, options)
    new: list[int] = []
    for tokens, _ in _decode(model, prompt, max_new_tokens, choose, use_cache):
        new.append(int(tokens[0]))
        if new[-1] in stop_ids:
            break
    return new


def generate_batch(
    model: GPT,
    prompts: Sequence[Sequence[int]],
    max_new_tokens: int,
    temperature: float | int = 1.0,
    generator: torch.Generator | int | None = None,
    stop_ids: Collection[int] = (),
    **options: Unpack[SamplingOptions],
) -> list[list[int]]:
    """Continue many prompts, those of equal length together; otherwise as `generate`, in the order given."""
    _check_end(model, max_new_tokens, stop_ids)
    choose = _chooser(temperature, generator, options)
    checked = [_check_prompt(model, prompt) for prompt in prompts]
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for i, prompt in enumerate(checked):
        groups[prompt.shape[1]].append(i)
    results: list[list[int]] = [[] for _ in prompts]
    for rows in groups.values():
        running = set(rows)
        batch = torch.cat([checked[i] for i in rows])  # (B, T)
        for tokens, _ in _decode(model, batch, max_new_tokens, choose, True):
            for i, token in zip(rows, tokens.tolist(), strict=True):
                if i in running:
                    results[i].append(token)
                    if token in stop_ids:
                        running.discard(i)
            if not running:
                break
    return results


def stream(
    model: GPT,
    tokenizer: Tokenizer,
    ids: Sequence[int],
    max_new_tokens: int,
    temperature: float | int = 1.0,
    generator: torch.Generator | int | None = None,
    stop_ids: Collection[int] = (),
    **options: Unpack[SamplingOptions],
) -> Iterator[Step]:
    """Continue `ids` and yield each token as soon as it is chosen: the same tokens as `generate`.

    `Step.text` holds whole characters only: bytes of a half-written character wait for the rest, and what is
    still incomplete at the last step comes out as U+FFFD. Raises ValueError as `generate` does, before the
    first step.
    """
    prompt = _check_prompt(model, ids)
    _check_end(model, max_new_tokens, stop_ids)
    choose = _chooser(temperature, generator, options)
    return _stream(model, tokenizer, prompt, max_new_tokens, choose, stop_ids)


def _stream(
    model: GPT,
    tokenizer: Tokenizer,
    prompt: Tensor,
    max_new_tokens: int,
    choose: Choice,
    stop_ids: Collection[int],
) -> Iterator[Step]:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    steps = _decode(model, prompt, max_new_tokens, choose, True)
    for i, (tokens, logits) in enumerate(steps, start=1):
        token = int(tokens[0])
        last = token in stop_ids or i == max_new_tokens
        text = decoder.decode(tokenizer.decode_bytes([token]), final=last)
        probability = float(logits[0].softmax(dim=-1)[token])
        rank = 1 + int((logits[0] > logits[0, token]).sum())
        yield Step(token, text, probability, rank)
        if last:
            return


def _chooser(
    temperature: float | int, generator: torch.Generator | int | None, options: SamplingOptions
) -> Choice:
    """Check the options once and return the choice of one token per row."""
    check_sampling(temperature, **options)
    drawn_with = as_generator(generator)
    return lambda logits, context: sample(logits, temperature, drawn_with, context, **options)


def _check_prompt(model: GPT, ids: Sequence[int]) -> Tensor:
    """Return the prompt as a tensor (1, T), or raise ValueError."""
    listed = ids.tolist() if isinstance(ids, Tensor) else list(ids)
    for token in listed:
        if not isinstance(token, Integral):
            raise ValueError(f"ids has {token!r}; expected token ids, which a tokenizer makes of text")
    prompt = torch.tensor([listed], dtype=torch.long, device=model.embed.weight.device)  # (1, T)
    if prompt.shape[1] == 0:
        raise ValueError("ids is empty; a model needs at least one token to continue")
    if prompt.shape[1] > model.config.context:
        raise ValueError(f"ids has {prompt.shape[1]} tokens, but the context is {model.config.context}")
    low, high = int(prompt.min()), int(prompt.max())
    if low < 0 or high >= model.config.vocab_size:
        bad = low if low < 0 else high
        raise ValueError(f"ids has the id {bad}; expected 0 to {model.config.vocab_size - 1}")
    return prompt


def _check_end(model: GPT, max_new_tokens: int, stop_ids: Collection[int]) -> None:
    """Raise ValueError for what would never end an answer."""
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens={max_new_tokens}; expected 0 or more")
    known = range(model.config.vocab_size)
    if not isinstance(stop_ids, Collection) or any(token not in known for token in stop_ids):
        raise ValueError(f"stop_ids={stop_ids!r}; expected several ids, each from 0 to {known[-1]}")


def _decode(
    model: GPT,
    context: Tensor,  # (B, T)
    max_new_tokens: int,
    choose: Choice,
    use_cache: bool,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield (tokens (B,), logits (B, V)) for each new position."""
    size = model.config.context
    weight = model.embed.weight
    cache = None
    new = context  # what the model has not read yet
    for _ in range(max_new_tokens):
        if context.shape[1] > size:
            context = new = context[:, -max(1, size // 2) :]  # drop the older half and read the rest afresh
            cache = None
        if cache is None and use_cache:
            room = min(size, context.shape[1] + max_new_tokens)
            cache = KVCache(model.config, context.shape[0], room, weight.device, weight.dtype)
        with torch.inference_mode():  # not around the loop: the caller's code runs in between
            unread = new if use_cache else context
            logits = model(unread, kv_cache=cache, last_only=True).logits[:, -1]  # (B, V)
            tokens = choose(logits, context)  # (B,)
            context = torch.cat((context, tokens[:, None]), dim=1)  # (B, T + 1)
            new = tokens[:, None]
        yield tokens, logits
