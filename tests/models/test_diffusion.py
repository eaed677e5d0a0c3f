"""Diffusion against its closed forms: noise step by step, the exact way back, and denoisers that are perfect."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.models.diffusion import (
    Denoiser,
    DenoiserConfig,
    NoiseSchedule,
    add_noise,
    denoise_step,
    diffusion_loss,
    posterior,
    predict_clean,
    sample,
    time_embedding,
)

KINDS = pytest.mark.parametrize("kind", ["linear", "cosine"])


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def randn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=seeded(seed), dtype=torch.float64)


@KINDS
@pytest.mark.parametrize("steps", [2, 20, 100, 1000])
def test_a_schedule_goes_from_all_to_nothing(kind, steps):
    schedule = NoiseSchedule(steps, kind)
    assert len(schedule.beta) == len(schedule.alpha) == len(schedule.alpha_bar) == steps + 1
    assert schedule.beta[0] == 0
    assert ((schedule.beta[1:] > 0) & (schedule.beta[1:] < 1)).all()
    assert schedule.alpha_bar[0] == 1
    assert (schedule.alpha_bar.diff() < 0).all()
    assert schedule.alpha_bar[-1] < 0.01


def test_schedules_against_the_papers():
    linear = NoiseSchedule(1000, "linear")
    assert float(linear.beta[1]) == pytest.approx(1e-4)
    assert float(linear.beta[-1]) == pytest.approx(0.02)
    cosine = NoiseSchedule(1000, "cosine")

    def f(share: float) -> float:
        return math.cos((share + 0.008) / 1.008 * math.pi / 2) ** 2

    for t in (1, 250, 500, 900):
        assert float(cosine.alpha_bar[t]) == pytest.approx(f(t / 1000) / f(0), rel=1e-10)
    assert NoiseSchedule(100, "linear").alpha_bar[-1] < 1e-4


@KINDS
def test_one_jump_is_many_steps_in_closed_form(kind):
    """Mean and variance of a number that goes through the steps one at a time."""
    schedule = NoiseSchedule(30, kind)
    mean, variance = 1.7, 0.0
    for t in range(1, 31):
        mean *= math.sqrt(schedule.alpha[t])
        variance = float(schedule.alpha[t]) * variance + float(schedule.beta[t])
        one = torch.ones(1, 1, dtype=torch.float64)
        step = torch.tensor([t])
        jump_mean = add_noise(schedule, 1.7 * one, step, 0 * one).item()
        jump_std = add_noise(schedule, 0 * one, step, one).item()
        assert jump_mean == pytest.approx(mean, rel=1e-12)
        assert jump_std**2 == pytest.approx(variance, rel=1e-12)


@KINDS
def test_one_jump_is_many_steps_in_simulation(kind):
    schedule = NoiseSchedule(12, kind)
    x = torch.full((40_000,), 0.8, dtype=torch.float64)
    for t in range(1, 8):
        fresh = randn(40_000, seed=t)
        x = schedule.alpha[t].sqrt() * x + schedule.beta[t].sqrt() * fresh
    left = float(schedule.alpha_bar[7])
    assert float(x.mean()) == pytest.approx(0.8 * math.sqrt(left), abs=0.02)
    assert float(x.var()) == pytest.approx(1 - left, rel=0.03)


@KINDS
@settings(max_examples=30, deadline=None)
@given(st.integers(1, 25), st.floats(-2, 2), st.floats(-2, 2))
def test_posterior_is_bayes_rule(kind, t, clean, noisy):
    """Multiply the two normal densities on a grid and measure mean and variance."""
    schedule = NoiseSchedule(25, kind)
    mean, variance = (
        part.item()
        for part in posterior(
            schedule,
            torch.tensor([[clean]], dtype=torch.float64),
            torch.tensor([[noisy]], dtype=torch.float64),
            torch.tensor([t]),
        )
    )
    if t == 1:
        assert variance == 0
        assert mean == pytest.approx(clean, abs=1e-12)
        return
    alpha, beta = float(schedule.alpha[t]), float(schedule.beta[t])
    before = float(schedule.alpha_bar[t - 1])
    grid = mean + math.sqrt(variance) * torch.linspace(-12, 12, 4001, dtype=torch.float64)
    log_density = -((noisy - math.sqrt(alpha) * grid) ** 2) / (2 * beta)
    log_density -= (grid - math.sqrt(before) * clean) ** 2 / (2 * (1 - before))
    density = (log_density - log_density.max()).exp()
    density /= density.sum()
    assert float((density * grid).sum()) == pytest.approx(mean, rel=1e-9, abs=1e-9)
    assert float((density * (grid - mean) ** 2).sum()) == pytest.approx(variance, rel=1e-9)


@KINDS
@settings(max_examples=30, deadline=None)
@given(st.integers(1, 25))
def test_denoise_step_agrees_with_algorithm_2(kind, t):
    """The paper's other spelling: (x - beta / sqrt(1 - alpha_bar) noise) / sqrt(alpha) + sigma z."""
    schedule = NoiseSchedule(25, kind)
    x, guessed, fresh = randn(3, 1, 4), randn(3, 1, 4, seed=1), randn(3, 1, 4, seed=2)
    alpha, beta, left = schedule.alpha[t], schedule.beta[t], schedule.alpha_bar[t]
    sigma = ((1 - schedule.alpha_bar[t - 1]) / (1 - left) * beta).sqrt()
    expected = (x - beta / (1 - left).sqrt() * guessed) / alpha.sqrt() + sigma * fresh
    ours, _ = denoise_step(schedule, x, t, guessed, fresh)
    torch.testing.assert_close(ours, expected, atol=1e-10, rtol=1e-10)


