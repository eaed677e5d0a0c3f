"""Decoding against the plainest loop that can be written, and with a model whose scores are known."""

import pytest
import torch

from course_lib.generation.decode import generate, generate_batch, stream
from course_lib.generation.sampling import sample
from course_lib.models.gpt import GPT, GPTConfig, GPTOutput
from course_lib.tokenizers.bytes import ByteTokenizer


def small_gpt(position: str = "learned") -> GPT:
    config = GPTConfig(vocab_size=256, context=16, n_layer=2, n_head=2, n_embd=16, position=position)
    model = GPT(config, torch.Generator().manual_seed(0))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(8)
    return model.eval()


class Script(GPT):
    """A model that says the given bytes, one after the other, whatever it reads."""

    def __init__(self, said: bytes, start: int) -> None:
        super().__init__(GPTConfig(vocab_size=256, context=64, n_layer=1, n_head=1, n_embd=2))
        self.said, self.start = said, start

    def forward(self, ids, kv_cache=None, last_only=False):
        kv_cache.length += ids.shape[1]
        logits = torch.zeros(ids.shape[0], 1, 256)
        logits[:, :, self.said[kv_cache.length - self.start]] = 20.0
        return GPTOutput(logits)


@pytest.mark.parametrize("position", ["learned", "rotary"])
@pytest.mark.parametrize("use_cache", [True, False])
def test_greedy_is_argmax_of_the_whole_context(position, use_cache):
    model, ids = small_gpt(position), [1, 2, 3]
    expected = list(ids)
    for _ in range(10):
        expected.append(int(model(torch.tensor([expected])).logits[0, -1].argmax()))
    assert generate(model, ids, 10, temperature=0, use_cache=use_cache) == expected[3:]
    assert ids == [1, 2, 3]


def test_sampling_with_and_without_cache_is_the_same_text():
    model = small_gpt()
    a, b = (
        generate(model, [5, 6], 40, 1.0, torch.Generator().manual_seed(1), use_cache=cached)
        for cached in (True, False)
    )
    assert len(a) == 40
    # beyond the context the cache keeps positions that the plain loop gives up one step earlier
    assert a[:14] == b[:14]


def test_a_full_context_goes_on_with_its_newer_half():
    model, ids = small_gpt(), list(range(16))
    first, second = generate(model, ids, 2, temperature=0)
    assert first == int(model(torch.tensor([ids])).logits[0, -1].argmax())
    kept = [*ids, first][-8:]
    assert second == int(model(torch.tensor([kept])).logits[0, -1].argmax())


def test_stop_token_ends_and_is_last():
    model = small_gpt()
    free = generate(model, [1], 10, temperature=0)
    stopped = generate(model, [1], 10, temperature=0, stop_ids={free[3]})
    assert stopped == free[: free.index(free[3]) + 1]


def test_batch_equals_one_by_one():
    model = small_gpt()
    prompts = [[1, 2], [3], [4, 5], [6, 7, 8], [9]]
    stop = set(range(0, 256, 5))
    expected = [generate(model, prompt, 8, 0, stop_ids=stop) for prompt in prompts]
    assert generate_batch(model, prompts, 8, 0, stop_ids=stop) == expected


def test_stream_gives_the_tokens_of_generate_with_probability_and_rank():
    model, tokenizer = small_gpt(), ByteTokenizer()
    steps = list(stream(model, tokenizer, [72, 105], 6, 1.0, torch.Generator().manual_seed(2)))
    assert [s.token for s in steps] == generate(model, [72, 105], 6, 1.0, torch.Generator().manual_seed(2))
    context = [72, 105]
    for step in steps:
        probs = model(torch.tensor([context])).logits[0, -1].softmax(-1)
        assert step.probability == pytest.approx(float(probs[step.token]), rel=1e-4)
        assert step.rank == 1 + int((probs > probs[step.token]).sum())
        context.append(step.token)
    assert all(s.rank == 1 for s in stream(model, tokenizer, [72], 6, temperature=0))


def test_stream_waits_for_whole_characters():
    said = "né한!".encode()
    steps = list(stream(Script(said, 1), ByteTokenizer(), [0], len(said), 0))
    assert [s.text for s in steps] == ["n", "", "é", "", "", "한", "!"]


