"""One root, the tree in the docstring, the exit code of each branch."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from kgqa import errors
from kgqa.errors import InputError, KgqaError, MissingExtraError, WorkError

HOUSE = Path(__file__).parent.parent / "kgqa"
CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, KgqaError)]


def written_tree() -> dict[str, str]:
    """Each class of the docstring's tree and the class above it; "" above the root."""
    above: dict[int, str] = {}
    tree: dict[str, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"^([ │├└─]*)(\w+(?:Error))\b", line):
            depth = len(match[1])
            above = {d: name for d, name in above.items() if d < depth}
            tree[match[2]] = above[max(above)] if above else ""
            above[depth] = match[2]
    return tree


def test_the_tree_is_the_classes() -> None:
    classes = {kind.__name__: "" if kind is KgqaError else kind.__bases__[0].__name__ for kind in CLASSES}
    assert written_tree() == classes


def test_every_error_says_what_it_is() -> None:
    assert all(kind.__doc__ and len(kind.__bases__) == 1 for kind in CLASSES)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_exit_codes(kind: type[KgqaError]) -> None:
    assert kind.exit_code == (2 if issubclass(kind, InputError) else 1)
    assert kind is KgqaError or issubclass(kind, InputError) != issubclass(kind, WorkError)


def test_a_missing_extra_carries_its_cure() -> None:
    error = MissingExtraError("faiss", "cpu", "search many vectors")
    assert "pip install 'kgqa[cpu]'" in str(error)
    assert "needed to search many vectors" in str(error)
    assert (error.module, error.extra) == ("faiss", "cpu")


def raised(tree: ast.AST) -> list[tuple[int, str]]:
    """What a module raises by name, less what it passes on."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            names.append((node.lineno, ast.unparse(called)))
    return names


@pytest.mark.parametrize("path", sorted(HOUSE.rglob("*.py")), ids=lambda p: str(p.relative_to(HOUSE)))
def test_nobody_raises_a_bare_exception(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {"Exception", "BaseException", "RuntimeError", "AssertionError"}
    assert not [(line, name) for line, name in raised(tree) if name in bare]
