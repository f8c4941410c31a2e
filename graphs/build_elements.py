"""Builds elements.ttl: the 118 chemical elements. Run `python -m graphs.build_elements`."""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from mendeleev import get_all_elements

from graphs.turtle import Document, Labels, boolean, local_name, number, text, typed

HERE = Path(__file__).parent / "elements"
OUTPUT = Path(__file__).parent / "elements.ttl"
BASE = "https://kgqa.example/elements/"
_ROOM_TEMPERATURE = 298.15
_FIRST_PREDICTED = 100
# Never seen in bulk: their state is a guess.
_UNSEEN = frozenset({"At", "Fr"})
_PLANETS = frozenset({"Earth", "Mercury (planet)", "Neptune", "Uranus"})
_LANTHANIDES, _ACTINIDES = range(57, 72), range(89, 104)


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return one of the hand-written TOML tables."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def elements() -> tuple[Any, ...]:
    """Return mendeleev's rows, by atomic number."""
    return tuple(sorted(get_all_elements(), key=lambda element: element.atomic_number))


class ElementsBuilder:
    """States the parts of the periodic table, the elements, and the nodes they refer to."""

    def __init__(self) -> None:
        """Start an empty document."""
        self.doc = Document("element", BASE, (HERE / "header.txt").read_text(encoding="utf-8"))

    def build(self) -> Document:
        """Return the finished document."""
        self.doc.add_schema(HERE / "schema.toml")
        self._add_parts()
        for element in elements():
            self._add_element(element)
        self._add_nodes()
        return self.doc

    def _name(self, english: str) -> str:
        return self.doc.name(local_name(english))

    def _state(self, subject: str, predicate: str, *objects: str) -> None:
        self.doc.add("Elements", subject, self.doc.name(predicate), *objects)

    def _add_parts(self) -> None:
        terms = table("terms")
        for english, chinese, _, alt_en, alt_zh in terms["category"].values():
            self._add_part("Category", english, Labels(english, chinese, set(alt_en), set(alt_zh)))
        for english, chinese, alt_en, alt_zh in terms["state"].values():
            self._add_part("StateOfMatter", english, Labels(english, chinese, set(alt_en), set(alt_zh)))
        for english, chinese, alt_en in terms["lattice"].values():
            self._add_part("CrystalStructure", english, Labels(english, chinese, set(alt_en)))
        for block in "spdf":
            self._add_part("Block", f"{block}-block", Labels(f"{block}-block", f"{block}区", {f"{block} block"}))
        for group in range(1, 19):
            self._add_part("Group", f"group {group}", Labels(f"group {group}", f"第{group}族", set(), {f"{group}族"}))
        for period in range(1, 8):
            aliases = {f"第{'一二三四五六七'[period - 1]}周期"}
            self._add_part("Period", f"period {period}", Labels(f"period {period}", f"第{period}周期", set(), aliases))

    def _add_part(self, kind: str, english: str, labels: Labels) -> None:
        subject = self._name(english)
        self.doc.add("Parts of the periodic table", subject, "rdf:type", self.doc.name(kind))
        self.doc.add_labels("Parts of the periodic table", subject, labels)

    def _add_element(self, element: Any) -> None:
        subject = self._name(element.name)
        facts = table("facts")[element.symbol]
        aliases = {element.symbol, *table("terms")["spelling"].get(element.symbol, ())}
        self.doc.add_labels("Elements", subject, Labels(element.name, facts["zh"], aliases, {f"{facts['zh']}元素"}))
        self._add_place_in_table(subject, element)
        self._state(subject, "radioactive", boolean(bool(element.is_radioactive)))
        self._state(subject, "symbol", text(element.symbol))
        self._state(subject, "electronConfiguration", text(element.econf))
        if element.lattice_structure:
            self._state(
                subject, "crystalStructure", self._name(table("terms")["lattice"][element.lattice_structure][0])
            )
        if element.name_origin:
            self._state(subject, "nameOrigin", text(" ".join(element.name_origin.split()), "en"))
        if element.uses and "no significant commercial" not in element.uses:
            self._state(subject, "use", text(" ".join(element.uses.split()), "en"))
        self._add_numbers(subject, element)
        self._add_discovery(subject, facts)

    def _add_place_in_table(self, subject: str, element: Any) -> None:
        english, _, kind, *_ = table("terms")["category"][category_of(element)]
        self.doc.add("Elements", subject, "rdf:type", self.doc.name(kind))
        self._state(subject, "category", self._name(english))
        self._state(subject, "period", self._name(f"period {element.period}"))
        self._state(subject, "block", self._name(f"{element.block}-block"))
        if element.group_id:
            self._state(subject, "group", self._name(f"group {element.group_id}"))
        self._state(subject, "atomicNumber", number(element.atomic_number))

    def _add_numbers(self, subject: str, element: Any) -> None:
        melting, boiling = transition_points(element)
        values = {
            "atomicWeight": element.atomic_weight,
            "electronegativity": element.en_pauling,
            "crustAbundance": element.abundance_crust,
            "thermalConductivity": element.thermal_conductivity,
        }
        if element.atomic_number < _FIRST_PREDICTED:
            values |= {"meltingPoint": melting, "boilingPoint": boiling, "density": element.density}
            state = state_at_room_temperature(element)
            if state:
                self._state(subject, "stateAtRoomTemperature", self._name(state))
        for predicate, value in values.items():
            if value is not None:
                self._state(subject, predicate, number(Decimal(f"{value:.8g}")))

    def _add_discovery(self, subject: str, facts: Mapping[str, Any]) -> None:
        self._state(subject, "discoverer", *map(self._name, facts.get("by", ())))
        self._state(subject, "discoveryCountry", *map(self._name, facts.get("in", ())))
        self._state(subject, "namedAfter", *map(self._name, facts.get("after", ())))
        if "year" in facts:
            self._state(subject, "discoveryYear", typed(str(facts["year"]), "xsd:gYear"))
        else:
            self._state(subject, "knownSinceAntiquity", boolean(True))

    def _add_nodes(self) -> None:
        section = "People, places and institutions"
        for kind, nodes in table("nodes").items():
            for english, entry in nodes.items():
                subject = self._name(english)
                label = english.partition(" (")[0]
                aliases = set(entry.get("alt_en", ()))
                shown = "Planet" if english in _PLANETS else kind
                self.doc.add(section, subject, "rdf:type", self.doc.name(shown))
                self.doc.add_labels(section, subject, Labels(label, entry["zh"], aliases))
                relation = "nationality" if kind == "Person" else "country"
                self.doc.add(section, subject, self.doc.name(relation), *map(self._name, entry.get("of", ())))


