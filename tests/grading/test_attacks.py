"""A class of attackers and a few honest learners, graded together: nobody gains, nobody loses, nothing is left.

Each file of `tests/attacks/` is one attack: its docstring says what it tries, `ANSWERS` are the texts that it types
into answer cells, `notebook(nb)` changes the notebook, `folder(path)` the folder that is handed in, and
`exchange(inbound)` puts things into the exchange; `DESERVED` has the points that it may get (none, unless told). A new
file is picked up by itself. It may use these words:

    @MARK@     a word that must be found nowhere outside the submission's own folders afterwards; an attack that saw
               something that it must not see prints it backwards. Solutions, hidden tests, the environment and a
               neighbour's work hold it backwards, so that printing them is enough.
    @ROOT@     the course folder of the class
    @PORT@     a port on this machine to which nothing may connect or send
    @PID@      the process that grades
    # @GUARD@  a line without which bombs do not go off outside a sandbox

COURSE_ATTACK_TABLE=1 prints the table of all attacks and what came of them.
"""

from __future__ import annotations

import contextlib
import html
import importlib.util
import json
import os
import re
import resource
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import Outcome, generate_feedback, grade_submissions, make_release
from course_lib.grading.exchange import collect
from course_lib.grading.exchange import release as exchange_labs
from course_lib.grading.sandbox import shared_grader
from course_lib.workspace import Workspace

from .conftest import REPO, make_root, submit

FOLDER = REPO / "tests" / "attacks"
PATHS = sorted(path for path in FOLDER.glob("*.py") if path.stem != "lab")
HONEST = ("a-honest", "lp-honest", "lq-honest", "m-honest", "zz-honest")
FEWEST = 64
PATIENCE = 300.0  # seconds for the slowest submission, on a machine that is busy
EACH = 5.0  # seconds for one, on average
MOST_BYTES = 8_000_000  # of a graded notebook or a page
MOST_KILOBYTES = 3_000_000  # of memory of any process of the grader

patient = pytest.mark.timeout(1800)


def load_lab() -> ModuleType:
    """The module tests/attacks/lab.py, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("attacked_lab", FOLDER / "lab.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


lab = load_lab()


@dataclass(frozen=True)
class Attack:
    """One attack, with the words filled in."""

    name: str
    story: str
    text: str
    answers: dict[str, str]
    deserved: dict[str, float]
    notebook: Callable[[NotebookNode], NotebookNode | str | bytes]
    folder: Callable[[Path], None]
    exchange: Callable[[Path], None]


def load_attack(path: Path, words: dict[str, str]) -> Attack:
    """Read an attack's file, with `words` in the place of their placeholders."""
    text = path.read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(word, value)
    names: dict[str, Any] = {"__name__": path.stem}
    exec(compile(text, str(path), "exec"), names)
    return Attack(
        path.stem,
        str(names.get("__doc__") or "").strip().partition("\n")[0],
        text,
        names.get("ANSWERS", {}),
        names.get("DESERVED", {}),
        names.get("notebook", lambda nb: nb),
        names.get("folder", lambda path: None),
        names.get("exchange", lambda inbound: None),
    )


def hand_in(root: Path, attack: Attack, release: Path) -> None:
    """Put an attack where a learner's submission lies; what it leaves alone is wrong."""
    content = attack.notebook(build_submission(release, lab.WRONG | attack.answers))
    path = submit(root, lab.NAME, attack.name, "" if isinstance(content, bytes) else content)
    if isinstance(content, bytes):
        path.write_bytes(content)
    attack.folder(path.parent)
    attack.exchange(next((root / "class" / "exchange").glob("*/inbound")))


# --- what can be seen from outside ---------------------------------------------------------------------------


