"""Text to token ids with character offsets: WordPiece (through `tokenizers`) and Unigram (a memory-mapped trie)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

METASPACE = "\u2581"
_CHARACTERS_A_TOKEN = 64  # texts are cut here before they are tokenized, so that a huge literal costs nothing


@dataclass(frozen=True, slots=True)
class Tokens:
    """One tokenized text: ids with special tokens; (start, end) per id, (0, 0) for the special ones."""

    ids: list[int]
    offsets: list[tuple[int, int]]


class Tokenizer(Protocol):
    """Texts in, token ids and character offsets out."""

    def encode(self, texts: Sequence[str], max_tokens: int) -> list[Tokens]:
        """Tokenize texts, each cut to `max_tokens` ids with the special tokens."""
        ...


class TokenizerModel(Protocol):
    """A tokenizer's data: it can be written once and opened in milliseconds."""

    def save(self, directory: Path) -> None:
        """Write what `open_tokenizer` reads."""
        ...

    def to_json(self) -> str:
        """Render as the `tokenizer.json` of Hugging Face."""
        ...


@dataclass(frozen=True, slots=True)
class WordPieceModel:
    """A WordPiece tokenizer as Hugging Face's `tokenizer.json`."""

    text: str = field(repr=False)

    def save(self, directory: Path) -> None:
        """Write `tokenizer.json` without its padding and truncation."""
        (directory / "tokenizer.json").write_text(self.to_json(), encoding="utf-8")

    def to_json(self) -> str:
        """Render as the `tokenizer.json` of Hugging Face."""
        rules: dict[str, Any] = json.loads(self.text)
        return json.dumps(rules | {"padding": None, "truncation": None}, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class UnigramModel:
    """A SentencePiece unigram vocabulary.

    pieces : by id; spaces are written as U+2581.
    scores : log probability of each piece.
    first, last, unknown : ids of the special tokens `<s>`, `</s>`, `<unk>`.
    normalisation : character -> replacement, applied before anything else.
    """

    pieces: Sequence[str] = field(repr=False)
    scores: Sequence[float] = field(repr=False)
    first: int
    last: int
    unknown: int
    normalisation: Mapping[str, str] = field(repr=False)

    def save(self, directory: Path) -> None:
        """Write a trie, and ids and scores in the trie's order, all of which open by memory map."""
        import marisa_trie

        specials = {self.first, self.last, self.unknown}
        trie = marisa_trie.Trie([piece for i, piece in enumerate(self.pieces) if i not in specials])
        ids, scores = np.zeros(len(trie), np.int32), np.zeros(len(trie), np.float32)
        for i, piece in enumerate(self.pieces):
            if i not in specials:
                ids[trie[piece]], scores[trie[piece]] = i, self.scores[i]
        trie.save(str(directory / "pieces.marisa"))
        np.save(directory / "piece_ids.npy", ids)
        np.save(directory / "piece_scores.npy", scores)
        rules = {
            "first": self.first,
            "last": self.last,
            "unknown": self.unknown,
            "unknown_score": min(self.scores) - 10,
            "normalisation": dict(self.normalisation),
        }
        (directory / "unigram.json").write_text(json.dumps(rules, ensure_ascii=True), encoding="utf-8")

    def to_json(self) -> str:
        """Render as the `tokenizer.json` of Hugging Face; NFKC stands for the normalisation table."""
        from tokenizers import Tokenizer as Foreign
        from tokenizers import models, normalizers, pre_tokenizers, processors

        scored = list(zip(self.pieces, map(float, self.scores), strict=True))
        foreign = Foreign(models.Unigram(scored, self.unknown))
        foreign.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("  ", " ")])
        foreign.pre_tokenizer = pre_tokenizers.Metaspace()
        first, last = self.pieces[self.first], self.pieces[self.last]
        foreign.post_processor = processors.TemplateProcessing(
            single=f"{first} $A {last}", special_tokens=[(first, self.first), (last, self.last)]
        )
        return str(foreign.to_str())


