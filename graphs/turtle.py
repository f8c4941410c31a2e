"""Deterministic Turtle: the same facts always give the same bytes."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

PREFIXES: Mapping[str, str] = {
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def local_name(text: str) -> str:
    """Return `text` as an ASCII local name that needs no escape in Turtle, such as `Cote_d_Ivoire`."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ı", "i").replace("ø", "o"))
    kept = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in kept).split()
    return "_".join(words)


def text(value: str, language: str = "") -> str:
    """Return a Turtle string literal, with a language tag when one is given."""
    quoted = '"' + value.translate(_ESCAPES) + '"'
    return f"{quoted}@{language}" if language else quoted


def number(value: int | Decimal) -> str:
    """Return an integer or decimal in canonical form, which for a whole decimal has no point and so needs its type."""
    if isinstance(value, int):
        return str(value)
    plain = format(value.normalize(), "f")
    return plain if "." in plain else typed(plain, "xsd:decimal")


def typed(value: str, datatype: str) -> str:
    """Return a literal with an explicit datatype, such as `"1999"^^xsd:gYear`."""
    return f"{text(value)}^^{datatype}"


def boolean(value: bool) -> str:
    """Return a Turtle boolean."""
    return "true" if value else "false"


@dataclass
class Labels:
    """The names of one node: one label per language, and aliases."""

    en: str
    zh: str
    alt_en: set[str] = field(default_factory=set)
    alt_zh: set[str] = field(default_factory=set)


class Document:
    """Facts grouped in titled sections; subjects, predicates and objects come out sorted."""

    def __init__(self, prefix: str, base: str, header: str) -> None:
        """Start an empty document whose own names use `prefix` for `base`."""
        self.prefix = prefix
        self._base = base
        self._header = header
        self._sections: dict[str, dict[str, dict[str, set[str]]]] = {}

    def name(self, local: str) -> str:
        """Return the prefixed name of a node of this document."""
        return f"{self.prefix}:{local}"

    def add(self, section: str, subject: str, predicate: str, *objects: str) -> None:
        """Add facts about `subject`, given as finished Turtle terms."""
        if objects:
            self._sections.setdefault(section, {}).setdefault(subject, {}).setdefault(predicate, set()).update(objects)

    def add_labels(self, section: str, subject: str, labels: Labels) -> None:
        """Add one label per language, and the aliases that differ from it."""
        for language, label, aliases in (("en", labels.en, labels.alt_en), ("zh", labels.zh, labels.alt_zh)):
            self.add(section, subject, "rdfs:label", text(label, language))
            self.add(section, subject, "skos:altLabel", *(text(name, language) for name in aliases if name != label))

    def add_schema(self, path: Path) -> None:
        """Add the classes and properties that a TOML file describes."""
        schema = tomllib.loads(path.read_text(encoding="utf-8"))
        for local, entry in schema["classes"].items():
            self._add_term("Classes", local, entry, ["owl:Class"])
            self.add("Classes", self.name(local), "rdfs:subClassOf", *self._names(entry, "parent"))
        for local, entry in schema["properties"].items():
            self._add_property(local, entry)

    def _add_property(self, local: str, entry: Mapping[str, Any]) -> None:
        section, subject = "Properties", self.name(local)
        to_node = not entry["range"].startswith("xsd:")
        kinds = ["owl:ObjectProperty" if to_node else "owl:DatatypeProperty"]
        kinds += ["owl:SymmetricProperty"] if entry.get("symmetric") else []
        self._add_term(section, local, entry, kinds)
        self.add(section, subject, "rdfs:domain", *self._names(entry, "domain"))
        self.add(section, subject, "rdfs:range", entry["range"] if ":" in entry["range"] else self.name(entry["range"]))
        self.add(section, subject, "owl:inverseOf", *self._names(entry, "inverse"))
        self.add(section, subject, "schema:unitText", *(text(unit) for unit in _listed(entry, "unit")))

    def _add_term(self, section: str, local: str, entry: Mapping[str, Any], kinds: Iterable[str]) -> None:
        subject = self.name(local)
        self.add(section, subject, "rdf:type", *kinds)
        aliases = {language: set(entry.get(f"alt_{language}", [])) for language in ("en", "zh")}
        self.add_labels(section, subject, Labels(entry["en"], entry["zh"], aliases["en"], aliases["zh"]))
        self.add(section, subject, "rdfs:comment", *(text(comment, "en") for comment in _listed(entry, "comment")))

    def _names(self, entry: Mapping[str, Any], key: str) -> list[str]:
        return [self.name(local) for local in _listed(entry, key)]

    def render(self) -> str:
        """Return the whole document."""
        lines = [f"# {line}".rstrip() for line in self._header.strip().splitlines()]
        prefixes = sorted([*PREFIXES.items(), (self.prefix, self._base)])
        lines += ["", *(f"@prefix {prefix}: <{iri}> ." for prefix, iri in prefixes)]
        for section, subjects in self._sections.items():
            lines += ["", f"# {section}", ""]
            for subject in sorted(subjects):
                lines += _subject_lines(subject, subjects[subject])
        return "\n".join(lines) + "\n"

    def write(self, path: Path) -> None:
        """Write the document as UTF-8 with Unix line ends."""
        path.write_bytes(self.render().encode())


def _listed(entry: Mapping[str, Any], key: str) -> list[str]:
    value = entry.get(key, [])
    return [value] if isinstance(value, str) else list(value)


def _subject_lines(subject: str, facts: Mapping[str, set[str]]) -> list[str]:
    order = sorted(facts, key=lambda predicate: (predicate != "rdf:type", not predicate.startswith("rdfs:"), predicate))
    lines = [subject]
    for predicate in order:
        shown = "a" if predicate == "rdf:type" else predicate
        lines.append(f"    {shown} {', '.join(sorted(facts[predicate]))} ;")
    lines[-1] = lines[-1][:-1] + "."
    return lines
