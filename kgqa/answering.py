"""From the chosen program to an Answer: values, evidence, readings, or an honest reason for none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kgqa.calibration import Calibrations, calibration_features, probabilities, unrivalled
from kgqa.clarifying import Clarifier
from kgqa.config import AnswerConfig
from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import XSD
from kgqa.linking import Spelt
from kgqa.program import Result, context, evidence, execute, notation, shown_label, to_sparql, to_words
from kgqa.program.algebra import (
    Aggregate,
    Compare,
    Difference,
    Gap,
    GapOwn,
    Having,
    Nth,
    Order,
    Program,
    Top,
    TopByCount,
    TopRows,
    Union,
    Where,
    WhereBeside,
    WhereCount,
    WhereOwn,
    WhereRows,
    Yields,
)
from kgqa.program.compare import best_values
from kgqa.program.notes import with_notes
from kgqa.reader import ReaderInput, ReaderOutput
from kgqa.retrieval.contract import Retrieval
from kgqa.retrieval.namesakes import is_joint
from kgqa.retrieval.relations import walkable
from kgqa.text.language import Language
from kgqa.types import (
    Abstained,
    AbstentionReason,
    Alternative,
    Answer,
    AnswerKind,
    AnswerLink,
    AnswerValue,
    Clarification,
    Evidence,
    Link,
    NodeIds,
)

_Placed = TypeVar("_Placed", AnswerLink, Clarification)
_SHOWN_RELATIONS = 8
_SHOWN_VALUES = 5
_MOST_CONTEXT = 20
_OPERATORS = (
    Aggregate,
    Compare,
    Difference,
    Gap,
    GapOwn,
    Nth,
    Top,
    TopByCount,
    TopRows,
    Union,
    Where,
    WhereBeside,
    WhereCount,
    WhereOwn,
    WhereRows,
)
"""What answers the words that `QuestionView.operators` counts."""
_UNREAD_NOUN = 2
"""How many words left unread a noun counts for that names another kind of things than those found."""
_LEAST_ALTERNATIVE = 0.02


@dataclass(frozen=True, slots=True)
class _Details:
    """Why there is no answer, in one language: sentences with gaps."""

    nothing_linked: str
    no_relation: str
    no_facts: str
    between: str
    no_fact: str
    low_confidence: str
    problems: Mapping[AbstentionReason, str]


_ENGLISH = _Details(
    nothing_linked="No name in the question is in the graph. "
    "Name things as it does; `kgqa link` shows what is recognised.",
    no_relation="Nothing that the graph says about {} fits the question. It has: {}.",
    no_facts="no facts",
    between=", ",
    no_fact="The graph has no fact for: {}.",
    low_confidence="The best reading has a confidence of {}, below {}. Name things in full, or ask in other words.",
    problems={
        AbstentionReason.IMPOSSIBLE_VALUE: "There is no “{}” in the calendar. Check the date.",
        AbstentionReason.CONTRADICTION: "Nothing can be “{}” and “{}” at once. Check the limits.",
        AbstentionReason.UNIT_MISMATCH: "“{}” doesn't measure “{}”. Give the limit in a unit of that attribute.",
        AbstentionReason.NO_ATTRIBUTE: "Nothing of the class “{}” has “{}”. Ask about what it has.",
        AbstentionReason.UNLIKE_THINGS: "The graph has no measure that “{}” and “{}” share. Compare like with like.",
        AbstentionReason.UNKNOWN_KIND: "The graph has no class, relation or thing called “{}”.",
    },
)
_CHINESE = _Details(
    nothing_linked="问题中没有图谱里的名称。请使用图谱中的名称；`kgqa link` 可显示识别结果。",
    no_relation="图谱中关于“{}”的内容都与问题不符。图谱有：{}。",
    no_facts="没有事实",
    between="、",
    no_fact="图谱中没有这样的事实：{}。",
    low_confidence="最佳理解的置信度为 {}，低于 {}。请写出全称，或换一种说法。",
    problems={
        AbstentionReason.IMPOSSIBLE_VALUE: "日历中没有“{}”。请检查日期。",
        AbstentionReason.CONTRADICTION: "不可能同时满足“{}”和“{}”。请检查限制条件。",
        AbstentionReason.UNIT_MISMATCH: "“{}”不是“{}”的单位。请使用该属性的单位。",
        AbstentionReason.NO_ATTRIBUTE: "“{}”这一类没有“{}”。请询问其具有的属性。",
        AbstentionReason.UNLIKE_THINGS: "图谱中没有“{}”和“{}”共有的度量。请比较同类事物。",
        AbstentionReason.UNKNOWN_KIND: "图谱中没有名为“{}”的类别、关系或事物。",
    },
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the stages made of one question; `chosen` orders the candidates, best first.

    spelt : the question's misspelt words set right; the other parts go by its text.
    """

    retrieval: Retrieval
    seen: ReaderInput
    scores: ReaderOutput
    spelt: Spelt = field(default_factory=lambda: Spelt(""))

    @property
    def chosen(self) -> NDArray[np.int64]:
        """The candidates by score, best first; ties keep retrieval's order."""
        return np.argsort(-self.scores.scores, kind="stable")

    @property
    def unread_noun(self) -> str:
        """The noun asked for where no name of the graph has it and the best candidate leaves it unread, or ""."""
        noun = self.retrieval.unknown
        return noun.text if noun and not self.retrieval.candidates[int(self.chosen[0])].used & noun.used else ""


