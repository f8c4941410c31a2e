"""Tuning an encoder to tell, of a question and a program read as one text, whether the program is what is meant.

It learns on top of the part for unfamiliar graphs, whose log odds it adds to, from questions to many small graphs, each
with the candidates that retrieval finds there as on a graph that nothing was learnt of; and from questions that ask for
one relation of a domain, with the other relations of that domain beside it. Listwise, against "none of these".
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from kgqa.embedding import Adapter, EncoderWeights, TextEncoder
from kgqa.embedding.contract import Floats
from kgqa.errors import TrainingError
from kgqa.reader.cross_encoder import CrossHead, pair_text
from kgqa.reader.general import General
from kgqa.reader.serialise import MaskedQuestion, ProgramToken, TokenKind
from kgqa.training.asking import read_domains
from kgqa.training.batches import collate, whole
from kgqa.training.config import TuningSettings, check_counts, check_positive, check_shares
from kgqa.training.descending import Descent, OnStep, descend
from kgqa.training.examples import Example, shortened
from kgqa.training.schedule import schedule
from kgqa.training.tunable import TunableEncoder
from kgqa.training.vectors import StoredVectors

_SHARE, _HEAT = 1.0, 10.0
"""What the log odds without it count at first; what the head's outputs are multiplied by."""
_SHOWN, _KINDS = re.compile(r": [^|]*$"), re.compile(r"\b([XYZ]) \([^)]*\)")
"""In a text of `pair_text`: the names of results; what kinds the named things are of."""


@dataclass(frozen=True, slots=True)
class CrossChoice:
    """A question with programs, one of which is meant, or none.

    texts : of each, as `kgqa.reader.cross_encoder.pair_text`. odds : its log odds without the cross-encoder, float32;
    None where nobody gave it any, and "none of these" is no choice then. right : the places of what is meant.
    """

    texts: tuple[str, ...]
    odds: Floats | None
    right: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossSettings:
    """How the encoder is tuned.

    steps : of AdamW. questions : a step. candidates : of each, the right one among them. others : the share of
    questions that are of the other sets given; asks : of those that ask for a relation of a domain. bare : of those
    that are read without names of results or without kinds of things, so that neither is all that is learnt.
    spread : of the noise in log odds with which wrong candidates are drawn, the likely ones first. rank : of the
    low-rank additions; dropout : within the encoder. rate : the top learning rate, after the first share `warmup` of
    steps; own_rate : of the head.
    seed : of every draw.
    """

    steps: int = 1_000
    questions: int = 12
    candidates: int = 8
    others: float = 0.35
    asks: float = 0.15
    bare: float = 0.3
    spread: float = 1.0
    rank: int = 16
    dropout: float = 0.0
    rate: float = 4e-4
    own_rate: float = 1e-2
    warmup: float = 0.03
    decay: float = 0.01
    clip: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        check_counts(self, ("steps", "questions", "candidates", "rank"), "")
        check_positive(self, ("rate", "own_rate", "clip"), "")
        check_shares(self, ("others", "asks", "bare", "dropout"), "")


def scored_choices(examples: Iterable[Example], general: General, encoder: TextEncoder) -> list[CrossChoice]:
    """Examples as questions with choices; the log odds are those of the part for unfamiliar graphs.

    encoder : the plain one. Questions without a right candidate have none to be chosen.
    """
    kept = [shortened(example) for example in examples]
    vectors = StoredVectors(encoder)
    vectors.gather(kept)
    return [
        as_choice(example, general.score(collate([whole(example)])[0], vectors).scores)
        for example in kept
        if example.candidates
    ]


def as_choice(example: Example, odds: Floats) -> CrossChoice:
    """An example as a question with choices. odds : the log odds of its candidates."""
    right = tuple(i for i, meant in enumerate(example.meant) if meant)
    return CrossChoice(example_texts(example), odds, right)


def example_texts(example: Example) -> tuple[str, ...]:
    """What is read of each candidate of an example."""
    variants = example.variants
    return tuple(pair_text(variants[c.variant], c.tokens, c.yielded.shown) for c in example.candidates)


def relation_choices(path: Path) -> list[CrossChoice]:
    """The questions for relations of a file of `kgqa.training.asking.read_asks`, each with all of its domain's.

    Errors : QuestionsFileError for a malformed line.
    """
    domains = [[row for _, row in rows if "asks" in row] for rows in read_domains(path).values()]
    return [choice for rows in domains for place in range(len(rows)) for choice in _asked(rows, place)]


def _asked(rows: Sequence[Mapping[str, object]], place: int) -> Iterable[CrossChoice]:
    """The questions for one relation, of what has it and, where there are such, of its value."""
    for field, slot, own, other in (
        ("asks", "[X]", TokenKind.ALONG, TokenKind.AGAINST),
        ("back", "[Y]", TokenKind.AGAINST, TokenKind.ALONG),
    ):
        steps = [(own, rows[place]), (other, rows[place])]
        steps += [(TokenKind.ALONG, row) for i, row in enumerate(rows) if i != place]
        steps += [(TokenKind.AGAINST, row) for i, row in enumerate(rows) if i != place and row["back"]]
        programs = [(ProgramToken(TokenKind.FIRST), ProgramToken(kind, str(row["relation"]))) for kind, row in steps]
        found = rows[place][field]
        for text in found if isinstance(found, list) else [found]:
            question = MaskedQuestion(str(text).replace(slot, "X"))
            yield CrossChoice(tuple(pair_text(question, program, ()) for program in programs), None, (0,))


