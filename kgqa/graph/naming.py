"""Readable names out of ids: relation names in words, base names, language prefixes."""

from __future__ import annotations

import re
from urllib.parse import unquote

from kgqa.graph.terms import is_iri, local_name

_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PATH = re.compile(r"[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)+")
_SLASHES = re.compile(r"(?:/[A-Za-z0-9_]+){2,}")
_CURIE = re.compile(r"[a-z][a-z0-9]*:(?=[A-Za-z_])")
_BRACKETS = re.compile(r"(?P<base>.*\S)[\s_]*(?:\([^()]*\)|（[^（）]*）)")
_NUMBER_SIGN = re.compile(r"(?P<base>.*\S)#\d+")
_LANGUAGE_PREFIX = re.compile(r"(?:https?://)?([a-z]{2})(?:(?<!/..):(?=\S)|\.[a-z]+\.[a-z]+/)")
# ISO 639-1, two letters each.
_CODES = (
    "aaabafakamanarasavayazbabebgbhbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoeseteufafffifjfofrfygagd"
    "glgngugvhahehihohrhthuhyhziaidieigiiikioisitiujajvkakgkikjkkklkmknkokrkskukvkwkylalblglilnloltlulvmg"
    "mhmimkmlmnmrmsmtmynanbndnengnlnnnonrnvnyocojomorospapiplpsptqurmrnrorurwsascsdsesgsiskslsmsnsosqsrss"
    "stsusvswtatetgthtitktltntotrtstttwtyugukuruzvevivowawoxhyiyozazhzu"
)
_LANGUAGES = frozenset(_CODES[i : i + 2] for i in range(0, len(_CODES), 2))


def relation_phrase(name: str) -> str:
    """A relation's name in words: `people.person.place_of_birth` gives "place of birth", `birthPlace` "birth place"."""
    return " ".join(_split(parts[-1]) for parts in _paths(name)) or name


def relation_domain(name: str) -> str:
    """The words that stand before a relation's own name: `sports.sports_team.location` gives "sports sports team"."""
    return " ".join(_split(part) for parts in _paths(name) for part in parts[:-1])


def _paths(name: str) -> list[list[str]]:
    """The paths of a name, each from the domain to the property; only Freebase joins several."""
    local = _local(name)
    if local.startswith("/") or "./" in local:
        return [path.strip("/").split("/") for path in local.split("./") if path.strip("/")]
    if local.startswith("__"):
        return [[part for part in local.split("__") if part]]
    found = [path.split(".") for path in local.split("..") if path]
    return found if found and all(map(_PATH.fullmatch, local.split(".."))) else [[local]]


def _local(name: str) -> str:
    if "://" in name and is_iri(name):
        return re.split(r"[/#]", unquote(name).rstrip("/#"))[-1] or name
    if _SLASHES.fullmatch(name.replace("./", "/")):
        return name
    return _CURIE.sub("", unquote(name) if is_iri(name) else name, count=1)


def _split(word: str) -> str:
    words = _CAMEL.sub(" ", word.replace("_", " ")).split()
    # Capitals stay where they carry meaning: abbreviations, and names that came with blanks.
    if " " in word.strip():
        return " ".join(words)
    return " ".join(w if w.isupper() and len(w) > 1 else w[:1].lower() + w[1:] for w in words) or word


def base_name(name: str) -> str | None:
    """The name without what tells it apart: `Shu (state)` gives "Shu", `柳江#2970218` "柳江"; None if there is none."""
    base = name
    while match := _NUMBER_SIGN.fullmatch(base) or _BRACKETS.fullmatch(base):
        base = match["base"].rstrip("_ ")
    return base if base and base != name else None


def language_prefix(name: str) -> str:
    """The language that an id tells: `zh:姜尚` and `http://zh.dbpedia.org/...` give "zh"; else ""."""
    match = _LANGUAGE_PREFIX.match(name)
    return match[1] if match and match[1] in _LANGUAGES else ""


def own_name(name: str) -> tuple[str, str]:
    """What of an id can be read, and its language: `en:Shu_(state)` gives ("Shu (state)", "en")."""
    return local_name(name), language_prefix(name)