class AnswerBuilder:
    """Executes the best program and lays out what proves it.

    calibrations : what the reader's scores mean.
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        config: AnswerConfig,
        calibrations: Calibrations,
    ) -> None:
        self._graph = graph
        self._config = config
        self._calibrations = calibrations
        self._clarifier = Clarifier(graph, config)

    def build(self, reading: Reading, *, language: str | None = None) -> Answer:
        """The answer to one question, with labels in `language` or else the question's own."""
        question = reading.retrieval.question.text
        language = language or reading.retrieval.question.language.value
        links = tuple(self._link(link, language) for link in reading.retrieval.links)
        refusal = self._refuse(reading, language)
        if refusal is not None:
            return Answer(question, AnswerKind.NONE, abstained=refusal, links=links)
        best = int(reading.chosen[0])
        candidate = reading.retrieval.candidates[best]
        confidence = self._calibrations.for_output(reading.scores).confidence(self.features(reading, best))
        result = execute(candidate.program, self._graph)
        values = self.values(candidate.program, result, language, self._config.max_values)
        refusal = self._doubt(values, confidence, reading, language)
        return Answer(
            question,
            AnswerKind.NONE if refusal else kind_of(result, self._graph),
            values=() if refusal else values,
            confidence=confidence,
            abstained=refusal,
            program=notation(candidate.program, self._graph),
            sparql=to_sparql(candidate.program, self._graph),
            words=self._words(candidate.program, language, overran=reading.retrieval.overran),
            evidence=() if refusal else self._evidence(candidate.program, result, language),
            links=links,
            total=0 if refusal else max(_size(result), len(values)),
            alternatives=self._alternatives(reading, values, language, include_best=refusal is not None),
            clarification=self._clarification(reading, language),
        )

    # -- when not to answer -------------------------------------------------------------------

    def _refuse(self, reading: Reading, language: str) -> Abstained | None:
        retrieval, problem = reading.retrieval, reading.retrieval.problem
        if problem is not None:
            return Abstained(problem.reason, _details(language).problems[problem.reason].format(*problem.about))
        if not retrieval.links and not _stands_alone(reading):
            return Abstained(AbstentionReason.NOTHING_LINKED, _details(language).nothing_linked)
        if not retrieval.candidates or float(reading.scores.scores.max()) < reading.scores.none_score:
            if retrieval.candidates and (noun := reading.unread_noun):
                return _unknown_kind(noun, language)
            return Abstained(AbstentionReason.NO_RELATION_FITS, self._no_relation(retrieval.links, language))
        return None

    def _no_relation(self, links: Sequence[Link], language: str) -> str:
        graph, details = self._graph, _details(language)
        node = np.array([links[0].node], dtype=np.int32)
        known = set(walkable(graph))
        around = [r for i in (False, True) for r in graph.relations_of(node, inverse=i)[0].tolist() if r in known]
        names = list(dict.fromkeys(graph.relation_label(r, language) for r in around))
        shown = details.between.join(names[:_SHOWN_RELATIONS]) + (" ..." if len(names) > _SHOWN_RELATIONS else "")
        return details.no_relation.format(shown_label(graph, links[0].node, language), shown or details.no_facts)

    def _doubt(
        self, values: Sequence[AnswerValue], confidence: float, reading: Reading, language: str
    ) -> Abstained | None:
        candidate = reading.retrieval.candidates[int(reading.chosen[0])]
        if not values:
            words = to_words(candidate.program, self._graph, language)
            return Abstained(AbstentionReason.NO_FACT_FOUND, _details(language).no_fact.format(words))
        least = self._config.abstain_below
        # Things of no class like the noun asked for are no answer, however sure a reader is of the rest.
        if (candidate.astray or confidence < least) and (noun := reading.unread_noun):
            return _unknown_kind(noun, language)
        if confidence < least:
            detail = _details(language).low_confidence.format(*_percentages(confidence, least))
            return Abstained(AbstentionReason.LOW_CONFIDENCE, detail)
        return None

    def features(self, reading: Reading, best: int) -> tuple[float, ...]:
        """What the confidence of a candidate rests on, see `kgqa.calibration.calibration_features`."""
        scores, order = reading.scores.scores, reading.chosen
        nodes = reading.retrieval.candidates[best].nodes
        rivals = [i for i in order[1:].tolist() if not _same_nodes(reading.retrieval.candidates[i].nodes, nodes)]
        second = float(scores[rivals[0]]) if rivals else unrivalled(reading.scores)
        candidate = reading.retrieval.candidates[best]
        handled = any(isinstance(part, _OPERATORS) for part in candidate.program.walk())
        unread = 0 if handled else reading.retrieval.question.operators
        unread += _UNREAD_NOUN * candidate.astray
        margin = float(scores[best]) - second
        return calibration_features(reading.seen.candidates[best], float(scores[best]), margin, unread)

    def _words(self, program: Program, language: str, *, overran: bool) -> str:
        words = to_words(program, self._graph, language)
        return with_notes(words, program, self._graph, language, overran=overran)

    # -- what is shown ------------------------------------------------------------------------

    def values(self, program: Program, result: Result, language: str, limit: int) -> tuple[AnswerValue, ...]:
        """The first `limit` values of a program's result as an answer shows them, labels in `language`."""
        graph = self._graph
        if result.yields is Yields.BOOLEAN:
            return (AnswerValue(None, str(bool(result.boolean)).lower(), bool(result.boolean), XSD + "boolean"),)
        if result.yields is Yields.RELATIONS:
            terms = [graph.relation_term(r) for r in result.relations[:limit].tolist()]
            return tuple(self.value(term, language) for term in terms)
        if result.yields is Yields.NUMBER:
            if result.literal is not None:
                return (self.value(result.literal, language),)
            return () if result.number is None else (_number(result.number),)
        if result.yields is Yields.TABLE:
            return tuple(self._row(row.group, row.number, row.node, language) for row in result.rows[:limit])
        order = self._order(program, result.nodes)
        return tuple(self.value(node, language) for node in result.nodes[order[:limit]].tolist())

    def _order(self, program: Program, nodes: NodeIds) -> NDArray[np.int64]:
        """The order in which nodes are shown: those of a superlative by their value, others the best known first, but
        what the question names already last.
        """
        if not isinstance(program, Top) or len(nodes) < 2:
            order = self._by_degree(nodes)
            told = np.isin(nodes[order], program.named())
            return np.concatenate([order[~told], order[told]])
        owners, numbers = best_values(self._graph, nodes, program.step, program.order)
        signed = np.full(len(nodes), np.inf)
        signed[np.searchsorted(nodes, owners)] = -numbers if program.order is Order.LARGEST else numbers
        return np.argsort(signed, kind="stable")

    def _by_degree(self, nodes: NodeIds) -> NDArray[np.int64]:
        """The order in which nodes are shown: the best known first."""
        return np.argsort(-self._graph.degrees(nodes), kind="stable")

    def value(self, node: int, language: str) -> AnswerValue:
        """One node as an answer shows it."""
        graph = self._graph
        label = shown_label(graph, node, language)
        if graph.is_literal(np.array([node], dtype=np.int32))[0]:
            literal = graph.literal(node)
            return AnswerValue(graph.id(node), label, _native(literal.lexical, literal.datatype), literal.datatype)
        return AnswerValue(graph.id(node), label, graph.id(node))

    def _row(self, group: int, number: float | None, node: int | None, language: str) -> AnswerValue:
        name = shown_label(self._graph, group, language)
        if node is not None:
            shown = self.value(node, language)
            return AnswerValue(self._graph.id(group), f"{name}: {shown.label}", shown.value, shown.datatype)
        counted = _number(number or 0)
        return AnswerValue(self._graph.id(group), f"{name}: {counted.label}", counted.value, counted.datatype)

    def _evidence(self, program: Program, result: Result, language: str) -> tuple[Evidence, ...]:
        """The facts that prove the shown values; then, as context, what else is known of the mediators in them."""
        limit = self._config.max_evidence
        order = self._order(program, result.nodes)
        proof = evidence(program, self._graph, result.nodes[order], limit=limit)
        around = context(self._graph, proof, limit=min(limit - len(proof), _MOST_CONTEXT))
        shown = [self._fact(fact, language) for fact in proof]
        return (*shown, *(replace(self._fact(fact, language), context=True) for fact in around))

    def _fact(self, fact: tuple[int, int, int], language: str) -> Evidence:
        graph, (subject, relation, obj) = self._graph, fact
        return Evidence(
            graph.id(subject),
            graph.relation_id(relation),
            graph.id(obj),
            shown_label(graph, subject, language),
            graph.relation_label(relation, language),
            shown_label(graph, obj, language),
            "; ".join(graph.sources_of(subject, relation, obj)),
        )

    def _link(self, link: Link, language: str) -> AnswerLink:
        mention = link.mention
        label = shown_label(self._graph, link.node, language)
        return AnswerLink(
            mention.text, mention.start, mention.end, self._graph.id(link.node), label, link.score, link.match
        )

    def _alternatives(
        self, reading: Reading, values: Sequence[AnswerValue], language: str, *, include_best: bool
    ) -> tuple[Alternative, ...]:
        weights = probabilities(reading.scores)
        seen = set() if include_best else {tuple(v.label for v in values[:_SHOWN_VALUES])}
        found: list[Alternative] = []
        for place, i in enumerate(reading.chosen[: 4 * self._config.max_alternatives].tolist()):
            withheld = include_best and place == 0  # what is kept back is shown, however many readings share the weight
            if len(found) == self._config.max_alternatives or (weights[i] < _LEAST_ALTERNATIVE and not withheld):
                break
            program = reading.retrieval.candidates[i].program
            labels = tuple(
                v.label for v in self.values(program, execute(program, self._graph), language, _SHOWN_VALUES)
            )
            if labels and labels not in seen:
                seen.add(labels)
                found.append(Alternative(to_words(program, self._graph, language), float(weights[i]), labels))
        return tuple(found)

    def _clarification(self, reading: Reading, language: str) -> Clarification | None:
        every, weights = reading.retrieval.candidates, probabilities(reading.scores)
        # Those about all of several namesakes leave open which one is meant.
        order = np.array([i for i in reading.chosen.tolist() if not is_joint(every[i])], dtype=np.int64)
        candidates = [every[i] for i in order.tolist()]
        limit = self._config.max_values
        if not candidates:
            return None

        def values(program: Program) -> tuple[AnswerValue, ...]:
            return self.values(program, execute(program, self._graph), language, limit)

        return self._clarifier.clarify(candidates, weights[order], values, language)


