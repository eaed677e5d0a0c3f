"""Other people's weights in our `GPT`: Hugging Face checkpoints of GPT-2 and of Llama, read and written.

A checkpoint is a folder with `config.json` and either `model.safetensors` or several shards listed in
`model.safetensors.index.json`. Files are mapped into memory and copied one tensor at a time. Every name and
shape is compared with the configuration before the first number is read; whatever this `GPT` does not compute
is refused by name, because a model that is almost right is wrong.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from course_lib.models.gpt import GPT, GPTConfig

Family = Literal["gpt2", "llama"]

CONFIG, SINGLE, INDEX = "config.json", "model.safetensors", "model.safetensors.index.json"
HEADS = {"gpt2": "GPT2LMHeadModel", "llama": "LlamaForCausalLM"}
DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
# Constants that some files carry along; the model computes them itself.
CONSTANTS = re.compile(r"(h\.\d+\.attn\.(masked_)?bias|rotary_emb\.inv_freq)$")
LAYER = re.compile(r"^(?:transformer\.h|h|model\.layers)\.(\d{1,9})\.")
LARGEST_NUMBER = 2**24  # of a configuration; the context may have a sixteenth of it
LARGEST_CONFIG = 2**20  # bytes; a configuration has a few thousand
LARGEST_INDEX = 2**26

# Options that change what is computed, with the values that this GPT computes. A missing option has the first.
SUPPORTED: dict[Family, dict[str, tuple[Any, ...]]] = {
    "gpt2": {
        "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
        "scale_attn_weights": (True,),
        "scale_attn_by_inverse_layer_idx": (False,),
        "reorder_and_upcast_attn": (False,),
        "add_cross_attention": (False,),
        "quantization_config": (None,),
    },
    "llama": {
        "hidden_act": ("silu",),
        "rope_scaling": (None, {"type": "default"}, {"rope_type": "default"}),
        "sliding_window": (None,),
        "use_sliding_window": (False,),
        "partial_rotary_factor": (1.0, None),
        "quantization_config": (None,),
    },
}


class PretrainedError(ValueError):
    """A checkpoint is missing, damaged, or of a kind that this course's `GPT` does not compute; one line."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split())[:500])  # names in files may hold anything


@dataclass(frozen=True)
class Entry:
    """Where one tensor of a checkpoint belongs: some rows of one of our parameters."""

    theirs: str
    ours: str
    rows: tuple[int, int] | None = None  # from, to; None: all
    transposed: bool = False  # GPT-2's files keep matrices as (in, out)

    def of(self, parameter: Tensor) -> Tensor:
        """Return the part of our parameter that the tensor fills, as the file lays it out."""
        part = parameter if self.rows is None else parameter[slice(*self.rows)]
        return part.T if self.transposed else part


