"""One token, then the rest with the longer prompt."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    if max_new_tokens == 0:
        return list(prompt)
    context = tuple(prompt[-(n - 1) :]) if n > 1 else ()
    token = torch.multinomial(probs[context], 1, generator=generator).item()
    return generate(probs, [*prompt, token], max_new_tokens - 1, generator)
