"""What a model needs in memory: weights, what training remembers, and the cache of a conversation.

Sizes in bytes. Letters: B rows at once, T tokens of a row, C width, H heads, G key/value heads, D width of
one head, V vocabulary.
"""

import torch
from torch import nn

from course_lib.models.gpt import GPTConfig


def weight_bytes(model: nn.Module) -> int:
    """Return the bytes of all parameters; a matrix that two layers share counts once."""
    return sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())


def parameter_count(config: GPTConfig) -> int:
    """Return the number of parameters that a `GPT` of this shape has, without building it."""
    C, D, kv = config.n_embd, config.head_dim, config.kv_heads
    attention_bias = config.bias if config.attention_bias is None else config.attention_bias
    qkv = (config.n_head + 2 * kv) * D
    up = config.hidden * (2 if config.mlp == "swiglu" else 1)
    norm = C * (2 if config.bias and config.norm == "layer" else 1)
    block = C * qkv + C * C + C * up + config.hidden * C + 2 * norm
    block += (qkv + C) * attention_bias + (up + C) * config.bias
    embeddings = config.vocab_size * C * (1 if config.tie_embeddings else 2)
    positions = config.context * C if config.position == "learned" else 0
    return embeddings + positions + config.n_layer * block + norm


def kv_cache_bytes(
    config: GPTConfig, tokens: int, batch_size: int = 1, dtype: torch.dtype = torch.float32
) -> int:
    """Return 2 x n_layer x B x G x tokens x D numbers: keys and values of everything read so far.

    Only the key/value heads count: with G = H / 8, eight times as many conversations fit. Raises ValueError
    for tokens < 0 or batch_size < 1.
    """
    if tokens < 0 or batch_size < 1:
        raise ValueError(
            f"tokens={tokens}, batch_size={batch_size}; expected tokens >= 0 and batch_size >= 1"
        )
    return 2 * config.n_layer * batch_size * config.kv_heads * tokens * config.head_dim * dtype.itemsize


def activation_bytes(
    config: GPTConfig, batch_size: int, tokens: int, dtype: torch.dtype = torch.float32
) -> int:
    """Return about how many bytes a training step remembers between its forward and its backward pass.

    Counted for fused attention, which keeps no T x T weights, and without autocast. Counts what torch saves
    on a CPU: other kernels keep a little more or less. Raises ValueError for batch_size or tokens < 1.
    """
    if batch_size < 1 or tokens < 1:
        raise ValueError(f"batch_size={batch_size}, tokens={tokens}; expected at least 1 each")
    C, H, D, kv = config.n_embd, config.n_head, config.head_dim, config.kv_heads
    norm = (
        2 * C if config.norm == "rms" else C + 2
    )  # its result; RMSNorm also x / rms, LayerNorm mean and 1 / std
    layer = 2 * (C + norm) + C  # stream and norm twice, and what attention hands to its output layer
    qkv, head = (H + 2 * kv) * D, H * D
    layer += H  # one log-sum per head
    if config.position == "rotary":  # q and k turned, v, and attention's result before its reshape
        layer += 4 * head if kv < H else qkv + 3 * head
    else:
        layer += qkv + 2 * head if kv < H else qkv  # k and v again, once per query head
    layer += config.hidden * (4 if config.mlp == "swiglu" else 2)
    end = C + norm + config.vocab_size  # stream, norm, log-probabilities
    ids = 2 * torch.int64.itemsize  # inputs and targets
    return batch_size * tokens * ((config.n_layer * layer + end) * dtype.itemsize + ids)


def training_bytes(
    config: GPTConfig, batch_size: int, tokens: int, dtype: torch.dtype = torch.float32
) -> int:
    """Return about what training with AdamW needs: weights, gradients, two moments of each, activations.

    Raises ValueError as `activation_bytes`.
    """
    kept = 4 * parameter_count(config) * dtype.itemsize
    return kept + activation_bytes(config, batch_size, tokens, dtype)
