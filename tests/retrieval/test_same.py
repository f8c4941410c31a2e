"""Facts stated of things that are stated to be the same: paths go on from all of them."""

from __future__ import annotations

from kgqa import KGQA
from kgqa.program import execute, to_sparql, to_words
from kgqa.program.algebra import Difference, Entities, Follow, Program, Same, Step, bare
from tests.program.oracle import Oracle, outcome_of

FACTS = [
    ("en:Alpha", "director", "en:Kim"),
    ("en:Kim", "owl:sameAs", "zh:金"),
    ("zh:金", "birthplace", "zh:首尔"),
    ("zh:首尔", "owl:sameAs", "en:Seoul"),
    ("en:Seoul", "country", "en:Korea"),
    ("en:Beta", "director", "en:Lee"),
    ("en:Lee", "birthplace", "en:Busan"),
]


def test_a_path_crosses_from_one_name_of_a_thing_to_the_other() -> None:
    qa = KGQA.from_graph(FACTS)
    answer = qa.ask("What is the birthplace of the director of Alpha?")
    assert [value.id for value in answer.values] == ["zh:首尔"]
    assert answer.words == "the birthplace of the director of Alpha"
    proof = [(e.subject, e.object) for e in answer.evidence]
    assert proof == [("en:Alpha", "en:Kim"), ("en:Kim", "zh:金"), ("zh:金", "zh:首尔")]
    country = qa.ask("What is the country of the birthplace of the director of Alpha?")
    assert [value.id for value in country.values] == ["en:Korea"]


def test_nothing_is_the_same_where_nothing_says_so() -> None:
    answer = KGQA.from_graph(FACTS).ask("What is the birthplace of the director of Beta?")
    assert "sameAs" not in (answer.sparql or "")


def test_it_is_not_said_and_runs_the_same_elsewhere() -> None:
    qa = KGQA.from_graph(FACTS)
    graph = qa.graph
    director, born = (Step(graph.find_relation(name)) for name in ("director", "birthplace"))
    alpha = Entities((graph.find("en:Alpha"),))
    program: Program = Follow(Same(Follow(Same(alpha), director)), born)
    plain = Follow(Follow(alpha, director), born)
    assert bare(program) == plain
    assert bare(Difference(program, Same(alpha))) == Difference(plain, alpha)
    assert to_words(program, graph) == to_words(plain, graph)
    result = execute(program, graph)
    assert outcome_of(result, graph) == Oracle(graph).run(to_sparql(program, graph), program.yields)
    assert len(result.nodes) == 1
    assert not len(execute(plain, graph).nodes)
