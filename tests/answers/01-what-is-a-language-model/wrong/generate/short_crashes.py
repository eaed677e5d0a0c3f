# caught by: short-prompt
"""Lets a prompt that is too short crash."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    ids = list(prompt)
    for _ in range(max_new_tokens):
        ids.append(int(torch.multinomial(probs[tuple(ids[len(ids) - n + 1 :])], 1, generator=generator)))
    return ids
