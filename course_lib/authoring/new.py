"""Lay out a new lesson: notebook, lab with an exercise that works, quiz, answers for its grader, README row.

Everything is complete and passes its checks except for what it says: look for TO DO.
"""

from __future__ import annotations

import re
from pathlib import Path

from course_lib.authoring.text import as_file, to_notebook
from course_lib.errors import CourseError
from course_lib.workspace import Workspace

TEMPLATES = Path(__file__).with_name("templates")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
EXAMPLE = "shares"  # the exercise of the template


def lay_out(workspace: Workspace, number: str, slug: str, title: str) -> list[Path]:
    """Write the files of lesson `number` and return them.

    Args:
        number: such as "5" or "05".
        slug: small letters, digits and hyphens: the lesson is called NN-slug.

    Raises:
        CourseError: no such number or slug, or something of that lesson is there already; then nothing is written.
    """
    if not number.isdigit() or not 0 <= int(number) <= 99:
        raise CourseError(f"{number!r} is no lesson's number: expected 0 to 99.")
    if not SLUG.fullmatch(slug):
        raise CourseError(
            f"{slug!r} cannot be a lesson's name: use small letters, digits and hyphens between them."
        )
    number = number.zfill(2)
    name = f"{number}-{slug}"
    there = [*workspace.root.glob(f"lessons/{number}-*"), *workspace.root.glob(f"solutions/{number}-*")]
    files = _files(workspace.root, number, name, title)
    there += [path for path in files if path.exists() and path.name != "README.md"]
    if there:
        raise CourseError(
            f"Lesson {number} has files already, such as {there[0].relative_to(workspace.root)}."
        )
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return list(files)


def _files(root: Path, number: str, name: str, title: str) -> dict[Path, str]:
    def filled(template: str) -> str:
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        for word, value in (("{number}", number), ("{name}", name), ("{title}", title)):
            text = text.replace(word, value)
        return text

    files = {
        root / "lessons" / f"{name}.ipynb": as_file(to_notebook(filled("lesson.txt"), lab=False)),
        root / "solutions" / name / "lab.ipynb": as_file(to_notebook(filled("lab.txt"), lab=True)),
        root / "assessments" / "quizzes" / f"{number}.yaml": filled("quiz.yaml"),
    }
    for part in re.split(r"^#%%% ", filled("answers.txt"), flags=re.MULTILINE)[1:]:
        place, _, source = part.partition("\n")
        kind, _, answer = place.strip().partition("/")
        files[root / "tests" / "answers" / name / kind / EXAMPLE / f"{answer}.py"] = source
    readme = root / "README.md"
    if readme.is_file():
        files[readme] = with_row(readme.read_text(encoding="utf-8"), number, name, title)
    return files


def with_row(readme: str, number: str, name: str, title: str) -> str:
    """Return the README with this lesson's row in the table of lessons; unchanged if the table has no such row."""
    row = f"| {number} | [{title}](lessons/{name}.ipynb) | lesson, lab, quiz |"
    return re.sub(rf"^\| {number} \| .* \| to come \|$", row, readme, flags=re.MULTILINE)
