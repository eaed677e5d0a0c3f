"""An instructor's day: collect, grade with a line per submission, feedback, and one table at the end.

`run_demo` plays the day on a made class of twelve, in a folder of its own (`class/demo/`), so that a real class is
never touched.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from course_lib.errors import CourseError
from course_lib.grading.answers import build_submission, load_bank
from course_lib.grading.classroom import generate_feedback, grade_submissions, make_release
from course_lib.grading.collect import refused
from course_lib.grading.exchange import collect
from course_lib.grading.record import GRADED, Outcome
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

    `*` stands where a person still has to read, `-` where nothing could be graded.
    """
    from rich.table import Table

    exercises = {name: points for outcome in outcomes for name, points in outcome.max_points.items()}
    names = ", ".join(
        f"{number} {name.replace('_', ' ')} ({most:g})"
        for number, (name, most) in enumerate(exercises.items(), 1)
    )
    caption = f"{names}. * waits for a person; - could not be graded."
    table = Table(title=title, caption=caption, caption_justify="left", padding=(0, 1))
    table.add_column("learner", no_wrap=True)
    for number in range(1, len(exercises) + 1):
        table.add_column(str(number), justify="right", no_wrap=True)
    table.add_column(f"of {sum(exercises.values()):g}", justify="right", no_wrap=True)
    for outcome in outcomes:
        graded = outcome.status == GRADED
        cells = [
            "*" if name in outcome.waiting else f"{outcome.points.get(name, 0.0):g}" for name in exercises
        ]
        table.add_row(
            outcome.student, *(cells if graded else "-" * len(cells)), f"{outcome.score:g}" if graded else "-"
        )
    return table


def grade_class(
    workspace: Workspace,
    lab: str,
    console: Console,
    students: Sequence[str] | None = None,
    feedback: bool = True,
    **how: Any,
) -> list[Outcome]:
    """Collect and grade `lab`, with progress and a line per submission; then print the table and where to look.

    Args:
        students: only these; everybody who handed in by default.
        how: jobs, scheduler, trust and again of `grade_submissions`.

    Raises:
        CourseError: nobody handed in, or an unknown learner was named.
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
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("grading", total=len(names))

        def tell(outcome: Outcome) -> None:
            score = (
                f"{outcome.score:g} of {outcome.max_score:g}" if outcome.status == GRADED else outcome.status
            )
            note = f"  {outcome.reason}" if outcome.reason else ""
            progress.console.print(
                f"{outcome.student}: {score} ({outcome.seconds:.1f} s){note}", markup=False
            )
            progress.advance(task)

        outcomes = grade_submissions(workspace.root, lab, names, on_result=tell, **how)
    console.print(points_table(f"Lab {lab}", outcomes))
    lost = [outcome for outcome in outcomes if outcome.status != GRADED]
    console.print(f"{len(outcomes) - len(lost)} of {len(outcomes)} graded.")
    for outcome in lost:
        console.print(f"  not graded: {outcome.student}. {outcome.reason}", markup=False)
    if feedback:
        with console.status("Writing feedback ..."):
            pages = generate_feedback(
                workspace.root, lab, [o.student for o in outcomes if o.status == GRADED]
            )
        folder = workspace.classroom / "feedback"
        console.print(f"Feedback:  {folder} ({len(pages)} pages)", soft_wrap=True, markup=False)
    console.print(f"Gradebook: {workspace.classroom / 'gradebook.db'}", soft_wrap=True, markup=False)
    return outcomes


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
