"""Configuration: nested frozen dataclasses, from TOML or keywords."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from kgqa.errors import ConfigError

T = TypeVar("T")

PRECISIONS = ("float32", "int8", "block")
_INFINITY = float("inf")

_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_SCHEMA = ("http://schema.org/", "https://schema.org/")


@dataclass(frozen=True, kw_only=True)
class SchemaConfig:
    """Which predicates of a graph carry names, classes and descriptions; the first that fits wins.

    Each is an IRI, or a plain name for graphs without IRIs. kinds : state classes where a graph has none of `types`,
    and only if most subjects have them.
    """

    labels: tuple[str, ...] = (
        f"{_RDFS}label",
        f"{_SKOS}prefLabel",
        *(f"{base}name" for base in _SCHEMA),
        "http://xmlns.com/foaf/0.1/name",
        "http://purl.org/dc/terms/title",
        "http://purl.org/dc/elements/1.1/title",
        "label",
        "name",
    )
    aliases: tuple[str, ...] = (
        f"{_SKOS}altLabel",
        f"{_SKOS}hiddenLabel",
        *(f"{base}alternateName" for base in _SCHEMA),
        "http://xmlns.com/foaf/0.1/nick",
        "alias",
        "aliases",
        "altLabel",
    )
    types: tuple[str, ...] = (
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "http://www.wikidata.org/prop/direct/P31",
        "type",
        "instance_of",
    )
    kinds: tuple[str, ...] = (
        *("is_a", "is a", "isA", "instance of", "instanceOf", "has_type", "has type", "hasType", "Type"),
        *("kind", "class", "category", "entity_type", "entity type", "entityType", "node_type", "nodeType"),
        *("类型", "类别", "种类", "分类", "是一种"),
    )
    subclasses: tuple[str, ...] = (f"{_RDFS}subClassOf", "http://www.wikidata.org/prop/direct/P279", "subclass_of")
    descriptions: tuple[str, ...] = (
        f"{_RDFS}comment",
        f"{_SKOS}definition",
        *(f"{base}description" for base in _SCHEMA),
        "http://purl.org/dc/terms/description",
        "description",
    )
    inverses: tuple[str, ...] = ("http://www.w3.org/2002/07/owl#inverseOf",)
    same: tuple[str, ...] = ("http://www.w3.org/2002/07/owl#sameAs",)


@dataclass(frozen=True, kw_only=True)
class LinkingConfig:
    """Limits of entity linking.

    max_candidates : links kept per mention. max_words : longest mention in words.
    fuzzy : least similarity of a misspelt mention, in [0, 1].
    spelling : whether misspelt words between the names of an English question are set right.
    """

    max_candidates: int = 8
    max_words: int = 24
    fuzzy: float = 0.82
    spelling: bool = True

    def __post_init__(self) -> None:
        _check_ranges(self, "linking", max_candidates=(1, _INFINITY), max_words=(1, _INFINITY), fuzzy=(0, 1))


@dataclass(frozen=True, kw_only=True)
class RetrievalConfig:
    """Limits of the search for programs.

    max_hops : longest relation path, at most 4. beam : paths kept per hop. max_programs : candidates handed on.
    max_frontier : nodes that one path may hold; a larger set is cut and the program marked.
    budget_ms : time after which the best so far is returned.
    """

    max_hops: int = 4
    beam: int = 24
    max_programs: int = 64
    max_frontier: int = 200_000
    budget_ms: float = 2_000.0

    def __post_init__(self) -> None:
        _check_ranges(
            self,
            "retrieval",
            max_hops=(1, 4),
            beam=(1, _INFINITY),
            max_programs=(1, _INFINITY),
            max_frontier=(1, _INFINITY),
            budget_ms=(0, _INFINITY),
        )


COMPARISONS = (">", ">=", "<", "<=", "=")


@dataclass(frozen=True, kw_only=True)
class WordConfig:
    """A word of one's own for things whose attribute is above or below a value.

    words : each means the same, such as "major" and "big". relation : the attribute, by label or id.
    comparison : ">", ">=", "<", "<=" or "=". value : a number, or a year.
    """

    words: tuple[str, ...]
    relation: str
    value: float
    comparison: str = ">"

    def __post_init__(self) -> None:
        if not self.words or not all(word.strip() for word in self.words):
            raise ConfigError(
                f"'vocabulary.words' is {list(self.words)!r}; expected at least one word, and no empty one"
            )
        if self.comparison not in COMPARISONS:
            raise ConfigError(
                f"'vocabulary.comparison' is {self.comparison!r}; expected one of: {', '.join(COMPARISONS)}"
            )


@dataclass(frozen=True, kw_only=True)
class AnswerConfig:
    """When to answer and how much to show.

    abstain_below : least confidence of an answer, in [0, 1].
    clarify_within : how far a reading with another entity may lie behind the best one for the answer to ask which is
        meant, as a share of the best one's probability, in [0, 1]; 0 asks at a tie only.
    max_values, max_evidence, max_alternatives : shown at most. max_options : entities to choose from at most; below 2
        nothing is asked back. max_question_chars : a longer question is refused.
    """

    abstain_below: float = 0.3
    clarify_within: float = 0.5
    max_values: int = 1_000
    max_evidence: int = 50
    max_alternatives: int = 4
    max_options: int = 4
    max_question_chars: int = 2_000

    def __post_init__(self) -> None:
        _check_ranges(
            self,
            "answer",
            abstain_below=(0, 1),
            clarify_within=(0, 1),
            max_values=(1, _INFINITY),
            max_evidence=(0, _INFINITY),
            max_alternatives=(0, _INFINITY),
            max_options=(0, _INFINITY),
            max_question_chars=(1, _INFINITY),
        )


@dataclass(frozen=True, kw_only=True)
class EncoderConfig:
    """Which text encoder serves.

    name : "auto", "all-MiniLM-L6-v2", "multilingual-e5-small", or any Hugging Face name or path.
    entities : whether the names of entities are encoded too, so that linking weighs meaning; slow to build.
    """

    name: str = "auto"
    entities: bool = False

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ConfigError(
                f"'encoder.name' is {self.name!r}; expected \"auto\", a packaged encoder, a Hugging Face name or a path"
            )


@dataclass(frozen=True, kw_only=True)
class ReaderConfig:
    """Which reader chooses among the candidate programs.

    name : "shipped" (the weights that come with kgqa for the encoder in use, where there are any), "zero-shot" (no
    weights), or the folder that a training run wrote.
    precision : of a trained reader's encoder: "float32", "int8" or "block", see `kgqa.embedding.Precision`.
    early_exit : whether a trained reader takes a candidate unread that retrieval is sure of.
    cross_encoder : whether it reads the first candidates together with the question where it learnt nothing of a graph.
    larger : whether a larger cross-encoder does so, for questions in English; needs the extra `large`.
    unfamiliar : whether it is to read every graph as one that it learnt nothing of.
    """

    name: str = "shipped"
    precision: str = "float32"
    early_exit: bool = True
    cross_encoder: bool = True
    larger: bool = False
    unfamiliar: bool = False

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ConfigError(f'\'reader.name\' is {self.name!r}; expected "shipped", "zero-shot" or a folder')
        if self.precision not in PRECISIONS:
            raise ConfigError(f"'reader.precision' is {self.precision!r}; expected one of: {', '.join(PRECISIONS)}")


@dataclass(frozen=True, kw_only=True)
class Config:
    """All settings of a system.

    vocabulary : words of one's own; one word may stand for several attributes, of things of different kinds.
    """

    schema: SchemaConfig = field(default_factory=SchemaConfig)
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    linking: LinkingConfig = field(default_factory=LinkingConfig)
    retrieval: RetrievalConfig = field(default_factory=RetrievalConfig)
    reader: ReaderConfig = field(default_factory=ReaderConfig)
    answer: AnswerConfig = field(default_factory=AnswerConfig)
    vocabulary: tuple[WordConfig, ...] = ()

    @classmethod
    def from_toml(cls, path: Path | str) -> Config:
        """Read a TOML file whose tables are named like the fields of this class."""
        return from_toml(cls, path)


_KINDS: Mapping[type, str] = {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}


def from_toml(cls: type[T], path: Path | str) -> T:
    """Build a configuration class from a TOML file; one that can't be read is a ConfigError."""
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"can't read the configuration {str(path)!r}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{str(path)!r} is not valid TOML: {error}") from error
    try:
        return from_mapping(cls, data)
    except ConfigError as error:
        raise ConfigError(f"{str(path)!r}: {error}") from error


