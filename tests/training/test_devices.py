"""Forward and backward passes keep to one device.

There is no GPU where tests run: PyTorch's fake tensors stand in for one. They have shapes and a device, "meta", but no
numbers, and refuse to be computed with tensors of another device, as a GPU's would.
"""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from kgqa.reader.agreement import Agreement
from kgqa.reader.arrays import lay_out
from kgqa.training import LossWeights
from kgqa.training.batches import collate
from kgqa.training.model import losses_of, weighted
from kgqa.training.processes import Processes
from kgqa.training.tuning import choice_loss
from kgqa.training.vectors import StoredVectors
from tests.retrieval.toy import DIMENSION, WordEncoder
from tests.training.gradients import choices, models

FAR = torch.device("meta")


def devices_of_gradients(model: nn.Module) -> set[torch.device]:
    return {p.grad.device for p in model.parameters() if p.requires_grad and p.grad is not None}


def test_the_network_stays_on_its_device() -> None:
    batch = choices()
    rows, targets = collate(batch)
    vectors = StoredVectors(WordEncoder())
    vectors.gather(choice.example for choice in batch)
    laid = lay_out(rows, vectors)
    fusion = models()[0].to(FAR)
    with FakeTensorMode(allow_non_fake_inputs=True), Processes(0, 1, FAR).on_device():
        losses = losses_of(fusion, laid, Agreement.initial(DIMENSION, 3.0), targets)
        assert {loss.device for loss in losses.values()} == {FAR}
        weighted(losses, LossWeights()).backward()  # type: ignore[no-untyped-call]
    assert devices_of_gradients(fusion) == {FAR}


def test_tuning_stays_on_its_device() -> None:
    rows, targets = collate(choices())
    agreement = models()[1].to(FAR)
    with FakeTensorMode(allow_non_fake_inputs=True), Processes(0, 1, FAR).on_device():
        loss = choice_loss(agreement(rows), targets)
        assert loss.device == FAR
        loss.backward()  # type: ignore[no-untyped-call]
    assert devices_of_gradients(agreement) == {FAR}


def test_a_tensor_left_behind_would_be_noticed() -> None:
    with FakeTensorMode(allow_non_fake_inputs=True), Processes(0, 1, FAR).on_device():
        here, there = torch.zeros(2, device="cpu"), torch.zeros(2)
        with pytest.raises(RuntimeError, match="same device"):
            here + there
