"""Keeps the context as a window that moves; a table of rows and a number for each context."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    size = probs.shape[-1]
    rows = probs.reshape(-1, size)
    written, window = [], list(prompt[len(prompt) - (n - 1) :])
    for _ in range(max_new_tokens):
        number = 0
        for token in window:
            number = number * size + token
        token = int(torch.multinomial(rows[number], 1, generator=generator))
        written.append(token)
        window = [*window, token][1:] if n > 1 else []
    return list(prompt) + written
