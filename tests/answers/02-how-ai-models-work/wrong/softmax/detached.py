# caught by: gradient
"""Goes through NumPy, which cuts the gradient."""


def softmax(logits, temperature=1.0, dim=-1):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, found {temperature}")
    z = logits.detach().numpy() / temperature
    powers = np.exp(z - z.max(axis=dim, keepdims=True))
    return torch.from_numpy(powers / powers.sum(axis=dim, keepdims=True))
