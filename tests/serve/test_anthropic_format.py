"""The unchanged `anthropic` client against the course's server."""

import asyncio

import anthropic
import httpx
import pytest

QUESTION = "What is the capital of France?"
ANSWER = "The capital of France is Paris."
ASK = [{"role": "user", "content": QUESTION}]
GREEDY = {"extra_body": {"temperature": 0}}  # the client has no argument for it, the wire format has


def connect(server, **settings):
    return anthropic.Anthropic(base_url=server.url, api_key="any", max_retries=0, timeout=30, **settings)


@pytest.fixture(scope="module")
def client(course_server):
    with connect(course_server) as client:
        yield client


def ask(client, messages=ASK, max_tokens=40, **settings):
    return client.messages.create(model="course-gpt", messages=messages, max_tokens=max_tokens, **settings)


def test_a_question_is_answered(client):
    answer = ask(client, **GREEDY)
    assert [(block.type, block.text) for block in answer.content] == [("text", ANSWER)]
    assert (answer.type, answer.role, answer.model) == ("message", "assistant", "course-gpt")
    assert (answer.stop_reason, answer.stop_sequence) == ("end_turn", None)
    assert answer.usage.output_tokens == 8  # seven and the one that ends the turn
    assert answer._request_id.startswith("req_")
    count = client.messages.count_tokens(model="course-gpt", messages=ASK)
    assert answer.usage.input_tokens == count.input_tokens


def test_a_stream_says_the_same_in_typed_events(client):
    whole = ask(client, **GREEDY)
    events = list(ask(client, stream=True, **GREEDY))
    kinds = [event.type for event in events]
    assert kinds[:2] == ["message_start", "content_block_start"]
    assert kinds[2:-3] == ["content_block_delta"] * 7
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert "".join(event.delta.text for event in events[2:-3]) == whole.content[0].text
    assert events[0].message.usage.input_tokens == whole.usage.input_tokens
    assert events[-2].usage.output_tokens == whole.usage.output_tokens
    assert events[-2].delta.stop_reason == "end_turn"


def test_the_stream_on_the_wire(course_server):
    body = {"model": "course-gpt", "messages": ASK, "max_tokens": 4, "stream": True}
    response = httpx.post(f"{course_server.url}/v1/messages", json=body, trust_env=False)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text.startswith('event: message_start\ndata: {"type": "message_start", ')
    assert '\n\nevent: ping\ndata: {"type": "ping"}\n\n' in response.text
    assert response.text.endswith('event: message_stop\ndata: {"type": "message_stop"}\n\n')


def test_the_clients_own_stream_helper(client):
    with client.messages.stream(model="course-gpt", messages=ASK, max_tokens=40, **GREEDY) as stream:
        assert "".join(stream.text_stream) == ANSWER
        assert stream.get_final_message().stop_reason == "end_turn"


@pytest.mark.parametrize("stop", [" France", "of Fr", "ital of Franc"])
def test_stop_sequences_across_tokens(client, stop):
    expected = ANSWER[: ANSWER.index(stop)]
    whole = ask(client, stop_sequences=["xyz", stop], **GREEDY)
    assert whole.content[0].text == expected
    assert (whole.stop_reason, whole.stop_sequence) == ("stop_sequence", stop)
    with client.messages.stream(
        model="course-gpt", messages=ASK, max_tokens=40, stop_sequences=[stop], **GREEDY
    ) as stream:
        assert "".join(stream.text_stream) == expected
        assert stream.get_final_message().stop_sequence == stop


def test_length_and_sampling(client):
    assert ask(client, max_tokens=3, **GREEDY).stop_reason == "max_tokens"
    assert ask(client, max_tokens=100_000, **GREEDY).stop_reason == "end_turn"
    for narrow in ({"top_k": 1}, {"top_p": 1e-300}, {"temperature": 1e-300}):
        assert ask(client, extra_body=narrow).content[0].text == ANSWER
    ask(client, extra_body={"top_k": 0, "top_p": 1, "temperature": 1, "metadata": {"user_id": "a"}})


