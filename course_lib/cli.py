"""The command `course`: what learners, instructors and maintainers type.

Everything heavy is imported inside the command that needs it, so that `course --help` stays instant.
"""

from __future__ import annotations

import errno
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from course_lib import __version__
from course_lib.clean import plain
from course_lib.errors import CourseError
from course_lib.packet.commands import packet_app
from course_lib.workspace import find_workspace, use_own_tools

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(
    name="course",
    help="How AI models work: lessons, autograded labs, and a readiness packet.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
train_app = typer.Typer(help="Train the course's own models again from scratch.", no_args_is_help=True)

LEARN, TEACH, MAINTAIN = (
    "For learners",
    "For instructors",
    "For maintainers",
)
app.add_typer(packet_app, name="packet", rich_help_panel=LEARN)
app.add_typer(train_app, name="train", rich_help_panel=MAINTAIN)
FULL = (errno.ENOSPC, errno.EDQUOT)  # no room on the disk, or none left of one's share
LabNumber = Annotated[str, typer.Argument(help="The lab's number, such as 02.", metavar="NN")]


def console() -> Console:
    """Return the console that tables and progress are drawn on."""
    from rich.console import Console

    return Console()


def _version(value: bool) -> None:
    if value:
        typer.echo(f"course {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    use_own_tools()


@app.command(rich_help_panel=LEARN)
def lab(
    port: Annotated[
        int | None, typer.Option(help="Use exactly this port (default: the first free one).")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    lesson: Annotated[
        str,
        typer.Option(
            help="Open this lesson (default: the Start page, which says what is next).", metavar="NN"
        ),
    ] = "",
    instructor: Annotated[
        bool, typer.Option("--instructor", help="Show the panels for instructors: Formgrader and others.")
    ] = False,
) -> None:
    """Open JupyterLab on your Start page: where you are, what is next, everything of yours one click away."""
    from course_lib.jupyter.start import start_jupyterlab

    start_jupyterlab(find_workspace(), port, browser, lesson, instructor)


@app.command(rich_help_panel=LEARN)
def start(number: LabNumber) -> None:
    """Fetch a lab into work/; nothing that is there already is overwritten."""
    from course_lib.grading.exchange import fetch

    workspace = find_workspace()
    folder = fetch(workspace, workspace.lab(number))
    typer.echo(f"Your lab is in {folder}. Open {folder / 'lab.ipynb'} in JupyterLab (`course lab`).")


@app.command(rich_help_panel=LEARN)
def check(number: LabNumber) -> None:
    """Run the visible checks of your lab in work/, exercise by exercise. Exits with 1 while any fails."""
    from course_lib.grading.classroom import validate_notebook

    workspace = find_workspace()
    name = workspace.lab(number)
    notebook = workspace.work / name / "lab.ipynb"
    if not notebook.is_file():
        raise CourseError(f"There is no {notebook}: run `course start {name[:2]}` first.")
    with console().status(f"Running {notebook.name} ..."):
        results = validate_notebook(notebook)
    for result in results:
        typer.echo(
            f"{result.status:12} {result.exercise}" + (f": {result.message}" if result.message else "")
        )
    done = sum(result.status == "passed" for result in results)
    typer.echo(f"{done} of {len(results)} exercises pass their visible checks.")
    typer.echo("Your packet has its own check: `course packet check`.")
    if done < len(results):
        raise typer.Exit(1)


@app.command(rich_help_panel=LEARN)
def submit(
    number: LabNumber,
    learner: Annotated[
        str | None, typer.Option("--as", help="Hand in under this name (default: your account).")
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Hand in a lab in which nothing is written.")
    ] = False,
) -> None:
    """Hand in your lab (and its packet notebook) through the exchange."""
    from course_lib.grading.exchange import submit as hand_in

    workspace = find_workspace()
    name = workspace.lab(number)
    done = hand_in(workspace, name, learner, anyway)
    for note in done.notes:
        typer.echo(f"Note: {note}")
    typer.echo(f"{name} handed in as {done.name}. You may hand in again; the newest counts.")


@app.command(rich_help_panel=LEARN)
def progress(
    learner: Annotated[
        str | None, typer.Option("--as", help="The name you hand in under (default: your account).")
    ] = None,
) -> None:
    """Show what you have finished, lesson by lesson, and what comes next."""
    from getpass import getuser

    from course_lib.progress import next_step, progress_table, read_progress

    rows = read_progress(find_workspace(), learner or getuser())
    console().print(progress_table(rows))
    done, step = sum(row.done for row in rows), next_step(rows)
    following = f"{step.sentence}: {step.opens} (`{step.command}`)." if step else "nothing is left."
    typer.echo(f"{done} of {len(rows)} lessons are done: handed in and sealed. Next: {following}")


@app.command(rich_help_panel=LEARN)
def serve(
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8642,
    host: Annotated[
        str, typer.Option(help="Address; any but this machine's own needs an API key.")
    ] = "127.0.0.1",
    api_key: Annotated[
        str | None, typer.Option(envvar="COURSE_API_KEY", help="Ask every client for this key.")
    ] = None,
    model: Annotated[
        str,
        typer.Option(help="Serve a model that you kept in lesson 11, such as mine.", metavar="NAME"),
    ] = "course-gpt",
) -> None:
    """Put the course's model, or yours, behind the OpenAI and Anthropic formats for their own clients, offline."""
    from course_lib.serve import run_server

    run_server(host=host, port=port, api_key=api_key, model=model)


@app.command(rich_help_panel=TEACH)
def release(
    number: Annotated[str | None, typer.Argument(help="Only this lab, such as 02.", metavar="[NN]")] = None,
) -> None:
    """Generate labs/ from solutions/ and put every lab into the exchange.

    Each lab's reference solution is graded first; one that gets less than full points stops the release.
    """
    from course_lib.grading.classroom import make_release
    from course_lib.grading.exchange import release as put_out
    from course_lib.grading.reference import check_reference

    workspace = find_workspace()
    workspace.writable(workspace.classroom, workspace.labs)
    solutions = sorted(workspace.solutions.glob("[0-9][0-9]-*"))
    if number is not None:
        wanted = [path for path in solutions if number.zfill(2) in (path.name, path.name[:2])]
        if not wanted:
            known = ", ".join(path.name for path in solutions)
            raise CourseError(f"There is no lab {number!r} in {workspace.solutions}; there are {known}.")
        solutions = wanted
    for solution in solutions:
        with console().status(f"Grading the reference solution of {solution.name} ..."):
            check_reference(workspace.root, solution.name)
        make_release(workspace.root, solution.name)
        typer.echo(f"labs/{solution.name} generated")
    changed = put_out(workspace)
    typer.echo(
        f"Exchange: {len(changed)} released anew, {len(workspace.lab_names()) - len(changed)} unchanged."
    )


@app.command(rich_help_panel=TEACH)
def grade(
    number: LabNumber,
    student: Annotated[list[str] | None, typer.Option(help="Only this learner (repeat for more).")] = None,
    feedback: Annotated[bool, typer.Option(help="Write the feedback pages and release them.")] = True,
    hold: Annotated[
        bool,
        typer.Option("--hold-feedback", help="Write the pages, release them later: `course give-back NN`."),
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="So many submissions at once.")] = 2,
    scheduler: Annotated[
        str | None, typer.Option(help="A Dask scheduler that does the work, such as tcp://host:8786.")
    ] = None,
    again: Annotated[bool, typer.Option(help="Grade also what has not changed since the last time.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Change grades that are there without asking.")] = False,
    trust: Annotated[
        bool,
        typer.Option("--trust-submissions", help="No sandbox: submissions run with your rights."),
    ] = False,
) -> None:
    """Collect and autograde what was handed in, each in a sandbox. One broken notebook never stops the class.

    What was graded before and has not changed is not run again; a run that was stopped goes on where it was. Grades
    that would change are shown first. Exits with 1 if something could not be graded.
    """
    from course_lib.grading.day import grade_class

    workspace = find_workspace()
    lab = workspace.lab(number)
    how = {"jobs": jobs, "scheduler": scheduler, "again": again, "trust": trust}
    try:
        outcomes = grade_class(
            workspace, lab, console(), students=student, feedback=feedback, hold=hold, yes=yes, **how
        )
    except KeyboardInterrupt:
        raise CourseError("interrupted; the same command goes on with what is not graded yet.") from None
    if any(outcome.status != "graded" for outcome in outcomes):
        raise typer.Exit(1)


@app.command("give-back", rich_help_panel=TEACH)
def give_back(number: LabNumber) -> None:
    """Write a lab's feedback pages as the gradebook is now and release them: learners fetch them again."""
    from course_lib.grading.classroom import current_outcomes
    from course_lib.grading.day import give_back as give

    workspace = find_workspace()
    lab = workspace.lab(number)
    outcomes = current_outcomes(workspace.root, lab)
    if not outcomes:
        raise CourseError(f"Nothing of {lab} was graded yet: run `course grade {lab[:2]}` first.")
    give(workspace, lab, console(), outcomes)


@app.command(rich_help_panel=TEACH)
def report(
    number: Annotated[str, typer.Argument(help="The lab's number, such as 02.", metavar="NN")] = "",
    out: Annotated[Path | None, typer.Option(help="The file (default: class/reports/<lab>.html).")] = None,
    graders: Annotated[
        bool,
        typer.Option(
            "--graders",
            help="Instead: how many right and wrong answers the graders of all labs, or of NN, get right.",
        ),
    ] = False,
    mutants: Annotated[
        bool,
        typer.Option(
            "--mutants",
            help="Instead: change a lab's reference solutions mechanically, list what no check notices.",
        ),
    ] = False,
    slips: Annotated[
        bool,
        typer.Option(
            "--slips",
            help="Instead: lay general slips (argument ignored, result rounded ...) over right answers, show what "
            "catches each.",
        ),
    ] = False,
    exercise: Annotated[str, typer.Option(help="With --slips: only this exercise.")] = "",
) -> None:
    """Write one HTML page about a graded lab: scores, checks, misconceptions, what waits, similar pairs.

    With --graders, exits with 1 if a right answer is refused or a wrong one is not caught; with --slips, if one lives.
    """
    workspace = find_workspace()
    if slips:
        from course_lib.grading.adequacy import lay_over_lab, slips_table

        if not number:
            raise CourseError("Which lab? For example `course report 02 --slips`.")
        findings = lay_over_lab(workspace, workspace.lab(number), exercise, typer.echo)
        for finding in sorted(findings, key=lambda one: (one.verdict, one.exercise)):
            typer.echo(finding.line())
        console().print(slips_table(findings))
        raise typer.Exit(1 if any(finding.verdict == "survived" for finding in findings) else 0)
    if mutants:
        from course_lib.grading.bank import surviving_mutants

        if not number:
            raise CourseError("Which lab's solutions? For example `course report 02 --mutants`.")
        lab = workspace.lab(number)
        tried, survivors = surviving_mutants(workspace, lab, tell=typer.echo)
        for answer, fault in survivors:
            typer.echo(f"{lab}/{answer.exercise}, {answer.story}{f' ({fault})' if fault else ''}")
        typer.echo(f"{tried - len(survivors)} of {tried} mutants lose points; {len(survivors)} survive.")
        raise typer.Exit
    if graders:
        from course_lib.grading.bank import grade_graders, graders_table

        labs = grade_graders(workspace, typer.echo, workspace.lab(number) if number else None)
        console().print(graders_table(labs))
        faults = [(lab.lab, verdict) for lab in labs for verdict in lab.verdicts if verdict.fault]
        for lab_name, verdict in faults:
            kind = "right" if verdict.right else "wrong"
            typer.echo(f"{lab_name}/{kind}/{verdict.exercise}/{verdict.name}: {verdict.fault}")
        raise typer.Exit(1 if faults else 0)
    if not number:
        raise CourseError("Which lab? For example `course report 02`.")
    from course_lib.grading.report import write_report

    typer.echo(f"The report: {write_report(workspace.root, workspace.lab(number), out)}")


@app.command("export-grades", rich_help_panel=TEACH)
def export_grades(
    numbers: Annotated[
        list[str] | None, typer.Argument(help="Only these labs, such as 02 (default: all).", metavar="NN...")
    ] = None,
    kind: Annotated[str, typer.Option("--format", help="canvas, moodle, or nbgrader's own csv.")] = "csv",
    out: Annotated[Path | None, typer.Option(help="The file (default: class/grades-<format>.csv).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it is there.")] = False,
    roster: Annotated[
        Path | None,
        typer.Option(help="Canvas' own gradebook export: its columns and its members are kept."),
    ] = None,
) -> None:
    """Write the gradebook's grades as a file that Canvas or Moodle imports, or as CSV."""
    from course_lib.grading.export import export_grades as export

    workspace = find_workspace()
    labs = [workspace.lab(number) for number in numbers or ()]
    path, notes = export(workspace.root, kind, labs, out, force, roster)
    for note in notes:
        typer.echo(note)
    typer.echo(f"The grades: {path}")


@app.command(rich_help_panel=TEACH)
def demo() -> None:
    """Run an instructor's day on a made class of 12, in class/demo/, and show where to look."""
    from course_lib.grading.day import run_demo

    run_demo(find_workspace(), console())


@app.command(rich_help_panel=MAINTAIN)
def doctor() -> None:
    """Say what is here, what is missing and what to install. Exits with 1 if the course cannot run."""
    from course_lib.doctor import examine, show

    if not show(examine(), console()):
        raise typer.Exit(1)


@app.command(rich_help_panel=MAINTAIN)
def new(
    number: Annotated[str, typer.Argument(help="The lesson's number, such as 05.", metavar="NN")],
    slug: Annotated[str, typer.Argument(help="Its name: small letters, digits, hyphens.", metavar="SLUG")],
    title: Annotated[str, typer.Option(help="Its heading (default: from the name).")] = "",
) -> None:
    """Lay out a new lesson: notebook, lab with an exercise that works, quiz, answers for its grader, README row."""
    from course_lib.authoring.new import lay_out

    workspace = find_workspace()
    for path in lay_out(workspace, number, slug, title or slug.replace("-", " ").capitalize()):
        typer.echo(path.relative_to(workspace.root))
    number = number.zfill(2)
    typer.echo(
        f"Look for TO DO in them. `course text {number}` turns notebooks into text and back, `course release {number}` "
        'makes the lab; "Adding a lesson" in assessments/instructor-guide.md goes on from there.'
    )


@app.command(rich_help_panel=MAINTAIN)
def text(
    number: Annotated[str, typer.Argument(help="The lesson's number, such as 05.", metavar="NN")],
    back: Annotated[bool, typer.Option("--back", help="Make the notebooks of the texts.")] = False,
    out: Annotated[Path, typer.Option(help="Where the texts lie.")] = Path("work/text"),
) -> None:
    """Write a lesson and its lab as text that can be edited anywhere, and with --back make notebooks of them again.

    Code cells that did not change keep their outputs; nbgrader's settings follow from the cells' ids.
    """
    from course_lib.authoring.text import lesson_texts, make_notebooks

    workspace = find_workspace()
    for path in (make_notebooks if back else lesson_texts)(workspace, number, workspace.root / out):
        typer.echo(path.relative_to(workspace.root) if path.is_relative_to(workspace.root) else path)


@train_app.command("course-gpt")
def train_course_gpt(
    out: Annotated[Path, typer.Option(help="Folder for the new weights.")] = Path("work/course-gpt"),
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    compare: Annotated[bool, typer.Option(help="Compare held-out losses with the shipped weights.")] = True,
) -> None:
    """Train the model of the lessons from scratch (minutes on 2 cores), and compare it with the shipped one."""
    from course_lib.explore.figure import png
    from course_lib.explore.plots import loss_curve
    from course_lib.training.course_gpt import compare_with_shipped
    from course_lib.training.course_gpt import train_course_gpt as train

    try:
        metas = train(out, seed=seed, progress=True)
    except KeyboardInterrupt:
        raise CourseError(f"interrupted; the same command goes on where it stopped ({out}).") from None
    for stage, meta in metas.items():
        picture = loss_curve(meta["loss_curve"]["step"], meta["loss_curve"]["loss"], f"course-gpt, {stage}")
        (out / f"course-gpt-{stage}-loss.png").write_bytes(png(picture.figure))
        typer.echo(f"{stage}: {picture.sentence} ({out / f'course-gpt-{stage}-loss.png'})")
    if compare:
        comparison = compare_with_shipped(out)
        typer.echo(str(comparison))
        if not comparison.agrees:
            raise CourseError(
                f"the new weights in {out} differ from the shipped ones more than rounding explains."
            )


@train_app.command("facts")
def train_facts(
    seeds: Annotated[
        int, typer.Option(min=1, help="How many seeds; mean and spread are shown for more than one.")
    ] = 1,
    out: Annotated[
        Path, typer.Option(help="Folder to keep each stage in; a run that stops goes on there.")
    ] = Path("work/three-stages"),
) -> None:
    """Pre-training, fine-tuning and DPO live on the fact world, and a table of what each stage changed."""
    from course_lib.training.three_stages import run_seeds

    try:
        table = run_seeds(range(seeds), out)
    except KeyboardInterrupt:
        raise CourseError(
            f"interrupted; the same command goes on with the stage that was running ({out})."
        ) from None
    console().print(table)


@app.command(rich_help_panel=MAINTAIN)
def bench(
    names: Annotated[
        list[str], typer.Argument(help="training, generation, tokenizer, grading", metavar="NAME...")
    ],
    quick: Annotated[
        bool, typer.Option(help="Seconds instead of minutes; shows only that everything works.")
    ] = False,
) -> None:
    """Compare our speed with the peers' in one interleaved run; results are checked to be the same first."""
    others = [name for name in names if name != "grading"]
    if others:
        from course_lib.bench import run_bench

        run_bench(others, quick)
    if "grading" in names:
        from course_lib.grading.bench import run_bench as bench_grading

        bench_grading(find_workspace(), console(), quick)


def main() -> None:
    """Run the command; an error a person can mend is one sentence on stderr and exit code 1."""
    say_what_the_terminal_can_show()
    try:
        str(Path.cwd()).encode()  # nbgrader and SQLite want it as UTF-8
        app()
    except CourseError as error:
        fail(str(error))
    except UnicodeEncodeError as error:
        fail(f"Python is told to use no UTF-8, and {error.object[:80]!a} needs it: set PYTHONUTF8=1.")
    except OSError as error:
        if error.errno in FULL:
            fail(
                f"there is no room left on the disk ({error.strerror}). Make room; the same command goes on then."
            )
        if isinstance(error, PermissionError):
            fail(f"cannot write to {error.filename}: {error.strerror}.")
        raise


def say_what_the_terminal_can_show() -> None:
    """Let a sign that the terminal's encoding lacks become `?` instead of a traceback (`LC_ALL=C`, old Windows)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def fail(sentence: str) -> NoReturn:
    """Say a sentence on stderr and leave with 1."""
    typer.echo(f"course: {plain(sentence)}", err=True)
    sys.exit(1)
