"""A GPT, told in order: configuration, what comes out, cache, attention, feed-forward, block, whole model.

The defaults are GPT-2's architecture (Radford et al. 2019). Four switches of `GPTConfig` turn it, one at a
time, into the architecture of today's open models: `position="rotary"`, `norm="rms"`, `mlp="swiglu"` and
`n_kv_head < n_head`.

One model, two speeds. By default attention runs in torch's fused kernel and keeps nothing. With
`return_attention=True` the same weights go through the softmax written out, and the attention weights come
back. Both give the same logits.

Letters at line ends: B batch, T new tokens, S tokens attended to, C width (n_embd), H heads, G key/value
heads, D width of one head, V vocabulary.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from course_lib.models.checks import check_ids, check_sizes, check_targets, look_up

CHOICES = {"position": ("learned", "rotary"), "norm": ("layer", "rms"), "mlp": ("gelu", "swiglu")}


@dataclass(frozen=True)
class GPTConfig:
    """Everything that fixes the shape of a `GPT`. Raises ValueError where the numbers cannot fit together."""

    vocab_size: int
    context: int = 256  # the most tokens that the model can look at
    n_layer: int = 4
    n_head: int = 4
    n_embd: int = 128
    n_kv_head: int | None = None  # None: as many as n_head; fewer is grouped-query attention
    position: Literal["learned", "rotary"] = "learned"
    norm: Literal["layer", "rms"] = "layer"
    mlp: Literal["gelu", "swiglu"] = "gelu"
    mlp_width: int | None = None  # None: 4 x n_embd (gelu) or 8/3 x n_embd (swiglu): the same parameter count
    bias: bool = True  # in linear layers and layer norms; the unembedding has none
    attention_bias: bool | None = None  # None: as `bias`
    rope_theta: float | int = 10000.0  # the larger, the slower the last rotary pairs turn
    norm_eps: float = 1e-5
    tie_embeddings: bool = True  # the unembedding is the transposed embedding

    def __post_init__(self) -> None:
        check_sizes(self, "vocab_size", "context", "n_layer", "n_head", "n_embd")
        check_sizes(self, *(name for name in ("n_kv_head", "mlp_width") if getattr(self, name) is not None))
        if self.n_embd % self.n_head:
            raise ValueError(f"n_embd={self.n_embd} is not a multiple of n_head={self.n_head}")
        if self.n_head % self.kv_heads:
            raise ValueError(f"n_head={self.n_head} is not a multiple of n_kv_head={self.n_kv_head}")
        if self.position == "rotary" and self.head_dim % 2:
            raise ValueError(f"rotary positions turn pairs, but n_embd / n_head = {self.head_dim} is odd")
        for name in ("rope_theta", "norm_eps"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name}={getattr(self, name)}; expected more than 0")
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name}={getattr(self, name)!r}; expected one of {choices}")

    @property
    def head_dim(self) -> int:
        return self.n_embd // self.n_head

    @property
    def kv_heads(self) -> int:
        return self.n_head if self.n_kv_head is None else self.n_kv_head

    @property
    def hidden(self) -> int:
        if self.mlp_width is not None:
            return self.mlp_width
        return 4 * self.n_embd if self.mlp == "gelu" else 8 * self.n_embd // 3

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class GPTOutput:
    """What one pass gives back; the parts that were not asked for are None."""

    logits: Float[Tensor, "batch time vocab"]
    loss: Float[Tensor, ""] | None = None  # mean over the targets, in nats
    attentions: list[Float[Tensor, "batch head time source"]] | None = None  # one per layer, rows sum to 1
    states: list[Float[Tensor, "batch time width"]] | None = None  # embedding, then after each block


class KVCache:
    """Keys and values of the tokens already read, so that each new token costs one pass over itself.

    Memory: 2 x n_layer x B x n_kv_head x size x head_dim numbers.
    """

    def __init__(
        self,
        config: GPTConfig,
        batch_size: int = 1,
        size: int | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        self.size = config.context if size is None else size
        shape = (config.n_layer, batch_size, config.kv_heads, self.size, config.head_dim)
        self.keys = torch.empty(shape, device=device, dtype=dtype)
        self.values = torch.empty(shape, device=device, dtype=dtype)
        self.length = 0  # tokens held; the model moves it on after its last layer

    def append(
        self,
        layer: int,
        k: Float[Tensor, "batch kv_head time head_dim"],
        v: Float[Tensor, "batch kv_head time head_dim"],
    ) -> tuple[
        Float[Tensor, "batch kv_head source head_dim"], Float[Tensor, "batch kv_head source head_dim"]
    ]:
        """Store the new tokens of one layer and return all that it has seen. ValueError if they do not fit."""
        end = self.length + k.shape[2]
        if end > self.size:
            raise ValueError(f"the cache holds {self.size} tokens; {self.length} + {k.shape[2]} are needed")
        layers, B, G, _, D = self.keys.shape
        if layer >= layers or k.shape != (B, G, k.shape[2], D) or k.dtype != self.keys.dtype:
            raise ValueError(
                f"the cache is for {layers} layers and keys ({B}, {G}, time, {D}) of {self.keys.dtype}; layer "
                f"{layer} of this model, with these rows, makes {tuple(k.shape)} of {k.dtype}"
            )
        self.keys[layer, :, :, self.length : end] = k
        self.values[layer, :, :, self.length : end] = v
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]


def rotary_tables(config: GPTConfig) -> tuple[Float[Tensor, "context half"], Float[Tensor, "context half"]]:
    """Cosine and sine, in float64, of the angle of each pair at each position: position x theta^(-2i/D)."""
    speed = config.rope_theta ** (-torch.arange(0, config.head_dim, 2, dtype=torch.float64) / config.head_dim)
    angle = torch.outer(torch.arange(config.context, dtype=torch.float64), speed)  # (context, D/2) radians
    return angle.cos(), angle.sin()


def rotate(
    x: Float[Tensor, "batch head time head_dim"],
    cos: Float[Tensor, "time half"],
    sin: Float[Tensor, "time half"],
) -> Float[Tensor, "batch head time head_dim"]:
    """Turn each pair (x_i, x_{i + D/2}) by an angle that grows with the position (RoPE, Su et al. 2021)."""
    a, b = x.chunk(2, dim=-1)  # (B, H, T, D/2) each
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


def causal_mask(time: int, source: int, device: torch.device | None = None) -> Bool[Tensor, "time source"]:
    """True where a token may look: at itself and back. The last query is the last source token."""
    return torch.ones(time, source, dtype=torch.bool, device=device).tril(source - time)


def attention(
    q: Float[Tensor, "*lead time head_dim"],
    k: Float[Tensor, "*lead source head_dim"],
    v: Float[Tensor, "*lead source value_dim"],
    mask: Bool[Tensor, "... time source"] | None = None,
) -> tuple[Float[Tensor, "*lead time value_dim"], Float[Tensor, "*lead time source"]]:
    """Return softmax(q k^T / sqrt(D)) v and its weights, written out (Vaswani et al. 2017, equation 1).

    `mask` is True where a token may look, such as `causal_mask(T, S)`; without one every token sees all. A token that
    may look nowhere gets zeros. Raises ValueError for a mask that is not made of True and False.
    """
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (B, H, T, S)
    if mask is not None:
        if mask.dtype != torch.bool:
            raise ValueError(f"mask.dtype={mask.dtype}; expected torch.bool, True where a token may look")
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=-1)  # (B, H, T, S), rows sum to 1
    if mask is not None:
        weights = weights.masked_fill(~mask.any(dim=-1, keepdim=True), 0.0)
    return weights @ v, weights  # (B, H, T, D), (B, H, T, S)


class CausalSelfAttention(nn.Module):
    """Each token asks (query), every earlier token offers (key) and hands over (value)."""

    def __init__(self, config: GPTConfig, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.n_head, self.kv_heads, self.head_dim = config.n_head, config.kv_heads, config.head_dim
        bias = config.bias if config.attention_bias is None else config.attention_bias
        self.qkv = nn.Linear(config.n_embd, (self.n_head + 2 * self.kv_heads) * self.head_dim, bias=bias)
        self.out = nn.Linear(config.n_embd, config.n_embd, bias=bias)

    def forward(
        self,
        x: Float[Tensor, "batch time width"],
        rotary: tuple[Tensor, Tensor] | None,
        cache: KVCache | None,
        explain: bool,
    ) -> tuple[Float[Tensor, "batch time width"], Float[Tensor, "batch head time source"] | None]:
        B, T, C = x.shape
        heads = self.qkv(x).view(B, T, -1, self.head_dim).transpose(1, 2)  # (B, H + 2G, T, D)
        q, k, v = heads.split((self.n_head, self.kv_heads, self.kv_heads), dim=1)  # (B, H or G, T, D)
        if rotary is not None:
            q, k = rotate(q, *rotary), rotate(k, *rotary)
        if cache is not None:
            k, v = cache.append(self.layer, k, v)  # (B, G, S, D)
        S = k.shape[2]
        shared = self.n_head // self.kv_heads  # query heads per key/value head
        if shared > 1:
            k, v = k.repeat_interleave(shared, dim=1), v.repeat_interleave(shared, dim=1)  # (B, H, S, D)
        weights = None
        if explain:
            y, weights = attention(q, k, v, causal_mask(T, S, x.device))  # (B, H, T, D), (B, H, T, S)
        else:
            mask = None if T in (1, S) else causal_mask(T, S, x.device)
            y = F.scaled_dot_product_attention(q, k, v, mask, is_causal=1 < T == S)  # (B, H, T, D)
        y = y.transpose(1, 2).reshape(B, T, C)  # (B, T, C)
        return self.out(y), weights


class FeedForward(nn.Module):
    """Multiply, add, bend, multiply, add: each token for itself."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.gated = config.mlp == "swiglu"
        self.up = nn.Linear(config.n_embd, config.hidden * (2 if self.gated else 1), bias=config.bias)
        self.down = nn.Linear(config.hidden, config.n_embd, bias=config.bias)

    def forward(self, x: Float[Tensor, "batch time width"]) -> Float[Tensor, "batch time width"]:
        h = self.up(x)  # (B, T, hidden), twice as wide if gated
        if self.gated:
            gate, h = h.chunk(2, dim=-1)
            return self.down(F.silu(gate) * h)  # SwiGLU, Shazeer 2020
        return self.down(F.gelu(h, approximate="tanh"))


