"""LoRA against the peft library with the same matrices, on one layer and on the whole GPT."""

import copy

import pytest
import torch
from torch import nn

from course_lib.models.gpt import GPT, GPTConfig
from course_lib.models.lora import (
    LoRALinear,
    apply_lora,
    load_lora,
    lora_layers,
    lora_state_dict,
    merge_lora,
)
from course_lib.training.loop import TrainConfig, train


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def randn(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(shape, generator=seeded(seed), dtype=dtype)


def linear(n_in: int = 6, n_out: int = 5, bias: bool = True, dtype: torch.dtype = torch.float64) -> nn.Linear:
    layer = nn.Linear(n_in, n_out, bias=bias, dtype=dtype)
    with torch.no_grad():
        for i, parameter in enumerate(layer.parameters()):
            parameter.copy_(randn(*parameter.shape, seed=i))
    return layer


def gpt(dtype: torch.dtype = torch.float64, **options) -> GPT:
    config = GPTConfig(vocab_size=13, context=8, n_layer=2, n_head=2, n_embd=8, **options)
    model = GPT(config, seeded()).to(dtype)
    with torch.no_grad():
        for i, parameter in enumerate(model.parameters()):
            parameter.add_(0.2 * randn(*parameter.shape, seed=i))
    return model


def fill(model: nn.Module) -> None:
    """Give A and B values as after training."""
    with torch.no_grad():
        for i, (name, parameter) in enumerate(model.named_parameters()):
            if "lora_" in name:
                parameter.copy_(randn(*parameter.shape, seed=i))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("rank", "alpha"), [(1, 1), (3, 12), (4, 2)])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_one_layer_agrees_with_peft(bias, rank, alpha, dtype, tolerance):
    from peft import LoraConfig, get_peft_model

    x = randn(2, 7, 6, seed=9).to(dtype)
    ours = LoRALinear(linear(bias=bias, dtype=dtype), rank, alpha, seeded())
    fill(ours)
    wrapped = nn.Sequential()
    wrapped.add_module("layer", linear(bias=bias, dtype=dtype))
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=["layer"], lora_dropout=0.0)
    theirs = get_peft_model(wrapped, config, autocast_adapter_dtype=False)
    layer = theirs.base_model.model.layer
    with torch.no_grad():
        layer.lora_A["default"].weight.copy_(ours.lora_a)
        layer.lora_B["default"].weight.copy_(ours.lora_b)
    torch.testing.assert_close(ours(x), theirs(x), atol=tolerance, rtol=tolerance)
    weights = randn(2, 7, 5, seed=4).to(dtype)
    (ours(x) * weights).sum().backward()
    (theirs(x) * weights).sum().backward()
    for a, b in ((ours.lora_a, layer.lora_A), (ours.lora_b, layer.lora_B)):
        gradient = b["default"].weight.grad
        torch.testing.assert_close(a.grad, gradient, atol=10 * tolerance, rtol=10 * tolerance)
    assert layer.base_layer.weight.grad is None
    assert ours.base.weight.grad is None
    merged = theirs.merge_and_unload().layer
    torch.testing.assert_close(ours.merged().weight, merged.weight, atol=tolerance, rtol=tolerance)
    torch.testing.assert_close(ours.merged()(x), ours(x), atol=10 * tolerance, rtol=10 * tolerance)


def test_the_whole_gpt_agrees_with_peft():
    from peft import LoraConfig, get_peft_model

    ids = torch.randint(13, (2, 8), generator=seeded(1))
    ours, wrapped = gpt(), gpt()
    names = apply_lora(ours, ["qkv", "down"], rank=2, alpha=6)
    fill(ours)
    config = LoraConfig(r=2, lora_alpha=6, target_modules=["qkv", "down"], lora_dropout=0.0)
    theirs = get_peft_model(wrapped, config, autocast_adapter_dtype=False)
    with torch.no_grad():
        for name in names:
            layer = theirs.base_model.model.get_submodule(name)
            layer.lora_A["default"].weight.copy_(ours.get_submodule(name).lora_a)
            layer.lora_B["default"].weight.copy_(ours.get_submodule(name).lora_b)
    counts = [sum(p.numel() for p in m.parameters() if p.requires_grad) for m in (ours, theirs)]
    assert counts[0] == counts[1]
    before = ours(ids).logits
    torch.testing.assert_close(before, theirs.base_model.model(ids).logits, atol=1e-12, rtol=1e-12)
    merge_lora(ours)
    merged = theirs.merge_and_unload()
    torch.testing.assert_close(ours(ids).logits, merged(ids).logits, atol=1e-12, rtol=1e-12)
    torch.testing.assert_close(ours(ids).logits, before, atol=1e-11, rtol=1e-11)


def test_gradcheck():
    layer = LoRALinear(linear(4, 3), 2, 5, seeded())
    fill(layer)
    x = randn(2, 4).requires_grad_()

    def f(x, a, b):
        return torch.func.functional_call(layer, {"lora_a": a, "lora_b": b}, (x,))

    assert torch.autograd.gradcheck(f, (x, layer.lora_a, layer.lora_b))


