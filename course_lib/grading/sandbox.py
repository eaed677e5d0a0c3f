"""Where a submission runs: bubblewrap around a warm process, and the examiner beside it.

    worker (this process)
      |- examiner zygote ......... forks an examiner for each submission, with the hidden checks
      `- bubblewrap
           `- kernel zygote ...... forks learners' processes, each in namespaces of its own (zygote.py)

Nothing of the course but `course_lib` and the packet's forms is there inside: no solutions, no gradebook, no other
submission.
"""

from __future__ import annotations

import atexit
import functools
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from course_lib.errors import CourseError
from course_lib.grading.frames import BACKSTOP, WireError, receive_frame, send_frame, until
from course_lib.grading.task import Result, Task
from course_lib.workspace import own_folders

Isolation = Literal["namespaces", "bwrap", "no"]
TRUST_VARIABLE = "COURSE_TRUST_SUBMISSIONS"
START_SECONDS = 120.0
TRIES = 3
# Without "..", which the sandbox's bare folders can't follow; a virtual environment's link stays a link.
PYTHON = os.path.abspath(sys.executable)  # noqa: PTH100
SYSTEM = ["/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts"]
SYSTEM += ["/etc/alternatives"]
ADVICE = (
    "Grading work that you don't trust needs bubblewrap with user namespaces (Linux: apt install bubblewrap; "
    "`course doctor` says what is missing). To grade without any sandbox, only for people you trust: "
    f"--trust-submissions, or {TRUST_VARIABLE}=1 for plain nbgrader."
)


class _Lost(Exception):  # noqa: N818 - an event to try again after
    """A process of the grader's own ended in the middle of a submission."""


class SandboxError(CourseError):
    """Submissions can't be run safely here; the message says what to do."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one submission's processes."""

    cpu_s: float = 300
    memory_mb: float = 2048
    disk_mb: float = 256
    files: int = 20_000
    processes: int = 32


