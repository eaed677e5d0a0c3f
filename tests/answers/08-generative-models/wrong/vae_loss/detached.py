# caught by: slopes
"""Returns a new tensor of the value."""


def vae_loss(logits, images, kl, beta=1.0):
    if beta < 0 or images.shape != logits.shape or kl.shape != (len(logits),):
        raise ValueError("beta or shapes")
    return torch.tensor(
        (
            torch.nn.functional.binary_cross_entropy_with_logits(logits, images, reduction="sum")
            / len(logits)
            + beta * kl.mean()
        ).item(),
        dtype=logits.dtype,
    )
