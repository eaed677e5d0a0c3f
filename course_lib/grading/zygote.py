"""A warm process that forks: torch and IPython are imported once, then a new process takes milliseconds.

`python -m course_lib.grading.zygote kernel FD` runs inside bubblewrap and forks learners' processes, each in
namespaces of its own; `... examiner FD` runs outside and forks examiners. FD is a socket on which the grader asks
for forks. A zygote runs no learner's code, and has one thread, or forking would not be safe.

A learner's process sees, on top of bubblewrap's read-only system: a user without rights or capabilities, no other
process, no System V queues, an empty /proc, a private /tmp and /dev/shm of bounded size, no network, a filter on
system calls, and limits on time, memory, files and processes. When its first process ends, all others of it end.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course_lib.workspace import own_folders

MB = 2**20
NOBODY = 65534
# mount, uts, ipc, user, pid, network
UNSHARE = 0x00020000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_RDONLY, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 1, 4096, 16384, 1 << 18
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_SUBREAPER, PR_SET_NO_NEW_PRIVS = 4, 22, 24, 36, 38
IDLE = 900.0  # seconds without a request after which a warm process gives its memory back
WATCH = 0.1  # seconds between looks at the memory and the time of learners' processes
AGAIN = 0.02  # seconds before such a look is repeated because somebody asks
FILES = 64  # that a process may hold open: what waits in sockets and pipes is memory that no limit counts
TICK = 1 / os.sysconf("SC_CLK_TCK")

# System calls that no exercise needs; the numbers are the kernel's, by machine.
FORBIDDEN = {
    "x86_64": {
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "process_madvise": 440,
        "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308,
        "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "mount_setattr": 442,
        "keyctl": 250, "add_key": 248, "request_key": 249, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323,
        "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "kexec_load": 246,
        "init_module": 175, "finit_module": 313, "delete_module": 176, "reboot": 169, "swapon": 167, "swapoff": 168,
        "open_by_handle_at": 304, "name_to_handle_at": 303, "personality": 135, "quotactl": 179, "acct": 163,
        "settimeofday": 164, "clock_settime": 227, "syslog": 103, "pidfd_getfd": 438, "sethostname": 170,
        "ioperm": 173, "iopl": 172, "kcmp": 312, "seccomp": 317, "memfd_secret": 447,
        # memory that no limit counts
        "memfd_create": 319, "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240, "io_setup": 206,
    },
    "aarch64": {
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "process_madvise": 440,
        "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51, "unshare": 97, "setns": 268,
        "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "mount_setattr": 442,
        "keyctl": 219, "add_key": 217, "request_key": 218, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282,
        "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "kexec_load": 104,
        "init_module": 105, "finit_module": 273, "delete_module": 106, "reboot": 142, "swapon": 224, "swapoff": 225,
        "open_by_handle_at": 265, "name_to_handle_at": 264, "personality": 92, "quotactl": 60, "acct": 89,
        "settimeofday": 170, "clock_settime": 112, "syslog": 116, "pidfd_getfd": 438, "sethostname": 161,
        "kcmp": 272, "seccomp": 277, "memfd_secret": 447,
        "memfd_create": 279, "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180, "io_setup": 0,
    },
}  # fmt: skip
AUDIT = {
    "x86_64": (0xC000003E, (41, 53), 56, 435, 9),
    "aarch64": (0xC00000B7, (198, 199), 220, 435, 222),
}  # arch, socket and socketpair, clone, clone3, mmap
SHARED_MEMORY = 0x21  # MAP_SHARED and MAP_ANONYMOUS
NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW* flag

libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def enter_namespaces() -> None:
    """Leave everything behind but the read-only files: new user, mounts, queues and (for children) processes."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # or its own /proc/self is closed to it
    uid, gid = os.geteuid(), os.getegid()
    _check(libc.unshare(UNSHARE), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1")


def _mount_tmpfs(target: str, megabytes: float, files: int, flags: int = 0) -> None:
    options = f"size={int(megabytes * MB)},nr_inodes={files},mode=1777".encode()
    everywhere = MS_NOSUID | MS_NODEV | flags
    _check(libc.mount(b"tmpfs", target.encode(), b"tmpfs", everywhere, options), f"mount {target}")


def private_files(limits: dict[str, Any]) -> None:
    """A fresh, bounded /tmp and /dev/shm, a /proc that shows nothing, and no /dev/zero: mapped, it is memory that no
    limit counts.
    """
    _check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "mount")
    kept = {folder: os.open(folder, os.O_PATH) for folder in own_folders() if folder.is_relative_to("/tmp")}
    _mount_tmpfs("/tmp", limits["disk_mb"], limits["files"])
    for folder, number in kept.items():  # of a course that itself lies there, read-only as before
        folder.mkdir(parents=True, exist_ok=True)
        source, target = f"/proc/self/fd/{number}".encode(), str(folder).encode()
        _check(libc.mount(source, target, None, MS_BIND | MS_REC, None), f"mount {folder}")
        os.close(number)
    _mount_tmpfs("/dev/shm", limits["disk_mb"] / 4, limits["files"])
    _mount_tmpfs("/proc", 0.01, 10, MS_RDONLY | MS_NOEXEC)
    _check(libc.mount(b"/dev/null", b"/dev/zero", None, MS_BIND, None), "mount /dev/zero")