def test_stream_shows_what_was_left_incomplete():
    steps = list(stream(Script("한".encode(), 1), ByteTokenizer(), [0], 2, 0))
    assert [s.text for s in steps] == ["", "\ufffd"]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([], "empty"),
        ([256], "id 256"),
        ([-1], "id -1"),
        ([1.7], "ids has 1.7; expected token ids"),
        ("Hi", "ids has 'H'; expected token ids, which a tokenizer makes of text"),
        (torch.tensor([[1, 2]]), r"ids has \[1, 2\]"),
        (list(range(17)), "17 tokens, but the context is 16"),
    ],
)
@pytest.mark.usefixtures("as_a_learner")
def test_bad_prompts_are_refused_before_the_first_step(ids, message):
    model = small_gpt()
    with pytest.raises(ValueError, match=message):
        generate(model, ids, 1)
    with pytest.raises(ValueError, match=message):
        stream(model, ByteTokenizer(), ids, 1)
    with pytest.raises(ValueError, match=message):
        generate_batch(model, [[1], ids], 1)


def test_a_seed_makes_the_same_text_every_time_and_everywhere():
    model, tokenizer = small_gpt(), ByteTokenizer()
    once = generate(model, [72, 105], 12, 1.0, 5)
    assert generate(model, [72, 105], 12, 1.0, torch.Generator().manual_seed(5)) == once
    assert [step.token for step in stream(model, tokenizer, [72, 105], 12, 1.0, 5)] == once
    assert generate_batch(model, [[72, 105]], 12, 1.0, 5) == [once]
    assert len(set(once)) > 3  # the draws go on, they do not begin again with each token


def test_a_repetition_penalty_counts_prompt_and_answer():
    model = small_gpt()
    context = [1, 2, 3]
    for token in generate(model, [1, 2, 3], 12, 0, repetition_penalty=1e6):
        logits = model(torch.tensor([context])).logits[0, -1]
        fresh = [i for i in range(256) if i not in context]
        assert token == max(fresh, key=lambda i: float(logits[i]))
        context.append(token)
    steps = stream(model, ByteTokenizer(), [1, 2, 3], 12, 0, repetition_penalty=1e6)
    assert [step.token for step in steps] == context[3:]
    assert generate_batch(model, [[1, 2, 3]], 12, 0, repetition_penalty=1e6) == [context[3:]]


def test_stream_reaches_one_token_at_a_time():
    """Nothing is computed before it is asked for, and a reader may stop at any step."""
    model = small_gpt()
    calls = []
    model.register_forward_hook(lambda *_: calls.append(1))
    steps = stream(model, ByteTokenizer(), [1], 10, 0)
    assert not calls
    next(steps)
    next(steps)
    assert len(calls) == 2
    assert not torch.is_inference_mode_enabled()  # what the reader computes in between keeps its gradients
    steps.close()


@pytest.mark.usefixtures("as_a_learner")
@pytest.mark.parametrize(
    "options",
    [
        {"min_p": 2.0},
        {"repetition_penalty": 0.0},
        {"temperature": -1.0},
        {"generator": -3},
        {"max_new_tokens": -1},
        {"stop_ids": 5},
        {"stop_ids": "ab"},
        {"stop_ids": {1, 256}},
    ],
    ids=str,
)
def test_bad_options_are_refused_before_the_first_step(options):
    model = small_gpt()
    name, options = next(iter(options)), {"max_new_tokens": 1} | options
    for call in (
        lambda: generate(model, [1], **options),
        lambda: generate_batch(model, [[1]], **options),
        lambda: stream(model, ByteTokenizer(), [1], **options),
    ):
        with pytest.raises(ValueError, match=f"{name}="):
            call()


def test_all_options_reach_the_choice():
    """The same words as in `sample`, whichever way the tokens are asked for."""
    model = small_gpt()
    settings = {"top_k": 5, "top_p": 0.9, "min_p": 0.01, "repetition_penalty": 1.2}
    new = generate(model, [1, 2], 12, 1.3, 4, **settings)
    context, dice = [1, 2], torch.Generator().manual_seed(4)
    for token in new:
        logits = model(torch.tensor([context])).logits[:, -1]
        assert token == int(sample(logits, 1.3, dice, torch.tensor([context]), **settings))
        context.append(token)
    assert generate_batch(model, [[1, 2]], 12, 1.3, 4, **settings) == [new]
    assert [step.token for step in stream(model, ByteTokenizer(), [1, 2], 12, 1.3, 4, **settings)] == new
    with pytest.raises(TypeError, match="topk"):
        generate(model, [1], 1, topk=5)


@pytest.mark.parametrize("temperature", [0, 1.0])
def test_a_broken_model_says_so(temperature):
    model = small_gpt()
    with torch.no_grad():
        model.norm.weight[0] = torch.nan
    with pytest.raises(ValueError, match="largest score nan"):
        generate(model, [1], 3, temperature, 0)
