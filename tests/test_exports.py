"""The names that a room shows, and the files that ship with the package."""

from __future__ import annotations

import ast
import importlib
import json
import tomllib
from pathlib import Path

import pytest

import kgqa
from kgqa.answer_json import answer_schema

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "kgqa"
ROOMS = sorted(".".join(path.parent.relative_to(ROOT).parts) for path in HOUSE.rglob("__init__.py"))


def natural(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as ruff sorts `__all__`."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def bound_names(room: str) -> set[str]:
    """The public names that a room's `__init__` imports or defines at its top."""
    path = HOUSE.parent.joinpath(*room.split("."), "__init__.py")
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            found.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
    return {name for name in found if not name.startswith("_")}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_shows_what_it_says(room: str) -> None:
    module = importlib.import_module(room)
    shown = list(getattr(module, "__all__", []))
    assert len(shown) == len(set(shown))
    # KGQA is a class with a name in capitals: sorting by either rule is fine for it.
    assert shown in (sorted(shown, key=natural), sorted(shown))
    for name in shown:
        assert getattr(module, name).__class__ is not type(importlib)


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "kgqa"])
def test_all_is_complete(room: str) -> None:
    assert bound_names(room) == set(getattr(importlib.import_module(room), "__all__", []))


def test_the_front_door() -> None:
    from kgqa.config import Config
    from kgqa.evaluation import evaluate
    from kgqa.graph import KnowledgeGraph
    from kgqa.system import KGQA
    from kgqa.types import Answer

    assert sorted(kgqa.__all__) == ["Answer", "Config", "KGQA", "KnowledgeGraph", "evaluate"]
    assert (kgqa.KGQA, kgqa.Answer) == (KGQA, Answer)
    assert (kgqa.Config, kgqa.KnowledgeGraph, kgqa.evaluate) == (Config, KnowledgeGraph, evaluate)
    with pytest.raises(AttributeError, match="Kgqa"):
        kgqa.Kgqa  # noqa: B018 - the access is what is tested


def test_the_version_is_the_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert kgqa.__version__ == project["project"]["version"]


@pytest.mark.parametrize("name", ["py.typed", "answer.schema.json", "evaluation/rendering/report.css"])
def test_files_that_ship(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert name in project["tool"]["setuptools"]["package-data"]["kgqa"]
    assert (HOUSE / name).is_file()


def test_the_schema_read_is_the_one_that_ships() -> None:
    assert answer_schema() == json.loads((HOUSE / "answer.schema.json").read_text(encoding="utf-8"))
