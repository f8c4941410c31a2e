"""Random graphs with all kinds of values, and random well-typed programs over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from hypothesis import strategies as st

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import RDF, RDFS, XSD, key_to_literal
from kgqa.graph.values import ORDERED, ValueClass, value_of, values_of
from kgqa.program import algebra as a
from kgqa.program.algebra import Aggregation, Comparison, Order, Program, Step, Yields
from kgqa.program.compare import IDENTITIES, SUBTRACTED, measure_of

Draw = Callable[[st.SearchStrategy[Any]], Any]

TYPE, SUBCLASS, SAME = RDF + "type", RDFS + "subClassOf", "http://www.w3.org/2002/07/owl#sameAs"
ENTITIES = ("<http://e/a>", "<http://e/b>", "<Tel Aviv>", '<odd "} name\n>', "_:b0")
CLASSES = ("<http://e/City>", "<http://e/Place>", "<http://e/Thing>")
WALKS = ("http://e/near", "part of", "http://e/near#2")
ATTRIBUTES = ("http://e/size", "since {?x} . #")


def typed(lexical: str, name: str) -> str:
    return f'"{lexical}"^^<{XSD}{name}>'


LITERALS = (
    *(typed(n, "integer") for n in ("-3", "0", "5", "12")),
    *(typed(n, "decimal") for n in ("0.25", "5", "-0.5")),
    typed("5", "double"),
    typed("1.5", "double"),
    typed("0.5", "float"),
    typed("INF", "double"),
    typed("-INF", "double"),
    typed("NaN", "double"),
    typed("x", "integer"),
    typed("99999999999999999999", "integer"),
    *(typed(n, "date") for n in ("2020-01-01", "1999-12-31", "-0044-03-15", "2020-01-01Z", "2020-01-01+05:00")),
    typed("2020-02-31", "date"),
    *(typed(n, "dateTime") for n in ("2020-01-01T00:00:00", "2020-01-01T10:00:00Z", "2020-01-01T00:00:00.5-08:00")),
    *(typed(n, "gYear") for n in ("1800", "1999", "12020", "202")),
    typed("2020-01", "gYearMonth"),
    typed("true", "boolean"),
    typed("false", "boolean"),
    typed("yes", "boolean"),
    '"5"',
    '"plain"',
    '"a \\"quoted\\" } text"',
    '"line\nbreak\t\\ "',
    '"plain"@en',
    '"plain"@fr',
    '"城市"@zh',
    '"x"^^<http://e/unit>',
)
NUMBERS = tuple(key for key in LITERALS if value_of(key_to_literal(key)).value_class is ValueClass.NUMBER)


Fact = tuple[str, str, str]


def _some(subjects: tuple[str, ...], relations: tuple[str, ...], objects: tuple[str, ...]) -> st.SearchStrategy[Fact]:
    return st.sampled_from(tuple(product(subjects, relations, objects)))


def facts() -> st.SearchStrategy[list[Fact]]:
    """The facts of a small graph: cycles and self-loops, cyclic subclasses, blank nodes, values of mixed types."""
    numbers, values = _some(ENTITIES, ATTRIBUTES, NUMBERS), _some(ENTITIES, ATTRIBUTES, LITERALS)
    types, subclasses = _some(ENTITIES, (TYPE, "type"), CLASSES), _some(CLASSES, (SUBCLASS,), CLASSES)
    parts = (
        st.lists(_some(ENTITIES, WALKS, ENTITIES), min_size=2, max_size=10),
        st.lists(st.one_of(numbers, values), min_size=4, max_size=12),
        st.lists(_some(ENTITIES, (*WALKS, "type"), LITERALS), max_size=2),
        st.lists(types, min_size=1, max_size=6),
        st.lists(subclasses, max_size=4),
        st.lists(_some(ENTITIES, (SAME,), (*ENTITIES, *LITERALS[:2])), max_size=3),
    )
    return st.tuples(*parts).map(lambda drawn: [fact for part in drawn for fact in part])


# -- programs -----------------------------------------------------------------------------------


def programs(graph: KnowledgeGraph, kind: type[Program], depth: int = 3) -> st.SearchStrategy[Program]:
    """Well-typed programs with this class outermost and at most `depth` levels inside it."""
    return st.composite(lambda draw: GENERATORS[kind](draw, graph, depth))()


def _any(draw: Draw, graph: KnowledgeGraph, depth: int, yields: Yields = Yields.NODES) -> Program:
    if yields is Yields.NODES and (depth <= 0 or draw(st.booleans())):
        return GENERATORS[draw(st.sampled_from(LEAVES))](draw, graph, 0)
    kinds = [k for k in GENERATORS if k.yields is yields]
    return GENERATORS[draw(st.sampled_from(kinds))](draw, graph, depth)


def _step(draw: Draw, graph: KnowledgeGraph) -> Step:
    walks = [r for r in map(graph.find_relation, WALKS) if r >= 0]
    relation = draw(st.one_of(st.sampled_from(walks), st.integers(0, graph.n_relations - 1)))
    return Step(relation, draw(st.booleans()))


def _measure(draw: Draw, graph: KnowledgeGraph) -> Step:
    known = [r for r in map(graph.find_relation, ATTRIBUTES) if r >= 0]
    return Step(draw(st.one_of(*[st.sampled_from(known)] * 4, st.integers(0, graph.n_relations - 1))))


def _numeric(draw: Draw, graph: KnowledgeGraph, aggregation: Aggregation) -> Step | None:
    """A step whose extreme is a number."""
    steps = [
        Step(r)
        for r in range(graph.n_relations)
        if aggregation in (Aggregation.SUM, Aggregation.AVERAGE)
        or values_of(graph).measure(graph, r).value_class is ValueClass.NUMBER
    ]
    return draw(st.sampled_from(steps)) if steps else None


def _class(draw: Draw, graph: KnowledgeGraph) -> int:
    some = graph.classes.tolist() or [0]
    return int(draw(st.one_of(*[st.sampled_from(some)] * 3, st.integers(0, graph.n_terms - 1))))


def _entities(draw: Draw, graph: KnowledgeGraph, depth: int) -> Program:
    # Few sets that are rich, so that most programs find something; now and then any nodes at all.
    known = [node for node in map(graph.find_key, ENTITIES) if node >= 0]
    some = st.sets(st.sampled_from(known), max_size=3)
    arbitrary = st.sets(st.integers(0, graph.n_terms - 1), max_size=4)
    return a.Entities(tuple(sorted(draw(st.one_of(st.just(known), st.just(known), some, arbitrary)))))


def _where(draw: Draw, graph: KnowledgeGraph, depth: int) -> Program:
    value = draw(st.one_of(st.sampled_from(NUMBERS), st.sampled_from(LITERALS)))
    value_class = value_of(key_to_literal(value)).value_class
    allowed = list(Comparison)
    if value_class not in (*ORDERED, ValueClass.STRING, ValueClass.LANG_STRING):
        allowed = [Comparison.EQUAL]
    if value_class is ValueClass.BOOLEAN:
        allowed.append(Comparison.NOT_EQUAL)
    source, step = _any(draw, graph, depth - 1), _measure(draw, graph)
    return a.Where(source, step, draw(st.sampled_from(allowed)), value)


def _number_program(draw: Draw, graph: KnowledgeGraph, depth: int) -> Program:
    aggregation = draw(st.sampled_from(list(Aggregation)))
    step = _numeric(draw, graph, aggregation)
    if step is None or draw(st.booleans()):
        return a.Count(_any(draw, graph, depth - 1))
    return a.Aggregate(_any(draw, graph, depth - 1), step, aggregation)


def _gap(draw: Draw, graph: KnowledgeGraph, depth: int) -> Program:
    steps = [Step(r) for r in range(graph.n_relations) if measure_of(graph, Step(r)).value_class in SUBTRACTED]
    if not steps:
        return a.Count(_any(draw, graph, depth - 1))
    left, right = _any(draw, graph, depth - 1), _any(draw, graph, depth - 1)
    return a.Gap(left, right, draw(st.sampled_from(steps)))


def _alike(draw: Draw, graph: KnowledgeGraph, classes: tuple[ValueClass, ...]) -> tuple[Step, Step] | None:
    """Two attributes that are measured alike, as some class."""
    steps = [Step(r) for r in range(graph.n_relations) if measure_of(graph, Step(r)).value_class in classes]
    pairs = [(s, o) for s, o in product(steps, steps) if measure_of(graph, s) == measure_of(graph, o)]
    apart = [pair for pair in pairs if pair[0] != pair[1]]
    return draw(st.sampled_from(apart or pairs)) if pairs else None


def _gap_own(draw: Draw, graph: KnowledgeGraph, depth: int) -> Program:
    pair = _alike(draw, graph, SUBTRACTED)
    return a.GapOwn(_any(draw, graph, depth - 1), *pair) if pair else a.Count(_any(draw, graph, depth - 1))


def _where_own(draw: Draw, graph: KnowledgeGraph, depth: int) -> Program:
    source, comparison = _any(draw, graph, depth - 1), draw(st.sampled_from(list(Comparison)))
    pair = None if comparison in IDENTITIES else _alike(draw, graph, ORDERED)
    if pair is None:
        step, other = (Step(_step(draw, graph).relation) for _ in range(2))
        return a.WhereOwn(source, step, draw(st.sampled_from(IDENTITIES)), other)
    return a.WhereOwn(source, pair[0], comparison, pair[1])


def _numeric_table(draw: Draw, graph: KnowledgeGraph, depth: int) -> Program:
    if depth > 1 and draw(st.booleans()):
        return GENERATORS[draw(st.sampled_from([a.TopRows, a.WhereRows]))](draw, graph, depth - 1)
    aggregation = draw(st.sampled_from(list(Aggregation)))
    attribute = _numeric(draw, graph, aggregation)
    groups, members = _any(draw, graph, depth - 2), _any(draw, graph, depth - 2)
    if attribute is None or draw(st.booleans()):
        return a.GroupCount(groups, _step(draw, graph), members)
    return a.GroupAggregate(groups, _step(draw, graph), members, attribute, aggregation)


Generator = Callable[[Draw, KnowledgeGraph, int], Program]


def _built(kind: Callable[..., Program], *makers: Callable[[Draw, KnowledgeGraph, int], Any]) -> Generator:
    return lambda draw, graph, depth: kind(*(make(draw, graph, depth) for make in makers))


def _of(maker: Callable[[Draw, KnowledgeGraph], Any]) -> Callable[[Draw, KnowledgeGraph, int], Any]:
    return lambda draw, graph, depth: maker(draw, graph)


def _drawn(strategy: st.SearchStrategy[Any]) -> Callable[[Draw, KnowledgeGraph, int], Any]:
    return lambda draw, graph, depth: draw(strategy)


def _inner(draw: Draw, graph: KnowledgeGraph, depth: int) -> Program:
    return _any(draw, graph, depth - 1)


def _table(draw: Draw, graph: KnowledgeGraph, depth: int) -> Program:
    return _any(draw, graph, depth - 1, Yields.TABLE)


_STEP, _MEASURE, _CLASS = _of(_step), _of(_measure), _of(_class)
_ORDER, _COMPARISON = _drawn(st.sampled_from(list(Order))), _drawn(st.sampled_from(list(Comparison)))
_K, _AGGREGATION = _drawn(st.integers(1, 3)), _drawn(st.sampled_from(list(Aggregation)))
_BOUND = _drawn(st.sampled_from((-1, 0, 1, 2, 5.5, 17)))

GENERATORS: Mapping[type[Program], Generator] = {
    a.Entities: _entities,
    a.Instances: _built(a.Instances, _CLASS),
    a.Having: _built(a.Having, _STEP),
    a.Follow: _built(a.Follow, _inner, _STEP),
    a.Same: _built(a.Same, _inner),
    a.Intersect: _built(a.Intersect, _inner, _inner),
    a.Union: _built(a.Union, _inner, _inner),
    a.Difference: _built(a.Difference, _inner, _inner),
    a.OfType: _built(a.OfType, _inner, _CLASS),
    a.Where: _where,
    a.WhereBeside: _built(a.WhereBeside, _inner, _MEASURE, _COMPARISON, _inner),
    a.WhereOwn: _where_own,
    a.WhereCount: _built(a.WhereCount, _inner, _STEP, _COMPARISON, _drawn(st.integers(0, 3))),
    a.Top: _built(a.Top, _inner, _MEASURE, _ORDER, _K),
    a.Nth: _built(a.Nth, _inner, _MEASURE, _ORDER, _K),
    a.TopByCount: _built(a.TopByCount, _inner, _STEP, _ORDER, _K),
    a.Groups: _built(a.Groups, _table),
    a.Count: _built(a.Count, _inner),
    a.Aggregate: _built(a.Aggregate, _inner, _MEASURE, _AGGREGATION),
    a.Gap: _gap,
    a.GapOwn: _gap_own,
    a.Exists: _built(a.Exists, _inner),
    a.Contains: _built(a.Contains, _inner, _inner),
    a.Compare: _built(a.Compare, _inner, _inner, _MEASURE, _COMPARISON),
    a.CompareNumbers: _built(a.CompareNumbers, _number_program, _number_program, _COMPARISON),
    a.RelationBetween: _built(a.RelationBetween, _inner, _inner),
    a.GroupCount: _built(a.GroupCount, _inner, _STEP, _inner),
    a.GroupAggregate: _built(a.GroupAggregate, _inner, _STEP, _inner, _MEASURE, _AGGREGATION),
    a.GroupBest: _built(a.GroupBest, _inner, _STEP, _inner, _MEASURE, _ORDER),
    a.TopRows: _built(a.TopRows, _numeric_table, _ORDER, _K),
    a.WhereRows: _built(a.WhereRows, _numeric_table, _COMPARISON, _BOUND),
}
LEAVES = (a.Entities, a.Entities, a.Entities, a.Instances, a.Having)
