"""One image after the other."""


def vae_loss(logits, images, kl, beta=1.0):
    if beta < 0 or images.shape != logits.shape or kl.shape != (len(logits),):
        raise ValueError("beta or shapes")
    total = 0
    for a, x, k in zip(logits, images, kl):
        total = total + torch.nn.functional.binary_cross_entropy_with_logits(a, x, reduction="sum") + beta * k
    return total / len(logits)