def proc(pid: int, name: str) -> str:
    """A file of /proc for one process; '' if it cannot be read."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""


def pid_namespace(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")  # noqa: PTH115 - not a path
    except OSError:
        return ""


def running() -> dict[int, str]:
    """The pid namespace of every running process, by pid."""
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return {pid: pid_namespace(pid) for pid in pids if ") Z " not in proc(pid, "stat")}


def ancestors(pid: int) -> Iterator[int]:
    while pid > 1:
        yield pid
        stat = proc(pid, "stat").rpartition(")")[2].split()
        pid = int(stat[1]) if len(stat) > 1 else 0


def depth(pid: int) -> int:
    """In how many pid namespaces a process lives."""
    found = re.search(r"^NSpid:(.*)$", proc(pid, "status"), re.MULTILINE)
    return len(found.group(1).split()) if found else 0


def strays(before: dict[int, str], mark: str, warm: int) -> list[str]:
    """Processes that were started meanwhile: below this one, with the mark, or in a sandbox that nobody owns.

    Of those below this one, the first `warm` levels of sandboxes may be there: the grader's own warm processes.
    """
    known, here = set(before.values()), depth(os.getpid())
    found = []
    for pid in running().keys() - before.keys() - {os.getpid()}:
        command, above = proc(pid, "cmdline").replace("\0", " "), set(ancestors(pid))
        ours = os.getpid() in above and depth(pid) > here + warm
        marked = mark in command or (mark in proc(pid, "environ") and os.getpid() not in above)
        lost = pid_namespace(pid) not in known and not above & before.keys()
        if ours or marked or lost:
            found.append(f"{pid}: {command}")
    return found


def soon(look: Callable[[], list[str]], seconds: float = 5.0) -> list[str]:
    """What is still seen after a while."""
    deadline = time.monotonic() + seconds
    while (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return seen


def texts_with(words: Iterable[str], paths: Iterable[Path]) -> list[Path]:
    """Those of the files whose name or content has one of the words."""
    found = []
    for path in paths:
        plain = path.is_file() and not path.is_symlink() and path.stat().st_size < 50_000_000
        content = path.read_bytes() if plain else b""
        if any(word in path.name or word.encode() in content for word in words):
            found.append(path)
    return found


def below(folder: Path, skip: Callable[[Path], bool] = lambda path: False) -> Iterator[Path]:
    """All files and folders below one; links are not followed."""
    for entry in sorted(folder.iterdir()) if folder.is_dir() else []:
        if not skip(entry):
            yield entry
            if not entry.is_symlink():
                yield from below(entry, skip)


def shared_places() -> list[Path]:
    """What a sandbox could leave outside: the top of folders for everyone and for this user."""
    home = Path.home()
    tops = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/"), home, Path.cwd(), REPO]
    tops += [home / name for name in (".ipython", ".jupyter", ".local/share/jupyter/kernels", ".config")]
    return [entry for top in tops if top.is_dir() for entry in top.iterdir()]


def fingerprints(root: Path) -> dict[str, str]:
    """A hash of each file that grading must not change."""
    kept = [root / "solutions", root / "labs", *(root / "class" / "submitted" / name for name in HONEST)]
    files = [root / "nbgrader_config.py", *(path for folder in kept for path in below(folder))]
    return {str(p.relative_to(root)): sha256(p.read_bytes()).hexdigest() for p in files if p.is_file()}


class Canary:
    """Listeners that nothing may reach: TCP and UDP on this machine, an abstract and a named Unix socket."""

    def __init__(self, mark: str, root: Path) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.local = []
        for address in (f"\0{mark}", str(root / "server.sock")):
            sock = socket.socket(socket.AF_UNIX)
            sock.bind(address)
            sock.listen()
            self.local.append(sock)

    def visits(self) -> list[str]:
        """Who came so far. Closes the listeners."""
        found = []
        for sock in (self.tcp, *self.local, self.udp):
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError), sock:
                found.append(repr(sock.recv(99) if sock is self.udp else sock.accept()))
        return found


# --- the class -----------------------------------------------------------------------------------------------


@dataclass
class Run:
    """A graded class of attackers, and what was seen before and after."""

    root: Path
    mark: str
    attacks: dict[str, Attack] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    told: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0
    collecting: str = ""
    strays: list[str] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)

    @property
    def loot(self) -> str:
        """The mark as it stands in what nobody may see."""
        return self.mark[::-1]

    def own(self, path: Path) -> bool:
        """Whether a path of the class belongs to an attacker: there the mark may stand."""
        names = {*self.attacks, "inbound"}
        return any(part.partition(".")[0] in names for part in path.relative_to(self.root).parts)


@pytest.fixture(scope="module")
def run(bubblewrap: None) -> Iterator[Run]:
    """Grade the class. Its folder lies in the clone, as a real class does: /tmp would be hidden anyway."""
    build = REPO / "build"
    build.mkdir(exist_ok=True)
    root = Path(tempfile.mkdtemp(prefix="attacked-", dir=build))
    try:
        yield graded(Run(root, f"mark{secrets.token_hex(8)}"))
    finally:
        shutil.rmtree(root, ignore_errors=True)


def graded(run: Run) -> Run:
    make_root(run.root, Execute__timeout="3")
    source = run.root / "solutions" / lab.NAME / "lab.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(lab.attacked_lab(run.loot), source)
    make_release(run.root, lab.NAME)
    release = run.root / "labs" / lab.NAME / "lab.ipynb"
    workspace = Workspace(run.root)
    exchange_labs(workspace)
    for student in HONEST:
        answers = {name: f"# {run.loot}\n{source}" for name, source in lab.RIGHT.items()}
        submit(run.root, lab.NAME, student, build_submission(release, answers))
    canary = Canary(run.mark, run.root)
    words = {
        "# @GUARD@": guard(),
        "@MARK@": run.mark,
        "@ROOT@": str(run.root),
        "@PORT@": str(canary.port),
        "@PID@": str(os.getpid()),
    }
    for path in PATHS:
        run.attacks[path.stem] = load_attack(path, words)
        hand_in(run.root, run.attacks[path.stem], release)

    unchanged, there, processes = fingerprints(run.root), set(shared_places()), running()
    try:
        collect(workspace, lab.NAME)
    except Exception as error:
        run.collecting = f"{type(error).__name__}: {error}"
    started = time.monotonic()
    shared_grader(False).close()
    aside = Path(
        tempfile.mkdtemp()
    )  # for temporary files of this grading alone: other runs have theirs beside it
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(aside))
        patch.setattr(tempfile, "tempdir", None)
        patch.setenv("DATABASE_PASSWORD", run.loot)
        outcomes = grade_submissions(run.root, lab.NAME, on_result=run.told.append, jobs=2)
    run.seconds = time.monotonic() - started
    run.outcomes = {outcome.student: outcome for outcome in outcomes}
    run.strays = soon(lambda: strays(processes, run.mark, warm=1))
    shared_grader(False).close()
    run.strays += soon(lambda: strays(processes, run.mark, warm=-1))
    run.visits = canary.visits()
    after = fingerprints(run.root)
    run.changed = {name for name in unchanged | after if unchanged.get(name) != after.get(name)}
    new = [path for path in shared_places() if path not in there]
    outside = [*(path for path in new if run.mark in path.name), *aside.iterdir()]
    outside += texts_with([run.mark], (path for top in new if top != run.root for path in (top, *below(top))))
    inside = texts_with([run.mark], below(run.root, skip=run.own))
    run.traces = sorted({str(path) for path in (*outside, *inside)})
    shutil.rmtree(aside, ignore_errors=True)
    return run


def guard() -> str:
    """A line that ends a cell outside of a sandbox, where processes have the grader's pid namespace."""
    here = pid_namespace(os.getpid())
    space = "__import__('os').path.realpath('/proc/self/ns/pid').rpartition('/')[2]"
    return f"assert {space} != {here!r}, '@MARK@'[::-1]"


