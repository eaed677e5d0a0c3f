"""The course's model behind the public wire formats of two vendors, for their own Python clients, offline.

`course serve` runs it (with `--model`, a model of your own from lesson 11); a notebook starts it beside itself with
`start_background_server()`. What it honestly does: the course's chat model was tuned on single short questions, so it
reads the last user message only. A system prompt and earlier turns are accepted and checked, but neither read nor
counted, and the response header `course-note` says so. An answer ends at the latest where the context of 256 tokens is
full, also if `max_tokens` is more. What would change the answer but cannot be done here (tools, images, n=2) is refused
by name.
"""

from course_lib.serve.app import BackgroundServer, run_server, start_background_server

__all__ = ["BackgroundServer", "run_server", "start_background_server"]
