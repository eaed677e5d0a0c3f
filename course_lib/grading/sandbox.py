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
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from course_lib.errors import CourseError
from course_lib.grading.frames import WireError, receive_frame, send_frame
from course_lib.workspace import PACKAGE

Isolation = Literal["namespaces", "bwrap", "no"]
TRUST_VARIABLE = "COURSE_TRUST_SUBMISSIONS"
START_SECONDS = 120.0
SYSTEM = ["/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts"]
SYSTEM += ["/etc/alternatives"]
ADVICE = (
    "Grading work that you don't trust needs bubblewrap with user namespaces (Linux: apt install bubblewrap; "
    "`course doctor` says what is missing). To grade without any sandbox, only for people you trust: "
    f"--trust-submissions, or {TRUST_VARIABLE}=1 for plain nbgrader."
)


class SandboxError(CourseError):
    """Submissions can't be run safely here; the message says what to do."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one submission's processes."""

    cpu_s: float = 300
    memory_mb: float = 2048
    disk_mb: float = 256
    files: int = 20_000
    processes: int = 64


class Control:
    """The grader's end of a zygote's socket."""

    def __init__(self, sock: socket.socket, limits: Limits | None = None) -> None:
        self.sock, self.limits = sock, limits or Limits()

    def ask(self, what: str, sockets: list[socket.socket] | None = None, **request: Any) -> dict[str, Any]:
        """Send a request and return the reply. Raises SandboxError if the zygote is gone or refuses."""
        data = json.dumps({"what": what, **request}).encode()
        try:
            socket.send_fds(self.sock, [data], [sock.fileno() for sock in sockets or []])
            reply: dict[str, Any] = json.loads(self.sock.recv(65536) or b'{"error": "it ended"}')
        except (OSError, ValueError) as error:
            raise SandboxError(f"The sandbox's warm process is gone ({error}).") from error
        if "error" in reply:
            raise SandboxError(f"The sandbox could not start a process: {reply['error']}.")
        return reply

    def fork(self, *others: socket.socket) -> tuple[int, socket.socket]:
        """Fork a process and return its pid, as the zygote knows it, and our end of a socket to it."""
        ours, theirs = socket.socketpair()
        try:
            reply = self.ask("fork", [theirs, *others], limits=asdict(self.limits))
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return int(reply["pid"]), ours

    def launcher(self) -> Callable[[], socket.socket]:
        """Return a function that replaces the process that it made last."""

        def launch() -> socket.socket:
            self.ask("kill_all")
            return self.fork()[1]

        return launch


class Zygote:
    """A warm process that was started by us."""

    def __init__(self, role: str, isolate: Isolation) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        module = [sys.executable, "-I", "-B", "-m", "course_lib.grading.zygote", role]
        module += [str(theirs.fileno()), isolate]
        command = module if isolate == "no" else [*bubblewrap(), *module]
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self.process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        theirs.close()
        self.control = Control(ours)
        ours.settimeout(START_SECONDS)
        self.ready = False

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
            self.ready = True
        return self.control

    def close(self) -> None:
        self.control.sock.close()
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self.log.close()


def bubblewrap() -> list[str]:
    """Return the command line that runs a program in the sandbox. Raises SandboxError without bubblewrap."""
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxError(f"bubblewrap is not installed. {ADVICE}")
    command = [program, "--die-with-parent", "--new-session", "--clearenv"]
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
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/dev/shm"]
    for path in (
        "/usr",
        "/bin",
        "/lib",
        "/lib32",
        "/lib64",
        "/etc/ld.so.cache",
        "/etc/localtime",
        "/etc/alternatives",
        "/etc/fonts",
    ):
        if Path(path).is_symlink():
            command += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).exists():
            command += ["--ro-bind", path, path]
    ours = (sys.base_prefix, sys.prefix, str(PACKAGE), str(PACKAGE.parent / "assessments" / "packet"))
    for folder in dict.fromkeys(ours):
        if Path(folder).is_dir() and not Path(folder).is_relative_to("/usr"):
            for parent in reversed(
                Path(folder).parents[:-1]
            ):  # bubblewrap would make them for its user alone
                command += ["--perms", "0755", "--dir", str(parent)]
            command += ["--ro-bind", folder, folder]
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
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
    return [*command, "--chdir", "/tmp", "--"]


class Grader:
    """Both warm processes, kept from submission to submission; whichever dies is started anew."""

    def __init__(self, trust: bool = False, limits: Limits | None = None) -> None:
        self.isolate: Isolation = "no" if trust else "namespaces"
        self.limits = limits or Limits()
        self.kernels: Zygote | None = None
        self.examiners: Zygote | None = None

    def warm_up(self) -> None:
        """Start what is not running, both at once. Raises SandboxError where that can't be."""
        if self.kernels is None:
            self.kernels = Zygote("kernel", self.isolate)
        if self.examiners is None:
            self.examiners = Zygote("examiner", "no")
        try:
            self.kernels.wait().limits = self.limits
            if self.isolate == "namespaces" and not self._can_nest(self.kernels.control):
                self.isolate = "bwrap"  # one bubblewrap for each submission, started cold
                self.kernels.close()
                self.kernels = Zygote("kernel", self.isolate)
                self.kernels.wait().limits = self.limits
            self.examiners.wait()
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _can_nest(control: Control) -> bool:
        try:
            control.fork()[1].close()
            control.ask("kill_all")
        except SandboxError:
            return False
        return True

    def examine(self, job: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
        """Run one notebook; return what came of its "cells" (see `Examiner.examine`) and the "files" to keep.

        Raises SandboxError if the processes can't be started or die twice.
        """
        for attempt in (1, 2):
            try:
                return self._examine(job, files)
            except SandboxError:
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError

    def _examine(self, job: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
        self.warm_up()
        assert self.kernels is not None
        assert self.examiners is not None
        pid, sock = self.examiners.control.fork(self.kernels.control.sock)
        try:
            with sock:
                sock.settimeout(job["total"] + 30.0)
                send_frame(sock, {**job, "files": list(files)}, list(files.values()))
                results, parts = receive_frame(sock)
            return {**results, "files": dict(zip(results["files"], parts, strict=True))}
        except (WireError, TimeoutError) as error:
            raise SandboxError(f"The examiner ended before it was done ({error}).") from error
        finally:
            with suppress(SandboxError):
                self.examiners.control.ask("kill", pid=pid)
                self.kernels.control.ask("kill_all")
            if self.isolate == "bwrap":
                self.kernels.close()
                self.kernels = None

    def close(self) -> None:
        """End both processes and everything that they started."""
        for zygote in (self.kernels, self.examiners):
            if zygote is not None:
                zygote.close()
        self.kernels = self.examiners = None


_GRADERS: dict[tuple[int, bool], Grader] = {}


def shared_grader(trust: bool) -> Grader:
    """Return this process's grader; it is closed when the process ends."""
    key = (os.getpid(), trust)
    if key not in _GRADERS:
        _GRADERS[key] = Grader(trust)
        atexit.register(_GRADERS[key].close)
    return _GRADERS[key]


def trusted() -> bool:
    """Return whether the environment says that submissions may run without a sandbox."""
    return os.environ.get(TRUST_VARIABLE, "") not in ("", "0")
