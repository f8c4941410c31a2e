"""English conditions of made questions: said of one thing, or negated."""

from __future__ import annotations

from kgqa.program.english import verb_of

_OF_ONE = {"have": "has", "are": "is", "were": "was", "do": "does", "don't": "doesn't", "aren't": "isn't"}
_PRESENT = frozenset(("border", "use", "speak", "star", "contain", "lie", "come", "belong", "flow", "work", "live"))
"""Verbs of conditions that stand in the present."""


def of_one(condition: str) -> str:
    """An English condition as it is said of one thing: "use the euro" as "uses the euro"."""
    verb, _, rest = condition.partition(" ")
    own = f"{verb}s" if verb in _PRESENT else _OF_ONE.get(verb, verb)
    return f"{own} {rest}"


def is_open(name: str) -> bool:
    """Whether an English name goes on with an object: "member of", but not "flows through", which has a verb."""
    return verb_of(name).startswith("is ")


def turned(condition: str) -> str | None:
    """An English condition negated; None where the verb's form does not tell how."""
    verb, _, rest = condition.partition(" ")
    if verb in ("are", "were"):
        return f"{verb} not {rest}"
    return f"do not {condition}" if verb in _PRESENT else None
