"""The keys that one name is found by: itself folded, without its qualifier, with its parts joined, its initials."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntFlag

from kgqa.text import fold, is_stop

_QUALIFIER = re.compile(r"[\s_]*(?:\([^()]*\)|（[^（）]*[）)]|\[[^\[\]]*\]|#\d+)\s*$")
_COMMA = re.compile(r"^([^,，]{2,60}),\s+[^,]{1,40}$")
_ARTICLE = re.compile(r"^(?:the|an|a) (?=\S)")
_JOINER = re.compile(r"(?<=\w)['’`ʼ\-‐‑.](?=\w|\s|$)")
_SPECIAL = re.compile(r"[(（\[#,'’`ʼ\-‐‑.]")
_LONGEST_ACRONYM = 6


class NameFlag(IntFlag):
    """How a key came from a name; 0 is a label as it stands."""

    LABEL = 0
    ALIAS = 1
    LITERAL = 2
    JOINED = 4
    BASE = 8
    ACRONYM = 16


def name_keys(name: str, folded: str) -> Iterator[tuple[str, int]]:
    """The keys of a name and how each came about; the folded name first, none twice."""
    seen = {""}
    for key, flag in _candidates(name, folded):
        if key not in seen:
            seen.add(key)
            yield key, flag


def _candidates(name: str, folded: str) -> Iterator[tuple[str, int]]:
    yield folded or unfoldable_key(name), NameFlag.LABEL
    if _SPECIAL.search(name):
        yield from _special_candidates(name)
    if folded.startswith(("the ", "a ", "an ")):
        yield _ARTICLE.sub("", folded), NameFlag.BASE
    if " " in folded:
        yield acronym(name), NameFlag.ACRONYM


def _special_candidates(name: str) -> Iterator[tuple[str, int]]:
    base = base_name(name)
    if base != name:
        yield fold(base), NameFlag.BASE
    joined = _JOINER.sub("", base)
    if joined != base:
        yield fold(joined), NameFlag.JOINED if base == name else NameFlag.BASE


def unfoldable_key(name: str) -> str:
    """The key of a name of punctuation alone, such as "???": a form that no folded text can hold."""
    squeezed = "".join(name.split())
    return f"\n{squeezed}" if squeezed else ""


def base_name(name: str) -> str:
    """A name without a qualifier behind it: "Shu (state)", "茯苓#5511810" and "Gainesville, Florida" lose theirs."""
    base = name
    while (shorter := _QUALIFIER.sub("", base)) != base and shorter:
        base = shorter
    comma = _COMMA.match(base)
    return (comma.group(1) if comma else base).strip(" _") or name


def acronym(name: str) -> str:
    """The folded initials of a name of capitalised words, function words aside, such as "usa"; or ""."""
    words = [word for word in base_name(name[:120]).replace("_", " ").replace("-", " ").split() if word]
    initials = [word[0] for word in words if not (word.islower() and is_stop(word))]
    if not 2 <= len(initials) <= _LONGEST_ACRONYM or not "".join(initials).isupper():
        return ""
    return fold("".join(initials))
