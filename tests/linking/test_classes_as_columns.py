"""In a table, a column is often called like the kind of what it holds: both are known."""

from __future__ import annotations

from pathlib import Path

from kgqa import KGQA

ROWS = """subject,predicate,object
oak stool,type,product
oak stool,price,85
pine bench,type,product
pine bench,price,140
order 1,type,order
order 1,product,oak stool
order 2,type,order
order 2,product,pine bench
"""


def test_a_class_called_like_a_column(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(ROWS, encoding="utf-8")
    shop = KGQA.from_graph(path)
    assert [(link.mention.text, shop.graph.label(link.node)) for link in shop.link("list all products")] == [
        ("products", "product")
    ]
    assert {value.label for value in shop.ask("list all products").values} == {"oak stool", "pine bench"}
    assert {value.label for value in shop.ask("which product is in order 2").values} == {"pine bench"}
    assert shop.link("order 1's price") != ()


def test_a_column_that_is_no_class_is_no_thing(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(ROWS.replace("type,product", "type,article"), encoding="utf-8")
    graph = KGQA.from_graph(path).graph
    assert graph.find("product") not in set(graph.entities.tolist())
