"""Every format from a small original to hand-written records, and what holds for all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kgqa.errors import ConfigError, QuestionsFileError
from kgqa.evaluation import QuestionSet
from kgqa.evaluation.convert import FORMATS, Converted, DatasetFormat, convert, guess_format, write
from kgqa.graph import KnowledgeGraph
from kgqa.types import AnswerKind


@dataclass(frozen=True)
class Sample:
    """An original, its name, and the records that it must become."""

    format: DatasetFormat
    name: str
    text: str
    records: tuple[Mapping[str, Any], ...]

    def write(self, folder: Path) -> Path:
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text, encoding="utf-8")
        return path


DBR, WD = "http://dbpedia.org/resource/", "http://www.wikidata.org/entity/"
ROWS = {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "uri", "value": f"{DBR}Oslo"}}]}}
CAPITAL = f"SELECT ?x {{ <{DBR}Norway> <http://dbpedia.org/ontology/capital> ?x }}"
HEADS = "SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE { ?x wdt:P31 wd:Q5 . ?x wdt:P39 wd:Q30185 }"
PARSE = {
    "AnnotatorComment": {"QuestionQuality": "Good", "ParseQuality": "Complete"},
    "Sparql": "SELECT ?x { ns:m.a ns:people.person.parents ?x }",
    "TopicEntityName": "Ada",
    "TopicEntityMid": "m.a",
    "InferentialChain": ["people.person.parents"],
    "Answers": [
        {"AnswerType": "Entity", "AnswerArgument": "m.b", "EntityName": "Anne"},
        {"AnswerType": "Entity", "AnswerArgument": "m.c", "EntityName": "George"},
    ],
}

SAMPLES = (
    Sample(
        DatasetFormat.METAQA,
        "2-hop/qa_dev.txt",
        "who made films with [Ann (II) Lee]\tBo Ek|Cy Fry|Bo Ek\r\n[Dot] was made when\t1999\n",
        (
            {
                "id": "2h-dev-0",
                "question": "who made films with Ann (II) Lee",
                "answers": ["Bo Ek", "Cy Fry"],
                "topic": ["Ann (II) Lee"],
                "hops": 2,
                "language": "en",
            },
            {
                "id": "2h-dev-1",
                "question": "Dot was made when",
                "answers": ["1999"],
                "topic": ["Dot"],
                "hops": 2,
                "language": "en",
            },
        ),
    ),
    Sample(
        DatasetFormat.PATHQUESTION,
        "PQ-2H.txt",
        " what is ann 's son 's town ?\tbonn(koeln/bonn/)\tann#children#bob#place#bonn#<end>#bonn\n"
        "the mix of ann ?\tmix_(live)(mix_(live)/)\tann#song#mix_(live)\n",
        (
            {
                "id": "PQ-2H-0",
                "question": "what is ann 's son 's town ?",
                "answers": ["koeln", "bonn"],
                "topic": ["ann"],
                "hops": 2,
                "language": "en",
                "path": ["ann", "children", "bob", "place", "bonn"],
            },
            {
                "id": "PQ-2H-1",
                "question": "the mix of ann ?",
                "answers": ["mix_(live)"],
                "topic": ["ann"],
                "hops": 1,
                "language": "en",
                "path": ["ann", "song", "mix_(live)"],
            },
        ),
    ),
    Sample(
        DatasetFormat.WEBQSP,
        "WebQSP.dev.json",
        json.dumps({"Version": "1.0", "Questions": [{"QuestionId": "W-1", "RawQuestion": "who?", "Parses": [PARSE]}]}),
        (
            {
                "id": "W-1",
                "question": "who?",
                "answers": ["m.b", "m.c"],
                "kind": "entities",
                "topic": ["m.a"],
                "hops": 1,
                "language": "en",
                "path": ["people.person.parents"],
                "sparql": "SELECT ?x { ns:m.a ns:people.person.parents ?x }",
            },
        ),
    ),
    Sample(
        DatasetFormat.QALD,
        "qald-dev.json",
        json.dumps(
            {
                "dataset": {"id": "qald-dev"},
                "questions": [
                    {
                        "id": "7",
                        "answertype": "resource",
                        "aggregation": False,
                        "question": [
                            {"language": "en", "string": "Capital of Norway?", "keywords": "capital"},
                            {"language": "pt_BR", "string": "Capital da Noruega? "},
                        ],
                        "query": {"sparql": CAPITAL},
                        "answers": [ROWS],
                    },
                    {
                        "id": 8,
                        "question": [{"language": "en", "string": "Is it cold?"}],
                        "query": {"sparql": "ASK { res:Oslo dbo:isCold true }"},
                        "answers": [{"head": {}, "boolean": False}],
                    },
                ],
            }
        ),
        (
            {
                "id": "7-en",
                "question": "Capital of Norway?",
                "answers": [f"{DBR}Oslo"],
                "kind": "entities",
                "topic": [f"{DBR}Norway"],
                "language": "en",
                "tags": ["resource"],
                "sparql": CAPITAL,
            },
            {
                "id": "7-pt-br",
                "question": "Capital da Noruega?",
                "answers": [f"{DBR}Oslo"],
                "kind": "entities",
                "topic": [f"{DBR}Norway"],
                "language": "pt-br",
                "tags": ["resource"],
                "sparql": CAPITAL,
            },
            {
                "id": "8-en",
                "question": "Is it cold?",
                "answers": ["false"],
                "kind": "boolean",
                "topic": [f"{DBR}Oslo"],
                "language": "en",
                "sparql": "ASK { res:Oslo dbo:isCold true }",
            },
        ),
    ),
    Sample(
        DatasetFormat.LCQUAD1,
        "train-data.json",
        json.dumps(
            [
                {
                    "_id": "15",
                    "corrected_question": "How many lie there?",
                    "intermediary_question": "How many <lie> there?",
                    "sparql_query": f" SELECT DISTINCT COUNT(?uri) WHERE {{ ?uri dbo:in <{DBR}Norway> . }} ",
                    "sparql_template_id": 101,
                }
            ]
        ),
        (
            {
                "id": "15",
                "question": "How many lie there?",
                "kind": "count",
                "topic": [f"{DBR}Norway"],
                "language": "en",
                "tags": ["template-101"],
                "sparql": f"SELECT DISTINCT COUNT(?uri) WHERE {{ ?uri dbo:in <{DBR}Norway> . }}",
            },
        ),
    ),
    Sample(
        DatasetFormat.LCQUAD2,
        "train.json",
        json.dumps(
            [
                {
                    "uid": 3,
                    "NNQT_question": "What is {it}",
                    "question": "How many heads?",
                    "paraphrased_question": "Number of heads?",
                    "subgraph": "count",
                    "sparql_wikidata": HEADS,
                    "sparql_dbpedia18": "ASK {}",
                },
                {
                    "uid": 4,
                    "question": None,
                    "paraphrased_question": "Is it?",
                    "sparql_wikidata": "ASK WHERE { wd:Q1 wdt:P1 wd:Q2 }",
                },
            ]
        ),
        (
            {
                "id": "3",
                "question": "How many heads?",
                "kind": "count",
                "topic": [f"{WD}Q30185"],
                "language": "en",
                "tags": ["count"],
                "sparql": HEADS,
            },
            {
                "id": "4",
                "question": "Is it?",
                "kind": "boolean",
                "topic": [f"{WD}Q1", f"{WD}Q2"],
                "language": "en",
                "sparql": "ASK WHERE { wd:Q1 wdt:P1 wd:Q2 }",
            },
        ),
    ),
    Sample(
        DatasetFormat.NLPCC,
        "kbqa.training-data",
        "\ufeff<question id=1>\t《海》的作者是谁？\n<triple id=1>\t海 ||| 作者 ||| 王一\n<answer id=1>\t王一\n"
        + "=" * 50
        + "\n<question id=2>\t谁写的？ \n<answer id=2>\t王一 ||| 李二\n"
        + "=" * 50
        + "\n",
        (
            {
                "id": "kbqa-1",
                "question": "《海》的作者是谁？",
                "answers": ["王一"],
                "topic": ["海"],
                "hops": 1,
                "language": "zh",
                "path": [["海", "作者", "王一"]],
            },
            {"id": "kbqa-2", "question": "谁写的？", "answers": ["王一", "李二"], "language": "zh"},
        ),
    ),
)
FIELDS = ("id", "question", "answers", "kind", "topic", "hops", "language", "tags", "path", "sparql")
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.format.value)


def test_every_format_has_a_sample() -> None:
    assert {sample.format for sample in SAMPLES} == set(DatasetFormat) == set(FORMATS)


@every_sample
def test_records(sample: Sample, tmp_path: Path) -> None:
    converted = convert(sample.write(tmp_path), sample.format)
    assert converted.records == sample.records
    assert converted.skipped == ()


@every_sample
def test_the_order_of_fields(sample: Sample, tmp_path: Path) -> None:
    for record in convert(sample.write(tmp_path), sample.format).records:
        assert list(record) == [name for name in FIELDS if name in record]


@every_sample
def test_the_format_is_told_by_its_beginning(sample: Sample, tmp_path: Path) -> None:
    assert guess_format(sample.write(tmp_path)) is sample.format


@every_sample
def test_round_trip(sample: Sample, tmp_path: Path) -> None:
    write(convert(sample.write(tmp_path), sample.format), tmp_path / "questions.jsonl")
    questions = QuestionSet.read(tmp_path / "questions.jsonl")
    assert questions.unread == ()
    assert [(q.id, q.text, q.language) for q in questions.questions] == [
        (r["id"], r["question"], r["language"]) for r in sample.records
    ]
    assert {i: list(gold.answers) for i, gold in questions.gold.items()} == {
        r["id"]: r["answers"] for r in sample.records if "answers" in r
    }
    for record in sample.records:
        if "answers" in record:
            gold = questions.gold[record["id"]]
            assert (gold.hops, list(gold.topic)) == (record.get("hops"), record.get("topic", []))
            assert gold.kind is (AnswerKind(record["kind"]) if "kind" in record else None)
            assert [list(i) if isinstance(i, tuple) else i for i in gold.path] == record.get("path", [])


LINE_NUMBERS = (DatasetFormat.METAQA, DatasetFormat.PATHQUESTION)


@pytest.mark.parametrize("sample", [sample for sample in SAMPLES if sample.format not in LINE_NUMBERS])
def test_the_same_id_twice(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / sample.name
    path.write_text(doubled(sample.text), encoding="utf-8")
    with pytest.raises(QuestionsFileError, match=r"the id '.*' stands at .* already\. .*on_error='skip'"):
        convert(path, sample.format)
    converted = convert(path, sample.format, on_error="skip")
    assert converted.records == sample.records
    assert len(converted.skipped) == len(sample.records)


def doubled(text: str) -> str:
    try:
        data = json.loads(text)
    except ValueError:
        return text + text.removeprefix("\ufeff")
    if isinstance(data, list):
        return json.dumps(data + data)
    return json.dumps({key: value * 2 if isinstance(value, list) else value for key, value in data.items()})


@every_sample
@pytest.mark.parametrize("text", ["", " \n\n"])
def test_an_empty_file(sample: Sample, text: str, tmp_path: Path) -> None:
    path = tmp_path / sample.name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionsFileError, match=r"is empty; expected questions as"):
        convert(path, sample.format, on_error="skip")


@every_sample
def test_a_missing_file(sample: Sample, tmp_path: Path) -> None:
    with pytest.raises(QuestionsFileError, match="Check the path"):
        convert(tmp_path / "none", sample.format)


@every_sample
def test_a_file_of_another_format(sample: Sample, tmp_path: Path) -> None:
    for other in SAMPLES:
        if other.format is not sample.format:
            with pytest.raises(QuestionsFileError, match=other.name):
                convert(other.write(tmp_path), sample.format)
            with pytest.raises(QuestionsFileError, match=r"holds no question in the form of|is not JSON|the JSON is"):
                convert(other.write(tmp_path), sample.format, on_error="skip")


def test_what_has_no_gold_is_said(tmp_path: Path) -> None:
    sample = next(sample for sample in SAMPLES if sample.format is DatasetFormat.LCQUAD2)
    assert convert(sample.write(tmp_path), sample.format).notes == (
        "questions without a wording of their own, which have the paraphrase: 1",
        "questions without gold, which are asked and not scored: 2",
    )


@pytest.mark.parametrize("text", ["a\tb\tc\n", "{}", "just words\n", '{"questions": [', "\ufffd"])
def test_no_format_fits(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionsFileError, match=r"no format fits .*one of: metaqa, .*nlpcc"):
        guess_format(path)


def test_several_formats_fit(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(
        '[{"uid": 1, "sparql_wikidata": "", "corrected_question": "", "sparql_query": ""}]', encoding="utf-8"
    )
    with pytest.raises(QuestionsFileError, match="lcquad1 and lcquad2 fit"):
        guess_format(path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"languages": ["en"]}, "languages has no use for metaqa; expected it with qald only"),
        ({"graph": KnowledgeGraph.load([("a", "r", "b")])}, "graph has no use for metaqa"),
        ({"languages": "en"}, r"write \['en'\]"),
        ({"on_error": "ignore"}, "expected 'raise' or 'skip'"),
    ],
)
def test_an_option_without_a_use(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        convert(SAMPLES[0].write(tmp_path), DatasetFormat.METAQA, **options)


def test_a_name_is_no_format(tmp_path: Path) -> None:
    name: Any = "metaqa"
    with pytest.raises(ConfigError, match="format is 'metaqa'; expected a DatasetFormat"):
        convert(SAMPLES[0].write(tmp_path), name)


@pytest.mark.parametrize("text", ['{"questions": [', "[" * 100_000, "[" + "9" * 5_000 + "]", "[1, 2"])
def test_broken_json(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionsFileError, match="is not JSON"):
        convert(path, DatasetFormat.QALD)


def test_json_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b'{"questions": ["\xff"]}')
    with pytest.raises(QuestionsFileError, match="is not UTF-8"):
        convert(tmp_path / "x.json", DatasetFormat.QALD)


def test_half_a_surrogate_pair_is_malformed(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    good = {"_id": "1", "corrected_question": "Who?", "sparql_query": "ASK {}"}
    path.write_text(json.dumps([{**good, "corrected_question": "\ud800"}, {**good, "_id": "2"}]), encoding="utf-8")
    with pytest.raises(QuestionsFileError, match=r"x\.json, \[0\]: half of a surrogate pair"):
        convert(path, DatasetFormat.LCQUAD1)
    assert [r["id"] for r in convert(path, DatasetFormat.LCQUAD1, on_error="skip").records] == ["2"]


def test_writing_takes_effect_at_once(tmp_path: Path) -> None:
    target = tmp_path / "q.jsonl"
    target.write_text("old", encoding="utf-8")
    broken = Converted(({"id": "1", "question": "?", "answers": [object()]},))
    with pytest.raises(TypeError):
        write(broken, target)
    assert target.read_text(encoding="utf-8") == "old"
    write(Converted(({"id": "1", "question": "谁？"},)), target)
    assert target.read_bytes() == '{"id": "1", "question": "谁？"}\n'.encode()
    assert [path.name for path in tmp_path.iterdir()] == ["q.jsonl"]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(QuestionsFileError, match="Name another path"):
        write(Converted(()), tmp_path / "none" / "q.jsonl")
