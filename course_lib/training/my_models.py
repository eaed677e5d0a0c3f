"""The models that you made: kept in work/models, loaded by name like those that come with the course (lesson 11)."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError
from course_lib.models.gpt import GPT
from course_lib.models.lora import LoRALinear, merge_lora
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.checkpoints import CheckpointError, load_checkpoint, save_checkpoint
from course_lib.training.course_gpt import STAGES, load_course_gpt
from course_lib.workspace import find_workspace

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
TAKEN = (*STAGES, "course-gpt")


def models_folder() -> Path:
    """Return the folder of your models: work/models of this clone. Raises CourseError outside a clone."""
    return find_workspace().work / "models"


def my_models(folder: Path | None = None) -> list[str]:
    """Return the names of the models that you kept, in order."""
    folder = models_folder() if folder is None else folder
    stems = (path.stem for path in folder.glob("*.json") if path.with_suffix(".safetensors").is_file())
    return sorted(stem for stem in stems if NAME.fullmatch(stem))


def keep_model(
    model: GPT,
    tokenizer: BytePairTokenizer,
    name: str = "mine",
    note: str = "",
    folder: Path | None = None,
) -> Path:
    """Write a model and its tokenizer to work/models under a name, over an older one of that name; returns the file.

    LoRA layers are merged in a copy. Raises CourseError for a name that is not small letters, digits and hyphens (40 at
    most), for one of the course's own names, or where nothing can be written.
    """
    if not NAME.fullmatch(name) or name in TAKEN:
        raise CourseError(
            f"name={name!r:.60}: expected small letters, digits and hyphens, and none of {', '.join(TAKEN)}."
        )
    if folder is None:
        folder = models_folder()
        find_workspace().writable(folder)
    if any(isinstance(part, LoRALinear) for part in model.modules()):
        model = copy.deepcopy(model)
        merge_lora(model)
    save_checkpoint(folder / name, model, tokenizer, {"note": note})
    return folder / f"{name}.safetensors"


def load_model(
    name: str = "mine", folder: Path | None = None
) -> tuple[GPT, BytePairTokenizer, dict[str, Any]]:
    """Return a model by name, its tokenizer and its record: yours, or "base" or "chat", which come with the course.

    Raises CourseError with one sentence if there is none of that name, or its files are not whole.
    """
    if name in STAGES:
        return load_course_gpt(name)
    folder = models_folder() if folder is None else folder
    if not NAME.fullmatch(name) or not (folder / f"{name}.json").is_file():
        known = ", ".join(my_models(folder)) or "none yet: lesson 11 makes one"
        raise CourseError(f"There is no model {name!r:.60} in {folder}. Your models: {known}.")
    try:
        return load_checkpoint(folder / name)
    except CheckpointError as error:
        raise CourseError(f"The model {name!r} cannot be loaded: {error}.") from None