@pytest.fixture(scope="module")
def pages(run: Run) -> dict[str, str]:
    """The feedback pages of all who were graded, by student."""
    students = [student for student, outcome in run.outcomes.items() if outcome.status == "graded"]
    written = generate_feedback(run.root, lab.NAME, students)
    return {page.parts[-3]: page.read_text(encoding="utf-8") for page in written}


attacks = pytest.mark.parametrize("name", [path.stem for path in PATHS])


@attacks
@patient
@pytest.mark.slow
def test_no_attack_earns_more_than_it_deserves(name: str, run: Run) -> None:
    outcome, deserved = run.outcomes[name], run.attacks[name].deserved
    too_much = {e: p for e, p in outcome.points.items() if p > deserved.get(e, 0.0)}
    assert not too_much, run.attacks[name].story
    assert not set(outcome.max_points.items()) - {*lab.POINTS.items(), ("why", 2.0)}


@attacks
@pytest.mark.slow
def test_every_attack_gets_its_outcome_in_time(name: str, run: Run) -> None:
    outcome = run.outcomes[name]
    assert outcome.status in ("graded", "not graded")
    assert outcome.seconds < PATIENCE
    if outcome.status == "not graded":
        assert outcome.reason.endswith("."), outcome.reason
    assert len(outcome.reason) < 2000
    assert run.mark not in outcome.reason