def load_pretrained(
    folder: str | Path, dtype: torch.dtype | None = None, device: torch.device | str = "cpu"
) -> GPT:
    """Return the model of a Hugging Face checkpoint of GPT-2 or Llama, in evaluation mode.

    `dtype` None keeps the type of the file; another floating type rounds each tensor as it is copied. Raises
    PretrainedError with one line that names what is wrong: a missing, cut, or foreign file; a tensor that is
    missing, not expected, or of another shape; an architecture or option that `GPT` does not compute.
    """
    folder = Path(folder)
    if dtype is not None and dtype not in DTYPES.values():
        raise PretrainedError(f"dtype={dtype}; expected one of {', '.join(map(str, DTYPES.values()))}")
    family, config = read_config(_read_json(folder / CONFIG, LARGEST_CONFIG), str(folder / CONFIG))
    with ExitStack() as stack:
        where: dict[str, tuple[Path, Any]] = {}  # tensor name -> its file, open
        for path, names in _weight_files(folder).items():
            try:
                file = stack.enter_context(safe_open(str(path), "pt"))
            except FileNotFoundError:
                raise PretrainedError(f"{path} is missing; the checkpoint needs it") from None
            except (SafetensorError, OSError) as error:
                raise PretrainedError(f"{path} is cut short or no safetensors file ({error})") from None
            held = set(file.keys())
            if names is not None and held != names:
                odd = min(held ^ names)
                raise PretrainedError(f"{path} and {INDEX} disagree about the tensor {odd}")
            where |= dict.fromkeys(held, (path, file))
        stored = {name for name in where if not CONSTANTS.search(name)}
        layers = {int(n) for name in stored for n in LAYER.findall(name)}
        if len(layers) < config.n_layer:  # before a model of that depth is built
            raise PretrainedError(f"{folder} has tensors of {len(layers)} layers; expected {config.n_layer}")
        with torch.device("meta"):
            model = GPT(config)
        parameters = dict(model.named_parameters())
        prefix = "" if "wte.weight" in stored else "transformer."  # GPT-2 is published both ways
        entries = list(_entries(family, config, prefix))
        expected = {entry.theirs for entry in entries}
        tied = {"lm_head.weight"} & stored if config.tie_embeddings else set()
        if expected - stored:
            raise PretrainedError(f"{folder} has no tensor {min(expected - stored)}")
        if stored - expected - tied:
            raise PretrainedError(
                f"{folder} has a tensor that is not expected: {min(stored - expected - tied)}"
            )
        kinds: dict[torch.dtype, str] = {}
        for entry in entries:
            path, file = where[entry.theirs]
            header = file.get_slice(entry.theirs)
            shape, kind = header.get_shape(), header.get_dtype()
            wanted = list(entry.of(parameters[entry.ours]).shape)
            if shape != wanted:
                raise PretrainedError(f"{path}: {entry.theirs} has shape {shape}; expected {wanted}")
            if kind not in DTYPES:
                raise PretrainedError(
                    f"{path}: {entry.theirs} has dtype {kind}; expected one of {', '.join(DTYPES)}"
                )
            kinds.setdefault(DTYPES[kind], entry.theirs)
        if dtype is None and len(kinds) > 1:
            found = ", ".join(f"{name} {kind}" for kind, name in kinds.items())
            raise PretrainedError(f"{folder} mixes types ({found}); name the dtype to load it as")
        model = model.to(dtype or next(iter(kinds))).to_empty(device=device)
        if config.tie_embeddings:
            model.unembed.weight = model.embed.weight  # leaving the meta device unties them
        parameters = dict(model.named_parameters())
        with torch.no_grad():
            for entry in entries:
                entry.of(parameters[entry.ours]).copy_(where[entry.theirs][1].get_tensor(entry.theirs))
        for name in tied:
            path, file = where[name]
            embedding = entries[0].theirs
            if not torch.equal(file.get_tensor(name), where[embedding][1].get_tensor(embedding)):
                raise PretrainedError(f"{path}: {name} is not the embedding that it is tied to")
    return model.eval()


