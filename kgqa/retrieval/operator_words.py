"""The words that ask for an operator: superlatives, comparatives, limits and negation, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kgqa.program.algebra import Aggregation, Comparison, Order
from kgqa.text.numbers import NumberMention, find_numbers

_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_ORDINAL = re.compile(rf"({'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th)|第[一二三四五六七八九十\d]+)$", re.I)
_MOST = 1_000
_BEFORE = 24
_AFTER = 24
_GAP = 8
"""The most characters between an English comparison and its number ("more than about 3")."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """A superlative or comparative in a question, text[start:end].

    hints : names of the attributes that it usually speaks of, the likeliest first. counts : whether it may speak
    of a number of things ("the most neighbours"). k : how many are wanted ("the five largest"). nth : which one
    ("the second largest"). comparative : whether it is one of two ("larger"), not of many.
    beside : whether it names what is compared with ("larger than X", 比X大). parts : the stretches of its words, where
    they stand apart.
    """

    start: int
    end: int
    order: Order
    hints: tuple[str, ...]
    counts: bool
    k: int = 1
    nth: int = 1
    comparative: bool = False
    beside: bool = False
    parts: tuple[tuple[int, int], ...] = ()

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The stretches of text that say it."""
        return self.parts or ((self.start, self.end),)


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that an attribute is held against; [start, end) spans the words of comparison and number.

    timed : whether the words speak of time ("before", "since").
    """

    start: int
    end: int
    comparison: Comparison
    number: NumberMention
    timed: bool
    hints: tuple[str, ...] = ()


_SIZE = ("area", "size", "population")
_HEIGHT = ("elevation", "height", "altitude")
_LENGTH = ("length",)
_PEOPLE = "people|inhabitants|residents|citizens"
_TIME = ("founding year", "year", "date", "discovery year")
_LEXICON: tuple[tuple[str, Order, tuple[str, ...], bool], ...] = (
    (rf"\bmost (populous|populated|{_PEOPLE})\b", Order.LARGEST, ("population",), False),
    (r"\b(highest|greatest|largest|most|biggest) number of\b", Order.LARGEST, (), True),
    (r"\b(lowest|smallest|least|fewest) number of\b", Order.SMALLEST, (), True),
    (rf"\b(least|fewest) (populous|populated|{_PEOPLE})\b", Order.SMALLEST, ("population",), False),
    (r"\bmost recent(ly)?\b|\b(new|late|young)(est|er)\b|最新|最晚|最近|更晚", Order.LARGEST, _TIME, False),
    (r"\b(old|earli)(est|er)\b|最早|最古老|最老|更早", Order.SMALLEST, _TIME, False),
    (r"\b(larg|bigg|great)(est|er)\b|最大|更大", Order.LARGEST, _SIZE, False),
    (r"\bsmall(est|er)\b|最小|更小", Order.SMALLEST, _SIZE, False),
    (r"\b(high|tall)(est|er)\b|最高|更高", Order.LARGEST, _HEIGHT, False),
    (r"\blow(est|er)\b|最低|更低", Order.SMALLEST, _HEIGHT, False),
    (r"\blong(est|er)\b|最长|更长", Order.LARGEST, _LENGTH, False),
    (r"\bshort(est|er)\b|最短|更短", Order.SMALLEST, _LENGTH, False),
    (r"\bheavi(est|er)\b|最重|更重", Order.LARGEST, ("weight", "mass"), False),
    (r"\blight(est|er)\b|最轻|更轻", Order.SMALLEST, ("weight", "mass"), False),
    (r"\bdens(est|er)\b|最密", Order.LARGEST, ("density",), False),
    (r"\b(spars|thinn)est\b|最稀", Order.SMALLEST, ("density",), False),
    (r"\bdeep(est|er)\b|最深|更深", Order.LARGEST, ("depth",), False),
    (r"\bshallow(est|er)\b|最浅|更浅", Order.SMALLEST, ("depth",), False),
    (r"\bfast(est|er)\b|最快|更快", Order.LARGEST, ("speed",), False),
    (r"\bslow(est|er)\b|最慢|更慢", Order.SMALLEST, ("speed",), False),
    (
        r"\b(expensive|costl|pric|dear)(iest|ier|est|er)\b|\bmost expensive\b|最贵|更贵",
        Order.LARGEST,
        ("price", "cost"),
        False,
    ),
    (r"\bcheap(est|er)\b|最便宜|更便宜", Order.SMALLEST, ("price", "cost"), False),
    (r"\brich(est|er)\b|最富", Order.LARGEST, ("wealth", "income", "gross domestic product"), False),
    (r"\bpoor(est|er)\b|最穷", Order.SMALLEST, ("wealth", "income", "gross domestic product"), False),
    (r"\bclos(est|er)\b|\bnear(est|er)\b|最近的|最接近", Order.SMALLEST, ("distance",), False),
    (
        r"\b(furth|north)(est|er|ernmost)( north)?\b(?! south| east| west)|最北|更北",
        Order.LARGEST,
        ("latitude",),
        False,
    ),
    (r"\b(furthest|further) south\b|\bsouthernmost\b|最南|更南", Order.SMALLEST, ("latitude",), False),
    (r"\b(hott|warm)(est|er)\b|最热", Order.LARGEST, ("temperature",), False),
    (r"\b(cold|cool)(est|er)\b|最冷", Order.SMALLEST, ("temperature",), False),
    (r"\bmost\b|\bmore\b(?! than)|最多|更多", Order.LARGEST, (), True),
    (r"\b(?<!at )(fewest|least|fewer|less)\b(?! than)|最少|更少", Order.SMALLEST, (), True),
)
_EXTREMES = tuple((re.compile(p, re.I), order, hints, counts) for p, order, hints, counts in _LEXICON)
_COMPARATIVE = re.compile(r"er$|^(more|less|fewer)\b|^更", re.I)
_THAN = re.compile(r"\s+than\b", re.I)
_HAN_ADJECTIVES: Mapping[str, tuple[Order, tuple[str, ...]]] = {
    "大": (Order.LARGEST, _SIZE),
    "小": (Order.SMALLEST, _SIZE),
    "高": (Order.LARGEST, _HEIGHT),
    "低": (Order.SMALLEST, _HEIGHT),
    "长": (Order.LARGEST, _LENGTH),
    "短": (Order.SMALLEST, _LENGTH),
    "重": (Order.LARGEST, ("weight", "mass")),
    "轻": (Order.SMALLEST, ("weight", "mass")),
    "密": (Order.LARGEST, ("density",)),
    "深": (Order.LARGEST, ("depth",)),
    "早": (Order.SMALLEST, _TIME),
    "晚": (Order.LARGEST, _TIME),
    "多": (Order.LARGEST, ()),
    "少": (Order.SMALLEST, ()),
}
_HAN_THAN = re.compile(rf"(?P<than>比).{{1,20}}?(更|还|要)?(?P<adjective>[{''.join(_HAN_ADJECTIVES)}])(?!小|于|国)")
_GREATER = re.compile(
    r"\b(more|greater|larger|higher|bigger|heavier|longer|later) than\b|\b(over|above|after|since|exceed\w*)\b"
    r"|超过|大于|高于|多于",
    re.I,
)
_LESS = re.compile(
    r"\b(less|fewer|smaller|lower|lighter|shorter|earlier) than\b|\b(under|below|before)\b|低于|小于|少于|不到|不足",
    re.I,
)
_AT_LEAST = re.compile(r"\b(at least|no less than|or more)\b|至少", re.I)
_AT_MOST = re.compile(r"\b(at most|no more than|up to)\b|至多|最多", re.I)
_BEHIND = (
    (re.compile(r"^\S{0,3}?(以上|之后|以后|后)"), Comparison.GREATER),
    (re.compile(r"^\S{0,3}?(以下|以内|之前|以前|前)"), Comparison.LESS),
)
_AHEAD = (
    (_AT_LEAST, Comparison.GREATER_EQUAL),
    (_AT_MOST, Comparison.LESS_EQUAL),
    (_GREATER, Comparison.GREATER),
    (_LESS, Comparison.LESS),
)
_TIMED = re.compile(r"\b(after|since|before|earlier|later)\b|[之以]?[前后]", re.I)
_UNIT = re.compile(
    r"\s*((square|cubic|sq\.?|cu\.?) )?"
    r"(kilo|centi|milli)?(met(re|er)|gram|tonne|ton|kelvin|joule|watt|lit(re|er)|mile|f(oo|ee)t|inch|yard|acre|hectare|"
    r"pound|ounce|second|minute|hour|day|year|degree|percent|dollar|euro|yuan)(s|es)?"
    r"( (celsius|fahrenheit|kelvin|north|south|east|west))?\b"
    r"|\s*(km|cm|mm|kg|mg|m|g|t|K|°C|°F|°|%|ft|mi|ha|h|s)[²³23]?\b"
    r"|\s*(平方|立方)?(公里|千米|厘米|毫米|米|千克|公斤|克|吨|开尔文|开|摄氏度|度|英里|英尺|公顷|亩|年|岁|小时|分钟|秒|元|美元|欧元)",
)
_NEGATION = re.compile(r"\b(not|without|except|neither|no|never)\b|n't\b|没有|不是|不属于|不在|不|除了|没", re.I)


def find_extremes(text: str) -> tuple[Extreme, ...]:
    """The superlatives and comparatives of a question, in order; of overlapping ones the first kind listed."""
    found: list[Extreme] = list(_han_comparatives(text))
    for pattern, order, hints, counts in _EXTREMES:
        for match in pattern.finditer(text):
            if not any(match.start() < e.end and e.start < match.end() for e in found):
                found.append(_extreme(text, match, (order, hints, counts)))
    return tuple(sorted(found, key=lambda e: e.start))


def find_extreme(text: str) -> Extreme | None:
    """The first superlative or comparative of a question that no number follows."""
    for pattern, order, hints, counts in _EXTREMES:
        match = pattern.search(text)
        if match:
            ahead = text[: match.start()].rstrip()
            return Extreme(match.start(), match.end(), order, hints, counts, _how_many(ahead), _which(ahead))
    return None


def _extreme(text: str, match: re.Match[str], meaning: tuple[Order, tuple[str, ...], bool]) -> Extreme:
    order, hints, counts = meaning
    ahead = text[: match.start()].rstrip()
    two = _COMPARATIVE.search(match.group()) is not None
    than = _THAN.match(text, match.end()) if two else None
    parts = ((match.start(), than.end()),) if than else ()
    k, nth = _how_many(ahead), _which(ahead)
    return Extreme(match.start(), match.end(), order, hints, counts, k, nth, two, than is not None, parts)


def _han_comparatives(text: str) -> Iterator[Extreme]:
    """Comparisons such as 比法国大: the words that say it stand on both sides of what is compared with."""
    for match in _HAN_THAN.finditer(text):
        order, hints = _HAN_ADJECTIVES[match["adjective"]]
        parts = (match.span("than"), match.span("adjective"))
        start, end = match.span("adjective")
        yield Extreme(start, end, order, hints, counts=False, comparative=True, beside=True, parts=parts)


def _how_many(ahead: str) -> int:
    """The number right before a superlative, or 1."""
    numbers = find_numbers(ahead)
    last = numbers[-1] if numbers and numbers[-1].end == len(ahead) else None
    return int(last.value) if last and 1 <= last.value <= _MOST else 1


def _which(ahead: str) -> int:
    """The ordinal right before a superlative, or 1."""
    match = _ORDINAL.search(ahead)
    if match is None:
        return 1
    found = match.group(1).casefold()
    if found in _ORDINALS:
        return _ORDINALS.index(found) + 1
    numbers = find_numbers(re.sub(r"[^\d一二三四五六七八九十]", "", found))
    return int(numbers[0].value) if numbers else 1


def find_limits(text: str) -> Iterator[Limit]:
    """The numbers of a question that something is held against."""
    for number in find_numbers(text):
        ahead = text[max(0, number.start - _BEFORE) : number.start]
        behind = text[number.end : number.end + _AFTER]
        for pattern, comparison in _AHEAD:
            matches = [
                m for m in pattern.finditer(ahead) if len(ahead) - m.end() <= (_GAP if m.group().isascii() else 1)
            ]
            if matches:
                start = number.start - len(ahead) + matches[-1].start()
                timed, hints = _TIMED.search(ahead) is not None, _limit_hints(matches[-1].group(), behind)
                yield Limit(start, number.end + _unit_length(behind), comparison, number, timed, hints)
                break
        else:
            for pattern, comparison in _BEHIND:
                match = pattern.match(behind)
                if match:
                    end = number.end + max(match.end(), _unit_length(behind))
                    yield Limit(number.start, end, comparison, number, "年" in behind, _limit_hints("", behind))
                    break


def _limit_hints(words: str, behind: str) -> tuple[str, ...]:
    """The attributes that a limit speaks of, by its comparative ("longer than") or what it counts ("5 people")."""
    if _counted_people(behind):
        return ("population",)
    return next((hints for pattern, _, hints, _ in _EXTREMES if hints and pattern.search(words)), ())


def _counted_people(behind: str) -> int:
    """How many characters behind a number say that it counts people."""
    match = re.match(rf"\s*({_PEOPLE})\b|\s*人口?", behind, re.I)
    return match.end() if match else 0


def _unit_length(behind: str) -> int:
    """How many characters behind a number name its unit, people included."""
    match = _UNIT.match(behind)
    return max(match.end() if match else 0, _counted_people(behind))


def negation_at(text: str) -> int:
    """Where a question first negates, or -1."""
    match = _NEGATION.search(text)
    return match.start() if match else -1


@dataclass(frozen=True, slots=True)
class Cue:
    """Words of a question that ask for something, text[start:end]; `hints` names the attributes they speak of."""

    start: int
    end: int
    hints: tuple[str, ...] = ()
    aggregation: Aggregation | None = None


_WITHOUT = re.compile(
    r"\b(not|without|except(?:ing)?(?: for)?|excluding|neither|nor|no|never|but not|apart from|other than)\b|n't\b"
    r"|没有|不是|不属于|不在|除了|除去|除|不|没|非(?![洲常])",
    re.I,
)
_EITHER = re.compile(r"\bor\b|或者|或", re.I)
_BOTH = re.compile(r"\band\b|和|与|及", re.I)
_EACH = re.compile(r"\b(each|every|per|for all)\b|每一?(个|种|座|条|家|位)?|各(个|种)?|分别", re.I)
_BETWEEN = re.compile(
    r"\b(relation(ship)?|connection|link) (between|of)\b|\b(related|connected|linked)( to)?\b"
    r"|什么关系|有何关系|关系是什么",
    re.I,
)
_TOGETHER = re.compile(r"\bboth\b|都|同时", re.I)
_ANY = re.compile(r"\b(any|some|there|anything|anyone)\b|有没有|存在|是否有", re.I)
_FOLDS: tuple[tuple[re.Pattern[str], Aggregation], ...] = (
    (re.compile(r"\b(average|mean)\b|平均", re.I), Aggregation.AVERAGE),
    (re.compile(r"\b(total|sum|combined)\b|总和|总计|合计", re.I), Aggregation.SUM),
    (re.compile(r"\b(maximum|max)\b|最大值", re.I), Aggregation.MAXIMUM),
    (re.compile(r"\b(minimum|min)\b|最小值", re.I), Aggregation.MINIMUM),
)
_ASKED_ATTRIBUTES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern, re.I), hints)
    for pattern, hints in (
        (rf"\bhow many ({_PEOPLE})\b( live| are| there)*|\bhow populous\b|多少人口?|人口", ("population",)),
        (r"\bhow (tall|high)\b|有?多高", ("height", "elevation", "altitude")),
        (r"\bhow (big|large)\b|有?多大", ("area", "size", "population")),
        (r"\bhow long\b|有?多长", ("length", "duration")),
        (r"\bhow (heavy|light)\b|\bhow much does\b.*\bweigh\b|有?多重", ("weight", "mass")),
        (r"\bhow old\b|多少岁|多老|年龄", ("age", "date of birth", "founding date")),
        (r"\bhow deep\b|有?多深", ("depth",)),
        (r"\bhow dense\b", ("density",)),
        (r"\bhow (hot|cold|warm)\b|有?多(热|冷)", ("temperature",)),
        (r"\bhow fast\b|有?多快", ("speed",)),
        (r"\bhow far\b|有?多远", ("distance",)),
        (r"\bhow (expensive|much does\b.*\bcost)\b|多少钱|有?多贵", ("price", "cost")),
    )
)


def find_cues(text: str, pattern: re.Pattern[str]) -> tuple[Cue, ...]:
    """Where a pattern is met."""
    return tuple(Cue(m.start(), m.end()) for m in pattern.finditer(text))


def find_negations(text: str) -> tuple[Cue, ...]:
    """The words that negate or except."""
    return find_cues(text, _WITHOUT)


def find_unions(text: str) -> tuple[Cue, ...]:
    """The words that offer either of two."""
    return find_cues(text, _EITHER)


def find_pairs(text: str) -> tuple[Cue, ...]:
    """The words that name two things together."""
    return find_cues(text, _BOTH)


def find_groupings(text: str) -> tuple[Cue, ...]:
    """The words that ask for something of each."""
    return find_cues(text, _EACH)


def find_relatings(text: str) -> tuple[Cue, ...]:
    """The words that ask how two things are related."""
    return find_cues(text, _BETWEEN)


def find_both(text: str) -> tuple[Cue, ...]:
    """The words that ask for what two things have in common."""
    return find_cues(text, _TOGETHER)


def find_any(text: str) -> tuple[Cue, ...]:
    """The words that ask whether there is something."""
    return find_cues(text, _ANY)


def find_folds(text: str) -> tuple[Cue, ...]:
    """The words that make one number of many."""
    return tuple(Cue(m.start(), m.end(), aggregation=fold) for pattern, fold in _FOLDS for m in pattern.finditer(text))


def find_asked_attributes(text: str) -> tuple[Cue, ...]:
    """The question words that name an attribute: "how tall"."""
    return tuple(Cue(m.start(), m.end(), hints) for pattern, hints in _ASKED_ATTRIBUTES for m in pattern.finditer(text))
