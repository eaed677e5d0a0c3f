"""Runs in each kernel that `course lab` starts (as PYTHONSTARTUP): see `course_lib.jupyter.kernel`."""


def _install() -> None:
    import os

    from IPython.core.getipython import get_ipython

    chained = os.environ.get("COURSE_PYTHONSTARTUP")  # the reader's own, which this one took the place of
    if chained and os.path.isfile(chained):  # noqa: PTH113 - pathlib would slow every kernel's start
        with open(chained, encoding="utf-8") as file:  # noqa: PTH123
            exec(compile(file.read(), chained, "exec"), {"__name__": "__main__"})
    shell = get_ipython()
    if shell is not None:
        from course_lib.jupyter.kernel import install

        install(shell)


_install()
del _install
