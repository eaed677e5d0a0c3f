"""`course packet`: start, check, seal, show, compare and export a readiness packet from the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

DEFAULT = Path("work/packet")

packet_app = typer.Typer(
    name="packet",
    help="Your readiness packet: start it, check it, seal it, show it.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
Folder = Annotated[Path, typer.Argument(help="The packet's folder, or its packet.yaml.")]
LessonOption = Annotated[str | None, typer.Option("--lesson", help="Lesson number, 00 to 12.", metavar="NN")]


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Turn a PacketError into one sentence on stderr and exit code 1."""
    from course_lib.packet.files import PacketError

    try:
        yield
    except PacketError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None


@packet_app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Where the packet should be.")] = DEFAULT,
    use_case: Annotated[
        str | None,
        typer.Option("--use-case", help="Start from a worked use case, for example ticket-triage."),
    ] = None,
    ask: Annotated[
        bool | None,
        typer.Option("--ask/--no-ask", help="Ask for the first fields (default: in a terminal)."),
    ] = None,
) -> None:
    """Start a packet: a worked use case, or your own by a few questions. An existing packet is never overwritten."""
    with _one_sentence():
        from course_lib.packet.start import new_packet, refuse_existing

        answers: dict[str, Any] = {}
        if use_case is None and (sys.stdin.isatty() if ask is None else ask):
            refuse_existing(folder)
            use_case, answers = _interview()
        file = new_packet(folder, use_case=use_case, answers=answers)
        typer.echo(f"Started {file}. Open it in an editor, then run `course packet check {folder}`.")


def _interview() -> tuple[str | None, dict[str, Any]]:
    """Ask which use case it is, and for an own one its first fields."""
    from course_lib.packet.interview import interview, questions
    from course_lib.packet.start import use_cases

    def prompt(name: str) -> str:
        return str(typer.prompt(name, default="", show_default=False))

    names = use_cases()
    for number, name in enumerate([*names, "your own"], 1):
        typer.echo(f"  {number}  {name}")
    own = len(names) + 1
    choice = 0
    while not 1 <= choice <= own:
        choice = typer.prompt(f"Which use case, 1 to {own}", type=int, default=own)
    if choice < own:
        return names[choice - 1], {}
    typer.echo("A few questions; an empty line leaves a field for later.")
    asked = [*questions("meta", "00"), *questions("use_case", "00")]
    return None, interview(asked, prompt, typer.echo)


@packet_app.command()
def add(
    section: Annotated[str, typer.Argument(help="The section, for example incident.")],
    path: Folder = DEFAULT,
) -> None:
    """Append an empty section with help in every field; what is there stays as it is."""
    with _one_sentence():
        from course_lib.packet.start import add_section

        add_section(path, section)
        typer.echo(f"Added an empty '{section}' at the end of {path}.")


@packet_app.command()
def check(
    path: Folder = DEFAULT,
    lesson: LessonOption = None,
    section: Annotated[
        str | None, typer.Option("--section", help="Only what concerns one section, for example risks.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON in place of the table.")] = False,
) -> None:
    """Say what is missing or wrong so far. Exit code 1 if there is an error, 0 if there are only warnings."""
    with _one_sentence():
        from course_lib.packet.checks import check_packet

        report = check_packet(path, lesson=lesson)
        if section is not None:
            report = report.about(section)
        if as_json:
            typer.echo(report.to_json())
        else:
            from course_lib.packet.report import print_report

            print_report(report)
        if report.errors:
            raise typer.Exit(1)


@packet_app.command()
def grade(
    number: Annotated[str, typer.Argument(help="The lab's number, such as 02.", metavar="NN")],
    student: Annotated[list[str] | None, typer.Option(help="Only this learner (repeat for more).")] = None,
    final: Annotated[bool, typer.Option("--final", help="60 points, for the finished packet.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON in place of the table.")] = False,
) -> None:
    """For instructors: check every packet handed in with a lab, and say what a person should ask whom."""
    import json
    from dataclasses import asdict

    from rich.console import Console

    from course_lib.grading.packets import grade_packets, packets_table
    from course_lib.workspace import find_workspace

    workspace = find_workspace()
    lab = workspace.lab(number)
    grades = list(grade_packets(workspace.root, lab, student, final))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in grades], indent=2, ensure_ascii=False))
    elif grades:
        Console().print(packets_table(lab, grades))
    else:
        typer.echo(f"Nobody has handed in {lab} yet.")


