"""Composing programs bottom up from all that a question names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kgqa.config import RetrievalConfig
from kgqa.graph import KnowledgeGraph
from kgqa.graph.graph import EMPTY
from kgqa.program.algebra import Count, Follow, Instances, Nth, OfType, Program, Step, Top, Union, Where, WhereCount
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.chart import LINK, Chart, best_links
from kgqa.retrieval.contract import Candidate, Problem, is_common, strength
from kgqa.retrieval.cues import find_pairs, find_unions
from kgqa.retrieval.derivation import Bench, Derivation, Form, within
from kgqa.retrieval.families import Names
from kgqa.retrieval.ladders import LadderRules
from kgqa.retrieval.meant import FlagMeant
from kgqa.retrieval.paths import Path
from kgqa.retrieval.problems import ProblemFinder
from kgqa.retrieval.question import Asked, QuestionView, asks_for
from kgqa.retrieval.relations import RelationMatcher
from kgqa.retrieval.roots import RootRules
from kgqa.retrieval.rules import TOLD, RuleWeights
from kgqa.retrieval.scene import Scene, SceneReader, words_of
from kgqa.retrieval.vocabulary import Vocabulary
from kgqa.types import Link, Mention, NodeIds

_PROGRAMS = 900
_SEEDS = 6
_NEAR = 4
"""How many single steps from a name are looked at where a superlative or a sum may be about what they reach."""
WORD = 0.15
"""What each meaningful word that a candidate leaves unexplained costs."""
HAN = 0.07
UNREAD = 0.3
"""What each operator that a candidate does not act on costs."""
UNKNOWN = 0.8
"""What each name that the graph doesn't know takes off every candidate."""
IGNORED = 0.6
"""What a candidate costs that rests on classes alone where the question names a thing."""
UNNAMED = 0.2
"""What each name costs that a question surely gives and a candidate does not rest on."""
OTHER = 0.8
"""What a candidate costs that yields nothing of the class asked for."""
AGAIN = 0.6
"""What it costs to give the values that things were held to: "visits with a fee over 100" asks for no fees."""
COUNTS_ALL = 0.6
"""What it gains to count all of a class where the question says nothing else."""
_HAN_A_WORD = 2
"""How many Han characters say as much as a word."""
_SAMPLE = 50
_BESIDE = 5
_CERTAIN = 0.6
_SURELY = 0.9
_BY = re.compile(r"\bby (?:its |their |the )?(?P<words>[a-z]+(?: [a-z]+)?)\s*\?*\s*$", re.I)
"""What names the attribute of a superlative behind it: "the lightest metal by atomic weight"."""
_CLEAR = 0.7
"""The match from which on words surely ask for a relation."""
_FIRST = 3
"""How many paths of a name are looked at for what may be lacking behind them."""


@dataclass(frozen=True, slots=True)
class Composition:
    """What was composed for one question.

    overran : whether the budget ended the search. problem : what stands in the way of an answer, or None.
    """

    scene: Scene
    candidates: tuple[Candidate, ...]
    overran: bool = False
    problem: Problem | None = None


