# caught by: walk-and-draw
"""Takes the context once, before the loop."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    ids = list(prompt)
    context = tuple(ids[len(ids) - n + 1 :])
    for _ in range(max_new_tokens):
        ids.append(int(torch.multinomial(probs[context], 1, generator=generator)))
    return ids
