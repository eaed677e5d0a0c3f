"""The training loop: guess, measure the loss, go backwards, take a step downhill, repeat."""

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from course_lib.training import distributed
from course_lib.training.checkpoints import (
    load_training_state,
    pack_training_state,
    save_training_state,
    write_training_state,
)
from course_lib.training.optim import AdamW
from course_lib.training.schedules import cosine_with_warmup

Batch = tuple[Tensor, Tensor]  # inputs (B, T) and targets (B, T); a target of -100 does not count
NextBatch = Callable[[torch.Generator], Batch]
LossFunction = Callable[[nn.Module, Batch], Tensor]
Counted = Callable[[Batch], float | int]  # how many terms the loss of a batch is the mean of


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
    optimizer: Literal["torch", "course"] = "torch"  # torch's fused AdamW, or the one written out in optim.py
    accumulate: int = 1  # parts into which a batch is cut, one after the other: less memory, same gradients
    compile: bool = False  # through torch.compile; on a CPU that needs a C++ compiler
    shard: bool = False  # under torchrun: split the model over the processes instead of copying it (FSDP)

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ValueError(f"steps={self.steps}; expected at least 1")
        if not 0 < self.lr < math.inf:
            raise ValueError(f"lr={self.lr}; expected more than 0")
        if not 0 <= self.min_lr_ratio <= 1:
            raise ValueError(f"min_lr_ratio={self.min_lr_ratio}; expected a share of lr, 0 to 1")
        if not 0 <= self.weight_decay < math.inf:
            raise ValueError(f"weight_decay={self.weight_decay}; expected 0 or more")
        if len(self.betas) != 2 or not all(0 <= beta < 1 for beta in self.betas):
            raise ValueError(f"betas={self.betas}; expected two numbers from 0 to below 1")
        if not 0 <= self.warmup <= self.steps:
            raise ValueError(f"warmup={self.warmup}; expected 0 to steps={self.steps}")
        if not self.grad_clip > 0:
            raise ValueError(f"grad_clip={self.grad_clip}; expected more than 0")
        if self.accumulate < 1:
            raise ValueError(f"accumulate={self.accumulate}; expected at least 1")
        choices = {"precision": ("float32", "bfloat16"), "optimizer": ("torch", "course")}
        for name, known in choices.items():
            if getattr(self, name) not in known:
                raise ValueError(f"{name}={getattr(self, name)!r}; expected one of {known}")

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


