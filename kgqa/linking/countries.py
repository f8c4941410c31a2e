"""What people call some countries beside their names: a graph that has "United States" is asked about "the US"."""

from __future__ import annotations

from collections.abc import Mapping

_INITIALS = frozenset(("us", "usa", "uk", "uae", "ussr", "prc", "dprk", "rok", "drc"))
_GROUPS: tuple[tuple[str, ...], ...] = (
    ("united states", "united states of america", "america", "us", "usa"),
    ("united kingdom", "united kingdom of great britain and northern ireland", "great britain", "britain", "uk"),
    ("united arab emirates", "uae", "emirates"),
    ("soviet union", "union of soviet socialist republics", "ussr"),
    ("china", "people s republic of china", "prc"),
    ("south korea", "republic of korea", "rok"),
    ("north korea", "democratic people s republic of korea", "dprk"),
    ("democratic republic of the congo", "dr congo", "congo kinshasa", "drc"),
    ("republic of the congo", "congo brazzaville"),
    ("netherlands", "holland"),
    ("czech republic", "czechia"),
    ("russia", "russian federation"),
    ("turkey", "turkiye"),
    ("ivory coast", "cote d ivoire"),
    ("myanmar", "burma"),
    ("eswatini", "swaziland"),
    ("east timor", "timor leste"),
    ("cape verde", "cabo verde"),
    ("vatican city", "vatican", "holy see"),
    ("north macedonia", "macedonia"),
    ("bosnia and herzegovina", "bosnia"),
    ("美国", "美利坚合众国"),
    ("英国", "大不列颠及北爱尔兰联合王国", "大不列颠"),
    ("中国", "中华人民共和国"),
    ("韩国", "大韩民国", "南韩"),
    ("朝鲜", "朝鲜民主主义人民共和国", "北朝鲜"),
    ("俄罗斯", "俄罗斯联邦", "俄国"),
    ("苏联", "苏维埃社会主义共和国联盟"),
    ("阿联酋", "阿拉伯联合酋长国"),
)
_OTHERS: Mapping[str, tuple[str, ...]] = {name: group for group in _GROUPS for name in group}


def other_names(folded: str) -> tuple[str, ...]:
    """The other names of a country, folded; none for anything else."""
    return tuple(name for name in _OTHERS.get(folded, ()) if name != folded)


def is_initials(folded: str) -> bool:
    """Whether a country's name is initials, which are said in capitals or behind an article."""
    return folded in _INITIALS
