"""What `config.json` of a Hugging Face checkpoint says about a `GPT`, read and written.

Whatever this `GPT` does not compute is refused by name, because a model that is almost right is wrong.
"""

import json
from typing import Any, Literal

from course_lib.models.gpt import GPTConfig

Family = Literal["gpt2", "llama"]

CONFIG = "config.json"
HEADS = {"gpt2": "GPT2LMHeadModel", "llama": "LlamaForCausalLM"}
LARGEST_NUMBER = 2**24  # of a configuration; the context may have a sixteenth of it

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
    family = family_of(config)
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


def family_of(config: GPTConfig) -> Family:
    """Say which of the two architectures a configuration is."""
    parts = (config.position, config.norm, config.mlp)
    if parts == ("rotary", "rms", "swiglu"):
        return "llama"
    if parts != ("learned", "layer", "gelu"):
        raise PretrainedError(f"a model of {', '.join(parts)} is neither a GPT-2 nor a Llama")
    if config.kv_heads != config.n_head or not config.bias or config.attention_bias is False:
        raise PretrainedError("a GPT-2 has biases everywhere and as many key/value heads as heads")
    return "gpt2"
