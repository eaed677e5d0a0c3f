"""What a server must bear: crowds, rude clients, arbitrary bodies, and its own end."""

import json
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import anthropic
import httpx
import openai
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib.errors import CourseError
from course_lib.serve import run_server
from course_lib.serve.app import BackgroundServer, _listen, is_loopback, is_own

ASK = [{"role": "user", "content": "What is the capital of France?"}]
ANSWER = "The capital of France is Paris."
CHAT = "/v1/chat/completions"
AS_JSON = {"content-type": "application/json"}
HTTP = httpx.Client(trust_env=False, verify=False, timeout=30)


def connect(server, vendor=openai, **settings):
    client = vendor.OpenAI if vendor is openai else vendor.Anthropic
    base_url = f"{server.url}/v1" if vendor is openai else server.url
    return client(base_url=base_url, **{"api_key": "any", "max_retries": 0, "timeout": 30, **settings})


def load(server):
    """Return how many requests are being answered, and how many wait."""
    health = HTTP.get(f"{server.url}/health").json()
    return health["active"], health["waiting"]


def wait_until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def start_stream(server, max_tokens=100):
    """Open a stream and read its first text."""
    client = connect(server)
    stream = client.chat.completions.create(
        model="course-gpt", messages=ASK, stream=True, max_tokens=max_tokens, temperature=0
    )
    next(stream), next(stream)
    return stream


def raw_request(server, body=b"", head=f"POST {CHAT} HTTP/1.1", length=None):
    """Return an open socket on which a request was sent, perhaps a part of it."""
    connection = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=10)
    length = len(body) if length is None else length
    connection.sendall(
        f"{head}\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n".encode()
        + body
    )
    return connection


def test_twenty_at_once(course_server):
    """Everybody is answered, whole or as a stream, in one format or the other."""

    def one(i):
        if i % 2:
            with (
                connect(course_server, anthropic) as client,
                client.messages.stream(
                    model="course-gpt", messages=ASK, max_tokens=40, extra_body={"temperature": 0}
                ) as stream,
            ):
                return "".join(stream.text_stream)
        with connect(course_server) as client:
            answer = client.chat.completions.create(model="course-gpt", messages=ASK, temperature=0)
            return answer.choices[0].message.content

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(one, range(20))) == [ANSWER] * 20
    assert load(course_server) == (0, 0)


def test_a_short_answer_need_not_wait_for_a_long_one(serve_script):
    """Tokens are given in turn: a short answer that came second is done long before the first."""
    server = serve_script(b"abc", delay=0.02, again=True)
    stream = start_stream(server)
    with connect(server) as client:
        answer = client.chat.completions.create(model="course-gpt", messages=ASK, max_tokens=3)
    assert answer.choices[0].message.content == "abc"
    assert load(server) == (1, 0)  # the long one is still at it
    stream.close()


@pytest.mark.parametrize("vendor", [openai, anthropic])
def test_too_busy(serve_script, vendor):
    """One answers, one waits, the third is told so; a place that becomes free is given away."""
    server = serve_script(b"abc", delay=0.05, again=True, max_active=1, max_waiting=1)
    first = start_stream(server)
    with ThreadPoolExecutor(1) as pool, connect(server) as client, connect(server, vendor) as late:
        second = pool.submit(client.chat.completions.create, model="course-gpt", messages=ASK, max_tokens=3)
        wait_until(lambda: load(server) == (1, 1))
        if vendor is openai:
            with pytest.raises(openai.RateLimitError, match="1 wait") as caught:
                late.chat.completions.create(model="course-gpt", messages=ASK)
            assert caught.value.response.status_code == 429
        else:
            with pytest.raises(anthropic.InternalServerError, match="1 wait") as caught:
                late.messages.create(model="course-gpt", messages=ASK, max_tokens=3)
            assert caught.value.response.status_code == 529
            assert caught.value.body["error"]["type"] == "overloaded_error"
        assert caught.value.response.headers["retry-after"] == "1"
        first.close()
        assert second.result(timeout=5).choices[0].message.content == "abc"


