# caught by: short-prompt
"""A short prompt is padded with token 0, silently."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    ids = list(prompt)
    for _ in range(max_new_tokens):
        padded = [0] * n + ids
        context = tuple(padded[len(padded) - n + 1 :])
        ids.append(int(torch.multinomial(probs[context], 1, generator=generator)))
    return ids
