from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kgqa.config import SchemaConfig
from kgqa.errors import BundleError
from kgqa.graph import KnowledgeGraph, open_bundle, write_bundle
from kgqa.graph.bundle import Section
from kgqa.types import Literal, Triple
from tests.graph.facts import facts

ARRAY = np.arange(1_000, dtype=np.int32)
SECTIONS: dict[str, Section] = {"graph/a": ARRAY, "b.raw": b"some bytes", "empty": np.zeros(0, dtype=np.float32)}
GRAPH = [
    Triple("a", "knows", "b", "one.nt"),
    Triple("a", "knows", "b", "two.nt"),
    ("b", "born", "1990"),
    ("b", "label", "Bee"),
    ("_:x", "knows", Literal("新🎉", "", "zh")),
]


def test_sections_come_back(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\x00\x01" * 5_000)
    write_bundle(tmp_path / "b", {**SECTIONS, "copied": tmp_path / "file"}, {"version": 3, "names": ["é"]})
    bundle = open_bundle(tmp_path / "b")
    array = bundle.array("graph/a")
    assert isinstance(array, np.memmap)
    assert not array.flags.writeable
    assert np.array_equal(array, ARRAY)
    assert bundle.array("empty").shape == (0,)
    assert bundle.bytes("b.raw") == b"some bytes"
    assert bundle.path("copied").read_bytes() == b"\x00\x01" * 5_000
    assert bundle.meta == {"version": 3, "names": ["é"]}
    assert "empty" in bundle
    with pytest.raises(BundleError, match=r"has no section 'c'; it has: b.raw, copied, empty, graph/a"):
        bundle.array("c")
    with pytest.raises(BundleError, match="is not an array"):
        bundle.array("b.raw")


def test_a_graph_comes_back_with_all_that_it_knows(tmp_path: Path) -> None:
    graph, _ = KnowledgeGraph.load(GRAPH, schema=SchemaConfig(labels=("label",))).with_changes(
        [("new", "likes", "a"), ("new", "n", 7)], [("b", "born", "1990")]
    )
    graph.save(tmp_path / "b")
    opened = KnowledgeGraph.load(tmp_path / "b")
    assert list(opened.to_triples()) == list(graph.to_triples())
    assert opened.schema_config == graph.schema_config
    assert opened.report == graph.report
    assert opened.label(opened.find("b")) == "Bee"
    assert isinstance(opened.arrays.out.neighbours, np.memmap)
    for relation in range(graph.n_relations):
        for mine, theirs in zip(opened.relation_pairs(relation), graph.relation_pairs(relation), strict=True):
            assert np.array_equal(mine, theirs)
    other = KnowledgeGraph.load(tmp_path / "b", schema=SchemaConfig(labels=("likes",)))
    assert other.schema_config.labels == ("likes",)


def test_every_flipped_byte_is_found(tmp_path: Path) -> None:
    root = tmp_path / "b"
    KnowledgeGraph.load(GRAPH).save(root)
    rng = np.random.default_rng(0)
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        original = path.read_bytes()
        for at in rng.choice(len(original), size=min(4, len(original)), replace=False):
            changed = bytearray(original)
            changed[at] ^= 1 << int(rng.integers(8))
            path.write_bytes(changed)
            with pytest.raises(BundleError, match=f"{path.name}.*kgqa"):
                KnowledgeGraph.load(root)
        path.write_bytes(original)
    assert facts(KnowledgeGraph.load(root)) == facts(KnowledgeGraph.load(GRAPH))


def test_cut_and_missing_files(tmp_path: Path) -> None:
    write_bundle(tmp_path, SECTIONS, {})
    path = open_bundle(tmp_path).path("graph/a")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BundleError, match=r"graph\.a\.npy' has 4,127 bytes; expected 4,128: it is cut.*kgqa build"):
        open_bundle(tmp_path, verify=False)
    path.unlink()
    with pytest.raises(BundleError, match=r"graph\.a\.npy' is missing"):
        open_bundle(tmp_path)


def test_foreign_directories(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"no bundle: it has no manifest\.json"):
        open_bundle(tmp_path)
    (tmp_path / "manifest.json").write_text('{"name": "a web page"}')
    with pytest.raises(BundleError, match="not a manifest of kgqa"):
        open_bundle(tmp_path)
    with pytest.raises(BundleError, match="not a manifest of kgqa"):
        write_bundle(tmp_path, SECTIONS, {})
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("years of work")
    with pytest.raises(BundleError, match=r"other files \('thesis\.tex'\)"):
        write_bundle(other, SECTIONS, {})
    with pytest.raises(BundleError, match="is a file"):
        write_bundle(other / "thesis.tex", SECTIONS, {})
    assert (other / "thesis.tex").read_text() == "years of work"


