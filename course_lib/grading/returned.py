"""Feedback on its way back: a page for every hand-in, and its release to the exchange for *Fetch Feedback*.

A hand-in that could not be graded gets a page too: why, and what to do. nbgrader files a released page under a secret
that came with the hand-in and lies in the learner's own copy; a hand-in without one (it did not come through the
exchange) stops nobody else's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash

from course_lib.clean import one_line
from course_lib.grading.admit import NotAdmittedError, read_plain
from course_lib.grading.classroom import MAIN, NOBODYS_FAULT, ClassroomError, generate_feedback
from course_lib.grading.collect import Collected, record_of
from course_lib.grading.exchange import HAS_EXCHANGE, LEARNER, _run
from course_lib.grading.pages import render
from course_lib.grading.record import NOT_GRADED, Outcome, write_atomic
from course_lib.workspace import Workspace

SECRET = "submission_secret.txt"
KEPT = (SECRET, "timestamp.txt")  # what nbgrader's release reads beside the pages

# What a learner can do about it, by what the reason says; the first that fits.
ADVICE = (
    (r"^No .*\.ipynb; found", "Rename your notebook to the name that is missing and hand it in again."),
    (
        r"JSON|empty|damaged|not a notebook|as text",
        "Open the notebook in JupyterLab. If it opens, save it and hand it in again. If not, move it out of the "
        "folder, fetch a fresh copy with `course start NN`, and copy your answers into that.",
    ),
    (
        r"\bMB\b|[Mm]ore than \d|at most \d",
        "Clear the outputs (Edit > Clear Outputs of All Cells), take large files out of the folder, save, and hand in "
        "again.",
    ),
    (r"link|plain file", "Put the file itself into the folder, not a link to it, and hand in again."),
    (
        r"ran too long|stopped",
        "Run the notebook from top to bottom yourself, shorten what takes long, and hand in again.",
    ),
)
OTHERWISE = "Hand in again. If you see this page a second time, show it to your instructor."
NOT_THE_LABS = "This notebook is none of the lab's, so nobody read it."


def advice(reason: str) -> str:
    """Return what a learner can do about a reason."""
    return next((what for pattern, what in ADVICE if re.search(pattern, reason)), OTHERWISE)


def write_pages(
    root: Path, lab: str, outcomes: Sequence[Outcome], on_problem: Callable[[str, str], None]
) -> list[Path]:
    """Write a page for every hand-in of a lab and return the pages; `on_problem` is told whose could not be written."""
    pages: list[Path] = []
    expected = {path.stem for path in (root / "solutions" / lab).glob("*.ipynb")}
    for outcome in outcomes:
        student = outcome.student
        try:
            made: dict[str, Path] = {}
            if outcome.max_points and not expected <= set(outcome.refused):
                made = {page.name: page for page in generate_feedback(root, lab, [student])}
            for (
                name,
                other,
            ) in outcome.renamed.items():  # *Fetch Feedback* asks for the name that was handed in
                if page := made.get(f"{name}.html"):
                    copy = page.with_name(f"{other}.html")
                    write_atomic(copy, page.read_bytes())
                    made[copy.name] = copy
            made |= {page.name: page for page in _reason_pages(root, lab, outcome, set(made))}
            pages += made.values()
        except ClassroomError as error:  # nbgrader's, about this page
            on_problem(student, one_line(error, 300))
        except NOBODYS_FAULT:
            raise
        except Exception as error:
            on_problem(student, f"{type(error).__name__}: {one_line(error, 200)}")
    return pages


def _reason_pages(root: Path, lab: str, outcome: Outcome, graded: set[str]) -> list[Path]:
    """Pages for what was handed in and has none: what could not be graded, and what goes by another name."""
    submitted = root / "class" / "submitted" / outcome.student / lab
    folder = root / "class" / "feedback" / outcome.student / lab
    linked = submitted.is_symlink() or submitted.parent.is_symlink()
    handed_in = [] if linked else [path.stem for path in submitted.glob("*.ipynb")]
    names = {*outcome.refused, *(name for name in handed_in if f"{name}.html" not in graded)}
    if not names and not graded:
        names = {MAIN}
    for name in KEPT if not linked else ():
        try:
            write_atomic(folder / name, read_plain(submitted / name, 1000))
        except NotAdmittedError:
            (folder / name).unlink(missing_ok=True)  # an older hand-in's
    pages = []
    for name in sorted(names):
        reason = outcome.refused.get(name) or outcome.reason or NOT_THE_LABS
        page = folder / f"{name}.html"
        write_atomic(page, reason_page(lab, name, outcome, reason).encode("utf-8", "replace"))
        pages.append(page)
    return pages


def reason_page(lab: str, name: str, outcome: Outcome, reason: str) -> str:
    """The page of a notebook that could not be graded, as HTML."""
    return render(
        "refused.html.j2",
        lab=lab,
        name=one_line(name, 200),
        student=one_line(outcome.student, 200),
        reason=one_line(reason),
        advice=advice(reason).replace("NN", lab[:2]),
        score=f"{round(outcome.final, 2):g}",
        most=f"{outcome.max_score:g}",
        counts=bool(outcome.score),
    )


class SafeReleaseFeedback(ExchangeReleaseFeedback):
    """nbgrader's release of feedback, in which a hand-in without its secret stops nobody else's."""

    def copy_files(self) -> None:
        """Copy each page to where its learner's *Fetch Feedback* looks."""
        for page in sorted(Path(self.coursedir.root).glob(f"{self._source()}/*.html")):
            secret = secret_of(page.parent)
            if secret is None:
                self.log.warning("%s has no secret and can't be fetched", page)
                continue
            target = Path(self.dest_path) / f"{notebook_hash(secret=secret, notebook_id=page.stem)}.html"
            write_atomic(target, page.read_bytes())
            self.log.info("Feedback released to: %s", target)

    def _source(self) -> str:
        return str(Path(self.src_path).relative_to(Path(self.coursedir.root)))


