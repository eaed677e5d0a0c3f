"""The largest of log p plus Gumbel noise is a draw with p."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    ids = list(prompt)
    for _ in range(max_new_tokens):
        row = probs[tuple(ids[len(ids) - n + 1 :])].double()
        noise = -torch.log(torch.empty_like(row).exponential_(generator=generator))
        ids.append(int((row.log() + noise).argmax()))
    return ids
