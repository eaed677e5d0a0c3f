# caught by: walk-and-draw
"""Starts from the last context: the earlier part of the prompt is lost."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    ids = list(prompt[len(prompt) - n + 1 :])
    for _ in range(max_new_tokens):
        context = tuple(ids[len(ids) - n + 1 :])
        token = int(torch.multinomial(probs[context], 1, generator=generator))
        ids.append(token)
    return ids
