"""The fusion network in PyTorch; `kgqa.reader.fusion` holds the same in numpy, and says what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from kgqa.errors import ReaderError
from kgqa.reader.agreement import Agreement
from kgqa.reader.arrays import FAR, PLACES, FusionArrays
from kgqa.reader.features import FREE, OPERATIONS, RESULTS
from kgqa.reader.fusion import HEADS, MAXIMA, NUMBERS, Fusion
from kgqa.reader.serialise import TokenKind
from kgqa.training.batches import Targets
from kgqa.training.config import LossWeights, NetworkSettings

_NEVER = -1e4


class _Inputs:
    """A batch's arrays as tensors; the encoder is tuned already, so no gradient goes into them."""

    def __init__(self, batch: FusionArrays, agreement: Agreement) -> None:
        self.states, self.texts = torch.as_tensor(batch.states), torch.as_tensor(batch.texts)
        self.asked, self.there = torch.as_tensor(batch.asked), torch.as_tensor(batch.there)
        self.distance, self.kind = torch.as_tensor(batch.distance), torch.as_tensor(batch.kind)
        self.start, self.end = torch.as_tensor(batch.start), torch.as_tensor(batch.end)
        self.told, self.variant = torch.as_tensor(batch.told), torch.as_tensor(batch.variant)
        self.evidence = torch.as_tensor(batch.evidence)
        self.operation, self.result = torch.as_tensor(batch.operation), torch.as_tensor(batch.result)
        near = agreement.near(batch)
        parts = agreement.features(batch, near)
        self.near, self.parts = torch.as_tensor(near), torch.as_tensor(parts)
        self.own = torch.as_tensor(agreement.total(parts, batch))
        self.soft = {
            name: (torch.as_tensor(tokens.vectors), torch.as_tensor(tokens.rows)) for name, tokens in batch.soft.items()
        }


