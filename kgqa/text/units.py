"""Units of measurement in a question, and numbers brought from one unit to another.

Factors are those of the SI and of the international yard and pound agreement; temperatures have an offset too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: one of it is `factor` base units of its kind, after `offset` has been added."""

    kind: str
    factor: Decimal
    offset: Decimal = Decimal(0)


_TABLE: tuple[tuple[str, str, str, str], ...] = (
    # kind, factor, offset, names
    ("length", "1", "0", "m metre metres meter meters 米"),
    ("length", "1000", "0", "km kilometre kilometres kilometer kilometers 公里 千米"),
    ("length", "0.01", "0", "cm centimetre centimetres centimeter centimeters 厘米"),
    ("length", "0.001", "0", "mm millimetre millimetres millimeter millimeters 毫米"),
    ("length", "1609.344", "0", "mi mile miles 英里"),
    ("length", "0.3048", "0", "ft foot feet 英尺"),
    ("length", "0.9144", "0", "yd yard yards 码"),
    ("length", "0.0254", "0", "inch inches 英寸"),
    ("area", "1", "0", "m² m2 平方米 平米"),
    ("area", "1000000", "0", "km² km2 平方公里 平方千米"),
    ("area", "10000", "0", "ha hectare hectares 公顷"),
    ("area", "4046.8564224", "0", "acre acres 英亩"),
    ("area", "2589988.110336", "0", "mi² mi2 平方英里"),
    ("area", "0.09290304", "0", "ft² ft2 平方英尺"),
    ("volume", "1", "0", "m³ m3 立方米"),
    ("volume", "1000000000", "0", "km³ km3 立方公里"),
    ("volume", "0.001", "0", "l litre litres liter liters 升"),
    ("mass", "1", "0", "kg kilogram kilograms kilo kilos 千克 公斤"),
    ("mass", "0.001", "0", "g gram grams 克"),
    ("mass", "0.000001", "0", "mg milligram milligrams 毫克"),
    ("mass", "1000", "0", "t tonne tonnes ton tons 吨"),
    ("mass", "0.45359237", "0", "lb pound pounds 磅"),
    ("temperature", "1", "0", "k kelvin kelvins 开尔文 开"),
    ("temperature", "1", "273.15", "°c celsius 摄氏度"),
    ("temperature", "0.5555555555555556", "459.67", "°f fahrenheit 华氏度"),
    ("time", "1", "0", "s second seconds 秒"),
    ("time", "60", "0", "min mins minute minutes 分钟"),
    ("time", "3600", "0", "h hr hrs hour hours 小时"),
    ("time", "86400", "0", "day days 天"),
    ("time", "604800", "0", "week weeks 周"),
    ("time", "31557600", "0", "year years 年 岁"),
    ("angle", "1", "0", "° degree degrees 度"),
    ("euro", "1", "0", "€ eur euro euros 欧元"),
    ("US dollar", "1", "0", "$ usd dollar dollars 美元"),
    ("sterling", "1", "0", "£ gbp 英镑"),
    ("yuan", "1", "0", "¥ cny rmb yuan 元 块 块钱 人民币"),
    ("yuan", "10000", "0", "万元"),
    ("yuan", "100000000", "0", "亿元"),
    ("people", "1", "0", "people inhabitants residents citizens 人 人口"),
)
UNITS = {name: Unit(kind, Decimal(f), Decimal(o)) for kind, f, o, names in _TABLE for name in names.split()}
_PREFIXES = (("square ", "²"), ("sq. ", "²"), ("sq ", "²"), ("cubic ", "³"))
_QUANTITY_NAMES = "altitude capacity depth diameter distance elevation height length volume weight width yield"
_QUANTITIES = frozenset(_QUANTITY_NAMES.split())
"""What a single letter behind is a unit of."""
_SHORT = {"metre": "m", "meter": "m", "kilometre": "km", "kilometer": "km", "mile": "mi", "foot": "ft", "feet": "ft"}
_JOINED = re.compile(
    r"(?<=[\u4e00-\u9fff])(kg|km|cm|mm|m²|km²|m2|km2|平方?米|平方公里|公里|千米|公斤|千克|吨|厘米|毫米|万元|亿元|小时|分钟)$",
    re.I,
)
"""A unit at the end of a Chinese name: 体重kg, 面积平米."""
_BRACKETS = re.compile(r"[(（\[]\s*([^()（）\[\]]+?)\s*[)）\]]\s*$")
_DEGREES = re.compile(r"^degrees? (?=celsius|fahrenheit|kelvin)")
_NAMES = sorted(UNITS, key=len, reverse=True)
_HAN = "|".join(name for name in _NAMES if not name.isascii() and name[0] not in "°m")
_LATIN = "|".join(re.escape(name) for name in _NAMES if name.isascii() or name[0] in "°mkf")
_UNIT = re.compile(
    rf"\s*((?:square |cubic |sq\.? )?(?:degrees? (?:celsius|fahrenheit|kelvin)|{_LATIN})(?![\w²³])|{_HAN})", re.I
)


def unit_of(name: str) -> Unit | None:
    """The unit of a name, such as "km²", "square kilometres" or "degrees Celsius"; None where it is unknown."""
    folded = _DEGREES.sub("", name.strip().casefold())
    for prefix, power in _PREFIXES:
        if folded.startswith(prefix):
            base = folded.removeprefix(prefix)
            return UNITS.get(_SHORT.get(base, _SHORT.get(base.removesuffix("s"), base)) + power)
    return UNITS.get(folded)


def unit_in(label: str) -> Unit | None:
    """The unit that a name says, in brackets or at its end: "half-life (h)", "duration seconds", 体重kg."""
    inside = _BRACKETS.search(label)
    if inside:
        return unit_of(inside[1])
    if joined := _JOINED.search(label):
        return unit_of(joined[1])
    words = label.split()
    # "plan b" is no plan in bytes, "class m" none in metres; "volume l" is in litres
    is_spelt = len(words) > 1 and (len(words[-1]) > 1 or words[-2].casefold() in _QUANTITIES)
    return unit_of(words[-1]) if is_spelt else None


def without_unit(label: str) -> str:
    """A name without the unit that it says in brackets: "half-life" for "half-life (h)"."""
    inside = _BRACKETS.search(label)
    return label[: inside.start()].rstrip() or label if inside and unit_of(inside[1]) else label


def leading_unit(text: str) -> tuple[str, int]:
    """The unit that a text begins with and how many characters that takes; ("", 0) for none.

    A single Latin letter counts only in its own case: "5 m", "5 K".
    """
    match = _UNIT.match(text)
    if match is None:
        return "", 0
    name = match.group(1)
    if len(name) == 1 and name.isascii() and name not in "mgtsKhl":
        return "", 0
    return name, match.end()


def convert(value: Decimal, given: Unit, wanted: Unit) -> Decimal | None:
    """A number of one unit in another; None where the two measure different things."""
    if given.kind != wanted.kind:
        return None
    return (value + given.offset) * given.factor / wanted.factor - wanted.offset
