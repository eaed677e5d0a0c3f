# caught by: walk-and-draw
"""Looks at the last token only; the other axes are averaged away."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    ids = list(prompt)
    rows = probs
    while rows.dim() > 2:
        rows = rows.mean(dim=0)
    for _ in range(max_new_tokens):
        row = rows[ids[-1]] if rows.dim() == 2 else rows
        ids.append(int(torch.multinomial(row, 1, generator=generator)))
    return ids
