"""Toy graphs about families, films and places, an encoder that knows words alone, and what the tests read off."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kgqa.config import RetrievalConfig
from kgqa.embedding import Progress, TextKind, TokenEmbeddings
from kgqa.graph import KnowledgeGraph
from kgqa.graph.build import EdgeBuffer
from kgqa.graph.terms import blank_key, entity_key, literal_key
from kgqa.program import execute
from kgqa.program.algebra import Contains, Count, Program
from kgqa.retrieval.build import build_matcher
from kgqa.retrieval.contract import Candidate, Retrieval
from kgqa.retrieval.retriever import GraphRetriever
from kgqa.types import Link, Literal, MatchKind, Mention, NodeKind

RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
XSD = "http://www.w3.org/2001/XMLSchema#"
DIMENSION = 512
_WORDS = r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+"
PATIENT = RetrievalConfig(budget_ms=60_000.0)
"""A busy machine must not change what is found."""

FAMILY = """
Anna mother Beata
Anna father Carl
Anna birthplace Visby
Beata mother Dora
Beata birthplace Lund
Beata child Anna
Carl birthplace Turku
Carl spouse Beata
Dora birthplace Oslo
Dora occupation painter
Lund country Sweden
Visby country Sweden
Oslo country Norway
Turku country Finland
Erik mother Beata
Erik birthplace Malmo
Malmo country Sweden
"""
FAMILY_CHINESE = {
    "Anna": "安娜",
    "Beata": "贝娅塔",
    "Carl": "卡尔",
    "Dora": "多拉",
    "mother": "母亲",
    "father": "父亲",
    "birthplace": "出生地",
    "country": "国家",
    "occupation": "职业",
    "spouse": "配偶",
    "child": "孩子",
}
FILMS = """
Alpha director Kim
Alpha star Lee
Alpha star Moon
Alpha genre drama
Beta director Kim
Beta star Lee
Beta genre comedy
Gamma director Park
Gamma star Lee
Gamma star Yoon
Gamma genre drama
Delta director Kim
Delta star Yoon
Delta genre drama
Kim birthplace Seoul
Park birthplace Busan
"""
FILM_TYPES = {
    "Film": ("Alpha", "Beta", "Gamma", "Delta"),
    "Person": ("Kim", "Park", "Lee", "Moon", "Yoon"),
    "City": ("Seoul", "Busan"),
}
FILM_VALUES = (
    ("Alpha", "released", "1999", "gYear"),
    ("Beta", "released", "2004", "gYear"),
    ("Gamma", "released", "2004", "gYear"),
    ("Delta", "released", "2011", "gYear"),
    ("Alpha", "runtime", "107", "integer"),
    ("Beta", "runtime", "93", "integer"),
    ("Gamma", "runtime", "107", "integer"),
    ("Kim", "born", "1960-05-01", "date"),
    ("Park", "born", "1971-02-11", "date"),
)


class WordEncoder:
    """Texts as sums of one fixed random vector for each word or Han character: equal words match, nothing else."""

    name = "words"
    fingerprint = "words-1"
    dimension = DIMENSION

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        return np.stack([self._text(text) for text in texts]) if texts else np.zeros((0, DIMENSION), dtype=np.float32)

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        return [self._tokens(text) for text in texts]

    def encode_static(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode(texts)

    def _tokens(self, text: str) -> TokenEmbeddings:
        found = list(re.finditer(_WORDS, text.casefold()))
        vectors = [self._word(match.group()) for match in found]
        return TokenEmbeddings(
            vectors=np.array(vectors, dtype=np.float32).reshape(-1, DIMENSION),
            offsets=np.array([match.span() for match in found], dtype=np.int32).reshape(-1, 2),
        )

    def _text(self, text: str) -> NDArray[np.float32]:
        words = re.findall(_WORDS, text.casefold()) or [""]
        total = np.sum([self._word(word) for word in words], axis=0)
        unit: NDArray[np.float32] = (total / np.linalg.norm(total)).astype(np.float32)
        return unit

    @staticmethod
    def _word(word: str) -> NDArray[np.float64]:
        seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[:8], "little")
        vector: NDArray[np.float64] = np.random.default_rng(seed).standard_normal(DIMENSION)
        return vector / np.linalg.norm(vector)


def node_key(name: str) -> str:
    return blank_key(name[2:]) if name.startswith("_:") else entity_key(name)


def lines(text: str) -> list[tuple[str, str, str]]:
    found = [line.split() for line in text.splitlines() if line]
    return [(subject, relation, obj) for subject, relation, obj in found]


def build(
    facts: Sequence[tuple[str, str, str]],
    *,
    types: dict[str, tuple[str, ...]] | None = None,
    values: Sequence[tuple[str, str, str, str]] = (),
    labels: Sequence[tuple[str, str, str]] = (),
) -> KnowledgeGraph:
    """A graph of facts, classes with their members, (subject, relation, lexical, xsd type), (node, label, language)."""
    buffer = EdgeBuffer()
    buffer.origin("toy")
    for subject, relation, obj in facts:
        buffer.add(node_key(subject), node_key(relation), node_key(obj))
    for name, members in (types or {}).items():
        for member in members:
            buffer.add(node_key(member), node_key(RDF_TYPE), node_key(name))
    for subject, relation, lexical, datatype in values:
        buffer.add(node_key(subject), node_key(relation), literal_key(Literal(lexical, XSD + datatype)))
    for node, label, language in labels:
        buffer.add(node_key(node), node_key(RDFS_LABEL), literal_key(Literal(label, language=language)))
    return KnowledgeGraph.from_buffer(buffer)


def family() -> KnowledgeGraph:
    chinese = [(name, label, "zh") for name, label in FAMILY_CHINESE.items()]
    english = [(name, name, "en") for name in FAMILY_CHINESE]
    return build(lines(FAMILY), labels=[*chinese, *english])


def films() -> KnowledgeGraph:
    return build(lines(FILMS), types=FILM_TYPES, values=FILM_VALUES)


@dataclass
class Lab:
    """A retriever over one graph, and links by literal search: `names` adds names to the ids, labels and values."""

    graph: KnowledgeGraph
    names: Mapping[str, str] = field(default_factory=dict)
    config: RetrievalConfig = PATIENT

    def __post_init__(self) -> None:
        graph = self.graph
        self.retriever = GraphRetriever(graph, build_matcher(graph, WordEncoder()), self.config)
        relations = set(graph.arrays.relations.tolist())
        label = graph.find_relation(RDFS_LABEL)
        self._nodes = {name: graph.find(node) for name, node in self.names.items()}
        nodes = [node for node in range(graph.n_terms) if node not in relations]
        for node in sorted(nodes, key=lambda n: graph.kind(n) is NodeKind.LITERAL):
            literal = graph.kind(node) is NodeKind.LITERAL
            named = [] if literal or label < 0 else [name.lexical for name in graph.names(node, [label])]
            for name in (graph.id(node), *named):
                self._nodes.setdefault(name, node)

    def links(self, question: str) -> tuple[Link, ...]:
        """One sure link for each name that the question holds, longest first, none inside another."""
        found: list[Link] = []
        for name in sorted((n for n in self._nodes if n in question), key=lambda n: (-len(n), n)):
            for match in re.finditer(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", question):
                span = Mention(*match.span(), match.group())
                if all(span.end <= other.mention.start or other.mention.end <= span.start for other in found):
                    link = Link(span, self._nodes[name], 0.9, MatchKind.EXACT, name, 0.5, 1.0)
                    found.append(link)
        return tuple(sorted(found, key=lambda link: link.mention.start))

    def ask(self, question: str) -> Retrieval:
        return self.retriever.retrieve([question], [self.links(question)])[0]

    def first(self, question: str) -> set[str]:
        """The ids of the set that the first candidate is about."""
        found = self.ask(question).candidates
        return self.ids(found[0]) if found else set()

    def sets(self, question: str) -> list[set[str]]:
        return [self.ids(candidate) for candidate in self.ask(question).candidates]

    def ids(self, candidate: Candidate) -> set[str]:
        assert candidate.nodes is not None
        return {self.graph.id(node) for node in candidate.nodes.tolist()}


def inner(program: Program) -> Program:
    """The set that a count or a test is about."""
    if isinstance(program, Count):
        return inner(program.source)
    return program.left if isinstance(program, Contains) else program


def executed(program: Program, graph: KnowledgeGraph) -> list[int]:
    nodes: list[int] = execute(inner(program), graph).nodes.tolist()
    return nodes