@packet_app.command()
def seal(
    path: Folder = DEFAULT,
    lesson: Annotated[str, typer.Option("--lesson", help="The lesson that is finished.", metavar="NN")] = "",
) -> None:
    """Lock the packet after a lesson: its hashes join a chain, so that later changes can be seen."""
    with _one_sentence():
        from course_lib.packet.lock import seal_packet

        entry = seal_packet(path, lesson)
        typer.echo(
            f"Sealed lesson {entry['lesson']}: {entry['hash'][:12]}... ({len(entry['files'])} evidence"
            " files)."
        )


Output = Annotated[
    Path | None, typer.Option("--output", help="Where to write (default: beside packet.yaml).")
]


@packet_app.command()
def show(
    path: Folder = DEFAULT,
    lesson: LessonOption = None,
    output: Output = None,
    text: Annotated[bool, typer.Option("--text", help="Print it here in place of writing a page.")] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in your browser.")] = False,
) -> None:
    """Write the packet as one page for a reviewer: page.html, which needs no network and prints on A4.

    The gate and its reasons, numbers with their evidence, decisions, risks, cost, what is stale, open or changed.
    """
    with _one_sentence():
        from course_lib.packet.view import collect

        view = collect(path, lesson)
        if text:
            from course_lib.packet.page import print_text

            print_text(view)
            return
        from course_lib.packet.export import write_export

        page = write_export(view, "html", output)
        typer.echo(f"Wrote {page}. Open it in a browser; its print dialogue makes a PDF.")
        if open_it:
            import webbrowser

            webbrowser.open(page.resolve().as_uri())


@packet_app.command()
def diff(
    before: Annotated[
        Path, typer.Argument(help="A packet's folder, or its packet.yaml.", metavar="A")
    ] = DEFAULT,
    after: Annotated[
        Path | None,
        typer.Argument(help="A second packet; by default A now against its last seal.", metavar="B"),
    ] = None,
    lesson: Annotated[
        str | None, typer.Option("--lesson", help="Compare with the seal of this lesson.", metavar="NN")
    ] = None,
) -> None:
    """Say in words what changed between A and its last seal, or from A to B.

    Entries are matched by their id: another order, comments and layout are no change. Thresholds that moved come first.
    """
    with _one_sentence():
        from course_lib.packet.diff import compare_paths, compare_with_seal, print_comparison
        from course_lib.packet.files import PacketError
        from course_lib.packet.load import load_packet

        if after is not None and lesson is not None:
            raise PacketError(
                "--lesson names a seal of A, so there can be no B beside it; leave out one of them."
            )
        seal = lesson.zfill(2) if lesson else None
        compared = (
            compare_with_seal(load_packet(before), seal) if after is None else compare_paths(before, after)
        )
        print_comparison(compared)


@packet_app.command()
def export(
    path: Folder = DEFAULT,
    format: Annotated[
        str, typer.Option("--format", help="html, markdown, cyclonedx or model-card.", metavar="FORMAT")
    ] = "html",
    output: Output = None,
    lesson: LessonOption = None,
) -> None:
    """Write the packet in a format of other tools; the packet stays the source, and the export says so.

    html is the page of `show`, markdown the same for any viewer, cyclonedx an ML-BOM, model-card for Hugging Face.

    Only an earlier export is ever overwritten.
    """
    with _one_sentence():
        from course_lib.packet.export import check_format, write_export
        from course_lib.packet.view import collect

        check_format(format)
        typer.echo(f"Wrote {write_export(collect(path, lesson), format, output)}.")
