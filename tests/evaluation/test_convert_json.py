"""Originals in JSON: WebQSP, QALD, LC-QuAD 1 and 2."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.convert import Converted, DatasetFormat, convert, execution
from kgqa.graph import KnowledgeGraph

WEBQSP, QALD = DatasetFormat.WEBQSP, DatasetFormat.QALD
LCQUAD1, LCQUAD2 = DatasetFormat.LCQUAD1, DatasetFormat.LCQUAD2
DBR, DBO, WD = "http://dbpedia.org/resource/", "http://dbpedia.org/ontology/", "http://www.wikidata.org/entity/"
Json = Mapping[str, Any]


def save(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


# -- WebQSP -------------------------------------------------------------------------------------


def parse(
    *answers: str, chain: Sequence[str] | None = ("r.s", "s.t"), quality: str = "Good Complete", **more: Any
) -> Json:
    question, _, complete = quality.partition(" ")
    return {
        "AnnotatorComment": {"QuestionQuality": question, "ParseQuality": complete},
        "InferentialChain": chain,
        "TopicEntityMid": "m.t",
        "TopicEntityName": "Topic",
        "Sparql": "SELECT 1",
        "Answers": [
            {"AnswerType": "Entity", "AnswerArgument": a, "EntityName": f"Name of {a}"}
            if a.startswith("m.")
            else {"AnswerType": "Value", "AnswerArgument": a, "EntityName": None}
            for a in answers
        ],
        **more,
    }


def webqsp(tmp_path: Path, *parses: Json, graph: KnowledgeGraph | None = None) -> Converted:
    data = {"Questions": [{"QuestionId": "W", "RawQuestion": "what?", "ProcessedQuestion": "what", "Parses": parses}]}
    return convert(save(tmp_path / "w.json", data), WEBQSP, graph=graph)


def test_parses_are_joined_and_the_first_gives_the_path(tmp_path: Path) -> None:
    second = parse("m.c", "m.a", chain=["q"], TopicEntityMid="m.u", Sparql="SELECT 2")
    converted = webqsp(tmp_path, parse("m.a", "m.b"), second, parse("m.a", "m.b"))
    record = converted.records[0]
    assert (record["answers"], record["topic"]) == (["m.a", "m.b", "m.c"], ["m.t", "m.u"])
    assert (record["path"], record["hops"], record["sparql"]) == (["r.s", "s.t"], 2, "SELECT 1")
    assert converted.notes == ("questions whose parses have different answers, and whose gold is their union: 1",)


def test_only_complete_parses_of_good_questions_count(tmp_path: Path) -> None:
    converted = webqsp(
        tmp_path, parse("m.x", quality="Good NotComplete"), parse("m.a"), parse("m.y", quality="Bad Complete")
    )
    assert converted.records[0]["answers"] == ["m.a"]
    none = webqsp(tmp_path, parse("m.x", quality="Bad Complete"))
    assert none.records == ({"id": "W", "question": "what?", "language": "en"},)
    assert none.notes == (
        'questions without a "Complete" parse of a "Good" question, which have no gold: 1',
        "questions without gold, which are asked and not scored: 1",
    )


def test_a_good_parse_without_answers_is_an_empty_gold_set(tmp_path: Path) -> None:
    converted = webqsp(tmp_path, parse(chain=None, TopicEntityMid=None, TopicEntityName=None))
    assert converted.records == (
        {"id": "W", "question": "what?", "answers": [], "language": "en", "sparql": "SELECT 1"},
    )
    assert converted.notes == ("questions whose gold is empty, so that giving nothing is right: 1",)


@pytest.mark.parametrize(("answers", "kind"), [(["m.a"], "entities"), (["1999"], "literals"), (["m.a", "1999"], None)])
def test_the_kind_of_answers(answers: list[str], kind: str | None, tmp_path: Path) -> None:
    assert webqsp(tmp_path, parse(*answers)).records[0].get("kind") == kind


def test_a_graph_tells_how_nodes_are_named(tmp_path: Path) -> None:
    ns = "http://rdf.freebase.com/ns/"
    graph = KnowledgeGraph.load([("m.t", "r", "m.a"), (f"{ns}m.b", "r", "Name of m.c")])
    record = webqsp(tmp_path, parse("m.a", "m.b", "m.c", "1999"), graph=graph).records[0]
    assert (record["topic"], record["answers"]) == (["m.t"], ["m.a", f"{ns}m.b", "Name of m.c", "1999"])


# -- QALD ---------------------------------------------------------------------------------------


def rows(*values: Json | str, name: str = "x") -> Json:
    cells = [v if isinstance(v, dict) else {"type": "uri", "value": v} for v in values]
    return {"head": {"vars": [name]}, "results": {"bindings": [{name: cell} for cell in cells]}}


def literal(value: object) -> Json:
    return {"type": "literal", "value": value}


def asked(
    number: object, *answers: Json, sparql: str = "", wordings: Sequence[tuple[str, str]] = (("en", "?"),), **more: Any
) -> Json:
    return {
        "id": number,
        "question": [{"language": language, "string": text} for language, text in wordings],
        "query": {"sparql": sparql},
        "answers": list(answers),
        **more,
    }


def qald(tmp_path: Path, *questions: Json, **options: Any) -> Converted:
    return convert(save(tmp_path / "q.json", {"questions": questions}), QALD, **options)


COUNT = "SELECT (COUNT(?x) AS ?n) { ?x a ?y }"


@pytest.mark.parametrize(
    ("results", "sparql", "answers", "kind"),
    [
        (rows("http://e/a", "http://e/b", "http://e/a"), "", ["http://e/a", "http://e/b"], "entities"),
        (rows({"type": "bnode", "value": "b0"}), "", ["_:b0"], "entities"),
        (rows(literal("1863-07-03")), "SELECT ?x {}", ["1863-07-03"], "literals"),
        (rows({"type": "typed-literal", "value": "17", "datatype": "i"}), COUNT, ["17"], "count"),
        (rows(literal(17)), COUNT, ["17"], "count"),
        (rows("http://e/a", literal("x")), "", ["http://e/a", "x"], None),
        (rows(), COUNT, [], "count"),
        ({"head": {}, "boolean": True}, "ASK {}", ["true"], "boolean"),
        ({"head": {}, "boolean": "false"}, "ASK {}", ["false"], "boolean"),
        ({"head": {}}, "ASK {}", None, "boolean"),
        ({}, "", None, None),
        (
            {"results": {"bindings": [{"a": literal("1"), "b": literal("2")}, {"a": literal("3")}]}},
            "",
            ["1", "2", "3"],
            "table",
        ),
    ],
)
def test_results_become_answers(
    results: Json, sparql: str, answers: list[str] | None, kind: str | None, tmp_path: Path
) -> None:
    record = qald(tmp_path, asked(1, results, sparql=sparql)).records[0]
    assert (record.get("answers"), record.get("kind")) == (answers, kind)


WORDINGS = [("en", "a"), ("de", "b"), ("de", "c"), ("zh-cn", "d"), ("hi_IN", ""), ("den", "e")]


@pytest.mark.parametrize(
    ("languages", "ids"),
    [
        ([], ["1-en", "1-de", "1-de-2", "1-zh-cn", "1-den", "2-en"]),
        (["de"], ["1-de", "1-de-2"]),
        (["zh", "EN"], ["1-en", "1-zh-cn", "2-en"]),
        (["zh_CN"], ["1-zh-cn"]),
    ],
)
def test_languages(languages: list[str], ids: list[str], tmp_path: Path) -> None:
    converted = qald(tmp_path, asked(1, wordings=WORDINGS), asked(2), languages=languages)
    assert [r["id"] for r in converted.records] == ids
    left_out = [note for note in converted.notes if note.startswith("questions left out")]
    assert bool(left_out) == ("2-en" not in ids)
    assert "questions whose text in some language is blank, and left out there: 1" in converted.notes


def test_a_language_that_the_file_lacks(tmp_path: Path) -> None:
    with pytest.raises(QuestionsFileError, match=r"no question in hi-in, fr; expected some of: de, den, en, zh-cn$"):
        qald(tmp_path, asked(1, wordings=WORDINGS), languages=["hi_IN", "en", "fr"])


def test_tags(tmp_path: Path) -> None:
    first = asked(1, answertype="number", aggregation=True, hybrid=False, onlydbo=True)
    second = asked(2, answertype="boolean", aggregation="false", hybrid="true")
    assert [r.get("tags") for r in qald(tmp_path, first, second).records] == [["number", "aggregation"], ["hybrid"]]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("?", "questions[1]: '?' is no object"),
        ({**asked(2), "id": None}, "questions[1]: 'id' is missing; expected text"),
        ({**asked(2), "question": "?"}, "questions[1]: 'question' is '?'; expected a list"),
        ({**asked(2), "question": ["?"]}, "questions[1].question[0]: '?' is no object"),
        (asked(2, wordings=[("en", " ")]), "questions[1]: 'question' has no text in any language"),
        ({**asked(2), "query": "ASK {}"}, "questions[1].query: 'ASK {}' is no object"),
        (asked(2, {"boolean": 1}), "questions[1].answers[0]: 'boolean' is 1; expected true or false"),
        (asked(2, rows({"type": "uri"})), "questions[1].answers[0].results.bindings[0].x: 'value' is missing"),
        (asked(2, {"results": {"bindings": {}}}), "questions[1].answers[0].results: 'bindings' is {}; expected a list"),
    ],
)
def test_a_malformed_question(question: object, message: str, tmp_path: Path) -> None:
    path = save(tmp_path / "q.json", {"questions": [asked(1), question, asked(3)]})
    with pytest.raises(QuestionsFileError) as error:
        convert(path, QALD)
    assert str(error.value).startswith(f"{path}, {message}")
    assert "on_error='skip'" in str(error.value)
    converted = convert(path, QALD, on_error="skip")
    assert [r["id"] for r in converted.records] == ["1-en", "3-en"]
    assert [m.startswith(f"{path}, {message}") for m in converted.skipped] == [True]


# -- LC-QuAD, and queries over a graph ----------------------------------------------------------

GRAPH = KnowledgeGraph.load(
    [
        (f"{DBR}Norway", f"{DBO}capital", f"{DBR}Oslo"),
        (f"{DBR}Norway", f"{DBO}borders", f"{DBR}Sweden"),
        (f"{DBR}Norway", f"{DBO}borders", f"{DBR}Finland"),
        (f"{DBR}Sweden", f"{DBO}borders", f"{DBR}Finland"),
        (f"{DBR}Oslo", f"{DBO}population", "717710"),
        ("a plain name", f"{DBO}borders", f"{DBR}Norway"),
    ]
)


def lcquad(tmp_path: Path, *queries: str, graph: KnowledgeGraph | None = GRAPH) -> Converted:
    data = [{"_id": str(i), "corrected_question": "?", "sparql_query": query} for i, query in enumerate(queries)]
    return convert(save(tmp_path / "l.json", data), LCQUAD1, graph=graph)


@pytest.mark.parametrize(
    ("query", "answers", "kind"),
    [
        (f"SELECT ?x {{ <{DBR}Norway> <{DBO}capital> ?x }}", [f"{DBR}Oslo"], "entities"),
        ("SELECT DISTINCT ?x WHERE { dbr:Oslo dbo:population ?x }", ["717710"], "literals"),
        ("SELECT DISTINCT COUNT(?x) WHERE { dbr:Norway dbo:borders ?x . }", ["2"], "count"),
        ("SELECT (COUNT(DISTINCT ?y) AS ?n) { ?x dbo:borders ?y }", ["3"], "count"),
        ("SELECT COUNT(?y) WHERE { ?x dbo:borders ?y }", ["4"], "count"),
        ("ASK WHERE { dbr:Norway dbo:borders dbr:Sweden }", ["true"], "boolean"),
        ("ASK WHERE { dbr:Sweden dbo:borders dbr:Norway }", ["false"], "boolean"),
        ("SELECT ?x { ?x dbo:borders dbr:Norway }", ["a plain name"], "entities"),
        ("SELECT ?x { dbr:Sweden dbo:capital ?x }", [], None),
    ],
)
def test_a_graph_answers(query: str, answers: list[str], kind: str | None, tmp_path: Path) -> None:
    record = lcquad(tmp_path, query).records[0]
    assert (record["answers"], record.get("kind"), record["sparql"]) == (answers, kind, query)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT ?x WHERE { ?x ", "the query can't be run: error at 1:"),
        ("CONSTRUCT WHERE { ?x ?y ?z }", "it makes triples; expected SELECT or ASK"),
        ("DELETE WHERE { ?x ?y ?z }", "the query can't be run: error at 1:"),
        (
            "SELECT ?x { SERVICE <http://127.0.0.1:1/> { ?x ?y ?z } }",
            "names a SERVICE, which would ask another machine",
        ),
    ],
)
def test_a_query_that_cannot_be_run_keeps_its_question(query: str, reason: str, tmp_path: Path) -> None:
    converted = lcquad(tmp_path, "ASK {}", query, "SELECT ?x { dbr:Norway dbo:capital ?x }")
    assert [r.get("answers") for r in converted.records] == [["true"], None, [f"{DBR}Oslo"]]
    assert converted.skipped == ()
    assert converted.notes[0].startswith(f"{tmp_path / 'l.json'}, [1], id '1' has no gold: ")
    assert reason in converted.notes[0]
    assert converted.notes[1:] == ("questions without gold, which are asked and not scored: 1",)


def test_a_query_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "QUERY_SECONDS", 0.3)
    graph = KnowledgeGraph.load([(f"http://e/{i}", "http://e/r", f"http://e/{i + 1}") for i in range(200)])
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o }"
    converted = lcquad(tmp_path, endless, "ASK { ?x ?y ?z }", graph=graph)
    assert [r.get("answers") for r in converted.records] == [None, ["true"]]
    assert "the query took longer than 0.3 s" in converted.notes[0]


def test_an_empty_result_is_an_empty_gold_set(tmp_path: Path) -> None:
    notes = lcquad(tmp_path, "SELECT ?x { dbr:Sweden dbo:capital ?x }").notes
    assert notes == ("questions whose gold is empty, so that giving nothing is right: 1",)


def test_only_missing_answers_are_asked_for(tmp_path: Path) -> None:
    query = "SELECT ?x { dbr:Norway dbo:capital ?x }"
    both = [("en", "a"), ("de", "b")]
    converted = qald(
        tmp_path,
        asked(1, rows("http://e/given"), sparql=query),
        asked(2, sparql=query, wordings=both),
        asked(3),
        graph=GRAPH,
    )
    assert [r.get("answers") for r in converted.records] == [["http://e/given"], [f"{DBR}Oslo"], [f"{DBR}Oslo"], None]


@pytest.mark.parametrize(
    ("term", "query"), [("http://wikidata.dbpedia.org/resource/Q1", "dbpedia"), (f"{WD}Q1", "wikidata")]
)
def test_the_graph_chooses_the_query_of_lcquad2(term: str, query: str, tmp_path: Path) -> None:
    queries = {"sparql_wikidata": 'SELECT ("wikidata" AS ?x) {}', "sparql_dbpedia18": 'SELECT ("dbpedia" AS ?x) {}'}
    path = save(tmp_path / "l.json", [{"uid": 1, "question": "?", **queries}])
    graph = KnowledgeGraph.load([(term, "http://e/r", "http://e/x")])
    assert convert(path, LCQUAD2, graph=graph).records[0]["answers"] == [query]


@pytest.mark.parametrize("nothing", [None, "", " ", "n/a", "None", []])
def test_a_question_without_a_wording(nothing: object, tmp_path: Path) -> None:
    one = {"uid": 1, "question": nothing, "paraphrased_question": nothing, "sparql_wikidata": "ASK {}"}
    path = save(tmp_path / "l.json", [one, {**one, "uid": 2, "paraphrased_question": "Why?"}])
    with pytest.raises(QuestionsFileError, match=r"\[0\]: neither 'question' nor 'paraphrased_question' has a text"):
        convert(path, LCQUAD2)
    assert [r["question"] for r in convert(path, LCQUAD2, on_error="skip").records] == ["Why?"]
