"""A system over a toy graph with the toy encoder and linker; a tiny encoder with weights; a toy question set."""

from __future__ import annotations

import json
import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kgqa.answering import Reading
from kgqa.embedding import BertShape, EncoderWeights, write_pretrained
from kgqa.embedding.tokenize import WordPieceModel
from kgqa.graph import KnowledgeGraph
from kgqa.reader import ZeroShotReader
from kgqa.reader.seen import InputBuilder
from kgqa.system import KGQA
from kgqa.types import Link
from tests.retrieval.toy import Lab, WordEncoder

SHAPE = BertShape(layers=1, heads=2, hidden=32, intermediate=64, vocabulary=80, positions=64, epsilon=1e-12)
TOWNS = {
    "France": "Paris",
    "Spain": "Madrid",
    "Italy": "Rome",
    "Peru": "Lima",
    "Chile": "Santiago",
    "Kenya": "Nairobi",
    "Ghana": "Accra",
    "Japan": "Tokyo",
}
SETTINGS = """
encoder = "{encoder}"
steps = 6
batch = 5
candidates = 4
each = 24
dev_each = 3
dev_share = 0.3
check_every = 2
threads = 1
device = "cpu"
[network]
width = 8
blocks = 1
hidden = 4
dropout = 0.0
[network.fusions]
entity = true
relation = true
drop = 0.0
[tuning]
steps = 4
batch = 3
candidates = 3
rank = 2
save_every = 2
mixed = false
"""


class ToySystem(KGQA):
    """Reads questions without an index of names and without a packaged encoder."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph
        self._lab = Lab(graph)
        self._builder = InputBuilder(graph)
        self._zero_shot = ZeroShotReader(WordEncoder())

    def read(self, question: str, *, links: Sequence[Link] | None = None) -> Reading:
        assert links is None
        retrieval = self._lab.ask(question)
        seen = self._builder.build(retrieval)
        return Reading(retrieval, seen, self._zero_shot.read([seen])[0])


def tiny_weights(name: str = "tiny") -> EncoderWeights:
    """A BERT encoder of random weights that reads letter by letter."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    letters = [*string.ascii_lowercase, *string.digits, "?"]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters)]
    foreign = Tokenizer(models.WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    foreign.normalizer = normalizers.BertNormalizer()
    foreign.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    foreign.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    drawn = np.random.default_rng(3)
    tensors = {
        key: np.ones(shape, np.float32)
        if key.endswith("LayerNorm.weight")
        else (0.2 * drawn.standard_normal(shape)).astype(np.float32)
        for key, shape in _shapes().items()
    }
    tokenizer = WordPieceModel(foreign.to_str())
    return EncoderWeights(name=name, shape=SHAPE, tensors=tensors, tokenizer=tokenizer, max_tokens=64)


def _shapes() -> dict[str, tuple[int, ...]]:
    wide, inner = SHAPE.hidden, SHAPE.intermediate
    rows = {"word": SHAPE.vocabulary, "position": SHAPE.positions, "token_type": 2}
    shapes: dict[str, tuple[int, ...]] = {f"embeddings.{k}_embeddings.weight": (n, wide) for k, n in rows.items()}
    linear = {f"attention.self.{part}": (wide, wide) for part in ("query", "key", "value")}
    linear |= {
        "attention.output.dense": (wide, wide),
        "intermediate.dense": (inner, wide),
        "output.dense": (wide, inner),
    }
    for layer in range(SHAPE.layers):
        for name, (out, into) in linear.items():
            shapes |= {
                f"encoder.layer.{layer}.{name}.weight": (out, into),
                f"encoder.layer.{layer}.{name}.bias": (out,),
            }
    norms = [
        "embeddings",
        *(f"encoder.layer.{i}.{p}" for i in range(SHAPE.layers) for p in ("attention.output", "output")),
    ]
    return shapes | {f"{norm}.LayerNorm.{part}": (wide,) for norm in norms for part in ("weight", "bias")}


@dataclass(frozen=True)
class Files:
    """The files of a training run."""

    folder: Path

    @property
    def graph(self) -> Path:
        return self.folder / "graph.csv"

    @property
    def questions(self) -> Path:
        return self.folder / "q.jsonl"

    @property
    def settings(self) -> Path:
        return self.folder / "short.toml"


def write_files(folder: Path, *, settings: str = SETTINGS) -> Files:
    """A graph of towns, questions about it, a tiny encoder and settings that train over it."""
    files = Files(folder)
    write_pretrained(tiny_weights(), folder / "encoder")
    facts = [
        f"{c},capital,{t}\n{c},continent,{'Europe' if i < 3 else 'Elsewhere'}\n"
        for i, (c, t) in enumerate(TOWNS.items())
    ]
    files.graph.write_text("".join(facts), encoding="utf-8")
    files.settings.write_text(settings.format(encoder=(folder / "encoder").as_posix()), encoding="utf-8")
    asked = [(f"What is the capital of {country}?", town) for country, town in TOWNS.items()]
    asked += [(f"Which continent is {country} on?", "Europe") for country in list(TOWNS)[:3]]
    lines = [
        {"id": f"q{i}", "question": text, "answers": [answer], "hops": 1} for i, (text, answer) in enumerate(asked)
    ]
    files.questions.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return files
