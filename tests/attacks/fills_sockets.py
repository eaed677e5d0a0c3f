"""Holds gigabytes in the buffers of sockets and pipes, in as many processes as there may be: no limit counts them."""

ANSWERS = {
    "double": """
# @GUARD@
import fcntl
import os
import socket
import time


def fill():
    held, kept = 0, []
    try:
        while True:
            pair = socket.socketpair()
            kept.append(pair)
            for end in pair:
                end.setblocking(False)
                try:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
                    while True:
                        held += end.send(bytes(1 << 16))
                except BlockingIOError:
                    pass
    except OSError:
        pass
    try:
        kept.pop()
        read, write = os.pipe2(os.O_NONBLOCK)
        kept.append((read, write))
        try:
            fcntl.fcntl(write, 1031, 1 << 20)
        except OSError:
            pass
        while True:
            held += os.write(write, bytes(1 << 16))
    except (OSError, IndexError):
        pass
    return held, kept


def double(x):
    return 0


for child in range(500):
    try:
        if os.fork() == 0:
            held, kept = fill()
            with open(f"held-{os.getpid()}", "w") as file:
                file.write(str(held))
            time.sleep(30)
            os._exit(0)
    except OSError:
        break
time.sleep(2)
held = sum(int(open(name).read() or 0) for name in os.listdir(".") if name.startswith("held-"))
print(held)
if held > 1 << 30:
    print("@MARK@"[::-1])
""",
}