class Control:
    """The grader's end of a zygote's socket."""

    def __init__(self, sock: socket.socket, limits: Limits | None = None) -> None:
        self.sock, self.limits, self.lock = sock, limits or Limits(), threading.Lock()
        self.numbers = itertools.count()
        self.learned: set[str] = set()  # instructors' notebooks that all examiners forked here know

    def ask(self, what: str, sockets: list[socket.socket] | None = None, **request: Any) -> dict[str, Any]:
        """Send a request and return the reply. Raises SandboxError if the zygote is gone or refuses."""
        number = next(self.numbers)
        data = json.dumps({"what": what, "number": number, **request}).encode()
        try:
            with self.lock:
                socket.send_fds(self.sock, [data], [sock.fileno() for sock in sockets or []])
                reply: dict[str, Any] = {}
                while (
                    reply.get("number") != number
                ):  # an alarm may have come before the reply to an earlier one
                    gone = json.dumps({"error": "it ended", "number": number}).encode()
                    reply = json.loads(self.sock.recv(65536) or gone)
        except (OSError, ValueError) as error:
            raise SandboxError(f"The sandbox's warm process is gone ({error}).") from error
        if "error" in reply:
            raise SandboxError(f"The sandbox could not start a process: {reply['error']}.")
        return reply

    def fork(self, *others: socket.socket) -> socket.socket:
        """Fork a process and return our end of a socket to it."""
        ours, theirs = socket.socketpair()
        try:
            self.ask("fork", [theirs, *others], limits=asdict(self.limits))
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return ours

    @contextmanager
    def connection(self) -> Iterator[socket.socket]:
        """Yield the end of a connection of its own; what is forked over it ends with it."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            with theirs:
                self.ask("connect", [theirs])
            yield ours

    def learn(self, notebooks: Iterable[str]) -> None:
        """Let the zygote read and compile prepared notebooks, so that each examiner finds that done."""
        for text in notebooks:
            if text not in self.learned:
                with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="course-learn-") as file:
                    file.write(text)
                    file.flush()
                    self.ask("learn", path=file.name)
                self.learned.add(text)

    def replace(self) -> socket.socket:
        """End the process that was forked last, fork another and return our end of a socket to it."""
        self.ask("kill_all")
        return self.fork()

    def used(self) -> float:
        """Return the seconds that the processes forked here have used: computing, or asleep on their own account."""
        return float(self.ask("used")["seconds"])


class Zygote:
    """A warm process that was started by us."""

    def __init__(self, role: str, isolate: Isolation) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        module = [PYTHON, "-I", "-B", "-m", "course_lib.grading.zygote", role]
        module += [str(theirs.fileno()), isolate]
        command = module if isolate == "no" else [*bubblewrap(), *module]
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self.process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            env={**os.environ, **threads},
        )
        theirs.close()
        self.control = Control(ours)
        ours.settimeout(START_SECONDS)
        self.ready = False
        self.nesting_problem: str | None = None

    def wait(self) -> Control:
        """Return the control once the process is warm. Raises SandboxError with its last words if it isn't."""
        if not self.ready:
            try:
                greeting = json.loads(self.control.sock.recv(65536) or b"{}")
            except (OSError, ValueError):
                greeting = {}
            if not greeting.get("ready"):
                self.process.kill()
                self.process.wait()
                self.log.seek(0)
                said = self.log.read().decode(errors="replace").strip().splitlines()
                raise SandboxError(
                    f"The sandbox did not start: {said[-1] if said else 'no reason given'}. {ADVICE}"
                )
            if greeting["threads"] != 1:
                raise SandboxError(f"The warm process has {greeting['threads']} threads; forking needs one.")
            self.nesting_problem = greeting.get("nesting_problem")
            self.ready = True
        return self.control

    def answers(self) -> bool:
        """Return whether the process still serves."""
        try:
            self.control.ask("kill_all")  # nothing is forked over this connection itself
            return self.process.poll() is None
        except SandboxError:
            return False

    def close(self) -> None:
        """End the process: it ends by itself when nobody holds its connection."""
        self.control.sock.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def bubblewrap() -> list[str]:
    """Return the command line that runs a program in the sandbox. Raises SandboxError without bubblewrap."""
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxError(f"bubblewrap is not installed. {ADVICE}")
    command = [program, "--new-session", "--clearenv"]
    command += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() == 0:
        # The warm process may only become somebody else: each learner's process is "nobody" without rights.
        command += [
            "--cap-drop",
            "ALL",
            *("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_KILL"),
        ]
    else:
        command += ["--unshare-user"]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/tmp", "/dev/shm"):
        command += ["--perms", "1777", "--tmpfs", folder]
    for path in SYSTEM:
        if Path(path).is_symlink():
            command += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).exists():
            command += ["--ro-bind", path, path]
    for own in own_folders():
        for parent in reversed(own.parents[:-1]):  # bubblewrap would make them for its user alone
            command += ["--perms", "0755", "--dir", str(parent)]
        command += ["--ro-bind", str(own), str(own)]
    environment = {
        "PATH": f"{Path(PYTHON).parent}:/usr/bin:/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "TZ": os.environ.get("TZ", ""),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "IPYTHONDIR": "/tmp/ipython",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
        "NBGRADER_EXECUTION": "autograde",
    }
    if os.environ.get("COURSE_PACKET_KEY"):
        environment["COURSE_PACKET_KEY"] = os.environ["COURSE_PACKET_KEY"]
    for name, value in environment.items():
        command += ["--setenv", name, value]
    # What bubblewrap makes belongs to its user, whom learners' processes are when that isn't root: all would share it.
    command += ["--remount-ro", "/", "--remount-ro", "/dev"]
    return [*command, "--chdir", "/tmp", "--"]