def as_asked(answer: Answer, spelt: Spelt, question: str) -> Answer:
    """An answer to a question as it was spelt, in places of the question as it was asked."""
    if not spelt.corrections:
        return replace(answer, question=question)
    links = tuple(_placed(link, spelt, question) for link in answer.links)
    back = answer.clarification and _placed(answer.clarification, spelt, question)
    return replace(answer, question=question, links=links, clarification=back, corrections=spelt.corrections)


def _placed(found: _Placed, spelt: Spelt, question: str) -> _Placed:
    start, end = spelt.asked_span(found.start, found.end)
    return replace(found, start=start, end=end, text=question[start:end])


def _stands_alone(reading: Reading) -> bool:
    """Whether the best program starts from a relation, so that it needs no name: "the largest capital"."""
    if not reading.retrieval.candidates:
        return False
    program = reading.retrieval.candidates[int(reading.chosen[0])].program
    return any(isinstance(part, Having) for part in program.walk())


def _size(result: Result) -> int:
    """How many values a result has where it has several."""
    if result.yields is Yields.NODES:
        return len(result.nodes)
    return {Yields.RELATIONS: len(result.relations), Yields.TABLE: len(result.rows)}.get(result.yields, 0)


def kind_of(result: Result, graph: KnowledgeGraph) -> AnswerKind:
    """The kind of answer that a result makes."""
    if result.yields is Yields.NODES:
        literal = len(result.nodes) and bool(graph.is_literal(result.nodes).all())
        return AnswerKind.LITERALS if literal else AnswerKind.ENTITIES
    if result.yields is Yields.NUMBER:
        return AnswerKind.LITERALS if result.literal is not None else AnswerKind.COUNT
    return {
        Yields.BOOLEAN: AnswerKind.BOOLEAN,
        Yields.RELATIONS: AnswerKind.ENTITIES,
        Yields.TABLE: AnswerKind.TABLE,
    }[result.yields]


