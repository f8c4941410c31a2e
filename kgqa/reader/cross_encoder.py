"""Question and program read as one text, by an encoder tuned to tell which program is meant on any graph.

What names the relations of a strange graph share with a question's words says little: "how long is it" means a number
of pages, not of a volume, and "which animals" asks for no species. An encoder that reads both at once (a cross-encoder;
Nogueira and Cho, 2019, arXiv:1901.04085) can tell, and what it learnt of some graphs holds on others. It reads the few
candidates that `kgqa.reader.general` puts first, and adds to their log odds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kgqa.embedding import Precision, TextEncoder, TextKind, load_encoder
from kgqa.embedding.contract import Floats
from kgqa.embedding.store import write_atomically
from kgqa.errors import ReaderError
from kgqa.reader.serialise import SLOTS, MaskedQuestion, ProgramToken, TokenKind
from kgqa.reader.wording import spaced, token_text

CROSS, HEAD = "cross.safetensors", "cross_head.safetensors"
"""What is added to the plain encoder, and the weights that make a score of its vector."""
READ = 8
"""At most so many candidates are read, those that come first without it."""
_OF_KINDS = (*SLOTS, TokenKind.CLASS)
_LETTERS = dict(zip(SLOTS, "XYZ", strict=True))
_SHOWN, _LONGEST = 2, 24
_BEHIND = 0.01
_NUMBERS = ("bias", "share", "near")


@dataclass(frozen=True, slots=True)
class CrossHead:
    """From the vector of a question with a program to the program's log odds against "none of these".

    weight : float32 [e]. bias : added to all. share : what the log odds without it count beside it. near : how far in
    log odds a candidate may lie behind the first and still be read.
    """

    weight: Floats = field(repr=False)
    bias: float
    share: float
    near: float = np.inf

    def total(self, vectors: Floats, odds: Floats) -> Floats:
        """Log odds, float32 [candidates], from their vectors [candidates, e] and the log odds without these."""
        found: Floats = (vectors @ self.weight + self.bias + self.share * odds).astype(np.float32)
        return found

    def beside(self, count: float, near: float) -> CrossHead:
        """The head that leaves the log odds as they are, and counts its own part `count` times."""
        return CrossHead(np.float32(count) * self.weight, count * self.bias, 1.0, near)

    def save(self, path: Path) -> None:
        """Write a safetensors file."""
        from safetensors.numpy import save_file

        arrays = {"weight": self.weight.astype(np.float32)}
        arrays |= {name: np.array([getattr(self, name)], dtype=np.float32) for name in _NUMBERS}
        write_atomically(path, lambda target: save_file(arrays, target))

    @classmethod
    def load(cls, path: Path) -> CrossHead:
        """Read what `save` wrote. Errors : ReaderError if it is missing or damaged."""
        from safetensors.numpy import load_file

        try:
            arrays = load_file(path)
            return cls(arrays["weight"], *(float(arrays[name][0]) for name in _NUMBERS))
        except Exception as error:  # safetensors raises its own kind
            raise ReaderError(f"{path} is missing or damaged ({error}). Train it again") from error


class CrossEncoder:
    """Reads the first candidates of a question together with it. encoder : tuned; see `open_cross`."""

    def __init__(self, encoder: TextEncoder, head: CrossHead) -> None:
        self._encoder, self._head = encoder, head

    def refine(self, texts: Sequence[str], odds: Floats) -> Floats:
        """The log odds of all candidates anew, float32 [candidates]; those not read stay behind, in their order.

        texts : of each, what `pair_text` gives. odds : the log odds without it.
        """
        order = np.argsort(-odds, kind="stable")
        count = min(READ, int((odds >= odds.max() - self._head.near).sum()))
        first, others = order[:count], order[count:]
        found = odds.copy()
        vectors = self._encoder.encode([texts[i] for i in first.tolist()], kind=TextKind.QUERY)
        found[first] = self._head.total(vectors, odds[first])
        if len(others):
            below = found[first].min() - _BEHIND * np.arange(1, len(others) + 1, dtype=np.float32)
            found[others] = np.minimum(odds[others], below)
        return found


def open_cross(encoder: str, folder: Path | None, precision: Precision = Precision.FLOAT32) -> CrossEncoder | None:
    """The one that lies with a reader's weights; None where there is none. encoder : the plain encoder's name."""
    if folder is None or not (folder / CROSS).exists():
        return None
    opened = load_encoder(encoder, precision=precision, adapter=folder / CROSS)
    return CrossEncoder(opened, CrossHead.load(folder / HEAD))


def pair_text(question: MaskedQuestion, tokens: Sequence[ProgramToken], shown: Sequence[str]) -> str:
    """A question and a program with the names of the first things that it yields, as one text."""
    said = " ".join(_word(token) for token in tokens)
    names = ", ".join(name[:_LONGEST] for name in shown[:_SHOWN])
    return f"{question.text} | {said}: {names}" if names else f"{question.text} | {said}"


def tells_kinds(programs: Iterable[Sequence[ProgramToken]]) -> bool:
    """Whether a question's programs say what kinds the named things are of; without that, chains are misread."""
    return any(token.text and token.kind in _OF_KINDS for program in programs for token in program)


def _word(token: ProgramToken) -> str:
    """Steps by the way they go, > or <; a named thing by its letter and what it is."""
    name = spaced(token.text)
    if token.kind in SLOTS:
        return f"{_LETTERS[token.kind]} ({name})" if name else _LETTERS[token.kind]
    if token.kind is TokenKind.ALONG:
        return f"> {name}"
    if token.kind is TokenKind.AGAINST:
        return f"< {name}"
    if token.kind is TokenKind.RESULT:
        return f"= {name}".strip()
    return token_text(token) or token.kind.name.lower()
