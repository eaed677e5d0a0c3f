"""Other people's weights in our `GPT`: Hugging Face checkpoints of GPT-2 and of Llama, read and written.

A checkpoint is a folder with `config.json` and either `model.safetensors` or several shards listed in
`model.safetensors.index.json`. Files are mapped into memory and copied one tensor at a time. Every name and
shape is compared with the configuration before the first number is read; whatever this `GPT` does not compute
is refused by name, because a model that is almost right is wrong.
"""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from course_lib.files import write_atomically
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.models.pretrained_config import (
    CONFIG,
    Family,
    PretrainedError,
    family_of,
    read_config,
    write_config,
)

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
# Constants that some files carry along; the model computes them itself.
CONSTANTS = re.compile(r"(h\.\d+\.attn\.(masked_)?bias|rotary_emb\.inv_freq)$")
LAYER = re.compile(r"^(?:transformer\.h|h|model\.layers)\.(\d{1,9})\.")
LARGEST_CONFIG = 2**20  # bytes; a configuration has a few thousand
LARGEST_INDEX = 2**26


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
    Each file is written under a temporary name and renamed, `config.json` last. Raises PretrainedError, before
    anything is written, if the model's mix of parts is neither of the two architectures or has LoRA layers, and
    ValueError for max_shard_bytes < 1.
    """
    folder = Path(folder)
    if max_shard_bytes is not None and max_shard_bytes < 1:
        raise ValueError(f"max_shard_bytes={max_shard_bytes}; expected at least 1, or None")
    family = family_of(model.config)
    parameters = dict(model.named_parameters())
    tensors: dict[str, Tensor] = {}
    entries = list(_entries(family, model.config, "transformer."))
    if odd := parameters.keys() ^ {entry.ours for entry in entries}:
        raise PretrainedError(
            f"the model's parameters are not those of its configuration: {min(odd)} (merge LoRA layers first)"
        )
    for entry in entries:
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


def _write_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    write_atomically(path, lambda target: save_file(tensors, target, metadata={"format": "pt"}))


def _write_json(path: Path, record: dict[str, Any]) -> None:
    write_atomically(
        path, lambda target: target.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    )