def _details(language: str) -> _Details:
    return _CHINESE if language.partition("-")[0].lower() == Language.CHINESE.value else _ENGLISH


def _unknown_kind(noun: str, language: str) -> Abstained:
    reason = AbstentionReason.UNKNOWN_KIND
    return Abstained(reason, _details(language).problems[reason].format(noun))


def _percentages(share: float, least: float) -> tuple[str, str]:
    """A share and the larger one that it misses, with as many digits as tell them apart."""
    if share < 0.005 and least >= 0.01:
        return "<1%", f"{least:.0%}"
    shown = ((f"{share:.{digits}%}", f"{least:.{digits}%}") for digits in range(16))
    return next((pair for pair in shown if pair[0] != pair[1]), (repr(share), repr(least)))


def _number(number: float) -> AnswerValue:
    whole = float(number).is_integer()
    value: int | float = int(number) if whole else float(number)
    return AnswerValue(None, str(value), value, XSD + ("integer" if whole else "double"))


def _native(lexical: str, datatype: str) -> str | int | float | bool:
    """The Python value of a literal, or its text where it has none or is malformed."""
    name = datatype.removeprefix(XSD)
    try:
        if name in {"integer", "int", "long", "short", "nonNegativeInteger", "positiveInteger"}:
            return int(lexical)
        if name in {"decimal", "double", "float"}:
            return float(lexical)
    except ValueError:
        return lexical
    return {"true": True, "1": True, "false": False, "0": False}.get(lexical, lexical) if name == "boolean" else lexical


def _same_nodes(one: NDArray[np.int32] | None, two: NDArray[np.int32] | None) -> bool:
    return one is not None and two is not None and np.array_equal(one, two)
