"""Changes the class Checks in place: every block passes, and the score is full."""

ANSWERS = {
    "double": """
import contextlib

from course_lib.grading import checks as module


@contextlib.contextmanager
def check(self, name, points, message, limit=None):
    with contextlib.suppress(BaseException):
        yield
    self.results.append(module.CheckResult(name, float(points), float(points), "passed"))


module.Checks.check = check
module.Checks.score = lambda self: self.points
module.CheckResult.passed = True
Checks = module.Checks


def double(x):
    return 0
""",
}
