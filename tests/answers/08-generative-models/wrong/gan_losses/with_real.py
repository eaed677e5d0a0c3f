# caught by: forger
"""Real examples labelled fake, too."""


def gan_losses(real_scores, fake_scores):
    if not len(real_scores) or not len(fake_scores):
        raise ValueError("no scores")
    ls = torch.nn.functional.logsigmoid
    return torch.stack(
        [-ls(real_scores).mean() - ls(-fake_scores).mean(), -ls(fake_scores).mean() - ls(-real_scores).mean()]
    )
