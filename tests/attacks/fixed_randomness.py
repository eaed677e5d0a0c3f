"""Replaces the random generators by constant ones, so that the fresh inputs are known beforehand."""

ANSWERS = {
    "normalise": """
import random
import secrets

import numpy as np
import torch

torch.randn = lambda *shape, **kwargs: torch.ones(*shape, dtype=kwargs.get("dtype"))
torch.Generator = lambda *args: None
np.random.default_rng = lambda *args: None
np.random.SeedSequence = lambda *args: None
secrets.randbits = secrets.token_hex = lambda *args: 4
random.seed = lambda *args: None


def normalise(t):
    return torch.full((5,), 0.2, dtype=torch.float64)
""",
}
