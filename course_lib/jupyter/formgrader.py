"""The formgrader serves the files of a submission from the instructor's own address: never as a page.

What a browser may show is text or a picture by `admit.shown_as`, and is sent as exactly that; everything else is a
download. Either way the answer forbids scripts and stands in an origin of its own.
"""

from __future__ import annotations

import os
from typing import Any

from course_lib.grading.admit import shown_as

NOT_SHOWN = "application/octet-stream"
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def guard_files() -> None:
    """Make nbgrader's handler of submitted files safe; `nbgrader_config.py` calls it, wherever a formgrader starts."""
    from nbgrader.server_extensions.formgrader.handlers import SubmissionFilesHandler

    SubmissionFilesHandler.get_content_type = _content_type
    SubmissionFilesHandler.set_extra_headers = _extra_headers


def _content_type(handler: Any) -> str:
    return shown_as(os.path.basename(handler.absolute_path)) or NOT_SHOWN  # noqa: PTH119


def _extra_headers(handler: Any, path: str) -> None:
    handler.set_header("X-Content-Type-Options", "nosniff")
    handler.set_header("Content-Security-Policy", POLICY)
    if _content_type(handler) == NOT_SHOWN:
        handler.set_header("Content-Disposition", "attachment")  # with no name: it would be a stranger's text
