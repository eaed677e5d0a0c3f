"""Runs in each kernel that `course lab` starts (as PYTHONSTARTUP): a name used before its cell gets a sentence.

A forgotten first cell is the most common stumble in a notebook, and `NameError: name 'torch' is not defined` does not
say so. The traceback stays as it is; the sentence stands below it. Nothing is left in the notebook's own names.
"""


def _install() -> None:
    import os

    from IPython.core.getipython import get_ipython

    chained = os.environ.get("COURSE_PYTHONSTARTUP")  # the reader's own, which this one took the place of
    if chained and os.path.isfile(chained):  # noqa: PTH113 - pathlib would slow every kernel's start
        with open(chained, encoding="utf-8") as file:  # noqa: PTH123
            exec(compile(file.read(), chained, "exec"), {"__name__": "__main__"})
    shell = get_ipython()
    if shell is None:
        return

    def explain(shell, kind, error, traceback, tb_offset=None):  # type: ignore[no-untyped-def]
        shown = shell.InteractiveTB.structured_traceback(kind, error, traceback, tb_offset=tb_offset)
        if not isinstance(error, UnboundLocalError) and getattr(error, "name", None):
            shown = [
                *shown,
                f"\nNo cell that was run here defines `{error.name}`. Run the first cell of this notebook, then the "
                "others in their order (Run > Run All Above Selected Cell). If it is a name of your own, look at its "
                "spelling.",
            ]
        shell._showtraceback(kind, error, shown)
        return shown

    shell.set_custom_exc((NameError,), explain)


_install()
del _install
