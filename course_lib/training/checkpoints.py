"""Models on disk: safetensors for numbers, JSON for words, never pickle; whole files or none."""

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from course_lib.files import write_atomically, write_together
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.distributed import rank, split_like, whole

FORMAT = "course-gpt checkpoint 1"
STATE_FORMAT = "course-lib training state 2"


class CheckpointError(ValueError):
    """A checkpoint is missing, cut short, or something else; the message is one line."""


def save_checkpoint(
    path: str | Path,
    model: GPT,
    tokenizer: BytePairTokenizer,
    meta: dict[str, Any] | None = None,
    dtype: torch.dtype | None = None,
    tokenizer_file: str | None = None,
) -> None:
    """Write `path`.safetensors, `path`.json and, beside them, the tokenizer: all three or none.

    `dtype` rounds the stored weights (torch.float16 halves the file). `meta` is anything that JSON can hold.
    The tokenizer is `path`-tokenizer.json, unless checkpoints of one folder share a `tokenizer_file`. Under
    torchrun all processes call it together and process 0 writes. Raises CheckpointError, before anything is
    written, for a model that could not be loaded again, or a tokenizer with more ids than the model.
    """
    path = _stem(path)
    weights_path, record_path = _files(path)
    weights = {
        name: whole(tensor.detach()).to("cpu", dtype or tensor.dtype).contiguous()
        for name, tensor in model.state_dict().items()
        if not (model.config.tie_embeddings and name == "unembed.weight")
    }
    if rank() != 0:
        return
    if problem := _misfit(weights, model.config):
        raise CheckpointError(
            f"the model is not what its configuration says (merge LoRA layers first): {problem}"
        )
    if tokenizer.vocab_size > model.config.vocab_size:
        raise CheckpointError(
            f"the tokenizer has {tokenizer.vocab_size} ids, but the model's vocab_size is {model.config.vocab_size}"
        )
    tokenizer_file = tokenizer_file or f"{path.name}-tokenizer.json"
    data = save(weights, metadata={"format": "pt"})
    record = {
        "format": FORMAT,
        "config": model.config.to_dict(),
        "tokenizer_file": tokenizer_file,
        "tokenizer_sha256": tokenizer.fingerprint(),
        "weights_sha256": hashlib.sha256(data).hexdigest(),
        "meta": meta or {},
    }
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    write_together(
        {
            path.parent / tokenizer_file: tokenizer.save,
            weights_path: lambda target: target.write_bytes(data),
            record_path: lambda target: target.write_text(text, encoding="utf-8"),
        }
    )


