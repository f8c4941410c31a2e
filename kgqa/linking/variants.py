"""The keys of one name: itself folded, without its qualifier or rank, with parts joined, its initials, a country's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntFlag

from kgqa.linking.countries import is_initials, other_names
from kgqa.text import fold, is_stop

_QUALIFIER = re.compile(r"[\s_]*(?:\([^()]*\)|（[^（）]*[）)]|\[[^\[\]]*\]|#\d+)\s*$")
_COMMA = re.compile(r"^([^,，]{2,60}),\s+[^,]{1,40}$")
_ARTICLES = ("the ", "an ", "a ")
_SEPARATOR = re.compile(r"[_\-]")
_JOINER = re.compile(r"(?<=\w)['’`ʼ\-‐‑.](?=\w|\s|$)")
_SPECIAL = re.compile(r"[(（\[#,'’`ʼ\-‐‑.]")
_LONGEST_ACRONYM = 6
_RANK = re.compile(
    r"([\u3400-\u9fff]{2,}?)(?:省|市|县|特别行政区|(?:壮族|回族|维吾尔|[\u3400-\u9fff]{1,3}族)?自治[区州县])"
)
"""A Chinese place with its rank, which people leave out: 四川 for 四川省."""


_FOREIGN = re.compile(r"[\u3400-\u9fff]+(?:[·•・‧][\u3400-\u9fff]+)*[·•・‧]([\u3400-\u9fff]{2,})")
"""A foreign name in Chinese, its last part what people mostly use: 戴维 of 汉弗里·戴维."""


class NameFlag(IntFlag):
    """How a key came from a name; 0 is a label as it stands."""

    LABEL = 0
    ALIAS = 1
    LITERAL = 2
    JOINED = 4
    BASE = 8
    ACRONYM = 16
    SURNAME = 32


_LABEL, _JOINED, _BASE = int(NameFlag.LABEL), int(NameFlag.JOINED), int(NameFlag.BASE)
_ACRONYM, _SURNAME = int(NameFlag.ACRONYM), int(NameFlag.SURNAME)


def name_keys(name: str, folded: str) -> dict[str, int]:
    """The keys of a name and how each came about (a NameFlag); the folded name first."""
    keys = {folded or unfoldable_key(name): _LABEL}
    base = name
    if _SPECIAL.search(name):
        base = base_name(name)
        for key, flag in _special_keys(name, base):
            keys.setdefault(key, flag)
    if " " in folded:
        if folded.startswith(_ARTICLES):
            keys.setdefault(folded.split(" ", 1)[1], _BASE)
        keys.setdefault(acronym(base), _ACRONYM)
    if place := _RANK.fullmatch(folded):
        keys.setdefault(place[1], _BASE)
    for other in other_names(folded):
        keys.setdefault(other, _ACRONYM if is_initials(other) else _BASE)
    if foreign := _FOREIGN.fullmatch(name):
        keys.setdefault(fold(foreign[1]), _SURNAME)
    keys.pop("", None)
    return keys


def _special_keys(name: str, base: str) -> Iterator[tuple[str, int]]:
    if base != name:
        yield fold(base), _BASE
    joined = _JOINER.sub("", base)
    if joined != base:
        yield fold(joined), _JOINED if base == name else _BASE


def unfoldable_key(name: str) -> str:
    """The key of a name of punctuation alone, such as "???": a form that no folded text can hold."""
    squeezed = "".join(name.encode("utf-8", "ignore").decode().split())
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
    words = _SEPARATOR.sub(" ", name[:120]).split()
    initials = "".join([word[0] for word in words])
    if not initials.isupper():
        initials = "".join([word[0] for word in words if not (word.islower() and is_stop(word))])
    if not 2 <= len(initials) <= _LONGEST_ACRONYM or not (initials.isalpha() and initials.isupper()):
        return ""
    return initials.lower() if initials.isascii() else fold(initials)
