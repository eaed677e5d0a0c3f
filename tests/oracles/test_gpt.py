"""The same weights in transformers' GPT-2 and Llama: logits, gradients, generation, caches."""

import copy

import pytest
import torch
from safetensors.torch import load_file

from course_lib.generation.decode import generate, generate_batch
from course_lib.models.gpt import GPT, KVCache
from course_lib.models.pretrained import load_pretrained, save_pretrained

pytestmark = pytest.mark.slow  # the peers alone take seconds to import

transformers = pytest.importorskip("transformers", reason="transformers is missing here: no oracle for GPT")

VOCAB, CONTEXT = 61, 40
LLAMA = {
    "vocab_size": VOCAB,
    "hidden_size": 32,
    "intermediate_size": 44,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": CONTEXT,
    "bos_token_id": None,
    "eos_token_id": None,
}
CASES = {
    "gpt2": {},
    "gpt2 other sizes": {
        "n_inner": 20,
        "n_head": 2,
        "layer_norm_epsilon": 1e-3,
        "tie_word_embeddings": False,
    },
    "llama": {"num_key_value_heads": 4},
    "llama grouped": {"num_key_value_heads": 2, "rms_norm_eps": 1e-5, "tie_word_embeddings": True},
    "llama one group": {
        "num_key_value_heads": 1,
        "rope_parameters": {"rope_type": "default", "rope_theta": 5e5},
    },
    "llama biases": {"num_key_value_heads": 2, "attention_bias": True, "mlp_bias": True},
    "llama half the biases": {"num_key_value_heads": 2, "attention_bias": True},
}
LIMITS = [(torch.float32, 1e-5), (torch.float64, 1e-12)]


