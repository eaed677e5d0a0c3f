"""nbgrader preprocessors that make plain `nbgrader autograde` and `generate_feedback` fair.

Damaged notebooks are repaired, points need evidence, a stuck cell costs one exercise, and feedback shows no
hidden test.

`nbgrader_config.py` puts them into nbgrader's own lists.
"""

from __future__ import annotations

import math
import re
import time
from itertools import takewhile
from pathlib import Path
from typing import Any

import nbformat
from nbclient.client import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Bool, Integer, List

from course_lib.grading import checks
from course_lib.grading.prepared import Prepared, prepare

NOT_RUN = "This check did not run, so it gives no points."
NO_SCORE = "This check did not end in a score, so it gives no points."
TOO_LONG = "This check ran too long and was stopped, so it gives no points."
STOPPED = "KernelStopped"
SHOWN = {"text/plain", "image/png", "image/jpeg", checks.MIME}
PICTURES = {"image/png", "image/jpeg", "image/gif"}  # that may be pasted into a text cell
BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")
MOST_PICTURES = 8 * 2**20  # characters of those of one cell

Resources = dict[str, Any]


def grade_id(cell: NotebookNode) -> str:
    """The cell's nbgrader id, or ''."""
    settings = cell.get("metadata", {}).get("nbgrader")
    return str(settings.get("grade_id", "")) if isinstance(settings, dict) else ""


def error_output(name: str, sentence: str) -> NotebookNode:
    """An error output that says one sentence and has no traceback to quote."""
    return nbformat.v4.new_output("error", ename=name, evalue=sentence, traceback=[f"{name}: {sentence}"])


class Transplant(NbGraderPreprocessor):
    """Start from the instructor's notebook and copy in only what the learner wrote.

    Solution and written-answer cells are matched by grade_id, then by cell id, then by position; the
    learner's own extra cells keep their place. So deleted, doubled, edited, re-tagged or re-ordered cells
    change nothing.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        coursedir = self.parent.parent.coursedir
        ids = resources["nbgrader"]
        folder = coursedir.format_path(coursedir.source_directory, ".", ids["assignment"])
        source = Path(folder) / f"{ids['notebook']}.ipynb"
        if not source.exists():
            return nb, resources
        return transplant(prepare(nbformat.read(source, as_version=4)), nb), resources


def transplant(prepared: Prepared, learner: NotebookNode) -> NotebookNode:
    """The instructor's notebook (stubs, tests, order, metadata) with the learner's text and pictures in it."""
    nb = nbformat.from_dict(prepared.view)
    by_grade_id = {grade_id(cell): i for i, cell in enumerate(nb.cells) if grade_id(cell)}
    by_cell_id = {cell.id: i for i, cell in enumerate(nb.cells)}
    by_source: dict[str, list[int]] = {}
    for i, source in enumerate(prepared.released):
        by_source.setdefault(source, []).append(i)

    def position(cell: NotebookNode, after: int) -> int | None:
        if grade_id(cell) in by_grade_id:
            return by_grade_id[grade_id(cell)]
        if cell.get("id") in by_cell_id:
            return by_cell_id[cell.id]
        alike = by_source.get(cell.source.strip(), [])
        return next((i for i in alike if i > after), alike[0] if alike else None)

    versions: dict[int, list[NotebookNode]] = {}  # the learner's cells per cell of the instructor
    extra: dict[int, list[NotebookNode]] = {}  # the learner's own cells, by the cell that they follow
    after = -1
    for cell in learner.cells:
        if not isinstance(cell.get("source"), str) or cell.get("cell_type") not in ("code", "markdown"):
            continue
        place = position(cell, after)
        if place is None:
            if cell.source.strip():
                extra.setdefault(after, []).append(cell)
        else:
            after = place
            if not utils.is_locked(nb.cells[place]):
                versions.setdefault(place, []).append(cell)

    for place, cell in enumerate(nb.cells):
        if utils.is_locked(cell):
            continue
        stub = cell.source.strip()
        written = [c for c in versions.get(place, []) if c.source.strip() != stub]
        before = extra.get(place - 1, [])
        if not versions.get(place) and before and before[-1].cell_type == cell.cell_type:
            written = [before.pop()]  # all ids are lost, but it stands where the answer belongs
        if cell.cell_type == "markdown" and _write_text(cell, written or _texts_around(extra, place)):
            continue
        if written:
            # A split or copied cell: run the parts in the learner's order, the last in the cell that counts.
            extra.setdefault(place - 1, []).extend(written[:-1])
            cell.source = _text(written[-1])

    cells = [_own(cell) for cell in extra.get(-1, [])]
    for place, cell in enumerate(nb.cells):
        cells.append(cell)
        cells += [_own(c) for c in extra.get(place, [])]
    for number, cell in enumerate(cells):
        if "course_own" in cell.metadata:
            del cell.metadata["course_own"]
            cell.id = f"own-{number}"
    nb.cells = cells
    return nb


def _texts_around(extra: dict[int, list[NotebookNode]], place: int) -> list[NotebookNode]:
    """Take the text cells right below an untouched written answer, else those right above it: they are the answer."""
    below, above = extra.get(place, []), extra.get(place - 1, [])
    found = list(takewhile(_is_text, below))
    del below[: len(found)]
    if not found:
        found = list(takewhile(_is_text, reversed(above)))[::-1]
        del above[len(above) - len(found) :]
    return found


def _is_text(cell: NotebookNode) -> bool:
    return bool(cell.cell_type == "markdown")


def _write_text(answer: NotebookNode, parts: list[NotebookNode]) -> bool:
    """Put a written answer's parts, with their pictures, into the cell that a person reads; False without any."""
    texts = [_text(part) for part in parts if part.cell_type == "markdown" and part.source.strip()]
    if not texts:
        return False
    answer.source = "\n\n".join(texts)
    pictures = {name: kinds for part in parts for name, kinds in _pictures(part).items()}
    if pictures:
        answer.attachments = nbformat.from_dict(pictures)
    return True


