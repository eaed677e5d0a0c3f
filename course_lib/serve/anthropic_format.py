"""The Anthropic wire format: messages, token counts and models, as the `anthropic` client sends and reads them.

Read: model, max_tokens, messages and system (string or text blocks), temperature, top_p, top_k,
stop_sequences, stream. Accepted without effect on the answer: metadata, cache_control and service_tier. What
would change the answer but cannot be done here, such as tools or thinking, is refused by name.
"""

import json
import secrets
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from course_lib.serve.engine import Finish, Problem, ServeError
from course_lib.serve.request import Body, ChatRequest, Text, check_stop, last_question, only, read_json

REQUEST_ID_HEADER = "request-id"

# problem: HTTP status, error type
ERRORS: dict[Problem, tuple[int, str]] = {
    Problem.INVALID: (400, "invalid_request_error"),
    Problem.TOO_LONG: (400, "invalid_request_error"),
    Problem.KEY: (401, "authentication_error"),
    Problem.HOST: (403, "permission_error"),
    Problem.NO_MODEL: (404, "not_found_error"),
    Problem.NO_PATH: (404, "not_found_error"),
    Problem.METHOD: (405, "invalid_request_error"),
    Problem.SLOW: (408, "invalid_request_error"),
    Problem.TOO_LARGE: (413, "request_too_large"),
    Problem.KIND: (415, "invalid_request_error"),
    Problem.BUSY: (529, "overloaded_error"),
    Problem.FAILED: (500, "api_error"),
    Problem.STOPPING: (503, "api_error"),
    Problem.TIME: (504, "timeout_error"),
}
STOP_REASONS = {"end": "end_turn", "stop": "stop_sequence", "length": "max_tokens"}


class Message(Body):
    role: Literal["user", "assistant"]
    content: Text


class CountTokensBody(Body):
    model: str
    messages: list[Message] = Field(min_length=1)
    system: Text | None = None
    cache_control: Any = None
    thinking: Annotated[Any, only({"type": "disabled"})] = None
    tools: Annotated[Any, only([])] = None
    tool_choice: Annotated[Any, only({"type": "none"}, {"type": "auto"})] = None


class MessagesBody(CountTokensBody):
    max_tokens: int = Field(ge=1)
    temperature: float | None = Field(None, ge=0, le=1)
    top_p: float | None = Field(None, gt=0, le=1)
    top_k: int | None = Field(None, ge=0)  # 0: no limit
    stop_sequences: Annotated[list[str], Field(max_length=16), AfterValidator(check_stop)] | None = None
    stream: bool | None = None
    metadata: Any = None
    service_tier: Any = None


def parse(raw: bytes) -> ChatRequest:
    """Read a messages request. Raises ServeError ("invalid") that names the field at fault."""
    body = read_json(MessagesBody, raw)
    question, left_out = last_question(body.messages)
    return ChatRequest(
        model=body.model,
        question=question,
        max_tokens=body.max_tokens,
        temperature=1.0 if body.temperature is None else body.temperature,
        top_p=body.top_p,
        top_k=body.top_k or None,
        stop=tuple(body.stop_sequences or ()),
        stream=bool(body.stream),
        left_out=left_out or bool(body.system),
    )


def parse_count(raw: bytes) -> ChatRequest:
    """Read a count_tokens request. Raises ServeError ("invalid") that names the field at fault."""
    body = read_json(CountTokensBody, raw)
    question, left_out = last_question(body.messages)
    return ChatRequest(model=body.model, question=question, left_out=left_out or bool(body.system))


def error(error: ServeError) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the body of an error."""
    status, kind = ERRORS[error.problem]
    return status, {"type": "error", "error": {"type": kind, "message": error.message}}


def answer(request: ChatRequest, prompt_tokens: int, text: str, finish: Finish) -> dict[str, Any]:
    """Return the body of a whole answer."""
    return {
        **_message(request, prompt_tokens),
        "content": [{"type": "text", "text": text}],
        **_stop(finish),
        "usage": {"input_tokens": prompt_tokens, "output_tokens": finish.output_tokens},
    }


async def events(
    request: ChatRequest, prompt_tokens: int, pieces: AsyncIterator[str | Finish]
) -> AsyncIterator[str]:
    """Yield an answer as server-sent events, each with its type: start, text as it comes, stop."""
    yield _event("message_start", message=_message(request, prompt_tokens))
    yield _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    yield _event("ping")
    try:
        async for piece in pieces:
            if isinstance(piece, str):
                yield _event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
                continue
            yield _event("content_block_stop", index=0)
            yield _event("message_delta", delta=_stop(piece), usage={"output_tokens": piece.output_tokens})
            yield _event("message_stop")
    except ServeError as problem:
        yield _event(**error(problem)[1])


def model(name: str, context: int) -> dict[str, Any]:
    """Return the description of the model; its date of birth is not on record, hence the epoch."""
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "created_at": "1970-01-01T00:00:00Z",
        "lifecycle": "active",
        "max_input_tokens": context - 1,
        "max_tokens": context - 1,
    }


def models(name: str, context: int) -> dict[str, Any]:
    """Return the list of the one model."""
    return {"data": [model(name, context)], "has_more": False, "first_id": name, "last_id": name}


def _message(request: ChatRequest, prompt_tokens: int) -> dict[str, Any]:
    """Return a message that is still empty."""
    return {
        "id": f"msg_{secrets.token_hex(12)}",
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": prompt_tokens, "output_tokens": 0},
    }


def _stop(finish: Finish) -> dict[str, str | None]:
    return {"stop_reason": STOP_REASONS[finish.reason], "stop_sequence": finish.stop}


def _event(type: str, **fields: Any) -> str:
    return f"event: {type}\ndata: {json.dumps({'type': type, **fields}, ensure_ascii=False)}\n\n"
