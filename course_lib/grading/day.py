"""An instructor's day: collect, grade with a line per submission, feedback, and one table at the end.

`run_demo` plays the day on a made class of twelve, in a folder of its own (`class/demo/`), so that a real class is
never touched.
"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

from course_lib.clean import one_line
from course_lib.errors import CourseError
from course_lib.grading.answers import build_submission, load_bank
from course_lib.grading.classroom import grade_submissions, gradebook_name, make_release, traces_path
from course_lib.grading.collect import refused
from course_lib.grading.exchange import collect
from course_lib.grading.record import GRADED, Outcome
from course_lib.grading.reference import check_reference
from course_lib.grading.regrade import Change, NotConfirmedError, summary
from course_lib.grading.returned import release_feedback, write_pages
from course_lib.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nbformat import NotebookNode
    from rich.console import Console
    from rich.table import Table

DEMO_LAB = "02-how-ai-models-work"


def points_table(title: str, outcomes: Sequence[Outcome]) -> Table:
    """Return the class as a table: a row per learner and a numbered column per exercise, explained below it.

    `*` stands where a person still has to read (after an older mark, if there is one), `-` where nothing could be
    graded. What being late costs has a column if anybody was late.
    """
    from rich.table import Table
    from rich.text import Text

    exercises = {name: points for outcome in outcomes for name, points in outcome.max_points.items()}
    names = ", ".join(
        f"{number} {one_line(name, 60).replace('_', ' ')} ({most:g})"
        for number, (name, most) in enumerate(exercises.items(), 1)
    )
    late = any(outcome.penalty for outcome in outcomes)
    caption = f"{names}. * waits for a person; - could not be graded."
    if any(outcome.status != GRADED and outcome.final for outcome in outcomes):
        caption += (
            " In brackets: the points of an earlier hand-in, which stand until a newer one can be graded."
        )
    table = Table(title=title, caption=Text(caption), caption_justify="left", padding=(0, 1))
    table.add_column("learner", no_wrap=True)
    for heading in [*map(str, range(1, len(exercises) + 1)), *(["late"] if late else [])]:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(f"of {sum(exercises.values()):g}", justify="right", no_wrap=True)
    for outcome in outcomes:
        cells = [_cell(outcome, name) for name in exercises]
        if late:
            cells.append(f"-{outcome.penalty:.3g}" if outcome.penalty else "")
        cells.append(f"{round(outcome.final, 2):g}")
        if outcome.status != GRADED:
            cells = ["-"] * (len(cells) - 1) + [f"({round(outcome.final, 2):g})" if outcome.final else "-"]
        table.add_row(Text(one_line(outcome.student, 64)), *cells)
    return table


def _cell(outcome: Outcome, exercise: str) -> str:
    points = outcome.points.get(exercise, 0.0)
    if exercise in outcome.waiting:
        return f"{points:g}*" if points else "*"
    return f"{points:g}"


def grade_class(
    workspace: Workspace,
    lab: str,
    console: Console,
    students: Sequence[str] | None = None,
    feedback: bool = True,
    hold: bool = False,
    yes: bool = False,
    **how: Any,
) -> list[Outcome]:
    """Collect and grade `lab`, with progress and a line per submission; then print the table and where to look.

    The reference solution is graded first, and grades that would change are shown and confirmed.

    Args:
        students: only these; everybody who handed in by default.
        feedback: write the pages, and release them to the exchange.
        hold: write the pages and do not release them.
        yes: change grades without asking.
        how: jobs, scheduler, trust and again of `grade_submissions`.

    Raises:
        CourseError: the reference solution is not right, nobody handed in, an unknown learner was named, or the
            changes were not confirmed.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    workspace.writable(workspace.classroom)
    collect(workspace, lab)
    for refusal in refused(workspace.root, lab):
        console.print(f"Collecting: {refusal.who}: {refusal.reason}", markup=False, soft_wrap=True)
    submitted = workspace.classroom / "submitted"
    known = sorted(path.parent.name for path in submitted.glob(f"*/{lab}") if path.is_dir())
    for name in students or ():
        if name not in known:
            raise CourseError(
                f"{name!r} has handed in nothing for {lab}. Handed in: {', '.join(known) or 'nobody'}."
            )
    names = list(students or known)
    if not names:
        raise CourseError(f"Nobody has handed in {lab} yet: {submitted} has no such folder.")
    with console.status("Grading the reference solution ..."):
        check_reference(workspace.root, lab, bool(how.get("trust")))
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("grading", total=len(names))

        def tell(outcome: Outcome) -> None:
            score = (
                f"{outcome.score:g} of {outcome.max_score:g}" if outcome.status == GRADED else outcome.status
            )
            note = f"  {one_line(outcome.reason)}" if outcome.reason else ""
            line = f"{one_line(outcome.student, 64)}: {score} ({outcome.seconds:.1f} s){note}"
            progress.console.print(line, markup=False)
            progress.advance(task)

        def confirm(changes: Sequence[Change]) -> bool:
            progress.stop()
            return yes_to(changes, console, yes)

        outcomes = grade_submissions(workspace.root, lab, names, on_result=tell, confirm=confirm, **how)
    console.print(points_table(f"Lab {lab}", outcomes))
    lost = [outcome for outcome in outcomes if outcome.status != GRADED]
    console.print(f"{len(outcomes) - len(lost)} of {len(outcomes)} graded.")
    for outcome in lost:
        console.print(
            f"  not graded: {one_line(outcome.student, 64)}. {one_line(outcome.reason)}", markup=False
        )
    odd = [one_line(o.student, 64) for o in outcomes if traces_path(workspace.root, lab, o.student).is_file()]
    if odd:
        console.print(
            f"Checks that raised an error of their own, in {len(odd)} hand-ins: "
            f"{traces_path(workspace.root, lab, '*')}",
            soft_wrap=True,
            markup=False,
        )
    if feedback:
        give_back(workspace, lab, console, outcomes, hold)
    console.print(f"Gradebook: {gradebook_name(workspace.root)}", soft_wrap=True, markup=False)
    return outcomes


