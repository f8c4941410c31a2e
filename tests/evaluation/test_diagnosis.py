"""Each way to lose a question, by construction: what was proposed, chosen and given is written down here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from kgqa import KGQA
from kgqa.answering import AnswerBuilder, Reading
from kgqa.calibration import Calibrations
from kgqa.config import AnswerConfig, Config
from kgqa.embedding import E5, MINILM, load_encoder
from kgqa.errors import MissingExtraError, QuestionError, QuestionsFileError
from kgqa.evaluation import (
    Diagnosis,
    Gold,
    Linking,
    Matching,
    Prediction,
    Question,
    QuestionSet,
    Setting,
    Stage,
    diagnose,
    run,
    run_linked,
    score,
)
from kgqa.evaluation.convert.execution import QueryRunner
from kgqa.evaluation.matching import match
from kgqa.evaluation.predictions import predicted_value
from kgqa.graph import KnowledgeGraph
from kgqa.linking import LabelIndex, given_links
from kgqa.program import execute
from kgqa.program.algebra import Count, Entities, Follow, Instances, Program, Step, Yields
from kgqa.reader import ReaderCandidate, ReaderInput, ReaderOutput
from kgqa.retrieval.contract import Candidate, Retrieval
from kgqa.retrieval.question import QuestionView
from kgqa.types import Answer, AnswerKind, Link, Literal, MatchKind, Mention

ROOT = Path(__file__).parents[2]
FACTS: list[tuple[object, ...]] = [
    ("alien", "directed by", "Scott"),
    ("alien", "starring", "Weaver"),
    ("alien", "starring", "Hurt"),
    ("alien", "year", Literal("1979", "http://www.w3.org/2001/XMLSchema#integer")),
    ("heist", "directed by", "Mamet"),
    ("Scott", "born in", "Shields"),
    # Two films under one name.
    ("repentance", "directed by", "Caland"),
    ("repentance", "directed by", "Abuladze"),
    ("repentance", "starring", "Makharadze"),
    # A path of gold that gives more than gold says, and an island.
    ("Mamet", "wrote", "oleanna"),
    ("Mamet", "wrote", "heist"),
    ("atlantis", "mayor", "Nemo"),
    ("alien", "rdf:type", "film"),
    ("heist", "rdf:type", "film"),
    ("repentance", "rdf:type", "film"),
]
GRAPH = KnowledgeGraph.load(FACTS)


def node(name: str) -> int:
    found = GRAPH.find(name)
    assert found >= 0
    return found


def follow(start: str | Program, *relations: str) -> Program:
    program = Entities((node(start),)) if isinstance(start, str) else start
    for relation in relations:
        number = GRAPH.find_relation(relation.removeprefix("^"))
        assert number >= 0
        program = Follow(program, Step(number, inverse=relation.startswith("^")))
    return program


def link(name: str) -> Link:
    return Link(Mention(0, 0, ""), node(name), 0.9, MatchKind.EXACT, name)


@dataclass
class Scripted:
    """Proposes what it was told: (programs in retrieval's order, reader's scores, entities linked).

    given : the same, when the gold entities are given. asked : what was read, and whether with links.
    """

    script: Mapping[str, tuple[Sequence[Program], Sequence[float], Sequence[str]]]
    given: Mapping[str, tuple[Sequence[Program], Sequence[float], Sequence[str]]] = field(default_factory=dict)
    config: Config = field(default_factory=lambda: Config(answer=AnswerConfig(abstain_below=0.0)))
    graph: KnowledgeGraph = GRAPH
    patience: int = 1000
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def link_given(self, question: str, topic: Sequence[str]) -> tuple[Link, ...]:
        return given_links(GRAPH, LabelIndex.from_graph(GRAPH), question, topic, ())

    def read(self, question: str, *, links: Sequence[Link] | None = None) -> Reading:
        if len(self.asked) == self.patience:
            raise KeyboardInterrupt
        self.asked.append((question, links is not None))
        programs, scores, linked = (self.script if links is None else self.given)[question]
        taken = tuple(map(link, linked))
        candidates = tuple(
            Candidate(p, taken, 0.5, nodes=execute(p, GRAPH).nodes if p.yields is Yields.NODES else None)
            for p in programs
        )
        seen = ReaderInput(question, tuple(ReaderCandidate("", 0.5, 1.0, 0.0, 1.0) for _ in candidates))
        output = ReaderOutput(np.array(scores, dtype=np.float32), -0.2)
        return Reading(Retrieval(QuestionView(question), taken, candidates), seen, output)

    def ask(self, question: str) -> Answer:
        if question == "refused":
            raise QuestionError("too long")
        return AnswerBuilder(GRAPH, self.config.answer, Calibrations()).build(self.read(question))


DIRECTOR, CAST = follow("alien", "directed by"), follow("alien", "starring")
GIVES_SCOTT: tuple[Sequence[Program], Sequence[float], Sequence[str]] = ([DIRECTOR], [1.0], ["alien"])


def one(system: Scripted, gold: Gold, question: str = "q", setting: Setting | None = None) -> Diagnosis:
    questions = QuestionSet((Question("1", question),), {"1": gold})
    (found,) = diagnose(system, run(system, questions.questions), questions, setting=setting)
    return found


# -- one test for each stage --------------------------------------------------------------------


def test_right() -> None:
    found = one(Scripted({"q": ([CAST, DIRECTOR], [0.1, 0.9], ["alien"])}), Gold(("Scott",)))
    assert found == Diagnosis(
        id="1",
        stage=Stage.RIGHT,
        proposed=2,
        program_rank=2,
        read_rank=1,
        right_program="what alien is directed by",
        gold_relations=("directed by",),
        chosen_relations=("directed by",),
    )


def test_refused() -> None:
    found = one(Scripted({}), Gold(("Scott",)), "refused")
    assert (found.stage, found.detail, found.program_rank) == (Stage.REFUSED, "too long", None)


def test_false_answer_and_silence_where_gold_is_none() -> None:
    found = one(Scripted({"q": GIVES_SCOTT}), Gold(()))
    assert (found.stage, found.program_rank) == (Stage.FALSE_ANSWER, None)
    assert "given was Scott" in found.detail
    assert one(Scripted({"q": ([], [], ["alien"])}), Gold(())).stage is Stage.RIGHT


def test_reading() -> None:
    found = one(Scripted({"q": ([DIRECTOR, CAST], [0.1, 0.9], ["alien"])}), Gold(("Scott",)))
    assert (found.stage, found.program_rank, found.read_rank) == (Stage.READING, 1, 2)
    assert (found.gold_relations, found.chosen_relations) == (("directed by",), ("starring",))
    assert "(what alien is directed by) at place 2" in found.detail


def test_reading_where_the_system_chose_otherwise_when_it_was_asked() -> None:
    system = Scripted({"q": ([DIRECTOR, CAST], [0.1, 0.9], ["alien"])})
    questions = QuestionSet((Question("1", "q"),), {"1": Gold(("Scott",))})
    predictions = run(system, questions.questions)
    system.script = {"q": ([DIRECTOR, CAST], [0.9, 0.1], ["alien"])}
    (found,) = diagnose(system, predictions, questions)
    assert (found.stage, found.read_rank) == (Stage.READING, 1)
    assert "Read again" in found.detail


def test_withheld() -> None:
    doubting = Scripted({"q": GIVES_SCOTT}, config=Config(answer=AnswerConfig(abstain_below=1.0)))
    found = one(doubting, Gold(("Scott",)))
    assert (found.stage, found.read_rank) == (Stage.WITHHELD, 1)
    assert "low confidence" in found.detail
    none = one(Scripted({"q": ([DIRECTOR], [-1.0], ["alien"])}), Gold(("Scott",)))
    assert (none.stage, none.chosen_relations) == (Stage.WITHHELD, ())


def test_execution() -> None:
    cut = Config(answer=AnswerConfig(abstain_below=0.0, max_values=1))
    found = one(Scripted({"q": ([CAST], [1.0], ["alien"])}, config=cut), Gold(("Weaver", "Hurt")))
    assert found.stage is Stage.EXECUTION
    assert "1 values were given of 2" in found.detail


def test_linking() -> None:
    wrong = ([follow("heist", "directed by")], [1.0], ["heist"])
    system = Scripted({"q": wrong}, {"q": ([CAST, DIRECTOR], [0.1, 0.9], ["alien"])})
    found = one(system, Gold(("Scott",), topic=("alien",)))
    assert (found.stage, found.program_rank, found.linked_rank) == (Stage.LINKING, None, 2)
    assert found.right_program == "what alien is directed by"
    assert "as heist" in found.detail
    assert system.asked == [("q", False), ("q", False), ("q", True)]


def test_linking_without_gold_entities_by_distance() -> None:
    far = Scripted({"q": ([follow("atlantis", "mayor")], [1.0], ["atlantis"])})
    assert one(far, Gold(("Scott",))).stage is Stage.LINKING
    assert one(Scripted({"q": ([], [], [])}), Gold(("Scott",))).stage is Stage.LINKING
    near = Scripted({"q": ([CAST], [1.0], ["alien"])})
    assert one(near, Gold(("Shields",))).stage is Stage.RETRIEVAL
    # What is counted is not in the graph: no distance tells.
    assert one(far, Gold(("77",))).stage is Stage.RETRIEVAL


def test_nothing_to_link_in_a_set_that_names_entities() -> None:
    system = Scripted({"q": GIVES_SCOTT, "which": ([], [], [])})
    golds = {"1": Gold(("Scott",), topic=("alien",)), "2": Gold(("Scott",))}
    questions = QuestionSet((Question("1", "q"), Question("2", "which")), golds)
    found = diagnose(system, run(system, questions.questions), questions)
    assert [diagnosis.stage for diagnosis in found] == [Stage.RIGHT, Stage.RETRIEVAL]


def test_retrieval() -> None:
    system = Scripted({"q": ([CAST], [1.0], ["alien"])}, {"q": ([CAST], [1.0], ["alien"])})
    found = one(system, Gold(("Scott",), topic=("alien",)))
    assert (found.stage, found.linked_rank, found.proposed) == (Stage.RETRIEVAL, None, 1)


def test_retrieval_where_gold_entities_only_make_right_links_surer() -> None:
    system = Scripted({"q": ([CAST], [1.0], ["alien"])}, {"q": ([CAST, DIRECTOR], [1.0, 0.5], ["alien"])})
    found = one(system, Gold(("Scott",), topic=("alien",)))
    assert (found.stage, found.linked_rank) == (Stage.RETRIEVAL, 2)


def test_counts_are_right_by_value() -> None:
    system = Scripted({"q": ([CAST, Count(CAST)], [1.0, 0.5], ["alien"])})
    found = one(system, Gold(("2",), AnswerKind.COUNT))
    assert (found.stage, found.program_rank, found.gold_relations) == (Stage.READING, 2, ("starring",))


# -- doubtful gold ------------------------------------------------------------------------------


def doubted(programs: Sequence[Program], gold: Gold) -> Diagnosis:
    topic = gold.topic[0] if gold.topic and GRAPH.find(gold.topic[0]) >= 0 else "alien"
    made = (programs, [1.0 - 0.1 * i for i in range(len(programs))], [topic])
    return one(Scripted({"q": made}, {"q": made}), gold)


def test_gold_that_is_not_in_the_graph() -> None:
    found = doubted([DIRECTOR], Gold(("Kubrick",), topic=("alien",)))
    assert (found.stage, found.detail) == (Stage.GOLD, "No gold answer is in the graph: Kubrick.")
    assert doubted([DIRECTOR], Gold(("12",), AnswerKind.COUNT, topic=("alien",))).stage is Stage.RETRIEVAL


def test_gold_entity_that_is_not_in_the_graph() -> None:
    found = doubted([CAST], Gold(("Scott",), topic=("alien", "Aliens")))
    assert (found.stage, found.detail) == (Stage.GOLD, "A gold entity is not in the graph: Aliens.")


def test_gold_out_of_reach() -> None:
    found = doubted([DIRECTOR], Gold(("Nemo",), topic=("alien",)))
    assert found.stage is Stage.GOLD
    assert "within 4 steps" in found.detail
    # Shields is two steps off.
    assert doubted([DIRECTOR], Gold(("Shields",), topic=("alien",))).stage is Stage.RETRIEVAL


@pytest.mark.parametrize(
    "path",
    [
        ("heist", "directed by", "Mamet", "wrote", "oleanna"),
        (("heist", "directed by", "Mamet"), ("Mamet", "wrote", "oleanna")),
    ],
)
def test_gold_path_that_gives_what_was_answered(path: tuple[str, ...]) -> None:
    ours = follow("heist", "directed by", "wrote")
    found = doubted([ours], Gold(("oleanna",), topic=("heist",), path=path))
    assert found.stage is Stage.GOLD
    assert "(directed by > wrote)" in found.detail
    assert "heist is no gold answer" in found.detail
    assert found.gold_relations == ("directed by", "wrote")
    other = doubted([follow("heist", "directed by")], Gold(("oleanna",), topic=("heist",), path=path))
    assert other.stage is Stage.RETRIEVAL


def test_gold_path_walked_against_its_relation() -> None:
    path = (("alien", "directed by", "Scott"),)
    ours = follow("Scott", "^directed by")
    gold = Gold(("heist",), topic=("Scott",), path=(("heist", "directed by", "Scott"),))
    # The stated fact is not in the graph, but its relation from Scott is.
    assert doubted([ours], gold).stage is Stage.GOLD
    assert doubted([follow("Scott", "born in")], Gold(("heist",), topic=("Scott",), path=path)).stage is Stage.RETRIEVAL


def test_gold_query_that_gives_what_was_answered() -> None:
    query = "SELECT ?x { <urn:kgqa:name:alien> <urn:kgqa:name:directed%20by> ?x }"
    found = doubted([DIRECTOR], Gold(("Weaver",), topic=("alien",), sparql=query))
    assert (found.stage, found.detail) == (
        Stage.GOLD,
        "The gold query gives in this graph what was answered (Scott), not the gold.",
    )
    assert doubted([DIRECTOR], Gold(("Hurt", "Weaver"), topic=("alien",), sparql="ASK {")).stage is Stage.RETRIEVAL
    yes = doubted([DIRECTOR], Gold(("Weaver",), topic=("alien",), sparql="ASK { ?s ?p ?o }"))
    assert yes.stage is Stage.RETRIEVAL


def test_a_gold_query_asks_no_other_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QueryRunner, "_start", lambda *_: pytest.fail("the query was run"))
    query = "SELECT ?x { SERVICE <http://127.0.0.1:9/> { ?x ?p ?o } }"
    assert doubted([DIRECTOR], Gold(("Weaver",), topic=("alien",), sparql=query)).stage is Stage.RETRIEVAL


def test_gold_of_one_namesake() -> None:
    both = follow("repentance", "directed by")
    found = doubted([both], Gold(("Caland",), topic=("repentance",), hops=1))
    assert found.stage is Stage.GOLD
    assert "it lacks Abuladze" in found.detail
    # A path of another length, or one that gives the gold alone, leaves the gold unsuspected.
    assert doubted([both], Gold(("Caland",), topic=("repentance",), hops=2)).stage is Stage.RETRIEVAL
    all_cast = follow("alien", "starring", "^starring", "starring")
    assert doubted([all_cast], Gold(("Hurt",), topic=("alien",), hops=3)).stage is Stage.RETRIEVAL


def test_coming_back_to_the_topic_makes_no_gold_doubtful() -> None:
    # Ours holds the start itself; without it, only the gold is left.
    ours = follow("alien", "rdf:type", "^rdf:type")
    gold = Gold(("heist", "repentance"), topic=("alien",), hops=2)
    assert doubted([ours], gold).stage is Stage.RETRIEVAL


# -- runs ---------------------------------------------------------------------------------------

SCRIPT = {
    "a": GIVES_SCOTT,
    "b": ([DIRECTOR, CAST], [0.1, 0.9], ["alien"]),
    "c": ([Instances(node("film"))], [1.0], ["film"]),
    "d": GIVES_SCOTT,
}
SET = QuestionSet(tuple(Question(letter, letter) for letter in "abcd"), {letter: Gold(("Scott",)) for letter in "abc"})


def test_a_killed_diagnosis_goes_on_where_it_was(tmp_path: Path) -> None:
    predictions = run(Scripted(SCRIPT), SET.questions)
    path = tmp_path / "d.jsonl"
    with pytest.raises(KeyboardInterrupt):
        diagnose(Scripted(SCRIPT, patience=2), predictions, SET, path=path)
    path.write_bytes(path.read_bytes()[:-9])
    second, seen = Scripted(SCRIPT), list[tuple[int, int]]()
    resumed = diagnose(second, predictions, SET, path=path, on_progress=lambda *at: seen.append(at))
    assert [question for question, _ in second.asked] == ["b", "c"]
    assert resumed == diagnose(Scripted(SCRIPT), predictions, SET)
    assert [d.id for d in resumed] == ["a", "b", "c"]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [Diagnosis.from_json(line) for line in lines[1:]] == resumed


def test_diagnoses_of_another_run_are_refused(tmp_path: Path) -> None:
    predictions = run(Scripted(SCRIPT), SET.questions)
    path = tmp_path / "d.jsonl"
    diagnose(Scripted(SCRIPT), predictions, SET, path=path)
    other = [*predictions[1:], Prediction("a", "none")]
    lenient = Setting(name="kgqa", matching=Matching.LENIENT)
    for answers, setting in ((other, None), (predictions[:2], None), (predictions, lenient)):
        with pytest.raises(QuestionsFileError, match="holds other diagnoses"):
            diagnose(Scripted(SCRIPT), answers, SET, setting=setting, path=path)
    again = run(Scripted(SCRIPT), SET.questions)  # other times, the same answers
    assert len(diagnose(Scripted({}), again, SET, path=path)) == 3


def test_only_what_was_asked_is_diagnosed() -> None:
    predictions = run(Scripted(SCRIPT), SET.questions[2:])
    assert [d.id for d in diagnose(Scripted(SCRIPT), predictions, SET)] == ["c"]
    with pytest.raises(QuestionsFileError, match="'z' is not in the question set"):
        diagnose(Scripted(SCRIPT), [Prediction("z", "none")], SET)
    with pytest.raises(QuestionsFileError, match="'c' is predicted twice"):
        diagnose(Scripted(SCRIPT), predictions[:1] * 2, SET)


def test_with_gold_linking_questions_are_read_with_gold_entities() -> None:
    system = Scripted({"q": ([CAST], [1.0], ["alien"])}, {"q": GIVES_SCOTT})
    gold = Gold(("Scott",), topic=("alien",))
    setting = Setting(name="kgqa", linking=Linking.GOLD)
    found = one(system, gold, setting=setting)
    assert found.program_rank == 1
    assert system.asked[1:] == [("q", True)]


def test_matching_is_the_settings() -> None:
    system = Scripted({"q": GIVES_SCOTT})
    assert one(system, Gold(("scott",))).stage is Stage.GOLD
    lenient = Setting(name="kgqa", matching=Matching.LENIENT)
    assert one(system, Gold(("scott",)), setting=lenient).stage is Stage.RIGHT


# -- the real system ----------------------------------------------------------------------------


def need_encoders() -> None:
    try:
        for encoder in (MINILM, E5):
            load_encoder(encoder)
    except MissingExtraError as error:
        pytest.skip(str(error))


NAMESAKES: list[tuple[object, ...]] = [
    ("ex:paris_fr", "rdfs:label", Literal("Paris")),
    ("ex:paris_tx", "rdfs:label", Literal("Paris")),
    ("ex:kim", "rdfs:label", Literal("Kim")),
    ("ex:lee", "rdfs:label", Literal("Lee")),
    ("ex:paris_fr", "ex:mayor", "ex:kim"),
    ("ex:paris_tx", "ex:mayor", "ex:lee"),
    *(("ex:paris_fr", "ex:twinned_with", f"ex:town{i}") for i in range(20)),
]


@pytest.fixture(scope="module")
def namesakes() -> KGQA:
    need_encoders()
    return KGQA.from_graph(NAMESAKES)


def test_a_given_entity_is_asked_about_and_not_its_namesake(namesakes: KGQA) -> None:
    question = "Who is the mayor of Paris?"
    assert [value.id for value in namesakes.ask(question).values] == ["ex:kim"]
    answer = namesakes.ask_linked(question, ["ex:paris_tx"])
    assert [value.id for value in answer.values] == ["ex:lee"]
    assert {link.id for link in answer.links} == {"ex:paris_tx"}
    assert set(answer.timings_ms) == {"linking", "retrieval", "reader", "answer", "total"}
    assert namesakes.link_given(question, ["Paris"])[0].mention.text == "Paris"


def test_gold_linking_by_the_runner(namesakes: KGQA) -> None:
    gold = {"1": Gold(("ex:lee",), topic=("ex:paris_tx",)), "2": Gold(("ex:lee",), topic=("Atlantis",))}
    questions = QuestionSet((Question("1", "Who is the mayor of Paris?"), Question("2", "Who is the mayor?")), gold)
    setting = Setting(name="kgqa", linking=Linking.GOLD)
    predictions = run_linked(namesakes, questions.linked(), name="kgqa")
    assert "'Atlantis'" in predictions[1].error
    stages = [d.stage for d in diagnose(namesakes, predictions, questions, setting=setting)]
    assert stages == [Stage.RIGHT, Stage.REFUSED]


def test_an_empty_question_and_no_topic(namesakes: KGQA) -> None:
    with pytest.raises(QuestionError, match="empty"):
        namesakes.ask_linked(" ", ["Paris"])
    with pytest.raises(QuestionError, match="no topic entity"):
        namesakes.ask_linked("Who is the mayor of Paris?", [])


def test_a_topic_that_the_question_does_not_name(namesakes: KGQA) -> None:
    answer = namesakes.ask_linked("Who is the mayor there?", ["ex:paris_tx"])
    assert [value.id for value in answer.values] == ["ex:lee"]


@pytest.mark.slow
def test_ranks_agree_with_executing_everything() -> None:
    need_encoders()
    system = KGQA.from_graph(ROOT / "graphs" / "world.ttl")
    questions = QuestionSet.read(ROOT / "data" / "world.jsonl", split="dev").sample(12, seed=1)
    predictions = run(system, questions.questions)
    found = diagnose(system, predictions, questions)
    exact = score(predictions, questions, Setting(name="kgqa")).overall["Exact"]
    assert sum(d.stage is Stage.RIGHT for d in found) == round(exact.mean * exact.n)
    builder = AnswerBuilder(system.graph, system.config.answer, Calibrations())
    for diagnosis, question in zip(found, questions.questions, strict=True):
        gold, reading = questions.gold[question.id], system.read(question.text)
        language = reading.retrieval.question.language.value
        rights = []
        for candidate in reading.retrieval.candidates:
            values = builder.values(candidate.program, execute(candidate.program, system.graph), language, 100_000)
            hits = match([predicted_value(v) for v in values], gold.answers, Matching.STRICT)
            rights.append(bool(hits.right) and all(hits.right) and hits.found == hits.gold)
        wanted = rights.index(True) + 1 if True in rights else None
        assert diagnosis.program_rank == wanted
