"""Makes folders and empty files until no more can be made (two million at most)."""

ANSWERS = {
    "double": """
# @GUARD@
import os

made = 0
try:
    for number in range(2000):
        os.makedirs(f"/tmp/many/{number}")
        for name in range(1000):
            os.close(os.open(f"/tmp/many/{number}/{name}", os.O_CREAT))
            made += 1
    print("@MARK@"[::-1])
except OSError as error:
    print(error.errno)


def double(x):
    return made
""",
}
