# caught by: far
"""The logarithm of a sigmoid, with a little added."""


def vae_loss(logits, images, kl, beta=1.0):
    if beta < 0 or images.shape != logits.shape or kl.shape != (len(logits),):
        raise ValueError("beta or shapes")
    p = logits.sigmoid()
    ink = -images * (p + 1e-12).log() - (1 - images) * (1 - p + 1e-12).log()
    return ink.flatten(1).sum(1).mean() + beta * kl.mean()
