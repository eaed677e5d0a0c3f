# caught by: inspector
"""A critic's loss on raw scores."""


def gan_losses(real_scores, fake_scores):
    if not len(real_scores) or not len(fake_scores):
        raise ValueError("no scores")
    ls = torch.nn.functional.logsigmoid
    return torch.stack([fake_scores.mean() - real_scores.mean(), -ls(fake_scores).mean()])
