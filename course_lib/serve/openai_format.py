"""The OpenAI wire format: chat completions and models, as the `openai` client sends and reads them.

Read: model, messages (string or text parts), temperature, top_p, max_tokens or max_completion_tokens, stop,
seed, stream, stream_options. Accepted without effect on the answer: user, metadata, store and the like. What
would change the answer but cannot be done here, such as n=2, tools or logprobs, is refused by name.
"""

import json
import secrets
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from course_lib.serve.engine import Finish, Problem, ServeError
from course_lib.serve.request import Body, ChatRequest, Text, check_stop, last_question, only, read_json

REQUEST_ID_HEADER = "x-request-id"

# problem: HTTP status, error type, error code
ERRORS: dict[Problem, tuple[int, str, str | None]] = {
    Problem.INVALID: (400, "invalid_request_error", None),
    Problem.TOO_LONG: (400, "invalid_request_error", "context_length_exceeded"),
    Problem.KEY: (401, "invalid_request_error", "invalid_api_key"),
    Problem.HOST: (403, "invalid_request_error", None),
    Problem.NO_MODEL: (404, "invalid_request_error", "model_not_found"),
    Problem.NO_PATH: (404, "invalid_request_error", None),
    Problem.METHOD: (405, "invalid_request_error", None),
    Problem.SLOW: (408, "invalid_request_error", None),
    Problem.TOO_LARGE: (413, "invalid_request_error", None),
    Problem.KIND: (415, "invalid_request_error", None),
    Problem.BUSY: (429, "rate_limit_error", "rate_limit_exceeded"),
    Problem.FAILED: (500, "server_error", None),
    Problem.STOPPING: (503, "server_error", None),
    Problem.TIME: (504, "server_error", None),
}
FINISH_REASONS = {"end": "stop", "stop": "stop", "length": "length"}


class Message(BaseModel):
    """One message; an answer of this server may be sent back as it came, so other fields may be there."""

    model_config = ConfigDict(strict=True, extra="ignore")
    role: Literal["developer", "system", "user", "assistant"]
    content: Text
    tool_calls: Annotated[Any, only([])] = None
    function_call: Annotated[Any, only()] = None


class StreamOptions(Body):
    include_usage: bool | None = None
    include_obfuscation: bool | None = None  # nothing is ever obfuscated here


Stop = Annotated[
    list[str],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    Field(max_length=4),
    AfterValidator(check_stop),
]


class ChatCompletionBody(Body):
    model: str
    messages: list[Message] = Field(min_length=1)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    stop: Stop | None = None
    seed: int | None = Field(None, ge=-(2**63), lt=2**63)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    # taken only at the value that changes nothing
    n: Annotated[Any, only(1)] = None
    frequency_penalty: Annotated[Any, only(0)] = None
    presence_penalty: Annotated[Any, only(0)] = None
    logit_bias: Annotated[Any, only({})] = None
    logprobs: Annotated[Any, only(False)] = None
    modalities: Annotated[Any, only(["text"])] = None
    response_format: Annotated[Any, only({"type": "text"})] = None
    tools: Annotated[Any, only([])] = None
    tool_choice: Annotated[Any, only("none", "auto")] = None
    # taken and without effect on the answer
    metadata: Any = None
    parallel_tool_calls: Any = None
    prompt_cache_key: Any = None
    safety_identifier: Any = None
    service_tier: Any = None
    store: Any = None
    user: Any = None


def parse(raw: bytes) -> ChatRequest:
    """Read a chat completion request. Raises ServeError ("invalid") that names the field at fault."""
    body = read_json(ChatCompletionBody, raw)
    question, left_out = last_question(body.messages)
    return ChatRequest(
        model=body.model,
        question=question,
        max_tokens=body.max_tokens if body.max_completion_tokens is None else body.max_completion_tokens,
        temperature=1.0 if body.temperature is None else body.temperature,
        top_p=body.top_p,
        seed=body.seed,
        stop=tuple(body.stop or ()),
        stream=bool(body.stream),
        include_usage=bool(body.stream_options and body.stream_options.include_usage),
        left_out=left_out,
    )


def error(error: ServeError) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the body of an error."""
    status, kind, code = ERRORS[error.problem]
    return status, {"error": {"message": error.message, "type": kind, "param": error.param, "code": code}}


def answer(request: ChatRequest, prompt_tokens: int, text: str, finish: Finish) -> dict[str, Any]:
    """Return the body of a whole answer."""
    return {
        **_head("chat.completion", request),
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "logprobs": None,
                "finish_reason": FINISH_REASONS[finish.reason],
            }
        ],
        "usage": _usage(prompt_tokens, finish),
    }


async def events(
    request: ChatRequest, prompt_tokens: int, pieces: AsyncIterator[str | Finish]
) -> AsyncIterator[str]:
    """Yield an answer as server-sent events: the role, the text as it comes, the reason it ended, [DONE]."""
    head = _head("chat.completion.chunk", request)

    def chunk(delta: dict[str, str], finish_reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return _event({**head, "choices": [choice], **({"usage": None} if request.include_usage else {})})

    yield chunk({"role": "assistant", "content": ""})
    try:
        async for piece in pieces:
            if isinstance(piece, str):
                yield chunk({"content": piece})
                continue
            yield chunk({}, FINISH_REASONS[piece.reason])
            if request.include_usage:
                yield _event({**head, "choices": [], "usage": _usage(prompt_tokens, piece)})
    except ServeError as problem:
        yield _event(error(problem)[1])
        return
    yield "data: [DONE]\n\n"


def model(name: str, context: int) -> dict[str, Any]:
    """Return the description of the model."""
    return {"id": name, "object": "model", "created": 0, "owned_by": "course"}


def models(name: str, context: int) -> dict[str, Any]:
    """Return the list of the one model."""
    return {"object": "list", "data": [model(name, context)]}


def _head(kind: str, request: ChatRequest) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": kind,
        "created": int(time.time()),
        "model": request.model,
    }


def _usage(prompt_tokens: int, finish: Finish) -> dict[str, int]:
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": finish.output_tokens,
        "total_tokens": prompt_tokens + finish.output_tokens,
    }


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
