"""A whole training and adapting, from a graph to a reader that serves, with the packaged encoder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kgqa import KGQA, Config
from kgqa.config import EncoderConfig, ReaderConfig, WordConfig
from kgqa.embedding import MINILM, load_encoder
from kgqa.errors import ConfigError, MissingExtraError, ReaderError, TrainingError
from kgqa.evaluation import Gold, Question, QuestionSet
from kgqa.graph import KnowledgeGraph
from kgqa.reader import TrainedReader
from tests.retrieval.toy import build, films, lines

pytestmark = pytest.mark.slow
pytest.importorskip("torch")

from kgqa.training import Group, NetworkSettings, TrainingConfig, TrainingPair, TuningSettings, adapt, train  # noqa: E402 - needs torch
from kgqa.training.run import gather  # noqa: E402 - as above

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SMALL = TrainingConfig(
    encoder=MINILM,
    start="",
    steps=4,
    batch=4,
    candidates=4,
    each=24,
    dev_each=8,
    check_every=2,
    threads=1,
    network=NetworkSettings(width=8, blocks=1, hidden=4),
    tuning=TuningSettings(steps=2, batch=2, candidates=2, rank=2, mixed=False),
)


@pytest.fixture(autouse=True, scope="module")
def _encoder() -> None:
    try:
        load_encoder(MINILM)
    except MissingExtraError as error:
        pytest.skip(str(error))


def questions(*pairs: tuple[str, str]) -> QuestionSet:
    asked = tuple(Question(f"q{i}", text) for i, (text, _) in enumerate(pairs))
    return QuestionSet(asked, {f"q{i}": Gold((answer,)) for i, (_, answer) in enumerate(pairs)})


ABOUT_FILMS = questions(
    ("Who is the director of Alpha?", "Kim"),
    ("Who is the director of Gamma?", "Park"),
    ("What is the birthplace of Kim?", "Seoul"),
    ("What is the birthplace of Park?", "Busan"),
    ("What is the genre of Beta?", "comedy"),
)


def test_a_trained_reader_serves(tmp_path: Path) -> None:
    pair = TrainingPair(name="films", graph=films(), train=ABOUT_FILMS)
    trained = train([pair], tmp_path, SMALL)
    assert trained.dev.keys() == trained.before.keys() == {"films"}
    system = KGQA.from_graph(films(), config=Config(reader=ReaderConfig(name=str(tmp_path))))
    reading = system.read("Who is the director of Beta?")
    assert isinstance(system._engine("Who is the director of Beta?").reader, TrainedReader)
    assert len(reading.scores.scores) == len(reading.retrieval.candidates) > 0


def test_a_reader_with_a_general_part_serves_graphs_it_never_saw(tmp_path: Path) -> None:
    towns = questions(("What is the capital of France?", "Paris"), ("What is the capital of Peru?", "Lima"))
    graph = build(lines("France capital Paris\nPeru capital Lima\nPeru currency Sol\nFrance currency Euro"))
    pairs = [
        TrainingPair(name="films", graph=films(), train=ABOUT_FILMS),
        TrainingPair(name="towns", graph=graph, train=towns, dev=towns),
    ]
    group = Group(name="no towns", left_out=("towns",), measured=("towns",))
    train(pairs, tmp_path, SMALL, groups=[group])
    config = Config(reader=ReaderConfig(name=str(tmp_path)))
    strange = build(lines("Ann employer Acme\nBob employer Bolt\nAnn hobby Chess"))
    reading = KGQA.from_graph(strange, config=config).read("What is the employer of Ann?")
    assert reading.scores.general
    assert KGQA.from_graph(strange, config=config).ask("What is the employer of Ann?").confidence is not None


def test_other_encoders_weights_are_refused_where_the_encoder_is_set(tmp_path: Path) -> None:
    train([TrainingPair(name="films", graph=films(), train=ABOUT_FILMS)], tmp_path, SMALL)
    about = (tmp_path / "reader.json").read_text(encoding="utf-8")
    (tmp_path / "reader.json").write_text(about.replace('"fingerprint": "', '"fingerprint": "0'), encoding="utf-8")
    config = Config(reader=ReaderConfig(name=str(tmp_path)), encoder=EncoderConfig(name=MINILM))
    with pytest.raises(ReaderError, match="trained with the encoder"):
        KGQA.from_graph(films(), config=config).ask("Who is the director of Beta?")


def test_questions_about_another_graph_are_named(tmp_path: Path) -> None:
    other = questions(("Who is the director of Alpha?", "Nobody"), ("Who is the star of Beta?", "Nobody either"))
    with pytest.raises(TrainingError, match=r"none of the 2 questions of 'films' has an answer .* q0 \('Nobody'\), q1"):
        train([TrainingPair(name="films", graph=films(), train=other, dev=ABOUT_FILMS)], tmp_path / "train", SMALL)
    with pytest.raises(TrainingError, match="none of the 2 dev questions of 'films' has an answer"):
        train([TrainingPair(name="films", graph=films(), train=ABOUT_FILMS, dev=other)], tmp_path / "dev", SMALL)


def test_two_pairs_need_two_names(tmp_path: Path) -> None:
    pair = TrainingPair(name="films", graph=films(), train=ABOUT_FILMS)
    with pytest.raises(TrainingError, match="share a name"):
        train([pair, pair], tmp_path, SMALL)


def test_examples_are_found_once(tmp_path: Path) -> None:
    pair = TrainingPair(name="films", graph=films(), train=ABOUT_FILMS)
    train([pair], tmp_path / "one", SMALL, examples=tmp_path / "examples")
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "examples").iterdir()}
    train([pair], tmp_path / "two", replace(SMALL, rate=2e-3), examples=tmp_path / "examples")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "examples").iterdir()} == written
    assert sorted(path.suffix for path in written) == [".json", ".json", ".jsonl", ".jsonl"]


def test_words_of_ones_own_are_read_as_they_are_meant(tmp_path: Path) -> None:
    long = KnowledgeGraph.load(
        [("Alpha", TYPE, "film"), ("Beta", TYPE, "film"), ("Alpha", "runtime", 200), ("Beta", "runtime", 90)]
    )
    asked = questions(("Which epic films are there?", "Alpha"), ("Which films have a runtime over 100?", "Alpha"))
    word = WordConfig(words=("epic",), relation="runtime", value=150)
    best = []
    for name, words in (("plain", ()), ("told", (word,))):
        pair = TrainingPair(name=name, graph=long, train=asked, dev=asked, vocabulary=words)
        found, _ = gather([pair], tmp_path, SMALL)
        best.append([max(candidate.f1 for candidate in one.candidates) for one in found[name]])
    assert best == [[0.6667, 1.0], [1.0, 1.0]]


def test_unfamiliar_graphs_are_asked_as_the_shipped_reader_does(tmp_path: Path) -> None:
    pair = TrainingPair(name="films", graph=films(), train=ABOUT_FILMS, dev=ABOUT_FILMS)
    plain, strange = (gather([pair], tmp_path, SMALL, unfamiliar=given)[0]["films"] for given in (False, True))
    assert [example.id for example in strange] == [example.id for example in plain]
    assert len({path.stem.split(".")[0] for path in tmp_path.iterdir()}) == 2
    assert [e.candidates[0].evidence for e in strange] != [e.candidates[0].evidence for e in plain]


def test_adapting_needs_no_questions(tmp_path: Path) -> None:
    adapted = adapt(films(), tmp_path, replace(SMALL, start=str(_started(tmp_path))))
    assert adapted.questions == {"synthetic-en": 24}
    assert adapted.trained.dev.keys() == adapted.before.keys() == {"synthetic-en"}
    assert (tmp_path / "reader.safetensors").exists()


def test_candidates_are_searched_for_as_by_the_weights_to_start_from(tmp_path: Path) -> None:
    pair = TrainingPair(name="films", graph=films(), train=ABOUT_FILMS, dev=ABOUT_FILMS)
    plain, shipped = (
        gather([pair], tmp_path, replace(SMALL, start=start))[0]["films"][0].candidates for start in ("", "shipped")
    )
    assert shipped[0].evidence != plain[0].evidence
    assert len({path.stem.split(".")[0] for path in tmp_path.iterdir()}) == 2, "kept apart"


def test_an_encoder_that_is_left_open_is_refused_where_one_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'encoder' is 'auto'.* expected the name of one"):
        gather([TrainingPair(name="films", graph=films(), train=ABOUT_FILMS)], tmp_path, TrainingConfig())


def test_a_graph_that_allows_no_question_is_named(tmp_path: Path) -> None:
    empty = build(lines("Alpha director Kim")).with_changes(remove=[("Alpha", "director", "Kim")])[0]
    with pytest.raises(TrainingError, match="no question in 'en'"):
        adapt(empty, tmp_path, SMALL)


def _started(folder: Path) -> Path:
    """Weights of the shape of `SMALL` to start from."""
    train([TrainingPair(name="films", graph=films(), train=ABOUT_FILMS)], folder / "start", SMALL)
    return folder / "start"
