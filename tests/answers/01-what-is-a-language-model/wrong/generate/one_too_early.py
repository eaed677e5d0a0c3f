# caught by: walk-and-draw
"""Off by one in the context: it ends one token before the last."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    ids = list(prompt)
    for _ in range(max_new_tokens):
        context = (
            tuple(ids[max(len(ids) - n, 0) : len(ids) - 1])
            if len(ids) >= n
            else tuple(ids[len(ids) - n + 1 :])
        )
        token = int(torch.multinomial(probs[context], 1, generator=generator))
        ids.append(token)
    return ids