def _own(cell: NotebookNode) -> NotebookNode:
    """A fresh cell with the learner's text: no metadata, tags or outputs come along."""
    make = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
    own = make(source=_text(cell), metadata={"course_own": True})
    if pictures := _pictures(cell):
        own.attachments = pictures
    return own


def _pictures(cell: NotebookNode) -> NotebookNode:
    """The pictures that were pasted into a text cell, those of plain kinds and sane size; nothing else comes along."""
    kept: dict[str, dict[str, str]] = {}
    room = MOST_PICTURES
    pasted = cell.get("attachments") if cell.cell_type == "markdown" else None
    for name, kinds in pasted.items() if isinstance(pasted, dict) else ():
        for kind, data in kinds.items() if isinstance(kinds, dict) else ():
            if kind in PICTURES and isinstance(data, str) and len(data) <= room and BASE64.fullmatch(data):
                kept.setdefault(str(name).encode("utf-8", "replace").decode(), {})[kind] = data
                room -= len(data)
    return nbformat.from_dict(kept)


def _text(cell: NotebookNode) -> str:
    """A cell's text as any file can hold it: half characters become question marks."""
    return str(cell.source.encode("utf-8", "replace").decode())


class ExecuteOnward(Execute):
    """Run a notebook to its end whatever a cell does.

    A cell that kills the kernel or cannot be interrupted gets an error output; a new kernel replays the cells
    before it (not the checks) and the notebook goes on: it costs one exercise and not the whole submission.
    """

    max_kernels = Integer(8, help="How many kernels one notebook may use up.").tag(config=True)
    # Kernels announce on stderr that they use TCP; the learner's terminal and the grader's need not hear it.
    extra_arguments = List(["--IPKernelApp.log_level=40"]).tag(config=True)
    notebook_timeout = Integer(240, help="Seconds for one notebook; later cells do not run.").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: Resources | None = None, km: Any = None
    ) -> tuple[NotebookNode, Resources]:
        NotebookClient.__init__(self, nb, km)
        self.reset_execution_trackers()
        self._check_assign_resources(resources)
        deadline = time.monotonic() + self.notebook_timeout
        todo = list(range(len(nb.cells)))
        harmful: set[int] = set()
        for _ in range(self.max_kernels):
            if not todo:
                break
            replay = [i for i in range(todo[0]) if i not in harmful and self._may_replay(nb.cells[i])]
            todo = self._run(todo, replay, harmful, deadline)
        self.set_widgets_metadata()
        return nb, self.resources

    @staticmethod
    def _may_replay(cell: NotebookNode) -> bool:
        failed = cell.cell_type == "code" and any(o.output_type == "error" for o in cell.outputs)
        return cell.cell_type == "code" and not utils.is_grade(cell) and not failed

    def _run(self, todo: list[int], replay: list[int], harmful: set[int], deadline: float) -> list[int]:
        """Run cells in a new kernel until the end or until it stops; return what is left to run."""
        cells, left = self.nb.cells, list(todo)
        with self.setup_kernel():
            info = self.wait_for_reply(self.kc.kernel_info())
            self.nb.metadata["language_info"] = info["content"]["language_info"]
            for index in [*replay, *todo]:
                if time.monotonic() > deadline:
                    return []
                again = index not in left
                cell = nbformat.from_dict(cells[index]) if again else cells[index]
                try:
                    self.preprocess_cell(cell, self.resources, index)
                except (DeadKernelError, CellTimeoutError) as error:
                    harmful.add(index)
                    what = (
                        "could not be stopped" if isinstance(error, CellTimeoutError) else "ended the kernel"
                    )
                    cells[index].setdefault("outputs", []).append(
                        error_output(STOPPED, f"This cell {what}; the notebook went on in a new kernel.")
                    )
                    return left if again else left[1:]
                finally:
                    if again:
                        self.nb.cells[index] = cells[index]
                if not again:
                    left.pop(0)
        return []


