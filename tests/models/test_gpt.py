"""GPT against independent parts from torch.nn, and its two speeds against each other."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.models.gpt import (
    GPT,
    Block,
    CausalSelfAttention,
    FeedForward,
    GPTConfig,
    KVCache,
    attention,
    causal_mask,
    make_norm,
    rotary_tables,
    rotate,
)

VARIANTS = {
    "gpt2": {},
    "no bias": {"bias": False},
    "untied": {"tie_embeddings": False},
    "rotary": {"position": "rotary"},
    "rms": {"norm": "rms"},
    "swiglu": {"mlp": "swiglu"},
    "grouped": {"n_kv_head": 2},
    "today": {
        "position": "rotary",
        "norm": "rms",
        "mlp": "swiglu",
        "n_kv_head": 1,
        "bias": False,
        "tie_embeddings": False,
    },
    "attention bias only": {"bias": False, "attention_bias": True},
    "slow rotary, large eps": {"position": "rotary", "rope_theta": 5e5, "norm": "rms", "norm_eps": 1e-2},
}


@pytest.fixture(autouse=True)
def one_thread():
    """Models this small are faster without a second thread, above all on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def make(dtype: torch.dtype = torch.float64, seed: int = 0, **options) -> GPT:
    config = GPTConfig(vocab_size=31, context=24, n_layer=3, n_head=4, n_embd=32, **options)
    generator = torch.Generator().manual_seed(seed)
    model = GPT(config, generator).to(dtype)
    with torch.no_grad():  # larger weights than at the start, so that a mistake cannot hide
        for name, parameter in model.named_parameters():
            shift = 1.0 if "norm" in name and name.endswith("weight") else 0.0
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=dtype) * 0.2 + shift)
    return model.eval()


def some_ids(rows: int = 2, length: int = 17, seed: int = 1) -> torch.Tensor:
    return torch.randint(31, (rows, length), generator=torch.Generator().manual_seed(seed))


def oracle_gpt2(model: GPT, ids: torch.Tensor) -> torch.Tensor:
    """The same weights in torch's own multi-head attention and layer norm."""
    width, T = model.config.n_embd, ids.shape[1]
    x = model.embed(ids) + model.positions(torch.arange(T))
    future = torch.ones(T, T, dtype=torch.bool).triu(1)
    for block in model.blocks:
        norm = nn.LayerNorm(width, dtype=x.dtype)
        norm.load_state_dict(block.norm1.state_dict())
        attention = nn.MultiheadAttention(width, model.config.n_head, batch_first=True, dtype=x.dtype)
        attention.load_state_dict(
            {
                "in_proj_weight": block.attention.qkv.weight,
                "in_proj_bias": block.attention.qkv.bias,
                "out_proj.weight": block.attention.out.weight,
                "out_proj.bias": block.attention.out.bias,
            }
        )
        h = norm(x)
        x = x + attention(h, h, h, attn_mask=future, need_weights=False)[0]
        norm.load_state_dict(block.norm2.state_dict())
        h = norm(x)
        h = h @ block.feed_forward.up.weight.T + block.feed_forward.up.bias
        h = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h**3)))
        x = x + h @ block.feed_forward.down.weight.T + block.feed_forward.down.bias
    norm.load_state_dict(model.norm.state_dict())
    return norm(x) @ model.embed.weight.T


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_gpt2_agrees_with_torch_nn(dtype, tolerance):
    model, ids = make(dtype), some_ids()
    torch.testing.assert_close(model(ids).logits, oracle_gpt2(model, ids), atol=tolerance, rtol=tolerance)


