"""What the two wire formats share: a checked chat request, and an error that each words in its own shape."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from course_lib.serve.engine import Finish, Problem, ServeError


@dataclass(frozen=True)
class ChatRequest:
    """A request that its format has found in order, with the limits of the model still to be checked."""

    model: str
    question: str  # the last user message: all that this model reads
    max_tokens: int | None = None
    temperature: float = 1.0
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    stream: bool = False
    include_usage: bool = False  # OpenAI only: a last chunk with token counts
    left_out: bool = False  # a system prompt or earlier turns came along and are not read


class WireFormat(Protocol):
    """What a format's module offers to the app."""

    REQUEST_ID_HEADER: str

    def parse(self, raw: bytes) -> ChatRequest: ...

    def error(self, error: ServeError) -> tuple[int, dict[str, Any]]: ...

    def answer(
        self, request: ChatRequest, prompt_tokens: int, text: str, finish: Finish
    ) -> dict[str, Any]: ...

    def events(
        self, request: ChatRequest, prompt_tokens: int, pieces: AsyncIterator[str | Finish]
    ) -> AsyncIterator[str]: ...

    def model(self, name: str, context: int) -> dict[str, Any]: ...

    def models(self, name: str, context: int) -> dict[str, Any]: ...


class Body(BaseModel):
    """A JSON object whose fields are checked strictly; a field that nobody knows is an error."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Turn(Protocol):
    """One message of a conversation, in either format."""

    @property
    def role(self) -> str: ...

    @property
    def content(self) -> str: ...


B = TypeVar("B", bound=BaseModel)


def read_json(kind: type[B], raw: bytes) -> B:
    """Return the body as a `kind`. Raises ServeError ("invalid") that names the first wrong field."""
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))[:100]
    what = first["msg"].removeprefix("Value error, ")
    raise ServeError(Problem.INVALID, f"{where}: {what}" if where else what, param=where or None)


def _join_text(content: object) -> object:
    """Return message content as one string, whether it came as a string or as a list of text parts."""
    if not isinstance(content, list):
        return content
    texts = []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind != "text" or not isinstance(part.get("text"), str):
            raise ValueError(
                f'expected parts like {{"type": "text", "text": "..."}}, found type {kind!r:.50}'
            )
        texts.append(part["text"])
    return "".join(texts)


Text = Annotated[str, BeforeValidator(_join_text)]


def only(*allowed: object) -> AfterValidator:
    """Accept a field at the values that change nothing, so that no wish is passed over in silence."""

    def check(value: object) -> object:
        if value is not None and value not in allowed:
            raise ValueError(f"this server supports only {' or '.join(map(repr, allowed))} here")
        return value

    return AfterValidator(check)


def check_stop(sequences: list[str]) -> list[str]:
    """Raise ValueError for a stop sequence that is empty, which would stop everywhere, or over-long."""
    for sequence in sequences:
        if not 0 < len(sequence) <= 256:
            raise ValueError(f"a stop sequence has {len(sequence)} characters; expected 1 to 256")
    return sequences


def last_question(messages: Sequence[Turn]) -> tuple[str, bool]:
    """Return the text of the last user message, and whether anything stands before it.

    The course's chat model was tuned on single questions: it has never seen a second turn or a system prompt,
    so neither is shown to it. Raises ServeError ("invalid") if the last message is empty or not the user's.
    """
    last = messages[-1]
    if last.role != "user":
        raise ServeError(
            Problem.INVALID,
            f"messages: the last message is from {last.role!r}; this model answers only a last user message",
            param="messages",
        )
    if not last.content:
        raise ServeError(Problem.INVALID, "messages: the last user message is empty", param="messages")
    return last.content, len(messages) > 1