def secret_of(folder: Path) -> str | None:
    """The secret that a hand-in's feedback is filed under."""
    try:
        return read_plain(folder / SECRET, 1000).decode("utf-8", "replace") or None
    except NotAdmittedError:
        return None


def release_feedback(workspace: Workspace, lab: str) -> tuple[int, list[str]]:
    """Put a lab's pages into the exchange; return how many learners can fetch theirs, and who can't.

    Raises CourseError if the exchange cannot be written.
    """
    folders = sorted(path.parent for path in workspace.classroom.glob(f"feedback/*/{lab}/*.html"))
    owners = {folder.parent.name: secret_of(folder) for folder in folders}
    if not HAS_EXCHANGE or not (workspace.classroom / "exchange").is_dir():
        return 0, sorted(owners)
    if owners:
        _run(workspace, "ReleaseFeedback", lab)
    count = sum(secret is not None for secret in owners.values()) + _release_refused(workspace, lab)
    return count, [name for name, secret in sorted(owners.items()) if secret is None]


def _release_refused(workspace: Workspace, lab: str) -> int:
    """Release a page for each learner whose newest hand-in was not even collected; return how many.

    It is filed under the secret in that hand-in, so it reaches whoever handed in, whatever name that was in, and it
    replaces no page.
    """
    collected = Collected.read(record_of(workspace.root, lab))
    reasons = {refusal.who: refusal.reason for refusal in collected.refused if LEARNER.fullmatch(refusal.who)}
    count = 0
    for who, reason in reasons.items():
        folders = sorted(workspace.classroom.glob(f"exchange/*/inbound/{who}+{lab}+*"))
        newest = folders[-1] if folders else None
        secret = secret_of(newest) if newest is not None and not newest.is_symlink() else None
        if newest is None or secret is None or newest.name == collected.taken.get(who):
            continue
        count += 1
        for name in {path.stem for path in newest.glob("*.ipynb")} or {MAIN}:
            target = newest.parents[1] / "feedback" / f"{notebook_hash(secret=secret, notebook_id=name)}.html"
            if not target.exists():
                page = reason_page(lab, name, Outcome(who, NOT_GRADED), reason)
                write_atomic(target, page.encode("utf-8", "replace"))
    return count