def complex_rope(x: torch.Tensor) -> torch.Tensor:
    """Rotary positions as complex multiplication: the pair (x_i, x_{i+D/2}) is one complex number."""
    T, D = x.shape[-2:]
    pairs = torch.complex(*x.double().chunk(2, dim=-1))
    speed = torch.tensor([10000.0 ** (-2 * i / D) for i in range(D // 2)], dtype=torch.float64)
    turned = pairs * torch.polar(torch.ones(T, D // 2).double(), torch.arange(T).double()[:, None] * speed)
    return torch.cat((turned.real, turned.imag), dim=-1)


def oracle_today(model: GPT, ids: torch.Tensor) -> torch.Tensor:
    """Rotary, RMSNorm, SwiGLU and grouped queries, head by head with loops."""
    H, G, D = model.config.n_head, model.config.kv_heads, model.config.head_dim

    def rms(x, norm):
        return x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5) * norm.weight

    x = model.embed.weight[ids]
    for block in model.blocks:
        h = rms(x, block.norm1) @ block.attention.qkv.weight.T
        heads = []
        for i in range(H):
            g = i // (H // G)
            q = complex_rope(h[..., i * D : (i + 1) * D])
            k = complex_rope(h[..., (H + g) * D : (H + g + 1) * D])
            v = h[..., (H + G + g) * D : (H + G + g + 1) * D]
            scores = torch.einsum("btd,bsd->bts", q, k) / math.sqrt(D)
            future = torch.ones_like(scores).triu(1).bool()
            heads.append(scores.masked_fill(future, -1e30).softmax(-1) @ v)
        x = x + torch.cat(heads, -1) @ block.attention.out.weight.T
        up = rms(x, block.norm2) @ block.feed_forward.up.weight.T
        gate, value = up[..., : model.config.hidden], up[..., model.config.hidden :]
        x = x + (gate * torch.sigmoid(gate) * value) @ block.feed_forward.down.weight.T
    return rms(x, model.norm) @ model.unembed.weight.T


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_todays_architecture_agrees_with_loops(groups):
    model, ids = make(**VARIANTS["today"] | {"n_kv_head": groups}), some_ids()
    torch.testing.assert_close(model(ids).logits, oracle_today(model, ids), atol=1e-12, rtol=1e-12)


def test_rotary_scores_depend_on_distance_only():
    angle = torch.outer(torch.arange(24).double(), 10000.0 ** (-torch.arange(0, 8, 2).double() / 8))
    q, k = (torch.randn(8, generator=torch.Generator().manual_seed(s)).double() for s in (0, 1))
    turned_q, turned_k = (rotate(x.expand(1, 1, 24, 8), angle.cos(), angle.sin())[0, 0] for x in (q, k))
    scores = turned_q @ turned_k.T
    for distance in range(23):
        diagonal = scores.diagonal(-distance)
        torch.testing.assert_close(diagonal, diagonal[:1].expand_as(diagonal))


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
class TestEveryVariant:
    def test_fast_and_explaining_paths_agree(self, options):
        model, ids = make(**options), some_ids()
        fast, slow = model(ids), model(ids, return_attention=True, return_states=True)
        torch.testing.assert_close(fast.logits, slow.logits, atol=1e-12, rtol=1e-12)
        assert fast.attentions is None
        assert fast.states is None
        assert len(slow.states) == 4
        for weights in slow.attentions:
            assert weights.shape == (2, 4, 17, 17)
            torch.testing.assert_close(weights.sum(-1), torch.ones(2, 4, 17).double())
            assert not weights.triu(1).any()

    @pytest.mark.parametrize("cuts", [[17], [1] * 17, [5, 1, 7, 4]])
    @pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
    def test_cached_and_uncached_logits_agree(self, options, cuts, dtype, tolerance):
        model, ids = make(dtype, **options), some_ids()
        cache = KVCache(model.config, batch_size=2, dtype=dtype)
        parts = [model(part, kv_cache=cache).logits for part in ids.split(cuts, dim=1)]
        assert cache.length == 17
        torch.testing.assert_close(torch.cat(parts, 1), model(ids).logits, atol=tolerance, rtol=tolerance)

    def test_cache_and_explanation_together(self, options):
        model, ids = make(**options), some_ids()
        cache = KVCache(model.config, batch_size=2, dtype=torch.float64)
        model(ids[:, :9], kv_cache=cache)
        out = model(ids[:, 9:], kv_cache=cache, return_attention=True)
        whole = model(ids, return_attention=True)
        torch.testing.assert_close(out.logits, whole.logits[:, 9:])
        torch.testing.assert_close(out.attentions[2], whole.attentions[2][:, :, 9:])

    def test_the_future_does_not_leak(self, options):
        model, ids = make(**options), some_ids()
        changed = ids.clone()
        changed[:, 10] = (changed[:, 10] + 1) % 31
        before, after = model(ids).logits, model(changed).logits
        torch.testing.assert_close(before[:, :10], after[:, :10], atol=0, rtol=0)
        assert (before[:, 10:] - after[:, 10:]).abs().amax() > 1e-6

    def test_logit_lens_ends_at_the_logits(self, options):
        model, ids = make(**options), some_ids()
        out = model(ids, return_states=True)
        lens = model.logit_lens(out.states)
        assert lens.shape == (4, 2, 17, 31)
        torch.testing.assert_close(lens[-1], out.logits, atol=0, rtol=0)
        by_hand = F.linear(model.norm(out.states[1]), model.unembed.weight)
        torch.testing.assert_close(lens[1], by_hand, atol=0, rtol=0)

    def test_gradient_agrees_with_finite_differences(self, options):
        model, ids = make(**options), some_ids(1, 6)
        targets = some_ids(1, 6, seed=2)
        model(ids, targets).loss.backward()
        generator = torch.Generator().manual_seed(3)
        for parameter in model.parameters():
            direction = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            losses = []
            with torch.no_grad():
                for sign in (1, -1):
                    parameter += sign * 1e-5 * direction
                    losses.append(float(model(ids, targets).loss))
                    parameter -= sign * 1e-5 * direction
            numeric = (losses[0] - losses[1]) / 2e-5
            assert float((parameter.grad * direction).sum()) == pytest.approx(numeric, rel=1e-5, abs=1e-7)

    def test_parameters_by_hand(self, options):
        model = make(**options)
        c, G = model.config, model.config.kv_heads
        bias, attention_bias = int(c.bias), int(c.bias if c.attention_bias is None else c.attention_bias)
        qkv_width = (c.n_head + 2 * G) * c.head_dim
        norm = c.n_embd * (1 + (bias if c.norm == "layer" else 0))
        up_width = c.hidden * (2 if c.mlp == "swiglu" else 1)
        block = 2 * norm + c.n_embd * (qkv_width + c.n_embd + up_width) + c.hidden * c.n_embd
        block += attention_bias * (qkv_width + c.n_embd) + bias * (up_width + c.n_embd)
        total = 31 * c.n_embd * (1 if c.tie_embeddings else 2) + 3 * block + norm
        total += 24 * c.n_embd if c.position == "learned" else 0
        assert model.num_parameters() == total


def test_loss_is_the_mean_over_counted_targets():
    model, ids = make(), some_ids()
    targets = some_ids(seed=5)
    targets[0, 3:] = -100
    log_p = model(ids).logits.log_softmax(-1)
    counted = [-log_p[b, t, targets[b, t]] for b in range(2) for t in range(17) if targets[b, t] >= 0]
    torch.testing.assert_close(model(ids, targets).loss, torch.stack(counted).mean())


def test_last_only_is_the_last_row():
    model, ids = make(), some_ids()
    torch.testing.assert_close(
        model(ids, last_only=True).logits, model(ids).logits[:, -1:], atol=1e-12, rtol=0
    )


def test_same_seed_same_model_and_start_near_uniform():
    config = GPTConfig(vocab_size=512)
    a, b = (GPT(config, torch.Generator().manual_seed(7)) for _ in range(2))
    for name, tensor in a.state_dict().items():
        assert torch.equal(tensor, b.state_dict()[name]), name
    ids = torch.randint(512, (4, 64), generator=torch.Generator().manual_seed(0))
    assert float(a(ids, ids.roll(-1, 1)).loss.detach()) == pytest.approx(math.log(512), abs=0.15)
    adds = a.blocks[0].feed_forward.down.weight.detach().std()
    assert float(adds) == pytest.approx(0.02 / math.sqrt(8), rel=0.03)


def test_causal_mask_by_hand():
    assert causal_mask(2, 4).tolist() == [[True, True, True, False], [True] * 4]


@pytest.mark.usefixtures("as_a_learner")
@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"n_embd": 30}, "n_embd=30"),
        ({"n_kv_head": 3}, "n_kv_head=3"),
        ({"n_layer": 0}, "n_layer=0"),
        ({"n_layer": 1.5}, "n_layer=1.5; expected a whole number"),
        ({"vocab_size": "31"}, "vocab_size='31'; expected a whole number"),
        ({"n_kv_head": 0}, "n_kv_head=0"),
        ({"mlp_width": 0}, "mlp_width=0"),
        ({"rope_theta": 0.0}, "rope_theta=0.0"),
        ({"norm_eps": -1e-5}, "norm_eps=-1e-05"),
        ({"norm_eps": float("nan")}, "norm_eps=nan"),
        ({"n_embd": 36, "n_head": 12, "position": "rotary"}, "odd"),
    ],
)
def test_impossible_shapes_are_refused(options, named):
    with pytest.raises(ValueError, match=named):
        GPTConfig(**{"vocab_size": 31, "n_head": 4, "n_embd": 32} | options)


