# caught by: two-wishes
"""Only ink counts."""


def vae_loss(logits, images, kl, beta=1.0):
    if beta < 0 or images.shape != logits.shape or kl.shape != (len(logits),):
        raise ValueError("beta or shapes")
    return -(images * torch.nn.functional.logsigmoid(logits)).flatten(1).sum(1).mean() + beta * kl.mean()
