"""The HTTP side: routes, keys and limits of the server, and how it starts and stops."""

import asyncio
import contextlib
import hmac
import ipaddress
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from course_lib.errors import CourseError
from course_lib.serve import anthropic_format, openai_format
from course_lib.serve.engine import Engine, Finish, Job, Problem, ServeError
from course_lib.serve.request import ChatRequest, WireFormat
from course_lib.training.checkpoints import CheckpointError
from course_lib.training.course_gpt import CHECKPOINTS, load_course_gpt
from course_lib.training.my_models import load_model

OPENAI = cast(WireFormat, openai_format)
ANTHROPIC = cast(WireFormat, anthropic_format)
DEFAULT_PORT, COURSE_MODEL = 8642, "course-gpt"
LEFT_OUT = "only the last user message was read; system prompt and earlier turns were not"


class EventStream(StreamingResponse):
    """Server-sent events of one answer; when the client goes away, or reads too slowly, the place is free."""

    def __init__(self, job: Job, events: AsyncIterator[str], seconds: float, headers: dict[str, str]) -> None:
        super().__init__(
            events, media_type="text/event-stream", headers={"cache-control": "no-cache", **headers}
        )
        self.job, self.seconds = job, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            # A little more than the limit of the job, so that its own error event comes first.
            with contextlib.suppress(TimeoutError, ClientDisconnect):
                async with asyncio.timeout(self.seconds + 5):
                    await super().__call__(scope, receive, send)
        finally:
            self.job.cancel()


