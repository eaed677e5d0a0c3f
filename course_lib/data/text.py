"""Real English that every Python brings along: CPython's language reference."""

import hashlib
import random
import re


def language_reference() -> str:
    """Return Python's language reference as plain text, from the interpreter's own help topics.

    Topics stand in alphabetical order. Passages that several topics repeat are kept once, so that no
    validation passage is also a training passage. The text differs between Python versions: record
    `fingerprint(text)`.
    """
    from pydoc_data.topics import topics

    seen: set[str] = set()
    kept: list[str] = []
    for name in sorted(topics):
        text = re.sub(r"[ \t]+$", "", topics[name].replace("\r\n", "\n"), flags=re.MULTILINE)
        for paragraph in re.split(r"\n{2,}", text.strip("\n")):
            key = " ".join(paragraph.split())
            if key and key not in seen:
                seen.add(key)
                kept.append(paragraph)
    return "\n\n".join(kept) + "\n"


def fingerprint(text: str) -> str:
    """Return the SHA-256 of the text's UTF-8 bytes as 64 hex digits: same digits, same text."""
    return hashlib.sha256(text.encode()).hexdigest()


def train_val_split(
    text: str, val_fraction: float = 0.1, block_chars: int = 4000, seed: int = 0
) -> tuple[str, str]:
    """Split a text into training and validation text by blocks of whole paragraphs.

    The blocks (about `block_chars` characters each) that validate are drawn with `seed`, so that every
    subject of the text is in both parts. No character is lost. Raises ValueError unless 0 < val_fraction < 1
    and there are at least two blocks.
    """
    if not 0 < val_fraction < 1:
        raise ValueError(f"val_fraction={val_fraction}; expected a share between 0 and 1")
    if block_chars < 1:
        raise ValueError(f"block_chars={block_chars}; expected at least 1")
    blocks: list[str] = [""]
    for paragraph in re.findall(r".+?(?:\n{2,}|\Z)", text, flags=re.DOTALL):
        if len(blocks[-1]) >= block_chars:
            blocks.append("")
        blocks[-1] += paragraph
    if len(blocks) < 2:
        raise ValueError(f"the text has {len(text)} characters: too few for two blocks of {block_chars}")
    n_val = min(max(1, round(val_fraction * len(blocks))), len(blocks) - 1)
    chosen = set(random.Random(seed).sample(range(len(blocks)), n_val))
    parts = ["".join(b for i, b in enumerate(blocks) if (i in chosen) == val) for val in (False, True)]
    return parts[0], parts[1]
