"""Networks with a memory, told in order: plain cell, gates (LSTM, GRU), unrolling, reading tokens (lesson 06).

A recurrent network reads one step at a time and keeps what it has seen in a hidden state of fixed size. The
plain cell writes over its state at every step; the gated cells learn what to keep.

Letters at line ends: B batch, T time steps, F inputs, H hidden units, V vocabulary.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib.models.checks import check_dtype, check_ids, check_sizes, check_targets, look_up

Kind = Literal["rnn", "lstm", "gru"]
Hidden = Float[Tensor, "batch hidden"]
State = tuple[Tensor, ...]  # (hidden,) or, for an LSTM, (hidden, memory), each (B, H)


@dataclass(frozen=True)
class RNNConfig:
    """Everything that fixes the shape of an `RNN`. Raises ValueError where a number makes no network."""

    n_in: int
    n_hidden: int = 64
    kind: Kind = "rnn"

    def __post_init__(self) -> None:
        check_sizes(self, "n_in", "n_hidden")
        if self.kind not in CELLS:
            raise ValueError(f"kind={self.kind!r}; expected one of {tuple(CELLS)}")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class RNNCell(nn.Module):
    """Mix the input with the old state, then bend: h' = tanh(W x + U h) (Elman 1990)."""

    n_states = 1

    def __init__(self, n_in: int, n_hidden: int) -> None:
        super().__init__()
        self.input = nn.Linear(n_in, n_hidden)
        self.recurrent = nn.Linear(n_hidden, n_hidden)

    def forward(self, x: Float[Tensor, "batch inputs"], state: State) -> State:
        (h,) = state  # (B, H)
        return (torch.tanh(self.input(x) + self.recurrent(h)),)  # (B, H)


class LSTMCell(nn.Module):
    """A memory that is changed only by gates (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000).

    Four quarters of one product: what to let in, what to keep, what is new, what to show.
    """

    n_states = 2

    def __init__(self, n_in: int, n_hidden: int) -> None:
        super().__init__()
        self.input = nn.Linear(n_in, 4 * n_hidden)
        self.recurrent = nn.Linear(n_hidden, 4 * n_hidden)

    def forward(self, x: Float[Tensor, "batch inputs"], state: State) -> State:
        h, memory = state  # (B, H) each
        let_in, keep, new, show = (self.input(x) + self.recurrent(h)).chunk(4, dim=-1)  # (B, H) each
        memory = keep.sigmoid() * memory + let_in.sigmoid() * new.tanh()  # (B, H): a sum, so slopes survive
        return show.sigmoid() * memory.tanh(), memory


class GRUCell(nn.Module):
    """Two gates and no second memory (Cho et al. 2014): the new state is a mixture of old and proposed."""

    n_states = 1

    def __init__(self, n_in: int, n_hidden: int) -> None:
        super().__init__()
        self.input = nn.Linear(n_in, 3 * n_hidden)
        self.recurrent = nn.Linear(n_hidden, 3 * n_hidden)

    def forward(self, x: Float[Tensor, "batch inputs"], state: State) -> State:
        (h,) = state  # (B, H)
        reset_x, keep_x, new_x = self.input(x).chunk(3, dim=-1)  # (B, H) each
        reset_h, keep_h, new_h = self.recurrent(h).chunk(3, dim=-1)  # (B, H) each
        reset, keep = (reset_x + reset_h).sigmoid(), (keep_x + keep_h).sigmoid()  # (B, H) each
        new = torch.tanh(new_x + reset * new_h)  # (B, H)
        return (keep * h + (1 - keep) * new,)


CELLS: dict[str, type[RNNCell] | type[LSTMCell] | type[GRUCell]] = {
    "rnn": RNNCell,
    "lstm": LSTMCell,
    "gru": GRUCell,
}


@dataclass
class RNNOutput:
    """What one pass gives back."""

    hidden: list[Hidden]  # one per step; a list, so that a gradient for each step can be asked for
    state: State  # after the last step; hand it to the next call to go on reading

    @property
    def stacked(self) -> Float[Tensor, "batch time hidden"]:
        return torch.stack(self.hidden, dim=1)


