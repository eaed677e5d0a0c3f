"""nbgrader's view of this tree: `nbgrader ...` from the project's root works as its documentation says.

Each lab is written once in solutions/, released to labs/, and everything about the class stays in class/.
"""

from pathlib import Path

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

# Fair to damaged notebooks, no points without evidence, no hidden test in feedback: course_lib/grading.
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
c.Autograde.autograde_preprocessors = [
    ours + "ExecuteOnward",
    ours + "FailClosed",
    theirs + "IgnorePattern",
    theirs + "LimitOutput",
    theirs + "SaveAutoGrades",
    theirs + "AssignLatePenalties",
    theirs + "CheckCellMetadata",
]
c.GenerateFeedback.preprocessors = [
    theirs + "GetGrades",
    ours + "HideTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
c.Execute.timeout = 30  # seconds for a cell; then it is interrupted, and killed if that does not help
c.Execute.shutdown_kernel = "immediate"