class _Model(nn.Module):
    def __init__(self, weights: EncoderWeights, settings: CrossSettings, start: Adapter | None) -> None:
        super().__init__()
        tuning = TuningSettings(rank=settings.rank, rate=settings.rate, dropout=settings.dropout)
        self.encoder = TunableEncoder(weights, tuning, start)
        self.head = nn.Linear(weights.shape.hidden, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        self.share = nn.Parameter(torch.tensor(_SHARE))

    def forward(self, texts: Sequence[str]) -> Tensor:
        """What is added to the log odds of each text, [texts]."""
        found: Tensor = _HEAT * self.head(self.encoder.questions(texts))[:, 0]
        return found

    def taken(self) -> CrossHead:
        """The head as it is now, without torch."""
        weight = _HEAT * self.head.weight.detach().numpy()[0]
        return CrossHead(weight.astype(np.float32), _HEAT * self.head.bias.item(), self.share.item())


def tune_cross(
    choices: Sequence[CrossChoice],
    asks: Sequence[CrossChoice],
    weights: EncoderWeights,
    settings: CrossSettings | None = None,
    *,
    others: Sequence[CrossChoice] = (),
    start: Adapter | None = None,
    on_step: OnStep | None = None,
) -> tuple[Adapter, CrossHead]:
    """Tune an encoder; the additions to its weights, and what makes a score of its vectors.

    choices, others : with log odds; questions of the latter are drawn apart. asks : without.
    start : additions to go on from, of the same rank. Errors : TrainingError for nothing to learn
    from, and for losses that are no numbers.
    """
    chosen = settings or CrossSettings()
    if not choices:
        raise TrainingError("there is no question with candidates to learn from; give some")
    draws = random.Random(chosen.seed)  # noqa: S311
    torch.manual_seed(chosen.seed)
    model = _Model(weights, chosen, start)
    tuned = [p for p in model.encoder.parameters() if p.requires_grad]

    def rates(step: int) -> tuple[float, float]:
        share = schedule(step, chosen.steps, chosen.warmup)
        return chosen.rate * share, chosen.own_rate * share

    def loss() -> Tensor:
        return _loss(model, [_drawn(choices, others, asks, draws, chosen) for _ in range(chosen.questions)])

    descent = Descent(chosen.steps, chosen.decay, chosen.clip, rates, "a cross-encoder")
    descend((tuned, [*model.head.parameters(), model.share]), loss, descent, on_step)
    return model.encoder.adapter(), model.taken()


def _drawn(
    choices: Sequence[CrossChoice],
    others: Sequence[CrossChoice],
    asks: Sequence[CrossChoice],
    draws: random.Random,
    settings: CrossSettings,
) -> CrossChoice:
    """A question with some of its choices: one that is right, where any is, and likely wrong ones."""
    own = others if others and draws.random() < settings.others else choices
    choice = draws.choice(asks if asks and draws.random() < settings.asks else own)
    wrong = [i for i in range(len(choice.texts)) if i not in choice.right]
    odds = np.zeros(len(choice.texts)) if choice.odds is None else choice.odds
    noise = [draws.gauss(0, settings.spread) for _ in choice.texts]
    right = [draws.choice(choice.right)] if choice.right else []
    likely = sorted(wrong, key=lambda i: -float(odds[i]) - noise[i])
    kept = [*right, *likely[: settings.candidates - len(right)]]
    left = None if choice.odds is None else choice.odds[kept]
    return _bared(CrossChoice(tuple(choice.texts[i] for i in kept), left, (0,) if right else ()), draws, settings)


def _bared(choice: CrossChoice, draws: random.Random, settings: CrossSettings) -> CrossChoice:
    if not settings.bare or draws.random() >= settings.bare:
        return choice
    pattern, kept = (_SHOWN, "") if draws.random() < 0.5 else (_KINDS, r"\1")
    return replace(choice, texts=tuple(pattern.sub(kept, text) for text in choice.texts))


def _loss(model: _Model, batch: Sequence[CrossChoice]) -> Tensor:
    """The mean negative log likelihood of what is meant."""
    scores = model([text for choice in batch for text in choice.texts])
    losses, at = [], 0
    for choice in batch:
        own = scores[at : at + len(choice.texts)]
        at += len(choice.texts)
        if choice.odds is not None:
            own = torch.cat([own + model.share * torch.from_numpy(choice.odds), torch.zeros(1)])
        meant = choice.right[0] if choice.right else len(own) - 1
        losses.append(nn.functional.cross_entropy(own[None], torch.tensor([meant])))
    return torch.stack(losses).mean()
