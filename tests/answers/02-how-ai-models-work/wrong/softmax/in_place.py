# caught by: input-untouched
"""Saves memory by writing into the caller's logits."""


def softmax(logits, temperature=1.0, dim=-1):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, found {temperature}")
    if logits.requires_grad:
        logits = logits.clone()
    logits /= temperature
    logits -= logits.amax(dim=dim, keepdim=True)
    powers = torch.exp(logits)
    return powers / powers.sum(dim=dim, keepdim=True)