@pytest.mark.usefixtures("as_a_learner")
def test_bad_calls_are_refused():
    model = make(torch.float32)
    with pytest.raises(ValueError, match="context is 24"):
        model(some_ids(1, 25))
    for bad, message in [
        (some_ids(1, 0), "no tokens"),
        (some_ids()[:0], "no tokens"),
        (some_ids()[0], r"ids has shape \(17,\) and dtype torch.int64; expected a tensor \(batch, time\)"),
        (some_ids().float(), "dtype torch.float32"),
        ([[1, 2]], r"ids has \[\[1, 2\]\]"),
        (torch.tensor([[0, 31]]), "ids has the id 31; expected 0 to 30"),
        (torch.tensor([[0, -1]]), "ids has the id -1; expected 0 to 30"),
    ]:
        with pytest.raises(ValueError, match=message):
            model(bad)
    with pytest.raises(ValueError, match=r"targets.shape=\(2, 3\); expected \(2, 17\)"):
        model(some_ids(), some_ids()[:, :3])
    with pytest.raises(ValueError, match="targets has the id -1; expected 0 to 30"):
        model(some_ids(), some_ids() * 0 - 1)
    with pytest.raises(ValueError, match="last_only"):
        model(some_ids(), some_ids(), last_only=True)
    cache = KVCache(model.config, size=4)
    with pytest.raises(ValueError, match="holds 4"):
        model(some_ids(1, 5), kv_cache=cache)
    shallow = GPTConfig(vocab_size=31, context=24, n_layer=1, n_head=4, n_embd=32)
    for config, rows, dtype in [
        (model.config, 3, torch.float32),  # one row would fill all three
        (model.config, 1, torch.float64),
        (shallow, 1, torch.float32),
    ]:
        cache = KVCache(config, rows, dtype=dtype)
        with pytest.raises(ValueError, match=r"the cache is for .* layers and keys"):
            model(some_ids(1, 5), kv_cache=cache)
        assert cache.length == 0


