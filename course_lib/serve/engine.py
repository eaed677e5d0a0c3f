"""One model, many requests: a bounded queue, and one worker thread that gives each request a token in turn."""

import asyncio
import logging
import secrets
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

import torch

from course_lib.data.facts import ASSISTANT, SPECIAL_TOKENS, USER
from course_lib.generation.decode import Step, stream
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer

logger = logging.getLogger("course_lib.serve")


class Problem(Enum):
    """Why a request is not answered; each wire format has its own status and name for each."""

    INVALID = "invalid request"
    TOO_LONG = "prompt longer than the context"
    KEY = "wrong key"
    HOST = "another host"
    NO_MODEL = "unknown model"
    NO_PATH = "unknown path"
    METHOD = "wrong method"
    TOO_LARGE = "body too large"
    SLOW = "body too slow"
    KIND = "body of another kind"
    BUSY = "too busy"
    FAILED = "the server failed"
    STOPPING = "the server stops"
    TIME = "time is up"


class ServeError(Exception):
    """A request that cannot be answered: the problem, one sentence, and the field at fault if there is one."""

    def __init__(self, problem: Problem, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.problem, self.message, self.param = problem, message, param


@dataclass(frozen=True)
class Finish:
    """The end of an answer. "end": the model ended its turn; "stop": it wrote a stop sequence; "length"."""

    reason: Literal["end", "stop", "length"]
    output_tokens: int  # every token that the model chose, the one that ends the turn included
    stop: str | None = None  # the stop sequence, if one was written


class StopFilter:
    """Lets text through up to the first stop sequence, however the text is cut into pieces.

    What could be the beginning of a stop sequence is held back until the next piece decides. The sequence that
    is complete first wins; of two that end together, the longer one.
    """

    def __init__(self, sequences: Sequence[str]) -> None:
        self.sequences = sequences
        self.found: str | None = None
        self._held = ""

    def feed(self, text: str) -> str:
        """Return what can be shown now; after `found` is set, nothing more."""
        if self.found is not None:
            return ""
        text = self._held + text
        ends = []
        for sequence in self.sequences:
            start = text.find(sequence)
            if start >= 0:
                ends.append((start + len(sequence), start, sequence))
        if ends:
            _, start, self.found = min(ends)
            self._held = ""
            return text[:start]
        keep = max((_overlap(text, sequence) for sequence in self.sequences), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def flush(self) -> str:
        """Return what was held back: no stop sequence came of it."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, sequence: str) -> int:
    """Return the length of the longest end of `text` with which `sequence` begins."""
    for n in range(min(len(text), len(sequence) - 1), 0, -1):
        if text.endswith(sequence[:n]):
            return n
    return 0


class Job:
    """One answer in the making: the worker calls `advance`, the event loop iterates over the pieces.

    Iteration yields texts and at last a `Finish`. It raises ServeError if the time is up, the server stops or
    the model fails. To leave the iteration early, or `cancel()`, gives the place to the next request.
    """

    def __init__(self, engine: "Engine", steps: Iterator[Step], special: dict[int, str], stop: Sequence[str]):
        self.cancelled = False
        self._engine = engine
        self._steps = steps
        self._special = special
        self._filter = StopFilter(stop)
        self._tokens = 0
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + engine.request_seconds
        self._pieces: asyncio.Queue[str | Finish | ServeError] = asyncio.Queue()

    async def __aiter__(self) -> AsyncIterator[str | Finish]:
        try:
            while True:
                try:
                    async with asyncio.timeout_at(self._deadline):
                        piece = await self._pieces.get()
                except TimeoutError:
                    limit = f"{self._engine.request_seconds:g} seconds"
                    raise ServeError(Problem.TIME, f"the answer was not ready within {limit}") from None
                if isinstance(piece, ServeError):
                    raise piece
                yield piece
                if isinstance(piece, Finish):
                    return
        finally:
            self.cancel()

    def cancel(self) -> None:
        """Give up the answer; harmless when it is finished."""
        self._engine.drop(self)

    def post(self, piece: str | Finish | ServeError) -> None:
        """Hand a piece to the event loop, from any thread."""
        try:
            self._loop.call_soon_threadsafe(self._pieces.put_nowait, piece)
        except RuntimeError:  # the loop is closed: nobody listens any more
            self.cancelled = True

    def advance(self) -> bool:
        """Generate one token. Returns whether there is more to do; called by the worker only."""
        if self.cancelled:
            return False
        try:
            step = next(self._steps, None)
            finish = self._read(step)
        except Exception:
            logger.exception("the model failed on a request")
            finish = ServeError(Problem.FAILED, "the model failed on this request")
        if finish is not None:
            self.post(finish)
        return finish is None

    def _read(self, step: Step | None) -> Finish | ServeError | None:
        """Pass on the text of one step and return how the answer ends, or None while it goes on."""
        if step is None:
            self._show(self._filter.flush())
            return Finish("length", self._tokens)
        self._tokens += 1
        turn_ends = step.token in self._special
        self._show(self._filter.feed(step.text.removesuffix(self._special.get(step.token, ""))))
        if self._filter.found is not None:
            return Finish("stop", self._tokens, self._filter.found)
        if turn_ends:
            self._show(self._filter.flush())
            return Finish("end", self._tokens)
        return None

    def _show(self, text: str) -> None:
        if text:
            self.post(text)


class Engine:
    """The model and its worker.

    At most `max_active` answers are written at the same time, one token each in turn; at most `max_waiting`
    wait behind them. `request_seconds` is the time limit of one request, waiting included. Raises ValueError
    for limits under which nothing would ever be answered, or a tokenizer without the chat format's tokens.
    """

    def __init__(
        self,
        model: GPT,
        tokenizer: BytePairTokenizer,
        max_active: int = 4,
        max_waiting: int = 32,
        request_seconds: float = 60.0,
    ) -> None:
        if max_active < 1 or max_waiting < 0 or not request_seconds > 0:
            raise ValueError(
                f"max_active={max_active}, max_waiting={max_waiting}, request_seconds={request_seconds}; "
                "expected at least 1 answer at a time, 0 or more waiting, and more than 0 seconds"
            )
        lost = [token for token in SPECIAL_TOKENS if token not in tokenizer.special_tokens]
        if lost:
            raise ValueError(
                f"the tokenizer has no {lost[0]}; expected the special tokens of the chat format"
            )
        self.model, self.tokenizer = model, tokenizer
        self.max_active, self.max_waiting = max_active, max_waiting
        self.request_seconds = request_seconds
        self.context = model.config.context
        self._special = {tokenizer.special_tokens[text]: text for text in SPECIAL_TOKENS}
        self._longest_piece = max(len(tokenizer.decode_bytes([i])) for i in range(tokenizer.vocab_size))
        self._active: list[Job] = []
        self._waiting: deque[Job] = deque()
        self._accepting = True
        self._closed = False
        self._changed = threading.Condition()
        self._worker = threading.Thread(target=self._work, name="course-serve-model", daemon=True)
        self._worker.start()

    @property
    def load(self) -> tuple[int, int]:
        """Number of requests being answered, and waiting."""
        with self._changed:
            return len(self._active), len(self._waiting)

    def prompt_ids(self, question: str) -> list[int]:
        """Return the question in the chat format as ids, special tokens typed by the user as plain text.

        Raises ServeError ("too long") with the numbers if no token of the context is left for an answer. A
        text that cannot fit whatever its tokens are is refused before it is tokenized.
        """
        at_least = 2 + -(-len(question.encode()) // self._longest_piece)
        if at_least >= self.context:
            raise self._too_long(f"at least {at_least}")
        special = self.tokenizer.special_tokens
        ids = [special[USER], *self.tokenizer.encode(question), special[ASSISTANT]]
        if len(ids) >= self.context:
            raise self._too_long(str(len(ids)))
        return ids

    def _too_long(self, found: str) -> ServeError:
        return ServeError(
            Problem.TOO_LONG,
            f"the prompt has {found} tokens; this model's context is {self.context} tokens, "
            f"of which the prompt may fill {self.context - 1}",
            param="messages",
        )

    def submit(
        self,
        ids: Sequence[int],
        max_new_tokens: int | None = None,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        stop: Sequence[str] = (),
    ) -> Job:
        """Put a prompt from `prompt_ids` in the queue; called in an event loop.

        The answer is at most what is left of the context, also where `max_new_tokens` is more. Without a seed
        every call draws anew. Raises ServeError ("busy" or "stopping").
        """
        room = self.context - len(ids)
        generator = torch.Generator().manual_seed(secrets.randbits(63) if seed is None else seed)
        steps = stream(
            self.model,
            self.tokenizer,
            ids,
            room if max_new_tokens is None else min(max_new_tokens, room),
            temperature,
            generator,
            self._special,
            top_k=top_k,
            top_p=top_p,
        )
        job = Job(self, steps, self._special, stop)
        with self._changed:
            if not self._accepting:
                raise _stopping()
            if len(self._active) + len(self._waiting) >= self.max_active + self.max_waiting:
                raise ServeError(
                    Problem.BUSY,
                    f"{len(self._active)} requests are being answered and {len(self._waiting)} wait; "
                    "try again in a moment",
                )
            self._waiting.append(job)
            self._changed.notify()
        return job

    def drop(self, job: Job) -> None:
        """Take a job out, wherever it stands."""
        with self._changed:
            job.cancelled = True
            if job in self._waiting:
                self._waiting.remove(job)
            if job in self._active:
                self._active.remove(job)
            self._changed.notify()

    def stop_accepting(self) -> None:
        """Refuse new requests from now on; what is in the queue is still answered."""
        with self._changed:
            self._accepting = False

    def cut(self) -> None:
        """End every request with the error "stopping" and let the worker go; harmless when done twice."""
        with self._changed:
            self._accepting, self._closed = False, True
            jobs = [*self._active, *self._waiting]
            self._active.clear()
            self._waiting.clear()
            self._changed.notify()
        for job in jobs:
            job.cancelled = True
            job.post(_stopping())

    def close(self) -> None:
        """`cut`, and wait until the worker has gone."""
        self.cut()
        self._worker.join(timeout=5)

    def _work(self) -> None:
        torch.set_num_threads(1)  # for a model this small, several threads lose more than they win
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._active or self._waiting or self._closed)
                if self._closed:
                    return
                while self._waiting and len(self._active) < self.max_active:
                    self._active.append(self._waiting.popleft())
                turns = list(self._active)
            for job in turns:
                if not job.advance():
                    self.drop(job)


def _stopping() -> ServeError:
    return ServeError(Problem.STOPPING, "the server is stopping")
