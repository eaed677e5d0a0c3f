# caught by: walk-and-draw
"""Off by one in the context: the last n - 2 tokens, with the oldest axis averaged."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    ids = list(prompt)
    rows = probs.mean(dim=0) if n > 2 else probs
    for _ in range(max_new_tokens):
        context = tuple(ids[len(ids) - rows.dim() + 1 :])
        ids.append(int(torch.multinomial(rows[context], 1, generator=generator)))
    return ids
