"""Which tokens stay possible, and how likely, against the logits processors of transformers."""

import pytest
import torch

from course_lib.generation.sampling import next_token_probs, penalise_repetition

pytestmark = pytest.mark.slow  # the peers alone take seconds to import

processors = pytest.importorskip(
    "transformers.generation.logits_process", reason="transformers is missing here: no oracle for sampling"
)
SETTINGS = {
    "temperature": {"temperature": 0.7},
    "top_k": {"top_k": 7},
    "top_k of all": {"top_k": 50},
    "top_p": {"top_p": 0.8},
    "top_p, tiny": {"top_p": 1e-4},
    "min_p": {"min_p": 0.1},
    "min_p, high": {"min_p": 1.0},
    "repetition_penalty": {"repetition_penalty": 1.3},
    "repetition_penalty below 1": {"repetition_penalty": 0.8},
    "all": {"temperature": 1.7, "top_k": 30, "top_p": 0.9, "min_p": 0.05, "repetition_penalty": 1.2},
}


def theirs(logits, previous, temperature=1.0, top_k=None, top_p=None, min_p=None, repetition_penalty=1.0):
    """The processors in the order in which transformers' `generate` builds them."""
    steps = [processors.RepetitionPenaltyLogitsProcessor(float(repetition_penalty))]
    steps.append(processors.TemperatureLogitsWarper(float(temperature)))
    if top_k is not None:
        steps.append(processors.TopKLogitsWarper(top_k))
    if top_p is not None:
        steps.append(processors.TopPLogitsWarper(top_p))
    if min_p is not None:
        steps.append(processors.MinPLogitsWarper(min_p))
    for step in steps:
        logits = step(previous, logits)
    return logits.softmax(-1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", SETTINGS)
def test_chances_are_theirs(name, dtype, near):
    generator = torch.Generator().manual_seed(0)
    for spread in (0.5, 3.0, 12.0):
        logits = torch.randn(200, 50, generator=generator, dtype=dtype) * spread
        previous = torch.randint(50, (200, 9), generator=generator)
        ours = next_token_probs(logits, previous=previous, **SETTINGS[name])
        expected = theirs(logits, previous, **SETTINGS[name])
        assert torch.equal(ours > 0, expected > 0)
        ours = ours / ours.sum(-1, keepdim=True)
        limit = 1e-5 if dtype == torch.float32 else 1e-12
        near("chances of the next token", "transformers processors", ours, expected, limit)
    penalised = penalise_repetition(logits, previous, 1.3)
    processor = processors.RepetitionPenaltyLogitsProcessor(1.3)
    near("repetition penalty", "transformers processors", penalised, processor(previous, logits), 0.0)
