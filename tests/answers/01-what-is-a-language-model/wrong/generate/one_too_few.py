# caught by: walk-and-draw
"""Makes one token too few: the last token of the prompt is counted."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    ids = list(prompt)
    for _ in range(max_new_tokens - 1):
        context = tuple(ids[len(ids) - n + 1 :])
        token = int(torch.multinomial(probs[context], 1, generator=generator))
        ids.append(token)
    return ids
