"""Graph retrieval: from linked mentions to candidate programs."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from kgqa.config import RetrievalConfig
from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Contains, Count, Difference, Entities, Follow, Program, Same, Yields
from kgqa.retrieval.alignment import AlignmentWeights, PhraseGrid
from kgqa.retrieval.asked import AskedAttributes
from kgqa.retrieval.asked_noun import AskedNouns
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.class_steps import ClassSteps
from kgqa.retrieval.combine import Combiner, Topics
from kgqa.retrieval.composer import Composer, Head, charged, doubted
from kgqa.retrieval.contract import Candidate, Retrieval, is_code, is_common
from kgqa.retrieval.directions import Directions
from kgqa.retrieval.facts import FactScorer
from kgqa.retrieval.families import ClassHeads
from kgqa.retrieval.fit import AnswerFit
from kgqa.retrieval.flagged import FlagReadings
from kgqa.retrieval.genitives import chained
from kgqa.retrieval.kinds import KindCheck
from kgqa.retrieval.lacking import LackedFacts
from kgqa.retrieval.learnt import RelationWords, with_learnt
from kgqa.retrieval.meant import Meanings
from kgqa.retrieval.mediated import MediatedFacts
from kgqa.retrieval.namesakes import Namesakes
from kgqa.retrieval.on_the_way import OnTheWay
from kgqa.retrieval.paths import Path, PathSearch, returns
from kgqa.retrieval.question import QuestionView
from kgqa.retrieval.relations import RelationMatcher, Scores
from kgqa.retrieval.siblings import Siblings
from kgqa.retrieval.vocabulary import Vocabulary
from kgqa.text.stopwords import is_stop
from kgqa.types import Link, MatchKind, Mention

_READINGS = 3
_MENTIONS = 4
_AMBIGUOUS = 0.8
_HIDING = 0.5
_NAMED = 0.85
_WELL_KNOWN = 0.3
_MISSING = 0.5
"""What each noun costs of a chain of genitives ("X's father's mother") that no step stands for."""
_TOLD = 0.7
"""From where on a word was learnt to speak of a relation for sure."""
_SAID_BACK = 0.2
"""What going back costs where the way there and back is said: "films WRITTEN by the WRITER of X"."""
_WEAK = 0.2
_PATHS_EACH = 40
_WHOLE = (MatchKind.EXACT, MatchKind.NORMALISED)
_NAMES = (*_WHOLE, MatchKind.INFLECTED)
_DEFINITE = re.compile(r"\b(?:the|our|this)(?: whole| entire)?\s*$", re.I)
_SAID = 0.0
"""The least score of a path whose steps the question says; below it, facts are asked too."""


class GraphRetriever:
    """Searches paths from every linked mention and combines them into programs.

    learnt : what training taught of the relations; None where nothing did.
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        matcher: RelationMatcher,
        config: RetrievalConfig | None = None,
        weights: AlignmentWeights | None = None,
        vocabulary: Vocabulary | None = None,
        learnt: RelationWords | None = None,
    ) -> None:
        self._graph = graph
        self._learnt = learnt
        self._matcher = matcher
        self._config = config or RetrievalConfig()
        self._weights = weights or AlignmentWeights()
        self._search = PathSearch(graph, self._config, self._weights)
        fit = AnswerFit(graph, matcher.encoder, by_roles=matcher.asking is not None)
        self._combiner = Combiner(graph, fit)
        self._directions = Directions(graph)
        self._on_the_way = OnTheWay(graph, fit)
        self._nouns = AskedNouns(matcher)
        self._siblings = Siblings(graph)
        self._lacked = LackedFacts(graph)
        self._class_steps = ClassSteps(graph)
        self._mediated = MediatedFacts(graph)
        self._kinds = KindCheck(graph, matcher, fit)
        attributes = Attributes(graph)
        self._meanings = Meanings(graph, matcher, attributes)
        self._flags = FlagReadings(graph, attributes)
        self._composer = Composer(graph, matcher, self._config, attributes, vocabulary)
        self._asked = AskedAttributes(matcher, attributes)
        self._facts = FactScorer(graph, matcher.encoder)
        self._heads = ClassHeads(graph)
        self._namesakes = Namesakes(graph, self._config.max_frontier)
        self._classes = frozenset(graph.classes.tolist())

    def retrieve(self, questions: Sequence[str], links: Sequence[tuple[Link, ...]]) -> list[Retrieval]:
        """Propose programs for each question."""
        return [self._retrieve(QuestionView(text), found) for text, found in zip(questions, links, strict=True)]

    def _retrieve(self, view: QuestionView, links: tuple[Link, ...]) -> Retrieval:
        deadline = time.perf_counter() + self._config.budget_ms / 1000
        links = self._with_sole(view, self._without_parts(self._without_spoken(view, links)))
        names = self._heads.read(view, links)
        meant = self._meanings.read(view, names)
        links, names = (*links, *meant.links), replace(names, links=(*names.links, *meant.links))
        topics = self._topics(names.links)
        hiding = [group[0].mention for group in topics.entities if self._hides(group[0])]
        sharing = view.sharing and len(topics.entities) < 2
        told = self._told(view, topics)
        limits = (sharing, deadline)
        paths = [self._paths(view, g, hiding, told, self._steps_said(view, g, topics), limits) for g in topics.entities]
        candidates = self._combiner.combine(view, topics, paths)
        composition = self._composer.compose(view, names, hiding, paths, deadline, meant.flags)
        candidates += [
            self._combiner.grade(view, topics, c) for c in self._mediated.candidates(composition.scene, candidates)
        ]
        if composition.candidates:
            graded = [self._combiner.grade(view, topics, c) for c in composition.candidates]
            candidates = charged([*candidates, *graded], composition.scene, Head(self._graph, view, names))
        acted = self._flags.read(candidates, composition.scene)
        candidates = [
            self._combiner.grade(view, topics, c) if c.program != was.program else c
            for c, was in zip(acted, candidates, strict=True)
        ]
        candidates = doubted(candidates, composition.scene)
        candidates = self._class_steps.charged(view, self._directions.charged(view, candidates))
        if told is None:
            candidates = self._nouns.charged(view, names.links, candidates)
        candidates = self._siblings.charged(self._on_the_way.charged(view, names.links, candidates))
        candidates = self._lacked.charged(composition.scene, candidates)
        unknown = self._kinds.unknown(composition.scene, links)
        if unknown:
            candidates = self._kinds.charged(view, candidates, unknown)
        candidates += self._namesakes.candidates(names.links, candidates)
        best = _distinct(sorted(candidates, key=_rank))[: self._config.max_programs]
        overran = composition.overran or time.perf_counter() > deadline
        return Retrieval(
            view,
            (*topics.all(), *(link for f in names.families for link in f)),
            tuple(best),
            overran,
            composition.problem,
            unknown,
        )

    def _without_spoken(self, view: QuestionView, links: tuple[Link, ...]) -> tuple[Link, ...]:
        """The links, less words in small letters that say something else, where others are names.

        "The creator of Faithless" is not about a film named Creator if "creator" was learnt to speak of a relation, nor
        is "who wrote films together with Ann" about a film named Together.
        """
        small = {link.mention for link in links if link.mention.text.islower() and link.name[:1].isupper()}
        if not small or all(link.mention in small for link in links):
            return links
        spoken = {m for m in small if view.says_shared(m)} | self._spoken(view, small)
        return tuple(link for link in links if link.mention not in spoken)

    def _spoken(self, view: QuestionView, mentions: Iterable[Mention]) -> set[Mention]:
        """The mentions all of whose words were learnt to speak of a relation."""
        if self._learnt is None:
            return set()
        told = self._learnt.told(view, (), self._graph.n_relations).max(axis=1, initial=0.0)
        content = [i for i, word in enumerate(view.words) if not is_stop(word.text)]
        words = {m: [i for i in content if i in range(*view.word_span(m))] for m in mentions}
        return {m for m, places in words.items() if places and min(told[places]) >= _TOLD}

    def _without_parts(self, links: tuple[Link, ...]) -> tuple[Link, ...]:
        """The links, less those by which the word for a class is but part of a thing's name: "city" of Mexico City."""
        named = {link.mention for link in links if link.match in _WHOLE and link.node in self._classes}
        return tuple(
            link
            for link in links
            if link.mention not in named or link.match is not MatchKind.PARTIAL or link.node in self._classes
        )

    def _with_sole(self, view: QuestionView, links: tuple[Link, ...]) -> tuple[Link, ...]:
        """The links; "the country" is the one that a graph has, where it has one."""
        found = []
        for link in links:
            ahead = view.text[: link.mention.start]
            if link.node in self._classes and link.match in _NAMES and _DEFINITE.search(ahead):
                members = self._graph.instances(np.array([link.node], dtype=np.int32))
                found += [replace(link, node=int(members[0]))] if len(members) == 1 else []
            found.append(link)
        return tuple(found)

    def _hides(self, link: Link) -> bool:
        """Whether a mention is surely a name, so that its words can't speak of a relation.

        A word in small letters ("films", "the euro") is one only if the graph writes it with a capital and has much
        to say of it: of a thing few know, people write the name as a name. "Words" alone are not surely The Words.
        """
        if is_code(link):
            return False
        whole = link.match in _WHOLE
        spelt = not link.mention.text.islower() or link.mention.text == link.name.casefold()
        proper = whole and spelt and link.name[:1].isupper() and link.prior >= _WELL_KNOWN
        sure = link.score >= _HIDING or (proper and link.string >= _NAMED)
        return sure and not self._matcher.names_relation(link.mention.text)

    def _topics(self, links: tuple[Link, ...]) -> Topics:
        """Take mentions that do not overlap, in the linker's order, with the candidates near the best of each."""
        taken: dict[Mention, list[Link]] = {}
        words = tuple(link for link in links if not is_code(link))
        for link in words or links:
            group = taken.get(link.mention)
            if group is not None:
                if len(group) < _READINGS and link.score >= _AMBIGUOUS * group[0].score:
                    group.append(link)
            elif link.score >= _WEAK and len(taken) < _MENTIONS and not _overlaps(link.mention, taken):
                taken[link.mention] = [link]
        named = [tuple(g) for g in taken.values() if g[0].node in self._classes]
        others = [tuple(g) for g in taken.values() if g[0].node not in self._classes]
        sure = [group for group in others if self._hides(group[0])]
        if sure and self._classes and self._matcher.asking is not None:
            sure += [group for group in others if group not in sure and self._is_common(group[0])]
        weak = [group for group in others if group not in sure] if sure else others[1:]
        return Topics(tuple(sure or others[:1]), tuple(named), tuple(weak))

    def _is_common(self, link: Link) -> bool:
        """Whether a common noun may narrow what is meant; one that speaks of a relation ("writer") does that."""
        return is_common(link) and not self._matcher.names_relation(link.mention.text)

    def _told(self, view: QuestionView, topics: Topics) -> Scores | None:
        if self._learnt is None or not topics.entities:
            return None
        return self._learnt.told(view, [group[0] for group in topics.entities], self._graph.n_relations)

    def _paths(
        self,
        view: QuestionView,
        group: tuple[Link, ...],
        hiding: Iterable[Mention],
        told: Scores | None,
        least: int,
        limits: tuple[bool, float],
    ) -> list[Path]:
        sharing, deadline = limits
        grid = self._grid(view, group[0].mention, hiding, told)
        found = [path for link in group for path in self._search.search(link, grid, sharing=sharing, deadline=deadline)]
        settled = sorted((self._settle(p, grid, least, sharing=sharing) for p in found), key=_path_rank)
        if settled and settled[0].score < _SAID:
            settled = self._facts.rescore(view.text, settled, step_cost=self._weights.step)
        return sorted(settled, key=_path_rank)[:_PATHS_EACH]

    def _steps_said(self, view: QuestionView, group: tuple[Link, ...], topics: Topics) -> int:
        """How many steps a chain of genitives takes from a name, on a graph whose relations no reader knows."""
        if self._matcher.asking is None:
            return 0
        kinds = {named[0].mention.text.casefold() for named in topics.classes}
        return chained(view.text, group[0].mention, self._matcher, kinds)

    def _grid(self, view: QuestionView, mention: Mention, hiding: Iterable[Mention], told: Scores | None) -> PhraseGrid:
        hidden = {mention, *hiding}
        phrases = view.phrases(hidden)
        matched = self._matcher.match([p.text for p in phrases], view.without(hidden))
        scores = self._asked.laid_over(matched, view, phrases)
        if told is not None:
            scores = with_learnt(scores, told, view, phrases)
        scores -= self._weights.crossing * view.crossings(phrases, mention, hiding)[:, None]
        order = view.order(phrases, mention)
        return PhraseGrid.build(phrases, scores, order, view.type_phrases(phrases, mention), self._weights)

    def _settle(self, path: Path, grid: PhraseGrid, least: int, *, sharing: bool) -> Path:
        """Charge a path that goes back unasked, or does not although the question speaks of things in common.

        least : the steps that a chain of genitives has.
        """
        backs = returns(path.steps)
        cost = self._weights.unshared if sharing and not backs else 0.0
        twice = backs and all(grid.says_twice(step.relation, path.used) for step in path.steps if step.inverse)
        back = min(self._weights.back, _SAID_BACK) if twice else self._weights.back
        cost += 0.0 if sharing else back * backs
        cost += self._weights.length * len(path.steps) + _MISSING * max(least - len(path.steps), 0)
        cost += self._weights.kind * sum(step.relation in self._graph.schema.types for step in path.steps)
        return replace(path, score=path.score - cost)