class _Cross(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.query, self.key, self.value = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.near = nn.Parameter(torch.full((HEADS,), 4.0))
        self.out = nn.Linear(width + HEADS, width)

    def forward(self, told: Tensor, asked: Tensor, inputs: _Inputs) -> Tensor:
        query = _split(self.query(told))
        key, value = _split(self.key(asked))[inputs.variant], _split(self.value(asked))[inputs.variant]
        logits = query @ key.transpose(2, 3) / query.shape[3] ** 0.5
        logits = logits + self.near[None, :, None, None] * inputs.near[:, None]
        chances = logits.masked_fill(~inputs.asked[inputs.variant][:, None, None, :], _NEVER).softmax(dim=-1)
        seen = (chances * inputs.near[:, None]).sum(dim=3).transpose(1, 2)
        out: Tensor = self.out(torch.cat([_join(chances @ value), seen], dim=2))
        return out


class _Self(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.query, self.key, self.value = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(self, told: Tensor, inputs: _Inputs) -> Tensor:
        query, key, value = (_split(part(told)) for part in (self.query, self.key, self.value))
        logits = query @ key.transpose(2, 3) / query.shape[3] ** 0.5
        chances = logits.masked_fill(~inputs.there[:, None, None, :], _NEVER).softmax(dim=-1)
        out: Tensor = self.out(_join(chances @ value))
        return out


class _Block(nn.Module):
    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        width = settings.width
        self.cross, self.self = _Cross(width), _Self(width)
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.inner, self.outer = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, told: Tensor, asked: Tensor, inputs: _Inputs) -> Tensor:
        told = told + self.dropout(self.cross(self.norm1(told), asked, inputs))
        told = told + self.dropout(self.self(self.norm2(told), inputs))
        grown: Tensor = told + self.dropout(self.outer(torch.relu(self.inner(self.norm3(told)))))
        return grown


@dataclass(frozen=True, slots=True)
class Scored:
    """What the network makes of a batch.

    scores : of the candidates, [c]. none : of "none of these", [questions]. operations, results : log probabilities,
    [v, ...].
    """

    scores: Tensor
    none: Tensor
    operations: Tensor
    results: Tensor


class FusionModel(nn.Module):
    """Scores candidates.

    dimension : of the encoder's vectors. soft : the kinds of soft tokens that it reads, each with the dimension of its
    vectors; they start at 0, so that a network without them goes on as it was.
    """

    def __init__(self, dimension: int, settings: NetworkSettings, soft: Mapping[str, int] | None = None) -> None:
        super().__init__()
        width = settings.width
        self.ask, self.tell = nn.Linear(dimension, width), nn.Linear(dimension, width)
        self.distance, self.kind = _table(2 * FAR + 1, width), _table(len(TokenKind), width)
        self.start, self.end = _table(PLACES, width), _table(PLACES, width)
        self.blocks = nn.ModuleList(_Block(settings) for _ in range(settings.blocks))
        self.last = nn.LayerNorm(width)
        self.offer, self.want = nn.Linear(width, width // 2), nn.Linear(width, width // 2)
        self.weight = nn.Linear(width, 1)
        self.nearness, self.threshold = nn.Parameter(torch.tensor(6.0)), nn.Parameter(torch.tensor(-2.0))
        self.operation, self.result = nn.Linear(width, len(OPERATIONS)), nn.Linear(width, len(RESULTS))
        self.hidden = nn.Linear(3 * width, settings.hidden)
        self.score, self.plain = nn.Linear(settings.hidden, 1), nn.Linear(NUMBERS, 1)
        self.none = nn.Linear(len(MAXIMA), 1)
        self.dropout = nn.Dropout(settings.dropout)
        self.soft = nn.ModuleDict({name: nn.Linear(size, width) for name, size in (soft or {}).items()})
        self._drop = settings.fusions.drop
        with torch.no_grad():
            self.plain.weight.zero_()
            self.none.weight.zero_()
            for parameter in self.soft.parameters():
                parameter.zero_()

    def take(self, fusion: Fusion) -> None:
        """Start from a trained network; soft tokens that it lacks start at 0.

        Errors : ReaderError if it has another shape, or soft tokens that this one does not read.
        """
        own = dict(self.named_parameters())
        shapes = {name: tuple(value.shape) for name, value in own.items()}
        expected = {name: shape for name, shape in shapes.items() if name in fusion.arrays or not _is_soft(name)}
        if {name: value.shape for name, value in fusion.arrays.items()} != expected:
            raise ReaderError(
                "the reader to start from has another shape; expected the one of 'network'. Leave 'network' as it "
                'is, or set start = "" to train from random numbers'
            )
        with torch.no_grad():
            for name, value in fusion.arrays.items():
                own[name].copy_(torch.from_numpy(value))

    def fusion(self) -> Fusion:
        """The parameters as numpy arrays."""
        return Fusion({n: v.detach().cpu().numpy().astype(np.float32) for n, v in self.named_parameters()})

    def forward(self, batch: FusionArrays, agreement: Agreement, count: int, owner: Tensor) -> Scored:
        """Score candidates.

        owner [c] : the question of each candidate, of `count` questions.
        """
        inputs = _Inputs(batch, agreement)
        asked = self.dropout(self.ask(inputs.states)) + self.distance(inputs.distance)
        told = self.dropout(self.tell(inputs.texts))[inputs.told] + self.kind(inputs.kind)
        told = self._softened(told + self.start(inputs.start) + self.end(inputs.end), inputs, count, owner)
        for block in self.blocks:
            told = block(told, asked, inputs)
        told = self.last(told)
        explained = self._explained(told, asked, inputs)
        there = inputs.asked[:, :, None].float()
        overall = (asked * there).sum(dim=1) / there.sum(dim=1)
        operations, results = self.operation(overall).log_softmax(dim=1), self.result(overall).log_softmax(dim=1)
        logs = operations[inputs.variant, inputs.operation], results[inputs.variant, inputs.result]
        said = torch.cat([explained[:, None], inputs.parts, torch.stack(logs, dim=1)], dim=1)
        numbers = torch.cat([said, inputs.evidence[:, FREE]], dim=1)
        features = torch.cat([*_summaries(told, inputs), overall[inputs.variant]], dim=1)
        scores = self.score(self.dropout(torch.tanh(self.hidden(features)))) + self.plain(numbers)
        scores = scores + inputs.own[:, None]
        columns = (explained, inputs.own, *inputs.evidence.T[:4])
        maxima = torch.stack([segment_max(column, owner, count) for column in columns], dim=1)
        return Scored(scores.squeeze(1), self.none(maxima).squeeze(1), operations, results)

    def _softened(self, told: Tensor, inputs: _Inputs, count: int, owner: Tensor) -> Tensor:
        """Add what stands behind the tokens; in training, for some of the questions, not."""
        for name, layer in self.soft.items():
            if name in inputs.soft:
                vectors, rows = inputs.soft[name]
                added = layer(vectors)[rows] * (rows > 0)[:, :, None]
                if self.training:
                    added = added * (torch.rand(count) >= self._drop)[owner][:, None, None]
                told = told + added
        return told

    def _explained(self, told: Tensor, asked: Tensor, inputs: _Inputs) -> Tensor:
        weight = self.weight(asked).squeeze(2).exp().masked_fill(~inputs.asked, 0.0)[inputs.variant]
        match = self.offer(told) @ self.want(asked)[inputs.variant].transpose(1, 2)
        match = match + self.nearness * inputs.near + self.threshold
        match = match.masked_fill(~inputs.there[:, :, None], _NEVER).amax(dim=1)
        share: Tensor = (weight * torch.sigmoid(match)).sum(dim=1) / weight.sum(dim=1).clamp(min=1e-6)
        return share


def losses_of(model: FusionModel, batch: FusionArrays, agreement: Agreement, targets: Targets) -> dict[str, Tensor]:
    """The mean loss of each head over a batch's questions."""
    owner, count = torch.as_tensor(targets.owner), len(targets.weight)
    found: Scored = model(batch, agreement, count, owner)
    lead = torch.as_tensor(targets.lead)
    return {
        "choice": _listwise(found.scores, found.none, targets),
        "operation": _labels(found.operations[lead], targets.operation),
        "result": _labels(found.results[lead], targets.result),
    }


def amounts(targets: Targets) -> dict[str, float]:
    """For each head, over how much the mean of `losses_of` goes."""
    counts = {name: float((getattr(targets, name) >= 0).sum()) for name in ("operation", "result")}
    return {"choice": float(targets.weight.sum()), **counts}


def weighted(losses: Mapping[str, Tensor], weights: LossWeights) -> Tensor:
    """The weighted sum of the heads' losses."""
    return torch.stack([getattr(weights, name) * loss for name, loss in losses.items()]).sum()


def segment_max(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """The largest value of each owner, [count]."""
    return torch.full((count,), _NEVER).scatter_reduce(0, owner, values, reduce="amax")


def _listwise(scores: Tensor, none: Tensor, targets: Targets) -> Tensor:
    """Negative log likelihood of the right candidates together, or of none where nothing is right."""
    owner, right = torch.as_tensor(targets.owner), torch.as_tensor(targets.right)
    count, weight = len(targets.weight), torch.as_tensor(targets.weight)
    everything = segment_logsumexp(scores, none, owner, count)
    good = segment_logsumexp(scores.masked_fill(~right, _NEVER), torch.full_like(none, _NEVER), owner, count)
    losses = everything - torch.where(torch.as_tensor(targets.answerable), good, none)
    return (losses * weight).sum() / weight.sum().clamp(min=1e-6)


def _labels(logs: Tensor, target: NDArray[np.int64]) -> Tensor:
    known = np.flatnonzero(target >= 0)
    if not len(known):
        return logs.sum() * 0.0
    return nn.functional.nll_loss(logs[torch.as_tensor(known)], torch.as_tensor(target[known]))


def segment_logsumexp(values: Tensor, extra: Tensor, owner: Tensor, count: int) -> Tensor:
    """The logarithm of the summed exponentials of each owner's values and of `extra`, [count]."""
    top = torch.maximum(segment_max(values.detach(), owner, count), extra.detach())
    sums = torch.zeros(count).index_add(0, owner, torch.exp(values - top[owner])) + torch.exp(extra - top)
    return top + torch.log(sums)


def _summaries(told: Tensor, inputs: _Inputs) -> tuple[Tensor, Tensor]:
    """The mean of a program's tokens, and its last one."""
    there = inputs.there[:, :, None].float()
    lengths = inputs.there.sum(dim=1)
    return (told * there).sum(dim=1) / there.sum(dim=1), told[torch.arange(len(told)), lengths - 1]


def _is_soft(name: str) -> bool:
    return name.startswith("soft.")


def _table(rows: int, width: int) -> nn.Embedding:
    table = nn.Embedding(rows, width)
    nn.init.normal_(table.weight, std=0.1)
    return table


def _split(x: Tensor) -> Tensor:
    return x.reshape(*x.shape[:2], HEADS, -1).transpose(1, 2)


def _join(x: Tensor) -> Tensor:
    return x.transpose(1, 2).flatten(2)
