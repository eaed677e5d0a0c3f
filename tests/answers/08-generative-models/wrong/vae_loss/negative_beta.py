# caught by: cannot-be
"""A beta below 0 goes."""


def vae_loss(logits, images, kl, beta=1.0):
    if images.shape != logits.shape or kl.shape != (len(logits),):
        raise ValueError("beta or shapes")
    return (
        torch.nn.functional.binary_cross_entropy_with_logits(logits, images, reduction="sum") / len(logits)
        + beta * kl.mean()
    )