def make_optimizer(model: nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """Return AdamW that decays matrices and leaves biases and norms alone (Loshchilov and Hutter 2019)."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": config.weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    if config.optimizer == "course":
        return AdamW(groups, lr=config.lr, betas=config.betas)
    return torch.optim.AdamW(groups, lr=config.lr, betas=config.betas, fused=True)


def next_token_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Return the mean loss of the next-token guesses, in nats."""
    inputs, targets = batch
    return model(inputs, targets).loss


def counted_targets(batch: Batch) -> int:
    """Return how many targets count: the terms that `next_token_loss` is the mean of."""
    return int((batch[1] != -100).sum())


def train(
    model: nn.Module,
    next_batch: NextBatch,
    config: TrainConfig,
    generator: torch.Generator,
    *,
    loss_function: LossFunction = next_token_loss,
    counted: Counted | None = None,
    progress: bool = True,
    description: str = "training",
    on_step: Callable[[History], None] | None = None,
    state_path: str | Path | None = None,
    save_every: int | None = None,
) -> History:
    """Train `model` in place and return the history.

    `next_batch(generator)` draws a batch; all chance comes from `generator`. `on_step(history)` is called
    after every step.

    With a `state_path` the run can be interrupted (Ctrl-C and SIGTERM wait for the end of the step; or every
    `save_every` steps against a crash), and the same call goes on where it stopped, on a CPU bit for bit; the
    file is removed when the run is complete. A periodic state is written once the next loss has shown that
    its weights are good.

    Under torchrun (`distributed.processes`) every process draws the same batch and trains on its own rows:
    the same losses as one process with the whole batch. To cut a batch into `accumulate` parts or over
    processes, a `loss_function` of your own needs `counted(batch)`, the number of terms that it is a mean of.

    Raises FloatingPointError that names the step as soon as the loss or the gradient is not finite, before
    any weight has changed; RuntimeError if compile=True finds no compiler; ValueError for a batch that cannot
    be cut, a model of which nothing is trained, save_every < 1, or shard=True without torchrun.
    """
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise ValueError("no parameter of the model has requires_grad=True; expected something to train")
    if save_every is not None and save_every < 1:
        raise ValueError(f"save_every={save_every}; expected at least 1 step, or None")
    pieces = config.accumulate * distributed.world_size()
    if counted is None:
        if pieces > 1 and loss_function is not next_token_loss:
            raise ValueError(
                "accumulate > 1 or several processes cut the batch; this loss_function needs counted"
            )
        counted = counted_targets
    if config.shard and not distributed.active():
        raise ValueError("shard=True splits the model over processes; start the script with torchrun")
    device = next(model.parameters()).device
    parallel = model
    if config.shard:
        parallel = distributed.shard(model)
    elif distributed.active():
        parallel = distributed.replicate(model)
    distributed.agree(generator)
    optimizer = make_optimizer(model, config)
    history = History()
    settings = config.to_dict()
    for name in ("accumulate", "compile", "shard"):  # may change between two parts of a run
        del settings[name]
    state_path = None if state_path is None else Path(state_path)
    if state_path is not None and distributed.ask_first(state_path.exists):
        record = load_training_state(state_path, model, optimizer, generator, settings)
        history = History(**record["history"])
    saved_step = len(history)
    unproven: bytes | None = None  # a state whose weights no loss has been taken of

    def state() -> tuple[nn.Module, torch.optim.Optimizer, torch.Generator, dict[str, Any], dict[str, Any]]:
        return model, optimizer, generator, settings, {"history": vars(history)}

    forward = cast(nn.Module, torch.compile(parallel)) if config.compile else parallel
    bf16 = config.precision == "bfloat16"
    model.train()
    stop = 0.0  # processes that were told to stop
    between = True  # two steps: weights, generator and history belong together
    bar = tqdm(
        total=config.steps,
        initial=len(history),
        desc=description,
        unit="step",
        disable=not progress or distributed.rank() != 0,
        leave=True,
    )
    with _signals_wait(state_path is not None) as signals:
        try:
            for step in range(len(history), config.steps):
                before = time.perf_counter()
                between = False
                lr = cosine_with_warmup(
                    step, config.steps, config.lr, config.warmup, config.min_lr_ratio * config.lr
                )
                for group in optimizer.param_groups:
                    group["lr"] = lr
                batch = next_batch(generator)
                optimizer.zero_grad(set_to_none=True)
                parts = [(batch, 1.0)]
                if pieces > 1:
                    parts = cast(Any, distributed.own_parts(batch, config.accumulate, counted))
                losses = []
                for i, (part, share) in enumerate(parts, start=1):
                    inputs, targets = (tensor.to(device) for tensor in part)
                    distributed.sync_gradients(parallel, i == len(parts))
                    with torch.autocast(device.type, torch.bfloat16) if bf16 else nullcontext():
                        loss = _loss(loss_function, forward, (inputs, targets), config.compile)
                    if pieces > 1:  # the mean over the whole batch; a part without targets adds nothing
                        loss = loss * share if share else loss.nan_to_num() * 0
                    losses.append(loss.detach())
                    # processes are averaged, but each has only its share of the mean
                    (loss * distributed.world_size() if distributed.active() else loss).backward()
                value, stop = distributed.total(float(sum(losses)), len(signals), device=device)
                norm = float(
                    distributed.whole(nn.utils.clip_grad_norm_(model.parameters(), config.grad_clip))
                )
                for quantity, number in (("loss", value), ("length of the gradient", norm)):
                    if not math.isfinite(number):
                        kept = (
                            f"; the state after step {saved_step} is kept in {state_path}"
                            if saved_step
                            else ""
                        )
                        raise FloatingPointError(
                            f"the {quantity} is {number} at step {step + 1} (learning rate {lr:.3g}): "
                            f"lower lr or look at the data{kept}"
                        )
                if unproven is not None and state_path is not None:
                    write_training_state(state_path, unproven)
                    saved_step, unproven = step, None
                optimizer.step()
                history.step.append(step + 1)
                history.loss.append(value)
                history.lr.append(lr)
                history.grad_norm.append(norm)
                seconds = time.perf_counter() - before
                tokens = batch[0].numel()  # of all parts and processes
                history.tokens_per_s.append(tokens / seconds)
                history.seconds.append(seconds + (history.seconds[-1] if step else 0.0))
                history.tokens_seen.append(tokens + (history.tokens_seen[-1] if step else 0))
                between = True
                bar.update()
                if step % 10 == 0 or step + 1 == config.steps:
                    bar.set_postfix(loss=f"{value:.3f}", tok_s=f"{history.tokens_per_s[-1]:,.0f}")
                if on_step is not None:
                    on_step(history)
                if stop or (signals and distributed.world_size() == 1):
                    break
                if save_every and (step + 1) % save_every == 0 and state_path is not None:
                    unproven = pack_training_state(*state())
            if stop or signals:  # even in the last step: whatever follows this run must not begin
                raise SystemExit(143) if signal.SIGTERM in signals else KeyboardInterrupt
        except (KeyboardInterrupt, SystemExit):
            if between and state_path is not None:
                save_training_state(state_path, *state())
            raise
        finally:
            bar.close()
            model.eval()
    if state_path is not None and distributed.rank() == 0:
        state_path.unlink(missing_ok=True)
    return history


def _loss(loss_function: LossFunction, model: nn.Module, batch: Batch, compiled: bool) -> Tensor:
    if not compiled:
        return loss_function(model, batch)
    from torch._dynamo.exc import BackendCompilerFailed

    try:
        return loss_function(model, batch)
    except BackendCompilerFailed as error:
        reason = " ".join(str(error).split())[:200]
        raise RuntimeError(
            "compile=True, but torch.compile does not work on this machine: install a C++ compiler "
            f"such as g++, or set compile=False ({reason})"
        ) from error


@contextmanager
def _signals_wait(on: bool) -> Iterator[list[int]]:
    """Note the first SIGINT or SIGTERM instead of breaking off a step; a second one acts at once."""
    noted: list[int] = []
    if not on or threading.current_thread() is not threading.main_thread():
        yield noted
        return
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in usual.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def note(number: int, frame: object) -> None:
        noted.append(number)
        restore()

    for number in usual:
        signal.signal(number, note)
    try:
        yield noted
    finally:
        restore()
