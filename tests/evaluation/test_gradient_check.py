"""The gradient check finds wrong gradients and accepts right ones, with a seed and without leaving a trace."""

from __future__ import annotations

import pytest
import torch

from course_lib.evaluation.gradient_check import check_gradients


def weights(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()


class TwiceTooMuch(torch.autograd.Function):
    """A square whose backward pass forgets the 2."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx, grad):
        return ctx.saved_tensors[0] * grad


def test_right_gradients_pass_and_the_weights_are_put_back() -> None:
    a, b = weights(3, 4), weights(4, seed=1)
    before = a.detach().clone()
    found = check_gradients(lambda: torch.tanh(a @ b).square().sum(), {"a": a, "b": b}, n=10)
    assert found.max_relative_error < 1e-7
    assert len(found.slopes) == 10
    assert {slope.parameter for slope in found.slopes} <= {"a", "b"}
    assert torch.equal(a, before)
    assert a.grad is None


def test_wrong_gradients_are_found() -> None:
    x = weights(20)
    found = check_gradients(lambda: TwiceTooMuch.apply(x).sum(), {"x": x})
    assert found.max_relative_error == pytest.approx(0.5, abs=1e-6)
    assert {row["parameter"] for row in found.rows()} == {"x"}
    assert all(
        0.49 < float(row["relative_error"]) < 0.51 for row in found.rows() if abs(row["measured"]) > 0.1
    )


def test_the_seed_draws_the_weights() -> None:
    x = weights(50)

    def places(seed: int) -> list[int]:
        return [
            slope.place for slope in check_gradients(lambda: (x**3).sum(), {"x": x}, 10, seed=seed).slopes
        ]

    assert places(0) == places(0)
    assert places(0) != places(1)
    everything = check_gradients(lambda: (x**3).sum(), {"x": x}, 1000)
    assert [slope.place for slope in everything.slopes] == list(range(50))


def test_a_weight_that_does_nothing_and_a_step_too_small_to_move() -> None:
    x, idle = weights(3), weights(2)
    assert check_gradients(lambda: x.square().sum(), {"x": x, "idle": idle}).max_relative_error < 1e-7
    single = torch.tensor([1.0, 2.0]).requires_grad_()
    assert check_gradients(lambda: single.square().sum(), {"x": single}, step=1e-12).max_relative_error == 1.0


@pytest.mark.parametrize(("n", "step"), [(0, 1e-5), (5, 0.0), (5, -1.0)])
def test_bad_settings_are_refused(n: int, step: float) -> None:
    x = weights(3)
    with pytest.raises(ValueError, match="expected at least"):
        check_gradients(lambda: x.sum(), {"x": x}, n, step)


def test_a_loss_that_draws_lots_is_refused() -> None:
    x = weights(3)
    with pytest.raises(ValueError, match="two different numbers"):
        check_gradients(lambda: (x * torch.rand(3)).sum(), {"x": x})
    with pytest.raises(ValueError, match="0 parameters"):
        check_gradients(lambda: x.sum(), {})
