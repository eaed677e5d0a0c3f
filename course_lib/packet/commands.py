"""`course packet`: start, check and seal a readiness packet from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

DEFAULT = Path("work/packet")

packet_app = typer.Typer(
    name="packet",
    help="Your readiness packet: start it, check it, seal it.",
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
) -> None:
    """Write a packet with help in every field; an existing packet is never overwritten."""
    with _one_sentence():
        from course_lib.packet.start import new_packet

        file = new_packet(folder, use_case=use_case)
        typer.echo(f"Started {file}. Open it in an editor, then run `course packet check {folder}`.")


@packet_app.command()
def check(
    path: Folder = DEFAULT,
    lesson: LessonOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON in place of the table.")] = False,
) -> None:
    """Say what is missing or wrong so far. Exit code 1 if there is an error, 0 if there are only warnings."""
    with _one_sentence():
        from course_lib.packet.checks import check_packet

        report = check_packet(path, lesson=lesson)
        if as_json:
            typer.echo(report.to_json())
        else:
            from course_lib.packet.report import print_report

            print_report(report)
        if report.errors:
            raise typer.Exit(1)


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


def _later(name: str, what: str) -> None:
    def command(arguments: Annotated[list[str] | None, typer.Argument(hidden=True)] = None) -> None:
        typer.echo(f"`course packet {name}` comes later in the course; it does not exist yet.", err=True)
        raise typer.Exit(2)

    command.__doc__ = f"{what} (comes later)."
    options: dict[str, Any] = {"ignore_unknown_options": True}
    packet_app.command(name, context_settings=options)(command)


_later("show", "Render the packet as a page to read")
_later("diff", "Compare the packet with its last seal")
_later("export", "Write CycloneDX and model-card files")
