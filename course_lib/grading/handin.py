"""The learner's side of the exchange: folders that nobody else can move, and a word at once about what is handed in.

`nbgrader_config.py` puts these into nbgrader's places, so `course submit` and the Assignment List say the same.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeReleaseAssignment, ExchangeSubmit
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool

from course_lib.clean import one_line
from course_lib.grading.admit import NotAdmittedError, grade_ids, match_notebook, read_notebook

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
ALONGSIDE = "packet"  # the notebook that a lab can be handed in without


class HandInError(ExchangeError):
    """What is in the folder should not be handed in as it is; the message says why and what to do."""


class SafeSubmit(ExchangeSubmit):
    """nbgrader's handing in, which first looks at what it would hand in."""

    anyway = Bool(False, help="Hand in a lab in which nothing was written.").tag(config=True)

    def copy_files(self) -> None:
        self.init_release()
        self.notes = look_before(Path(self.src_path), Path(self.release_path), self.anyway)
        for note in self.notes:
            self.log.warning(note)
        super().copy_files()


def look_before(work: Path, released: Path, anyway: bool = False) -> list[str]:
    """Return what a learner should know about the lab in `work` that is about to be handed in.

    Args:
        work: the learner's folder.
        released: the lab as it was given out.
        anyway: take a lab in which nothing was written.

    Raises HandInError for a notebook that is missing, renamed or damaged, and for an untouched lab.
    """
    notes: list[str] = []
    touched = False
    untouched: list[str] = []
    given = {path.stem: read_notebook(path) for path in sorted(released.glob("*.ipynb"))}
    for name, lab in given.items():
        file = f"{name}.ipynb"
        renamed = match_notebook(work, grade_ids(lab), list(given))
        if not (work / file).is_file():
            if renamed is not None:
                raise HandInError(
                    f"`{one_line(renamed.name)}` is not `{file}`: rename it, and hand in again."
                )
            if name != ALONGSIDE:
                raise HandInError(f"{_missing(work, file)} Give your notebook that name, and hand in again.")
            notes.append(f"There is no {file}; the lab is handed in without it.")
            continue
        try:
            own = read_notebook(work / file)
        except NotAdmittedError as problem:
            raise HandInError(
                f"{problem} Open it, save it anew or restore it, and hand in again."
            ) from problem
        if _texts(own) <= _texts(lab):
            if renamed is not None and not _texts(read_notebook(renamed)) <= _texts(lab):
                raise HandInError(
                    f"{file} is untouched, but `{one_line(renamed.name)}` holds work: "
                    f"rename it to `{file}`, and hand in again."
                )
            untouched.append(file)
            continue
        touched = True
        empty, all_of_them = _empty(own, lab)
        if empty:
            notes.append(
                f"{file}: {len(empty)} of {all_of_them} exercises {'is' if len(empty) == 1 else 'are'} still empty "
                f"({', '.join(empty)}); handed in all the same."
            )
    if not touched and not anyway:
        raise HandInError(
            f"{' and '.join(untouched) or 'The lab'} {'are' if len(untouched) > 1 else 'is'} untouched: nothing was "
            "handed in. "
            "If you mean it, hand in with `course submit NN --anyway`."
        )
    return notes + [f"{file} is untouched; handed in all the same." for file in untouched]


def _missing(work: Path, file: str) -> str:
    found = sorted(one_line(path.name, 60) for path in work.iterdir() if path.suffix.lower() == ".ipynb")
    return f"There is no {file} in {work.name}; found {', '.join(found[:5]) or 'no notebook'}."


def _texts(nb: NotebookNode) -> set[str]:
    """What stands in the cells, without what nobody sees."""
    return {str(cell.source).strip() for cell in nb.cells} - {""}


def _empty(own: NotebookNode, lab: NotebookNode) -> tuple[list[str], int]:
    """The exercises of a lab whose answer cells hold nothing yet but what was given, and how many there are."""

    def answers(nb: NotebookNode) -> dict[str, str]:
        cells = [
            cell
            for cell in nb.cells
            if is_solution(cell) or (is_grade(cell) and cell.cell_type == "markdown")
        ]
        return {cell.metadata.nbgrader.grade_id: str(cell.source).strip() for cell in cells}

    given, written = answers(lab), answers(own)
    empty = [name for name, text in given.items() if written.get(name, "") in ("", text)]
    return [name.removeprefix("solve_").removeprefix("grade_") for name in empty], len(given)


class SafeRelease(ExchangeReleaseAssignment):
    """nbgrader's releasing; folders that others may write to are sticky, and the course's own is not one of them."""

    def ensure_root(self) -> None:
        super().ensure_root()
        _restrict(Path(self.root), add=stat.S_ISVTX)

    def init_dest(self) -> None:
        super().init_dest()
        _restrict(Path(self.inbound_path), add=stat.S_ISVTX)
        if not self.coursedir.groupshared:
            for folder in (self.course_path, self.outbound_path):
                _restrict(Path(folder), take=OTHERS_WRITE)


def _restrict(folder: Path, add: int = 0, take: int = 0) -> None:
    """Change the rights of a folder that is ours; somebody else's is theirs to mend."""
    status = folder.stat()
    mode = (stat.S_IMODE(status.st_mode) | add) & ~take
    if mode != stat.S_IMODE(status.st_mode) and status.st_uid == os.geteuid():
        folder.chmod(mode)
