"""A training run that is killed on the spot: `python -m tests.training.killed FOLDER SETTINGS STAGE STEP`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from kgqa.evaluation import QuestionSet
from kgqa.training import Trained, TrainingConfig, TrainingPair, train
from kgqa.training.examples import Progress
from tests.training.toy import Files


def run(files: Files, folder: Path, on_progress: Progress | None = None) -> Trained:
    pair = TrainingPair(name="towns", graph=str(files.graph), train=QuestionSet.read(files.questions))
    config = TrainingConfig.from_toml(files.settings)
    return train([pair], folder, config, on_progress=on_progress)


def main(given: Path, folder: Path, stage: str, step: int) -> None:
    def kill(now: str, done: int, _total: int) -> None:
        if (now, done) == (stage, step):
            os.kill(os.getpid(), signal.SIGKILL)

    run(Files(given), folder, kill)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
