"""Cross-entropy against labels 1 and 0."""


def gan_losses(real_scores, fake_scores):
    if not len(real_scores) or not len(fake_scores):
        raise ValueError("no scores")
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    ones, zeros = torch.ones_like, torch.zeros_like
    inspector = bce(real_scores, ones(real_scores)) + bce(fake_scores, zeros(fake_scores))
    return torch.stack((inspector, bce(fake_scores, ones(fake_scores))))
