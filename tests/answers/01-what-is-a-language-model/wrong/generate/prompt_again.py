# caught by: walk-and-draw
"""Looks at the prompt again and again: the same question, each time."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    ids = list(prompt)
    for _ in range(max_new_tokens):
        context = tuple(prompt[len(prompt) - n + 1 :])
        token = int(torch.multinomial(probs[context], 1, generator=generator))
        ids.append(token)
    return ids