class Composer:
    """Proposes programs that are more than a path."""

    def __init__(
        self,
        graph: KnowledgeGraph,
        matcher: RelationMatcher,
        config: RetrievalConfig,
        attributes: Attributes,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        weights = RuleWeights()
        self._graph = graph
        self._classes = frozenset(graph.classes.tolist())
        self._config = config
        self._reader = SceneReader(graph, matcher, attributes, vocabulary or Vocabulary(graph))
        self._chart = Chart(graph, attributes, weights)
        self._strange = matcher.asking is not None
        self._problems = ProblemFinder(graph, attributes)
        ladders = LadderRules(attributes, weights, config.max_hops)
        self._roots = RootRules(graph, attributes, self._chart.rules, (self._chart.own, ladders), weights)

    def compose(
        self,
        view: QuestionView,
        names: Names,
        hiding: Iterable[Mention],
        paths: Sequence[Sequence[Path]],
        deadline: float,
        flags: Sequence[FlagMeant] = (),
    ) -> Composition:
        """The scene of a question, the candidates composed, and whether the budget ended the search.

        flags : yes-or-no attributes that words mean by other names.
        """
        scene = self._reader.read(view, replace(names, links=best_links(names.links)), hiding, flags)
        bench = Bench(self._graph, limit=self._config.max_frontier, programs=_PROGRAMS, deadline=deadline)
        lacks = _lacks(scene, bench) or _lacks_further(scene, paths, bench)
        if self._is_plain(scene) and not lacks and not _surpasses(scene, bench):
            return Composition(scene, (), problem=self._problems.find(scene))
        seeds = [_seed(view, path) for group in paths for path in group[:_SEEDS] if path.nodes is not None]
        near = [_seed(view, path) for group in paths for path in _near(group, scene)]
        domains = self._chart.domains(scene, bench)
        derivations = self._chart.fill(scene, bench, [seed for seed in seeds if seed.used], domains)
        overran = bench.spent
        candidates = tuple(self._roots.candidates(derivations, scene, bench, domains, near))
        return Composition(scene, candidates, overran, self._problems.find(scene))

    def _is_plain(self, scene: Scene) -> bool:
        """Whether a question names no class and asks for no operator: its paths say it all."""
        asks = (
            scene.operators
            or scene.plural
            or _pairs(scene)
            or _apposed(scene)
            or scene.flags
            or (scene.named and all(strength(link) < _CERTAIN for link in scene.links))
            or scene.families
            or scene.groupings
            or scene.ladders
            or (scene.owns and all(strength(link) < _CERTAIN for link in scene.links))
            or scene.view.asked is Asked.YES_NO
            or (self._strange and self._classes and _has_common(scene))
        )
        return not asks and not any(link.node in self._classes for link in scene.links)


def _has_common(scene: Scene) -> bool:
    """Whether a word in small letters beside another name may tell what is meant: "RECEPTIONISTS who speak Dutch"."""
    common = {link.mention for link in scene.links if is_common(link)}
    return bool(common) and any(link.mention not in common for link in scene.links)


def _lacks(scene: Scene, bench: Bench) -> bool:
    """Whether the graph has no fact of a thing's own for what is asked of it, though it has some of its kind."""
    told = dict.fromkeys(s.relation for s in scene.relations if s.score >= TOLD)
    sure = dict.fromkeys(link.node for link in scene.links if strength(link) >= _CERTAIN)
    if not told or len(sure) != 1:
        return False
    nodes = np.array([*sure], dtype=np.int32)
    steps = [Step(relation, inverse=inverse) for relation in told for inverse in (False, True)]
    return not any(bench.leads(nodes, step) for step in steps) and any(bench.could_lead(nodes, s) for s in steps)


def _lacks_further(scene: Scene, paths: Sequence[Sequence[Path]], bench: Bench) -> bool:
    """Whether one of the best paths of a name comes to what lacks the next thing: the owner's phone number."""
    clear = [spoken for spoken in scene.relations if spoken.score >= _CLEAR]
    for path in (path for group in paths for path in group[:_FIRST]):
        nodes = path.nodes if path.nodes is not None else EMPTY
        for spoken in (spoken for spoken in clear if not spoken.used & path.used):
            steps = [Step(spoken.relation, inverse=inverse) for inverse in (False, True)]
            could = any(bench.could_lead(nodes, step) for step in steps)
            if could and not any(bench.leads(nodes, step) for step in steps):
                return True
    return False


def _surpasses(scene: Scene, bench: Bench) -> bool:
    """Whether a relation named by a superlative is asked of what has none itself: "the highest point in Asia"."""
    nodes = np.array([link.node for link in scene.links if strength(link) >= _CERTAIN], dtype=np.int32)
    inside = {s.relation for s in scene.relations for item in scene.named if item.used & s.used == item.used}
    return bool(inside) and len(nodes) > 0 and not any(bench.leads(nodes, Step(relation)) for relation in inside)


def _pairs(scene: Scene) -> bool:
    """Whether an "and" stands between two names."""
    sure = [link.mention for link in scene.links if strength(link) >= _CERTAIN]
    return any(
        any(0 <= mark.cue.start - mention.end <= _BESIDE for mention in sure)
        and any(0 <= mention.start - mark.cue.end <= _BESIDE for mention in sure)
        for mark in scene.pairs
    )


def _apposed(scene: Scene) -> bool:
    """Whether a name of several things is followed by one that may tell them apart: "Portland, Maine"."""
    certain = [link for link in scene.links if strength(link) >= _CERTAIN]
    sure = [link.mention for link in certain]
    shared = {mention for (mention, _), n in Counter((link.mention, link.name) for link in certain).items() if n > 1}
    text = scene.view.text
    return any(one.end < two.start and not text[one.end : two.start].strip(" ,") for one in shared for two in sure)


def _near(group: Sequence[Path], scene: Scene) -> list[Path]:
    """The best single steps from a name to what an operator may sum up, rank or pick, where the question has one."""
    near = (path for path in group if len(path.steps) == 1 and path.nodes is not None and len(path.nodes) > 1)
    return list(near)[:_NEAR] if scene.folds or scene.superlatives or scene.bounds or scene.negations else []


def _seed(view: QuestionView, path: Path) -> Derivation:
    used = path.used | words_of(view, path.link.mention.start, path.link.mention.end)
    score = path.score + LINK * (2 * strength(path.link) - 1)
    assert path.nodes is not None
    return Derivation(path.program, path.nodes, score, used, (path.link,), Form.SET, cut=path.truncated, anchored=True)


class Head:
    """The class that a question asks for things of: "which RIVERS ..."."""

    def __init__(self, graph: KnowledgeGraph, view: QuestionView, names: Names) -> None:
        self.classes = frozenset(graph.classes.tolist())
        links = names.links
        every = (*links, *(link for family in names.families for link in family))
        named = [link for link in every if link.node in self.classes and asks_for(view, link.mention)]
        first = min(named, key=lambda link: (link.mention.start, -link.score), default=None)
        self._members = None if first is None else graph.instances(np.array(_classes_of(first, names), dtype=np.int32))
        if first is None and view.choice:
            self._members = _offered(view, links)

    def cost(self, candidate: Candidate) -> float:
        """What a candidate costs that yields other things."""
        nodes = candidate.nodes
        if self._members is None or nodes is None or not len(nodes):
            return 0.0
        return 0.0 if len(within(nodes[:_SAMPLE], self._members)) else OTHER


def _classes_of(link: Link, names: Names) -> list[int]:
    """The classes that a word names: its family, or the one it is linked to."""
    family = next((f for f in names.families if link in f), (link,))
    return [member.node for member in family]


def _offered(view: QuestionView, links: Sequence[Link]) -> NodeIds | None:
    """The things that a question offers to choose from, on both sides of an "or"."""
    for mark in (*find_unions(view.text), *find_pairs(view.text)):
        ahead = [link.node for link in links if 0 <= mark.start - link.mention.end <= _BESIDE]
        behind = [link.node for link in links if 0 <= link.mention.start - mark.end <= _BESIDE]
        if ahead and behind:
            return np.unique(np.array([*ahead, *behind], dtype=np.int32))
    return None


def unread_cost(candidate: Candidate, scene: Scene) -> float:
    """What the words that a candidate leaves unexplained cost it."""
    left = _left(candidate, scene)
    cost = UNNAMED * len(_given(scene) - {link.mention for link in candidate.links})
    for operator in scene.operators:
        if operator & left:
            cost += UNREAD
            left &= ~operator
    words = scene.view.words
    return cost + sum(HAN if words[i].han else WORD for i in range(left.bit_length()) if left >> i & 1)


def _left(candidate: Candidate, scene: Scene) -> int:
    """The words of names, relations and operators that a candidate leaves unexplained, a bit set."""
    left = scene.meaning
    for operator in scene.operators:
        left |= operator
    left &= ~candidate.used
    for link in candidate.links:
        left &= ~words_of(scene.view, link.mention.start, link.mention.end)
    return left


def _is_bare(candidate: Candidate, scene: Scene) -> bool:
    """Whether a candidate lists all of a class though the question says more: "which team owns X" asks for no teams."""
    program = candidate.program
    while isinstance(program, Union):
        program = program.left
    if not isinstance(program, Instances):
        return False
    left = _left(candidate, scene)
    words = [scene.view.words[i] for i in range(left.bit_length()) if left >> i & 1]
    return sum(1 if word.han else _HAN_A_WORD for word in words) >= _HAN_A_WORD


def _given(scene: Scene) -> frozenset[Mention]:
    """The mentions that surely are names of things, each apart from the others."""
    sure = [link.mention for link in scene.links if strength(link) >= _SURELY and _is_name(link, scene.classes)]
    return frozenset(m for m in sure if not any(o.start <= m.start < m.end <= o.end for o in sure if o != m))


def charged(candidates: Iterable[Candidate], scene: Scene, head: Head) -> list[Candidate]:
    """The candidates, each less what it leaves unread beyond what all of them do."""
    listed = list(candidates)
    unread = [unread_cost(candidate, scene) for candidate in listed]
    least = min(unread, default=0.0)
    ignored = IGNORED if _sure_names(scene, head) else 0.0
    unknown = UNKNOWN * _unknown_names(scene)
    return [
        replace(
            c,
            astray=c.astray or _is_bare(c, scene),
            alignment=c.alignment
            - cost
            - unknown
            - head.cost(c)
            + COUNTS_ALL * _counts_class(c, scene)
            - AGAIN * (_tells_again(c.program) or _tells_first(c.program, scene))
            + (least if _named(c, head) else -cost - ignored),
        )
        for c, cost in zip(listed, unread, strict=True)
    ]


def _tells_again(program: Program) -> bool:
    """Whether a program yields the values of an attribute that a limit was just put on."""
    if not isinstance(program, Follow) or program.step.inverse:
        return False
    source = program.source
    while isinstance(source, Where | WhereCount | OfType):
        if not isinstance(source, OfType) and source.step == program.step:
            return isinstance(source, Where) or source.number == 0
        source = source.source
    return False


def _counts_class(candidate: Candidate, scene: Scene) -> bool:
    """Whether a candidate counts all of a class, and no word of the question is left: "how many teas are there"."""
    program = candidate.program
    return isinstance(program, Count) and isinstance(program.source, Instances) and not _left(candidate, scene)


def _tells_first(program: Program, scene: Scene) -> bool:
    """Whether a program yields the attribute that a question names as that by which it picks a first place."""
    first = program.source if isinstance(program, Follow) else None
    if not isinstance(program, Follow) or not isinstance(first, Top | Nth) or first.step != program.step:
        return False
    by = _BY.search(scene.view.text)
    if by is None:
        return False
    words = words_of(scene.view, *by.span("words"))
    said = (s for s in scene.relations if s.relation == program.step.relation and s.score >= TOLD)
    return any(not s.used & ~words for s in said)


def doubted(candidates: Sequence[Candidate], scene: Scene) -> list[Candidate]:
    """The candidates, all marked as astray where the question holds a name that the graph doesn't know."""
    return [replace(c, astray=True) for c in candidates] if _unknown_names(scene) else list(candidates)


def _unknown_names(scene: Scene) -> int:
    """How many words are written like a name, inside the question, and are part of none that the graph has."""
    view, known = scene.view, 0
    for link in scene.links:
        known |= words_of(view, link.mention.start, link.mention.end)
    words = [w for i, w in enumerate(view.words) if i and scene.meaning >> i & 1 and not known >> i & 1]
    if all(view.text[w.start].isupper() for i, w in enumerate(view.words) if scene.meaning >> i & 1):
        return 0  # Where All Words Are Capitals, None Tells Names.
    return sum(view.text[w.start].isupper() and not view.text[w.start : w.end].isupper() for w in words)


def _sure_names(scene: Scene, head: Head) -> bool:
    """Whether a question surely names a thing."""
    return any(strength(link) >= _CERTAIN and _is_name(link, head.classes) for link in scene.links)


def _is_name(link: Link, classes: frozenset[int]) -> bool:
    """Whether a link is to a thing by its name, not to a class, nor to what happens to be called by a number."""
    return link.node not in classes and any(letter.isalpha() for letter in link.mention.text)


def _named(candidate: Candidate, head: Head) -> bool:
    """Whether a candidate rests on a name, not on classes alone."""
    return any(link.node not in head.classes for link in candidate.links)