def nesting_problem() -> str | None:
    """Return why learners' processes can't have namespaces of their own inside bubblewrap, None if they can."""
    command = [*bubblewrap(), PYTHON, "-I", "-m", "course_lib.grading.zygote", "rehearse"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it failed"])[-1]


class Grader:
    """Both warm processes, kept from submission to submission; whichever dies is started anew.

    Several threads may grade at once.
    """

    def __init__(self, trust: bool = False, limits: Limits | None = None) -> None:
        self.isolate: Isolation = "no" if trust else "namespaces"
        self.limits = limits or Limits()
        self.kernels: Zygote | None = None
        self.examiners: Zygote | None = None
        self.lock = threading.RLock()

    def warm_up(self) -> tuple[Control, Control]:
        """Start what is not running, both at once; return the controls of kernels and examiners.

        Raises SandboxError where that can't be.
        """
        with self.lock:
            if self.kernels is None:
                self.kernels = Zygote("kernel", self.isolate)
            if self.examiners is None:
                self.examiners = Zygote("examiner", "no")
            try:
                kernels = self.kernels.wait()
                if self.isolate == "namespaces" and self.kernels.nesting_problem:
                    self.isolate = "bwrap"  # one bubblewrap for each submission, started cold
                kernels.limits = self.limits
                examiners = self.examiners.wait()
                examiners.limits = replace(
                    self.limits, memory_mb=2 * self.limits.memory_mb, processes=100_000
                )
            except BaseException:
                self.close()
                raise
            return kernels, examiners

    def grade(self, task: Task) -> Result:
        """Grade one submission; whatever is wrong with it is told in the result.

        Raises SandboxError if submissions can't be run here.
        """
        problem = ""
        for _ in range(TRIES):
            kernels, examiners = self.warm_up()
            try:
                if self.isolate == "bwrap":
                    return self._grade_cold(task, examiners)
                return self._grade(task, kernels, examiners)
            except _Lost as lost:
                problem = str(lost)
                self._restart_dead()
        said = f"The grader's processes ended again and again: {problem}"
        return Result.failed(task, said, lost=True)

    def _grade(self, task: Task, kernels: Control, examiners: Control) -> Result:
        started = time.monotonic()
        # Time is counted by what a submission uses; this one only ends what nothing else ends.
        budget = 3 * task.settings.cells + task.settings.total
        most = BACKSTOP * (budget * len(task.submitted) + 30.0)
        try:
            examiners.learn(task.instructor.values())
            with (
                kernels.connection() as to_kernels,
                examiners.connection() as to_examiners,
            ):
                examiner = Control(to_examiners, examiners.limits)
                with examiner.fork(to_kernels) as sock:
                    to_kernels.close()  # the examiner alone holds it: what it started ends with it
                    sock.settimeout(most)
                    try:
                        send_frame(sock, *task.message())
                        result = Result.read(receive_frame(sock, until(started + most)))
                    except WireError:
                        if signal.SIGPROF in examiner.ask("kill_all")["signals"]:  # by its own hand
                            return Result.failed(task, "A check could not be stopped when its time was up.")
                        raise
        except TimeoutError:  # it would take as long again
            return Result.failed(task, f"Grading took more than {most:g} seconds and was stopped.", most)
        except (WireError, OSError, SandboxError) as error:
            raise _Lost(f"an examiner ended before it was done ({error}).") from error
        result.seconds = round(time.monotonic() - started, 3)
        return result

    def _grade_cold(self, task: Task, examiners: Control) -> Result:
        zygote = Zygote("kernel", "bwrap")
        try:
            kernels = zygote.wait()
            kernels.limits = self.limits
            return self._grade(task, kernels, examiners)
        finally:
            zygote.close()

    def _restart_dead(self) -> None:
        """Forget a warm process that does not answer any more."""
        with self.lock:
            for name in ("kernels", "examiners"):
                zygote: Zygote | None = getattr(self, name)
                if zygote is not None and not zygote.answers():
                    zygote.close()
                    setattr(self, name, None)

    def close(self) -> None:
        """End both processes and everything that they started."""
        with self.lock:
            for zygote in (self.kernels, self.examiners):
                if zygote is not None:
                    zygote.close()
            self.kernels = self.examiners = None


@functools.cache
def shared_grader(trust: bool) -> Grader:
    """Return this process's grader; it is closed when the process ends."""
    grader = Grader(trust)
    atexit.register(grader.close)
    return grader


def trusted() -> bool:
    """Return whether the environment says that submissions may run without a sandbox."""
    return os.environ.get(TRUST_VARIABLE, "") not in ("", "0")
