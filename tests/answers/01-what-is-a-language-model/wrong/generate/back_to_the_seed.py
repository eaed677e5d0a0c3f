# caught by: generator
"""Sets the generator back to its seed in every call."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("short")
    ids = list(prompt)
    generator.manual_seed(generator.initial_seed())
    for _ in range(max_new_tokens):
        ids.append(int(torch.multinomial(probs[tuple(ids[len(ids) - n + 1 :])], 1, generator=generator)))
    return ids
