# caught by: generator
"""Draws with the global dice: another global seed, another text."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    ids = list(prompt)
    for _ in range(max_new_tokens):
        context = tuple(ids[len(ids) - n + 1 :])
        token = int(torch.multinomial(probs[context], 1))
        ids.append(token)
    return ids
