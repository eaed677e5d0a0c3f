"""Asks for kernels of its own: a command in the kernel's name, a path, an unknown language."""

from nbformat import NotebookNode

ANSWERS = {"double": "%%script sh -c 'touch @ROOT@/@MARK@-kernel; echo 4.0'\n4.0"}


def notebook(nb: NotebookNode) -> NotebookNode:
    nb.metadata.kernelspec = {
        "name": "../../../../@ROOT@/class/submitted/foreign_kernel",
        "display_name": "x",
        "language": "bash",
        "argv": ["sh", "-c", "touch @ROOT@/@MARK@-kernel"],
    }
    nb.metadata.language_info = {"name": "bash"}
    return nb
