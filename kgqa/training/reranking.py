"""Training `kgqa.reader.reranker`: listwise, against "none of these", on questions to many graphs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from kgqa.embedding.contract import Floats
from kgqa.errors import TrainingError
from kgqa.reader.arrays import lay_out
from kgqa.reader.general import General
from kgqa.reader.reranker import Reranker
from kgqa.reader.traits import questions, traits
from kgqa.training.batches import collate, whole
from kgqa.training.config import check_counts, check_positive, check_shares
from kgqa.training.examples import Example, shortened
from kgqa.training.vectors import StoredVectors

_LEAST_SPREAD = 0.05
_NEVER = -1e4
_LAST_RATE = 0.05
_HEAT = 5.0
"""What vectors of questions, of unit length, are multiplied by before they are read."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question's candidates as the network reads them.

    source : its graph. example : it itself. traits [c, traits], question [c, e], odds [c] : float32. right [c] :
    whether a candidate is what is meant.
    """

    source: str
    example: Example = field(repr=False)
    traits: Floats = field(repr=False)
    question: Floats = field(repr=False)
    odds: Floats = field(repr=False)
    right: NDArray[np.bool_] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class RerankSettings:
    """How the network is trained.

    hidden : its units. question : numbers taken of a question's vector. dropout : of hidden units; question_dropout :
    of those numbers. epochs, batch : of questions. rate : of AdamW at first, falling to a twentieth. decay : of
    weights.
    count : how much of what is learnt is added, in (0, 1]; all of it is too much on graphs of another kind.
    folds : into which graphs are divided, for log odds of questions by a network that did not learn from them.
    seed : of every draw.
    """

    hidden: int = 256
    question: int = 24
    dropout: float = 0.5
    question_dropout: float = 0.3
    epochs: int = 15
    batch: int = 128
    rate: float = 3e-3
    decay: float = 1.0
    count: float = 0.5
    folds: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        check_counts(self, ("hidden", "question", "epochs", "batch", "folds"), "")
        check_positive(self, ("rate", "count"), "")
        check_shares(self, ("dropout", "question_dropout"), "")


def weighed(examples: Mapping[str, Iterable[Example]], general: General, vectors: StoredVectors) -> list[Weighed]:
    """Examples of graphs as the network reads them. vectors : of the plain encoder."""
    found = []
    for source, own in examples.items():
        kept = [shortened(example) for example in own if example.candidates]
        vectors.gather(kept)
        found += [_weighed(source, example, general, vectors) for example in kept]
    return found


def _weighed(source: str, example: Example, general: General, vectors: StoredVectors) -> Weighed:
    laid, agreement = lay_out(collate([whole(example)])[0], vectors), general.agreement
    numbers = traits(laid, agreement, agreement.near(laid))
    return Weighed(
        source, example, numbers, questions(laid), general.odds(general.total(laid)), np.array(example.meant)
    )


def fit_reranker(given: Sequence[Weighed], settings: RerankSettings | None = None) -> Reranker:
    """Train the network. Errors : TrainingError for nothing to learn from, and for losses that are no numbers."""
    chosen = settings or RerankSettings()
    if not any(one.right.any() for one in given):
        raise TrainingError("no question has a right candidate to learn from; give some that the graph can answer")
    torch.manual_seed(chosen.seed)
    data = _Padded.of(given)
    model = _Model(data.traits[data.there], data.question.shape[-1], chosen)
    optimizer = torch.optim.AdamW(model.parameters(), lr=chosen.rate, weight_decay=chosen.decay)
    steps = chosen.epochs * -(-len(given) // chosen.batch)
    falling = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(_LAST_RATE, 1 - step / steps))
    for _ in range(chosen.epochs):
        for rows in torch.split(torch.randperm(len(given)), chosen.batch):
            loss = _loss(model, data, rows)
            if not torch.isfinite(loss):
                raise TrainingError("the loss is no number in training the reranker. Lower 'rate'")
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            falling.step()
    return model.taken().counted(chosen.count)


def out_of_fold(given: Sequence[Weighed], settings: RerankSettings | None = None) -> list[Floats]:
    """The log odds of each question's candidates by a network that learnt from other graphs."""
    chosen = settings or RerankSettings()
    sources = sorted({one.source for one in given})
    order = np.random.default_rng(chosen.seed).permutation(len(sources)).tolist()
    fold = {sources[place]: number % chosen.folds for number, place in enumerate(order)}
    fitted = {
        number: fit_reranker([one for one in given if fold[one.source] != number], chosen)
        for number in sorted(set(fold.values()))
    }
    return [reweighed(fitted[fold[one.source]], one) for one in given]


