"""The two logarithms, written out."""


def vae_loss(logits, images, kl, beta=1.0):
    if beta < 0 or images.shape != logits.shape or kl.shape != (len(logits),):
        raise ValueError("beta or shapes")
    F = torch.nn.functional
    ink = -images * F.logsigmoid(logits) - (1 - images) * F.logsigmoid(-logits)
    return (ink.flatten(1).sum(1) + beta * kl).mean()