class RNN(nn.Module):
    """One cell, used again at every step with the same weights.

    `generator` seeds the initial weights: uniform within 1 / sqrt(n_hidden), and an LSTM starts with its
    gate at "keep" (bias 1; Jozefowicz et al. 2015).
    """

    def __init__(self, config: RNNConfig, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.cell = CELLS[config.kind](config.n_in, config.n_hidden)
        bound = 1 / math.sqrt(config.n_hidden)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.uniform_(-bound, bound, generator=generator)
            if config.kind == "lstm":
                self.cell.input.bias[config.n_hidden : 2 * config.n_hidden] = 1.0
                self.cell.recurrent.bias[config.n_hidden : 2 * config.n_hidden] = 0.0

    def start(self, batch_size: int) -> State:
        """Return the empty state that reading begins with: zeros."""
        if batch_size < 1:
            raise ValueError(f"batch_size={batch_size}; expected at least 1")
        zeros = self.cell.input.weight.new_zeros(batch_size, self.config.n_hidden)  # (B, H)
        return (zeros,) * self.cell.n_states

    def forward(self, x: Float[Tensor, "batch time inputs"], state: State | None = None) -> RNNOutput:
        """Read `x` step by step, going on from `state` if one is given.

        Raises ValueError for an `x` without steps or of the wrong width, or a state that does not fit.
        """
        if x.ndim != 3 or x.shape[1] < 1 or x.shape[2] != self.config.n_in:
            raise ValueError(
                f"x.shape={tuple(x.shape)}; expected (batch, time, {self.config.n_in}) with at least one step"
            )
        if not x.is_floating_point():
            raise ValueError(f"x.dtype={x.dtype}; expected floating-point numbers (RecurrentLM reads ids)")
        check_dtype("x", x, self.cell.input.weight)
        expected = self.start(x.shape[0])
        state = expected if state is None else state
        if [part.shape for part in state] != [part.shape for part in expected]:
            raise ValueError(
                f"state has the shapes {[tuple(part.shape) for part in state]}; "
                f"expected {[tuple(part.shape) for part in expected]}"
            )
        for part in state:
            check_dtype("state", part, self.cell.input.weight)
        hidden = []
        for step in x.unbind(dim=1):  # (B, F)
            state = cast(State, self.cell(step, state))
            hidden.append(state[0])  # (B, H)
        return RNNOutput(hidden, state)


def detach(state: State) -> State:
    """Keep what is remembered but cut the way back: gradients stop here (truncated backpropagation)."""
    return tuple(part.detach() for part in state)


def gradient_by_step(output: RNNOutput) -> list[float]:
    """Return how strongly the last hidden state depends on the hidden state of each step, first step first.

    The size is the gradient's length for the sum of the last state, as a root mean square over the batch;
    the last entry is sqrt(n_hidden), the state's dependence on itself.
    """
    gradients = torch.autograd.grad(
        output.hidden[-1].sum(), output.hidden, retain_graph=True, materialize_grads=True
    )
    return [float(gradient.square().sum(dim=-1).mean().sqrt()) for gradient in gradients]


@dataclass
class RecurrentLMOutput:
    logits: Float[Tensor, "batch time vocab"]
    loss: Float[Tensor, ""] | None  # mean over the targets, in nats
    state: State


class RecurrentLM(nn.Module):
    """Token ids in, one score per possible next token out: what `GPT` does, with a memory of fixed size.

    It has no limit on the number of tokens. Called as `model(ids, targets)` it fits the training loop.
    """

    def __init__(
        self,
        vocab_size: int,
        n_hidden: int = 64,
        kind: Kind = "gru",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if vocab_size < 1:
            raise ValueError(f"vocab_size={vocab_size}; expected at least 1")
        self.rnn = RNN(RNNConfig(n_hidden, n_hidden, kind), generator)
        self.embed = nn.Embedding(vocab_size, n_hidden)
        self.unembed = nn.Linear(n_hidden, vocab_size)
        with torch.no_grad():
            self.embed.weight.normal_(0.0, 1.0, generator=generator)
            self.unembed.weight.normal_(0.0, 1 / math.sqrt(n_hidden), generator=generator)
            self.unembed.bias.zero_()

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        targets: Int[Tensor, "batch time"] | None = None,
        state: State | None = None,
    ) -> RecurrentLMOutput:
        """Read `ids`, going on from `state`; `targets` are the true next tokens (-100: do not count).

        Raises ValueError for ids that are not in the vocabulary or none of them, or targets of another shape.
        """
        check_ids("ids", ids)
        if not ids.numel():
            raise ValueError(f"ids has shape {tuple(ids.shape)}: no tokens; expected at least one")
        if targets is not None:
            check_targets(targets, ids, self.embed.num_embeddings)
        out = self.rnn(look_up(self.embed, ids), state)  # (B, T, H)
        logits = self.unembed(out.stacked)  # (B, T, V)
        loss = None
        if targets is not None:
            loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100)
        return RecurrentLMOutput(logits, loss, out.state)
