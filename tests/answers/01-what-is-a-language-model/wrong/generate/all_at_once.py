# caught by: walk-and-draw
"""Draws all tokens from one row."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("short")
    ids = list(prompt)
    row = probs[tuple(ids[len(ids) - n + 1 :])]
    return ids + torch.multinomial(row, max_new_tokens, replacement=True, generator=generator).tolist()
