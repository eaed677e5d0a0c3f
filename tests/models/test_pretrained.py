"""Checkpoints of transformers in and out, bit for bit; everything damaged or foreign is refused by name."""

import json
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from course_lib.models.gpt import GPT, GPTConfig
from course_lib.models.lora import apply_lora
from course_lib.models.pretrained import load_pretrained, save_pretrained
from course_lib.models.pretrained_config import PretrainedError, read_config, write_config

TODAY = {"position": "rotary", "norm": "rms", "mlp": "swiglu", "bias": False}
SHAPES = {
    "gpt2": {},
    "gpt2 untied": {"tie_embeddings": False, "mlp_width": 20, "norm_eps": 1e-3},
    "llama": TODAY | {"tie_embeddings": False, "norm_eps": 1e-6, "rope_theta": 5e5},
    "llama grouped tied": TODAY | {"n_kv_head": 2, "mlp_width": 20},
    "llama biases": TODAY | {"n_kv_head": 1, "attention_bias": True},
}


def make(name: str, dtype: torch.dtype = torch.float32) -> GPT:
    config = GPTConfig(vocab_size=31, context=24, n_layer=2, n_head=4, n_embd=16, **SHAPES[name])
    model = GPT(config, torch.Generator().manual_seed(0))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)) * 0.1
    return model.to(dtype).eval()


def same_weights(a: GPT, b: GPT) -> bool:
    mine, other = a.state_dict(), b.state_dict()
    return mine.keys() == other.keys() and all(torch.equal(mine[k], other[k]) for k in mine)


def edit(folder: Path, **changes: object) -> None:
    """Change options of a checkpoint's config.json; None removes one."""
    record = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(record))


def refused(folder: Path, message: str) -> None:
    with pytest.raises(PretrainedError, match=message) as error:
        load_pretrained(folder)
    assert "\n" not in str(error.value)


@pytest.fixture
def gpt2(tmp_path: Path) -> Path:
    save_pretrained(tmp_path / "gpt2", make("gpt2"))
    return tmp_path / "gpt2"


@pytest.fixture
def llama(tmp_path: Path) -> Path:
    save_pretrained(tmp_path / "llama", make("llama"), max_shard_bytes=4000)
    return tmp_path / "llama"


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("shard", [None, 3000])
def test_what_is_saved_comes_back(name, dtype, shard, tmp_path):
    model = make(name, dtype)
    save_pretrained(tmp_path, model, shard)
    again = load_pretrained(tmp_path)
    assert not again.training
    assert same_weights(again, model)
    assert (again.unembed.weight is again.embed.weight) == model.config.tie_embeddings
    assert write_config(again.config) == write_config(model.config)
    files = sorted(path.name for path in tmp_path.iterdir())
    if shard is None:
        assert files == ["config.json", "model.safetensors"]
    else:
        assert files[-1] == "model.safetensors.index.json"
        assert len(files) > 4
    ids = torch.arange(20)[None]
    assert torch.equal(again(ids).logits, model(ids).logits)


def test_dtype_choice_rounds_each_number_once(llama):
    for dtype in (torch.bfloat16, torch.float64):
        model = load_pretrained(llama, dtype)
        assert same_weights(model, make("llama", dtype))
        assert model.rotary_cos.dtype == dtype
    with pytest.raises(PretrainedError, match=r"dtype=torch.int8"):
        load_pretrained(llama, torch.int8)


def test_rotary_tables_are_rounded_once_whatever_the_way():
    model = make("llama")
    exact = make("llama", torch.float64).rotary_cos
    assert torch.equal(model.to(torch.bfloat16).to(torch.float64).rotary_cos, exact)
    assert torch.equal(model.float().rotary_cos, exact.float())


def test_a_second_save_replaces_shards_by_one_file_and_back(llama):
    save_pretrained(llama, make("llama biases"))
    assert same_weights(load_pretrained(llama), make("llama biases"))
    save_pretrained(llama, make("gpt2"), 3000)
    assert same_weights(load_pretrained(llama), make("gpt2"))


