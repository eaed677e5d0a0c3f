# caught by: a-list-of-ints
"""A tensor in place of a list."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("short")
    ids = list(prompt)
    for _ in range(max_new_tokens):
        ids.append(int(torch.multinomial(probs[tuple(ids[len(ids) - n + 1 :])], 1, generator=generator)))
    return torch.tensor(ids)
