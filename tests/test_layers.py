"""The house rules that a reader of one file can't see: order of imports, weight of imports, size, forbidden calls."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kgqa.embedding import MINILM, load_encoder
from kgqa.errors import MissingExtraError

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "kgqa"
LAYERS = (
    "errors",
    "types",
    "config",
    "graph",
    "text",
    "index",
    "embedding",
    "linking",
    "program",
    "retrieval",
    "reader",
    "calibration",
    "clarifying",
    "answering",
    "answer_json",
    "drawing",
    "presentation",
    "system",
    "evaluation",
    "training",
    "cli",
    "__main__",
)
MOST_LINES, MOST_FUNCTION_LINES = 500, 60
LAZY_OUTSIDE_THE_ORDER = ("cli", "__main__")


@dataclass(frozen=True, slots=True)
class Import:
    """One import of a module of kgqa; `lazy` inside a function, `typing` under TYPE_CHECKING."""

    target: str
    line: int
    lazy: bool
    typing: bool


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in sorted(HOUSE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
MEASURED = sorted([*HOUSE.rglob("*.py"), *(ROOT / "evaluation").rglob("*.py")])


def layer_of(module: str) -> str:
    return module.split(".")[1]


def imports_of(module: str) -> list[Import]:
    return list(_imports(module, TREES[module], lazy=False, typing=False))


def _imports(module: str, tree: ast.AST, *, lazy: bool, typing: bool) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for target in _targets(module, node):
                if target.split(".")[0] == "kgqa":
                    yield Import(target, node.lineno, lazy, typing)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _imports(module, ast.Module(node.body, []), lazy=lazy, typing=True)
            yield from _imports(module, ast.Module(node.orelse, []), lazy=lazy, typing=typing)
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(module, node, lazy=lazy or inside, typing=typing)


def _targets(module: str, node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        package = module.split(".") if MODULES[module].name == "__init__.py" else module.split(".")[:-1]
        base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
    return [name if (name := f"{base}.{alias.name}") in MODULES else base for alias in node.names]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the name to the end, without the docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- the order ----------------------------------------------------------------------------------


def test_every_room_has_its_place() -> None:
    rooms = {layer_of(module) for module in MODULES if module != "kgqa"}
    folders = {folder.name for folder in HOUSE.iterdir() if folder.is_dir() and any(folder.rglob("*.py"))}
    assert rooms == set(LAYERS)
    assert folders <= set(LAYERS)


@pytest.mark.parametrize("module", [m for m in MODULES if m != "kgqa"])
def test_imports_point_one_way(module: str) -> None:
    own = LAYERS.index(layer_of(module))
    found = [i for i in imports_of(module) if i.target != "kgqa"]
    if layer_of(module) in LAZY_OUTSIDE_THE_ORDER:
        found = [i for i in found if not i.lazy]
    late = [(i.line, i.target) for i in found if LAYERS.index(layer_of(i.target)) > own]
    assert not late


def test_the_walk_sees_lazy_typing_and_relative_imports() -> None:
    seen = {(i.target, i.lazy, i.typing) for i in imports_of("kgqa.graph.graph")}
    assert ("kgqa.graph.load", True, False) in seen
    assert ("kgqa.graph.terms", False, False) in seen
    assert ("kgqa.system", False, True) in {(i.target, i.lazy, i.typing) for i in imports_of("kgqa")}
    relative = ast.parse("from . import terms\nfrom ..types import Literal").body
    assert [_targets("kgqa.graph.graph", n) for n in relative if isinstance(n, ast.ImportFrom)] == [
        ["kgqa.graph.terms"],
        ["kgqa.types"],
    ]


def test_no_cycle_at_import_time() -> None:
    eager = {m: {i.target for i in imports_of(m) if not (i.lazy or i.typing)} - {"kgqa", m} for m in MODULES}
    left = dict(eager)
    while ready := [m for m, targets in left.items() if not targets & left.keys()]:
        for module in ready:
            del left[module]
    assert not left, f"modules in or behind a cycle: {sorted(left)}"


# -- the weight ---------------------------------------------------------------------------------

HEAVY = ("numpy", "onnxruntime", "onnx", "torch", "transformers", "rich", "faiss", "pyoxigraph", "tokenizers")


@pytest.mark.parametrize(
    "code",
    [
        "import kgqa",
        "import kgqa.cli",
        "from kgqa.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit as stop:\n    assert not stop.code",
    ],
    ids=["import", "cli", "help"],
)
def test_light_imports_stay_light(code: str) -> None:
    report = f"\nimport sys\nprint('loaded:', *sorted(set({HEAVY!r}) & sys.modules.keys()))"
    assert run_python(code + report).splitlines()[-1].strip() == "loaded:"


@pytest.mark.slow
def test_a_warm_question_needs_no_training_library() -> None:
    try:
        load_encoder(MINILM)
    except MissingExtraError as error:
        pytest.skip(str(error))
    barred = ("torch", "transformers", "sentence_transformers", "onnx")
    code = (
        "from kgqa import KGQA\n"
        "qa = KGQA.from_graph([('France', 'capital', 'Paris'), ('Spain', 'capital', 'Madrid')])\n"
        "answer = qa.ask('What is the capital of France?')\n"
        "import sys\n"
        "print(*(value.id for value in answer.values))\n"
        f"print('loaded:', *sorted(set({barred!r}) & sys.modules.keys()))"
    )
    assert run_python(code).splitlines() == ["Paris", "loaded:"]


# -- the size -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MEASURED, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_fit_in_a_head(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    long = {f.name: length(f) for f in functions(ast.parse(text)) if length(f) > MOST_FUNCTION_LINES}
    assert not long
    assert path.stem not in {"utils", "helpers", "util", "helper", "common", "misc"}


# -- what may not be called ---------------------------------------------------------------------


def forbidden(tree: ast.AST) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            found += [(node.lineno, n) for n in names if n.split(".")[0] in {"pickle", "dill", "cloudpickle", "shelve"}]
        elif isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else ""
            found += [(node.lineno, called)] if called in {"eval", "exec", "compile"} else []
            for word in node.keywords:
                true = isinstance(word.value, ast.Constant) and word.value.value is True
                found += [(node.lineno, f"{word.arg}=True")] if true and word.arg in {"shell", "allow_pickle"} else []
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.system", "os.popen", "torch.load"}:
            found.append((node.lineno, ast.unparse(node)))
    return found


@pytest.mark.parametrize("module", MODULES)
def test_nothing_runs_what_it_reads(module: str) -> None:
    assert not forbidden(TREES[module])


@pytest.mark.parametrize(
    "code",
    ["import pickle", "from pickle import loads", "eval(x)", "exec(x)", "run(x, shell=True)", "os.system(x)"],
)
def test_what_is_forbidden_is_seen(code: str) -> None:
    assert forbidden(ast.parse(code))
