"""Mechanical mutants: the reference solution with one small change, which the hidden checks should notice.

An operator swapped, a constant moved, a condition turned round, a statement dropped. A mutant that keeps all points
survives: either the change makes no difference, or a check is missing. `course report NN --mutants` lists the survivors
for a person to look at.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from course_lib.grading.answers import Answer
from course_lib.grading.preprocessors import grade_id

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.MatMult: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot,
    ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: what it is, in which line of the cell, and the changed source."""

    change: str
    line: int
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a piece of code. What an error says, and docstrings, are left alone."""
    tree = ast.parse(source)
    silent = {
        id(node) for raised in ast.walk(tree) if isinstance(raised, ast.Raise) for node in ast.walk(raised)
    }
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in silent and not isinstance(node, ast.Raise):
            continue
        for change in _changes(node):
            changed = copy.deepcopy(tree)
            target = list(ast.walk(changed))[place]
            what = _apply(changed, target, change)
            if what:
                yield Mutant(
                    what, getattr(node, "lineno", 0), ast.unparse(ast.fix_missing_locations(changed))
                )


def _changes(node: ast.AST) -> tuple[str, ...]:
    """The kinds of change that fit a node."""
    if isinstance(node, ast.AugAssign):
        return ("swap", "drop")
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.Compare):
        return ("swap",)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return ("not",) if isinstance(node.value, bool) else ("plus", "minus")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        return ("unwrap",)
    if isinstance(node, ast.Raise | ast.Assign | ast.Break | ast.Continue):
        return ("drop",)
    if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
        return ("drop",)
    return ()


def _apply(tree: ast.AST, node: ast.AST, change: str) -> str:
    """Make the change in `tree` and say what it was; '' if it does not fit after all."""
    before = ast.unparse(node)
    if change == "swap":
        compared = isinstance(node, ast.Compare)
        other = _SWAPS.get(type(node.ops[0] if compared else node.op))  # type: ignore[attr-defined]
        if other is None:
            return ""
        if compared:
            node.ops[0] = other()  # type: ignore[attr-defined]
        else:
            node.op = other()  # type: ignore[attr-defined]
        return f"{before} -> {ast.unparse(node)}"
    if isinstance(node, ast.Constant):
        value = node.value
        node.value = not value if change == "not" else value + 1 if change == "plus" else value - 1  # type: ignore
        return f"{before} -> {ast.unparse(node)}"
    instead = node.operand if isinstance(node, ast.UnaryOp) else ast.Pass()
    for parent in ast.walk(tree):
        for name, field in ast.iter_fields(parent):
            if field is node:
                setattr(parent, name, instead)
            elif isinstance(field, list) and node in field:
                field[field.index(node)] = instead
    return f"without {before.splitlines()[0]}" if change == "drop" else f"{before} -> {ast.unparse(instead)}"


def mutant_bank(notebook: Path) -> list[Answer]:
    """Return the mutants of every reference solution of a lab as answers; the story says what was changed."""
    bank = []
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code" and grade_id(cell).startswith("solve_"):
            source = re.sub(r"^\s*### (BEGIN|END) SOLUTION\n?", "", cell.source, flags=re.MULTILINE)
            exercise = grade_id(cell).removeprefix("solve_")
            known = {ast.unparse(ast.parse(source))}
            for number, mutant in enumerate(mutants(source)):
                if mutant.source not in known:
                    known.add(mutant.source)
                    story = f"line {mutant.line}: {mutant.change}"
                    bank.append(Answer(exercise, f"mutant-{number:03}", True, story, mutant.source))
    return bank