def give_up_rights() -> None:
    """No capabilities, and no way to get them back."""
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header, nothing = struct.pack("<Ii", 0x20080522, 0), bytes(24)
    _check(libc.capset(header, nothing), "capset")
    _check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def filter_system_calls(network: bool = False) -> None:
    """A seccomp filter: the forbidden calls, new namespaces, memory shared without a file and every socket but Unix
    ones give EPERM.
    """
    machine = os.uname().machine
    if machine not in FORBIDDEN:
        raise OSError(f"there is no list of system calls for {machine}")
    arch, socket_calls, clone, clone3, mmap = AUDIT[machine]
    load, jump_eq, jump_set, jump_ge, bit_and, ret = 0x20, 0x15, 0x45, 0x35, 0x54, 0x06
    allow, refuse, absent, kill = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000

    def line(code: int, jt: int, jf: int, k: int) -> bytes:
        return struct.pack("<HBBI", code, jt, jf, k)

    program = [line(load, 0, 0, 4), line(jump_eq, 1, 0, arch), line(ret, 0, 0, kill), line(load, 0, 0, 0)]
    if machine == "x86_64":  # the x32 variants of all calls
        program += [line(jump_ge, 0, 1, 0x40000000), line(ret, 0, 0, refuse)]
    for number in FORBIDDEN[machine].values():
        program += [line(jump_eq, 0, 1, number), line(ret, 0, 0, refuse)]
    program += [
        line(jump_eq, 0, 1, clone3),
        line(ret, 0, 0, absent),
    ]  # glibc then uses clone, whose flags we see
    program += [line(jump_eq, 0, 3, clone), line(load, 0, 0, 16), line(jump_set, 0, 1, NEW_NAMESPACES)]
    program += [line(ret, 0, 0, refuse), line(load, 0, 0, 0)]
    program += [line(jump_eq, 0, 4, mmap), line(load, 0, 0, 40), line(bit_and, 0, 0, SHARED_MEMORY)]
    program += [line(jump_eq, 0, 1, SHARED_MEMORY), line(ret, 0, 0, refuse), line(load, 0, 0, 0)]
    for number in () if network else socket_calls:
        program += [line(jump_eq, 0, 4, number), line(load, 0, 0, 16), line(jump_eq, 1, 0, socket.AF_UNIX)]
        program += [line(ret, 0, 0, refuse), line(load, 0, 0, 0)]
    program += [line(ret, 0, 0, allow)]
    code = b"".join(program)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_ = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    _check(libc.prctl(PR_SET_SECCOMP, 2, ctypes.c_char_p(filter_), 0, 0), "seccomp")