def yes_to(changes: Sequence[Change], console: Console, yes: bool) -> bool:
    """Show what grades would change and ask, unless `yes` is the answer already.

    Raises:
        NotConfirmedError: there is no terminal to ask on.
    """
    for line in summary(changes):
        console.print(line, markup=False, soft_wrap=True)
    if yes:
        return True
    if not (sys.stdin is not None and sys.stdin.isatty()):
        raise NotConfirmedError(
            "No grade was changed: there is no terminal to ask on. Read the lines above, then add --yes."
        )
    from rich.prompt import Confirm

    return Confirm.ask("Change these grades?", console=console, default=False)


def give_back(
    workspace: Workspace, lab: str, console: Console, outcomes: Sequence[Outcome], hold: bool = False
) -> None:
    """Write a page for every hand-in and release them to the exchange, unless they are held; say what came of it."""

    def tell(student: str, problem: str) -> None:
        console.print(f"  no page for {one_line(student, 64)}: {problem}", markup=False)

    with console.status("Writing feedback ..."):
        pages = write_pages(workspace.root, lab, outcomes, tell)
    said = "held: look, then `course give-back " + lab[:2] + "`"
    without: list[str] = []
    if not hold:
        count, without = release_feedback(workspace, lab)
        said = f"{count} {'learner' if count == 1 else 'learners'} can fetch theirs"
    made = f"{len(pages)} {'page' if len(pages) == 1 else 'pages'}"
    console.print(
        f"Feedback:  {workspace.classroom / 'feedback'} ({made}; {said})",
        soft_wrap=True,
        markup=False,
    )
    if without:
        names = ", ".join(one_line(name, 64) for name in without)
        console.print(f"  not through the exchange, give the page yourself: {names}", markup=False)