def test_a_newer_version_asks_for_an_upgrade(tmp_path: Path) -> None:
    write_bundle(tmp_path, SECTIONS, {})
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "version": 99}))
    with pytest.raises(BundleError, match=r"bundle version 99; this kgqa reads up to 1. Upgrade"):
        open_bundle(tmp_path)


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a//b", "", "a b"])
def test_a_section_name_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(BundleError, match="section name"):
        write_bundle(tmp_path / "b", {name: b""}, {})


def test_a_graph_whose_arrays_do_not_fit_is_refused(tmp_path: Path) -> None:
    sections = KnowledgeGraph.load(GRAPH).sections()
    for name, wrong in (("graph/out.neighbours", 10**6), ("graph/into_position", -1), ("graph/relations", 999)):
        array = np.array(sections[name])
        array[0] = wrong
        write_bundle(tmp_path, {**sections, name: array}, {})
        with pytest.raises(BundleError, match="don't fit together"):
            KnowledgeGraph.load(tmp_path)


def test_writing_again_replaces_and_leaves_nothing_behind(tmp_path: Path) -> None:
    for value in (1, 2, 2):
        write_bundle(tmp_path, {"a": np.full(3, value)}, {})
        assert open_bundle(tmp_path).array("a").tolist() == [value] * 3
        assert len(list(tmp_path.iterdir())) == 2
    path = open_bundle(tmp_path).path("a")
    path.write_bytes(b"damaged")
    write_bundle(tmp_path, {"a": np.full(3, 2)}, {})
    assert open_bundle(tmp_path).array("a").tolist() == [2] * 3


def test_an_open_bundle_outlives_its_replacement(tmp_path: Path) -> None:
    write_bundle(tmp_path, {"a": np.arange(5)}, {})
    array = open_bundle(tmp_path).array("a")
    write_bundle(tmp_path, {"a": np.zeros(5)}, {})
    assert array.tolist() == [0, 1, 2, 3, 4]


# -- kills in the middle ----------------------------------------------------------------------


def write_and_die(root: Path, steps: int) -> int:
    """Write in a forked child that leaves before a step that touches the disk; its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left = steps

    def dying(original: Callable[..., object]) -> Callable[..., object]:
        def step(*args: object, **kwargs: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                os._exit(9)
            return original(*args, **kwargs)

        return step

    try:
        for owner, name in ((os, "fsync"), (Path, "rename"), (Path, "replace"), (Path, "mkdir"), (np, "save")):
            setattr(owner, name, dying(getattr(owner, name)))
        write_bundle(root, {f"s{i}": np.full(1_000, 2) for i in range(3)}, {"new": True})
        os._exit(0)
    finally:
        os._exit(1)


@pytest.mark.parametrize("fresh", [True, False])
def test_a_writer_that_dies_at_any_step_leaves_the_old_bundle(tmp_path: Path, fresh: bool) -> None:
    for steps in range(40):
        root = tmp_path / str(steps)
        if not fresh:
            write_bundle(root, {"s0": np.full(1_000, 1)}, {"new": False})
        code = write_and_die(root, steps)
        assert code in {0, 9}
        if fresh and not (root / "manifest.json").exists():
            assert code == 9
        else:
            bundle = open_bundle(root)
            assert set(bundle.array("s0").tolist()) == {2 if bundle.meta["new"] else 1}
            assert bundle.meta["new"] or code == 9
        write_bundle(root, {"s0": np.full(1_000, 3)}, {})
        assert len(list(root.iterdir())) == 2
        if code == 0:
            break
    assert code == 0
    assert steps >= 10


ENDLESS = """
import sys
import numpy as np
from kgqa.graph import write_bundle
value = 0
while True:
    value += 1
    write_bundle(sys.argv[1], {"a": np.full(50_000, value), "b": np.full(50_000, value)}, {"value": value})
"""


def test_a_killed_writer_leaves_a_whole_bundle(tmp_path: Path) -> None:
    root = tmp_path / "b"
    write_bundle(root, {"a": np.full(50_000, 0), "b": np.full(50_000, 0)}, {"value": 0})
    for delay in (0.0, 0.007, 0.013):
        before = open_bundle(root).meta["value"]
        child = subprocess.Popen([sys.executable, "-c", ENDLESS, str(root)])
        try:
            # The kill counts from the first write, not from the start of the interpreter.
            deadline = time.monotonic() + 30
            while _value(root) == before and time.monotonic() < deadline:
                time.sleep(0.005)
            time.sleep(delay)
        finally:
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        bundle = open_bundle(root)
        assert set(bundle.array("a").tolist()) == set(bundle.array("b").tolist()) == {bundle.meta["value"]}


def _value(root: Path) -> int:
    return int(json.loads((root / "manifest.json").read_text())["meta"]["value"])
