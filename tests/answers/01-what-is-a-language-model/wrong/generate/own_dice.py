# caught by: generator
"""Makes its own generator with a fixed seed: every text is the same."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    ids = list(prompt)
    generator = torch.Generator().manual_seed(0)
    for _ in range(max_new_tokens):
        context = tuple(ids[len(ids) - n + 1 :])
        ids.append(int(torch.multinomial(probs[context], 1, generator=generator)))
    return ids