@KINDS
def test_predict_clean_undoes_add_noise(kind):
    schedule = NoiseSchedule(50, kind)
    clean, noise = randn(50, 1, 3, 3), randn(50, 1, 3, 3, seed=1)
    t = torch.arange(50)
    noisy = add_noise(schedule, clean, t, noise)
    assert torch.equal(noisy[0], clean[0])
    torch.testing.assert_close(predict_clean(schedule, noisy, t, noise), clean, atol=1e-9, rtol=1e-9)


@KINDS
@pytest.mark.parametrize("shape", [(1, 4, 4), (2, 16)], ids=["image", "sound"])
def test_a_perfect_denoiser_recovers_the_data(kind, shape):
    schedule = NoiseSchedule(40, kind)
    truth = randn(3, *shape).clamp(-1, 1)

    def perfect(x, t):
        left = schedule.at(schedule.alpha_bar, t, x)
        return (x - left.sqrt() * truth) / (1 - left).sqrt()

    steps = list(sample(perfect, schedule, truth.shape, seeded(1), dtype=torch.float64))
    assert [step.t for step in steps] == list(range(40, -1, -1))
    torch.testing.assert_close(steps[-1].x, truth, atol=1e-10, rtol=0)
    for step in steps[1:]:
        torch.testing.assert_close(step.guess, truth, atol=1e-10, rtol=0)
    assert torch.equal(steps[0].x, torch.randn(truth.shape, generator=seeded(1), dtype=torch.float64))


@KINDS
def test_the_best_denoiser_of_a_normal_distribution_samples_from_it(kind):
    """For data N(m, s^2) the best guess of the noise has a closed form; its samples must have m and s."""
    m, s = 0.6, 0.4
    schedule = NoiseSchedule(200, kind)

    def best(x, t):
        left = schedule.at(schedule.alpha_bar, t, x)
        return (1 - left).sqrt() * (x - left.sqrt() * m) / (left * s**2 + 1 - left)

    *_, last = sample(best, schedule, (5_000, 1), seeded(2), clip=None, dtype=torch.float64)
    assert float(last.x.mean()) == pytest.approx(m, abs=0.03)
    assert float(last.x.std()) == pytest.approx(s, rel=0.05)


def test_clip_bounds_the_guess():
    schedule = NoiseSchedule(10)
    x = 5 * randn(2, 1, 4)
    _, guess = denoise_step(schedule, x, 10, 0 * x, 0 * x, clip=1.0)
    assert guess.abs().max() == 1


def test_loss_by_hand():
    schedule = NoiseSchedule(20)
    clean = randn(2000, 1, 4)
    seen = []

    def nothing(x, t):
        seen.append(t)
        return torch.zeros_like(x)

    assert float(diffusion_loss(nothing, schedule, clean, seeded())) == pytest.approx(1, abs=0.05)
    assert sorted(set(seen[0].tolist())) == list(range(1, 21))

    def knows(x, t):
        left = schedule.at(schedule.alpha_bar, t, x)
        return (x - left.sqrt() * clean) / (1 - left).sqrt()

    assert float(diffusion_loss(knows, schedule, clean, seeded())) < 1e-20


SHAPES = {"image": DenoiserConfig((1, 4, 4), 4, (1, 2)), "sound": DenoiserConfig((2, 8), 4, (1, 2))}


def make(config: DenoiserConfig, dtype: torch.dtype = torch.float64) -> Denoiser:
    model = Denoiser(config, seeded()).to(dtype)
    with torch.no_grad():  # the last layer starts at zero, where a mistake could hide
        for i, parameter in enumerate(model.parameters()):
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=seeded(i), dtype=dtype))
    return model


