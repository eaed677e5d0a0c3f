# caught by: sizes
"""Compares with the first 200 training examples, as a sample of all."""


def nearest_neighbour_rate(samples: torch.Tensor, training: torch.Tensor, threshold: float) -> float:
    if (
        len(samples) == 0
        or len(training) == 0
        or samples.shape[1:] != training.shape[1:]
        or not threshold >= 0
    ):
        raise ValueError(f"shapes {tuple(samples.shape)} and {tuple(training.shape)}, threshold={threshold}")
    training = training[:200]
    distances = torch.cdist(
        samples.flatten(1), training.flatten(1), compute_mode="donot_use_mm_for_euclid_dist"
    )
    return (distances.min(dim=1).values < threshold).double().mean().item()