class OnlyHosts:
    """Lets in requests that name this server as their host.

    A page of another site can point its own name at 127.0.0.1 (DNS rebinding) and then talk to this server from a
    visitor's browser; it cannot change the Host that the browser sends.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app, self.host = app, host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            name = host_name(request.headers.get("host", ""))
            if not is_own(name, self.host):
                said = (
                    f"this server does not answer for the host {name!r:.100}; use the address that it printed"
                )
                await error_response(request, ServeError(Problem.HOST, said))(scope, receive, send)
                return
        await self.app(scope, receive, send)


class Service:
    """The endpoints of both formats over one engine."""

    def __init__(
        self,
        engine: Engine,
        model: str = COURSE_MODEL,
        api_key: str | None = None,
        max_body_bytes: int = 1_048_576,
        body_seconds: float = 10.0,
        host: str = "127.0.0.1",
    ) -> None:
        self.engine, self.model, self.api_key, self.host = engine, model, api_key, host
        self.max_body_bytes, self.body_seconds = max_body_bytes, body_seconds

    def app(self) -> Starlette:
        """Return the ASGI application."""
        app = Starlette(
            routes=[
                Route("/health", self.health, methods=["GET"]),
                Route("/v1/models", self.list_models, methods=["GET"]),
                Route("/v1/models/{name:path}", self.get_model, methods=["GET"]),
                Route("/v1/chat/completions", self.chat_completions, methods=["POST"]),
                Route("/v1/messages", self.messages, methods=["POST"]),
                Route("/v1/messages/count_tokens", self.count_tokens, methods=["POST"]),
            ],
            exception_handlers={
                ServeError: self.on_error,
                HTTPException: self.on_http_error,
                Exception: self.on_failure,
            },
        )
        app.router.redirect_slashes = False
        app.add_middleware(OnlyHosts, host=self.host)
        return app

    async def health(self, request: Request) -> Response:
        active, waiting = self.engine.load
        return JSONResponse({"status": "ok", "model": self.model, "active": active, "waiting": waiting})

    async def list_models(self, request: Request) -> Response:
        self.check_key(request)
        return JSONResponse(format_of(request).models(self.model, self.engine.context))

    async def get_model(self, request: Request) -> Response:
        self.check_key(request)
        self.check_model(request.path_params["name"])
        return JSONResponse(format_of(request).model(self.model, self.engine.context))

    async def chat_completions(self, request: Request) -> Response:
        return await self.answer(request, OPENAI)

    async def messages(self, request: Request) -> Response:
        return await self.answer(request, ANTHROPIC)

    async def count_tokens(self, request: Request) -> Response:
        self.check_key(request)
        chat = anthropic_format.parse_count(await self.read_body(request))
        self.check_model(chat.model)
        ids = self.engine.prompt_ids(chat.question)
        return JSONResponse({"input_tokens": len(ids)}, headers=_headers(ANTHROPIC, chat.left_out))

    async def answer(self, request: Request, wire: WireFormat) -> Response:
        """Answer a chat request in a wire format, whole or as a stream."""
        self.check_key(request)
        chat = wire.parse(await self.read_body(request))
        self.check_model(chat.model)
        ids = self.engine.prompt_ids(chat.question)
        job = self.engine.submit(
            ids, chat.max_tokens, chat.temperature, chat.top_k, chat.top_p, chat.seed, chat.stop
        )
        headers = _headers(wire, chat.left_out)
        if chat.stream:
            events = wire.events(chat, len(ids), aiter(job))
            return EventStream(job, events, self.engine.request_seconds, headers)
        return JSONResponse(await self.whole(request, wire, chat, len(ids), job), headers=headers)

    async def whole(
        self, request: Request, wire: WireFormat, chat: ChatRequest, prompt_tokens: int, job: Job
    ) -> dict[str, Any]:
        """Collect an answer, and give its place away if the client hangs up before it is ready."""
        watcher = asyncio.create_task(_cancel_on_disconnect(request, job))
        texts: list[str] = []
        finish = None
        try:
            async for piece in job:
                if isinstance(piece, Finish):
                    finish = piece
                else:
                    texts.append(piece)
        finally:
            watcher.cancel()
            job.cancel()
        assert finish is not None, "a job ends with Finish or raises"
        return wire.answer(chat, prompt_tokens, "".join(texts), finish)

    async def read_body(self, request: Request) -> bytes:
        """Return the request's body. Raises ServeError if it is no JSON, too large, too slow or cut off."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":  # a form of another site's page can send any other kind unasked
            raise ServeError(
                Problem.KIND, f"the body is {kind or 'of no kind'!r:.100}; expected application/json"
            )
        body = bytearray()
        try:
            async with asyncio.timeout(self.body_seconds):
                async for part in request.stream():
                    body += part
                    if len(body) > self.max_body_bytes:
                        most = self.max_body_bytes
                        raise ServeError(Problem.TOO_LARGE, f"the body has more than {most} bytes")
        except TimeoutError:
            limit = f"{self.body_seconds:g} seconds"
            raise ServeError(Problem.SLOW, f"the body did not arrive within {limit}") from None
        except ClientDisconnect:
            raise ServeError(Problem.INVALID, "the body was cut off") from None
        return bytes(body)

    def check_key(self, request: Request) -> None:
        """Raise ServeError ("key") if a key is set and the request has another one or none."""
        if self.api_key is None:
            return
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        given = [request.headers.get("x-api-key", ""), token if scheme.lower() == "bearer" else ""]
        if not any(hmac.compare_digest(key.encode(), self.api_key.encode()) for key in given):
            raise ServeError(Problem.KEY, "the API key is missing or wrong")

    def check_model(self, name: str) -> None:
        """Raise ServeError ("unknown model") for any other model."""
        if name != self.model:
            raise ServeError(
                Problem.NO_MODEL,
                f"the model {name!r:.100} is not here; this server has {self.model!r}",
                "model",
            )

    async def on_error(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, ServeError)
        return error_response(request, error)

    async def on_http_error(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            allowed = (error.headers or {}).get("Allow", "")
            message = f"{request.url.path:.100} takes {allowed}, not {request.method:.20}"
            response = error_response(request, ServeError(Problem.METHOD, message))
            response.headers["allow"] = allowed
            return response
        return error_response(
            request, ServeError(Problem.NO_PATH, f"there is no {request.url.path:.100} here")
        )

    async def on_failure(self, request: Request, error: Exception) -> Response:
        return error_response(request, ServeError(Problem.FAILED, "the server failed on this request"))


def format_of(request: Request) -> WireFormat:
    """Return the format that a client expects: by its path, or by the header that its SDK sends."""
    if request.url.path.startswith("/v1/messages") or "anthropic-version" in request.headers:
        return ANTHROPIC
    return OPENAI


def error_response(request: Request, error: ServeError) -> Response:
    """Return an error in the shape of the client's format; a client may try again where that can help."""
    wire = format_of(request)
    status, body = wire.error(error)
    headers = _headers(wire)
    if error.problem is Problem.BUSY:
        headers["retry-after"] = "1"
    return JSONResponse(body, status_code=status, headers=headers)


def _headers(wire: WireFormat, left_out: bool = False) -> dict[str, str]:
    headers = {wire.REQUEST_ID_HEADER: f"req_{secrets.token_hex(12)}"}
    return {**headers, "course-note": LEFT_OUT} if left_out else headers


async def _cancel_on_disconnect(request: Request, job: Job) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    job.post(ServeError(Problem.INVALID, "the client went away"))  # ends the wait for it; nobody reads it


class CourseServer(uvicorn.Server):
    """uvicorn, with an end in three steps: no new requests, `grace` seconds to finish, then cut the rest."""

    def __init__(self, service: Service, grace: float = 5.0) -> None:
        super().__init__(
            uvicorn.Config(
                service.app(),
                http="h11",
                ws="none",
                lifespan="off",
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=int(grace) + 2,
            )
        )
        self.engine, self.grace = service.engine, grace

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.engine.stop_accepting()
        asyncio.get_running_loop().call_later(self.grace, self.engine.cut)
        await super().shutdown(sockets)
        self.engine.cut()


class BackgroundServer:
    """A server in a thread of this process, for notebooks and tests: `url` while it runs, then `close()`.

    As a context manager it closes itself. Port 0 takes a free one. Raises CourseError if the port is busy.
    """

    def __init__(self, service: Service, port: int = 0, grace: float = 5.0) -> None:
        listener = _listen("127.0.0.1", port)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.service = service
        self._server = CourseServer(service, grace)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="course-serve-http", daemon=True
        )
        self._thread.start()
        while not self._server.started and self._thread.is_alive():  # uvicorn cannot stop before it has begun
            time.sleep(0.01)

    def close(self) -> None:
        """Stop as on SIGTERM, and wait for it."""
        self._server.should_exit = True
        self._thread.join()
        self.service.engine.close()

    def __enter__(self) -> "BackgroundServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def load_engine(weights: str | Path = CHECKPOINTS, mine: str | None = None, **limits: Any) -> Engine:
    """Return an engine with the course's chat model, or with a model of yours by name (`mine`, lesson 11).

    `limits` as in `Engine`. CourseError without weights.
    """
    if mine is not None:
        model, tokenizer, _ = load_model(mine)
        return Engine(model, tokenizer, **limits)
    try:
        model, tokenizer, _ = load_course_gpt("chat", weights)
    except CheckpointError as error:
        raise CourseError(f"The chat model cannot be loaded: {error}.") from None
    return Engine(model, tokenizer, **limits)