@pytest.mark.parametrize("shard", ["50GB", "6KB"])
@pytest.mark.parametrize("kind", ["gpt2", "llama"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_round_trip_of_a_transformers_checkpoint_bit_for_bit(kind, dtype, shard, tmp_path):
    transformers = pytest.importorskip("transformers", reason="transformers is missing here: no oracle")
    if kind == "gpt2":
        config = transformers.GPT2Config(vocab_size=31, n_positions=24, n_embd=16, n_layer=2, n_head=4)
        theirs = transformers.GPT2LMHeadModel(config)
    else:
        config = transformers.LlamaConfig(
            vocab_size=31,
            hidden_size=16,
            intermediate_size=24,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=24,
        )
        theirs = transformers.LlamaForCausalLM(config)
    theirs.to(dtype).save_pretrained(tmp_path / "theirs", max_shard_size=shard)
    assert (tmp_path / "theirs" / "model.safetensors").exists() == (shard == "50GB")
    model = load_pretrained(tmp_path / "theirs")
    save_pretrained(tmp_path / "ours", model, None if shard == "50GB" else 6000)
    if shard == "50GB":  # not only the numbers: the whole file
        a, b = (tmp_path / who / "model.safetensors" for who in ("theirs", "ours"))
        assert a.read_bytes() == b.read_bytes()
    again = type(theirs).from_pretrained(tmp_path / "ours")
    assert again.dtype == dtype
    mine, other = again.state_dict(), theirs.state_dict()
    assert mine.keys() == other.keys()
    assert all(torch.equal(mine[name], other[name]) for name in mine)
    for name in ("layer_norm_epsilon", "rms_norm_eps", "rope_parameters", "n_positions", "intermediate_size"):
        assert getattr(again.config, name, None) == getattr(theirs.config, name, None)


def test_names_without_prefix_and_constants_as_gpt2_was_published(gpt2):
    weights = load_file(gpt2 / "model.safetensors")
    plain = {name.removeprefix("transformer."): tensor for name, tensor in weights.items()}
    plain["h.0.attn.bias"] = torch.ones(1, 1, 24, 24)
    plain["h.1.attn.masked_bias"] = torch.tensor(-1e4)
    save_file(plain, gpt2 / "model.safetensors")
    assert same_weights(load_pretrained(gpt2), make("gpt2"))


def test_a_stored_head_must_be_the_embedding_it_is_tied_to(gpt2):
    weights = load_file(gpt2 / "model.safetensors")
    weights["lm_head.weight"] = weights["transformer.wte.weight"].clone()
    save_file(weights, gpt2 / "model.safetensors")
    assert same_weights(load_pretrained(gpt2), make("gpt2"))
    weights["lm_head.weight"][3, 3] += 1
    save_file(weights, gpt2 / "model.safetensors")
    refused(gpt2, r"lm_head.weight is not the embedding")


def change(weights: dict[str, torch.Tensor], how: str) -> None:
    name = "transformer.h.1.attn.c_attn.weight"
    if how == "missing":
        del weights[name]
    elif how == "extra":
        weights["transformer.h.1.attn.q_norm.weight"] = torch.ones(4)
    elif how == "both prefixes":
        weights["h.1.attn.c_attn.weight"] = weights[name].clone()
    elif how == "shape":
        weights[name] = weights[name].T.contiguous()
    elif how == "integers":
        weights[name] = weights[name].to(torch.int8)
    elif how == "layers":
        for key in [key for key in weights if ".h.1." in key]:
            del weights[key]
    elif how == "mixed":
        weights[name] = weights[name].half()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("missing", r"no tensor transformer\.h\.1\.attn\.c_attn\.weight"),
        ("extra", r"not expected: transformer\.h\.1\.attn\.q_norm\.weight"),
        ("both prefixes", r"not expected: h\.1\.attn\.c_attn\.weight"),
        ("shape", r"h\.1\.attn\.c_attn\.weight has shape \[48, 16\]; expected \[16, 48\]"),
        ("integers", r"dtype I8; expected one of F64, F32"),
        ("layers", r"tensors of 1 layers; expected 2"),
        ("mixed", r"mixes types .*float32.*float16|mixes types .*float16.*float32"),
    ],
)
def test_wrong_tensors_are_named(gpt2, how, message):
    weights = load_file(gpt2 / "model.safetensors")
    change(weights, how)
    save_file(weights, gpt2 / "model.safetensors")
    refused(gpt2, message)
    if how == "mixed":
        assert load_pretrained(gpt2, torch.float32).embed.weight.dtype == torch.float32


