"""A training with a part for unfamiliar graphs, to be launched in several processes: `python -m ... FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from kgqa.training import Group, TrainingPair, train
from tests.retrieval.toy import build, films, lines
from tests.training.test_run import ABOUT_FILMS, SMALL, questions


def main(folder: Path) -> None:
    """Train on two toy graphs of which one is left out in turn."""
    towns = questions(("What is the capital of France?", "Paris"), ("What is the capital of Peru?", "Lima"))
    graph = build(lines("France capital Paris\nPeru capital Lima\nPeru currency Sol\nFrance currency Euro"))
    pairs = [
        TrainingPair(name="films", graph=films(), train=ABOUT_FILMS),
        TrainingPair(name="towns", graph=graph, train=towns, dev=towns),
    ]
    train(pairs, folder, SMALL, groups=[Group(name="no towns", left_out=("towns",), measured=("towns",))])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
