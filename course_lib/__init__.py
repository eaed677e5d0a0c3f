"""The one library of the course: the model wing, the packet and the grading, behind the command `course`."""

__version__ = "0.2.0"
