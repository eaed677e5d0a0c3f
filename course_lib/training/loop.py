"""The training loop: guess, measure the loss, go backwards, take a step downhill, repeat."""

import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from course_lib.training.checkpoints import load_training_state, save_training_state
from course_lib.training.schedules import cosine_with_warmup

Batch = tuple[Tensor, Tensor]  # inputs (B, T) and targets (B, T); a target of -100 does not count
NextBatch = Callable[[torch.Generator], Batch]
LossFunction = Callable[[nn.Module, Batch], Tensor]


@dataclass(frozen=True)
class TrainConfig:
    """How long and how hard to train. Raises ValueError for numbers that make no run."""

    steps: int
    lr: float | int = 3e-3
    min_lr_ratio: float | int = 0.1  # the last learning rate as a share of the highest
    warmup: int = 50  # steps until the highest learning rate
    weight_decay: float | int = 0.1  # on matrices only
    betas: tuple[float | int, float | int] = (0.9, 0.95)
    grad_clip: float | int = 1.0  # longest gradient taken as it is; longer ones are shortened to it
    precision: Literal["float32", "bfloat16"] = "float32"  # bfloat16: autocast, weights stay float32

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ValueError(f"steps={self.steps}; expected at least 1")
        if not self.lr > 0:
            raise ValueError(f"lr={self.lr}; expected more than 0")
        if not 0 <= self.warmup <= self.steps:
            raise ValueError(f"warmup={self.warmup}; expected 0 to steps={self.steps}")
        if not self.grad_clip > 0:
            raise ValueError(f"grad_clip={self.grad_clip}; expected more than 0")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class History:
    """What happened in each step: equally long lists."""

    step: list[int] = field(default_factory=list)  # counted from 1
    loss: list[float] = field(default_factory=list)  # of this step's batch, in nats per counted token
    lr: list[float] = field(default_factory=list)
    grad_norm: list[float] = field(default_factory=list)  # before clipping
    tokens_per_s: list[float] = field(default_factory=list)
    tokens_seen: list[int] = field(default_factory=list)  # up to and with this step, padding included
    seconds: list[float] = field(default_factory=list)  # spent in steps, up to and with this one

    def __len__(self) -> int:
        return len(self.step)

    def last(self) -> dict[str, float]:
        """Return the newest step as a dictionary."""
        return {name: values[-1] for name, values in vars(self).items()}


def make_optimizer(model: nn.Module, config: TrainConfig) -> torch.optim.AdamW:
    """Return AdamW that decays matrices and leaves biases and norms alone (Loshchilov and Hutter 2019)."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": config.weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.lr, betas=config.betas, fused=True)


def next_token_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Return the mean loss of the next-token guesses, in nats."""
    inputs, targets = batch
    return model(inputs, targets).loss


def train(
    model: nn.Module,
    next_batch: NextBatch,
    config: TrainConfig,
    generator: torch.Generator,
    *,
    loss_function: LossFunction = next_token_loss,
    progress: bool = True,
    description: str = "training",
    on_step: Callable[[History], None] | None = None,
    state_path: str | Path | None = None,
    save_every: int | None = None,
) -> History:
    """Train `model` in place and return the history.

    `next_batch(generator)` draws a batch; all chance comes from `generator`. `on_step(history)` is called
    after every step. With a `state_path` the run can be interrupted (Ctrl-C, or every `save_every` steps
    against a crash) and the same call goes on where it stopped, on a CPU bit for bit; the file is removed
    when the run is complete. Raises FloatingPointError that names the step as soon as the loss is not a
    number.
    """
    optimizer = make_optimizer(model, config)
    history = History()
    settings = config.to_dict()
    state_path = None if state_path is None else Path(state_path)
    if state_path is not None and state_path.exists():
        record = load_training_state(state_path, model, optimizer, generator, settings)
        history = History(**record["history"])

    def save() -> None:
        if state_path is not None:
            record = {"history": vars(history)}
            save_training_state(state_path, model, optimizer, generator, settings, record)

    device = next(model.parameters()).device
    bf16 = config.precision == "bfloat16"
    model.train()
    bar = tqdm(
        total=config.steps,
        initial=len(history),
        desc=description,
        unit="step",
        disable=not progress,
        leave=True,
    )
    try:
        for step in range(len(history), config.steps):
            before = time.perf_counter()
            lr = cosine_with_warmup(
                step, config.steps, config.lr, config.warmup, config.min_lr_ratio * config.lr
            )
            for group in optimizer.param_groups:
                group["lr"] = lr
            inputs, targets = (part.to(device) for part in next_batch(generator))
            with torch.autocast(device.type, torch.bfloat16) if bf16 else nullcontext():
                loss = loss_function(model, (inputs, targets))
            value = float(loss.detach())
            if not math.isfinite(value):
                raise FloatingPointError(
                    f"the loss is {value} at step {step + 1} (learning rate {lr:.3g}): "
                    "lower lr or look at the data"
                )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            norm = float(nn.utils.clip_grad_norm_(model.parameters(), config.grad_clip))
            optimizer.step()
            history.step.append(step + 1)
            history.loss.append(value)
            history.lr.append(lr)
            history.grad_norm.append(norm)
            seconds = time.perf_counter() - before
            history.tokens_per_s.append(inputs.numel() / seconds)
            history.seconds.append(seconds + (history.seconds[-1] if step else 0.0))
            history.tokens_seen.append(inputs.numel() + (history.tokens_seen[-1] if step else 0))
            bar.update()
            if step % 10 == 0 or step + 1 == config.steps:
                bar.set_postfix(loss=f"{value:.3f}", tok_s=f"{history.tokens_per_s[-1]:,.0f}")
            if on_step is not None:
                on_step(history)
            if save_every and (step + 1) % save_every == 0:
                save()
    except KeyboardInterrupt:
        save()
        raise
    finally:
        bar.close()
        model.eval()
    if state_path is not None:
        state_path.unlink(missing_ok=True)
    return history
