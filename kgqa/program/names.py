"""The names that a program's words are made of, fit to be read in one line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import key_to_literal
from kgqa.graph.values import TIMES, ValueClass, value_of, values_of
from kgqa.program import algebra as a

_LISTED = 5
_SAMPLE = 50
_NEARLY_ALL = 0.9
_TEXTS = (ValueClass.STRING, ValueClass.LANG_STRING, ValueClass.OTHER)


def one_line(text: str) -> str:
    """A label as plain words: no line breaks, control or direction marks."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@dataclass(frozen=True, slots=True)
class Names:
    """Names in one language, as good as the graph has them."""

    graph: KnowledgeGraph
    language: str
    nameless: str

    def node(self, node: int) -> str:
        """A node's label."""
        return one_line(self.graph.label(node, self.language)) or self.nameless

    def listed(self, nodes: tuple[int, ...]) -> tuple[list[str], int]:
        """The first labels of a set, and how many more there are."""
        return [self.node(node) for node in nodes[:_LISTED]], max(0, len(nodes) - _LISTED)

    def relation(self, step: a.Step) -> str:
        """A relation's label."""
        return one_line(self.graph.relation_label(step.relation, self.language)) or self.nameless

    def value(self, key: str) -> str:
        """A literal; texts in quotation marks."""
        literal = key_to_literal(key)
        text = one_line(literal.lexical)
        return f"“{text}”" if value_of(literal).value_class in _TEXTS else text

    def is_time(self, key: str) -> bool:
        """Whether a literal is a date, a time or a year."""
        return value_of(key_to_literal(key)).value_class in TIMES

    def measures_time(self, step: a.Step) -> bool:
        """Whether a relation's values are dates, times or years."""
        return values_of(self.graph).measure(self.graph, step.relation).value_class in TIMES

    def side_class(self, step: a.Step) -> str:
        """The class of nearly all that a step leads to, by label; "" if a sample has none."""
        subjects, objects = self.graph.relation_pairs(step.relation)
        ends = subjects if step.inverse else objects
        sample = np.unique(ends[:: max(1, len(ends) // _SAMPLE)])
        counted = [
            np.unique(self.graph.edges(sample, relation)[1], return_counts=True) for relation in self.graph.schema.types
        ]
        for classes, counts in counted:
            if len(classes) and counts.max() >= _NEARLY_ALL * len(sample):
                return self.node(int(classes[counts.argmax()]))
        return ""
