"""The plot of a run, read back from its picture, against the log that it was drawn from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest

from kgqa.errors import TrainingError

pytest.importorskip("torch")

from kgqa.training import draw_losses

SVG = "{http://www.w3.org/2000/svg}"


def write(path: Path, *records: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def panels(path: Path) -> dict[str, Element]:
    found = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    return {(one.find(f"{SVG}text[@class='label']")).text or "": one for one in found.findall(f"{SVG}g")}  # type: ignore[union-attr]


def curves(panel: Element) -> dict[str, list[tuple[float, float]]]:
    """The curves in the values of the axes, which are told by their ticks alone."""
    ticks = [one for one in panel.findall(f"{SVG}text") if one.get("class") == "tick"]
    scales = []
    for anchor, name, shift in (("middle", "x", 0), ("end", "y", 4)):
        own = [one for one in ticks if one.get("text-anchor") == anchor]
        places = [float(one.attrib[name]) - shift for one in own]
        scales.append(np.polyfit(places, [float((one.text or "").replace(",", "")) for one in own], 1))
    found = {}
    for group in panel.findall(f"{SVG}g"):
        pairs = [pair.split(",") for pair in group.find(f"{SVG}polyline").attrib["points"].split()]  # type: ignore[union-attr]
        values = [tuple(float(np.polyval(scales[i], float(pair[i]))) for i in (0, 1)) for pair in pairs]
        found[group.findtext(f"{SVG}title") or ""] = [(x, y) for x, y in values]
    return found


def test_each_head_and_each_look_is_drawn(tmp_path: Path) -> None:
    write(tmp_path / "tuning" / "tuning.jsonl", {"step": 0, "choice": 2.0, "rate": 1.0}, {"step": 1, "choice": 1.5})
    steps = [{"step": i, "choice": 3.0 / (i + 1), "result": 0.5, "norm": 9.0, "seconds": 1.0} for i in range(4)]
    looks = [
        {"step": 2, "dev": 0.6, "sources": {"<b>": 0.4, "c": 0.8}},
        {"step": 4, "dev": 0.7, "sources": {"<b>": 0.7}},
    ]
    write(tmp_path / "log.jsonl", *steps[:2], looks[0], *steps[2:], looks[1])
    with (tmp_path / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"step": 4, "choi')  # the run was killed
    assert draw_losses(tmp_path) == tmp_path / "losses.svg"
    found = panels(tmp_path / "losses.svg")
    assert list(found) == ["Tuning: choice", "Training: choice", "Training: result", "Dev: the first program"]
    drawn = {title: curves(panel) for title, panel in found.items()}
    wanted = {
        "Tuning: choice": {"choice": [(1, 2.0), (2, 1.5)]},
        "Training: choice": {"choice": [(1, 3.0), (2, 1.5), (3, 1.0), (4, 0.75)]},
        "Training: result": {"result": [(i, 0.5) for i in range(1, 5)]},
        "Dev: the first program": {"mean": [(2, 0.6), (4, 0.7)], "<b>": [(2, 0.4), (4, 0.7)], "c": [(2, 0.8)]},
    }
    for title, lines in wanted.items():
        assert drawn[title].keys() == lines.keys()
        for name, points in lines.items():
            np.testing.assert_allclose(drawn[title][name], points, atol=0.02, err_msg=f"{title} {name}")


def test_long_losses_are_drawn_as_means(tmp_path: Path) -> None:
    write(tmp_path / "log.jsonl", *({"step": i, "choice": float(i % 2)} for i in range(1500)))
    points = curves(panels(draw_losses(tmp_path))["Training: choice"])["choice"]
    assert len(points) == 150
    np.testing.assert_allclose([y for _, y in points], 0.5, atol=0.01)
    np.testing.assert_allclose([x for x, _ in points[:2]], [5.5, 15.5], atol=2)


def test_a_folder_without_a_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"holds no log.jsonl; expected the folder that a training run writes to"):
        draw_losses(tmp_path)
