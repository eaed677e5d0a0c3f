# caught by: short-prompt
"""Looks at the length of the prompt only when a token is to be drawn, so max_new_tokens = 0 with a short prompt
raises nothing. Violates "ValueError if the prompt is shorter than n - 1" with "max_new_tokens: 0 or more"."""


def generate(
    probs: torch.Tensor, prompt: list[int], max_new_tokens: int, generator: torch.Generator
) -> list[int]:
    ids, n = list(prompt), probs.dim()
    for _ in range(max_new_tokens):
        if len(ids) < n - 1:
            raise ValueError("the prompt is too short")
        context = tuple(ids[len(ids) - (n - 1) :])
        ids.append(int(torch.multinomial(probs[context], 1, generator=generator)))
    return ids
