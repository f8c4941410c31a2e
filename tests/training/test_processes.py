"""Several processes on one machine take the step that one process takes; who writes what; what is refused."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from kgqa.errors import MissingExtraError, TrainingError

torch = pytest.importorskip("torch")

from safetensors.numpy import load_file  # noqa: E402

from kgqa.cli import main  # noqa: E402
from kgqa.reader import ReaderWeights  # noqa: E402
from kgqa.training import LossWeights  # noqa: E402 - needs torch
from kgqa.training.model import amounts  # noqa: E402
from kgqa.training.processes import Processes, is_main_process  # noqa: E402
from tests.training.gradients import choices, whole_batch  # noqa: E402
from tests.training.toy import write_files  # noqa: E402

ROOT = Path(__file__).parent.parent.parent


def together(*command: object) -> subprocess.CompletedProcess[str]:
    """Run a module in two processes."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "-m"]
    plain = {name: value for name, value in os.environ.items() if name not in ("RANK", "WORLD_SIZE", "MASTER_ADDR")}
    env = plain | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    given = [*launcher, *map(str, command)]
    done = subprocess.run(given, capture_output=True, text=True, cwd=ROOT, env=env, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return done


@pytest.mark.slow
def test_two_processes_have_the_gradients_of_the_whole_batch(tmp_path: Path) -> None:
    together("tests.training.gradients", tmp_path)
    for name, batch in {"many": choices(), "one": choices()[:1]}.items():
        found, wanted = load_file(tmp_path / f"{name}.safetensors"), whole_batch(batch)
        assert found.keys() == wanted.keys()
        for key, value in wanted.items():
            np.testing.assert_allclose(found[key], value, rtol=1e-3, atol=1e-5, err_msg=f"{name} {key}")
        assert max(np.abs(value).max() for value in wanted.values()) > 0.1


@pytest.mark.slow
def test_two_processes_train_what_one_does_and_write_it_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = write_files(tmp_path)
    given = ("train", files.graph, files.questions, "--config", files.settings, "--json", "-o")
    done = together("kgqa", *given, tmp_path / "two")
    assert main([*map(str, given), str(tmp_path / "one")]) == 0
    alone = json.loads(capsys.readouterr().out)
    figures = json.loads(done.stdout)
    assert (figures["steps"], figures["dev"]) == (alone["steps"], alone["dev"])
    for log in ("log.jsonl", "tuning/tuning.jsonl"):
        one, two = (_records(tmp_path / run / log) for run in ("one", "two"))
        assert [record["step"] for record in one] == [record["step"] for record in two]
        for mine, other in zip(one, two, strict=True):
            for key in mine.keys() & {"choice", "operation", "result", "norm", "dev"}:
                assert other[key] == pytest.approx(mine[key], rel=1e-3, abs=1e-4), (log, mine["step"], key)
    names = [sorted(p.name for p in (tmp_path / run).rglob("*") if p.suffix != ".jsonl") for run in ("one", "two")]
    assert names[0] == names[1]
    # The run is done: a single process takes it up where the two left it, and changes nothing.
    before = load_file(tmp_path / "two" / "reader.safetensors")
    assert main([*map(str, given), str(tmp_path / "two")]) == 0
    after = load_file(tmp_path / "two" / "reader.safetensors")
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert len(_records(tmp_path / "two" / "log.jsonl")) == len(_records(tmp_path / "one" / "log.jsonl"))


def _records(path: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.slow
def test_two_processes_train_the_part_for_unfamiliar_graphs(tmp_path: Path) -> None:
    together("tests.training.grouped", tmp_path)
    assert ReaderWeights.load(tmp_path).general is not None


def test_every_head_says_over_how_much_its_mean_goes() -> None:
    part = Processes(0, 1, torch.device("cpu")).part(choices(), amounts)
    assert part is not None
    assert part.shares.keys() == {head.name for head in fields(LossWeights)}
    assert set(part.shares.values()) == {1.0}


def test_parts_share_out_a_batch_and_its_weight() -> None:
    batch = choices()
    parts = [Processes(rank, 2, torch.device("cpu")).part(batch, amounts) for rank in (0, 1)]
    assert [part.targets.weight.tolist() for part in parts if part] == [
        pytest.approx([1.0, 0.7, 0.5]),
        pytest.approx([0.3, 0.9]),
    ]
    assert [part.shares["choice"] for part in parts if part] == pytest.approx([2.2 / 3.4, 1.2 / 3.4])
    assert Processes(1, 2, torch.device("cpu")).part(batch[:1], amounts) is None


def _launched(monkeypatch: pytest.MonkeyPatch, rank: int) -> None:
    for name, value in {"RANK": rank, "WORLD_SIZE": 4, "LOCAL_WORLD_SIZE": 4, "MASTER_ADDR": "localhost"}.items():
        monkeypatch.setenv(name, str(value))


def test_only_launched_processes_need_accelerate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert Processes.join("cpu") == Processes(0, 1, torch.device("cpu"))
    _launched(monkeypatch, 1)
    with pytest.raises(MissingExtraError, match=r"kgqa\[train\]"):
        Processes.join("cpu")


def test_each_process_needs_its_own_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    _launched(monkeypatch, 0)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(TrainingError, match="4 processes were started on this machine, and PyTorch sees 2 GPUs"):
        Processes.join("auto")


def test_the_first_process_is_the_main_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_main_process()
    _launched(monkeypatch, 0)
    assert is_main_process()
    _launched(monkeypatch, 3)
    assert not is_main_process()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_named() -> None:
    with pytest.raises(TrainingError, match="'device' is 'cuda' and PyTorch sees no GPU"):
        Processes.join("cuda")
    assert Processes.join("auto").device == torch.device("cpu")
