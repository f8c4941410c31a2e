"""Runs that end before their time: killed, out of disk, out of numbers; and what is found when they go on."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from kgqa.embedding import load_encoder
from kgqa.errors import TrainingError

torch = pytest.importorskip("torch")

from safetensors.numpy import load_file  # noqa: E402

from kgqa.training.checkpoint import State, load_checkpoint, save_checkpoint  # noqa: E402
from kgqa.training.disk import StepLog, read_log, writing  # noqa: E402
from tests.training.killed import run  # noqa: E402
from tests.training.toy import SETTINGS, write_files  # noqa: E402

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_weights_and_log(tmp_path: Path) -> None:
    files = write_files(tmp_path, settings=SETTINGS.replace("dropout = 0.0", "dropout = 0.1"))
    straight = run(files, tmp_path / "straight")
    # Between checkpoints of tuning, which lie at 2 and 4, and of training, at 2, 4 and 6.
    for stage, step in (("tune", 3), ("train", 5)):
        command = [sys.executable, "-m", "tests.training.killed", tmp_path, tmp_path / "killed", stage, str(step)]
        done = subprocess.run([*map(str, command)], capture_output=True, cwd=ROOT, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    with (tmp_path / "killed" / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"step": 5, "cho')  # as a kill in the middle of a line leaves it
    resumed = run(files, tmp_path / "killed")
    assert (resumed.steps, resumed.dev) == (straight.steps, straight.dev)
    for name in ("reader.safetensors", "adapter.safetensors", "checkpoint.safetensors"):
        mine, other = (load_file(tmp_path / folder / name) for folder in ("straight", "killed"))
        assert mine.keys() == other.keys()
        assert all(np.array_equal(mine[key], other[key]) for key in mine), name
    for log in ("log.jsonl", "tuning/tuning.jsonl"):
        mine_log, other_log = (read_log(tmp_path / folder / log) for folder in ("straight", "killed"))
        assert [_untimed(record) for record in mine_log] == [_untimed(record) for record in other_log]


def _untimed(record: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in record.items() if key != "seconds"}


# -- the log ------------------------------------------------------------------------------------


def test_a_log_keeps_what_came_before_the_checkpoint(tmp_path: Path) -> None:
    log = StepLog(tmp_path / "log.jsonl")
    log.start(0)
    records: list[dict[str, object]] = [
        {"step": 0},
        {"step": 1},
        {"step": 2, "dev": 0.5},
        {"step": 2},
        {"step": 3},
        {"step": 4, "dev": 0.6},
    ]
    for record in records:
        log.add(record)
    with (tmp_path / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"step": 4')
    assert read_log(tmp_path / "log.jsonl") == records
    log.start(2)
    assert read_log(tmp_path / "log.jsonl") == records[:3]
    log.start(0)
    assert read_log(tmp_path / "log.jsonl") == []


@pytest.mark.parametrize("line", ["no JSON", "[]", '{"stop": 1}'])
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(f'{{"step": 0}}\n{line}\n', encoding="utf-8")
    with pytest.raises(TrainingError, match=r"log.jsonl:2: no record of a step"):
        read_log(path)


# -- the disk -----------------------------------------------------------------------------------


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file takes more than so many bytes: the system refuses the rest, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_named_and_the_checkpoint_before_stays(tmp_path: Path) -> None:
    model = torch.nn.Linear(100, 100)
    optimizer = torch.optim.AdamW(model.parameters())
    save_checkpoint(tmp_path, model, None, optimizer, State(1, 0.5, 0, "run"))
    with full_disk(1_000), pytest.raises(TrainingError, match=r"checkpoint.safetensors can't be written .*has room"):
        save_checkpoint(tmp_path, model, None, optimizer, State(2, 0.5, 0, "run"))
    assert load_checkpoint(tmp_path, model, None, optimizer, "run") == State(1, 0.5, 0, "run")
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.safetensors"]
    log = StepLog(tmp_path / "log.jsonl")
    with full_disk(10), pytest.raises(TrainingError, match=r"log.jsonl can't be written"):
        log.add({"step": 0, "choice": 1.0})


def test_a_folder_that_takes_no_files_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(TrainingError, match="file can't be written"), writing(tmp_path / "file"):
        (tmp_path / "file" / "in").mkdir(parents=True)


@pytest.mark.slow
def test_a_run_on_a_full_disk_says_so(tmp_path: Path) -> None:
    files = write_files(tmp_path)
    load_encoder(str(tmp_path / "encoder"))  # it is unpacked to the cache, and takes room of its own
    for room, path in ((10, r"examples.[0-9a-f]+.jsonl"), (15_000, r"tuning.checkpoint.safetensors")):
        with full_disk(room), pytest.raises(TrainingError, match=f"{path} can't be written"):
            run(files, tmp_path / "full")


# -- checkpoints and numbers --------------------------------------------------------------------


@pytest.mark.slow
def test_a_cut_checkpoint_of_tuning_is_named_and_can_be_deleted(tmp_path: Path) -> None:
    files, stopped = write_files(tmp_path), RuntimeError("stopped")

    def stop(stage: str, done: int, _total: int) -> None:
        if (stage, done) == ("tune", 3):
            raise stopped

    with pytest.raises(RuntimeError, match="stopped"):
        run(files, tmp_path / "model", stop)
    path = tmp_path / "model" / "tuning" / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(TrainingError, match=r"tuning.checkpoint.safetensors is cut short or damaged .*Delete it"):
        run(files, tmp_path / "model")
    path.unlink()
    assert run(files, tmp_path / "model").steps == 6


@pytest.mark.slow
def test_a_tuning_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    files = write_files(tmp_path, settings=SETTINGS.replace("rank = 2", "rank = 2\nprior = inf"))
    with pytest.raises(TrainingError, match=r"no number at step 0 of tuning. Lower 'tuning.rate'"):
        run(files, tmp_path / "model")


def test_a_checkpoint_of_another_kind_is_refused(tmp_path: Path) -> None:
    model = torch.nn.Linear(3, 3)
    optimizer = torch.optim.AdamW(model.parameters())
    save_checkpoint(tmp_path, model, None, optimizer, State(1, 0.5, 0, "run"))
    with pytest.raises(TrainingError, match="other settings or questions"):
        load_checkpoint(tmp_path, model, None, optimizer, "another run")
    (tmp_path / "checkpoint.safetensors").write_bytes(json.dumps({"no": "tensors"}).encode())
    with pytest.raises(TrainingError, match="cut short or damaged"):
        load_checkpoint(tmp_path, model, None, optimizer, "run")
