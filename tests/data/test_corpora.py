"""Downloads from a server that this test starts on the loopback address; nothing here goes out."""

import ast
import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import course_lib
from course_lib.data.corpora import CORPORA, Corpus, CorpusError, cache_folder, fetch, read_corpus

TEXT = ("To be, or not to be: é.\n" * 9000).encode()


class Server(ThreadingHTTPServer):
    """Serves `body`; `stops_after` breaks connections off, `ranges` False ignores requests to continue."""

    body, stops_after, ranges, status = TEXT, None, True, 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        wanted = self.headers.get("Range")
        server.asked.append(wanted)
        if server.status != 200:
            self.send_error(server.status)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and server.ranges else 0
        body = server.body[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.body) - 1}/{len(server.body)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: server.stops_after])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def corpus(server: Server, body: bytes = TEXT, suffix: str = ".txt", member: str | None = None) -> Corpus:
    url = f"http://127.0.0.1:{server.server_address[1]}/a/file{suffix}"
    return Corpus("test", "a test", url, len(body), hashlib.sha256(body).hexdigest(), "none", member)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_fetched_once_and_then_kept(server, tmp_path):
    path = fetch(corpus(server), tmp_path / "cache")
    assert path.read_bytes() == TEXT
    assert fetch(corpus(server), tmp_path / "cache") == path
    assert read_corpus(corpus(server), tmp_path / "cache") == TEXT.decode()
    assert server.asked == [None]
    assert names(tmp_path / "cache") == ["test.txt"]
    path.write_bytes(b"x" + TEXT[1:])  # changed on disk: fetched again
    assert fetch(corpus(server), tmp_path / "cache").read_bytes() == TEXT


@pytest.mark.parametrize("ranges", [True, False], ids=["continues", "begins again"])
def test_a_broken_download_goes_on_where_it_ended(server, tmp_path, ranges):
    server.stops_after, server.ranges = 100_000, ranges
    with pytest.raises(CorpusError, match=r"could not be fetched \(.*100000 of 225000 bytes|IncompleteRead"):
        fetch(corpus(server), tmp_path)
    assert names(tmp_path) == ["test.txt.part"]
    server.stops_after = None
    assert fetch(corpus(server), tmp_path).read_bytes() == TEXT
    assert server.asked[0] is None
    assert server.asked[1].startswith("bytes=")
    assert names(tmp_path) == ["test.txt"]


def test_another_file_is_deleted(server, tmp_path):
    server.body = b"x" + TEXT[1:]
    with pytest.raises(CorpusError, match=r"is not the corpus test \(SHA-256 .* and was deleted"):
        fetch(corpus(server), tmp_path)
    assert names(tmp_path) == []
    server.body = TEXT + b"more"
    with pytest.raises(CorpusError, match="has more than the 225000 bytes"):
        fetch(corpus(server), tmp_path)
    assert names(tmp_path) == []


def test_a_part_of_another_file_is_found_out(server, tmp_path):
    (tmp_path / "test.txt.part").write_bytes(b"x" * 1000)
    with pytest.raises(CorpusError, match="is not the corpus"):
        fetch(corpus(server), tmp_path)
    assert fetch(corpus(server), tmp_path).read_bytes() == TEXT
    (tmp_path / "test.txt").unlink()
    (tmp_path / "test.txt.part").write_bytes(TEXT)  # complete, but interrupted before it got its name
    asked = len(server.asked)
    assert fetch(corpus(server), tmp_path).read_bytes() == TEXT
    assert len(server.asked) == asked


def test_offline_is_one_clear_sentence(server, tmp_path):
    known = corpus(server)
    server.status = 404
    with pytest.raises(CorpusError, match=r"corpus test could not be fetched \(Not Found\); it is optional"):
        fetch(known, tmp_path)
    server.shutdown()
    server.server_close()
    with pytest.raises(CorpusError, match="the corpus test could not be fetched") as error:
        fetch(known, tmp_path)
    assert "\n" not in str(error.value)
    with pytest.raises(CorpusError):
        read_corpus(known, tmp_path)


def test_a_text_in_an_archive(server, tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("inner", TEXT)
    server.body = buffer.getvalue()
    assert read_corpus(corpus(server, server.body, ".zip", "inner"), tmp_path) == TEXT.decode()
    with pytest.raises(CorpusError, match="no readable other"):
        read_corpus(corpus(server, server.body, ".zip", "other"), tmp_path)


def test_the_registry_names_its_corpora(monkeypatch, tmp_path):
    assert all(name == known.name and known.url.startswith("https://") for name, known in CORPORA.items())
    with pytest.raises(ValueError, match="corpus='moby'; expected one of shakespeare, enwik8"):
        fetch("moby", tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "how-ai-models-work"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "../x"),
        ("url", "http://example.org/"),
        ("url", "file:///etc/passwd"),
        ("size", 0),
        ("sha256", "ab"),
    ],
)
def test_entries_that_cannot_be_right_are_refused(field, value):
    entry = {
        "name": "a",
        "about": "",
        "url": "https://example.org/a",
        "size": 1,
        "sha256": "0" * 64,
        "licence": "",
    }
    with pytest.raises(ValueError, match=f"{field}="):
        Corpus(**entry | {field: value})


def test_nothing_else_in_the_course_uses_this_module():
    for path in Path(course_lib.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found = [a.name for a in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            found += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any("corpora" in name for name in found), path