def test_who_hangs_up_frees_the_place(serve_script):
    """In the middle of a stream, while waiting in the queue, and while waiting for a whole answer."""
    server = serve_script(b"abc", delay=0.05, again=True, max_active=1)
    stream = start_stream(server)
    body = json.dumps({"model": "course-gpt", "messages": ASK}).encode()
    whole = raw_request(server, body)
    wait_until(lambda: load(server) == (1, 1))
    whole.close()
    wait_until(lambda: load(server) == (1, 0))
    stream.close()
    wait_until(lambda: load(server) == (0, 0))
    whole = raw_request(server, body)
    wait_until(lambda: load(server) == (1, 0))
    whole.close()
    wait_until(lambda: load(server) == (0, 0))
    calls = server.service.engine.model.calls
    time.sleep(0.2)
    assert server.service.engine.model.calls <= calls + 1  # the token that was under way, and no other


@pytest.mark.slow
def test_twenty_hang_up_at_once(course_server):
    streams = [start_stream(course_server) for _ in range(20)]
    for stream in streams:
        stream.close()
    wait_until(lambda: load(course_server) == (0, 0))
    test_twenty_at_once(course_server)


def test_a_client_that_reads_slowly_holds_up_nobody(serve_script):
    server = serve_script(b"x" * 30 + b" ", again=True)
    body = json.dumps({"model": "course-gpt", "messages": ASK, "stream": True}).encode()
    slow = raw_request(server, body)
    with connect(server) as client:
        client.chat.completions.create(model="course-gpt", messages=ASK, max_tokens=5)
    wait_until(lambda: load(server) == (0, 0))
    text = b""
    while b"[DONE]" not in text:
        text += slow.recv(64)
    slow.close()


def test_a_client_that_writes_slowly(serve_script):
    """A body in small pieces is read; one that does not come is given up; neither holds up the others."""
    server = serve_script(b"hi", service={"body_seconds": 1.0})
    body = json.dumps({"model": "course-gpt", "messages": ASK}).encode()
    patient = raw_request(server, body[:10], length=len(body))
    silent = raw_request(server, body[:10], length=len(body))
    with connect(server) as client:
        client.chat.completions.create(model="course-gpt", messages=ASK)
    for i in range(10, len(body), 20):
        patient.sendall(body[i : i + 20])
        time.sleep(0.01)
    assert patient.recv(12) == b"HTTP/1.1 200"
    assert silent.recv(12) == b"HTTP/1.1 408"
    for connection in (patient, silent):
        connection.close()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("vendor", [openai, anthropic])
def test_time_limit(serve_script, vendor, stream):
    """A whole answer that takes too long is a 504, a stream ends in an error event; the place is free."""
    server = serve_script(b"abc", delay=0.05, again=True, request_seconds=0.3)
    with connect(server, vendor) as client:
        create = client.chat.completions.create if vendor is openai else client.messages.create
        with pytest.raises(vendor.APIError, match=r"within 0.3 seconds"):
            list(create(model="course-gpt", messages=ASK, max_tokens=99, stream=stream))
    assert load(server) == (0, 0)


def test_a_model_that_fails_is_an_error_of_one_request(serve_script, caplog):
    server = serve_script(b"abc")
    model = server.service.engine.model
    model.ids = []
    with connect(server) as client:
        with pytest.raises(openai.InternalServerError, match="the model failed"):
            client.chat.completions.create(model="course-gpt", messages=ASK)
        model.ids = [*b"ok", 258]
        answer = client.chat.completions.create(model="course-gpt", messages=ASK)
    assert answer.choices[0].message.content == "ok"


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\xff\xfe\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: -5\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /v1/models/%ff%fe HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade, close\r\n\r\n",
    ],
)
def test_bytes_that_are_no_request(course_server, sent):
    with socket.create_connection(
        ("127.0.0.1", int(course_server.url.rpartition(":")[2])), timeout=5
    ) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = connection.recv(65536)
    assert not received.startswith(b"HTTP/1.1 5")
    assert load(course_server) == (0, 0)