def from_mapping(cls: type[T], data: Mapping[str, Any], *, where: str = "") -> T:
    """Build a configuration class from nested mappings; an unknown key or a wrong type is a ConfigError."""
    hints = get_type_hints(cls)
    known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
    for key in data:
        if key not in known:
            raise ConfigError(f"unknown key {where + key!r}; expected one of: {', '.join(sorted(known))}")
    needed = (f for f in fields(cls) if f.default is MISSING is f.default_factory)  # type: ignore[arg-type]
    lacking = [f.name for f in needed if f.name not in data]
    if lacking:
        raise ConfigError(f"{where.removesuffix('.') or 'the configuration'!r} lacks {', '.join(map(repr, lacking))}")
    return cls(**{key: _convert(hints[key], value, where + key) for key, value in data.items()})


def _check_ranges(settings: object, table: str, **ranges: tuple[float, float]) -> None:
    """Refuse what lies out of its range; both ends belong to it."""
    for name, (low, high) in ranges.items():
        value = getattr(settings, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            expected = f"{low:g} or more" if high == _INFINITY else f"a number from {low:g} to {high:g}"
            raise ConfigError(f"'{table}.{name}' is {value!r}; expected {expected}")


def _convert(hint: Any, value: Any, name: str) -> Any:
    if is_dataclass(hint):
        if not isinstance(value, Mapping):
            raise ConfigError(f"{name!r} is {value!r}; expected a table")
        return from_mapping(hint, value, where=f"{name}.")  # type: ignore[arg-type]
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type):
        if type(value) is not hint:
            raise ConfigError(f"{name!r} is {value!r}; expected {_KINDS.get(hint, hint.__name__)}")
        return value
    if get_origin(hint) is Mapping:
        if not isinstance(value, Mapping):
            raise ConfigError(f"{name!r} is {value!r}; expected a table")
        return value
    return _converted_list(get_args(hint)[0], value, name)


def _converted_list(hint: Any, value: Any, name: str) -> tuple[Any, ...]:
    if is_dataclass(hint):
        if not isinstance(value, list | tuple):
            raise ConfigError(f"{name!r} is {value!r}; expected tables [[{name}]]")
        return tuple(_convert(hint, item, f"{name}[{i}]") for i, item in enumerate(value))
    if not isinstance(value, list | tuple) or not all(type(item) is hint for item in value):
        raise ConfigError(f"{name!r} is {value!r}; expected a list of {'strings' if hint is str else 'whole numbers'}")
    return tuple(value)