class Examine(Execute):
    """What takes the place of nbgrader's Execute: the sandbox, and an examiner outside of it.

    The learner's cells run in a process of their own under bubblewrap, the check cells in another that only asks
    that one. With plain `nbgrader autograde`, and from the formgrader's button.
    """

    trust_submissions = Bool(
        False, help="Run submissions without a sandbox: only for people that you trust."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: Resources | None = None, km: Any = None
    ) -> tuple[NotebookNode, Resources]:
        from course_lib.grading.admit import NotAdmittedError, clock_time, read_beside
        from course_lib.grading.record import handed_in_hash, submission_seed, write_atomic
        from course_lib.grading.sandbox import shared_grader, trusted
        from course_lib.grading.task import Settings, Task, at

        assert resources is not None
        ids = resources["nbgrader"]
        coursedir = self.parent.parent.coursedir
        source = coursedir.format_path(coursedir.source_directory, ".", ids["assignment"])
        instructor = nbformat.read(Path(source) / f"{ids['notebook']}.ipynb", as_version=4)
        trust = self.trust_submissions or trusted()
        folder = coursedir.format_path(coursedir.autograded_directory, ids["student"], ids["assignment"])
        try:
            files = read_beside(Path(folder))
        except NotAdmittedError as problem:
            raise RuntimeError(str(problem)) from problem
        name = ids["notebook"]
        submitted = {name: nbformat.writes(nb).encode("utf-8", "replace")}
        seed = submission_seed(
            Path(coursedir.root), ids["assignment"], ids["student"], handed_in_hash(submitted, files)
        )
        settings = Settings(float(self.timeout or 30), trust=trust)
        text = prepare(instructor).text()
        submitted_to = coursedir.format_path(coursedir.submitted_directory, ids["student"], ids["assignment"])
        moment = clock_time(Path(submitted_to))
        task = Task(ids["student"], {name: text}, submitted, files, seed, settings, at(moment))
        graded = shared_grader(trust).grade(task).notebooks[name]
        if graded.problem:
            raise RuntimeError(graded.problem)
        for path, data in graded.files.items():
            write_atomic(Path(folder) / path, data)
        return nbformat.reads(graded.text, as_version=4), resources