@pytest.mark.parametrize("path", [CHAT, "/v1/messages", "/v1/messages/count_tokens"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[" * 100_000,
        b'{"model": "\\ud800"}',
        b'{"model": "course-gpt", "messages": [{"role": "user", "content": "\\udfff"}], "max_tokens": 1}',
        b'{"model": "course-gpt", "temperature": NaN, "max_tokens": 1' + b"0" * 5000 + b"}",
    ],
)
def test_bodies_that_are_no_json_or_no_request(course_server, path, body):
    response = HTTP.post(course_server.url + path, content=body, headers=AS_JSON)
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"
    assert len(response.text) < 1000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "user", "assistant", "system"])},
        optional={
            "content": st.text(max_size=20)
            | st.lists(
                st.fixed_dictionaries({"type": st.just("text"), "text": st.text(max_size=5)}), max_size=2
            )
            | JSON
        },
    ),
    max_size=3,
)
NUMBER = st.floats() | st.floats(0, 1) | st.integers()
ALMOST_RIGHT = st.fixed_dictionaries(
    {
        "model": st.just("course-gpt"),
        "messages": MESSAGES | JSON,
        "max_tokens": st.integers(-1, 3) | st.integers(1, 3) | st.floats(),
    },
    optional={
        "temperature": NUMBER | JSON,
        "top_p": NUMBER | JSON,
        "top_k": st.integers() | JSON,
        "seed": st.integers() | JSON,
        "stop": st.text(max_size=3) | st.lists(st.text(max_size=3), max_size=5) | JSON,
        "stop_sequences": st.lists(st.text(max_size=3), max_size=5) | JSON,
        "system": st.text(max_size=5) | JSON,
        "stream": st.booleans() | JSON,
        "stream_options": st.dictionaries(st.sampled_from(["include_usage"]), st.booleans()) | JSON,
        "tools": JSON,
        "n": st.just(1) | JSON,
        "logit_bias": JSON,
    },
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from([CHAT, "/v1/messages", "/v1/messages/count_tokens"]), body=ALMOST_RIGHT | JSON)
def test_no_body_breaks_the_server(course_server, path, body):
    """Whatever comes, the answer is an answer or an error of the client's making, as JSON or a whole stream."""
    response = HTTP.post(course_server.url + path, content=json.dumps(body).encode(), headers=AS_JSON)
    assert response.status_code in (200, 400, 404)
    if response.headers["content-type"].startswith("text/event-stream"):
        assert response.text.endswith(("data: [DONE]\n\n", 'data: {"type": "message_stop"}\n\n'))
    else:
        assert ("error" in response.json()) == (response.status_code != 200)
    assert load(course_server) == (0, 0)


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/completions", "/v1/models/", "/v1/messages/batches", "/docs"]
)
def test_unknown_paths(course_server, path):
    response = HTTP.get(course_server.url + path)
    assert response.status_code == 404
    assert response.json()["error"]["message"]


def test_closing_lets_answers_finish(serve_script):
    """The end of a notebook's server: a running answer is written to its end, a new request is refused."""
    server = serve_script(b"abc", delay=0.02, again=True)
    stream = start_stream(server, max_tokens=40)
    with ThreadPoolExecutor(1) as pool:
        closing = pool.submit(server.close)
        assert [chunk.choices[0].finish_reason for chunk in stream][-1] == "length"
        closing.result(timeout=5)
    with pytest.raises(httpx.ConnectError):
        load(server)


def test_closing_cuts_what_takes_too_long(serve_script):
    server = serve_script(b"abc", delay=0.05, again=True, grace=0.3)
    stream = start_stream(server)
    with ThreadPoolExecutor(1) as pool:
        start = time.monotonic()
        closing = pool.submit(server.close)
        with pytest.raises(openai.APIError, match="the server is stopping"):
            list(stream)
        closing.result(timeout=5)
    assert time.monotonic() - start < 3
    assert not any(
        thread.name.startswith("course-serve") and thread.is_alive() for thread in _threads_of(server)
    )


def _threads_of(server):
    return [server._thread, server.service.engine._worker]


def test_a_busy_port_is_one_sentence(course_server, tmp_path):
    port = int(course_server.url.rpartition(":")[2])
    with pytest.raises(CourseError, match=f"Port {port} on 127.0.0.1 cannot be opened .*another port"):
        run_server(port=port)
    with pytest.raises(CourseError, match=f"Port {port}"):
        BackgroundServer(course_server.service, port)
    with pytest.raises(CourseError, match="Port 70000 does not exist"):
        run_server(port=70000)
    with pytest.raises(CourseError, match=r"cannot be loaded: .*course-gpt-chat\.json is missing"):
        run_server(port=0, weights=tmp_path)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_active": 0}, "max_active=0"),
        ({"max_waiting": -1}, "max_waiting=-1"),
        ({"request_seconds": 0}, "request_seconds=0"),
    ],
)
def test_limits_under_which_nothing_is_answered(serve_script, limits, message):
    with pytest.raises(ValueError, match=message):
        serve_script(b"hi", **limits)


