"""Direct preferences: the loss by hand, the reference untouched, the answer's tokens and no others."""

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.alignment.dpo import align_on_preferences, dpo_loss, pair_log_probs
from course_lib.alignment.rewards import Preference, make_preferences, reward_loss
from course_lib.alignment.sft import (
    Adapters,
    answer_log_probs,
    answer_token_log_probs,
    finetune_on_examples,
    make_examples,
)
from course_lib.data.facts import SPECIAL_TOKENS
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.models.lora import LoRALinear, lora_state_dict, merge_lora
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.loop import TrainConfig

TOKENIZER = BytePairTokenizer([], SPECIAL_TOKENS)
PROMPTS, LENGTHS = torch.tensor([2, 4]), torch.tensor([7, 5])  # 5 answer tokens, then 1
FOUR = st.lists(st.tuples(*[st.floats(-40, 0)] * 4), min_size=1, max_size=6)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def rows(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = seeded(seed)
    return torch.randn(2, 8, 11, generator=generator).double(), torch.randint(11, (2, 8), generator=generator)


def tiny() -> GPT:
    shape = GPTConfig(vocab_size=TOKENIZER.vocab_size, context=16, n_layer=1, n_head=2, n_embd=16)
    return GPT(shape, seeded())


PAIRS = make_preferences(TOKENIZER, [(q, a, b) for q in "abcd" for a, b in (("yes", "no"), ("y", "nope"))])


def test_answer_log_probs_by_hand():
    logits, ids = rows()
    log_p = logits.log_softmax(-1)
    first = sum(log_p[0, t - 1, ids[0, t]] for t in range(2, 7))
    torch.testing.assert_close(
        answer_log_probs(logits, ids, PROMPTS, LENGTHS), torch.stack([first, log_p[1, 3, ids[1, 4]]])
    )
    each = answer_token_log_probs(logits, ids, PROMPTS, LENGTHS)
    assert (each != 0).nonzero().tolist() == [[0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [1, 3]]
    with pytest.raises(ValueError, match="prompt_lengths"):
        answer_log_probs(logits, ids, torch.tensor([0, 4]), LENGTHS)


def test_prompt_and_padding_do_not_count_but_length_does():
    logits, ids = rows()
    before = answer_log_probs(logits, ids, PROMPTS, LENGTHS)
    ids, logits = ids.clone(), logits.clone()
    ids[0, :2], ids[1, :4] = 3, 3
    ids[0, 7:], ids[1, 5:] = 5, 5
    logits[0, 0], logits[0, 6:], logits[1, :3], logits[1, 4:] = 9.0, 9.0, 9.0, 9.0
    assert torch.equal(answer_log_probs(logits, ids, PROMPTS, LENGTHS), before)
    uniform = answer_log_probs(torch.zeros(2, 8, 11), ids, PROMPTS, LENGTHS)
    torch.testing.assert_close(uniform, -math.log(11) * torch.tensor([5.0, 1.0]))  # a sum, not a mean


def test_answer_log_probs_gradient():
    logits, ids = rows()
    assert torch.autograd.gradcheck(
        lambda x: answer_log_probs(x, ids, PROMPTS, LENGTHS), (logits.requires_grad_(),)
    )


@settings(deadline=None)
@given(FOUR, st.floats(0.01, 2))
def test_loss_by_hand(values, beta):
    tensors = torch.tensor(values, dtype=torch.float64).T
    by_hand = []
    for pc, pr, rc, rr in values:
        x = beta * ((pc - rc) - (pr - rr))
        by_hand.append(math.log1p(math.exp(-abs(x))) + max(0.0, -x))  # -log sigmoid(x)
    loss = float(dpo_loss(*tensors, beta))
    assert loss == pytest.approx(sum(by_hand) / len(by_hand), rel=1e-9, abs=1e-12)
    implied = beta * (tensors[:2] - tensors[2:])  # the rewards that policy and reference imply
    assert loss == pytest.approx(float(reward_loss(*implied)), rel=1e-9, abs=1e-12)


def test_sign_of_the_preference_and_of_the_reference():
    zero = torch.zeros(1)
    assert float(dpo_loss(zero, zero, zero, zero)) == pytest.approx(math.log(2))
    up, down = float(dpo_loss(zero + 5, zero, zero, zero)), float(dpo_loss(zero, zero + 5, zero, zero))
    assert up < math.log(2) < down
    assert float(dpo_loss(zero, zero, zero + 5, zero)) == pytest.approx(down)  # only the change counts
    assert float(dpo_loss(zero, zero, zero, zero + 5)) == pytest.approx(up)
    assert float(dpo_loss(zero + 5, zero, zero, zero, beta=1.0)) < up  # a larger beta, a larger reward


def test_gradient_reaches_the_policy_only():
    values = [torch.randn(3, generator=seeded(i)).double().requires_grad_() for i in range(4)]
    assert torch.autograd.gradcheck(
        lambda a, b: dpo_loss(a, b, *[v.detach() for v in values[2:]], 0.3), values[:2]
    )
    dpo_loss(*values, 0.3).backward()
    chosen, rejected, *reference = (value.grad for value in values)
    assert reference == [None, None]
    assert (chosen < 0).all()  # a step downhill makes the chosen answer more probable
    torch.testing.assert_close(rejected, -chosen)
    x = 0.3 * ((values[0] - values[2]) - (values[1] - values[3])).detach()
    torch.testing.assert_close(chosen, -0.3 * torch.sigmoid(-x) / 3)  # Rafailov et al. 2023, section 4


def test_reference_log_probs_come_pair_by_pair():
    model = tiny()
    together = pair_log_probs(model, PAIRS, batch_size=3)
    for pair, found in zip(PAIRS, together, strict=True):
        for example, log_p in zip((pair.chosen, pair.rejected), found, strict=True):
            all_log_p = model(torch.tensor([example.ids])).logits[0].log_softmax(-1).detach()
            expected = sum(
                float(all_log_p[t - 1, example.ids[t]])
                for t in range(example.prompt_length, len(example.ids))
            )
            assert float(log_p) == pytest.approx(expected, rel=1e-4)


def margins(model: GPT) -> torch.Tensor:
    chosen, rejected = pair_log_probs(model, PAIRS).T
    return chosen - rejected


SETTINGS = TrainConfig(steps=15, lr=3e-3, warmup=2, weight_decay=0.0)


def test_it_prefers_the_chosen_answers_and_repeats_with_the_seed():
    def run() -> tuple[GPT, list[float]]:
        model = tiny()
        history = align_on_preferences(
            model, PAIRS, SETTINGS, seeded(1), beta=0.5, batch_size=4, progress=False
        )
        return model, history.loss

    model, losses = run()
    assert losses[0] == pytest.approx(math.log(2), abs=1e-5)  # policy and reference start as one
    assert losses[-1] < 0.5
    assert (margins(model) > margins(tiny())).all()
    assert run()[1] == losses


def test_sft_weight_adds_the_loss_of_the_chosen_answers():
    model = tiny()
    history = align_on_preferences(
        model, PAIRS[:1], TrainConfig(1, warmup=0), seeded(), sft_weight=2, progress=False
    )
    example = PAIRS[0].chosen
    log_p = float(pair_log_probs(tiny(), PAIRS[:1])[0, 0])
    tokens = len(example.ids) - example.prompt_length
    assert history.loss == [pytest.approx(math.log(2) - 2 * log_p / tokens, rel=1e-5)]


def test_it_can_be_stopped_early():
    history = align_on_preferences(
        tiny(), PAIRS, SETTINGS, seeded(), stop=lambda history: len(history) == 4, progress=False
    )
    assert history.step == [1, 2, 3, 4]


@pytest.mark.parametrize("stage", ["sft", "dpo"])
def test_adapters_alone_are_trained(stage):
    """Everything that was there before stays bit for bit, gets no gradient, and takes part after merging."""
    model, adapters = tiny(), Adapters(rank=2, alpha=4)
    before = copy.deepcopy(model.state_dict())
    if stage == "dpo":
        align_on_preferences(model, PAIRS, SETTINGS, seeded(), adapters=adapters, progress=False)
    else:
        examples = make_examples(TOKENIZER, [("a?", "x"), ("b?", "yy")])
        finetune_on_examples(model, examples, SETTINGS, seeded(), 4, False, adapters=adapters)
    assert all(bool(b.any()) for name, b in lora_state_dict(model).items() if name.endswith("lora_b"))
    assert len([part for part in model.modules() if isinstance(part, LoRALinear)]) == 4  # of the one block
    after = {name.replace(".base.", "."): value for name, value in model.state_dict().items()}
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert {name.rsplit(".", 1)[-1] for name, p in model.named_parameters() if p.grad is not None} == {
        "lora_a",
        "lora_b",
    }
    adapted = margins(model)
    merge_lora(model)
    torch.testing.assert_close(margins(model), adapted, rtol=1e-4, atol=1e-4)
    if stage == "dpo":
        assert (adapted > margins(tiny())).all()


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input():
    zero = torch.zeros(1)
    with pytest.raises(ValueError, match="beta=0"):
        dpo_loss(zero, zero, zero, zero, 0)
    with pytest.raises(ValueError, match="at least one pair"):
        dpo_loss(zero[:0], zero[:0], zero[:0], zero[:0])
    with pytest.raises(ValueError, match=r"shapes \[\(2,\), \(2,\), \(1,\), \(2,\)\]; expected as many"):
        dpo_loss(zero.expand(2), zero.expand(2), zero, zero.expand(2))  # would be taken for both
    for name, value in [("beta", -1), ("beta", math.inf), ("sft_weight", -1), ("batch_size", 0)]:
        with pytest.raises(ValueError, match=f"{name}={value}; expected"):
            align_on_preferences(tiny(), PAIRS, SETTINGS, seeded(), **{name: value})
    with pytest.raises(ValueError, match="accumulate=2; expected 1 here: take a smaller batch"):
        align_on_preferences(tiny(), PAIRS, TrainConfig(2, warmup=0, accumulate=2), seeded())
    mixed = [*PAIRS, Preference(PAIRS[0].chosen, PAIRS[2].rejected)]
    with pytest.raises(ValueError, match=f"the answers of pair {len(PAIRS)} have different prompts"):
        align_on_preferences(tiny(), mixed, SETTINGS, seeded())
    with pytest.raises(ValueError, match="preferences is empty"):
        align_on_preferences(tiny(), [], SETTINGS, seeded())
    for pairs, size in (([], 4), (PAIRS, 0)):
        with pytest.raises(ValueError, match=f"batch_size={size}, {len(pairs)} items"):
            pair_log_probs(tiny(), pairs, size)
