"""Errors that people read: one sentence that says what was found and what to do."""


class CourseError(Exception):
    """Something a person can mend; the command line prints its one sentence and exits with 1."""