@pytest.mark.parametrize("keep", [0, 4, 100, 0.5, -1])
def test_files_cut_short_are_named(gpt2, keep):
    path = gpt2 / "model.safetensors"
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data)) if isinstance(keep, float) else keep])
    refused(gpt2, r"model\.safetensors is cut short or no safetensors file")


def test_a_config_cut_short_or_foreign_is_named(gpt2):
    path = gpt2 / "config.json"
    text = path.read_text()
    for content in ("", text[:50], "[]", "nonsense", "[" * 100_000):
        path.write_text(content)
        refused(gpt2, "config.json (is cut short or no JSON|holds no JSON object)")
    path.write_text(" " * 2**21)
    refused(gpt2, "2097152 bytes")
    path.unlink()
    refused(gpt2, "config.json is missing")


@pytest.mark.parametrize(
    "shard",
    [
        "../model-1.safetensors",
        "/etc/passwd",
        "a/b.safetensors",
        "..",
        "x\\y.safetensors",
        "a.bin",
        ".h.safetensors",
        3,
    ],
)
def test_an_index_cannot_point_outside_its_folder(llama, shard):
    path = llama / "model.safetensors.index.json"
    record = json.loads(path.read_text())
    record["weight_map"]["model.norm.weight"] = shard
    path.write_text(json.dumps(record))
    refused(llama, f"{re.escape(repr(str(shard)))} is no name of a .safetensors file in this folder")


def test_an_index_that_disagrees_with_its_shards_is_named(llama):
    path = llama / "model.safetensors.index.json"
    text = path.read_text()
    record = json.loads(text)
    record["weight_map"]["model.ghost.weight"] = record["weight_map"]["model.norm.weight"]
    path.write_text(json.dumps(record))
    refused(llama, r"disagree about the tensor model\.ghost\.weight")
    record = json.loads(text)
    del record["weight_map"]["model.norm.weight"]
    path.write_text(json.dumps(record))
    refused(llama, r"disagree about the tensor model\.norm\.weight")
    for wrong in ({}, {"weight_map": []}, {"weight_map": {}}):
        path.write_text(json.dumps(wrong))
        refused(llama, "has no weight_map")
    path.write_text(text)
    next(iter(sorted(llama.glob("model-*.safetensors")))).unlink()
    refused(llama, r"model-00001-of-\d+\.safetensors is missing")
    path.unlink()
    refused(llama, r"neither model\.safetensors nor model\.safetensors\.index\.json")