def test_text_blocks_system_and_earlier_turns(client):
    """What was answered can be sent back; only the last user message is read, and a header says so."""
    first = ask(client, **GREEDY)
    messages = [*ASK, {"role": "assistant", "content": first.content}]
    messages += [{"role": "user", "content": [{"type": "text", "text": "What is the capital of Japan?"}]}]
    raw = client.messages.with_raw_response.create(
        model="course-gpt", messages=messages, max_tokens=40, system="Answer like a pirate.", **GREEDY
    )
    assert raw.parse().content[0].text == "The capital of Japan is Tokyo."
    assert raw.parse().usage.input_tokens == first.usage.input_tokens
    assert "last user message" in raw.headers["course-note"]
    blocks = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    count = client.messages.count_tokens(model="course-gpt", messages=ASK, system=blocks)
    assert count.input_tokens == first.usage.input_tokens


def test_models(client):
    assert [model.id for model in client.models.list()] == ["course-gpt"]
    assert client.models.retrieve("course-gpt").type == "model"
    with pytest.raises(anthropic.NotFoundError, match="course-gpt"):
        client.models.retrieve("claude-9")


def test_async_client(course_server):
    async def both():
        async with anthropic.AsyncAnthropic(
            base_url=course_server.url, api_key="any", max_retries=0
        ) as client:
            whole = await ask(client, **GREEDY)
            async with client.messages.stream(
                model="course-gpt", messages=ASK, max_tokens=40, **GREEDY
            ) as stream:
                text = "".join([text async for text in stream.text_stream])
        return whole.content[0].text, text

    assert asyncio.run(both()) == (ANSWER, ANSWER)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": "many"}, "max_tokens"),
        ({"extra_body": {"max_tokens": None}}, "max_tokens"),
        ({"extra_body": {"temperature": 1.5}}, "temperature"),
        ({"extra_body": {"top_p": -1}}, "top_p"),
        ({"extra_body": {"top_k": -1}}, "top_k"),
        ({"extra_body": {"seed": 1}}, "seed"),
        ({"stop_sequences": [""]}, "stop_sequences"),
        ({"stop_sequences": "x"}, "stop_sequences"),
        ({"tools": [{"name": "f", "input_schema": {"type": "object"}}]}, "tools"),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "thinking"),
        ({"system": 5}, "system"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, r"messages\.0\.role"),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "image"),
        ({"messages": [*ASK, {"role": "assistant", "content": "The"}]}, "last message"),
    ],
)
def test_what_is_wrong_is_named(client, settings, field):
    with pytest.raises(anthropic.BadRequestError, match=field) as caught:
        ask(client, **{"messages": ASK, **settings})
    assert caught.value.body["error"]["type"] == "invalid_request_error"


def test_errors_of_the_format(client, course_server):
    with pytest.raises(anthropic.NotFoundError, match="claude-9") as caught:
        client.messages.create(model="claude-9", messages=ASK, max_tokens=5)
    assert caught.value.body["error"]["type"] == "not_found_error"
    too_long = [{"role": "user", "content": "France " * 300}]
    with pytest.raises(anthropic.BadRequestError, match=r"prompt has 30\d tokens.*256"):
        ask(client, too_long)
    with pytest.raises(anthropic.BadRequestError, match="tokens"):
        client.messages.count_tokens(model="course-gpt", messages=too_long)
    with pytest.raises(anthropic.ContentTooLargeError) as caught:
        ask(client, [{"role": "user", "content": "x" * 2_000_000}])
    assert caught.value.body["error"]["type"] == "request_too_large"
    with pytest.raises(anthropic.NotFoundError):
        client.messages.batches.list()
    response = httpx.get(f"{course_server.url}/v1/messages", trust_env=False)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["type"] == "error"


def test_a_key_is_asked_where_one_is_set(serve_script):
    with connect(serve_script(b"hi", service={"api_key": "secret"})) as client:
        with pytest.raises(anthropic.AuthenticationError) as caught:
            ask(client)
        assert caught.value.body["error"]["type"] == "authentication_error"
        assert ask(client.with_options(api_key="secret")).content[0].text == "hi"