class FailClosed(NbGraderPreprocessor):
    """Give points only for evidence: a grade cell that ran and ended in one number between 0 and its points.

    Stock nbgrader gives full points to a cell that did not run, printed only, or ended in a negative number,
    and none to one with a warning on stderr.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        if cell.cell_type != "code" or not utils.is_grade(cell) or utils.is_solution(cell):
            return cell, resources
        points = float(cell.metadata.nbgrader["points"])
        if points == 0:  # what ran there is the learner's; a number as its result is no score
            cell.outputs = [o for o in cell.outputs if o.output_type != "execute_result"]
            return cell, resources
        errors = [o for o in cell.outputs if o.output_type == "error"]
        if not cell.get("execution_count"):
            cell.outputs = errors or [error_output("NotRun", NOT_RUN)]
        elif errors or not _has_score(cell, points):
            # nbgrader takes the first result or error that it meets, so no result may stay.
            kept = [o for o in cell.outputs if o.output_type in ("display_data", "stream")]
            cell.outputs = [*kept, *(errors or [error_output("NoScore", NO_SCORE)])]
        cell.outputs = [o for o in cell.outputs if not (o.output_type == "stream" and o.name == "stderr")]
        return cell, resources


def _has_score(cell: NotebookNode, points: float) -> bool:
    results = [o for o in cell.outputs if o.output_type == "execute_result"]
    try:
        score = float(results[0]["data"]["text/plain"]) if len(results) == 1 else math.nan
    except (KeyError, TypeError, ValueError):
        return False
    return 0 <= score <= points


class HideTests(NbGraderPreprocessor):
    """Keep hidden tests out of feedback: a grade cell shows its checks' lines, not its code or tracebacks.

    Of what learner code displays only text and pictures stay, so that a page runs nobody's scripts.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        if cell.cell_type != "code":
            return cell, resources
        for output in cell.outputs:
            if "data" in output:
                output["data"] = {kind: data for kind, data in output["data"].items() if kind in SHOWN}
        if not utils.is_grade(cell) or utils.is_solution(cell):
            return cell, resources
        if float(cell.metadata.nbgrader.get("points", 0)) == 0 and "HIDDEN TESTS" not in cell.source:
            cell.metadata.nbgrader["grade"] = False  # visible checks need no "0 / 0" in the list of scores
            return cell, resources
        lines = [*(text for text, _ in check_reports(cell))]
        if not lines:
            ours = {"NotRun", "NoScore", STOPPED}
            errors = [o for o in cell.outputs if o.output_type == "error"]
            lines = [o.evalue for o in errors if o.ename in ours] or [
                TOO_LONG if any(o.ename == "CellTimeoutError" for o in errors) else NO_SCORE
            ]
        cell.source = "# The hidden checks of this exercise"
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="\n".join(lines))]
        return cell, resources


def check_reports(cell: NotebookNode) -> list[tuple[str, dict[str, Any]]]:
    """What `Checks.score` left in a grade cell: the learner's text, rebuilt from the data, and the data."""
    found = []
    for output in cell.get("outputs", []):
        data = output.get("data", {}).get(checks.MIME) if output.output_type == "display_data" else None
        if isinstance(data, dict):
            try:
                found.append((checks.report(str(data["exercise"]), checks.from_data(data)), dict(data)))
            except (KeyError, TypeError, ValueError):
                continue
    return found