def _path_rank(path: Path) -> tuple[float, int]:
    return (-path.score, len(path.steps))


def _rank(candidate: Candidate) -> tuple[float, int]:
    size = len(candidate.nodes) if candidate.nodes is not None else 0
    return (-(candidate.alignment + 0.2 * candidate.fit), size)


def _distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The first of all candidates that come to the same: equal sets under the same outermost operator.

    Nothing is found in many ways, each of which says something else: those stay. So do chains that explain more of the
    question's words: "X's wife's wife's husband" is more than the husband of X.
    """
    kept: dict[object, list[Candidate]] = {}
    found = []
    for candidate in candidates:
        nodes, program = candidate.nodes, candidate.program
        alike = program.yields is Yields.NODES or isinstance(program, Contains | Count)
        outer = type(program) if program.yields is not Yields.NODES else None
        asked = candidate.links[-1].node if isinstance(program, Contains) else None
        empty = outer is None and nodes is not None and not len(nodes)
        key = (outer, asked, nodes.tobytes()) if nodes is not None and alike and not empty else program
        same = kept.setdefault(key, [])
        if not same or (_is_chain(program) and all(_says_more(candidate, other) for other in same)):
            same.append(candidate)
            found.append(candidate)
    return found


def _is_chain(program: Program) -> bool:
    return all(isinstance(part, Follow | Same | Difference | Entities) for part in program.walk())


def _says_more(candidate: Candidate, other: Candidate) -> bool:
    return candidate.used.bit_count() > other.used.bit_count()


def _overlaps(mention: Mention, taken: Iterable[Mention]) -> bool:
    return any(mention.start < other.end and other.start < mention.end for other in taken)
