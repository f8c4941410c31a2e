"""Attacks on graph and question together, and on the graph alone."""

from __future__ import annotations

from itertools import product

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgqa import KnowledgeGraph
from kgqa.errors import ConfigError
from kgqa.evaluation.robustness import ATTACKS, Attacked, NameTable, Skipped, choose_attacks
from kgqa.evaluation.robustness.distractors import OtherRelations, SimilarEntities
from kgqa.evaluation.robustness.hostile import HOSTILE, HostileLabels
from kgqa.evaluation.robustness.removal import cut
from kgqa.evaluation.robustness.renaming import UnseenName
from kgqa.program import algebra as a
from kgqa.program import execute, to_sparql
from kgqa.program.algebra import Program, Step, Yields
from kgqa.text import fold
from tests.evaluation.robustness.land import ALIAS, LABEL, NAMES, TYPE, cases, iri, land, scene
from tests.program.oracle import Oracle, graph_of
from tests.program.strategies import GENERATORS, facts, programs
from tests.program.test_evidence import subgraph

SCENE = scene()


def changed(attacked: Attacked) -> KnowledgeGraph:
    return SCENE.graph.with_changes(attacked.add, attacked.remove)[0]


def names(graph: KnowledgeGraph, entity: str) -> set[str]:
    """Labels and aliases by Oxigraph."""
    return set(column(graph, f"SELECT ?n {{ <{iri(entity)}> <{LABEL}>|<{ALIAS}> ?n }}"))


def column(graph: KnowledgeGraph, query: str) -> list[str]:
    """The values of a query's one variable by Oxigraph, sorted."""
    found = graph.to_oxigraph().query(query)
    assert isinstance(found, ox.QuerySolutions)
    return sorted(row[0].value for row in found if row[0] is not None and not isinstance(row[0], ox.Triple))


# -- unseen names ---------------------------------------------------------------------------------


def test_a_new_name_is_the_only_one_in_graph_and_question() -> None:
    attacked = UnseenName().apply(SCENE, cases(SCENE))
    graph = changed(attacked)
    assert len(attacked.variants) == 5
    for variant in attacked.variants:
        (topic,) = variant.case.gold.topic
        entity = topic.rsplit("/", 1)[1]
        now = names(graph, entity)
        assert len(now) == 2
        assert not now & set(NAMES[entity])
        assert sum(name in variant.text for name in now) == 1
        assert not any(f" {fold(name)} " in f" {fold(variant.text)} " for name in NAMES[entity] if len(name) > 2)
        assert variant.answers == variant.case.gold.answers


def test_the_same_entity_has_the_same_new_name_in_every_question() -> None:
    texts = {v.case.question.id: v.text for v in UnseenName().apply(SCENE, cases(SCENE)).variants}
    graph = changed(UnseenName().apply(SCENE, cases(SCENE)))
    latin, chinese = sorted(names(graph, "france"))
    assert texts["capital"] == f"What is the capital of {latin}?"
    assert texts["chinese"] == f"{chinese}的首都是什么？"
    assert texts["us"].startswith("tell us: ")


def test_new_names_are_names_of_nothing_else() -> None:
    graph = changed(UnseenName().apply(SCENE, cases(SCENE)))
    table = NameTable.from_graph(graph)
    for entity in ("france", "spain", "us", "cote"):
        for name in names(graph, entity):
            assert table.nodes[fold(name)] == {graph.find(iri(entity))}
            assert not SCENE.names.known(name)


def test_a_name_that_is_asked_for_is_not_taken_away() -> None:
    over = scene()
    one = cases(over)[0]
    asks = type(one)(one.question, type(one.gold)(("French Republic",)), one.before, True, one.places)
    assert UnseenName().apply(over, [asks]).skipped == {"capital": Skipped("a name that is taken away is its answer")}


def test_names_of_a_graph_without_labels() -> None:
    graph = KnowledgeGraph.load([("Alien", "director", "Ridley Scott")])
    table = NameTable.from_graph(graph)
    over, one = scene(), cases(scene())[0]
    over = type(over)(type(over.system)(graph, {}), table, 0)  # type: ignore[call-arg]
    text = "who directed Alien"
    film = type(one)(type(one.question)("q", text), one.gold, one.before, False, table.places(text, ["Alien"])[0])
    attacked = UnseenName().apply(over, [film])
    renamed, _ = graph.with_changes(attacked.add, attacked.remove)
    now = {text for node, text, _, _ in renamed.all_names() if node == renamed.find("Alien")}
    assert "Alien" not in now
    assert attacked.variants[0].text.removeprefix("who directed ") in now


# -- distractors ----------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", [SimilarEntities(), OtherRelations()], ids=lambda attack: attack.name)
def test_distractors_leave_every_old_fact_and_every_class(attack: SimilarEntities | OtherRelations) -> None:
    attacked = attack.apply(SCENE, cases(SCENE))
    assert not attacked.remove
    before, after = SCENE.graph, changed(attacked)
    assert {str(q) for q in before.to_oxigraph()} < {str(q) for q in after.to_oxigraph()}
    members = f"SELECT ?x {{ ?x <{TYPE}> ?c }}"
    assert column(before, members) == column(after, members)
    for entity, relation in product(NAMES, ("capital", "borders", "population")):
        near, by = iri(entity), iri(relation)
        query = f"SELECT ?x {{ {{ <{near}> <{by}> ?x }} UNION {{ ?x <{by}> <{near}> }} }}"
        assert column(before, query) == column(after, query)


