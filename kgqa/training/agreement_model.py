"""The score of `kgqa.reader.agreement` in PyTorch, through which an encoder is tuned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from kgqa.reader.agreement import NAMES, NEVER, WIDEST, Agreement, step_masks
from kgqa.reader.arrays import FAR, Rows, layout_programs, layout_questions, numbered
from kgqa.reader.features import prior
from kgqa.reader.wording import token_text
from kgqa.training.tunable import TunableEncoder
from kgqa.training.vectors import StoredEncoder


@dataclass(frozen=True, slots=True)
class _Laid:
    """Vectors with gradients, and where they belong; as `kgqa.reader.arrays.FusionArrays` has them."""

    states: Tensor
    words: Tensor
    texts: Tensor
    asked: Tensor
    distance: Tensor
    told: Tensor
    there: Tensor
    named: Tensor
    steps: Tensor
    variant: Tensor
    prior: Tensor


class AgreementModel(nn.Module):
    """An encoder and the few numbers that make a score of its vectors.

    encoder : one to tune, or stored vectors of one that stays as it is.
    dimension : of the encoder's vectors. weight_of_prior : what retrieval's own score counts at first.
    """

    slope: nn.Parameter
    threshold: nn.Parameter
    sharpness: nn.Parameter
    mix: nn.Parameter
    prior: nn.Parameter

    def __init__(self, encoder: TunableEncoder | StoredEncoder, dimension: int, weight_of_prior: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.weight = nn.Linear(dimension, 1)
        for name in ("slope", "threshold", "sharpness", "mix", "prior"):
            setattr(self, name, nn.Parameter(torch.zeros(())))
        self.features = nn.Parameter(torch.zeros(len(NAMES)))
        self.take(Agreement.initial(dimension, weight_of_prior))

    def own_parameters(self) -> dict[str, nn.Parameter]:
        """What is learnt besides the encoder, by name."""
        return {name: value for name, value in self.named_parameters() if not name.startswith("encoder.")}

    def agreement(self) -> Agreement:
        """The numbers as numpy arrays."""
        return Agreement({n: v.detach().cpu().numpy().astype(np.float32) for n, v in self.own_parameters().items()})

    def take(self, agreement: Agreement) -> None:
        """Start from trained numbers."""
        with torch.no_grad():
            for name, value in self.own_parameters().items():
                value.copy_(torch.from_numpy(agreement.arrays[name]))

    def forward(self, rows: Rows) -> Tensor:
        """The scores of candidates, [c]."""
        laid = self._lay_out(rows)
        share = torch.sigmoid(self.mix)
        mixed = share * laid.states + (1 - share) * laid.words
        v, length, e = mixed.shape
        cosines = (laid.texts @ mixed.reshape(v * length, e).T).reshape(len(laid.texts), v, length)
        near = cosines[laid.told, laid.variant[:, None]]
        best = near.masked_fill(~laid.asked[laid.variant][:, None, :], -1).amax(dim=2)
        count = laid.named.sum(dim=1).clamp(min=1)
        mean = (best * laid.named).sum(dim=1) / count
        least = torch.where(laid.named.any(dim=1), best.masked_fill(~laid.named, 2).amin(dim=1), mean)
        columns = (_explained(self, laid, near), mean, least, _together(laid), _order(self, laid, near))
        scores: Tensor = torch.stack(columns, dim=1) @ self.features + self.prior * laid.prior
        return scores

    def _lay_out(self, rows: Rows) -> _Laid:
        questions = [question.text for question in rows.questions]
        asked, distance, said, words = layout_questions(rows.questions, self.encoder.offsets(questions))
        known = numbered(token_text(token) for program in rows.programs for token in program)
        kind, told, there = layout_programs(rows.programs, known)
        named, steps = step_masks(kind)
        mask, variant = torch.as_tensor(there), torch.as_tensor(rows.variant)
        spoken, texts = self._tables(words, list(known))
        return _Laid(
            states=self.encoder.states(questions),
            words=spoken[torch.as_tensor(said)],
            texts=texts,
            asked=torch.as_tensor(asked),
            distance=torch.as_tensor(distance),
            told=torch.as_tensor(told),
            there=mask,
            named=torch.as_tensor(named) & mask,
            steps=torch.as_tensor(steps) & mask,
            variant=variant,
            prior=torch.as_tensor(prior(rows.evidence)),
        )

    def _tables(self, words: list[str], texts: list[str]) -> tuple[Tensor, Tensor]:
        """The vectors of numbered words and of numbered texts, each with a row of zeros before them."""
        empty = torch.zeros(1, self.weight.in_features)
        found = self.encoder.texts([*words, *texts]) if words or texts else empty[:0]
        return torch.cat([empty, found[: len(words)]]), torch.cat([empty, found[len(words) :]])


def _explained(model: AgreementModel, laid: _Laid, near: Tensor) -> Tensor:
    weight = model.weight(laid.states).squeeze(2).clamp(-WIDEST, WIDEST).exp()
    weight = weight.masked_fill(~laid.asked | (laid.distance == FAR), 0.0)[laid.variant]
    match = near.masked_fill(~laid.there[:, :, None], -1).amax(dim=1)
    told = torch.sigmoid(model.slope * match + model.threshold)
    share: Tensor = (weight * told).sum(dim=1) / weight.sum(dim=1).clamp(min=1e-6)
    return share


def _together(laid: _Laid) -> Tensor:
    total = (laid.texts[laid.told] * laid.there[:, :, None]).sum(dim=1)
    means = nn.functional.normalize(laid.states.sum(dim=1), dim=-1)
    found: Tensor = (nn.functional.normalize(total, dim=-1) * means[laid.variant]).sum(dim=1)
    return found


def _order(model: AgreementModel, laid: _Laid, near: Tensor) -> Tensor:
    logits = (model.sharpness * near).masked_fill(~laid.asked[laid.variant][:, None, :], NEVER)
    distance = (laid.distance - FAR).abs().float()[laid.variant]
    place = (logits.softmax(dim=2) * distance[:, None, :]).sum(dim=2)
    pairs = laid.steps[:, 1:] & laid.steps[:, :-1]
    gaps = torch.tanh(0.5 * (place[:, 1:] - place[:, :-1])) * pairs
    order: Tensor = gaps.sum(dim=1) / pairs.sum(dim=1).clamp(min=1)
    return order