def make_norm(config: GPTConfig) -> nn.Module:
    if config.norm == "rms":
        return nn.RMSNorm(config.n_embd, eps=config.norm_eps)
    return nn.LayerNorm(config.n_embd, eps=config.norm_eps, bias=config.bias)


class Block(nn.Module):
    """Attention mixes tokens, feed-forward works on each; both add to the residual stream."""

    def __init__(self, config: GPTConfig, layer: int) -> None:
        super().__init__()
        self.norm1 = make_norm(config)
        self.attention = CausalSelfAttention(config, layer)
        self.norm2 = make_norm(config)
        self.feed_forward = FeedForward(config)

    def forward(
        self,
        x: Float[Tensor, "batch time width"],
        rotary: tuple[Tensor, Tensor] | None = None,
        cache: KVCache | None = None,
        explain: bool = False,
    ) -> tuple[Float[Tensor, "batch time width"], Float[Tensor, "batch head time source"] | None]:
        mixed, weights = self.attention(self.norm1(x), rotary, cache, explain)
        x = x + mixed  # (B, T, C)
        return x + self.feed_forward(self.norm2(x)), weights


class GPT(nn.Module):
    """Token ids in, one score per possible next token out (lesson 02, built by hand in the lab of lesson 04).

    `generator` seeds the initial weights, so that the same seed gives the same model.
    """

    rotary_cos: Tensor
    rotary_sin: Tensor

    def __init__(self, config: GPTConfig, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab_size, config.n_embd)
        if config.position == "learned":
            self.positions = nn.Embedding(config.context, config.n_embd)
        else:
            for name, table in zip(("rotary_cos", "rotary_sin"), rotary_tables(config), strict=True):
                self.register_buffer(name, table.to(self.embed.weight), persistent=False)
        self.blocks = nn.ModuleList(Block(config, layer) for layer in range(config.n_layer))
        self.norm = make_norm(config)
        self.unembed = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        if config.tie_embeddings:
            self.unembed.weight = self.embed.weight
        self._initialise(generator)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "GPT":
        """Move as every module does, but round the rotary tables to a new dtype only once."""
        super()._apply(fn, recurse)
        if self.config.position == "rotary":
            self.rotary_cos, self.rotary_sin = (x.to(self.embed.weight) for x in rotary_tables(self.config))
        return self

    @torch.no_grad()
    def _initialise(self, generator: torch.Generator | None) -> None:
        """GPT-2's start: N(0, 0.02), and 1 / sqrt(2 n_layer) of it where a layer adds to the stream."""
        for name, parameter in self.named_parameters():
            if "norm" in name:
                continue  # norms start as the identity
            if parameter.ndim == 1:
                parameter.zero_()
            else:
                adds = name.endswith(("out.weight", "down.weight"))
                std = 0.02 / math.sqrt(2 * self.config.n_layer) if adds else 0.02
                parameter.normal_(0.0, std, generator=generator)

    def num_parameters(self) -> int:
        """Number of trained numbers; a tied matrix counts once."""
        return sum(parameter.numel() for parameter in self.parameters())

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        targets: Int[Tensor, "batch time"] | None = None,
        kv_cache: KVCache | None = None,
        return_attention: bool = False,
        return_states: bool = False,
        last_only: bool = False,
    ) -> GPTOutput:
        """Read `ids` and score every possible next token after each of them.

        `targets` are the true next tokens (-100: do not count this one) and add the mean loss in nats. With a
        `kv_cache`, `ids` continue what the cache has read. `last_only` skips the scores of all but the last
        position. Raises ValueError for ids that are not in the vocabulary, none of them or more than the
        context, for targets of another shape, and for targets together with `last_only`.
        """
        check_ids("ids", ids)
        start = 0 if kv_cache is None else kv_cache.length
        T = ids.shape[1]
        if not ids.numel():
            raise ValueError(f"ids has shape {tuple(ids.shape)}: no tokens; expected at least one")
        if start + T > self.config.context:
            raise ValueError(f"ids need {start + T} positions, but the context is {self.config.context}")
        if targets is not None:
            check_targets(targets, ids, self.config.vocab_size)
            if last_only:
                raise ValueError("targets need the scores of every position; call without last_only")
        x = look_up(self.embed, ids)  # (B, T, C)
        rotary = None
        if self.config.position == "learned":
            x = x + self.positions.weight[start : start + T]  # (B, T, C)
        else:
            rotary = (self.rotary_cos[start : start + T], self.rotary_sin[start : start + T])
        states, attentions = [x], []
        for block in self.blocks:
            x, weights = block(x, rotary, kv_cache, return_attention)  # (B, T, C), (B, H, T, S)
            states.append(x)
            attentions.append(weights)
        if kv_cache is not None:
            kv_cache.length += T
        if last_only:
            x = x[:, -1:]  # (B, 1, C)
        logits = self.unembed(self.norm(x))  # (B, T, V)
        loss = None
        if targets is not None:
            loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100)
        kept = cast(list[Tensor], attentions) if return_attention else None
        return GPTOutput(logits, loss, kept, states if return_states else None)

    def logit_lens(
        self, states: list[Float[Tensor, "batch time width"]]
    ) -> Float[Tensor, "depth batch time vocab"]:
        """Read each state as if it were the last: final norm, then unembedding (nostalgebraist 2020).

        `depth` is n_layer + 1: the embedding, then the state after each block. The last entry is the model's
        logits.
        """
        return torch.stack([self.unembed(self.norm(state)) for state in states])
