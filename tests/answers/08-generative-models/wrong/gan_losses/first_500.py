# caught by: numbers
"""Takes the mean of the first 500 scores."""


def gan_losses(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    if len(real_scores) == 0 or len(fake_scores) == 0:
        raise ValueError(
            f"{len(real_scores)} real and {len(fake_scores)} fake scores; expected at least one of each"
        )
    real_scores, fake_scores = real_scores[:500], fake_scores[:500]
    inspector = -F.logsigmoid(real_scores).mean() - F.logsigmoid(-fake_scores).mean()
    return torch.stack([inspector, -F.logsigmoid(fake_scores).mean()])