@pytest.mark.parametrize(
    ("which", "changes", "message"),
    [
        ("gpt2", {"model_type": "mamba"}, "model_type 'mamba'"),
        ("gpt2", {"model_type": None}, "model_type None"),
        ("gpt2", {"architectures": ["GPT2ForSequenceClassification"]}, "GPT2ForSequenceClassification"),
        ("gpt2", {"activation_function": "relu"}, 'activation_function "relu"'),
        ("gpt2", {"activation_function": "gelu"}, 'activation_function "gelu"'),
        ("gpt2", {"scale_attn_weights": False}, "scale_attn_weights"),
        ("gpt2", {"scale_attn_by_inverse_layer_idx": True}, "scale_attn_by_inverse_layer_idx"),
        ("gpt2", {"reorder_and_upcast_attn": True}, "reorder_and_upcast_attn"),
        ("gpt2", {"add_cross_attention": True}, "add_cross_attention"),
        ("gpt2", {"quantization_config": {"bits": 4}}, "quantization_config"),
        ("gpt2", {"n_embd": "16"}, "n_embd is '16'; expected a number"),
        ("gpt2", {"n_embd": True}, "n_embd is True"),
        ("gpt2", {"n_head": 3}, "n_embd=16 is not a multiple of n_head=3"),
        ("gpt2", {"n_layer": 3}, "tensors of 2 layers; expected 3"),
        ("gpt2", {"n_layer": 10**6}, "tensors of 2 layers; expected 1000000"),
        ("gpt2", {"n_layer": 0}, "n_layer=0"),
        ("gpt2", {"n_embd": 10**12}, "n_embd is 1000000000000; expected at most"),
        ("gpt2", {"vocab_size": 10**7}, r"wte.weight has shape \[31, 16\]; expected \[10000000, 16\]"),
        ("gpt2", {"tie_word_embeddings": False}, r"no tensor lm_head\.weight"),
        ("gpt2", {"tie_word_embeddings": "no"}, "tie_word_embeddings is 'no'"),
        ("llama", {"rope_scaling": {"type": "linear", "factor": 2.0}}, "rope_scaling .*linear"),
        (
            "llama",
            {"rope_parameters": {"rope_type": "llama3", "rope_theta": 1e4}},
            "rope_parameters .*llama3",
        ),
        (
            "llama",
            {"rope_parameters": {"rope_theta": 1e4, "partial_rotary_factor": 0.5}},
            "partial_rotary_factor",
        ),
        ("llama", {"rope_parameters": {"rope_theta": "x"}}, "config.json"),
        ("llama", {"sliding_window": 16}, "sliding_window 16"),
        ("llama", {"layer_types": ["full_attention", "sliding_attention"]}, "layer_types"),
        ("llama", {"hidden_act": "gelu"}, 'hidden_act "gelu"'),
        ("llama", {"head_dim": 8}, "head_dim"),
        ("llama", {"num_attention_heads": 0}, "head_dim|num_attention_heads"),
        ("llama", {"num_key_value_heads": 3}, "n_kv_head=3"),
        ("llama", {"attention_bias": True}, r"no tensor model\.layers\.0\.self_attn\.k_proj\.bias"),
        ("llama", {"max_position_embeddings": 2**22}, "max_position_embeddings is 4194304"),
        ("llama", {"rms_norm_eps": -1}, "norm_eps=-1"),
    ],
)
def test_what_this_gpt_does_not_compute_is_refused_by_name(which, changes, message, gpt2, llama):
    folder = {"gpt2": gpt2, "llama": llama}[which]
    edit(folder, **changes)
    refused(folder, message)


def test_defaults_of_options_left_out_are_those_of_transformers():
    transformers = pytest.importorskip("transformers", reason="transformers is missing here: no oracle")
    for kind, theirs in (("gpt2", transformers.GPT2Config()), ("llama", transformers.LlamaConfig())):
        heads = {"gpt2": "GPT2LMHeadModel", "llama": "LlamaForCausalLM"}[kind]
        full = theirs.to_dict() | {"architectures": [heads]}
        assert read_config({"model_type": kind}) == read_config(full)


def test_models_of_neither_kind_cannot_be_saved(tmp_path):
    for options, message in (
        ({"norm": "rms"}, "learned, rms, gelu"),
        ({"bias": False}, "biases everywhere"),
        ({"n_kv_head": 2}, "key/value heads"),
    ):
        model = GPT(GPTConfig(vocab_size=31, context=24, n_layer=1, n_head=4, n_embd=16, **options))
        with pytest.raises(PretrainedError, match=message):
            save_pretrained(tmp_path, model)
    with pytest.raises(ValueError, match="max_shard_bytes=0"):
        save_pretrained(tmp_path, make("gpt2"), 0)
    adapted = make("gpt2")
    apply_lora(adapted, ["qkv"], rank=2)
    with pytest.raises(PretrainedError, match=r"blocks\.0\.attention\.qkv.*merge LoRA"):
        save_pretrained(tmp_path, adapted)
    assert list(tmp_path.iterdir()) == []
