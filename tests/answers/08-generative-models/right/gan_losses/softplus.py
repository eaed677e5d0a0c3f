"""softplus(-s) is -ln p."""


def gan_losses(real_scores, fake_scores):
    if not len(real_scores) or not len(fake_scores):
        raise ValueError("no scores")
    sp = torch.nn.functional.softplus
    return torch.stack([sp(-real_scores).mean() + sp(fake_scores).mean(), sp(-fake_scores).mean()])