@attacks
@pytest.mark.slow
def test_no_attack_saw_what_it_must_not_see(name: str, run: Run) -> None:
    """What it printed holds no solution, hidden test, secret or work of others, and is not endless."""
    path = run.root / "class" / "autograded" / name / lab.NAME / "lab.ipynb"
    if not path.is_file():
        assert run.outcomes[name].status == "not graded"
        return
    assert path.stat().st_size < MOST_BYTES
    for cell in nbformat.read(path, as_version=4).cells:
        assert run.loot not in json.dumps(cell.get("outputs", [])), cell.source


@attacks
@pytest.mark.slow
def test_a_page_runs_nothing_and_shows_no_hidden_test(name: str, run: Run, pages: dict[str, str]) -> None:
    if run.outcomes[name].status == "not graded":
        return
    page = pages[name]
    assert len(page) < MOST_BYTES
    look = Page(page)
    assert not look.problems
    assert run.loot not in look.text
    assert lab.SECRET_INPUT not in look.text
    own = set(code_lines(run.attacks[name].text))
    hidden = {line for e in lab.EXERCISES for line in code_lines(lab.hidden_cell(e)) if len(line) >= 15}
    assert not [line for line in hidden - own if line in look.text]


@pytest.mark.slow
def test_the_batch_is_complete(run: Run) -> None:
    assert set(run.outcomes) == {*run.attacks, *HONEST}
    assert run.collecting == ""
    assert len(run.told) == len(run.outcomes)
    assert {o.student: o.points for o in run.told} == {s: o.points for s, o in run.outcomes.items()}


@pytest.mark.slow
@pytest.mark.parametrize("student", HONEST)
def test_an_honest_learner_has_full_points(student: str, run: Run, pages: dict[str, str]) -> None:
    outcome = run.outcomes[student]
    assert (outcome.status, outcome.reason) == ("graded", "")
    assert outcome.points == {**lab.POINTS, "why": 0.0}
    assert Page(pages[student]).problems == []
    for exercise in lab.EXERCISES:
        assert f"{exercise.points:g}" in pages[student]


@pytest.mark.slow
def test_the_gradebook_holds_what_it_should_and_nobody_unknown(run: Run) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{run.root / 'class' / 'gradebook.db'}") as gradebook:
        students = {student.id: (student.first_name, student.last_name) for student in gradebook.students}
        assert set(students) <= {*run.attacks, *HONEST}
        assert set(students.values()) == {(None, None)}
        for submission in gradebook.assignment_submissions(lab.NAME):
            honest = submission.student_id in HONEST
            told = lab.POINTS if honest else run.outcomes[submission.student_id].points
            for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
                assert (grade.auto_score or 0.0) == told.get(grade.name.removeprefix("grade_"), 0.0)
                assert (grade.manual_score, grade.extra_credit) == (None, None)
        assert {s.student_id for s in gradebook.assignment_submissions(lab.NAME)} >= set(HONEST)


@pytest.mark.slow
def test_a_forged_timestamp_is_not_believed(run: Run) -> None:
    """A time comes from the exchange, never from a file that the learner can write."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{run.root / 'class' / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission(lab.NAME, "forged_timestamp")
        assert submission.timestamp is None or submission.timestamp.year > 2000


@pytest.mark.slow
def test_nothing_is_left_outside(run: Run) -> None:
    """No file with the mark, no changed lab, solution or neighbour, no process, no connection."""
    assert run.traces == []
    assert run.changed == set()
    assert run.strays == []
    assert run.visits == []


@pytest.mark.slow
def test_nobody_holds_the_class_up(run: Run) -> None:
    """Two at a time, each hang costs its limit and not more."""
    assert run.seconds < EACH * len(run.outcomes)


@pytest.mark.slow
def test_the_graders_stay_small(run: Run) -> None:
    """Whatever a submission sends, no process of the grader takes more memory than a learner's may."""
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MOST_KILOBYTES