def _without_tests(notebook: NotebookNode) -> NotebookNode:
    """Drop every check cell, as a learner who wants no trouble might."""
    notebook.cells = [
        cell
        for cell in notebook.cells
        if not (cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"))
    ]
    return notebook


def _made_class(release: Path, bank_folder: Path) -> dict[str, NotebookNode | str]:
    """Return twelve submissions by learner: notebooks, or the raw text of a file that is none."""
    bank = load_bank(bank_folder)
    right: dict[str, list[str]] = {}
    wrong: dict[str, list[str]] = {}
    for answer in bank:
        (right if answer.right else wrong).setdefault(answer.exercise, []).append(answer.source)

    def answers(take: int, mistakes: Sequence[str] = ()) -> dict[str, str]:
        chosen = {name: sources[take % len(sources)] for name, sources in right.items()}
        return chosen | {name: wrong[name][take % len(wrong[name])] for name in mistakes}

    exercises = list(right)
    endless = answers(0) | {exercises[2]: "while True:\n    pass"}
    return {
        "ada": build_submission(release, answers(0)),
        "boris": build_submission(release, answers(1)),
        "chen": build_submission(release, answers(2)),
        "dora": build_submission(release, answers(0, exercises[3:4])),
        "emil": build_submission(release, answers(1, exercises[:3])),
        "fatima": build_submission(release, answers(2, exercises[4:])),
        "goran": build_submission(release, answers(3, exercises)),
        "hana": build_submission(release, {name: right[name][0] for name in exercises[:4]}),
        "ivan-empty": build_submission(release, {}),
        "jun-broken-json": release.read_text(encoding="utf-8")[:5000],
        "kofi-endless-loop": build_submission(release, endless),
        "lena-deleted-tests": _without_tests(build_submission(release, answers(1))),
    }


def run_demo(workspace: Workspace, console: Console) -> list[Outcome]:
    """Make a class of twelve out of the right and wrong answers, grade it, and say where to look.

    Raises:
        CourseError: the clone lacks the lab or the bank of answers.
    """
    import nbformat

    bank_folder = workspace.root / "tests" / "answers" / DEMO_LAB
    if not bank_folder.is_dir():
        raise CourseError(
            f"The demo is made from {bank_folder}, which is not there: run it in a whole clone."
        )
    demo = Workspace(workspace.classroom / "demo")
    workspace.writable(demo.root)
    for name in ("solutions", "labs", "class"):
        shutil.rmtree(demo.root / name, ignore_errors=True)
    shutil.copytree(workspace.solutions / DEMO_LAB, demo.solutions / DEMO_LAB)
    settings = (workspace.root / "nbgrader_config.py").read_text(encoding="utf-8")
    settings += "c.Execute.timeout = 10  # a short wait is enough here\n"
    settings += (
        "c.CourseDirectory.db_url = f\"sqlite:///{root / 'class' / 'gradebook.db'}\"\n"  # never the class's
    )
    (demo.root / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    with console.status("Releasing the lab ..."):
        make_release(demo.root, DEMO_LAB)
    release = demo.labs / DEMO_LAB / "lab.ipynb"
    for learner, content in _made_class(release, bank_folder).items():
        folder = demo.classroom / "submitted" / learner / DEMO_LAB
        folder.mkdir(parents=True)
        text = content if isinstance(content, str) else nbformat.writes(content)
        (folder / "lab.ipynb").write_text(text, encoding="utf-8")
    # Ada did the packet task, Boris only looked at it.
    for learner, packet in (("ada", demo.solutions), ("boris", demo.labs)):
        shutil.copy2(packet / DEMO_LAB / "packet.ipynb", demo.classroom / "submitted" / learner / DEMO_LAB)
    console.print(
        "Twelve learners have handed in lab 02; not all of it is right, and not all of it is a notebook."
    )
    outcomes = grade_class(demo, DEMO_LAB, console, jobs=2)
    console.print(
        f"Look around as the instructor: cd {demo.root} && nbgrader formgrader", soft_wrap=True, markup=False
    )
    return outcomes
