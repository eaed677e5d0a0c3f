# caught by: any-size
"""Knows tables with one, two and three axes only."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("short")
    ids = list(prompt)
    for _ in range(max_new_tokens):
        row = probs if n == 1 else probs[ids[-1]] if n == 2 else probs[ids[-2], ids[-1]]
        ids.append(int(torch.multinomial(row.flatten(), 1, generator=generator)))
    return ids
