"""The graph behind a computation: drawn, listed, and walked backwards step by step (lesson 05).

Numbers that were computed stand in the boxes, gradients below them; gradients appear as backpropagation reaches them.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch

from course_lib.explore.figure import BLUE, GREY, ORANGE, RED, Finding, Picture, new_figure, plain_ticks
from course_lib.explore.live import Live
from course_lib.explore.prediction import quantity
from course_lib.explore.view import View
from course_lib.models.value import Value, ValueMLP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.figure import Figure

SIGNS = {"*": "\u00d7", "**2": "squared", "**3": "cubed", "+": "+", "relu": "ReLU", "tanh": "tanh"}


@dataclass(frozen=True)
class Node:
    """A value of the graph, where it stands (column from the left, row from the top), and its name."""

    value: Value
    column: int
    row: float
    name: str


def lay_out(result: Value) -> list[Node]:
    """Place the values of a graph: parents left of children, column by column from the left.

    Values that the graph starts from stand in the column before the first that uses them. Unnamed ones get a, b, c ...
    """
    order = result.graph()
    depth: dict[int, int] = {}
    for value in order:
        depth[id(value)] = 1 + max((depth[id(parent)] for parent in value.parents), default=-1)
    first_use = {
        id(parent): min(depth[id(child)] for child in order if any(parent is p for p in child.parents))
        for value in order
        for parent in value.parents
    }
    columns = {id(v): depth[id(v)] if v.parents else first_use.get(id(v), 1) - 1 for v in order}
    rows: dict[int, list[Value]] = {}
    for value in order:
        rows.setdefault(columns[id(value)], []).append(value)
    tallest = max(map(len, rows.values()))
    taken = {value.label for value in order}
    spare = (letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in taken)
    names = {id(v): v.label or (f"{v.data:g}" if not v.parents else next(spare, "?")) for v in order}
    places: dict[int, float] = {}
    for column in sorted(rows):
        for place, value in enumerate(rows[column]):
            places[id(value)] = (place + 0.5) * tallest / len(rows[column])
    nodes = [Node(v, columns[id(v)], places[id(v)], names[id(v)]) for v in order]
    return sorted(nodes, key=lambda node: node.column)


def _made_by(node: Node, names: dict[int, str]) -> str:
    """How a value was made, such as "x × w"."""
    op, parents = node.value.op, [names[id(parent)] for parent in node.value.parents]
    if op.startswith("**"):
        return f"{parents[0]}{SIGNS.get(op, '')}" if op not in SIGNS else f"{parents[0]} {SIGNS[op]}"
    if len(parents) == 1:
        return f"{SIGNS.get(op, op)} of {parents[0]}"
    return f" {SIGNS.get(op, op)} ".join(parents)


def listing(result: Value, reached: int | None = None) -> str:
    """Return the graph as lines of text: each value, how it was made, its number and (where reached) its gradient.

    Args:
        reached: how many values have their gradient, counted from the result backwards; None for all.
    """
    nodes = lay_out(result)
    names = {id(node.value): node.name for node in nodes}
    reached = len(nodes) if reached is None else reached
    lines = []
    for place, node in enumerate(nodes):
        made = f" = {_made_by(node, names)}" if node.value.parents else ""
        known = len(nodes) - place <= reached
        slope = f"   gradient {node.value.grad:g}" if known else ""
        number = f" = {node.value.data:g}" if node.name != f"{node.value.data:g}" else ""
        lines.append(f"{node.name}{made}{number}{slope}".replace("-", "\u2212"))
    return "\n".join(lines)


def draw_graph(result: Value, reached: int | None = None) -> tuple[Figure, str]:
    """Draw the graph of a value whose `backward` has run, with the gradients of the last `reached` values.

    Args:
        reached: counted from the result backwards; None for all, 0 for the forward pass alone.
    """
    nodes = lay_out(result)
    reached = len(nodes) if reached is None else max(0, min(reached, len(nodes)))
    by_value = {id(node.value): node for node in nodes}
    known = {id(node.value) for node in nodes[len(nodes) - reached :]}
    here = nodes[-reached] if reached else None
    width = 1 + max(node.column for node in nodes)
    height = max(node.row for node in nodes) + (1.1 if any(_round(node, by_value) for node in nodes) else 0.5)
    figure, axis = new_figure(6.4, 0.5 + 0.86 * height)
    for node in nodes:
        for parent in {id(p): p for p in node.value.parents}.values():
            start = by_value[id(parent)]
            active = here is not None and parent is here.value and id(node.value) in known
            bent = start in _round(node, by_value)
            lift = 0.14 if bent else 0.0
            axis.annotate(
                "", (node.column - 0.41, node.row + lift), (start.column + 0.41, start.row + lift),
                arrowprops={"arrowstyle": "<|-" if active else "-|>", "color": RED if active else GREY,
                            "linewidth": 2.2 if active else 1.1, "shrinkA": 0, "shrinkB": 0,
                            "connectionstyle": f"arc3,rad={0.42 if bent else 0}"},
            )  # fmt: skip
    for node in nodes:
        lit = here is not None and node is here
        names = {id(other.value): other.name for other in nodes}
        made = _made_by(node, names) if node.value.parents else ""
        axis.text(
            node.column, node.row, _in_box(node), ha="center", va="center", fontsize=11.5, zorder=3,
            bbox={"boxstyle": "round,pad=0.35", "facecolor": "white" if not lit else "#FBE3D6",
                  "edgecolor": RED if lit else BLUE if node.value.parents else ORANGE, "linewidth": 1.6},
        )  # fmt: skip
        if made:
            axis.text(
                node.column, node.row - 0.36, made.replace("-", "\u2212"), ha="center", va="center", fontsize=9.5,
                color="#333333",
            )  # fmt: skip
        if id(node.value) in known:
            axis.text(
                node.column, node.row + 0.36, f"grad {node.value.grad:.3g}".replace("-", "\u2212"), ha="center",
                va="center", fontsize=11.5, color=RED, fontweight="bold",
            )  # fmt: skip
    axis.set(xlim=(-0.55, width - 0.45), ylim=(height, -0.05))
    axis.axis("off")
    return figure, f"{_step_in_words(nodes, here)} {_so_far_in_words(nodes, reached)}"


def _so_far_in_words(nodes: Sequence[Node], reached: int) -> str:
    """The numbers of the picture as a list: what was computed, or the gradients that are there."""
    if not reached:
        listed = [f"{node.name} {node.value.data:.3g}" for node in nodes if node.value.parents]
        return f"In order: {', '.join(listed)}.".replace("-", "\u2212")
    there = nodes[len(nodes) - reached :]
    listed = [f"{node.name} {node.value.grad:.3g}" for node in reversed(there)]
    return f"Gradients so far: {', '.join(listed)}.".replace("-", "\u2212")


def _round(node: Node, by_value: dict[int, Node]) -> list[Node]:
    """The parents to which a straight line would cross what stands in between."""
    parents = [by_value[id(parent)] for parent in node.value.parents]
    return [start for start in parents if node.column - start.column > 1 and node.row == start.row]


def _in_box(node: Node) -> str:
    """A name and its number; a number that has no name stands alone."""
    number = f"{node.value.data:.3g}"
    shown = number if node.name == number else f"{node.name} = {number}"
    return shown.replace("-", "\u2212")


def _step_in_words(nodes: Sequence[Node], here: Node | None) -> str:
    """What the step that reached `here` computed."""
    names = {id(node.value): node.name for node in nodes}
    result = nodes[-1]
    if here is None:
        return f"Forwards: {len(nodes)} values from left to right, up to {result.name} = {result.value.data:.3g}."
    if here is result:
        return f"Backwards begins at the end: {result.name} grows with itself at rate 1."
    parts = [
        f"{slope:.3g} × {child.value.grad:.3g} (through {child.name})"
        for child in nodes
        for parent, slope in zip(child.value.parents, child.value.slopes, strict=True)
        if parent is here.value
    ]
    sentence = (
        f"The gradient of {names[id(here.value)]}: local slope × gradient of what it went into, "
        f"{' + '.join(parts)} = {here.value.grad:.3g}."
    )
    return sentence.replace("-", "\u2212")


def one_neuron(x: float, w: float) -> Value:
    """Return the loss (ReLU(x w + b) - 1) squared of one neuron with b = 0.5, its backward pass done."""
    weight, bias = Value(w, label="w"), Value(0.5, label="b")
    product = Value(x, label="x") * weight
    total = product + bias
    out = total.relu()
    error = out + Value(-1.0)
    loss = error**2
    for value, label in ((product, "p"), (total, "s"), (out, "out"), (error, "err"), (loss, "loss")):
        value.label = label
    loss.backward()
    return loss


def gradients_flow(make: Callable[[float, float], Value] = one_neuron) -> View:
    """Return the view: the numbers x and w, and how far backpropagation has come.

    Args:
        make: builds the graph from two numbers and runs its backward pass.
    """
    import ipywidgets

    size = len(make(2.0, 0.75).graph())
    wide = {"description_width": "10em"}

    def draw(step: int, x: float, w: float) -> tuple[Figure, str]:
        return draw_graph(make(x, w), step)

    controls = {
        "step": ipywidgets.IntSlider(value=0, min=0, max=size, description="steps backwards", style=wide),
        "x": ipywidgets.FloatSlider(value=2.0, min=-2, max=3, step=0.25, description="input x", style=wide),
        "w": ipywidgets.FloatSlider(value=0.75, min=-2, max=2, step=0.25, description="weight w", style=wide),
    }
    return View(draw, controls, [{"step": 0}, {"step": size // 2}, {"step": size}])


# --- a shared value -------------------------------------------------------------------------------------------


def draw_shared(result: Value, x: Value) -> Picture:
    """Draw the graph of a value whose `backward` has run, and say what each use of `x` adds to its gradient."""
    paths = [
        slope * child.grad
        for child in result.graph()
        for parent, slope in zip(child.parents, child.slopes, strict=True)
        if parent is x
    ]
    figure, _ = draw_graph(result)
    twice = [
        f" (twice in {x.label} {SIGNS[child.op]} {x.label})"
        for child in result.graph()
        if len(child.parents) == 2 and all(parent is x for parent in child.parents)
    ]
    return Picture(
        figure,
        f"The graph as a list. {'; '.join(listing(result).splitlines())}.",
        f"{x.label} is used {len(paths)} times{''.join(twice)}, and each use adds its part: "
        f"{' + '.join(f'{part:g}' for part in paths)} = {x.grad:g}. An engine that sets where it should add "
        "keeps one of them.",
    )


# --- a network of single values -------------------------------------------------------------------------------

XOR_ROWS = (((0, 0), -1), ((0, 1), 1), ((1, 0), 1), ((1, 1), -1))


def difference_to_torch(model: ValueMLP) -> float:
    """Return the largest difference between the gradients of `model` and those of the same network made of tensors.

    The loss is the sum of squared errors on XOR; the gradients in `model` are zeroed and computed anew.
    """
    for value in model.parameters():
        value.grad = 0.0
    sum(((model(corner)[0] - label) ** 2 for corner, label in XOR_ROWS), Value(0)).backward()
    tensors, x = [], torch.tensor([corner for corner, _ in XOR_ROWS], dtype=torch.float64)  # (4, 2)
    for place, layer in enumerate(model.layers, start=1):
        rows = [[value.data for value in neuron.parameters()] for neuron in layer.neurons]
        tensors.append(torch.tensor(rows, dtype=torch.float64, requires_grad=True))  # (units, inputs + 1)
        x = x @ tensors[-1][:, :-1].T + tensors[-1][:, -1]
        x = torch.tanh(x) if place < len(model.layers) else x
    loss = (x[:, 0] - torch.tensor([label for _, label in XOR_ROWS])).square().sum()
    theirs = [slope for table in torch.autograd.grad(loss, tensors) for slope in table.flatten().tolist()]
    return max(abs(value.grad - slope) for value, slope in zip(model.parameters(), theirs, strict=True))


@dataclass(frozen=True)
class Training:
    """What training left: the network, the loss of every step, and what it says at the four corners of XOR."""

    model: ValueMLP
    losses: list[float]
    says: list[float]

    @property
    def right(self) -> int:
        """Corners with the right sign."""
        return sum((said > 0) == (label > 0) for said, (_, label) in zip(self.says, XOR_ROWS, strict=True))


def train_values(
    seed: int = 0, hidden: int = 4, steps: int = 200, rate: float = 0.05, zero_grad: bool = True
) -> Training:
    """Train a small tanh network on XOR with gradient descent, one number at a time, and say how it goes."""
    model = ValueMLP((2, hidden, 1), "tanh", seed)
    parameters = model.parameters()
    losses: list[float] = []
    with Live() as live:
        for step in range(steps):
            outs = [model(corner)[0] for corner, _ in XOR_ROWS]
            loss = sum(((out - label) ** 2 for out, (_, label) in zip(outs, XOR_ROWS, strict=True)), Value(0))
            if zero_grad:
                for parameter in parameters:
                    parameter.grad = 0.0
            loss.backward()
            for parameter in parameters:
                parameter.data -= rate * parameter.grad
            losses.append(loss.data)
            live.show(lambda step=step, outs=outs: _so_far(step, steps, losses, [out.data for out in outs]))  # type: ignore[misc]
    return Training(model, losses, [model(corner)[0].data for corner, _ in XOR_ROWS])


def _so_far(step: int, steps: int, losses: Sequence[float], says: Sequence[float]) -> str:
    shown = "  ".join(f"{corner}: {said:+.2f}" for (corner, _), said in zip(XOR_ROWS, says, strict=True))
    return f"step {step} of {steps}, loss {losses[-1]:.4f}\n{shown}"


def with_and_without_zeroing(seeds: Sequence[int] = range(5), steps: int = 200) -> Finding:
    """Ask in how many steps the loss rises if nobody sets the gradients to 0."""
    kept = [train_values(seed, steps=steps, zero_grad=False) for seed in seeds]
    zeroed = [train_values(seed, steps=steps) for seed in seeds]
    rises = [_rises(run.losses) for run in kept]
    before = [_rises(run.losses) for run in zeroed]
    most = f"at most {max(before)}" if max(before) else "in none"
    return Finding(
        f"steps, of {steps - 1}, in which the loss rises without zeroing",
        f"{statistics.median(rises):g}",
        lambda guess: draw_zeroing(zeroed, kept, guess),
        f"From start to start it was {min(rises)} to {max(rises)}; with zeroing {most}. "
        "Every step adds all earlier gradients to the new one, so the weights move like a "
        "ball that rolls without friction. No error message appears.",
    )


def _rises(losses: Sequence[float]) -> int:
    return sum(after > before for before, after in pairwise(losses))


def draw_zeroing(zeroed: Sequence[Training], kept: Sequence[Training], guess: object = None) -> Picture:
    """Draw the losses with and without zeroing, a line for each start."""
    figure, axis = new_figure(height=3.0)
    for runs, colour, style, name in ((kept, RED, "--", "never zeroed"), (zeroed, BLUE, "-", "zeroed")):
        for place, run in enumerate(runs):
            axis.plot(run.losses, style, color=colour, linewidth=1.2, label=name if not place else None)
    axis.set_yscale("log")
    axis.set(xlabel="step", ylabel="loss", ylim=(1e-4, 100))
    plain_ticks(axis.yaxis)
    axis.minorticks_off()
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=2)

    def last(runs: Sequence[Training]) -> str:
        ends = sorted(run.losses[-1] for run in runs)
        return f"{ends[0]:.2g} to {ends[-1]:.2g}" if ends[-1] > 1e-3 else "less than 0.001"

    number = quantity(guess)
    mine = f" You guessed {number.value:g} rises." if number else ""
    return Picture(
        figure,
        f"Loss at the last step: {last(zeroed)} with zeroing, {last(kept)} without.",
        f"{len(kept)} starts each.{mine}",
    )