def test_similar_entities_have_the_same_relations() -> None:
    graph = changed(SimilarEntities().apply(SCENE, cases(SCENE)))
    (twin,) = NameTable.from_graph(graph).nodes[fold("New France")]
    said = set(column(graph, f"SELECT ?p {{ <{graph.id(twin)}> ?p ?o }}"))
    assert said == {LABEL, iri("capital"), iri("borders"), iri("population")}
    (number,) = map(int, column(graph, f"SELECT ?o {{ <{graph.id(twin)}> <{iri('population')}> ?o }}"))
    assert 48 < number < 68


def test_a_similar_name_may_be_the_first_part_of_the_asked_one() -> None:
    graph = changed(SimilarEntities().apply(SCENE, cases(SCENE)))
    table = NameTable.from_graph(graph)
    (twin,) = table.nodes[fold("Côte")]
    assert graph.id(twin) not in {iri(name) for name in NAMES}
    assert fold("United") in table.nodes


def test_other_relations_are_called_after_those_of_the_entity() -> None:
    graph = changed(OtherRelations().apply(SCENE, cases(SCENE)))
    known = {graph.relation_label(r) for r in range(graph.n_relations)}
    assert {word for word in ("former", "rumoured", "planned") if f"{word} capital" in known}


# -- hostile labels -------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", HOSTILE, ids=lambda attack: attack.name)
def test_hostile_labels_are_in_the_graph(attack: HostileLabels) -> None:
    attacked = attack.apply(SCENE, cases(SCENE))
    graph = changed(attacked)
    assert attacked.variants
    for entity in ("paris", "yamoussoukro"):
        (name,) = names(graph, entity)
        assert name.startswith(attack.label)
    assert set(NAMES["france"]) < names(graph, "france")
    assert any(name.startswith(attack.label) for name in names(graph, "france"))
    assert all(v.text == v.case.text and v.answers == v.case.gold.answers for v in attacked.variants)
    added = [fact.object for fact in attacked.add]
    assert len(set(added)) == len(added)


# -- removed facts --------------------------------------------------------------------------------

NODES = [kind for kind in GENERATORS if kind.yields is Yields.NODES]


@pytest.mark.parametrize("kind", NODES, ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_without_the_cut_facts_a_program_gives_nothing(kind: type[Program], data: st.DataObject) -> None:
    graph = graph_of(data.draw(facts()))
    program = data.draw(programs(graph, kind, 3))
    found = cut(program, graph)
    if found is None:
        return
    assert found <= set(graph.triples())
    left = subgraph(graph, tuple(set(graph.triples()) - found))
    assert not Oracle(left).run(to_sparql(program, left), Yields.NODES).nodes


def test_the_next_best_does_not_step_in() -> None:
    sizes = [(name, "size", number) for number, name in enumerate("abc", 1)]
    graph = KnowledgeGraph.load([*sizes, *(("all", "member", name) for name in "abc")])
    size, member = (Step(graph.find_relation(name)) for name in ("size", "member"))
    members = a.Follow(a.Entities((graph.find("all"),)), member)
    largest = a.Top(members, size, a.Order.LARGEST)
    # Without its one size the largest of the largest would make room for the second.
    gone = cut(a.Top(largest, size, a.Order.LARGEST), graph) or frozenset()
    assert {graph.relation_id(relation) for _, relation, _ in gone} == {"member"}
    assert len(gone) == 3
    three = a.Entities(tuple(sorted(map(graph.find, "abc"))))
    assert len(cut(a.Top(three, size, a.Order.LARGEST), graph) or ()) == 3
    assert cut(a.Top(a.Top(three, size, a.Order.LARGEST), size, a.Order.LARGEST), graph) is None


def test_the_fewest_facts_go_and_every_fact_between_the_same_nodes() -> None:
    graph = land()
    france, capital, borders = (
        graph.find(iri("france")),
        graph.find_relation(iri("capital")),
        graph.find_relation(iri("borders")),
    )
    program = a.Follow(a.Follow(a.Entities((france,)), Step(borders)), Step(capital))
    gone = {graph.triple(*fact) for fact in cut(program, graph) or ()}
    assert {(t.subject, t.predicate, t.object) for t in gone} == {(iri("spain"), iri("capital"), iri("madrid"))}
    direct = cut(a.Follow(a.Entities((france,)), Step(capital)), graph) or frozenset()
    assert {graph.relation_id(relation) for _, relation, _ in direct} == {iri("capital"), iri("capitalOf")}


def test_a_class_and_an_entity_are_not_cut() -> None:
    graph = land()
    assert cut(a.Instances(graph.find(iri("Country"))), graph) is None
    assert cut(a.Entities((0,)), graph) is None
    assert len(execute(a.Instances(graph.find(iri("Country"))), graph).nodes) == 2


# -- choosing -------------------------------------------------------------------------------------


def test_attacks_by_name() -> None:
    assert [x.name for x in choose_attacks(["frame", " alias "])] == ["frame", "alias"]
    assert len({x.name for x in ATTACKS}) == len(ATTACKS)
    with pytest.raises(ConfigError, match=r"'rain' is no attack; expected some of: typos-outside-names"):
        choose_attacks(["alias", "rain"])