class TestEveryPartsGradient:
    """Analytic against numeric gradients in float64, for the input and for every parameter."""

    @staticmethod
    def check(module, call, x):
        module = module.double()
        generator = torch.Generator().manual_seed(4)
        names = [name for name, _ in module.named_parameters()]
        values = [
            torch.randn(p.shape, generator=generator, dtype=torch.float64).mul(0.5).requires_grad_()
            for p in module.parameters()
        ]
        functional = torch.func.functional_call

        def forward(x, *values):
            out = functional(module, dict(zip(names, values, strict=True)), call(x))
            return tuple(part for part in out if part is not None) if isinstance(out, tuple) else out

        x = torch.randn(x, generator=generator, dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradcheck(forward, (x, *values))

    @staticmethod
    def config(**options):
        return GPTConfig(**{"vocab_size": 5, "context": 4, "n_layer": 1, "n_head": 2, "n_embd": 4} | options)

    @pytest.mark.parametrize("norm", ["layer", "rms"])
    def test_norm(self, norm):
        self.check(make_norm(self.config(norm=norm)), lambda x: (x,), (2, 3, 4))

    @pytest.mark.parametrize("mlp", ["gelu", "swiglu"])
    def test_feed_forward(self, mlp):
        self.check(FeedForward(self.config(mlp=mlp, mlp_width=5)), lambda x: (x,), (2, 3, 4))

    @pytest.mark.parametrize("explain", [False, True])
    @pytest.mark.parametrize("n_kv_head", [1, 2])
    def test_attention(self, n_kv_head, explain):
        config = self.config(n_kv_head=n_kv_head, position="rotary")
        rotary = tuple(table[:3] for table in rotary_tables(config))
        attention = CausalSelfAttention(config, 0)
        self.check(attention, lambda x: (x, rotary, None, explain), (2, 3, 4))

    def test_block(self):
        self.check(Block(self.config(mlp_width=5), 0), lambda x: (x,), (1, 3, 4))

    def test_rotate(self):
        cos, sin = (table[:3] for table in rotary_tables(self.config(position="rotary", n_head=1)))
        x = torch.randn(1, 2, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
        assert torch.autograd.gradcheck(lambda x: rotate(x, cos, sin), (x.requires_grad_(),))

    @pytest.mark.parametrize("options", [{}, VARIANTS["today"]], ids=["gpt2", "today"])
    def test_whole_model_and_loss(self, options):
        model = GPT(self.config(mlp_width=5, **options)).double()
        ids, targets = torch.tensor([[0, 3, 1]]), torch.tensor([[3, 1, 4]])
        names = [name for name, _ in model.named_parameters()]
        values = [
            torch.randn(p.shape, generator=torch.Generator().manual_seed(i), dtype=torch.float64)
            .mul(0.5)
            .requires_grad_()
            for i, p in enumerate(model.parameters())
        ]

        def loss(*values):
            parameters = dict(zip(names, values, strict=True))
            return torch.func.functional_call(model, parameters, (ids, targets)).loss

        assert torch.autograd.gradcheck(loss, values)


@pytest.mark.parametrize("name", ["gpt2", "today"])
class TestOnAGpu:
    def test_logits_are_those_of_the_cpu(self, name, cuda):
        model, ids = make(torch.float32, **VARIANTS[name]), some_ids()
        expected = model(ids).logits
        model.to(cuda)
        for explain in (False, True):
            logits = model(ids.to(cuda), return_attention=explain).logits.cpu()
            torch.testing.assert_close(logits, expected, atol=1e-4, rtol=1e-4)
        cache = KVCache(model.config, 2, device=cuda, dtype=torch.float32)
        parts = [model(part.to(cuda), kv_cache=cache).logits.cpu() for part in ids.split([5, 1, 11], dim=1)]
        torch.testing.assert_close(torch.cat(parts, 1), expected, atol=1e-4, rtol=1e-4)

    def test_bfloat16_stays_near(self, name, cuda):
        model, ids = make(torch.float32, **VARIANTS[name]), some_ids()
        expected = model(ids).logits
        logits = model.to(cuda, torch.bfloat16)(ids.to(cuda)).logits.float().cpu()
        assert float((logits - expected).abs().max() / expected.abs().max()) < 0.05

    @pytest.mark.slow
    def test_compiled_is_the_same_model(self, name, cuda):
        model, ids = make(torch.float32, **VARIANTS[name]).to(cuda), some_ids().to(cuda)
        targets = some_ids(seed=2).to(cuda)
        compiled = torch.compile(model)
        torch.testing.assert_close(compiled(ids).logits, model(ids).logits, atol=1e-4, rtol=1e-4)
        compiled(ids, targets).loss.backward()
        mine = [parameter.grad.clone() for parameter in model.parameters()]
        model.zero_grad()
        model(ids, targets).loss.backward()
        for gradient, parameter in zip(mine, model.parameters(), strict=True):
            torch.testing.assert_close(gradient, parameter.grad, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("shape", [(4, 6), (2, 1, 4, 6)])
def test_attention_takes_a_mask_of_ones_own(shape):
    make = torch.Generator().manual_seed(0)
    q, k = (torch.randn(2, 3, n, 5, generator=make, dtype=torch.float64) for n in (4, 6))
    v = torch.randn(2, 3, 6, 7, generator=make, dtype=torch.float64)
    mask = torch.rand(shape, generator=make) > 0.4
    mask[..., 0] = True
    found, weights = attention(q, k, v, mask)
    expected = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask)
    assert torch.allclose(found, expected, atol=1e-12)
    assert torch.allclose(weights.sum(-1), torch.ones(2, 3, 4, dtype=torch.float64))
    assert not weights.masked_select(~mask.expand(2, 3, 4, 6)).any()
    everything, _ = attention(q, k, v)
    assert torch.allclose(everything, torch.nn.functional.scaled_dot_product_attention(q, k, v), atol=1e-12)


def test_who_may_look_nowhere_gets_nothing():
    q = torch.ones(1, 1, 2, 3)
    mask = torch.tensor([[True, True], [False, False]])
    found, weights = attention(q, q, q, mask)
    assert found[0, 0].tolist() == [[1, 1, 1], [0, 0, 0]]
    assert weights[0, 0].tolist() == [[0.5, 0.5], [0, 0]]


def test_a_mask_of_numbers_is_refused(as_a_learner):
    q = torch.ones(1, 1, 2, 3)
    with pytest.raises(ValueError, match=r"torch\.bool"):
        attention(q, q, q, torch.zeros(2, 2))
