# caught by: two-wishes
"""The squared error."""


def vae_loss(logits, images, kl, beta=1.0):
    if beta < 0 or images.shape != logits.shape or kl.shape != (len(logits),):
        raise ValueError("beta or shapes")
    return ((logits.sigmoid() - images) ** 2).flatten(1).sum(1).mean() + beta * kl.mean()