def reweighed(reranker: Reranker, one: Weighed) -> Floats:
    """What a reranker makes of a question's candidates, float32 [c]."""
    return reranker.weigh(one.traits, one.question, one.odds)


@dataclass(frozen=True, slots=True)
class _Padded:
    """All questions, with as many places for candidates as the longest needs."""

    traits: Tensor
    question: Tensor
    odds: Tensor
    right: Tensor
    there: Tensor

    @classmethod
    def of(cls, given: Sequence[Weighed]) -> _Padded:
        most = max(len(one.odds) for one in given)

        def padded(name: str) -> Tensor:
            rows = [np.asarray(getattr(one, name)) for one in given]
            shape = (len(given), most, *rows[0].shape[1:])
            found = np.zeros(shape, dtype=rows[0].dtype)
            for place, row in enumerate(rows):
                found[place, : len(row)] = row
            return torch.from_numpy(found)

        there = torch.tensor([[place < len(one.odds) for place in range(most)] for one in given])
        return cls(padded("traits"), padded("question"), padded("odds"), padded("right"), there)


class _Model(nn.Module):
    mean: Tensor
    spread: Tensor

    def __init__(self, traits: Tensor, dimension: int, settings: RerankSettings) -> None:
        super().__init__()
        self.register_buffer("mean", traits.mean(dim=0))
        self.register_buffer("spread", traits.std(dim=0).clamp(min=_LEAST_SPREAD))
        self.question = nn.Linear(dimension, settings.question)
        self.hidden = nn.Linear(traits.shape[1] + settings.question, settings.hidden)
        self.output = nn.Linear(settings.hidden, 1, bias=False)
        nn.init.zeros_(self.output.weight)
        self.share = nn.Parameter(torch.ones(1))
        self.dropped, self.question_dropped = nn.Dropout(settings.dropout), nn.Dropout(settings.question_dropout)

    def forward(self, traits: Tensor, question: Tensor, odds: Tensor) -> Tensor:
        """Log odds, [questions, candidates]."""
        taken = self.question_dropped(self.question(_HEAT * question))
        read = torch.cat([(traits - self.mean) / self.spread, taken], dim=-1)
        total: Tensor = self.output(self.dropped(torch.relu(self.hidden(read))))[..., 0] + self.share * odds
        return total

    def taken(self) -> Reranker:
        """The network as it is now, without torch."""
        found = {
            "mean": self.mean,
            "spread": self.spread,
            "question": _HEAT * self.question.weight,
            "question bias": self.question.bias,
            "hidden": self.hidden.weight,
            "bias": self.hidden.bias,
            "output": self.output.weight[0],
            "share": self.share,
        }
        return Reranker({name: value.detach().numpy().astype(np.float32) for name, value in found.items()})


def _loss(model: _Model, data: _Padded, rows: Tensor) -> Tensor:
    """The mean negative log likelihood of what is meant, or of "none of these" where nothing is right."""
    right = data.right[rows]
    odds = model(data.traits[rows], data.question[rows], data.odds[rows]).masked_fill(~data.there[rows], _NEVER)
    every = torch.cat([odds, torch.zeros(len(rows), 1)], dim=1)
    meant = torch.cat([right, ~right.any(dim=1, keepdim=True)], dim=1)
    chances = torch.log_softmax(every, dim=1).masked_fill(~meant, _NEVER)
    return -torch.logsumexp(chances, dim=1).mean()
