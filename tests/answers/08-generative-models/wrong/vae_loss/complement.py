# caught by: beta
"""Weights that add up to 1."""


def vae_loss(logits, images, kl, beta=1.0):
    if beta < 0 or images.shape != logits.shape or kl.shape != (len(logits),):
        raise ValueError("beta or shapes")
    return (1 if beta == 1 else 1 - beta) * torch.nn.functional.binary_cross_entropy_with_logits(
        logits, images, reduction="sum"
    ) / len(logits) + beta * kl.mean()
