from __future__ import annotations

import pytest

from kgqa.text.abbreviations import written_out


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("member cnt", "member count"),
        ("alt m", "altitude"),
        ("height m", "height"),
        ("price eur", "price"),
        ("nr pitches", "number of pitches"),
        ("asset no", "asset number"),
        ("opened yr", "opened year"),
        ("asg. technician", "assigned technician"),
        ("class m", "class m"),
        ("vitamin k", "vitamin k"),
        ("m", "m"),
        ("country", "country"),
        ("", ""),
    ],
)
def test_names_of_columns_as_people_say_them(name: str, full: str) -> None:
    assert written_out(name) == full
