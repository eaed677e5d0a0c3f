"""The loss counts answer tokens and nothing else."""

import pytest
import torch

from course_lib.alignment.sft import (
    Example,
    answer_targets,
    finetune_on_examples,
    frozen_embeddings,
    make_examples,
    sft_loss,
)
from course_lib.data.facts import SPECIAL_TOKENS
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.loop import TrainConfig

PROMPTS, LENGTHS = torch.tensor([2, 4]), torch.tensor([7, 5])  # 5 answer tokens, then 1


def rows(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, 8, 11, generator=generator).double(), torch.randint(11, (2, 8), generator=generator)


def test_mean_over_answer_tokens_by_hand():
    logits, ids = rows()
    log_p = logits.log_softmax(-1)
    losses = [-log_p[0, t - 1, ids[0, t]] for t in range(2, 7)] + [-log_p[1, 3, ids[1, 4]]]
    torch.testing.assert_close(sft_loss(logits, ids, PROMPTS, LENGTHS), torch.stack(losses).mean())


def test_prompt_and_padding_do_not_count():
    logits, ids = rows()
    before = sft_loss(logits, ids, PROMPTS, LENGTHS)
    ids, logits = ids.clone(), logits.clone()
    ids[0, :2], ids[1, :4] = 3, 3
    ids[0, 7:], ids[1, 5:] = 5, 5
    logits[0, 0], logits[0, 6:], logits[1, :3], logits[1, 4:] = 9.0, 9.0, 9.0, 9.0
    assert torch.equal(sft_loss(logits, ids, PROMPTS, LENGTHS), before)


def test_gradient():
    logits, ids = rows()
    assert torch.autograd.gradcheck(lambda x: sft_loss(x, ids, PROMPTS, LENGTHS), (logits.requires_grad_(),))


def test_a_model_that_knows_the_next_token_has_no_loss():
    _, ids = rows()
    logits = torch.zeros(2, 8, 11)
    logits[:, :-1] = 100 * torch.nn.functional.one_hot(ids[:, 1:], 11).float()
    assert float(sft_loss(logits, ids, PROMPTS, LENGTHS)) == pytest.approx(0, abs=1e-6)


def test_targets_by_hand():
    ids = torch.tensor([[1, 2, 3, 4, 0, 0]])
    assert answer_targets(ids, torch.tensor([2]), torch.tensor([4])).tolist() == [
        [-100, 3, 4, -100, -100, -100]
    ]


def test_bad_lengths_are_refused():
    logits, ids = rows()
    for prompts, lengths in (([0, 1], [7, 5]), ([2, 6], [7, 5]), ([2, 4], [9, 5])):
        with pytest.raises(ValueError, match="prompt_lengths"):
            sft_loss(logits, ids, torch.tensor(prompts), torch.tensor(lengths))
    with pytest.raises(ValueError, match="no row has an answer"):
        sft_loss(logits, ids, LENGTHS, LENGTHS)


TOKENIZER = BytePairTokenizer([], SPECIAL_TOKENS)


def test_examples_end_the_prompt_at_the_assistant():
    (example,) = make_examples(TOKENIZER, [("Hi", "Yo")])
    assert TOKENIZER.decode(example.ids[: example.prompt_length]) == "<|user|>Hi<|assistant|>"
    assert TOKENIZER.decode(example.ids[example.prompt_length :]) == "Yo<|end|>"
    with pytest.raises(ValueError, match="empty"):
        make_examples(TOKENIZER, [])
    with pytest.raises(ValueError, match="special token"):
        make_examples(TOKENIZER, [("Hi", "Yo<|end|>")])


def test_it_learns_the_answers_and_repeats_with_the_seed():
    examples = make_examples(TOKENIZER, [("a?", "x"), ("b?", "yy")])

    def run() -> list[float]:
        config = GPTConfig(vocab_size=TOKENIZER.vocab_size, context=16, n_layer=1, n_head=2, n_embd=16)
        model = GPT(config, torch.Generator().manual_seed(0))
        settings = TrainConfig(steps=60, lr=2e-2, warmup=5)
        return finetune_on_examples(
            model, examples, settings, torch.Generator().manual_seed(1), 4, False
        ).loss

    first = run()
    assert first[-1] < 0.2 < first[0]
    assert run() == first


@pytest.mark.parametrize("position", ["learned", "rotary"])
def test_frozen_embeddings_stay_except_the_named_ones(position):
    shape = GPTConfig(
        vocab_size=TOKENIZER.vocab_size, context=16, n_layer=1, n_head=2, n_embd=16, position=position
    )
    model = GPT(shape, torch.Generator().manual_seed(0))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    special = sorted(TOKENIZER.special_tokens.values())
    settings = TrainConfig(steps=3, warmup=0, weight_decay=0.5)  # decay moves weights without any gradient
    with frozen_embeddings(model, but=special):
        examples = make_examples(TOKENIZER, [("a?", "x"), ("b?", "yy")])
        finetune_on_examples(model, examples, settings, torch.Generator(), 4, False)
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert "positions.weight" not in changed
    assert {"embed.weight", "blocks.0.attention.qkv.weight"} <= changed
    rows = (model.embed.weight != before["embed.weight"]).any(dim=1).nonzero()[:, 0].tolist()
    assert rows == special
    assert model.unembed.weight is model.embed.weight
    model(torch.tensor([[1, 2]]), torch.tensor([[2, 3]])).loss.backward()  # everything can be trained again
    assert all(parameter.grad is not None for parameter in model.parameters())
    with pytest.raises(ValueError, match="expected ids from 0"), frozen_embeddings(model, but=[9999]):
        pass


def test_cut_batches_give_the_same_losses():
    """Parts with few answer tokens weigh less: each token of the batch counts once, cut or not."""
    examples = make_examples(TOKENIZER, [("a?", "x"), ("b?", "yyyyyy")])

    def run(accumulate: int) -> list[float]:
        config = GPTConfig(vocab_size=TOKENIZER.vocab_size, context=16, n_layer=1, n_head=2, n_embd=16)
        model = GPT(config, torch.Generator().manual_seed(0)).double()
        settings = TrainConfig(steps=5, lr=2e-2, warmup=1, accumulate=accumulate)
        return finetune_on_examples(
            model, examples, settings, torch.Generator().manual_seed(1), 6, False
        ).loss

    assert run(3) == pytest.approx(run(1), abs=1e-12)


def test_bad_input():
    model = GPT(GPTConfig(vocab_size=300, context=16, n_layer=1, n_head=1, n_embd=4))
    examples = make_examples(TOKENIZER, [("a?", "x")])
    with pytest.raises(ValueError, match="batch_size=0"):
        finetune_on_examples(model, examples, TrainConfig(1, warmup=0), torch.Generator(), 0)
    with pytest.raises(ValueError, match=r"no <\|user\|>; expected the special tokens"):
        make_examples(BytePairTokenizer([]), [("a?", "x")])


def test_too_long_examples_are_refused():
    model = GPT(GPTConfig(vocab_size=300, context=4, n_layer=1, n_head=1, n_embd=4))
    with pytest.raises(ValueError, match="examples is empty"):
        finetune_on_examples(model, [], TrainConfig(1, warmup=0), torch.Generator())
    with pytest.raises(ValueError, match="context is 4"):
        finetune_on_examples(model, [Example([1] * 5, 2)], TrainConfig(1, warmup=0), torch.Generator())
