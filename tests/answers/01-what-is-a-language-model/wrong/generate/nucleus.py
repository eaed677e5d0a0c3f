# caught by: walk-and-draw
"""Draws only from the likeliest tokens that make up 95 percent."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("short")
    ids = list(prompt)
    for _ in range(max_new_tokens):
        row = probs[tuple(ids[len(ids) - n + 1 :])].double()
        s, o = row.sort(descending=True)
        keep = s.cumsum(0) - s < 0.95
        ids.append(int(o[torch.multinomial(s * keep, 1, generator=generator)]))
    return ids
