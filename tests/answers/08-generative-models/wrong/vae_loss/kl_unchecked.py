# caught by: cannot-be
"""kl may have any shape."""


def vae_loss(logits, images, kl, beta=1.0):
    if beta < 0 or images.shape != logits.shape:
        raise ValueError("beta or shapes")
    return (
        torch.nn.functional.binary_cross_entropy_with_logits(logits, images, reduction="sum") / len(logits)
        + beta * kl.mean()
    )
