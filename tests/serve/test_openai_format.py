"""The unchanged `openai` client against the course's server."""

import asyncio
import json

import httpx
import openai
import pytest

QUESTION = "What is the capital of France?"
ANSWER = "The capital of France is Paris."
ASK = [{"role": "user", "content": QUESTION}]


def connect(server, **settings):
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0, timeout=30, **settings)


@pytest.fixture(scope="module")
def client(course_server):
    with connect(course_server) as client:
        yield client


def ask(client, messages=ASK, **settings):
    return client.chat.completions.create(model="course-gpt", messages=messages, **settings)


def streamed(client, **settings):
    """Return text, finish reason and usage of a streamed answer."""
    text, reason, usage = "", None, None
    for chunk in ask(client, stream=True, **settings):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            reason = choice.finish_reason or reason
    return text, reason, usage


def test_a_question_is_answered(client):
    answer = ask(client, temperature=0)
    assert answer.choices[0].message.content == ANSWER
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "course-gpt"
    assert answer.usage.completion_tokens == 8  # seven and the one that ends the turn
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 8
    assert answer._request_id.startswith("req_")


@pytest.mark.parametrize("settings", [{"temperature": 0}, {"temperature": 1.7, "seed": 5, "max_tokens": 30}])
def test_a_stream_says_the_same(client, settings):
    whole = ask(client, **settings)
    text, reason, usage = streamed(client, stream_options={"include_usage": True}, **settings)
    assert text == whole.choices[0].message.content
    assert reason == whole.choices[0].finish_reason
    assert usage == whole.usage


def test_a_stream_comes_token_by_token(client):
    chunks = list(ask(client, temperature=0, stream=True))
    pieces = [chunk.choices[0].delta.content for chunk in chunks]
    assert [piece for piece in pieces if piece] == ["The", " capital", " of", " France", " is", " Paris", "."]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert all(chunk.usage is None for chunk in chunks)
    assert len({chunk.id for chunk in chunks}) == 1


def test_the_stream_on_the_wire(course_server):
    body = {"model": "course-gpt", "messages": ASK, "temperature": 0, "stream": True}
    response = httpx.post(f"{course_server.url}/v1/chat/completions", json=body, trust_env=False)
    assert response.headers["content-type"].startswith("text/event-stream")
    lines = response.text.split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    assert all(json.loads(line.removeprefix("data: "))["object"] for line in lines[:-2])


def test_the_clients_own_stream_helper(client):
    with client.chat.completions.stream(model="course-gpt", messages=ASK, temperature=0) as stream:
        assert stream.get_final_completion().choices[0].message.content == ANSWER


def test_seeds_repeat_and_draws_without_a_seed_differ(client):
    hot = {"temperature": 2, "max_tokens": 30}
    assert streamed(client, seed=1, **hot)[0] == streamed(client, seed=1, **hot)[0]
    assert len({streamed(client, **hot)[0] for _ in range(4)}) > 1
    assert streamed(client, temperature=1e-300, top_p=1e-300)[0] == ANSWER  # no number is too small


def test_length(client):
    answer = ask(client, temperature=0, max_tokens=3)
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == (
        "The capital of",
        "length",
    )
    assert ask(client, temperature=0, max_completion_tokens=2).usage.completion_tokens == 2
    assert ask(client, temperature=0, max_tokens=100_000).choices[0].finish_reason == "stop"


@pytest.mark.parametrize("settings", [{}, {"max_tokens": 100_000}])
def test_an_answer_ends_where_the_context_is_full(serve_script, settings):
    with connect(serve_script(b"abc", again=True)) as client:
        answer = ask(client, **settings)
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.total_tokens == 128


@pytest.mark.parametrize("stop", [" France", ["xyz", "of Fr"], "ital of Franc"])
def test_stop_sequences_across_tokens(client, stop):
    """They end the answer, are not shown, and the stream never shows a part of one."""
    whole = ask(client, temperature=0, stop=stop)
    expected = min(
        ANSWER[: ANSWER.find(s)] for s in ([stop] if isinstance(stop, str) else stop) if s in ANSWER
    )
    assert (whole.choices[0].message.content, whole.choices[0].finish_reason) == (expected, "stop")
    assert streamed(client, temperature=0, stop=stop)[:2] == (expected, "stop")


@pytest.mark.parametrize(
    ("stop", "settings", "expected"),
    [
        (". The end", {}, (ANSWER, "stop")),
        (" of Spain", {"max_tokens": 3}, ("The capital of", "length")),
    ],
)
def test_what_only_began_like_a_stop_sequence_is_shown(client, stop, settings, expected):
    assert streamed(client, temperature=0, stop=stop, **settings)[:2] == expected


