# caught by: prompt-untouched
"""Normalises the row in the caller's table."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("short")
    ids = list(prompt)
    for _ in range(max_new_tokens):
        row = probs[tuple(ids[len(ids) - n + 1 :])]
        row /= 2 * row.sum()
        ids.append(int(torch.multinomial(row, 1, generator=generator)))
    return ids