def test_no_answer_waits_for_more_bytes():
    """asyncio sends at once (TCP_NODELAY) only where the socket names its protocol; else each piece takes 40 ms."""
    with _listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_other_machines_need_a_key(capsys):
    for host in ("0.0.0.0", "::", "", "192.0.2.1", "example.invalid"):
        with pytest.raises(CourseError, match="set an API key"):
            run_server(host=host, port=0)
    with pytest.raises(CourseError):  # an address that is not this machine's
        run_server(host="192.0.2.1", port=0, api_key="secret")
    assert "Warning: 192.0.2.1 can be reached" in capsys.readouterr().out
    with pytest.raises(CourseError, match="printable"):
        run_server(port=0, api_key="")
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.9.9.9", "::1")))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_the_process(number):
    """A stream that is on its way is finished, nothing is printed but the greeting, no process stays."""
    code = "from course_lib.serve import run_server; run_server(port=0)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        greeting = process.stdout.readline()
        url = greeting.split()[3]
        assert greeting == f"course-gpt answers at {url} (Ctrl-C stops it).\n"
        server = type("Server", (), {"url": url})
        stream = start_stream(server)
        process.send_signal(number)
        assert [chunk.choices[0].finish_reason for chunk in stream][-1] == "stop"
        _, errors = process.communicate(timeout=15)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == (0 if number == signal.SIGINT else -signal.SIGTERM)
    assert errors == ""


OWN = ["127.0.0.1", "127.0.0.1:8642", "localhost:1", "LOCALHOST", "[::1]:8642", "127.0.0.2"]
FOREIGN = [
    "evil.example",
    "evil.example:8642",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "0.0.0.0",
    "",
    "a b",
]


@pytest.mark.parametrize("host", [*OWN, *FOREIGN])
def test_only_requests_to_this_servers_own_host_are_answered(course_server, host):
    """A page of another site that points its name at 127.0.0.1 (DNS rebinding) gets a sentence, and no model."""
    for path in ("/v1/models", "/health", "/nowhere"):
        response = HTTP.get(course_server.url + path, headers={"host": host})
        if host in OWN:
            assert response.status_code == (404 if path == "/nowhere" else 200)
        else:
            assert response.status_code == 403
            assert "does not answer for the host" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("name", "host", "own"),
    [
        ("course.lan", "course.lan", True),
        ("localhost", "course.lan", True),
        ("192.168.1.5", "course.lan", False),
        ("192.168.1.5", "0.0.0.0", True),
        ("fe80::1", "::", True),
        ("evil.example", "0.0.0.0", False),
        (socket.gethostname().lower(), "0.0.0.0", True),
        ("192.168.1.5", "127.0.0.1", False),
    ],
)
def test_a_host_is_own_if_it_is_loopback_or_the_one_that_was_given(name, host, own):
    assert is_own(name, host) is own


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
@pytest.mark.parametrize("path", [CHAT, "/v1/messages", "/v1/messages/count_tokens"])
def test_a_body_is_read_as_json_only(course_server, path, kind):
    """Another site's form can send these kinds to this server without asking the visitor's browser first."""
    body = {"model": "course-gpt", "messages": ASK}
    if not path.endswith("count_tokens"):
        body["max_tokens"] = 1
    headers = {"content-type": kind} if kind else {}
    response = HTTP.post(course_server.url + path, content=json.dumps(body).encode(), headers=headers)
    assert response.status_code == 415
    assert "expected application/json" in response.json()["error"]["message"]
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    response = HTTP.post(course_server.url + path, content=json.dumps(body).encode(), headers=headers)
    assert response.status_code == 200


def test_a_model_that_was_kept_is_served_under_its_name(tmp_path, monkeypatch):
    from course_lib.serve.app import start_background_server
    from course_lib.training import my_models
    from course_lib.training.course_gpt import load_course_gpt

    monkeypatch.setattr(my_models, "models_folder", lambda: tmp_path)
    model, tokenizer, _ = load_course_gpt("chat")
    my_models.keep_model(model, tokenizer, "mine", folder=tmp_path)
    with start_background_server(model="mine") as server:
        client = connect(server)
        assert [one.id for one in client.models.list()] == ["mine"]
        said = client.chat.completions.create(model="mine", messages=ASK, temperature=0)
        assert said.choices[0].message.content == ANSWER
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(model="course-gpt", messages=ASK)
    with pytest.raises(CourseError, match="Your models: mine"):
        run_server(port=0, model="yours")
