"""The loop against an optimizer written out, and interruption against an uninterrupted run."""

import math
import os
import signal
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from course_lib.models.gpt import GPT, GPTConfig
from course_lib.training.checkpoints import CheckpointError
from course_lib.training.loop import History, TrainConfig, make_optimizer, train
from course_lib.training.schedules import cosine_with_warmup


def small_gpt(seed: int = 0) -> GPT:
    config = GPTConfig(vocab_size=17, context=12, n_layer=2, n_head=2, n_embd=16)
    return GPT(config, torch.Generator().manual_seed(seed))


def counting(generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows that count upwards modulo 17 from a random start."""
    rows = torch.randint(17, (8, 1), generator=generator) + torch.arange(13)
    return rows[:, :-1] % 17, rows[:, 1:] % 17


def run(config: TrainConfig, **options) -> tuple[GPT, History]:
    model = small_gpt()
    history = train(model, counting, config, torch.Generator().manual_seed(1), progress=False, **options)
    return model, history


def test_it_learns_to_count():
    model, history = run(TrainConfig(steps=100, lr=1e-2, warmup=10))
    assert history.loss[0] == pytest.approx(math.log(17), abs=0.3)
    assert history.loss[-1] < 0.3
    guess = model(torch.tensor([[3, 4, 5, 6]])).logits[0, -1].argmax()
    assert int(guess) == 7
    assert history.step == list(range(1, 101))
    assert history.tokens_seen[-1] == 100 * 8 * 12
    assert not model.training


def test_steps_agree_with_adamw_written_out():
    """Three steps of AdamW with clipping, as in the paper, for every parameter."""
    config = TrainConfig(steps=3, lr=1e-2, warmup=1, min_lr_ratio=0.5, grad_clip=0.1, weight_decay=0.3)
    model = small_gpt().double()
    expected = small_gpt().double()
    train(model, counting, config, torch.Generator().manual_seed(1), progress=False)
    generator = torch.Generator().manual_seed(1)
    first = [torch.zeros_like(p) for p in expected.parameters()]
    second = [torch.zeros_like(p) for p in expected.parameters()]
    for step, lr in enumerate([1e-2, 1e-2, 5e-3], start=1):
        expected.zero_grad()
        expected(*counting(generator)).loss.backward()
        norm = math.sqrt(sum(float((p.grad**2).sum()) for p in expected.parameters()))
        with torch.no_grad():
            for p, m, v in zip(expected.parameters(), first, second, strict=True):
                g = p.grad * min(1.0, 0.1 / (norm + 1e-6))
                m.mul_(0.9).add_(0.1 * g)
                v.mul_(0.95).add_(0.05 * g * g)
                if p.ndim >= 2:
                    p.mul_(1 - lr * 0.3)
                p.sub_(lr * (m / (1 - 0.9**step)) / ((v / (1 - 0.95**step)).sqrt() + 1e-8))
    for a, b in zip(model.parameters(), expected.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-9, rtol=1e-9)


def test_same_seed_same_weights():
    (a, _), (b, _) = run(TrainConfig(steps=5, warmup=2)), run(TrainConfig(steps=5, warmup=2))
    for x, y in zip(a.parameters(), b.parameters(), strict=True):
        assert torch.equal(x, y)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"optimizer": "course", "accumulate": 3}])
@pytest.mark.parametrize("stop_after", [1, 7, 19])
def test_interrupted_and_resumed_is_the_same_bit_for_bit(tmp_path, stop_after, options):
    config, path = TrainConfig(steps=20, warmup=3, **options), tmp_path / "state.safetensors"
    whole_model, whole = run(config)

    def interrupt(history: History) -> None:
        if len(history) == stop_after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(config, state_path=path, on_step=interrupt)
    assert path.exists()
    # a fresh process: another model start and another generator state must not matter
    model = small_gpt(seed=99)
    history = train(
        model, counting, config, torch.Generator().manual_seed(5), progress=False, state_path=path
    )
    assert history.loss == whole.loss
    assert history.step == whole.step
    for x, y in zip(model.parameters(), whole_model.parameters(), strict=True):
        assert torch.equal(x, y)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "exception"), [("SIGINT", KeyboardInterrupt), ("SIGTERM", SystemExit)])
@pytest.mark.parametrize("step", [4, 8])
def test_a_signal_waits_for_the_end_of_its_step(tmp_path, number, exception, step):
    """In the middle of a step weights, optimizer and chance do not belong together."""
    config, path = TrainConfig(steps=8, warmup=3), tmp_path / "state.safetensors"
    _, whole = run(config)
    usual = signal.getsignal(getattr(signal, number))
    calls: list[int] = []

    def loss(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        calls.append(1)
        if len(calls) == step:
            os.kill(os.getpid(), getattr(signal, number))
        return model(*batch).loss

    with pytest.raises(exception):
        run(config, state_path=path, loss_function=loss)
    assert signal.getsignal(getattr(signal, number)) is usual
    assert len(calls) == step
    _, history = run(config, state_path=path)
    assert history.loss == whole.loss
    assert not path.exists()


def test_a_second_ctrl_c_acts_at_once_and_keeps_the_older_state(tmp_path):
    config, path = TrainConfig(steps=9, warmup=3), tmp_path / "state.safetensors"
    _, whole = run(config)
    calls: list[int] = []

    def impatient(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        calls.append(1)
        if len(calls) == 6:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
        return model(*batch).loss

    with pytest.raises(KeyboardInterrupt):
        run(config, state_path=path, loss_function=impatient, save_every=4)
    steps = []
    _, history = run(config, state_path=path, on_step=lambda h: steps.append(len(h)))
    assert steps[0] == 5
    assert history.loss == whole.loss


def test_a_crash_loses_at_most_save_every_steps(tmp_path):
    config, path = TrainConfig(steps=20, warmup=3), tmp_path / "state.safetensors"
    _, whole = run(config)

    def crash(history: History) -> None:
        if len(history) == 13:
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        run(config, state_path=path, save_every=5, on_step=crash)
    steps = []
    _, history = run(config, state_path=path, on_step=lambda h: steps.append(len(h)))
    assert steps[0] == 11
    assert history.loss == whole.loss


def test_a_state_of_another_run_is_refused(tmp_path):
    path = tmp_path / "state.safetensors"

    def interrupt(history: History) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(TrainConfig(steps=20, warmup=3), state_path=path, on_step=interrupt)
    with pytest.raises(ValueError, match="other settings"):
        run(TrainConfig(steps=20, warmup=3, lr=1e-4), state_path=path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(CheckpointError, match="cut short") as error:
        run(TrainConfig(steps=20, warmup=3), state_path=path)
    assert "\n" not in str(error.value)


def without(name: str):
    """Damage a state: a tensor is gone, or the record is not what it was."""

    def damage(path: Path) -> None:
        with safe_open(str(path), "pt") as file:
            record = file.metadata()
            tensors = {key: file.get_tensor(key) for key in file.keys() if key != name}  # noqa: SIM118
        if name == "record":
            record["record"] = "{"
        save_file(tensors, str(path), record)

    return damage


@pytest.mark.parametrize(
    ("change", "damage", "message"),
    [
        (lambda model: model.double(), None, "another shape or dtype"),
        (lambda model: model.embed.requires_grad_(False), None, "trained other parameters"),
        (None, without("generator"), "no generator"),
        (None, without("optimizer.3.exp_avg_sq"), "is missing"),
        (None, without("model.norm.weight"), "another shape or dtype"),
        (None, without("record"), "no training state"),
        (None, lambda path: save_file({"x": torch.zeros(1)}, str(path)), "no training state"),
    ],
    ids=["float64", "frozen", "generator", "moments", "weights", "record", "foreign"],
)
def test_a_state_that_does_not_fit_changes_nothing(tmp_path, change, damage, message):
    config, path = TrainConfig(steps=20, warmup=3), tmp_path / "state.safetensors"

    def interrupt(history: History) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(config, state_path=path, on_step=interrupt)
    if damage is not None:
        damage(path)
    kept = path.read_bytes()
    model, generator = small_gpt(seed=5), torch.Generator().manual_seed(3)
    if change is not None:
        change(model)
    weights = [parameter.detach().clone() for parameter in model.parameters()]
    with pytest.raises(CheckpointError, match=message) as error:
        train(model, counting, config, generator, progress=False, state_path=path)
    assert "\n" not in str(error.value)
    assert path.read_bytes() == kept
    assert torch.equal(generator.get_state(), torch.Generator().manual_seed(3).get_state())
    for before, after in zip(weights, model.parameters(), strict=True):
        assert torch.equal(before, after)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "steps=0"),
        ({"lr": 0.0}, "lr=0.0"),
        ({"lr": math.inf}, "lr=inf"),
        ({"min_lr_ratio": -0.1}, "min_lr_ratio=-0.1; expected a share"),  # the last steps would go uphill
        ({"min_lr_ratio": 2}, "min_lr_ratio=2"),
        ({"weight_decay": -1}, "weight_decay=-1"),
        ({"weight_decay": math.nan}, "weight_decay=nan"),
        ({"betas": (0.9, 1.0)}, r"betas=\(0.9, 1.0\)"),
        ({"grad_clip": math.nan}, "grad_clip=nan"),
        ({"warmup": 101}, "warmup=101"),
        ({"accumulate": 0}, "accumulate=0"),
        ({"precision": "fp8"}, "precision='fp8'"),
    ],
    ids=str,
)
@pytest.mark.usefixtures("as_a_learner")
def test_numbers_that_make_no_run_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        TrainConfig(**{"steps": 100} | options)


def test_a_run_that_cannot_be_is_refused(tmp_path):
    with pytest.raises(ValueError, match="save_every=0"):
        run(TrainConfig(steps=2, warmup=1), state_path=tmp_path / "state", save_every=0)
    for model in (small_gpt().requires_grad_(False), nn.Identity()):
        with pytest.raises(ValueError, match="expected something to train"):
            train(model, counting, TrainConfig(2, warmup=1), torch.Generator(), progress=False)
    with pytest.raises(ValueError, match="ids has the id 20; expected 0 to 16"):
        train(
            small_gpt(),
            lambda _: (torch.full((2, 3), 20), torch.zeros(2, 3).long()),
            TrainConfig(2, warmup=1),
            torch.Generator(),
            progress=False,
        )


def test_nan_stops_and_names_the_step():
    def loss(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        calls.append(1)
        return model(*batch).loss * (math.nan if len(calls) == 3 else 1.0)

    calls: list[int] = []
    with pytest.raises(FloatingPointError, match="nan at step 3"):
        run(TrainConfig(steps=9, warmup=1), loss_function=loss)


@pytest.mark.parametrize(("bad_step", "kept"), [(5, None), (8, 6), (7, 3)])
def test_the_last_good_state_is_kept(tmp_path, bad_step, kept):
    """A state whose weights already give NaN, as after step 6 in the third case, does not replace a good one."""
    config, path = TrainConfig(steps=12, warmup=1), tmp_path / "state.safetensors"
    save_every = 3 if kept else 5
    _, whole = run(config)

    def loss(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        calls.append(1)
        return model(*batch).loss * (math.nan if len(calls) == bad_step else 1.0)

    calls: list[int] = []
    with pytest.raises(FloatingPointError, match=f"nan at step {bad_step} ") as error:
        run(config, loss_function=loss, state_path=path, save_every=save_every)
    assert path.exists() == (kept is not None)
    if kept is not None:
        assert f"after step {kept} is kept in {path}" in str(error.value)
        steps = []
        _, history = run(config, state_path=path, on_step=lambda h: steps.append(len(h)))
        assert steps[0] == kept + 1
        assert history.loss == whole.loss


def test_a_gradient_that_is_no_number_changes_no_weight():
    def loss(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        return (
            model(*batch).loss + (model.embed.weight[0, 0] - model.embed.weight[0, 0].detach()).abs().sqrt()
        )

    model = small_gpt()
    with pytest.raises(FloatingPointError, match="length of the gradient is nan at step 1"):
        train(
            model,
            counting,
            TrainConfig(steps=2, warmup=1),
            torch.Generator().manual_seed(1),
            loss_function=loss,
            progress=False,
        )
    for a, b in zip(model.parameters(), small_gpt().parameters(), strict=True):
        assert torch.equal(a, b)


def test_progress_bar_shows_loss_and_speed(capsys):
    train(small_gpt(), counting, TrainConfig(steps=3, warmup=1), torch.Generator().manual_seed(0))
    shown = capsys.readouterr().err
    assert "loss=" in shown
    assert "tok_s=" in shown


def test_bfloat16_keeps_float32_weights_and_learns():
    model, history = run(TrainConfig(steps=40, lr=1e-2, warmup=5, precision="bfloat16"))
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert history.loss[-1] < history.loss[0]


def test_only_matrices_decay():
    groups = make_optimizer(small_gpt(), TrainConfig(steps=1, warmup=0)).param_groups
    assert [g["weight_decay"] for g in groups] == [0.1, 0.0]
    assert all(p.ndim >= 2 for p in groups[0]["params"])
    assert all(p.ndim == 1 for p in groups[1]["params"])


def test_schedule_at_known_points():
    rates = [cosine_with_warmup(step, 101, 1.0, 10, 0.1) for step in range(101)]
    assert rates[:10] == pytest.approx([0.1 * i for i in range(1, 11)])
    assert rates[10] == pytest.approx(1.0)
    assert rates[55] == pytest.approx(0.55)  # half-way down
    assert rates[100] == pytest.approx(0.1)
    assert all(a >= b for a, b in pairwise(rates[10:]))
    assert cosine_with_warmup(0, 1, 1.0, 0, 0.1) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"steps": 0}, "steps=0"),
        ({"lr": 0}, "lr=0"),
        ({"warmup": 11}, "warmup=11"),
        ({"grad_clip": 0}, "grad_clip=0"),
        ({"accumulate": 0}, "accumulate=0"),
    ],
)
def test_impossible_runs_are_refused(options, named):
    with pytest.raises(ValueError, match=named):
        TrainConfig(**{"steps": 10, "warmup": 1} | options)