@pytest.mark.parametrize("config", SHAPES.values(), ids=SHAPES)
class TestImagesAndSound:
    def test_the_first_guess_is_no_noise(self, config):
        x = randn(3, *config.shape)
        out = Denoiser(config, seeded()).double()(x, torch.tensor([1, 5, 9]))
        assert torch.equal(out, torch.zeros_like(x))

    def test_gradcheck(self, config):
        shape = tuple(min(size, 3) for size in config.shape)  # every number is moved twice, so few of them
        model = make(DenoiserConfig(shape, 2, (1,)))
        t, noise = torch.tensor([1, 7]), randn(2, *shape, seed=3)
        x = randn(2, *shape).requires_grad_()
        names = [name for name, _ in model.named_parameters()]

        def f(x, *weights):
            out = torch.func.functional_call(model, dict(zip(names, weights, strict=True)), (x, t))
            return (out - noise).square().mean()

        assert torch.autograd.gradcheck(f, (x, *model.parameters()))

        def loss(clean):
            return diffusion_loss(model, NoiseSchedule(9), clean, seeded(4))

        assert torch.autograd.gradcheck(loss, (x,))

    def test_examples_do_not_mix_and_time_matters(self, config):
        model = make(config)
        x, t = randn(3, *config.shape), torch.tensor([2, 4, 8])
        whole = model(x, t)
        for i in range(3):
            torch.testing.assert_close(model(x[i : i + 1], t[i : i + 1]), whole[i : i + 1])
        assert (model(x, t + 1) - whole).abs().amax() > 1e-4

    def test_same_seed_same_samples(self, config):
        model, schedule = make(config, torch.float32), NoiseSchedule(4)
        runs = [list(sample(model, schedule, (2, *config.shape), seeded(5)))[-1].x for _ in range(2)]
        assert torch.equal(*runs)
        assert runs[0].shape == (2, *config.shape)
        assert not runs[0].requires_grad

    def test_it_learns_a_single_example(self, config):
        model, schedule = Denoiser(config, seeded()), NoiseSchedule(8)
        clean = randn(1, *config.shape).float().clamp(-1, 1).expand(32, *config.shape)
        optimizer, rng = torch.optim.Adam(model.parameters(), lr=1e-2), seeded(1)
        losses = []
        for _ in range(40):
            loss = diffusion_loss(model, schedule, clean, rng)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses[0] > 0.8
        assert sum(losses[-5:]) / 5 < 0.75 * losses[0]


def test_time_embedding_by_hand():
    out = time_embedding(torch.tensor([0, 3]), 4)
    assert out[0].tolist() == [0, 0, 1, 1]
    expected = [math.sin(3), math.sin(0.03), math.cos(3), math.cos(0.03)]
    assert out[1].tolist() == pytest.approx(expected, abs=1e-6)


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input_is_refused():
    schedule, x = NoiseSchedule(10), torch.zeros(2, 1, 8, 8)
    t = torch.tensor([1, 2])
    for call, message in [
        (lambda: NoiseSchedule(1), "steps=1"),
        (lambda: NoiseSchedule(10, "sigmoid"), "kind='sigmoid'"),
        (
            lambda: add_noise(schedule, x, torch.tensor([1, 11]), x),
            r"t=\[1, 11\]; expected 2 whole steps from 0 to 10",
        ),
        (lambda: add_noise(schedule, x, torch.tensor([1, -1]), x), r"t=\[1, -1\]"),
        (lambda: add_noise(schedule, x, torch.tensor([1]), x), r"t=\[1\]; expected 2 whole steps"),
        (lambda: add_noise(schedule, x, t.float(), x), r"t=\[1.0, 2.0\]; expected 2 whole steps"),
        (lambda: add_noise(schedule, x.long(), t, x), "dtype torch.int64"),
        (
            lambda: add_noise(schedule, x, t, x[:1]),
            r"noise has shape \(1, 1, 8, 8\); expected \(2, 1, 8, 8\)",
        ),
        (lambda: predict_clean(schedule, x, t, x[..., :1]), r"noise has shape \(2, 1, 8, 1\)"),
        (lambda: denoise_step(schedule, x, 3, x, x[:1]), r"noise has shape \(1, 1, 8, 8\)"),
        (lambda: denoise_step(schedule, x, 0, x, x), r"t=\[0, 0\]; expected steps from 1"),
        (lambda: posterior(schedule, x[:1], x, t), r"clean has shape \(1, 1, 8, 8\)"),
        (lambda: posterior(schedule, x, x, torch.tensor([0, 1])), r"t=\[0, 1\]; expected steps from 1"),
        (lambda: diffusion_loss(Denoiser(), schedule, x.long(), seeded()), "dtype torch.int64"),
        (lambda: diffusion_loss(Denoiser(), schedule, x[:0], seeded()), "at least one example"),
        (lambda: next(sample(Denoiser(), schedule, (4,), seeded())), r"shape=\(4,\)"),
        (lambda: next(sample(Denoiser(), schedule, (0, 1, 8, 8), seeded())), r"shape=\(0, 1, 8, 8\)"),
        (lambda: Denoiser()(x[:, :, :4], t), r"noisy.shape=\(2, 1, 4, 8\)"),
        (lambda: denoise_step(schedule, x, 3, x, x, -1.0), "clip=-1.0"),
        (lambda: Denoiser()(x.double(), t), "noisy.dtype=torch.float64; expected torch.float32"),
        (lambda: Denoiser()(x, t[:1]), r"t.shape=\(1,\)"),
        (lambda: DenoiserConfig(shape=(8,)), r"shape=\(8,\)"),
        (lambda: DenoiserConfig(width=7), "width=7"),
        (lambda: DenoiserConfig(dilations=()), r"dilations=\(\)"),
        (lambda: time_embedding(t, 3), "width=3"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
