"""What a kernel of the course says in words: a name before its cell, a cell that was stopped, a guess in plain writing.

`install` is called when `course lab` starts a kernel, and by the check cells of a lab wherever they run. It leaves
nothing behind in the notebook's own names.
"""

from __future__ import annotations

import ast
import builtins
import re
from typing import Any

FIRST = (
    "No cell that was run here defines `{name}`. Run the first cell of this notebook, then the others in their "
    "order (Run > Run All Above Selected Cell). If it is a name of your own, look at its spelling."
)
STOPPED = "Stopped, as you asked: this cell did not come to its end."
WITHOUT = " {names} will be there once it is run again."
AGAIN = "The cell that makes `{name}` was stopped before its end. Run that cell again first."
GUESS = re.compile(r"^(my_\w+\s*=\s*)([^#'\"\n]+?)(\s*(?:#.*)?)$", re.MULTILINE)

ANSWERED = re.compile(r"\b(reveal|compare)\(")


def install(shell: Any) -> None:
    """Teach an IPython shell to speak plainly; a second time changes nothing."""
    if getattr(shell, "speaks_plainly", False):
        return
    shell.speaks_plainly = True
    stopped: set[str] = set()  # names whose cell was interrupted

    def explain(shell: Any, kind: Any, error: BaseException, traceback: Any, tb_offset: Any = None) -> Any:
        name = None if isinstance(error, UnboundLocalError) else getattr(error, "name", None)
        if isinstance(error, KeyboardInterrupt):
            shown = [forget_unfinished(shell, traceback, stopped)]
        elif name in stopped:
            shown = [AGAIN.format(name=name)]
        else:
            shown = shell.InteractiveTB.structured_traceback(kind, error, traceback, tb_offset=tb_offset)
            if name:
                shown = [*shown, "\n" + FIRST.format(name=name)]
        shell._showtraceback(kind, error, shown)
        return shown

    shell.set_custom_exc((NameError, KeyboardInterrupt), explain)
    shell.input_transformers_cleanup.append(
        lambda lines: quote_guesses("".join(lines), shell.user_ns).splitlines(keepends=True)
    )


def forget_unfinished(shell: Any, traceback: Any, stopped: set[str]) -> str:
    """Take away what the stopped cell would have made, so that no later cell goes on with old values; say so."""
    line = None
    while traceback is not None:
        if traceback.tb_frame.f_globals is shell.user_ns and traceback.tb_frame.f_code.co_name == "<module>":
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    source = shell.history_manager.input_hist_parsed[-1]
    names = [] if line is None else unfinished(source, line)
    for name in names:
        shell.user_ns.pop(name, None)
    stopped.update(names)
    listed = ", ".join(f"`{name}`" for name in names)
    return STOPPED + (WITHOUT.format(names=listed) if names else "")


def unfinished(source: str, line: int) -> list[str]:
    """Return the names that the statements of a cell from `line` on would have set, in their order."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return []
    late = [node for node in body if (node.end_lineno or node.lineno) >= line]
    names = [
        found.id
        for node in late
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for found in ast.walk(node)
        if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store)
    ]
    return list(dict.fromkeys(names))


def quote_guesses(source: str, known: dict[str, Any]) -> str:
    """Let a guess be written as people write it: `my_share = 20 %` becomes `my_share = "20 %"`.

    Only in a cell that compares it with a result; elsewhere a mistake in the writing stays one.

    Args:
        source: a cell.
        known: names that mean something already; one of these stays what it is.
    """
    if not ANSWERED.search(source):
        return source

    def quoted(found: re.Match[str]) -> str:
        value = found[2].strip()
        try:
            node = ast.parse(value.replace("~", "about "), mode="eval").body
        except SyntaxError:
            return f'{found[1]}"{value}"{found[3]}' if "\\" not in value and not _is_open(value) else found[0]
        if isinstance(node, ast.Compare | ast.BoolOp) and not _names(node) & known.keys():
            return f'{found[1]}"{value}"{found[3]}'  # "1 in 10", "one or two": Python, but no guess
        new = isinstance(node, ast.Name) and node.id not in known and not hasattr(builtins, node.id)
        if new and len(re.findall(rf"\b{value}\b", source)) == 1:
            return f'{found[1]}"{value}"{found[3]}'
        return found[0]

    return GUESS.sub(quoted, source)


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _is_open(value: str) -> bool:
    """Whether the expression goes on on the next line."""
    return any(value.count(one) != value.count(other) for one, other in ("()", "[]", "{}"))
