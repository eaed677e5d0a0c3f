"""The one library of the course: the model wing, the packet and the grading, behind the command `course`."""

import os

__version__ = "0.2.0"

# Threads that wait for the next piece of work sleep instead of spinning. On a machine that does something else too
# (a browser, another notebook) spinning threads make torch several times slower. Read once, when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
