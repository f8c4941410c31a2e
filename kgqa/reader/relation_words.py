"""Which words of a question speak of which relations, by what tuning taught: "heir" of children, "darling" of spouses.

Retrieval by the plain encoder misses the relations that a question names by words far from their names, and a reader
can't choose a program that was never proposed. The late interaction of `kgqa.reader.agreement` holds each word against
each relation anyway; here it is read before the search instead of after. Relations that people's questions did not
teach are left to the plain encoder, and so is Chinese, where a word has no bounds: characters of one name would each
speak of it and pass for two steps (NLPCC 2016, 400 of dev: 89.5 without, 88.5 with them). Words that questions are made
of speak of nothing: "the name of the wife of X" has one step, though training saw "name" beside many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding import CachedEncoder, TextEncoder, TextKind
from kgqa.embedding.contract import Floats
from kgqa.embedding.store import cache_root
from kgqa.reader.agreement import Agreement
from kgqa.reader.arrays import words_of
from kgqa.reader.familiarity import name_hash
from kgqa.reader.serialise import masked_question
from kgqa.reader.wording import spaced
from kgqa.retrieval.question import QuestionView
from kgqa.retrieval.relations import RelationTexts
from kgqa.text.stopwords import is_stop
from kgqa.types import Link, Mention


@dataclass(frozen=True, eq=False)
class Known:
    """The relations of a graph that a reader knows from people's questions.

    texts : their names. owners : int [texts], the relation of each. share : of the graph's relations, in [0, 1].
    """

    texts: tuple[str, ...]
    owners: NDArray[np.integer]
    share: float

    @classmethod
    def of(cls, relations: RelationTexts, familiar: frozenset[int]) -> Known:
        """Those of a graph; `familiar` as `kgqa.reader.familiarity` has it."""
        places = [i for i, text in enumerate(relations.texts) if name_hash(text) in familiar]
        owners = relations.owners[places]
        every = len(set(relations.owners.tolist()))
        share = len(set(owners.tolist())) / every if every else 0.0
        return cls(tuple(spaced(relations.texts[i]) for i in places), owners, share)


class TunedWords:
    """Holds the words of questions against the relations of one graph that a reader knows.

    encoder : the tuned one. agreement : tuned with it.
    """

    def __init__(self, encoder: TextEncoder, agreement: Agreement, known: Known) -> None:
        self._texts, self._owners = known.texts, known.owners
        self._encoder = encoder
        self._agreement = agreement
        self._vectors: Floats | None = None

    def told(self, view: QuestionView, links: Sequence[Link], n_relations: int) -> Floats:
        """How far each word speaks of each relation, float32 [words, n_relations], in [0, 1]; 0 where it is not known.

        links : of the names that the question is about; their words speak of nothing.
        """
        found = np.zeros((len(view.words), n_relations), dtype=np.float32)
        slots = {link.node: number for number, link in enumerate(links)}
        masked = masked_question(view.text, links, slots).text
        (tokens,) = self._encoder.encode_tokens([masked], kind=TextKind.QUERY)
        if not len(tokens.offsets):
            return found
        alone = self._encoder.encode(words_of(masked, tokens.offsets))
        cosines = self._names() @ self._agreement.mixed(tokens.vectors, alone).T
        told = self._agreement.told(cosines)
        for place, (start, end) in _places(view, links):
            inside = (tokens.offsets[:, 0] < end) & (tokens.offsets[:, 1] > start)
            if inside.any():
                np.maximum.at(found[place], self._owners, told[:, inside].max(axis=1))
        return found

    def _names(self) -> Floats:
        if self._vectors is None:
            # Kept on disk: a graph of hundreds of relations would hold up the first question of every process.
            self._vectors = CachedEncoder(self._encoder, cache_root() / "texts").encode(self._texts)
        return self._vectors


def _places(view: QuestionView, links: Sequence[Link]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Each word that may speak of a relation, and where it stands in the masked question, which has a letter a name."""
    hidden: list[Mention] = []
    for mention in sorted((link.mention for link in links), key=lambda m: m.start):
        if not hidden or mention.start >= hidden[-1].end:
            hidden.append(mention)
    for place, word in enumerate(view.words):
        if word.han or is_stop(word.text):
            continue
        if not any(m.start < word.end and word.start < m.end for m in hidden):
            shift = sum(m.end - m.start - 1 for m in hidden if m.end <= word.start)
            yield place, (word.start - shift, word.end - shift)
