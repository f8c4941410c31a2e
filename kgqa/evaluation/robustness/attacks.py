"""All attacks, in the order in which they are reported."""

from __future__ import annotations

from collections.abc import Iterable

from kgqa.errors import ConfigError
from kgqa.evaluation.robustness import paraphrase, renaming, surface, typos
from kgqa.evaluation.robustness.contract import Attack, TextAttack
from kgqa.evaluation.robustness.distractors import OtherRelations, SimilarEntities
from kgqa.evaluation.robustness.hostile import HOSTILE
from kgqa.evaluation.robustness.removal import RemovedFacts

ATTACKS: tuple[Attack, ...] = (
    TextAttack(
        "typos-outside-names", "one in three of the longer words outside names is misspelt", typos.typos_outside, True
    ),
    TextAttack("typos-in-names", "one word of every name is misspelt", typos.typos_inside, True),
    TextAttack("lower-case", "all letters are small", surface.lower_case),
    TextAttack("upper-case", "all letters are capital", surface.upper_case),
    TextAttack("no-accents", "Latin letters lose their accents", surface.without_accents),
    TextAttack("word-order", "two neighbouring words outside names change places", surface.word_order, True),
    TextAttack("frame", "a polite or chatty frame stands around the question", paraphrase.framed),
    TextAttack("rewrite", '"What is the X of Y?" becomes "Y\'s X is what?", and the like', paraphrase.rewritten),
    TextAttack("no-question-mark", "the question mark is left out", surface.without_question_mark),
    TextAttack("spaces", "white space is added before, after and inside", surface.more_spaces),
    TextAttack("marks", 'the mark at the end becomes "??", "..." and the like', surface.more_marks),
    TextAttack("emoji", "an emoji stands before or after", surface.emoji),
    TextAttack("alias", "names are replaced by other names that the graph has", renaming.aliased, True),
    renaming.UnseenName(),
    SimilarEntities(),
    OtherRelations(),
    RemovedFacts(),
    *HOSTILE,
)


def choose_attacks(names: Iterable[str]) -> tuple[Attack, ...]:
    """The attacks with these names, in the order of `ATTACKS`; an unknown name is a ConfigError."""
    wanted = [name.strip() for name in names]
    known = {attack.name for attack in ATTACKS}
    if unknown := [name for name in wanted if name not in known]:
        raise ConfigError(f"{unknown[0]!r} is no attack; expected some of: {', '.join(a.name for a in ATTACKS)}")
    return tuple(attack for attack in ATTACKS if attack.name in wanted)
