"""`kgqa train` and `adapt`: from files to a reader that `kgqa ask --model` uses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kgqa import KGQA, Config
from kgqa.cli import main
from kgqa.config import ReaderConfig
from kgqa.embedding import E5, MINILM, load_encoder
from kgqa.embedding.structural import StructuralEmbeddings, StructuralModel
from kgqa.errors import MissingExtraError
from kgqa.reader import TrainedReader, shipped_weights
from tests.training.toy import write_files

pytest.importorskip("torch")

COUNTRIES = {
    "France": "Paris",
    "Spain": "Madrid",
    "Italy": "Rome",
    "Peru": "Lima",
    "Chile": "Santiago",
    "Kenya": "Nairobi",
}
GRAPH = "".join(
    f"{c},capital,{t}\n{c},continent,{'Europe' if i < 3 else 'elsewhere'}\n"
    for i, (c, t) in enumerate(COUNTRIES.items())
)
SETTINGS = "steps = 8\nbatch = 4\neach = 12\ndev_each = 6\ncheck_every = 4\n[tuning]\nsteps = 2\nbatch = 2\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "graph.csv").write_text(GRAPH, encoding="utf-8")
    (tmp_path / "short.toml").write_text(SETTINGS, encoding="utf-8")
    lines = (
        {"id": country, "question": f"What is the capital of {country}?", "answers": [town], "hops": 1}
        for country, town in COUNTRIES.items()
    )
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in argv])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return code, out, err


def test_words_of_ones_own_are_learnt_with(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    values = "".join(f"{country},size,{100 * i}\n" for i, country in enumerate(COUNTRIES, 1))
    (files / "sized.csv").write_text(
        GRAPH + "".join(f"{c},is a,country\n" for c in COUNTRIES) + values, encoding="utf-8"
    )
    (files / "words.toml").write_text('[[vocabulary]]\nwords = ["vast"]\nrelation = "extent"\nvalue = 350\n')
    given = ("train", files / "sized.csv", files / "q.jsonl", "-o", files / "m", "--config", files / "short.toml")
    code, _, err = run(capsys, *given, "--vocabulary", files / "words.toml")
    assert code == 2
    assert "'extent'" in err


@pytest.mark.slow
def test_adapting_reads_on_what_the_shipped_weights_read(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    shipped = shipped_weights(MINILM)
    assert shipped is not None
    model = files / "model"
    code, _, err = run(capsys, "adapt", files / "graph.csv", "-o", model, "--config", files / "short.toml")
    assert code == 0, err
    told = [json.loads((folder / "reader.json").read_text(encoding="utf-8"))["fusions"] for folder in (shipped, model)]
    assert told[0] == told[1] != []


@pytest.mark.slow
@pytest.mark.parametrize("command", ["train", "adapt"])
def test_a_reader_is_trained_and_asked(capsys: pytest.CaptureFixture[str], files: Path, command: str) -> None:
    given = (files / "graph.csv", files / "q.jsonl") if command == "train" else (files / "graph.csv",)
    model = files / "model"
    code, out, err = run(capsys, command, *given, "-o", model, "--config", files / "short.toml", "--json")
    assert code == 0, err
    figures = json.loads(out)
    assert (code, figures["steps"], figures["before"].keys()) == (0, 8, figures["dev"].keys())
    assert all(0 <= figure <= 1 for figure in figures["dev"].values())
    # The same command again finds its work done.
    code, out, _ = run(capsys, command, *given, "-o", model, "--config", files / "short.toml")
    assert code == 0
    assert f"Use it: --model {model}" in out
    code, out, _ = run(capsys, "ask", files / "graph.csv", "What is the capital of Peru?", "--model", model, "--json")
    assert (code, json.loads(out)["kind"] in ("entities", "none")) == (0, True)


@pytest.mark.slow
def test_each_language_is_learnt_by_the_encoder_that_reads_it(
    capsys: pytest.CaptureFixture[str], files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        load_encoder(E5)
    except MissingExtraError as error:
        pytest.skip(str(error))
    model, given = files / "model", ("--language", "en,zh", "-o", files / "model", "--config", files / "short.toml")
    labels = "".join(f"{c},label,{name}\n" for c, name in zip(COUNTRIES, "法西意秘智肯", strict=True))
    (files / "graph.csv").write_text(GRAPH + labels, encoding="utf-8")
    monkeypatch.setattr("kgqa.training.pairs.FEW", 4)
    code, out, err = run(capsys, "adapt", files / "graph.csv", *given)
    assert code == 0, err
    assert {path.parent.name for path in model.glob("*/reader.json")} == {MINILM, E5}
    assert f"{model / E5}: 8 steps" in out
    config = Config(reader=ReaderConfig(name=str(model)))
    system = KGQA.from_graph(files / "graph.csv", config=config)
    for question, encoder in (("What is the capital of Peru?", MINILM), ("秘的首都是什么？", E5)):
        assert system.encoder_for(question) == encoder
        reader = system._engine(question).reader
        assert isinstance(reader, TrainedReader)
        assert reader._weights.folder == model / encoder


@pytest.mark.slow
def test_splits_of_one_file_are_kept_apart(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    lines = [json.loads(line) for line in (files / "q.jsonl").read_text(encoding="utf-8").splitlines()]
    split = [line | {"split": "train" if i < 4 else "dev"} for i, line in enumerate(lines)]
    split.append(split[0] | {"id": "again", "split": "dev"})
    (files / "q.jsonl").write_text("".join(json.dumps(line) + "\n" for line in split), encoding="utf-8")
    given = ("train", files / "graph.csv", files / "q.jsonl", "-o", files / "m", "--config", files / "short.toml")
    for options in (("--dev-split", "dev"), ("--split", "dev", "--dev-split", "dev")):
        code, _, err = run(capsys, *given, *options)
        assert (code, err.count("\n")) == (2, 1)
        assert "--dev-split dev would decide by questions that are learnt from as well" in err
    for more in ((), ("--dev", files / "q.jsonl")):
        code, out, err = run(capsys, *given, "--split", "train", "--dev-split", "dev", *more, "--json")
        assert code == 0, err
        figures = json.loads(out)
        assert [found["questions"] for found in figures["coverage"].values()] == [4 + 3]
        assert list(figures["repeated"].values()) == [1]
    code, out, err = run(capsys, *given, "--split", "train", "--dev-split", "dev")
    assert code == 0, err
    assert "  learnt from in the very same words: 1 of the questions held back of " in out


@pytest.mark.slow
def test_what_the_graph_lacks_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    given = write_files(tmp_path)
    more = {"id": "odd", "question": "What is the capital of France?", "answers": ["Atlantis"], "hops": 1}
    with given.questions.open("a", encoding="utf-8") as file:
        file.write(json.dumps(more) + "\n")
    model = tmp_path / "model"
    code, out, err = run(capsys, "train", given.graph, given.questions, "-o", model, "--config", given.settings)
    assert code == 0, err
    assert "  1 of 12 questions of" in out
    assert "have no answer that is in the graph; the first: odd ('Atlantis')\n" in out
    assert f"Losses: {model}/losses.svg\n" in out
    assert (model / "losses.svg").exists()


@pytest.mark.slow
def test_a_bundles_structural_embeddings_are_told_of(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    system = KGQA.from_graph(files / "graph.csv")
    nodes = np.asarray(system.graph.entities, dtype=np.int32)
    vectors = np.ones((len(nodes), 4), dtype=np.float32)
    relations = np.ones((system.graph.n_relations, 4), dtype=np.float32)
    own = StructuralEmbeddings(StructuralModel.TRANSE, nodes, vectors, relations)
    system.with_structural(own).save(files / "bundle")
    (files / "short.toml").write_text(SETTINGS + "[network.fusions]\nrelation = true\n", encoding="utf-8")
    given = (files / "bundle", files / "q.jsonl", "-o", files / "model", "--config", files / "short.toml")
    code, out, err = run(capsys, "train", *given)
    assert code == 0, err
    assert "Reads the structural embeddings (TransE, 4 numbers) of " in out
    code, out, _ = run(capsys, "train", *given, "--json")
    assert json.loads(out)["structural"]["fingerprint"] == own.fingerprint


def test_a_graph_without_questions_is_refused(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    code, _, err = run(capsys, "train", files / "graph.csv", "-o", files / "model")
    assert (code, err) == (
        2,
        "kgqa: 1 paths are given; expected a graph and its questions, or several such pairs in turn\n",
    )
    with pytest.raises(SystemExit) as stop:
        main(["adapt", str(files / "graph.csv"), "-o", "m", "--language", "tlh"])
    assert stop.value.code == 2
    assert "'tlh' is none of en, zh" in capsys.readouterr().err


def test_a_model_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    question = ("ask", files / "graph.csv", "What is the capital of Peru?")
    code, _, err = run(capsys, *question, "--model", files)
    assert (code, "holds no reader" in err) == (2, True)
    code, out, _ = run(capsys, *question, "--model", "zero-shot", "--json")
    assert [value["id"] for value in json.loads(out)["values"]] == ["Lima"]