def set_limits(limits: dict[str, Any]) -> None:
    """Bounds for each process: time, memory, size of a file, open files, number of processes."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    wanted = {
        resource.RLIMIT_CPU: limits["cpu_s"],
        resource.RLIMIT_AS: pages * resource.getpagesize() + limits["memory_mb"] * MB,
        resource.RLIMIT_FSIZE: limits["disk_mb"] * MB,
        resource.RLIMIT_NOFILE: FILES,
        resource.RLIMIT_NPROC: limits["processes"],
        resource.RLIMIT_CORE: 0,
    }
    for which, most in wanted.items():
        hard = resource.getrlimit(which)[1]
        most = int(most) if hard == resource.RLIM_INFINITY else min(int(most), hard)
        resource.setrlimit(which, (most, most))


class Zygote:
    """Waits for requests: fork, kill, connect, and of examiners, learn what all of them share.

    Whoever holds a connection may fork; when the connection ends, what was forked over it is killed.
    """

    def __init__(
        self, control: socket.socket, run: Callable[[list[socket.socket]], None], isolate: str
    ) -> None:
        self.control, self.run, self.isolate = control, run, isolate
        self.watches = run is not _examiner  # no learner's code runs there, and it has a limit of its own
        self.children: dict[socket.socket, dict[int, float]] = {control: {}}  # connection: pid: most MB
        self.used: dict[socket.socket, float] = {control: 0.0}  # seconds that count; see `_watch`
        self.computed: dict[int, float] = {}  # pid: seconds of computing when we last looked
        self.members: dict[int, set[int]] = {}  # pid: itself and what it had started then
        self.looked = time.monotonic()
        libc.prctl(PR_SET_SUBREAPER, 1, 0, 0, 0)

    def serve(self) -> None:
        """Serve until the first connection, the grader's, ends."""
        greeting: dict[str, Any] = {"threads": len(list(Path("/proc/self/task").iterdir()))}
        if self.isolate == "namespaces":
            greeting["nesting_problem"] = rehearse()
        self.control.send(json.dumps({"ready": True, **greeting}).encode())
        while self.control in self.children:
            watched = self.watches and any(self.children.values())
            ready = select.select(list(self.children), [], [], WATCH if watched else IDLE)[0]
            if not ready and not watched and len(self.children) == 1:
                return  # nobody has asked for long; the grader starts another one when it needs it
            # Also when there is always something to serve.
            if watched and time.monotonic() - self.looked >= WATCH:
                self._watch()
            for connection in ready:
                self._serve(connection)
        for connection in list(self.children):
            self._kill_all(connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            message, descriptors, *_ = socket.recv_fds(connection, 65536, 8)
        except OSError:
            message, descriptors = b"", []
        if not message:
            self._kill_all(connection)
            del self.children[connection], self.used[connection]
            connection.close()
            return
        request = json.loads(message)
        sockets = [socket.socket(fileno=fd) for fd in descriptors]
        keep = False
        try:
            what = request["what"]
            reply: dict[str, Any] = {}
            if what == "connect":
                self.children[sockets[0]], self.used[sockets[0]] = {}, 0.0
                keep = True
            elif what == "fork":
                pid = self._fork(sockets, request["limits"])
                self.children[connection][pid] = request["limits"]["memory_mb"]
                self.computed[pid] = 0.0
                reply = {"pid": pid}
            elif what == "used":
                if time.monotonic() - self.looked >= AGAIN:
                    self._watch()
                reply = {"seconds": self.used[connection]}
            elif what == "learn" and not self.watches:
                from course_lib.grading.run import learn

                learn(Path(request["path"]).read_text(encoding="utf-8"))
                gc.freeze()
            else:
                reply = {"signals": self._kill_all(connection)}
        except OSError as error:
            reply = {"error": str(error)}
        if not keep:
            for sock in sockets:
                sock.close()
        with contextlib.suppress(OSError):
            connection.send(json.dumps({**reply, "number": request["number"]}).encode())

    def _fork(self, sockets: list[socket.socket], limits: dict[str, Any]) -> int:
        if self.isolate == "namespaces":
            return self._fork_apart(sockets, limits)
        pid = os.fork()
        if pid == 0:
            self._child(sockets, limits)
        return pid

    def _fork_apart(self, sockets: list[socket.socket], limits: dict[str, Any]) -> int:
        """Fork into new namespaces. The child of a helper, whose end makes it ours: we are the subreaper."""
        read, write = os.pipe()
        helper = os.fork()
        if helper == 0:
            try:
                os.close(read)
                enter_namespaces()
                pid = os.fork()
                if pid == 0:
                    os.close(write)
                    self._child(sockets, limits)
                os.write(write, f"{pid}".encode())
            except OSError as error:
                os.write(write, f"error {error}".encode())
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            answer = pipe.read()
        os.waitpid(helper, 0)
        if not answer.isdigit():
            raise OSError(answer.removeprefix("error ") or "the fork failed")
        return int(answer)

    def _child(self, sockets: list[socket.socket], limits: dict[str, Any]) -> None:
        """In the new process; never returns."""
        try:
            for connection in self.children:
                connection.close()
            os.setsid()  # a group of its own, or kill(0, ...) would reach its siblings
            signal.signal(signal.SIGINT, signal.default_int_handler)
            set_limits(limits)
            if self.isolate != "no":
                if self.isolate == "namespaces":
                    private_files(limits)
                elif os.geteuid() == 0:
                    os.setgroups([])
                    os.setresgid(NOBODY, NOBODY, NOBODY)
                    os.setresuid(NOBODY, NOBODY, NOBODY)
                give_up_rights()
                filter_system_calls()
            gc.enable()
            if self.isolate != "no":
                nothing = os.open(os.devnull, os.O_RDWR)
                for number in range(3):
                    os.dup2(nothing, number)
            self.run(sockets)
        except BaseException:
            traceback.print_exc()  # into the zygote's log
        finally:
            os._exit(0)

    def _kill_all(self, connection: socket.socket) -> list[int]:
        """End what was forked over a connection; return the signals that ended it."""
        signals = []
        for pid in self.children[connection]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                signals.append(os.WTERMSIG(os.waitpid(pid, 0)[1]))
            self.computed.pop(pid, None)
            self.members.pop(pid, None)
        self.children[connection].clear()
        return signals

    def _watch(self) -> None:
        """Count the time of the forked processes, with all that they started; end those that hold too much memory."""
        passed, self.looked = time.monotonic() - self.looked, time.monotonic()
        pids = {pid for children in self.children.values() for pid in children}
        families = _families(pids, alone=self.isolate == "bwrap")
        for connection, children in self.children.items():
            for pid, most in list(children.items()):
                family = families.get(pid)
                if family is None:  # what can't be seen is charged in full
                    self.used[connection] += passed
                    continue
                computed = max(family.computed - self.computed[pid], 0.0)
                self.computed[pid] = family.computed
                # One that could go on but is not let, on a busy machine, is not charged for it; one that sleeps is,
                # and so is one whose children vanish: what they computed may be counted nowhere.
                vanished = self.members.get(pid, set()) - family.pids
                self.members[pid] = family.pids
                charged = family.ready and not vanished
                self.used[connection] += computed if charged else max(computed, passed)
                if self.isolate != "no" and family.kilobytes > most * 1024:
                    self._kill_all(connection)
                    break


class Family:
    """A forked process and all that it started: what they hold and have computed, whether one could go on now."""

    def __init__(self) -> None:
        self.kilobytes, self.computed, self.ready = 0, 0.0, False
        self.pids: set[int] = set()

    def add(self, process: Path, fields: list[str]) -> None:
        """Count one process in; `fields` are those of its `stat`, from its state on."""
        self.pids.add(int(process.name))
        lines = (process / "status").read_text(errors="replace").splitlines()  # its name is its own to choose
        self.kilobytes += sum(int(x.split()[1]) for x in lines if x.startswith(("RssAnon:", "RssShmem:")))
        # By itself and by children that have ended, in user and system mode.
        self.computed += sum(map(int, fields[11:15])) * TICK
        # Not those that wait for the kernel (D): a process can make itself wait so for as long as it likes.
        self.ready = self.ready or any(_stat(thread)[0] == "R" for thread in (process / "task").iterdir())


def _stat(process: Path) -> list[str]:
    """What the kernel tells everybody about a process: state, parent, group, session ..."""
    return (process / "stat").read_text(errors="replace").rpartition(")")[2].split()


def _families(pids: set[int], alone: bool) -> dict[int, Family]:
    """All processes that can be seen but this one, by the forked one that they come from.

    In namespaces of its own a forked process is the parent of all orphans in it. Elsewhere an orphan is known by its
    session; `alone` in a sandbox, whatever is there belongs to the one that was forked.
    """
    seen: dict[int, list[str]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):
                seen[int(folder.name)] = _stat(folder)

    def origin(pid: int) -> int | None:
        above = pid
        while above in seen and above not in pids:
            above = int(seen[above][1])
        if above in pids:
            return above
        session = int(seen[pid][3])
        return session if session in pids else next(iter(pids)) if alone else None

    found: dict[int, Family] = {}
    for pid, fields in seen.items():
        if (first := origin(pid)) is not None:
            with contextlib.suppress(OSError, ValueError, IndexError):
                found.setdefault(first, Family()).add(Path(f"/proc/{pid}"), fields)
    return found


def _kernel(sockets: list[socket.socket]) -> None:
    from course_lib.grading.kernel import Shell, serve

    serve(sockets[0], Shell.instance())


def _examiner(sockets: list[socket.socket]) -> None:
    from course_lib.grading.run import serve
    from course_lib.grading.sandbox import Control

    sockets[1].settimeout(30)
    serve(sockets[0], Control(sockets[1]))


def rehearse() -> str | None:
    """Let a process go all the way that a learner's process goes; return what this machine does not allow, or None."""

    def answer(sockets: list[socket.socket]) -> None:
        sockets[0].send(b"here")

    ours, theirs = socket.socketpair()
    with ours, theirs, socket.socket(socket.AF_UNIX) as control:
        limits = {"cpu_s": 5, "memory_mb": 100, "disk_mb": 1, "files": 100, "processes": 8}
        try:
            os.waitpid(Zygote(control, answer, "namespaces")._fork([theirs], limits), 0)
            theirs.close()
            ours.settimeout(10)
            answered = ours.recv(10) == b"here"
        except OSError as error:
            return str(error)
    return None if answered else "a process in namespaces of its own did not start"


def main() -> None:
    """Warm up, then serve the grader on the socket with the given number."""
    if sys.argv[1] == "rehearse":
        sys.exit(rehearse())
    role, number, isolate = sys.argv[1:4]
    control = socket.socket(fileno=int(number))
    import torch

    torch.set_num_threads(1)
    if role == "kernel":
        from course_lib.grading.kernel import make_shell

        with contextlib.suppress(ImportError):
            import matplotlib.pyplot  # noqa: F401
        make_shell()
    else:
        import course_lib.grading.contract  # checks import it
        import course_lib.grading.run
        import course_lib.grading.slips  # noqa: F401
    run = _kernel if role == "kernel" else _examiner
    # What torch imports at the first gradient and the first optimizer is there before the fork (1.4 s of it).
    x = torch.ones(2, dtype=torch.float64).requires_grad_()
    torch.autograd.gradcheck(torch.exp, (x,))
    torch.nn.functional.cross_entropy(torch.ones(1, 2).requires_grad_(), torch.tensor([0])).backward()
    if role == "kernel":
        weight = torch.nn.Parameter(torch.ones(2))
        weight.sum().backward()
        torch.optim.AdamW([weight]).step()
    gc.collect()
    gc.freeze()
    gc.disable()
    if role == "kernel":
        Zygote(control, run, isolate).serve()
        return
    with tempfile.TemporaryDirectory(prefix="course-grading-") as folder:
        tempfile.tempdir = folder  # what an examiner puts aside goes with us, however the examiner ends
        Zygote(control, run, isolate).serve()


if __name__ == "__main__":
    main()