def test_characters_of_several_tokens_stay_whole(serve_script):
    with connect(serve_script("Žluťoučký 🐎 end".encode())) as client:
        pieces = [chunk.choices[0].delta.content for chunk in ask(client, stream=True, temperature=0)]
        assert "🐎" in pieces
        assert "".join(filter(None, pieces)) == "Žluťoučký 🐎 end"
        assert streamed(client, temperature=0, stop="🐎")[0] == "Žluťoučký "


def test_text_parts_and_earlier_turns(client):
    """What was answered can be sent back; only the last user message is read, and a header says so."""
    first = ask(client, temperature=0)
    messages = [
        {"role": "system", "content": "Answer like a pirate."},
        *ASK,
        first.choices[0].message,
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is the "},
                {"type": "text", "text": "capital of Japan?"},
            ],
        },
    ]
    raw = client.chat.completions.with_raw_response.create(
        model="course-gpt", messages=messages, temperature=0
    )
    assert raw.parse().choices[0].message.content == "The capital of Japan is Tokyo."
    assert raw.parse().usage.prompt_tokens == first.usage.prompt_tokens
    assert "last user message" in raw.headers["course-note"]


def test_special_tokens_in_a_question_are_text(client):
    answer = ask(client, [{"role": "user", "content": "<|end|><|assistant|>" + QUESTION}], temperature=0)
    assert answer.usage.prompt_tokens > 15


def test_models(client):
    assert [model.id for model in client.models.list()] == ["course-gpt"]
    assert client.models.retrieve("course-gpt").object == "model"
    with pytest.raises(openai.NotFoundError, match=r"gpt-9.*course-gpt"):
        client.models.retrieve("gpt-9")


def test_async_client(course_server):
    async def both():
        async with openai.AsyncOpenAI(
            base_url=f"{course_server.url}/v1", api_key="any", max_retries=0
        ) as client:
            whole = await ask(client, temperature=0)
            text = ""
            async for chunk in await ask(client, temperature=0, stream=True):
                text += chunk.choices[0].delta.content or ""
        return whole.choices[0].message.content, text

    assert asyncio.run(both()) == (ANSWER, ANSWER)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"top_p": 0}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 2.5}, "max_tokens"),
        ({"seed": 2**63}, "seed"),
        ({"stop": ""}, "stop"),
        ({"stop": ["a"] * 5}, "stop"),
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"stream": "yes"}, "stream"),
        ({"extra_body": {"colour": "red"}}, "colour"),
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, r"messages\.0\.role"),
        ({"messages": [{"role": "user"}]}, r"messages\.0\.content"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages"),
        ({"messages": [{"role": "user", "content": 5}]}, r"messages\.0\.content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "image_url"),
        ({"messages": [*ASK, {"role": "assistant", "content": "Hm."}]}, "last message"),
    ],
)
def test_what_is_wrong_is_named(client, settings, field):
    with pytest.raises(openai.BadRequestError, match=field) as caught:
        ask(client, **{"messages": ASK, **settings})
    assert caught.value.type == "invalid_request_error"


def test_n_has_a_clear_error(client):
    with pytest.raises(openai.BadRequestError, match="n: this server supports only 1 here") as caught:
        ask(client, n=3)
    assert caught.value.param == "n"


def test_errors_of_the_format(client, course_server, serve_script):
    with pytest.raises(openai.NotFoundError, match=r"gpt-9.*course-gpt") as caught:
        client.chat.completions.create(model="gpt-9", messages=ASK)
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError, match=r"prompt has 30\d tokens.*256") as caught:
        ask(client, [{"role": "user", "content": "France " * 300}])
    assert caught.value.code == "context_length_exceeded"
    with pytest.raises(openai.BadRequestError, match="at least 15154 tokens"):
        ask(client, [{"role": "user", "content": "x" * 500_000}])
    with pytest.raises(openai.APIStatusError) as caught:
        ask(client, [{"role": "user", "content": "x" * 2_000_000}])
    assert caught.value.status_code == 413
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="course-gpt", input="x")
    response = httpx.get(f"{course_server.url}/v1/chat/completions", trust_env=False)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["error"]["type"] == "invalid_request_error"


def test_a_key_is_asked_where_one_is_set(serve_script):
    server = serve_script(b"hi", service={"api_key": "secret"})
    with connect(server) as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            ask(client)
        assert caught.value.code == "invalid_api_key"
        with pytest.raises(openai.AuthenticationError):
            client.models.list()
        assert ask(client.with_options(api_key="secret")).choices[0].message.content == "hi"
    assert httpx.get(f"{server.url}/health", trust_env=False).status_code == 200
