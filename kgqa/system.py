"""The system: its parts, and a question's way through them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kgqa.answering import AnswerBuilder, Reading, as_asked
from kgqa.calibration import Calibration, Calibrations
from kgqa.config import Config
from kgqa.embedding import E5, MINILM, CachedEncoder, Precision, TextEncoder, load_encoder
from kgqa.embedding.memo import MemoEncoder
from kgqa.embedding.store import cache_root
from kgqa.embedding.structural import StructuralEmbeddings
from kgqa.errors import QuestionError, VectorIndexError
from kgqa.graph import KnowledgeGraph
from kgqa.graph.bundle import Bundle, Section, is_bundle, open_bundle, write_bundle
from kgqa.graph.changes import ChangeReport
from kgqa.linking import (
    EntityVectors,
    HybridLinker,
    LabelIndex,
    Linker,
    SpellingCorrector,
    Spelt,
    VectorNames,
    encode_entities,
    given_links,
    touched_nodes,
    update_entities,
    update_labels,
)
from kgqa.linking.given import topic_nodes
from kgqa.program.mediators import shown_label
from kgqa.reader import Reader, TrainedReader, ZeroShotReader, larger_for, weights_for
from kgqa.reader.seen import InputBuilder
from kgqa.retrieval.alignment import UNTAUGHT, AlignmentWeights
from kgqa.retrieval.build import build_matcher, languages_of
from kgqa.retrieval.contract import Retriever
from kgqa.retrieval.relations import RelationTexts
from kgqa.retrieval.retriever import GraphRetriever
from kgqa.retrieval.vocabulary import Vocabulary
from kgqa.text import Language, guess_language
from kgqa.text.frames import unframed, unnamed
from kgqa.types import Answer, AnswerValue, Link, Mention, NodeIds

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""

AUTO = "auto"
_UNTRAINED = Calibrations()
_LABELS = "labels."
_RELATIONS = "relations."
_ENTITIES = "entities/"
_STRUCTURAL = "structural/"


@dataclass(frozen=True)
class Engine:
    """The parts that depend on the text encoder; `builder` knows what the reader's scores mean."""

    encoder: TextEncoder
    retriever: Retriever
    reader: Reader
    builder: AnswerBuilder


