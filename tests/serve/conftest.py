"""Servers for the tests: the course's own model, and a model that says what it is told, slowly if wished."""

import contextlib
import os
import time

import pytest
import torch

from course_lib.data.facts import SPECIAL_TOKENS
from course_lib.models.gpt import GPT, GPTConfig, GPTOutput
from course_lib.serve.app import BackgroundServer, Service, load_engine
from course_lib.serve.engine import Engine
from course_lib.tokenizers.bpe import BytePairTokenizer

END_ID = 258  # of a tokenizer whose ids are the bytes and then the special tokens


class Script(GPT):
    """Says the given bytes and then ends its turn (or begins anew), whatever it reads."""

    def __init__(self, said: bytes, delay: float = 0.0, again: bool = False) -> None:
        super().__init__(GPTConfig(vocab_size=259, context=128, n_layer=1, n_head=1, n_embd=2))
        self.ids, self.delay, self.again = [*said, *([] if again else [END_ID])], delay, again
        self.calls = 0

    def forward(self, ids, kv_cache=None, last_only=False):
        time.sleep(self.delay)
        self.calls += 1
        if kv_cache.length == 0:
            kv_cache.start = ids.shape[1]
        kv_cache.length += ids.shape[1]
        logits = torch.zeros(ids.shape[0], 1, 259)
        logits[:, :, self.ids[(kv_cache.length - kv_cache.start) % len(self.ids)]] = 30.0
        return GPTOutput(logits)


@pytest.fixture(autouse=True, scope="session")
def only_loopback():
    """No proxy and no account of this machine has a say in where the clients go."""
    with pytest.MonkeyPatch.context() as environment:
        for name in list(os.environ):
            if name.upper().endswith("_PROXY") or name.startswith(("ANTHROPIC_", "OPENAI_")):
                environment.delenv(name)
        yield


@pytest.fixture(scope="session")
def course_server(only_loopback):
    with BackgroundServer(Service(load_engine(max_active=4, max_waiting=32))) as server:
        yield server


@pytest.fixture
def serve_script():
    """A function that serves a `Script`; `service` and `engine` settings may be given."""
    with contextlib.ExitStack() as stack:

        def serve(said, delay=0.0, again=False, grace=5.0, service=None, **engine):
            tokenizer = BytePairTokenizer([], SPECIAL_TOKENS)
            own = Service(Engine(Script(said, delay, again), tokenizer, **engine), **(service or {}))
            return stack.enter_context(BackgroundServer(own, grace=grace))

        yield serve