def load_checkpoint(
    path: str | Path, device: torch.device | str = "cpu"
) -> tuple[GPT, BytePairTokenizer, dict[str, Any]]:
    """Read what `save_checkpoint` wrote: the model (float32, ready to use), its tokenizer and `meta`.

    Raises CheckpointError with one line if a file is missing, cut short, changed, or no checkpoint of this
    course.
    """
    path = _stem(path)
    weights_path, record_path = _files(path)
    for needed in (record_path, weights_path):
        if not needed.is_file():
            raise CheckpointError(
                f"{needed} is missing; a checkpoint is a .safetensors file and a .json file"
            )
    try:
        record = json.loads(record_path.read_text(encoding="utf-8"))
        if record["format"] != FORMAT:
            raise ValueError(f"format {record['format']!r}")
        config = GPTConfig(**record["config"])
        tokenizer_path, digest, meta = (
            path.parent / record["tokenizer_file"],
            record["weights_sha256"],
            record["meta"],
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CheckpointError(f"{record_path} is no checkpoint of this course ({_one_line(error)})") from None
    if hashlib.sha256(weights_path.read_bytes()).hexdigest() != digest:
        raise CheckpointError(
            f"{weights_path} is cut short or changed: it is not the file that {record_path} describes"
        )
    try:
        weights = {name: tensor.float() for name, tensor in load_file(weights_path).items()}
    except SafetensorError as error:
        raise CheckpointError(f"{weights_path} is no safetensors file ({_one_line(error)})") from None
    if problem := _misfit(weights, config):  # before memory is taken for whatever the record says
        raise CheckpointError(
            f"{weights_path} does not hold the model that {record_path} describes: {problem}"
        )
    model = GPT(config)
    if config.tie_embeddings:
        weights["unembed.weight"] = weights["embed.weight"]
    model.load_state_dict(weights)
    if not tokenizer_path.is_file():
        raise CheckpointError(f"{tokenizer_path} is missing; the checkpoint {path} needs it")
    try:
        tokenizer = BytePairTokenizer.load(tokenizer_path)
    except ValueError as error:
        raise CheckpointError(_one_line(error)) from None
    if record.get("tokenizer_sha256", tokenizer.fingerprint()) != tokenizer.fingerprint():
        raise CheckpointError(
            f"{tokenizer_path} is another tokenizer than the one that {path} was saved with"
        )
    return model.to(device).eval(), tokenizer, meta


def save_training_state(
    path: str | Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    settings: dict[str, Any],
    record: dict[str, Any],
) -> None:
    """Write all that the next step depends on into one safetensors file.

    `settings` say which run this is, `record` what it has to remember; both are anything that JSON can hold.
    Under torchrun all processes call it together and process 0 writes. Raises CheckpointError, before anything is
    written, for an optimizer that keeps more than tensors, numbers and names (such as LBFGS, which keeps lists).
    """
    write_training_state(path, pack_training_state(model, optimizer, generator, settings, record))


def write_training_state(path: str | Path, data: bytes) -> None:
    """Write what `pack_training_state` returned; only process 0 does."""
    if rank() == 0:
        write_atomically(Path(path), lambda target: target.write_bytes(data))


def pack_training_state(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    settings: dict[str, Any],
    record: dict[str, Any],
) -> bytes:
    """Return the contents of the file of `save_training_state`; nothing in processes other than 0."""
    tensors: dict[str, Tensor] = {}

    def keep(name: str, tensor: Tensor) -> None:
        tensor = whole(tensor.detach())  # one at a time: of a split model, only process 0 holds everything
        if rank() == 0:
            tensors[name] = tensor.to("cpu", copy=True).contiguous()

    keep("generator", generator.get_state())
    for name, parameter in model.named_parameters():
        keep(f"model.{name}", parameter)
    for name, buffer in model.named_buffers():
        keep(f"buffer.{name}", buffer)
    state = optimizer.state_dict()
    plain: dict[str, dict[str, Any]] = {}
    for index, parts in state["state"].items():
        for key, value in parts.items():
            if isinstance(value, Tensor):
                keep(f"optimizer.{index}.{key}", value)
            else:
                plain.setdefault(str(index), {})[key] = value
    about = {"kind": type(optimizer).__name__, "shapes": _shapes(optimizer), "state": plain}
    about |= {"groups": state["param_groups"], "tensors": _of_optimizer(tensors)}
    metadata = {
        "format": STATE_FORMAT,
        "optimizer": _as_json(about),
        "settings": json.dumps(settings, sort_keys=True),
        "record": json.dumps(record),
    }
    return save(tensors, metadata=metadata) if rank() == 0 else b""


def load_training_state(
    path: str | Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    settings: dict[str, Any],
) -> dict[str, Any]:
    """Put model, optimizer and generator back to where `save_training_state` saw them; return `record`.

    Raises CheckpointError with one line, and changes nothing, if the file is cut short, no training state, or
    of another model or other settings.
    """
    try:
        with safe_open(str(path), "pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != STATE_FORMAT:
                raise CheckpointError(f"{path} is no training state of this course")
            if metadata.get("settings") != json.dumps(settings, sort_keys=True):
                raise CheckpointError(
                    f"{path} belongs to a run with other settings; remove it or pass its settings"
                )
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
            record, stored_optimizer = json.loads(metadata["record"]), json.loads(metadata["optimizer"])
    except CheckpointError:
        raise
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise CheckpointError(
            f"{path} is missing, cut short or no training state ({_one_line(error)})"
        ) from None
    own: dict[str, Tensor] = {f"model.{name}": p for name, p in model.named_parameters()}
    own |= {f"buffer.{name}": b for name, b in model.named_buffers()}
    stored = {
        name: (t.shape, t.dtype) for name, t in tensors.items() if name.startswith(("model.", "buffer."))
    }
    if stored != {name: (tensor.shape, tensor.dtype) for name, tensor in own.items()}:
        raise CheckpointError(f"{path} belongs to a model of another shape or dtype")
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    if stored_optimizer["kind"] != type(optimizer).__name__:
        raise CheckpointError(
            f"{path} belongs to a run with {stored_optimizer['kind']}, not with {type(optimizer).__name__}"
        )
    if stored_optimizer["shapes"] != _shapes(optimizer):
        raise CheckpointError(f"{path} belongs to a run that trained other parameters of this model")
    if stored_optimizer["tensors"] != _of_optimizer(tensors):
        raise CheckpointError(f"{path} is cut short: a part of its optimizer's state is missing")
    state: dict[int, dict[str, Any]] = {
        int(index): parts for index, parts in stored_optimizer["state"].items()
    }
    for name in stored_optimizer["tensors"]:
        _, index, key = name.split(".", 2)
        value, parameter = tensors[name], parameters[int(index)]
        fits = value.shape == parameter.shape
        state.setdefault(int(index), {})[key] = split_like(value, parameter) if fits else value
    if "generator" not in tensors:
        raise CheckpointError(f"{path} is no training state of this course: it has no generator")
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(split_like(tensors[name], tensor))
    groups = [  # JSON has no tuples
        {key: tuple(value) if isinstance(now.get(key), tuple) else value for key, value in group.items()}
        for group, now in zip(stored_optimizer["groups"], optimizer.state_dict()["param_groups"], strict=True)
    ]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    generator.set_state(tensors["generator"])
    return record


def _as_json(optimizer: dict[str, Any]) -> str:
    """Write down an optimizer's numbers and names. Raises CheckpointError for anything that would not come back."""
    for parts in [*optimizer["state"].values(), *optimizer["groups"]]:
        for key, value in parts.items():
            numbers = value if isinstance(value, tuple) or key == "params" else [value]
            if not all(one is None or isinstance(one, bool | int | float | str) for one in numbers):
                raise CheckpointError(
                    f"{optimizer['kind']} keeps {key!r} as {type(value).__name__}; only tensors, numbers and names "
                    "can be stored, so this run could not be resumed"
                )
    return json.dumps(optimizer)


def _of_optimizer(tensors: dict[str, Tensor]) -> list[str]:
    return sorted(name for name in tensors if name.startswith("optimizer."))


def _shapes(optimizer: torch.optim.Optimizer) -> list[list[list[int]]]:
    """The shapes of the parameters that an optimizer moves, group by group."""
    return [[list(parameter.shape) for parameter in group["params"]] for group in optimizer.param_groups]


def _misfit(weights: dict[str, Tensor], config: GPTConfig) -> str:
    """Say in a few words how tensors differ from the parameters of a `GPT` of this shape; "" if they do not."""
    layers = {name.split(".")[1] for name in weights if name.startswith("blocks.")}
    if len(layers) != config.n_layer:
        return f"{len(layers)} layers; expected {config.n_layer}"
    with torch.device("meta"):
        expected = {name: parameter.shape for name, parameter in GPT(config).named_parameters()}
    for name in sorted(expected.keys() | weights.keys()):
        found = tuple(weights[name].shape) if name in weights else "missing"
        if name not in expected:
            return f"{name} is not expected"
        if found != tuple(expected[name]):
            return f"{name} is {found}; expected {tuple(expected[name])}"
    return ""


def _stem(path: str | Path) -> Path:
    path = Path(path)
    return path.with_suffix("") if path.suffix in (".safetensors", ".json") else path


def _files(path: Path) -> tuple[Path, Path]:
    return path.with_name(path.name + ".safetensors"), path.with_name(path.name + ".json")


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
