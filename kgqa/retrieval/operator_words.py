"""The words that ask for an operator: superlatives, comparatives, limits and negation, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kgqa.program.algebra import Order
from kgqa.text.numbers import find_numbers

_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_ORDINAL = re.compile(rf"({'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th)|第[一二三四五六七八九十\d]+)$", re.I)
_MOST = 1_000


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


_SIZE = ("area", "size", "population", "capacity")
_HEIGHT = ("elevation", "height", "altitude")
_LENGTH = ("length", "duration", "pages")
_PRICE = ("price", "cost", "fee", "eur", "usd", "gbp", "价", "费用", "金额")
_TRAFFIC = ("passengers", "traffic", "visitors", "attendance", "客流", "人数")
_PAY = ("salary", "wage", "pay", "工资", "月薪")
_WIDTH = ("width", "breadth", "beam", "宽")
_TAKEN = ("lead time", "duration", "minutes", "days", "time")
_SALES = ("units sold", "copies sold", "sold", "sales", "销量", "销售额")
_TAKINGS = ("revenue", "takings", "income", "total", "amount", "收入", "营业额")
_STOCK = ("quantity", "in stock", "on hand", "qty", "stock", "库存", "数量")
_DIFFICULTY = ("difficulty", "grade", "level", "hardness", "难度")
_RATING = ("rating", "score", "评分")
_VISITORS = ("attendance", "visitors", "population", "人数", "人次", "人口")
PEOPLE = "people|inhabitants|residents|citizens|folks?|souls"
_TIME = ("founding year", "year", "date", "discovery year")
_SINCE = (
    "hire date",
    "since",
    "start date",
    "joined",
    "founding year",
    "opened",
    "engaged",
    "member since",
    "year",
    "date",
    "入职",
    "入会",
    "成立",
    "开业",
)
_ENTERED = r"(?:join(?:ed)?|hired|taken on|signed up|engaged|came (?:to|on board)|start(?:ed)? (?:with us|here|work))"
_BIRTH = ("date of birth", "birth year", "出生日期", "出生年份", "生年")
_BEGUN = (
    r"(?:ever |was |were |to |be |get |have )*"
    r"(?:open(?:ed)?|found(?:ed)?|establish(?:ed)?|built?|join(?:ed)?|hired?|launch(?:ed)?|start(?:ed)?|appoint(?:ed)?)\b"
)
_NTH = (
    rf"(?<=second)(?= (?:[\w-]+ ){{1,3}}{_BEGUN})|(?<=third)(?= (?:[\w-]+ ){{1,3}}{_BEGUN})"
    rf"|\bfirst(?= (?:[\w-]+ ){{1,3}}{_BEGUN})"
)
"""What makes an ordinal one of time: "the second site we ever opened"."""
_DENSITY = ("density", "population density")
_LEXICON: tuple[tuple[str, Order, tuple[str, ...], bool], ...] = (
    (r"\bmost (densely|thickly) (populated|settled|peopled)\b|\bmost crowded\b", Order.LARGEST, _DENSITY, False),
    (
        r"\b(most (sparsely|thinly)|least densely) (populated|settled|peopled)\b|\bleast crowded\b",
        Order.SMALLEST,
        _DENSITY,
        False,
    ),
    (r"\bmore (densely|thickly) (populated|settled|peopled)\b", Order.LARGEST, _DENSITY, False),
    (r"\b(more (sparsely|thinly)|less densely) (populated|settled|peopled)\b", Order.SMALLEST, _DENSITY, False),
    (r"\b(most|more) (populous|populated)\b", Order.LARGEST, ("population",), False),
    (rf"\bmost ({PEOPLE})\b", Order.LARGEST, ("population",), True),
    (
        rf"\b(highest|greatest|largest|most|biggest) number of ({PEOPLE})\b|\bmost peopled\b",
        Order.LARGEST,
        ("population",),
        False,
    ),
    (rf"\b(lowest|smallest|least|fewest) number of ({PEOPLE})\b", Order.SMALLEST, ("population",), False),
    (r"\b(highest|greatest|largest|most|biggest) number of\b", Order.LARGEST, (), True),
    (r"\b(lowest|smallest|least|fewest) number of\b", Order.SMALLEST, (), True),
    (
        r"\b(longest[- ](?:serving|standing)|most senior"
        r"|(?:been|worked|served)\b[^,;?]{0,40}?\b(?P<word>the longest|longest))\b"
        r"|资历最[老深]|最资深|[来干待做]得?(?:公司|店里|这里|这儿)?最[久早]",
        Order.SMALLEST,
        _SINCE,
        False,
    ),
    (
        r"\b(?:been|worked|served)\b[^,;?]{0,40}?\b(?P<word>the shortest|shortest)\b|资历最[浅嫩短]",
        Order.LARGEST,
        _SINCE,
        False,
    ),
    (r"最卖座|最叫座", Order.LARGEST, ("票房", "box office"), False),
    (r"最先|第一个(?=[一-鿿]{0,2}(?:来|到|进|入|加|开|建|成))", Order.SMALLEST, (*_SINCE, *_TIME), False),
    (r"最后(?=[一-鿿]{0,2}(?:来|到|进|入|加|开|建|成))", Order.LARGEST, (*_SINCE, *_TIME), False),
    (r"更久|最久", Order.LARGEST, ("duration", "时长", "年限", "周期", "天数", *_LENGTH), False),
    (r"最省钱?|最划算", Order.SMALLEST, _PRICE, False),
    (r"最勤|最频繁|最常", Order.LARGEST, (), True),
    (r"垫底|倒数第一", Order.SMALLEST, (), True),
    (r"(?<=哪[部家个座])先|(?<=谁)先", Order.SMALLEST, _TIME, False),
    (
        r"\b(?:been|worked|served|belonged)\b[^,;?]{0,40}?\b(?P<word>longer)\b(?! than \d)",
        Order.SMALLEST,
        _SINCE,
        False,
    ),
    (r"(?:干|做|待|呆|工作|来)得(?P<word>更久|久|更早)|资历更[老深]", Order.SMALLEST, _SINCE, False),
    (
        rf"\b{_ENTERED}\b[^,;?]{{0,30}}?\b(?P<word>most recently|(?:the )?latest|last)\b"
        rf"|\b(?P<last>most recent(?:ly)?|latest|last)(?: [a-z]+)? (?:to )?{_ENTERED}\b"
        r"|\b(?P<new>newest)(?= (?:person|member|recruit|employee|colleague|worker|starter|face|hire|joiner|one on)\b)"
        r"|最[后晚近](?:进来|加入|入职|来)的?",
        Order.LARGEST,
        _SINCE,
        False,
    ),
    (
        rf"\b{_ENTERED}\b[^,;?]{{0,30}}?\b(?P<word>earliest|(?<!at )first)\b"
        rf"|\b(?P<last>earliest|first)(?: [a-z]+)? (?:to )?{_ENTERED}\b",
        Order.SMALLEST,
        _SINCE,
        False,
    ),
    (
        r"\bnumber one (?:in|by|for)\b"
        r"|\b(?:beats|tops|outdoes) (?:all|every) (?:the )?(?:others?|rest)(?: in| for| by)?\b",
        Order.LARGEST,
        (),
        True,
    ),
    (
        r"\b(least|less) (populous|populated)\b",
        Order.SMALLEST,
        ("population",),
        False,
    ),
    (rf"\b(least|fewest) ({PEOPLE})\b", Order.SMALLEST, ("population",), True),
    (r"(岁数|年龄|年纪)最大|最年长|\beld(est|er)\b", Order.SMALLEST, _BIRTH, False),
    (r"(岁数|年龄|年纪)最小|最年轻", Order.LARGEST, _BIRTH, False),
    (r"\b(best|highest|top)[- ](paid|earning)\b|\btop earner\b", Order.LARGEST, _PAY, False),
    (r"\b(worst|lowest|least)[- ](well[- ])?paid\b", Order.SMALLEST, _PAY, False),
    (
        r"\b(?:best|top)[- ]?selling\b|\bsells?(?: the)? (?P<word>best|most)\b|\bsold the (?P<last>most)\b"
        r"|最畅销|[卖销][得量]?最[好高多]",
        Order.LARGEST,
        _SALES,
        True,
    ),
    (r"\b(?:the )?most (?:money|cash|revenue|income)\b|最赚钱", Order.LARGEST, (*_TAKINGS, *_PRICE), False),
    (r"\b(?:the )?least (?:money|cash|revenue|income)\b", Order.SMALLEST, (*_TAKINGS, *_PRICE), False),
    (r"\bpays?(?: us| them| you)?(?: the)? (?P<word>best|most)\b", Order.LARGEST, (*_PAY, *_PRICE), False),
    (r"\bpays?(?: us| them| you)?(?: the)? (?P<word>worst|least)\b", Order.SMALLEST, (*_PAY, *_PRICE), False),
    (
        r"\b(?:have|got|stock|keep|hold)(?: the)? (?P<word>most) of(?= (?:on|in|at|left)\b|\s*[?.!]*$)",
        Order.LARGEST,
        _STOCK,
        True,
    ),
    (r"\bmost profitable\b|利润最[高大]", Order.LARGEST, ("profit", "margin", "earnings", "利润"), False),
    (r"\bmost powerful\b|功率最大", Order.LARGEST, ("power", "horsepower", "功率"), False),
    (r"\b(best|(highest|top)[- ]rated)\b|最好|评分最高", Order.LARGEST, _RATING, False),
    (r"\b(worst|lowest[- ]rated)\b|最差|评分最低", Order.SMALLEST, _RATING, False),
    (r"\bmost recent(ly)?\b|\b(new|young)(est|er)\b|\blat(est|er)\b|最新|最晚|最近|更晚", Order.LARGEST, _TIME, False),
    (r"\b(old|earli)(est|er)\b|\bsoonest\b|\bmost ancient\b|最早|最古老|最老|更早", Order.SMALLEST, _TIME, False),
    (r"\b(larg|bigg|great|hug)(est|er)\b|最大|更大", Order.LARGEST, _SIZE, False),
    (r"\b(small|tini|littl)(est|er)\b|最小|更小", Order.SMALLEST, _SIZE, False),
    (r"\b(high|tall)(est|er)\b|最高|更高", Order.LARGEST, _HEIGHT, False),
    (r"\blow(est|er)\b|最低|更低", Order.SMALLEST, _HEIGHT, False),
    (r"\b(long|lengthi)(est|er)\b|最长|更长", Order.LARGEST, _LENGTH, False),
    (r"\bshort(est|er)\b|最短|更短", Order.SMALLEST, _LENGTH, False),
    (r"\bheavi(est|er)\b|最重|更重", Order.LARGEST, ("weight", "mass"), False),
    (r"\blight(est|er)\b|最轻|更轻", Order.SMALLEST, ("weight", "mass"), False),
    (r"\bdens(est|er)\b|最密", Order.LARGEST, ("density",), False),
    (r"\b(spars|thinn)est\b|最稀", Order.SMALLEST, ("density",), False),
    (r"\b(wid|broad)(est|er)\b|最宽|更宽", Order.LARGEST, _WIDTH, False),
    (r"\bnarrow(est|er)\b|最窄|更窄", Order.SMALLEST, _WIDTH, False),
    (r"\bthick(est|er)\b|最厚|更厚", Order.LARGEST, ("thickness", "pages"), False),
    (r"\bfatt(est|er)\b", Order.LARGEST, ("pages", "weight"), False),
    (
        r"\b(room|spac)(iest|ier)\b|\b(most|more) spacious\b",
        Order.LARGEST,
        ("rooms", "capacity", "seats", *_SIZE),
        False,
    ),
    (r"\bdeep(est|er)\b|最深|更深", Order.LARGEST, ("depth",), False),
    (r"\bshallow(est|er)\b|最浅|更浅", Order.SMALLEST, ("depth",), False),
    (r"\bsteep(est|er)\b|最陡", Order.LARGEST, ("slope", "gradient", "incline", "grade", "坡度"), False),
    (r"\bbright(est|er)\b|最亮", Order.LARGEST, ("brightness", "lumens", "luminosity", "亮度"), False),
    (r"\bloud(est|er)\b|最响", Order.LARGEST, ("loudness", "decibels", "noise", "音量"), False),
    (r"\b(hard|tough)(est|er)\b|\bmost difficult\b|最难|更难", Order.LARGEST, _DIFFICULTY, False),
    (r"\beasi(est|er)\b|\bleast difficult\b|最简单|最容易", Order.SMALLEST, _DIFFICULTY, False),
    (r"\bsoft(est|er)\b|最软", Order.SMALLEST, ("hardness", "硬度"), False),
    (r"\bfast(est|er)\b|最快|更快", Order.LARGEST, ("speed",), False),
    (r"\bquick(est|er)\b", Order.SMALLEST, _TAKEN, False),
    (r"\bslow(est|er)\b|最慢|更慢", Order.SMALLEST, ("speed",), False),
    (
        r"\b(costl|pric|dear)(iest|ier|est|er)\b|\b(most|more) (expensive|costly|pricey)\b|最贵|更贵",
        Order.LARGEST,
        _PRICE,
        False,
    ),
    (r"\bcheap(est|er)\b|\b(least|less) (expensive|costly)\b|最便宜|更便宜", Order.SMALLEST, _PRICE, False),
    (r"\bmost valuable\b|最值钱|最名贵", Order.LARGEST, ("value", "worth", *_PRICE), False),
    (r"\bleast valuable\b|最不值钱", Order.SMALLEST, ("value", "worth", *_PRICE), False),
    (r"\bbus(iest|ier)\b|最繁忙|最忙|最热闹", Order.LARGEST, _TRAFFIC, False),
    (r"\b(quietest|least busy)\b|最冷清", Order.SMALLEST, _TRAFFIC, False),
    (r"\bmost popular\b|最受欢迎|最热门", Order.LARGEST, ("popularity", *_VISITORS, *_RATING), False),
    (r"\bleast popular\b", Order.SMALLEST, ("popularity", *_VISITORS, *_RATING), False),
    (r"\bstrong(est|er)\b|最强", Order.LARGEST, ("strength", "power", "abv", "alcohol"), False),
    (r"\bweak(est|er)\b|最弱", Order.SMALLEST, ("strength", "power", "abv", "alcohol"), False),
    (
        rf"\bfirst\s*[?.!]?\s*$|{_NTH}|\b(?P<word>first)(?: (?!time|name|place)[\w-]+){{1,3}} to (?:be )?[a-z]+\b",
        Order.SMALLEST,
        _TIME,
        False,
    ),
    (r"\b(?P<word>last)(?: (?!time|name|place)[\w-]+){1,3} to (?:be )?[a-z]+\b", Order.LARGEST, _TIME, False),
    (r"(?<!at )\blast\s*[?.!]?\s*$", Order.LARGEST, _TIME, False),
    (r"\b(?<!at )first\b(?=[^?]*\bor\b)", Order.SMALLEST, _TIME, False),
    (r"\b(?<!at )last\b(?=[^?]*\bor\b)", Order.LARGEST, _TIME, False),
    (r"人数?最多", Order.LARGEST, _VISITORS, False),
    (r"人数?最少", Order.SMALLEST, _VISITORS, False),
    (r"\brich(est|er)\b|最富", Order.LARGEST, ("wealth", "income", "gross domestic product"), False),
    (r"\bpoor(est|er)\b|最穷", Order.SMALLEST, ("wealth", "income", "gross domestic product"), False),
    (r"\b(most|more) distant\b|\bfarth(est|er)\b|最远|更远", Order.LARGEST, ("distance",), False),
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
    (r"\btop\b(?! of)|前(?=[一二三四五六七八九十\d])", Order.LARGEST, (), True),
    (r"\bmost\b|\bmore\b(?! than)|最多|更多", Order.LARGEST, (), True),
    (r"\b(?<!at )(fewest|least|fewer|less)\b(?! than)|最少|更少", Order.SMALLEST, (), True),
)
_EXTREMES = tuple((re.compile(p, re.I), order, hints, counts) for p, order, hints, counts in _LEXICON)
_COMPARATIVE = re.compile(r"er$|^(more|less|fewer)\b|^更", re.I)
_HAN_AMOUNT = re.compile(r"的?前?(?P<number>[一二两三四五六七八九十\d]+)[个座条种位名家项]")
_THAN = re.compile(r"\s+(?:[^\W\d][\w-]*\s+){0,4}?(?P<than>than)\b", re.I)
_NOT_AS = re.compile(
    r"(?:\bnot|n['’]t)(?: (?:nearly|quite|anywhere near))? (?:as|so) (?P<adjective>[a-z]+(?: populated)?) as\b", re.I
)
_THAN_ANY = re.compile(
    rf"\b(?P<word>more (?:{PEOPLE})|more|fewer|less|[a-z]+er)\b(?:(?!\bthan\b)[^,;?]){{0,40}}?"
    r"\b(?P<than>than (?:in |on |at |of )?(?:any|all|every)(?:thing|one|body|where)?(?: of)?"
    r"(?: the)? (?:others?|else|rest)\b)",
    re.I,
)
_FEW_WITH = re.compile(
    r"\b(?:the|which|what|list|name|show|find)\s+(?P<number>\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)"
    r"\s+(?:[\w'-]+\s+){1,10}?"
    r"(?:with|have|having|whose)\s+(?:the\s+)?$",
    re.I,
)
"""What stands ahead of the superlative in "the five countries with the largest"."""
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
    "贵": (Order.LARGEST, _PRICE),
    "便宜": (Order.SMALLEST, _PRICE),
    "多": (Order.LARGEST, ()),
    "少": (Order.SMALLEST, ()),
    "老": (Order.SMALLEST, _TIME),
    "新": (Order.LARGEST, _TIME),
}
_HAN_ADJECTIVE = "|".join(sorted(_HAN_ADJECTIVES, key=len, reverse=True))
_HAN_ORDINAL = re.compile(rf"第(?P<number>[一二三四五六七八九十\d]+)(?P<adjective>{_HAN_ADJECTIVE})")
_HAN_THAN = re.compile(rf"(?P<than>比).{{1,20}}?(更|还要|还|要)?(?P<adjective>{_HAN_ADJECTIVE})(?!小|于|国)")
_HAN_PASSES = re.compile(
    r"(?<!不)(?:超过|高于|大于|多于|(?P<less>低于|小于|少于))了?(?=[^\d\s一二两三四五六七八九十百千万半]|[一-鿿]{2})(?![一二两三四五六七八九十百千万半\d])"
)
_HAN_BARE = re.compile(
    rf"(?:哪一?[个座家种条位款部台]?|谁)[^，,。？?]{{0,8}}?(?P<adjective>{_HAN_ADJECTIVE})一?[些点]?[?？]?\s*$"
)
"""A choice between two says its adjective bare: 哪家座位多."""
_NUMBERED = re.compile(r"([^\s一-鿿]+|第?[一二三四五六七八九十百\d]+)\s*$|$")
_TOP = re.compile(r"top|前", re.I)
_TOP_NUMBER = 12
_NEGATION = re.compile(r"\b(not|without|except|neither|no|never)\b|n't\b|没有|不是|不属于|不在|不|除了|没", re.I)


def find_extremes(text: str) -> tuple[Extreme, ...]:
    """The superlatives and comparatives of a question, in order; of overlapping ones the first kind listed."""
    found: list[Extreme] = [*_han_comparatives(text), *_han_ordinals(text), *_less_than(text), *_than_any(text)]
    for pattern, order, hints, counts in _EXTREMES:
        for match in pattern.finditer(text):
            if not any(match.start() < end and start < match.end() for e in found for start, end in e.spans):
                found.append(_extreme(text, match, (order, hints, counts)))
    return tuple(sorted(found, key=lambda e: e.start))


def _extreme(text: str, match: re.Match[str], meaning: tuple[Order, tuple[str, ...], bool]) -> Extreme:
    order, hints, counts = meaning
    named = (name for name in ("word", "last", "new") if match.groupdict().get(name))
    start, end = match.span(next(named, 0))
    k, nth = _how_many(text[:start].rstrip()), _which(text[:start].rstrip())
    first, last = start, end
    if _TOP.fullmatch(match.group()):
        behind = find_numbers(text[end : end + _TOP_NUMBER])
        if behind and behind[0].start <= 1 and 1 <= behind[0].value <= _MOST:
            k, last = int(behind[0].value), end + behind[0].end
    elif amount := _HAN_AMOUNT.match(text, end):
        k, last = int(find_numbers(amount["number"])[0].value), amount.end()
    elif k > 1 or nth > 1:
        numbered = _NUMBERED.search(text[:start])
        first = numbered.start() if numbered else start
    comparative = _COMPARATIVE.search(match.group()) is not None
    than = _THAN.match(text, end) if comparative else None
    parts: tuple[tuple[int, int], ...] = ((first, last),)
    if than is not None:
        near = not text[end : than.start("than")].strip()
        parts = ((first, than.end()),) if near else ((first, last), than.span("than"))
    elif (few := _few(text[:start])) is not None and k == nth == 1:
        k, parts = few[0], (few[1:], *parts)
    return Extreme(start, end, order, hints, counts, k, nth, comparative, than is not None, parts)


def _few(ahead: str) -> tuple[int, int, int] | None:
    """How many things with most of something are wanted, and where that is said: "the FIVE countries with the"."""
    match = _FEW_WITH.search(ahead)
    numbers = find_numbers(match["number"]) if match else ()
    if match is None or len(numbers) != 1 or not 1 < numbers[0].value <= _MOST:
        return None
    return int(numbers[0].value), *match.span("number")


def _han_comparatives(text: str) -> Iterator[Extreme]:
    """Comparisons such as 比法国大: the words that say it stand on both sides of what is compared with."""
    for match in _HAN_THAN.finditer(text):
        order, hints = _HAN_ADJECTIVES[match["adjective"]]
        parts = (match.span("than"), match.span("adjective"))
        start, end = match.span("adjective")
        yield Extreme(start, end, order, hints, counts=False, comparative=True, beside=True, parts=parts)
    for match in _HAN_PASSES.finditer(text):
        order = Order.SMALLEST if match["less"] else Order.LARGEST
        yield Extreme(*match.span(), order, (), counts=False, comparative=True, beside=True)
    bare = _HAN_BARE.search(text) if "最" not in text else None
    if bare:
        order, hints = _HAN_ADJECTIVES[bare["adjective"]]
        yield Extreme(*bare.span("adjective"), order, hints, counts=not hints, comparative=True)


def _less_than(text: str) -> Iterator[Extreme]:
    """Comparisons such as "not as long as": what is turned is the comparative, of an unknown word that of its own."""
    for match in _NOT_AS.finditer(text):
        word = match["adjective"].casefold()
        forms = (f"{word}er", f"{word}r", f"{word}{word[-1]}er", f"{word[:-1]}ier", f"more {word}")
        meant = next((e for e in _EXTREMES if any(e[0].fullmatch(form) for form in forms)), None)
        order, hints = (meant[1], meant[2]) if meant is not None else (Order.LARGEST, (word,))
        order = Order.SMALLEST if order is Order.LARGEST else Order.LARGEST
        yield Extreme(*match.span(), order, hints, counts=False, comparative=True, beside=True)


def _than_any(text: str) -> Iterator[Extreme]:
    """Comparatives with all others, which are superlatives: "stands taller than all the others"."""
    for match in _THAN_ANY.finditer(text):
        word = match["word"].casefold()
        forms = (word, word.replace("more ", "most "))
        meant = next((e for e in _EXTREMES if any(e[0].fullmatch(form) for form in forms)), None)
        if meant is not None:
            parts = (match.span("word"), match.span("than"))
            yield Extreme(*match.span("word"), meant[1], meant[2], meant[3], parts=parts)


def _han_ordinals(text: str) -> Iterator[Extreme]:
    """Places such as 第三大: the third largest."""
    for match in _HAN_ORDINAL.finditer(text):
        order, hints = _HAN_ADJECTIVES[match["adjective"]]
        nth = find_numbers(match["number"])
        if nth and nth[0].value >= 1:
            yield Extreme(match.start(), match.end(), order, hints, counts=not hints, nth=int(nth[0].value))


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


def usual_attributes(words: str) -> tuple[str, ...]:
    """The attributes that a comparative usually speaks of: length for "longer than"."""
    return next((hints for pattern, _, hints, _ in _EXTREMES if hints and pattern.search(words)), ())


def negation_at(text: str) -> int:
    """Where a question first negates, or -1."""
    match = _NEGATION.search(text)
    return match.start() if match else -1
