"""Fills /dev/shm (8 GB at most), which the grader's own processes need."""

ANSWERS = {
    "double": """
# @GUARD@
try:
    with open("/dev/shm/block", "wb") as file:
        for _ in range(8192):
            file.write(bytes(1 << 20))
    print("@MARK@"[::-1])
except OSError:
    pass


def double(x):
    return 0
""",
}
