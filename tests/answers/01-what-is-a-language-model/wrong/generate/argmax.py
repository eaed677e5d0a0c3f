# caught by: walk-and-draw
"""Always the likeliest token: argmax is not a draw."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    ids = list(prompt)
    for _ in range(max_new_tokens):
        context = tuple(ids[len(ids) - n + 1 :])
        token = int(probs[context].argmax())
        ids.append(token)
    return ids