class Angles(torch.nn.Module):
    """Rotary angles in float64: transformers' own are float32 numbers whatever the model's type."""

    def __init__(self, theta: float, width: int) -> None:
        super().__init__()
        self.speed = torch.tensor([theta ** (-2 * i / width) for i in range(width // 2)], dtype=torch.float64)

    def forward(self, x, position_ids):
        angle = position_ids[..., None].double() * self.speed.repeat(2)
        return angle.cos().to(x.dtype), angle.sin().to(x.dtype)


class RMSNorm(torch.nn.Module):
    """Root-mean-square norm in the type of its input: transformers' own goes through float32."""

    def __init__(self, norm) -> None:
        super().__init__()
        self.weight, self.eps = norm.weight, norm.variance_epsilon

    def forward(self, x):
        return x * (x.square().mean(-1, keepdim=True) + self.eps).rsqrt() * self.weight


def make(case: str, dtype: torch.dtype, seed: int = 0):
    """Return a random model of transformers, with weights large enough that no mistake can hide."""
    options = CASES[case]
    if case.startswith("gpt2"):
        shape = {"vocab_size": VOCAB, "n_positions": CONTEXT, "n_embd": 32, "n_layer": 3, "n_head": 4}
        shape |= {"bos_token_id": None, "eos_token_id": None}
        model = transformers.GPT2LMHeadModel(transformers.GPT2Config(**shape | options))
    else:
        config = transformers.LlamaConfig(**LLAMA | options)
        model = transformers.LlamaForCausalLM(config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            shift = 1.0 if ("norm" in name or "ln_" in name) and name.endswith("weight") else 0.0
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.2 + shift)
    model = model.to(dtype).eval()
    if case.startswith("llama") and dtype == torch.float64:
        model.model.rotary_emb = Angles(config.rope_parameters["rope_theta"], config.head_dim)
        model.model.norm = RMSNorm(model.model.norm)
        for layer in model.model.layers:
            layer.input_layernorm = RMSNorm(layer.input_layernorm)
            layer.post_attention_layernorm = RMSNorm(layer.post_attention_layernorm)
    return model


def ours(model, folder) -> GPT:
    model.save_pretrained(folder)
    return load_pretrained(folder)


def some_ids(rows: int = 3, length: int = 33, seed: int = 1) -> torch.Tensor:
    return torch.randint(VOCAB, (rows, length), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("dtype", "limit"), LIMITS, ids=["fp32", "fp64"])
@pytest.mark.parametrize("case", CASES)
def test_logits_gradients_and_every_path(case, dtype, limit, tmp_path, near):
    theirs = make(case, dtype)
    model, ids = ours(theirs, tmp_path), some_ids()
    targets = some_ids(seed=2)
    expected = theirs(ids).logits
    oracle = f"transformers {case.split()[0]}"
    out = model(ids, targets)
    near("logits, fast path", oracle, out.logits, expected, limit)
    slow = model(ids, return_attention=True).logits
    near("logits, return_attention path", oracle, slow, expected, limit)
    for cuts in ([33], [5, 9, 1, 18], [32, 1], [1] * 9 + [24]):
        cache = KVCache(model.config, batch_size=3, dtype=dtype)
        with torch.no_grad():
            parts = [model(part, kv_cache=cache).logits for part in ids.split(cuts, dim=1)]
        near("logits, cached in chunks", oracle, torch.cat(parts, 1), expected, limit)

    loss = torch.nn.functional.cross_entropy(expected.flatten(0, 1), targets.flatten())
    near("loss", oracle, out.loss, loss, limit)
    loss.backward()
    out.loss.backward()
    gradients = copy.deepcopy(model)
    with torch.no_grad():
        for into, parameter in zip(gradients.parameters(), model.parameters(), strict=True):
            into.copy_(parameter.grad)
    save_pretrained(tmp_path / "gradients", gradients)  # gives them the names that transformers has
    mine = load_file(tmp_path / "gradients" / "model.safetensors")
    named = {name: parameter.grad for name, parameter in theirs.named_parameters()}
    assert mine.keys() == named.keys()
    largest = max(float(gradient.abs().max()) for gradient in named.values())
    for name, gradient in named.items():
        near("gradients of every parameter", oracle, mine[name], gradient, limit, largest)


def test_attention_weights_and_states(tmp_path, near):
    for case in ("gpt2", "llama grouped"):
        theirs = make(case, torch.float64)
        theirs.set_attn_implementation("eager")
        model, ids = ours(theirs, tmp_path / case), some_ids()
        expected = theirs(ids, output_attentions=True, output_hidden_states=True)
        out = model(ids, return_attention=True, return_states=True)
        oracle = f"transformers {case.split()[0]}"
        # transformers rounds its attention weights through float32 on this path
        for a, b in zip(out.attentions, expected.attentions, strict=True):
            near("attention weights (theirs through fp32)", oracle, a, b, 1e-6)
        for a, b in zip(out.states[:-1], expected.hidden_states[:-1], strict=True):
            near("states (theirs through fp32)", oracle, a, b, 1e-5)


@pytest.mark.parametrize("case", ["gpt2", "llama", "llama grouped", "llama one group"])
def test_greedy_generation_one_by_one_and_batched(case, tmp_path, same):
    """Prompts of different lengths: transformers pads them on the left and masks the padding."""
    theirs = make(case, torch.float64)
    model = ours(theirs, tmp_path)
    oracle = f"transformers {case.split()[0]}"
    prompts = [some_ids(1, n, seed=n)[0].tolist() for n in (1, 4, 4, 7, 13)]
    new, longest = 12, 13
    options = {"max_new_tokens": new, "do_sample": False, "pad_token_id": 0}
    padded = torch.tensor([[0] * (longest - len(prompt)) + prompt for prompt in prompts])
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    expected = theirs.generate(padded, attention_mask=mask, **options)[:, longest:].tolist()
    same("greedy ids, batch of 5 lengths", oracle, generate_batch(model, prompts, new, 0), expected)
    for prompt, row in zip(prompts, expected, strict=True):
        same("greedy ids, one by one", oracle, generate(model, prompt, new, 0), row)
        same("greedy ids, without cache", oracle, generate(model, prompt, new, 0, use_cache=False), row)


def test_bfloat16_is_as_near_as_the_type_allows(tmp_path, near):
    for case in ("gpt2", "llama grouped"):
        theirs = make(case, torch.bfloat16)
        model = ours(theirs, tmp_path / case)
        assert model.embed.weight.dtype == torch.bfloat16
        near(
            "logits",
            f"transformers {case.split()[0]}",
            model(some_ids()).logits,
            theirs(some_ids()).logits,
            0.03,
        )


def test_rotary_tables_follow_theirs_up_to_a_long_context(near):
    """transformers rounds the speed to float32, so its angle is off by about position x 6e-8 radians."""
    from course_lib.models.gpt import GPTConfig, rotary_tables

    config = transformers.LlamaConfig(**LLAMA | {"max_position_embeddings": 8192})
    theirs = transformers.LlamaForCausalLM(config).model.rotary_emb
    cos, sin = theirs(torch.zeros(1), torch.arange(8192)[None])
    tables = rotary_tables(GPTConfig(VOCAB, 8192, 1, 4, 32, position="rotary"))
    for mine, expected in zip(tables, (cos, sin), strict=True):
        near("rotary tables, 8192 positions", "transformers llama", mine.float(), expected[0, :, :4], 1e-3)
