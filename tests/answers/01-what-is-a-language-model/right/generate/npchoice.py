"""NumPy draws, with a seed from the generator."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("short")
    ids = list(prompt)
    for _ in range(max_new_tokens):
        row = probs[tuple(ids[len(ids) - n + 1 :])].double().numpy()
        seed = int(torch.randint(2**60, (1,), generator=generator))
        ids.append(int(np.random.default_rng(seed).choice(len(row), p=row / row.sum())))
    return ids