class KGQA:
    """Answers questions from one graph.

    Build it with `from_graph` or `load`; ask with `ask` and `ask_batch`; `with_changes` gives another one.
    graph : what it knows. config : its settings. changes : what became of the facts that `with_changes` was given.
    structural : vectors that tell where entities and relations stand in the graph, or None.
    on_progress : called with ("relations", done, total) when a question has the names of relations encoded.
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        labels: LabelIndex,
        *,
        config: Config | None = None,
        relation_vectors: Mapping[str, NDArray[np.float32]] | None = None,
        entities: EntityVectors | None = None,
        structural: StructuralEmbeddings | None = None,
    ) -> None:
        self.graph = graph
        self.structural = structural
        self.config = config or Config()
        self._labels = labels
        self._relations = RelationTexts.of(graph)
        self._vectors = dict(relation_vectors or {})
        self._entities = entities
        self._encoders: dict[str, TextEncoder] = {}
        self._engines: dict[str, Engine] = {}
        self._known: dict[str, dict[str, NDArray[np.float32]]] = {}
        self.changes: ChangeReport | None = None
        self.on_progress: Progress = _silent
        self._vocabulary = Vocabulary(graph, self.config.vocabulary)
        self._inputs = InputBuilder(graph, self._vocabulary)

    # -- opening and saving -------------------------------------------------------------------

    @classmethod
    def from_graph(
        cls,
        source: object,
        *,
        config: Config | None = None,
        format: str | None = None,  # noqa: A002 - as in KnowledgeGraph.load
        on_error: str = "raise",
        on_progress: Progress | None = None,
    ) -> KGQA:
        """Load a graph, or open a bundle, and make it answer.

        source, format, on_error : as for `KnowledgeGraph.load`; a KnowledgeGraph is taken as it is.
        on_progress : called with (stage, done, total).
        """
        config = config or Config()
        if isinstance(source, str | Path) and is_bundle(Path(source)):
            return cls.load(source, config=config, on_progress=on_progress)
        report = on_progress or _silent
        report("load", 0, 2)
        graph = (
            source
            if isinstance(source, KnowledgeGraph)
            else KnowledgeGraph.load(source, format=format, schema=config.schema, on_error=on_error)
        )
        report("names", 1, 2)
        system = cls(graph, LabelIndex.from_graph(graph), config=config)
        report("names", 2, 2)
        return system._with_entities(report)

    @classmethod
    def load(cls, path: Path | str, *, config: Config | None = None, on_progress: Progress | None = None) -> KGQA:
        """Open a bundle that `save` or `kgqa build` wrote; its arrays are mapped, not read.

        Raises BundleError for a damaged one; MissingExtraError where it holds an index that needs FAISS.
        """
        bundle = open_bundle(path)
        graph = KnowledgeGraph.from_bundle(bundle)
        sections = _label_sections(bundle)
        labels = LabelIndex.from_sections(sections) if sections else LabelIndex.from_graph(graph)
        stored = dict(bundle.meta.get("encoders", {}))
        vectors = {print_: bundle.array(_RELATIONS + print_[:16]) for print_ in stored.values()}
        about = bundle.meta.get("entities")
        entities = EntityVectors.from_bundle(bundle, _ENTITIES, about) if about else None
        placed = bundle.meta.get("structural")
        structural = StructuralEmbeddings.from_bundle(bundle, _STRUCTURAL, placed) if placed else None
        system = cls(graph, labels, config=config, relation_vectors=vectors, entities=entities, structural=structural)
        return system._with_entities(on_progress or _silent)

    def save(self, path: Path | str, *, on_progress: Progress | None = None) -> None:
        """Write a bundle: the graph, the index of names, the vectors of relations and, where it has them, of entities,
        and structural embeddings.

        on_progress : called with (stage, done, total).
        """
        report = on_progress or _silent
        sections: dict[str, Section] = dict(self.graph.sections())
        sections.update({_LABELS + name: section for name, section in self._labels.sections().items()})
        encoders = {}
        for number, name in enumerate(names := self._stored_encoders()):
            report("relations", number, len(names))
            encoder = self._encoder(name)
            encoders[name] = encoder.fingerprint
            sections[_RELATIONS + encoder.fingerprint[:16]] = self._relation_vectors(encoder)
        report("write", 0, 1)
        parts = {"entities": (_ENTITIES, self._entities), "structural": (_STRUCTURAL, self.structural)}
        with ExitStack() as stack:
            for prefix, part in parts.values():
                found = {} if part is None else stack.enter_context(part.sections())
                sections.update({prefix + name: section for name, section in found.items()})
            told = {name: None if part is None else part.meta for name, (_, part) in parts.items()}
            write_bundle(path, sections, {"encoders": encoders, **told})
        report("write", 1, 1)

    def _with_entities(self, report: Progress) -> KGQA:
        """The system with vectors of entities where they are wanted; the disk remembers those encoded before."""
        if not self.config.encoder.entities or self._entities is not None:
            return self
        encoder = CachedEncoder(self._encoder(self._stored_encoders()[-1]), cache_root() / "texts")
        entities = encode_entities(self.graph, encoder, on_progress=partial(report, "entities"))
        return self._with_parts(entities=entities, structural=self.structural)

    def with_structural(self, structural: StructuralEmbeddings) -> KGQA:
        """A system with structural embeddings, which `train_structural` made of its graph; this one stays as it is."""
        return self._with_parts(entities=self._entities, structural=structural)

    def _with_parts(self, *, entities: EntityVectors | None, structural: StructuralEmbeddings | None) -> KGQA:
        system = KGQA(
            self.graph,
            self._labels,
            config=self.config,
            relation_vectors=self._vectors,
            entities=entities,
            structural=structural,
        )
        system._encoders, system._known = self._encoders, self._known
        system.changes, system.on_progress = self.changes, self.on_progress
        return system

    # -- changing -----------------------------------------------------------------------------

    def with_changes(self, add: Iterable[object] = (), remove: Iterable[object] = ()) -> KGQA:
        """A system that knows other facts; this one stays as it is.

        add, remove : facts as `KnowledgeGraph.with_changes` takes them. What became of them is in `changes`.
        Only touched nodes are named and encoded anew. Structural embeddings stay as they were trained: an entity that
        came later has no vector. Raises GraphError for a malformed fact.
        """
        add, remove = tuple(add), tuple(remove)
        graph, report = self.graph.with_changes(add, remove)
        touched = touched_nodes(self.graph, graph, (*add, *remove))
        labels = update_labels(self._labels, self.graph, graph, touched)
        entities = self._entities
        if entities is not None:
            entities = update_entities(entities, graph, touched, self._encoder(entities.encoder))
        system = KGQA(graph, labels, config=self.config, entities=entities, structural=self.structural)
        system._encoders = self._encoders
        texts = self._relations.texts
        system._known = self._known | {
            f: dict(zip(texts, v, strict=True)) for f, v in self._vectors.items() if len(v) == len(texts)
        }
        system.changes = report
        system.on_progress = self.on_progress
        return system

    # -- asking -------------------------------------------------------------------------------

    def encoder_for(self, question: str) -> str:
        """The name of the encoder that reads a question."""
        if self.config.encoder.name != AUTO:
            return self.config.encoder.name
        english = guess_language(question) is Language.ENGLISH and self._relations.in_latin_script()
        return MINILM if english else E5

    def ask(self, question: str, *, language: str | None = None) -> Answer:
        """Answer one question.

        language : of labels in the answer, as a BCP 47 tag; the question's own unless given.
        Raises QuestionError for an empty or overlong question.
        """
        return self._ask(question, language)

    def ask_linked(self, question: str, topic: Sequence[str], *, language: str | None = None) -> Answer:
        """Answer one question about given entities, which no linking has to find.

        topic : ids or labels; see `link_given`. language : as for `ask`.
        Raises QuestionError as `ask` does, for no topic at all and for one that the graph lacks.
        """
        clock = _Clock()
        self._check(question)
        spelt, found = self._spelt(question)
        links = given_links(self.graph, self._labels, spelt.text, topic, found)
        return self._answer(question, self._read(spelt, links, clock), clock, language)

    def ask_batch(self, questions: Iterable[str]) -> list[Answer]:
        """Answer several questions, in order, each as `ask` does.

        Raises QuestionError, before any is answered, for a question that can't be asked: `questions[i]` in the message
        is its place, from 0.
        """
        if isinstance(questions, str):
            raise QuestionError(
                f"the batch is the text {questions!r:.80}; expected a list of questions. Use `ask` for one"
            )
        asked = list(questions)
        for place, question in enumerate(asked):
            try:
                self._check(question)
            except QuestionError as error:
                raise QuestionError(f"questions[{place}]: {error}") from error
        return [self._ask(question, None) for question in asked]

    def link(self, question: str) -> tuple[Link, ...]:
        """What the question's names may stand for, every candidate with its scores."""
        self._check(question)
        spelt, links = self._spelt(question)
        return tuple(replace(link, mention=_asked(link.mention, spelt, question)) for link in links)

    def link_given(self, question: str, topic: Sequence[str]) -> tuple[Link, ...]:
        """The links of a question about given entities, ids or labels: first those to them, each sure.

        A label stands for every node that has it. Links to classes and literals stay as the linker finds them.
        Raises QuestionError for no topic at all and for one that the graph lacks.
        """
        return given_links(self.graph, self._labels, question, topic, self.link(question))

    def similar(self, entity: str, k: int = 10) -> tuple[AnswerValue, ...]:
        """The entities that stand in the graph most like one, at most `k`, best first; `score` is their cosine.

        entity : an id or a label; of several with one label, that with the most facts.
        Raises QuestionError for an entity that the graph lacks; VectorIndexError without structural embeddings, or for
        k < 1.
        """
        if self.structural is None:
            raise VectorIndexError(
                "the system has no structural embeddings; expected a bundle with them: "
                "kgqa build GRAPH -o BUNDLE --structural RotatE"
            )
        if k < 1:
            raise VectorIndexError(f"k is {k}; ask for at least 1 similar entity")
        nodes = np.array(topic_nodes(self.graph, self._labels, entity), dtype=np.int32)
        node = nodes[[np.argmax(self.graph.degrees(nodes))]]
        gone = self._gone
        ((near, cosines),) = self.structural.nearest(node, k + len(gone))
        there = ~np.isin(near, gone)
        pairs = list(zip(near[there].tolist(), cosines[there].tolist(), strict=True))[:k]
        return tuple(
            AnswerValue(self.graph.id(n), shown_label(self.graph, n), self.graph.id(n), score=score)
            for n, score in pairs
        )

    @cached_property
    def _gone(self) -> NodeIds:
        """The nodes with a structural vector that a change has taken out of the graph since."""
        known = self.graph.entities if self.structural is None else self.structural.nodes
        return np.setdiff1d(known, self.graph.entities).astype(np.int32)

    def read(self, question: str, *, links: Sequence[Link] | None = None) -> Reading:
        """What the stages before the answer make of a question: its candidates and their scores.

        links : taken in place of the linker's; the question is then read as it is spelt.
        """
        self._check(question)
        if links is None:
            return self._read(*self._spelt(question), _Clock())
        return self._read(Spelt(self._unnamed(unframed(question), links)), tuple(links), _Clock())

    def _ask(self, question: str, language: str | None) -> Answer:
        self._check(question)
        clock = _Clock()
        spelt, links = self._spelt(question)
        return self._answer(question, self._read(spelt, links, clock), clock, language)

    def _answer(self, question: str, reading: Reading, clock: _Clock, language: str | None) -> Answer:
        builder = self._engine(reading.retrieval.question.text).builder
        answer = builder.build(reading, language=language)
        clock.lap("answer")
        answer = as_asked(answer, reading.spelt, question)
        return replace(answer, timings_ms=clock.timings())

    def _spelt(self, asked: str) -> tuple[Spelt, tuple[Link, ...]]:
        """A question without its frame and with its misspelt words set right; its links, by that text."""
        question = unframed(asked)
        links = self._linker.link([question])[0]
        question = self._unnamed(question, links)
        if not self.config.linking.spelling:
            return Spelt(question), links
        spelt = self._spelling.correct(question, links)
        return spelt, self._linker.link([spelt.text])[0] if spelt.corrections else links

    def _unnamed(self, question: str, links: Sequence[Link]) -> str:
        return question if self._relations.give_names() else unnamed(question, (link.mention for link in links))

    def _read(self, spelt: Spelt, links: tuple[Link, ...], clock: _Clock) -> Reading:
        clock.lap("linking")
        engine = self._engine(spelt.text)
        retrieval = engine.retriever.retrieve([spelt.text], [links])[0]
        clock.lap("retrieval")
        seen = self._inputs.build(retrieval)
        reading = Reading(retrieval, seen, engine.reader.read([seen])[0], spelt)
        clock.lap("reader")
        return reading

    @cached_property
    def _spelling(self) -> SpellingCorrector:
        return SpellingCorrector(self.graph, self._labels, self._relations.texts)

    @cached_property
    def _linker(self) -> Linker:
        """Opened by the first question: vectors of entities bring their encoder."""
        entities = self._entities
        dense = None if entities is None else VectorNames(self._encoder(entities.encoder), entities)
        return HybridLinker(self.graph, self._labels, config=self.config.linking, dense=dense)

    def _encoder(self, name: str) -> TextEncoder:
        if name not in self._encoders:
            self._encoders[name] = MemoEncoder(load_encoder(name))
        return self._encoders[name]

    def _relation_vectors(self, encoder: TextEncoder) -> NDArray[np.float32]:
        """The vectors of the relations' names; those that an earlier system encoded are taken over."""
        if encoder.fingerprint not in self._vectors:
            texts, known = self._relations.texts, dict(self._known.get(encoder.fingerprint, {}))
            if new := [text for text in dict.fromkeys(texts) if text not in known]:
                self.on_progress("relations", 0, len(new))
                found = encoder.encode(new, on_progress=partial(self.on_progress, "relations"))
                known.update(zip(new, found, strict=True))
            empty = np.zeros((0, encoder.dimension), dtype=np.float32)
            self._vectors[encoder.fingerprint] = np.stack([known[text] for text in texts]) if texts else empty
        return self._vectors[encoder.fingerprint]

    def _check(self, question: str) -> None:
        limit = self.config.answer.max_question_chars
        if not isinstance(question, str):
            raise QuestionError(f"the question is {question!r:.80}; expected text, such as 'Who directed Alien?'")
        if not question.strip():
            raise QuestionError("the question is empty; expected a question in words, such as 'Who directed Alien?'")
        if len(question) > limit:
            raise QuestionError(
                f"the question has {len(question):,} characters; expected at most {limit:,}. "
                "Ask it shorter, or raise answer.max_question_chars in the configuration"
            )

    def _engine(self, question: str) -> Engine:
        """The engine for a question: its encoder is the one for the languages of question and relations."""
        name = self.encoder_for(question)
        if name not in self._engines:
            encoder = self._encoder(name)
            reader, calibrations = self._reader(encoder)
            trained = reader if isinstance(reader, TrainedReader) else None
            learnt = None if trained is None else trained.words(self._relations)
            asking = None if trained is None else trained.asking(self._relations)
            matcher = build_matcher(self.graph, encoder, self._relation_vectors(encoder), asking=asking)
            retriever = GraphRetriever(
                self.graph,
                matcher,
                self.config.retrieval,
                AlignmentWeights() if asking is None else UNTAUGHT,
                vocabulary=self._vocabulary,
                learnt=learnt,
            )
            builder = AnswerBuilder(self.graph, self.config.answer, calibrations)
            self._engines[name] = Engine(encoder, retriever, reader, builder)
        return self._engines[name]

    def _reader(self, encoder: TextEncoder) -> tuple[Reader, Calibrations]:
        """The reader for an encoder and what its scores mean."""
        settings = self.config.reader
        weights = weights_for(settings.name, encoder, named=self.config.encoder.name != AUTO)
        if weights is None:
            return ZeroShotReader(encoder), _UNTRAINED
        weights = weights.unfamiliar() if settings.unfamiliar else weights
        larger = larger_for(encoder.name) if settings.larger and settings.cross_encoder else None
        reader = TrainedReader(
            encoder,
            weights,
            self.structural,
            precision=Precision(settings.precision),
            early_exit=settings.early_exit,
            cross_encoder=settings.cross_encoder,
            larger=larger,
        )
        calibrations = Calibrations.of(weights.about)
        # Where `adapt` lets it read beside what made questions taught, the confidence is of both together.
        if larger is not None and not weights.general_share:
            calibrations = replace(calibrations, closely=Calibration.of(larger.about))
        return reader, calibrations

    def _stored_encoders(self) -> list[str]:
        """The encoders whose vectors a bundle of this graph should hold."""
        if self.config.encoder.name != AUTO:
            return [self.config.encoder.name]
        chinese = languages_of(self.graph).get("zh", 0) > 0
        return [*([MINILM] if self._relations.in_latin_script() else []), *([E5] if chinese else [])] or [E5]


class _Clock:
    """Milliseconds per stage."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self._laps[stage] = 1000 * (now - self._last)
        self._last = now

    def timings(self) -> dict[str, float]:
        return {**self._laps, "total": 1000 * (self._last - self._start)}


def _label_sections(bundle: Bundle) -> Mapping[str, NDArray[np.generic] | bytes]:
    found: dict[str, NDArray[np.generic] | bytes] = {}
    for name, file in bundle.files.items():
        if name.startswith(_LABELS):
            found[name.removeprefix(_LABELS)] = bundle.array(name) if file.suffix == ".npy" else bundle.bytes(name)
    return found


def _asked(mention: Mention, spelt: Spelt, question: str) -> Mention:
    start, end = spelt.asked_span(mention.start, mention.end)
    return Mention(start, end, question[start:end])


def _silent(stage: str, done: int, total: int) -> None:
    """No progress is shown."""