def category_of(element: Any) -> str:
    """Return mendeleev's series, with lutetium and lawrencium among their fifteen."""
    if element.atomic_number in _LANTHANIDES:
        return "Lanthanides"
    return "Actinides" if element.atomic_number in _ACTINIDES else str(element.series)


def transition_points(element: Any) -> tuple[float | None, float | None]:
    """Return the melting and boiling points in kelvin, of the usual allotrope where there are several."""
    usual = table("terms")["allotrope"].get(element.symbol)
    for phase in element.phase_transitions:
        if usual in (None, phase.allotrope):
            return phase.melting_point, phase.boiling_point
    return None, None


def state_at_room_temperature(element: Any) -> str | None:
    """Return solid, liquid or gas at 298.15 K, or None where no sample was ever large enough to see."""
    melting, boiling = transition_points(element)
    if element.symbol in _UNSEEN:
        return None
    if boiling is not None and boiling < _ROOM_TEMPERATURE:
        return "gas"
    return "liquid" if melting is not None and melting < _ROOM_TEMPERATURE else "solid"


def build() -> Document:
    """Return the finished document."""
    return ElementsBuilder().build()


if __name__ == "__main__":
    # mendeleev warns about every element of several allotropes; `transition_points` chooses among them.
    warnings.simplefilter("ignore", UserWarning)
    build().write(OUTPUT)
    print(f"wrote {OUTPUT.name}: {OUTPUT.stat().st_size / 1e3:.0f} kB")