@pytest.mark.slow
def test_the_table_has_a_row_for_each_attack(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    table = attack_table(run.attacks.values(), run.outcomes)
    assert table.count("\n") == len(run.attacks) + 1
    if os.environ.get("COURSE_ATTACK_TABLE"):
        with capsys.disabled():
            print(f"\n{table}")


def attack_table(attacks: Iterable[Attack], outcomes: dict[str, Outcome]) -> str:
    """A Markdown table: each attack, what it tries, its points of those it deserves, and what was said."""
    rows = ["| attack | what it tries | points / deserved | what the grader says |", "|---|---|---|---|"]
    for attack in attacks:
        outcome, deserved = outcomes[attack.name], sum(attack.deserved.values())
        said = f"{outcome.status}. {outcome.reason}".replace("|", "/").replace("\n", " ")
        rows.append(f"| {attack.name} | {attack.story} | {outcome.score:g} / {deserved:g} | {said[:200]} |")
    return "\n".join(rows)


# --- pages ---------------------------------------------------------------------------------------------------

FORBIDDEN_TAGS = {
    "script",
    "iframe",
    "frame",
    "object",
    "embed",
    "applet",
    "base",
    "form",
    "link",
    "svg",
    "math",
}
LOADING = {
    "src",
    "srcset",
    "poster",
    "data",
    "background",
    "action",
    "formaction",
    "xlink:href",
    "ping",
    "srcdoc",
}
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,")
STYLE_PROBLEM = re.compile(r"@import|expression\(|url\((?!['\"]?data:)", re.IGNORECASE)


class Page(HTMLParser):
    """Reads a page as a browser does: its text, and `problems`: whatever would run or load something."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self._data: list[str] = []
        self._in_style = False
        self.feed(page)
        self.close()

    @property
    def text(self) -> str:
        """What can be read on it, each run of spaces made one."""
        return " ".join("".join(self._data).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        about = dict(attrs)
        refresh = tag == "meta" and (about.get("http-equiv") or "").lower() == "refresh"
        if tag in FORBIDDEN_TAGS or refresh:
            self.problems.append(f"<{tag}>")
        for name, value in attrs:
            # Browsers drop white space and control characters from addresses.
            plain = re.sub(r"[\x00-\x20]", "", html.unescape(value or "")).lower()
            runs = plain.startswith(("javascript:", "vbscript:", "data:text", "file:")) or name.startswith(
                "on"
            )
            loads = name in LOADING and not PICTURE.match(plain)
            if runs or loads or (name == "style" and STYLE_PROBLEM.search(plain)):
                self.problems.append(f"<{tag} {name}={(value or '')[:60]!r}>")

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style and STYLE_PROBLEM.search(data):
            self.problems.append(f"style: {data[:60]!r}")
        elif not self._in_style:
            self._data.append(data)


def code_lines(source: str) -> list[str]:
    """The lines of a text, each run of spaces made one."""
    return [" ".join(line.split()) for line in source.splitlines() if line.strip()]


# --- the attacks and their lab themselves, without a sandbox --------------------------------------------------


def test_every_attack_tells_what_it_tries() -> None:
    attacks = [load_attack(path, {}) for path in PATHS]
    assert len(attacks) >= FEWEST
    for attack in attacks:
        assert attack.story.endswith("."), attack.name
        assert set(attack.answers) <= {*lab.POINTS, "why"}, attack.name
        assert set(attack.deserved) <= set(lab.POINTS), attack.name
        assert attack.name > HONEST[0]
        assert attack.name < HONEST[-1]
    assert len({attack.story for attack in attacks}) == len(attacks)


@pytest.mark.parametrize("exercise", lab.EXERCISES, ids=lambda exercise: exercise.name)
@pytest.mark.parametrize("right", [True, False])
def test_the_lab_pays_right_answers_and_nothing_else(exercise: Any, right: bool) -> None:
    """Each single check passes for the right answer and fails for the wrong one."""
    names: dict[str, Any] = {}
    for source in (lab.SETUP, exercise.right if right else exercise.wrong, lab.hidden_cell(exercise)):
        exec(source, names)
    results = names["checks"].results
    assert [result.passed for result in results] == [right] * len(results)
    assert sum(result.points for result in results) == exercise.points


@pytest.mark.parametrize(
    "page",
    [
        "<p onclick=x>",
        "<script>x</script>",
        "<a href=' java\tscript:x'>",
        "<a href='&#106;avascript:x'>",
        "<img src=//x/y.png>",
        "<svg/onload=x>",
        "<style>@import 'x'</style>",
        "<p style='background: url(http://x)'>",
        "<meta http-equiv=refresh content=0>",
        "<img src='data:image/svg+xml;base64,x'>",
        "</title><iframe srcdoc=x>",
    ],
)
def test_the_reader_of_pages_sees_what_would_run(page: str) -> None:
    assert Page(page).problems
    assert not Page(f"<code>{html.escape(page)}</code> <a href='https://x'>x</a>").problems