def start_background_server(
    port: int = 0, weights: str | Path = CHECKPOINTS, model: str = COURSE_MODEL
) -> BackgroundServer:
    """Serve the course's chat model, or one of yours, from this process on loopback. CourseError as `run_server`."""
    mine = None if model == COURSE_MODEL else model
    return BackgroundServer(Service(load_engine(weights, mine), model), port)


def run_server(
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    model: str = COURSE_MODEL,
    weights: str | Path = CHECKPOINTS,
    api_key: str | None = None,
    max_active: int = 4,
    max_waiting: int = 32,
    request_seconds: float = 60.0,
    grace: float = 5.0,
) -> None:
    """Serve a model under its name until SIGINT or SIGTERM: the course's chat model, or one of yours (lesson 11).

    `weights` is the folder of the checkpoint "course-gpt-chat", port 0 takes a free one, and `api_key` is asked
    of every client if it is set. On the signal, answers have `grace` seconds to finish. Raises CourseError for
    missing weights, a port that cannot be opened, or a host other than loopback without an `api_key`.
    """
    if api_key is not None and not (api_key and api_key.isascii() and api_key.isprintable()):
        raise CourseError("An API key must be one or more printable ASCII characters.")
    if not is_loopback(host):
        if api_key is None:
            raise CourseError(
                f"{host or 'Every address'} can be reached from other machines: set an API key, or serve on "
                "127.0.0.1."
            )
        print(
            f"Warning: {host or 'every address'} can be reached from other machines, and HTTP is not encrypted."
        )
    with contextlib.closing(_listen(host, port)) as listener:
        mine = None if model == COURSE_MODEL else model
        engine = load_engine(
            weights, mine, max_active=max_active, max_waiting=max_waiting, request_seconds=request_seconds
        )
        shown = f"[{host}]" if ":" in host else host or "0.0.0.0"
        url = f"http://{shown}:{listener.getsockname()[1]}"
        print(f"{model} answers at {url} (Ctrl-C stops it).")
        print(f'  openai:    OpenAI(base_url="{url}/v1", api_key="any")')
        print(f'  anthropic: Anthropic(base_url="{url}", api_key="any")', flush=True)
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it once more after a clean end
            CourseServer(Service(engine, model, api_key, host=host), grace).run(sockets=[listener])
        engine.close()


def host_name(header: str) -> str:
    """Return the name or address in a Host header, without its port and brackets."""
    found = re.fullmatch(r"(?:\[([^\[\]]*)\]|([^:\[\]]*))(?::\d*)?", header.strip())
    return (found[1] or found[2] or "").lower().removesuffix(".") if found else ""


def is_own(name: str, host: str) -> bool:
    """Whether a request for `name` is meant for a server on `host`.

    A server on every address (0.0.0.0) takes any address, which no other site can have as its name, and the name of
    this machine.
    """
    if is_loopback(name) or name == host.lower():
        return True
    return host in ("", "0.0.0.0", "::") and (_is_address(name) or name == socket.gethostname().lower())


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine can reach a server on `host`."""
    if host == "localhost":
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises CourseError in one sentence if it cannot be had."""
    if not 0 <= port <= 65535:
        raise CourseError(f"Port {port} does not exist: choose 1 to 65535.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # The protocol must be named: asyncio switches Nagle's delay off only for sockets that say TCP.
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CourseError(f"{host} is no address of this machine ({error.strerror}).") from None
    try:
        if os.name == "posix":  # elsewhere it would let two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise CourseError(
            f"Port {port} on {host or 'this machine'} cannot be opened ({error.strerror}): stop the program that "
            "uses it, or choose another port."
        ) from None
    return listener
