"""One step's gradients of both trainings, written by the main one of the processes that `torchrun` started."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import nn

from kgqa.evaluation import Gold, Question, QuestionSet
from kgqa.reader.agreement import Agreement
from kgqa.reader.arrays import lay_out
from kgqa.training.agreement_model import AgreementModel
from kgqa.training.batches import Choice, collate, whole
from kgqa.training.config import LossWeights, NetworkSettings, TuningSettings
from kgqa.training.examples import Example, collect
from kgqa.training.model import FusionModel, amounts, losses_of, weighted
from kgqa.training.processes import Processes
from kgqa.training.tunable import TunableEncoder
from kgqa.training.tuning import amount, choice_loss
from kgqa.training.vectors import StoredVectors
from tests.retrieval.toy import DIMENSION, WordEncoder, films
from tests.training.toy import ToySystem, tiny_weights

ASKED = {
    "Who is the director of Alpha?": "Kim",
    "Who is the director of Gamma?": "Park",
    "What is the birthplace of Kim?": "Seoul",
    "What is the genre of Beta?": "comedy",
    "Who is the star of Beta?": "nobody",
}
NETWORK = NetworkSettings(width=8, blocks=1, hidden=4, dropout=0.0)
TUNING = TuningSettings(rank=2, mixed=False)
Gradients = dict[str, NDArray[np.float32]]


def choices() -> list[Choice]:
    """Five questions of unlike weights, the last without anything right."""
    asked = tuple(Question(f"q{i}", text) for i, text in enumerate(ASKED))
    gold = {f"q{i}": Gold((answer,)) for i, answer in enumerate(ASKED.values())}
    found: list[Example] = list(collect("films", ToySystem(films()), QuestionSet(asked, gold)))
    assert len(found) == len(ASKED)
    chosen = [whole(example) for example in found]
    weights = (1.0, 0.3, 0.7, 0.9, 0.5)
    return [Choice(c.example, c.candidates, c.right, w) for c, w in zip(chosen, weights, strict=True)]


def models() -> tuple[FusionModel, AgreementModel]:
    torch.manual_seed(5)
    fusion = FusionModel(DIMENSION, NETWORK)
    agreement = AgreementModel(TunableEncoder(tiny_weights(), TUNING), 32, 3.0)
    with torch.no_grad():
        for parameter in agreement.parameters():  # a fresh addition to the encoder is 0, and so are most gradients
            if parameter.requires_grad:
                parameter.add_(0.1 * torch.randn_like(parameter))
    return fusion, agreement


def gradients(processes: Processes, batch: list[Choice]) -> Gradients:
    fusion, agreement = models()
    vectors = StoredVectors(WordEncoder())
    vectors.gather(choice.example for choice in batch)
    if (part := processes.part(batch, amounts)) is not None:
        laid = lay_out(part.rows, vectors)
        losses = losses_of(fusion, laid, Agreement.initial(DIMENSION, 3.0), part.targets)
        weighted({name: part.shares[name] * loss for name, loss in losses.items()}, LossWeights()).backward()  # type: ignore[no-untyped-call]
    if (part := processes.part(batch, amount)) is not None:
        (part.shares["choice"] * choice_loss(agreement(part.rows), part.targets)).backward()  # type: ignore[no-untyped-call]
    return {**_summed(processes, fusion, "fusion."), **_summed(processes, agreement, "agreement.")}


def whole_batch(batch: list[Choice]) -> Gradients:
    """The same with neither processes nor parts: the mean over all questions of the batch."""
    fusion, agreement = models()
    rows, targets = collate(batch)
    vectors = StoredVectors(WordEncoder())
    vectors.gather(choice.example for choice in batch)
    losses = losses_of(fusion, lay_out(rows, vectors), Agreement.initial(DIMENSION, 3.0), targets)
    weighted(losses, LossWeights()).backward()  # type: ignore[no-untyped-call]
    choice_loss(agreement(rows), targets).backward()  # type: ignore[no-untyped-call]
    alone = Processes(0, 1, torch.device("cpu"))
    return {**_summed(alone, fusion, "fusion."), **_summed(alone, agreement, "agreement.")}


def _summed(processes: Processes, model: nn.Module, prefix: str) -> Gradients:
    named = {name: value for name, value in model.named_parameters() if value.requires_grad}
    processes.add_gradients(list(named.values()))
    return {prefix + name: value.grad.numpy() for name, value in named.items() if value.grad is not None}


def main(folder: Path) -> None:
    processes = Processes.join("cpu")
    assert processes.count == 2
    total = processes.total({"rank": float(processes.rank), "one": 1.0})
    assert total == {"rank": 1.0, "one": 2.0}
    assert processes.from_main(7.0 + processes.rank) == 7.0
    for name, batch in {"many": choices(), "one": choices()[:1]}.items():
        found = gradients(processes, batch)
        if processes.main:
            save_file(found, folder / f"{name}.safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