class WordPieceTokenizer:
    """A `tokenizer.json` run by the `tokenizers` library."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer as Foreign

        self._foreign = Foreign.from_file(str(path))

    def encode(self, texts: Sequence[str], max_tokens: int) -> list[Tokens]:
        """Tokenize texts, each cut to `max_tokens` ids with the special tokens."""
        self._foreign.enable_truncation(max_tokens)
        cut = [text[: max_tokens * _CHARACTERS_A_TOKEN] for text in texts]
        return [Tokens(found.ids, found.offsets) for found in self._foreign.encode_batch(cut)]


class UnigramTokenizer:
    """The most probable segmentation into pieces, word by word, over a memory-mapped trie.

    `tokenizers` needs a second to load 250,000 pieces; this opens in a millisecond and agrees with it.
    """

    def __init__(self, directory: Path) -> None:
        import marisa_trie

        rules: dict[str, Any] = json.loads((directory / "unigram.json").read_text(encoding="utf-8"))
        self._trie = marisa_trie.Trie().mmap(str(directory / "pieces.marisa"))
        self._ids = np.load(directory / "piece_ids.npy", mmap_mode="r", allow_pickle=False)
        self._scores = np.load(directory / "piece_scores.npy", mmap_mode="r", allow_pickle=False)
        self._first, self._last, self._unknown = rules["first"], rules["last"], rules["unknown"]
        self._unknown_score: float = rules["unknown_score"]
        self._table: dict[str, str] = rules["normalisation"]
        self._translation = str.maketrans(self._table)
        self._segment = lru_cache(maxsize=1 << 16)(self._segment_word)

    def encode(self, texts: Sequence[str], max_tokens: int) -> list[Tokens]:
        """Tokenize texts, each cut to `max_tokens` ids with the special tokens."""
        return [self._encode(text[: max_tokens * _CHARACTERS_A_TOKEN], max_tokens - 2) for text in texts]

    def _encode(self, text: str, limit: int) -> Tokens:
        characters, sources = self._normalise(text)
        ids, offsets, at = [self._first], [(0, 0)], 0
        for word in _words(characters):
            for piece, length in self._segment(word):
                ids.append(piece)
                offsets.append(_span(characters, sources, at, at + length))
                at += length
            if len(ids) > limit:
                break
        return Tokens([*ids[: limit + 1], self._last], [*offsets[: limit + 1], (0, 0)])

    def _normalise(self, text: str) -> tuple[str, Sequence[int]]:
        """Apply the table, collapse spaces, mark them; also give each character's source index, -1 where added."""
        if text.translate(self._translation) == text:
            characters, sources = text, list(range(len(text)))
        else:
            pairs = [(new, i) for i, old in enumerate(text) for new in self._table.get(old, old)]
            characters, sources = "".join(new for new, _ in pairs), [i for _, i in pairs]
        if "  " in characters:
            kept = [i for i, c in enumerate(characters) if c != " " or i == 0 or characters[i - 1] != " "]
            characters, sources = "".join(characters[i] for i in kept), [sources[i] for i in kept]
        if not characters.startswith(" "):
            characters, sources = " " + characters, [-1, *sources]
        return characters.replace(" ", METASPACE), sources

    def _segment_word(self, word: str) -> tuple[tuple[int, int], ...]:
        """Find the best (piece id, characters) sequence of one word by Viterbi; unknown neighbours are fused."""
        best = [0.0] + [-np.inf] * len(word)
        back: list[tuple[int, int]] = [(0, 0)] * (len(word) + 1)
        for start in range(len(word)):
            for end, score, piece in self._arcs(word, start):
                if best[start] + score > best[end]:
                    best[end], back[end] = best[start] + score, (start, piece)
        path: list[tuple[int, int]] = []
        at = len(word)
        while at:
            start, piece = back[at]
            if path and piece == self._unknown == path[-1][0]:
                path[-1] = (piece, path[-1][1] + at - start)
            else:
                path.append((piece, at - start))
            at = start
        return tuple(reversed(path))

    def _arcs(self, word: str, start: int) -> Iterator[tuple[int, float, int]]:
        for prefix, key in self._trie.iter_prefixes_with_ids(word[start : start + _CHARACTERS_A_TOKEN]):
            yield start + len(prefix), float(self._scores[key]), int(self._ids[key])
        yield start + 1, self._unknown_score, self._unknown


def open_tokenizer(directory: Path) -> Tokenizer:
    """Open what a tokenizer model saved."""
    if (directory / "unigram.json").exists():
        return UnigramTokenizer(directory)
    return WordPieceTokenizer(directory / "tokenizer.json")


def character_nfkc(pieces: Sequence[str]) -> dict[str, str]:
    """Build a normalisation table for a vocabulary that came without one: NFKC of each character, blanks as spaces."""
    table = {chr(i): unicodedata.normalize("NFKC", chr(i)) for i in range(0x20000) if not 0xD800 <= i < 0xE000}
    table |= {c: " " for c in "\t\n\r\f\u2028\u2029"}
    kept = set("".join(pieces))
    return {old: new for old, new in table.items() if old != new and old not in kept}


def read_tokenizer(path: Path) -> TokenizerModel:
    """Read the `tokenizer.json` of Hugging Face; a Unigram vocabulary is taken out of it."""
    text = path.read_text(encoding="utf-8")
    model: dict[str, Any] = json.loads(text)["model"]
    if model["type"] != "Unigram":
        return WordPieceModel(text)
    pieces = [piece for piece, _ in model["vocab"]]
    own = path.with_name("normalisation.json")
    table = json.loads(own.read_text(encoding="utf-8")) if own.exists() else character_nfkc(pieces)
    return UnigramModel(
        pieces=pieces,
        scores=[score for _, score in model["vocab"]],
        first=pieces.index("<s>"),
        last=pieces.index("</s>"),
        unknown=model["unk_id"],
        normalisation=table,
    )


def _words(characters: str) -> Iterator[str]:
    """Cut before every space mark: no piece has one inside, so the words segment independently."""
    start = 0
    while start < len(characters):
        end = characters.find(METASPACE, start + 1)
        end = len(characters) if end < 0 else end
        yield characters[start:end]
        start = end


def _span(characters: str, sources: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """Map normalised characters [start, end) to the text, leaving out the space mark that stands before a word."""
    known = [sources[i] for i in range(start, end) if sources[i] >= 0 and characters[i] != METASPACE]
    return (known[0], known[-1] + 1) if known else (0, 0)
