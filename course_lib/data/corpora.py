"""Optional real corpora for those who are online; nothing else in the course needs or calls this module.

Every corpus has a checksum, so that everybody trains on the same bytes.
"""

import hashlib
import os
import re
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from types import MappingProxyType

from tqdm.auto import tqdm

CHUNK = 2**16


class CorpusError(RuntimeError):
    """A corpus could not be fetched, or is not the one that was asked for; the message is one sentence."""


@dataclass(frozen=True)
class Corpus:
    """One file on the web: what it is, where, how large, and its SHA-256 as 64 hex digits."""

    name: str
    about: str
    url: str
    size: int  # bytes
    sha256: str
    licence: str
    member: str | None = None  # the text's name in a zip archive; None: the file is the text

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", self.name):
            raise ValueError(f"name={self.name!r}; expected small letters, digits and hyphens")
        if not re.match(r"https://|http://(127\.0\.0\.1|localhost)[:/]", self.url):
            raise ValueError(f"url={self.url!r}; expected https://")
        if self.size < 1 or not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError(f"size={self.size}, sha256={self.sha256!r}; expected bytes and 64 hex digits")


CORPORA: Mapping[str, Corpus] = MappingProxyType(
    {
        corpus.name: corpus
        for corpus in (
            Corpus(
                name="shakespeare",
                about="Parts of Shakespeare's plays, as used by many small language models",
                url="https://raw.githubusercontent.com/karpathy/char-rnn/"
                "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt",
                size=1_115_394,
                sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
                licence="public domain",
            ),
            Corpus(
                name="enwik8",
                about="The first 100 million bytes of the English Wikipedia of March 2006",
                url="https://mattmahoney.net/dc/enwik8.zip",
                size=36_445_475,
                sha256="547994d9980ebed1288380d652999f38a14fe291a6247c157c3d33d4932534bc",
                licence="GFDL (Wikipedia)",
                member="enwik8",
            ),
        )
    }
)


def cache_folder() -> Path:
    """Return where corpora are kept: `how-ai-models-work` in XDG_CACHE_HOME or ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "how-ai-models-work"


def fetch(corpus: Corpus | str, folder: str | Path | None = None, timeout: float = 30.0) -> Path:
    """Return the file of a corpus, downloading it into `folder` if it is not there yet.

    What an interrupted download has is kept as `.part` and continued. The file gets its name only when size
    and SHA-256 are right. `timeout` is in seconds without an answer. Raises ValueError for an unknown name,
    CorpusError if the network, the server or the checksum fails.
    """
    corpus = _known(corpus)
    folder = cache_folder() if folder is None else Path(folder)
    path = folder / f"{corpus.name}{Path(corpus.url).suffix}"
    if path.is_file() and path.stat().st_size == corpus.size and _sha256(path) == corpus.sha256:
        return path
    part = path.with_name(path.name + ".part")
    folder.mkdir(parents=True, exist_ok=True)
    if part.is_file() and part.stat().st_size > corpus.size:
        part.unlink()
    try:
        if not part.is_file() or part.stat().st_size < corpus.size:
            _download(corpus, part, timeout)
    except (OSError, HTTPException) as error:  # URLError and time-outs are OSErrors
        reason = " ".join(str(getattr(error, "reason", None) or error).split())[:150]
        raise CorpusError(
            f"the corpus {corpus.name} could not be fetched ({reason}); "
            "it is optional, and what has arrived is continued at the next try"
        ) from None
    found = _sha256(part)
    if found != corpus.sha256:
        part.unlink()
        raise CorpusError(
            f"the file at {corpus.url} is not the corpus {corpus.name} "
            f"(SHA-256 {found[:12]}..., expected {corpus.sha256[:12]}...) and was deleted"
        )
    part.replace(path)
    return path


def read_corpus(corpus: Corpus | str, folder: str | Path | None = None) -> str:
    """Return the text of a corpus, fetching it first if need be; errors as `fetch`. Bad UTF-8 becomes U+FFFD."""
    corpus = _known(corpus)
    path = fetch(corpus, folder)
    if corpus.member is None:
        return path.read_text(encoding="utf-8", errors="replace")
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(corpus.member).decode("utf-8", errors="replace")
    except (zipfile.BadZipFile, KeyError) as error:
        raise CorpusError(f"{path} has no readable {corpus.member} ({error})") from None


def _known(corpus: Corpus | str) -> Corpus:
    if isinstance(corpus, Corpus):
        return corpus
    if corpus not in CORPORA:
        raise ValueError(f"corpus={corpus!r}; expected one of {', '.join(CORPORA)}")
    return CORPORA[corpus]


def _download(corpus: Corpus, part: Path, timeout: float) -> None:
    """Append to `part` what is missing; begin again if the server cannot continue."""
    have = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(corpus.url, headers={"User-Agent": "how-ai-models-work"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        continues = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(
            f"bytes {have}-"
        )
        have = have if continues else 0
        with (
            part.open("ab" if continues else "wb") as file,
            tqdm(
                total=corpus.size, initial=have, unit="B", unit_scale=True, desc=corpus.name, leave=False
            ) as bar,
        ):
            while block := answer.read(CHUNK):
                have += len(block)
                if have > corpus.size:
                    part.unlink()
                    raise CorpusError(
                        f"the file at {corpus.url} has more than the {corpus.size} bytes "
                        f"of the corpus {corpus.name} and was deleted"
                    )
                file.write(block)
                bar.update(len(block))
    if have < corpus.size:
        raise OSError(f"the connection ended after {have} of {corpus.size} bytes")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