def save_pretrained(folder: str | Path, model: GPT, max_shard_bytes: int | None = None) -> None:
    """Write `model` as a Hugging Face checkpoint of GPT-2 or Llama that `load_pretrained` reads back bit for bit.

    With `max_shard_bytes`, tensors are spread over files of at most that size (one tensor is never split).
    Each file is written under a temporary name and renamed, `config.json` last. Raises PretrainedError if the
    model's mix of parts is neither of the two architectures, ValueError for max_shard_bytes < 1.
    """
    folder = Path(folder)
    if max_shard_bytes is not None and max_shard_bytes < 1:
        raise ValueError(f"max_shard_bytes={max_shard_bytes}; expected at least 1, or None")
    family = _family(model.config)
    parameters = dict(model.named_parameters())
    tensors: dict[str, Tensor] = {}
    for entry in _entries(family, model.config, "transformer."):
        tensors[entry.theirs] = entry.of(parameters[entry.ours].detach()).to("cpu").contiguous()
    shards: list[dict[str, Tensor]] = [{}]
    used = 0
    for name, tensor in tensors.items():
        if max_shard_bytes is not None and shards[-1] and used + tensor.nbytes > max_shard_bytes:
            shards.append({})
            used = 0
        used += tensor.nbytes
        shards[-1][name] = tensor
    folder.mkdir(parents=True, exist_ok=True)
    if len(shards) == 1:
        _write_tensors(folder / SINGLE, shards[0])
        (folder / INDEX).unlink(missing_ok=True)
    else:
        weight_map: dict[str, str] = {}
        for i, shard in enumerate(shards, start=1):
            name = f"model-{i:05}-of-{len(shards):05}.safetensors"
            _write_tensors(folder / name, shard)
            weight_map |= dict.fromkeys(shard, name)
        total = sum(tensor.nbytes for tensor in tensors.values())
        record = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
        _write_json(folder / INDEX, record)
        (folder / SINGLE).unlink(missing_ok=True)
    config = write_config(model.config) | {"dtype": str(model.embed.weight.dtype).removeprefix("torch.")}
    _write_json(folder / CONFIG, config)


