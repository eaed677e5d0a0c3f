# caught by: two-wishes
"""Halves the copy."""


def vae_loss(logits, images, kl, beta=1.0):
    if beta < 0 or images.shape != logits.shape or kl.shape != (len(logits),):
        raise ValueError("beta or shapes")
    return (
        torch.nn.functional.binary_cross_entropy_with_logits(logits, images, reduction="none")
        .mean(dim=0)
        .sum()
        * 0.5
        + beta * kl.mean()
    )
