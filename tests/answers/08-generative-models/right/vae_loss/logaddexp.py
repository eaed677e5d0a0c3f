"""ln(1 + exp a) by logaddexp."""


def vae_loss(logits, images, kl, beta=1.0):
    if beta < 0 or images.shape != logits.shape or kl.shape != (len(logits),):
        raise ValueError("beta or shapes")
    zero = torch.zeros_like(logits)
    each = (torch.logaddexp(logits, zero) - images * logits).reshape(len(logits), -1).sum(-1)
    return torch.mean(each + kl * beta)