def read_config(record: dict[str, Any], source: str = CONFIG) -> tuple[Family, GPTConfig]:
    """Translate the contents of a `config.json`. Raises PretrainedError for what `GPT` does not compute.

    `source` is how messages call the file. Options that are left out have the defaults of `transformers`.
    """
    family = record.get("model_type")
    if family not in ("gpt2", "llama"):
        raise PretrainedError(f"{source}: model_type {family!r} is not supported; expected 'gpt2' or 'llama'")
    heads = record.get("architectures")
    if heads is not None and heads != [HEADS[family]]:
        raise PretrainedError(f"{source}: architectures {heads} is not supported; expected {HEADS[family]}")
    for option, values in SUPPORTED[family].items():
        if record.get(option, values[0]) not in values:
            found = json.dumps(record[option])[:80]
            raise PretrainedError(f"{source}: {option} {found} is not supported; expected {values[0]}")

    def number(name: str, default: Any, kind: type = int) -> Any:
        value = record.get(name)
        value = default if value is None else value
        if isinstance(value, bool) or not isinstance(value, int if kind is int else (int, float)):
            raise PretrainedError(f"{source}: {name} is {value!r}; expected a number")
        largest = (
            LARGEST_NUMBER // 16 if name in ("n_positions", "max_position_embeddings") else LARGEST_NUMBER
        )
        if kind is int and value > largest:
            raise PretrainedError(f"{source}: {name} is {value}; expected at most {largest}")
        return kind(value)

    def flag(name: str, default: bool) -> bool:
        value = record.get(name, default)
        if not isinstance(value, bool):
            raise PretrainedError(f"{source}: {name} is {value!r}; expected true or false")
        return value

    try:
        if family == "gpt2":
            width = number("n_embd", 768)
            config = GPTConfig(
                vocab_size=number("vocab_size", 50257),
                context=number("n_positions", 1024),
                n_layer=number("n_layer", 12),
                n_head=number("n_head", 12),
                n_embd=width,
                mlp_width=number("n_inner", 4 * width),
                norm_eps=number("layer_norm_epsilon", 1e-5, float),
                tie_embeddings=flag("tie_word_embeddings", True),
            )
            return family, config
        width, heads = number("hidden_size", 4096), number("num_attention_heads", 32)
        rope = record.get("rope_parameters") or {}
        if not isinstance(rope, dict) or rope.get("rope_type", "default") != "default":
            raise PretrainedError(
                f"{source}: rope_parameters {rope} is not supported; expected rope_type default"
            )
        if rope.get("partial_rotary_factor", 1.0) != 1.0:
            raise PretrainedError(f"{source}: partial_rotary_factor is not supported; expected 1.0")
        kinds = record.get("layer_types") or []
        if set(kinds) - {"full_attention"}:
            raise PretrainedError(f"{source}: layer_types {kinds} is not supported; expected full_attention")
        if heads < 1 or number("head_dim", width // heads) * heads != width:
            raise PretrainedError(
                f"{source}: head_dim is not supported unless it is hidden_size / num_attention_heads"
            )
        theta = rope.get("rope_theta")
        config = GPTConfig(
            vocab_size=number("vocab_size", 32000),
            context=number("max_position_embeddings", 2048),
            n_layer=number("num_hidden_layers", 32),
            n_head=heads,
            n_embd=width,
            n_kv_head=number("num_key_value_heads", heads),
            position="rotary",
            norm="rms",
            mlp="swiglu",
            mlp_width=number("intermediate_size", 11008),
            bias=flag("mlp_bias", False),
            attention_bias=flag("attention_bias", False),
            rope_theta=number("rope_theta", 10000.0, float) if theta is None else float(theta),
            norm_eps=number("rms_norm_eps", 1e-6, float),
            tie_embeddings=flag("tie_word_embeddings", False),
        )
    except PretrainedError:
        raise
    except (ValueError, TypeError, OverflowError) as error:  # numbers that do not fit together
        raise PretrainedError(f"{source}: {error}") from None
    return family, config


def write_config(config: GPTConfig) -> dict[str, Any]:
    """Return the contents of the `config.json` of a model. Raises PretrainedError as `save_pretrained`."""
    family = _family(config)
    common: dict[str, Any] = {
        "architectures": [HEADS[family]],
        "model_type": family,
        "vocab_size": config.vocab_size,
        "tie_word_embeddings": config.tie_embeddings,
        "bos_token_id": None,
        "eos_token_id": None,
    }
    if family == "gpt2":
        return common | {
            "n_positions": config.context,
            "n_embd": config.n_embd,
            "n_layer": config.n_layer,
            "n_head": config.n_head,
            "n_inner": config.hidden,
            "activation_function": "gelu_new",
            "layer_norm_epsilon": config.norm_eps,
        }
    return common | {
        "max_position_embeddings": config.context,
        "hidden_size": config.n_embd,
        "num_hidden_layers": config.n_layer,
        "num_attention_heads": config.n_head,
        "num_key_value_heads": config.kv_heads,
        "head_dim": config.head_dim,
        "intermediate_size": config.hidden,
        "hidden_act": "silu",
        "rms_norm_eps": config.norm_eps,
        "rope_theta": config.rope_theta,
        "attention_bias": config.bias if config.attention_bias is None else config.attention_bias,
        "mlp_bias": config.bias,
    }


def _family(config: GPTConfig) -> Family:
    """Say which of the two architectures a configuration is."""
    parts = (config.position, config.norm, config.mlp)
    if parts == ("rotary", "rms", "swiglu"):
        return "llama"
    if parts != ("learned", "layer", "gelu"):
        raise PretrainedError(f"a model of {', '.join(parts)} is neither a GPT-2 nor a Llama")
    if config.kv_heads != config.n_head or not config.bias or config.attention_bias is False:
        raise PretrainedError("a GPT-2 has biases everywhere and as many key/value heads as heads")
    return "gpt2"


def _entries(family: Family, config: GPTConfig, prefix: str) -> Iterator[Entry]:
    """Yield every tensor of a checkpoint and where it belongs, the embedding first.

    `prefix` stands before GPT-2's names; Llama's have their own.
    """
    if family == "gpt2":
        yield Entry(f"{prefix}wte.weight", "embed.weight")
        yield Entry(f"{prefix}wpe.weight", "positions.weight")
        pairs = {
            "ln_1": "norm1",
            "attn.c_attn": "attention.qkv",
            "attn.c_proj": "attention.out",
            "ln_2": "norm2",
            "mlp.c_fc": "feed_forward.up",
            "mlp.c_proj": "feed_forward.down",
        }
        for layer in range(config.n_layer):
            for theirs, ours in pairs.items():
                yield Entry(
                    f"{prefix}h.{layer}.{theirs}.weight",
                    f"blocks.{layer}.{ours}.weight",
                    transposed="ln" not in theirs,
                )
                yield Entry(f"{prefix}h.{layer}.{theirs}.bias", f"blocks.{layer}.{ours}.bias")
        yield Entry(f"{prefix}ln_f.weight", "norm.weight")
        yield Entry(f"{prefix}ln_f.bias", "norm.bias")
    else:
        yield Entry("model.embed_tokens.weight", "embed.weight")
        q, kv, hidden = config.n_embd, config.kv_heads * config.head_dim, config.hidden
        attention_bias = config.bias if config.attention_bias is None else config.attention_bias
        parts = [
            ("input_layernorm", "norm1", None, False),
            ("self_attn.q_proj", "attention.qkv", (0, q), attention_bias),
            ("self_attn.k_proj", "attention.qkv", (q, q + kv), attention_bias),
            ("self_attn.v_proj", "attention.qkv", (q + kv, q + 2 * kv), attention_bias),
            ("self_attn.o_proj", "attention.out", None, attention_bias),
            ("post_attention_layernorm", "norm2", None, False),
            ("mlp.gate_proj", "feed_forward.up", (0, hidden), config.bias),
            ("mlp.up_proj", "feed_forward.up", (hidden, 2 * hidden), config.bias),
            ("mlp.down_proj", "feed_forward.down", None, config.bias),
        ]
        for layer in range(config.n_layer):
            for theirs, ours, rows, bias in parts:
                for kind in ("weight", "bias") if bias else ("weight",):
                    yield Entry(
                        f"model.layers.{layer}.{theirs}.{kind}", f"blocks.{layer}.{ours}.{kind}", rows
                    )
        yield Entry("model.norm.weight", "norm.weight")
    if not config.tie_embeddings:
        yield Entry("lm_head.weight", "unembed.weight")


def _weight_files(folder: Path) -> dict[Path, set[str] | None]:
    """Return the weight files and, where an index says so, the tensors that each must hold."""
    if (folder / SINGLE).exists():
        return {folder / SINGLE: None}
    if not (folder / INDEX).exists():
        raise PretrainedError(f"{folder} has neither {SINGLE} nor {INDEX}")
    weight_map = _read_json(folder / INDEX, LARGEST_INDEX).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise PretrainedError(f"{folder / INDEX} has no weight_map")
    files: dict[Path, set[str] | None] = {}
    for name, shard in weight_map.items():
        if not isinstance(shard, str) or not re.fullmatch(
            r"[A-Za-z0-9][\w.-]*\.safetensors", shard, re.ASCII
        ):
            raise PretrainedError(
                f"{folder / INDEX}: {str(shard)[:80]!r} is no name of a .safetensors file in this folder"
            )
        held = files.setdefault(folder / shard, set())
        assert held is not None
        held.add(name)
    return files


def _read_json(path: Path, largest: int) -> dict[str, Any]:
    try:
        if path.stat().st_size > largest:
            raise PretrainedError(f"{path} has {path.stat().st_size} bytes; expected at most {largest}")
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PretrainedError(f"{path} is missing; a checkpoint is {CONFIG} with safetensors files") from None
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, PretrainedError):
            raise
        raise PretrainedError(f"{path} is cut short or no JSON ({error})") from None
    if not isinstance(record, dict):
        raise PretrainedError(f"{path} holds no JSON object")
    return record


def _write(path: Path, write: Callable[[Path], object]) -> None:
    """Call `write` with a temporary name beside `path`, then rename: a reader never sees half a file."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    _write(path, lambda target: save_file(tensors, target, metadata={"format": "pt"}))


def _write_json(path: Path, record: dict[str, Any]) -> None:
    _write(path, lambda target: target.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8"))
