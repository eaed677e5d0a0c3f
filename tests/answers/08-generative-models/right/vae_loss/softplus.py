"""Softplus minus the ink's share."""


def vae_loss(logits, images, kl, beta=1.0):
    if beta < 0 or images.shape != logits.shape or kl.shape != (len(logits),):
        raise ValueError("beta or shapes")
    cost = torch.nn.functional.softplus(logits) - images * logits
    return cost.sum() / cost.shape[0] + beta * kl.sum() / kl.shape[0]
