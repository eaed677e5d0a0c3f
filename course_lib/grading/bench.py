"""`course bench grading`: stock nbgrader and ours on the same submissions, in turns.

Both sides stay in a process of their own that has imported everything; each is told in turns which submissions to
grade. CPU seconds are those of the whole family of processes, from /proc.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from rich.console import Console
from rich.table import Table

from course_lib.errors import CourseError
from course_lib.grading.answers import build_submission, load_bank
from course_lib.workspace import Workspace, use_own_tools

LAB = "02-how-ai-models-work"
HANGS = {"generate": "while True:\n    pass"}
STOCK = """
from pathlib import Path
c = get_config()
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "labs"
c.CourseDirectory.submitted_directory = "class/submitted"
c.CourseDirectory.autograded_directory = "class/autograded"
c.CourseDirectory.db_url = f"sqlite:///{c.CourseDirectory.root}/class/gradebook.db"
c.Execute.timeout = 30
"""


@dataclass
class Side:
    """One grader in a process of its own."""

    name: str
    root: Path
    wall: list[float] = field(default_factory=list)  # per submission
    cpu: list[float] = field(default_factory=list)

    def start(self) -> float:
        """Start the process; return the seconds until it can grade."""
        before = time.perf_counter()
        command = [sys.executable, "-m", "course_lib.grading.bench", self.name, str(self.root)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.ask({})
        return time.perf_counter() - before

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise CourseError(f"The benchmark's process for {self.name} ended.")
        return dict(json.loads(answer))

    def grade(self, students: list[str], **options: Any) -> float:
        """Grade these submissions; return the wall seconds of all of them."""
        cpu = family_cpu(self.process.pid)
        before = time.perf_counter()
        self.ask({"students": students, **options})
        seconds = time.perf_counter() - before
        self.wall.append(seconds / len(students))
        self.cpu.append((family_cpu(self.process.pid) - cpu) / len(students))
        return seconds

    def memory_mb(self) -> float:
        """Return the memory of the whole family, shared pages counted once."""
        total = 0.0
        for pid in family(self.process.pid):
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
            except (OSError, StopIteration):
                continue
        return total

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(folder.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def family_cpu(pid: int) -> float:
    """Return the CPU seconds of a process, its descendants, and what they have waited for."""
    ticks = 0
    for one in family(pid):
        try:
            ticks += sum(map(int, Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:15]))
        except OSError:
            continue
    return ticks / os.sysconf("SC_CLK_TCK")


def make_class(workspace: Workspace, root: Path, config: str, count: int, hangs: int) -> None:
    """Make a course folder with `count` submissions, all right, and `hangs` that never end."""
    (root / "solutions" / LAB).mkdir(parents=True)
    shutil.copy(workspace.solutions / LAB / "lab.ipynb", root / "solutions" / LAB)
    (root / "nbgrader_config.py").write_text(config, encoding="utf-8")
    right: dict[str, list[str]] = {}
    for answer in load_bank(workspace.root / "tests" / "answers" / LAB):
        if answer.right:
            right.setdefault(answer.exercise, []).append(answer.source)
    release = workspace.labs / LAB / "lab.ipynb"
    for i in range(count + hangs):
        answers = {name: sources[i % len(sources)] for name, sources in right.items()}
        name = f"s{i:04}"
        if i >= count:
            answers, name = answers | HANGS, f"hang{i - count}"
        folder = root / "class" / "submitted" / name / LAB
        folder.mkdir(parents=True)
        (folder / "lab.ipynb").write_text(
            nbformat.writes(build_submission(release, answers)), encoding="utf-8"
        )


def run_bench(workspace: Workspace, console: Console, quick: bool = False) -> Table:
    """Print and return the table; `quick` takes a minute and shows only that everything works."""
    count, chunk, limit, many = (4, 2, 10, 10) if quick else (20, 5, 30, 1000)
    with tempfile.TemporaryDirectory(prefix="course-bench-") as folder:
        ours_config = (workspace.root / "nbgrader_config.py").read_text(encoding="utf-8")
        ours, stock = Side("ours", Path(folder) / "ours"), Side("stock", Path(folder) / "stock")
        hang = f"\nc.Execute.timeout = {limit}\n"
        make_class(workspace, ours.root, ours_config + hang, max(count, many), 2)
        make_class(workspace, stock.root, STOCK + hang, count, 2)
        with console.status("Warming up both sides ..."):
            starts = {side.name: side.start() for side in (stock, ours)}
            ready = {side.name: side.ask({"ready": 3 if quick else 9})["seconds"] for side in (stock, ours)}
        names = [f"s{i:04}" for i in range(count)]
        for number, first in enumerate(range(0, count, chunk)):
            sides = (stock, ours) if number % 2 == 0 else (ours, stock)
            for side in sides:
                with console.status(f"{side.name}: submissions {first + 1} to {first + chunk} ..."):
                    side.grade(names[first : first + chunk])
        rows = {side.name: (list(side.wall), list(side.cpu)) for side in (stock, ours)}
        hung = {}
        for side in (stock, ours):
            with console.status(f"{side.name}: {count} submissions of which 2 hang, limit {limit} s ..."):
                hung[side.name] = side.grade([*names[:-2], "hang0", "hang1"])
        with console.status(f"ours: {many} submissions ..."):
            everybody = [f"s{i:04}" for i in range(many)]
            memory, halves = [ours.memory_mb()], []
            for part in (everybody[: many // 2], everybody[many // 2 :]):
                halves.append(ours.grade(part))
                memory.append(ours.memory_mb())
        for side in (stock, ours):
            side.stop()
    table = Table(title=f"{count} submissions of lab 02, in turns; {os.cpu_count()} cores, medians")
    for column in ("", "stock nbgrader", "ours", "stock / ours"):
        table.add_column(column, justify="left" if not column else "right")

    def row(what: str, values: dict[str, float], unit: str) -> None:
        a, b = values["stock"], values["ours"]
        table.add_row(what, f"{a:.3g} {unit}", f"{b:.3g} {unit}", f"{a / b:.1f}")

    row("CPU per submission", {name: statistics.median(cpu) for name, (_, cpu) in rows.items()}, "s")
    row("wall per submission", {name: statistics.median(wall) for name, (wall, _) in rows.items()}, "s")
    row("kernel ready with torch", ready, "s")
    row(f"2 of {count} hang, limit {limit} s", hung, "s")
    row("start, once", starts, "s")
    per = " and ".join(f"{seconds / (many // 2):.3f}" for seconds in halves)
    megabytes = ", ".join(f"{size:.0f}" for size in memory)
    table.caption = (
        f"{many} submissions of ours: {sum(halves):.0f} s; per submission {per} s in the first and second half; "
        f"memory of all processes before, half-way and after: {megabytes} MB."
    )
    console.print(table)
    return table


# --- the processes ------------------------------------------------------------------------------------------


def _ours(root: Path) -> None:
    from course_lib.grading.classroom import grade_submissions, make_release
    from course_lib.grading.sandbox import Control, shared_grader

    make_release(root, LAB)
    kernels, _ = shared_grader(False).warm_up()

    def ready() -> float:
        from course_lib.grading.frames import Peer

        with kernels.connection() as connection:
            before = time.perf_counter()
            with Control(connection).fork() as sock:
                peer = Peer(sock, lambda request, parts: ({}, []))
                peer.ask({"what": "start", "seed": 1, "files": [], "now": ""}, [])
                peer.ask({"what": "run", "code": "import torch; torch.ones(1)"}, [])
                return time.perf_counter() - before

    def grade(students: list[str]) -> None:
        grade_submissions(root, LAB, students, jobs=3, again=True)

    _serve(ready, grade)


def _stock(root: Path) -> None:
    from jupyter_client.manager import start_new_kernel
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import PyFileConfigLoader

    use_own_tools()  # nbgrader calls `alembic`
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    api = NbGraderAPI(config=config)
    api.generate_assignment(LAB)

    def ready() -> float:
        before = time.perf_counter()
        manager, client = start_new_kernel()
        client.execute_interactive(
            "import torch; torch.ones(1)", timeout=60, output_hook=lambda message: None
        )
        seconds = time.perf_counter() - before
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        return seconds

    def grade(students: list[str]) -> None:
        for student in students:
            done = api.autograde(LAB, student, force=True)
            if not done["success"]:
                raise CourseError(f"stock nbgrader could not grade {student}: {done['log'][-300:]}")

    _serve(ready, grade)


def _serve(ready: Any, grade: Any) -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the graders print is no answer
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, Any] = {}
        if "ready" in request:
            answer["seconds"] = statistics.median(ready() for _ in range(request["ready"]))
        if "students" in request:
            grade(request["students"])
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    {"ours": _ours, "stock": _stock}[sys.argv[1]](Path(sys.argv[2]))
