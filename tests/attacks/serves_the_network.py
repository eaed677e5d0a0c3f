"""Opens servers and waits for the grader to connect: on loopback ports, abstract names and inherited sockets."""

ANSWERS = {
    "double": """
import socket
import threading

servers = []
for address in (("127.0.0.1", 0), ("127.0.0.1", 8888), ("0.0.0.0", 5555)):
    try:
        server = socket.create_server(address)
        threading.Thread(target=server.accept).start()
        servers.append(server)
    except OSError:
        pass


def double(x):
    return servers[0].accept()


double(1)
""",
}