def test_at_the_start_nothing_has_changed_and_only_the_detours_are_trained():
    model, ids = gpt(), torch.randint(13, (2, 8), generator=seeded(1))
    before = model(ids).logits
    names = apply_lora(model, ["attention.*"], rank=2, alpha=4, generator=seeded(2))
    assert names == [f"blocks.{i}.attention.{part}" for i in (0, 1) for part in ("qkv", "out")]
    assert torch.equal(model(ids).logits, before)
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained == {f"{name}.{part}" for name in names for part in ("lora_a", "lora_b")}
    assert trained == lora_state_dict(model).keys()
    for layer in lora_layers(model).values():
        assert not layer.lora_b.any()
        assert layer.lora_a.any()


def test_training_moves_the_detours_and_nothing_else():
    model = gpt(torch.float32)
    frozen = copy.deepcopy(model.state_dict())
    apply_lora(model, ["qkv", "up"], rank=2, alpha=8, generator=seeded())
    ids = torch.randint(13, (4, 8), generator=seeded(1))
    config = TrainConfig(15, lr=3e-2, warmup=1)
    history = train(model, lambda generator: (ids, ids), config, seeded(2), progress=False)
    assert history.loss[-1] < history.loss[0] - 0.1
    state = lora_state_dict(model)
    assert all(tensor.any() for tensor in state.values())
    for name, tensor in model.state_dict().items():
        if "lora_" not in name:
            assert torch.equal(tensor, frozen[name.replace(".base.", ".")]), name

    twin = gpt(torch.float32)
    apply_lora(twin, ["qkv", "up"], rank=2, alpha=8, generator=seeded(5))
    load_lora(twin, state)
    assert torch.equal(twin(ids).logits, model(ids).logits)
    merge_lora(twin)
    assert twin.state_dict().keys() == frozen.keys()
    assert all(parameter.requires_grad for parameter in twin.parameters())
    assert twin.unembed.weight is twin.embed.weight
    torch.testing.assert_close(twin(ids).logits, model(ids).logits, atol=1e-4, rtol=1e-4)


def test_alpha_over_rank_scales_the_detour():
    x = randn(3, 6, seed=2)
    outs = []
    for alpha in (4, 8):
        layer = LoRALinear(linear(), 2, alpha, seeded())
        fill(layer)
        outs.append(layer(x) - layer.base(x))
        torch.testing.assert_close(layer.delta(), alpha / 2 * layer.lora_b @ layer.lora_a)
    torch.testing.assert_close(2 * outs[0], outs[1])


def test_the_state_is_a_copy_and_the_seed_decides():
    a, b = (LoRALinear(linear(), 2, 4, seeded(7)) for _ in range(2))
    assert torch.equal(a.lora_a, b.lora_a)
    model = nn.Sequential(a)
    state = lora_state_dict(model)
    fill(model)
    assert not torch.equal(state["0.lora_a"], a.lora_a)


def test_shared_weights_are_refused_and_untied_ones_are_not():
    model = gpt()
    before = {name: p.requires_grad for name, p in model.named_parameters()}
    with pytest.raises(ValueError, match=r"'unembed' shares its weights with embed\.weight"):
        apply_lora(model, ["qkv", "unembed"])
    assert {name: p.requires_grad for name, p in model.named_parameters()} == before
    assert apply_lora(gpt(tie_embeddings=False), ["unembed"], rank=2) == ["unembed"]


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input_is_refused():
    def adapted() -> GPT:
        model = gpt()
        apply_lora(model, ["qkv"], rank=2)
        return model

    state = lora_state_dict(adapted())
    wrong = state | {"blocks.0.attention.qkv.lora_a": torch.zeros(3, 8)}
    for call, message in [
        (lambda: LoRALinear(linear(), 0), "rank=0"),
        (lambda: LoRALinear(linear(), 6), "rank=6; expected at most 5"),
        (lambda: LoRALinear(linear(), 2, 0), "alpha=0"),
        (lambda: LoRALinear(nn.Embedding(3, 3)), "base=Embedding; expected nn.Linear"),
        (lambda: apply_lora(gpt(), []), r"targets=\[\]"),
        (lambda: apply_lora(gpt(), "qkv"), "targets='qkv'; expected a list"),
        (
            lambda: apply_lora(gpt(), ["qkv", "query"]),
            r"'query' names no linear layer; expected one of \['down'",
        ),
        (lambda: apply_lora(gpt(), ["embed"]), "'embed' names no linear layer"),
        (
            lambda: apply_lora(gpt(), ["qkv"], rank=9),
            "rank=9; expected at most 8, for 'blocks.0.attention.qkv'",
        ),
        (lambda: apply_lora(gpt(), ["qkv"], rank=-1), "rank=-1"),
        (lambda: apply_lora(adapted(), ["out"]), "LoRA layers already"),
        (lambda: apply_lora(linear(), ["*"]), "itself a linear layer"),
        (lambda: merge_lora(gpt()), "no LoRA layers"),
        (lambda: lora_state_dict(gpt()), "no LoRA layers"),
        (lambda: load_lora(adapted(), {}), "state lacks .*blocks.0.attention.qkv.lora_a"),
        (lambda: load_lora(adapted(), wrong), r"lora_a'\] is \(3, 8\); expected \(2, 8\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
