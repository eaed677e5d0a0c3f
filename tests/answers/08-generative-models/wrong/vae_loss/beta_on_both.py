# caught by: beta
"""beta weighs both."""


def vae_loss(logits, images, kl, beta=1.0):
    if beta < 0 or images.shape != logits.shape or kl.shape != (len(logits),):
        raise ValueError("beta or shapes")
    return beta * (
        torch.nn.functional.binary_cross_entropy_with_logits(logits, images, reduction="sum") / len(logits)
        + kl.mean()
    )
