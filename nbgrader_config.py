"""nbgrader's view of this tree: `nbgrader ...` from the project's root works as its documentation says.

Each lab is written once in solutions/, released to labs/, and everything about the class stays in class/.
"""

import sys
from pathlib import Path

from course_lib.jupyter.assignment_list import say_plainly
from course_lib.jupyter.formgrader import guard_files

root = Path(__file__).resolve().parent
c = get_config()

c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "how-ai-models-work"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "labs"
c.CourseDirectory.submitted_directory = "class/submitted"
c.CourseDirectory.autograded_directory = "class/autograded"
c.CourseDirectory.feedback_directory = "class/feedback"
c.CourseDirectory.solution_directory = "class/solution"
c.CourseDirectory.db_url = f"sqlite:///{root / 'class' / 'gradebook.db'}"
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    ".pytest_cache",
    ".DS_Store",
]

# A local exchange: Assignment List fetches, validates and submits on one machine with no server.
c.Exchange.root = str(root / "class" / "exchange")
c.Exchange.assignment_dir = str(root / "work")
c.Exchange.cache = str(root / "work" / ".submitted")
c.ExchangeFactory.collect = "course_lib.grading.collect.SafeCollect"
c.ExchangeFactory.release_feedback = "course_lib.grading.returned.SafeReleaseFeedback"
c.ExchangeFactory.submit = "course_lib.grading.handin.SafeSubmit"
c.ExchangeFactory.release_assignment = "course_lib.grading.handin.SafeRelease"

if "nbgrader.server_extensions.assignment_list.handlers" in sys.modules:  # only where JupyterLab starts
    say_plainly()

# Fair to damaged notebooks, safe from hostile ones, no points without evidence: course_lib/grading.
ours = "course_lib.grading.preprocessors."
theirs = "nbgrader.preprocessors."
c.Autograde.sanitize_preprocessors = [ours + "Transplant"] + [
    theirs + name
    for name in (
        "ClearOutput",
        "DeduplicateIds",
        "OverwriteKernelspec",
        "OverwriteCells",
        "CheckCellMetadata",
    )
]
c.Autograde.pre_convert_hook = "course_lib.grading.exchange.before_autograde"
c.Autograde.post_convert_hook = "course_lib.grading.exchange.after_autograde"
c.Autograde.autograde_preprocessors = [
    ours + "Examine",
    ours + "FailClosed",
    theirs + "IgnorePattern",
    theirs + "LimitOutput",
    "course_lib.grading.marks.SaveGrades",  # points that a person gave stay with their answer
    theirs + "AssignLatePenalties",
    theirs + "CheckCellMetadata",
]
# Feedback pages have a template of their own; nothing that a learner wrote runs in anybody's browser, the
# formgrader's included: course_lib/grading/feedback.py.
shown = "course_lib.grading.feedback."
c.GenerateFeedback.exporter_class = shown + "FeedbackExporter"
c.GenerateFeedback.preprocessors = [shown + "Scores", ours + "HideTests"]
c.HTMLExporter.preprocessors = [shown + "OnlyTextAndPictures"]
c.HTMLExporter.filters = {"markdown2html": shown + "safe_markdown"}
c.HTMLExporter.sanitize_html = True
if "nbgrader.server_extensions.formgrader.handlers" in sys.modules:  # only where a formgrader starts
    guard_files()
# Late hand-ins: "zero" takes all points; the default "none" only records. See the instructor guide.
# c.LateSubmissionPlugin.penalty_method = "zero"
c.Execute.timeout = 30  # seconds for a cell; then it is interrupted, and killed if that does not help
c.Execute.shutdown_kernel = "immediate"
