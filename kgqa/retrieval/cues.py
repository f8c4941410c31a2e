"""Words that ask for more than superlatives and limits: negation, choice, sums, grouping, attributes asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kgqa.program.algebra import Aggregation, Comparison
from kgqa.retrieval.operator_words import PEOPLE
from kgqa.retrieval.question import COUNTING
from kgqa.types import Mention


@dataclass(frozen=True, slots=True)
class Cue:
    """Words of a question that ask for something, text[start:end]; `hints` names the attributes they speak of."""

    start: int
    end: int
    hints: tuple[str, ...] = ()
    aggregation: Aggregation | None = None
    comparison: Comparison | None = None


_WITHOUT = re.compile(
    r"\b(not|without|except(?:ing)?(?: for)?|excluding|neither|nor|no(?:body|[- ]one)?|never|but not|apart from"
    r"|other than|outside(?: of)?|stays? out of|non(?=-)|(?:do|does|did|is|are|was|were|have|has|had)nt)\b|n['’]t\b"
    r"|没有|不是|不属于|不在|除了|除去|除|不|没|非(?![洲常])",
    re.I,
)
_ASKING_NOT = re.compile(r"([一-鿿])不\1|有没有|(?:没有?|不)\s*[?？]?\s*$|,\s*no\s*\?\s*$")
_EITHER = re.compile(r"\bor\b|或者|或", re.I)
_BOTH = re.compile(r"\band\b|和|与|及|跟", re.I)
_EACH = re.compile(r"\b(each|every|per|by)\b|每一?(个|种|座|条|家|位)?|各(个|种)?|分别", re.I)
_BETWEEN = re.compile(
    r"\b(relation(ship)?|connection|link) (between|of)\b|\b(related|connected|linked)( to)?\b"
    r"|什么关系|有何关系|关系是什么",
    re.I,
)
_TOGETHER = re.compile(
    r"\bboth\b|\bjointly\b|(?<=\bdid )together|(?<=\bmade )together"
    r"|\bshare(?=\s*\??\s*$)|\bin common\b|\bshared (?:by|between)\b|都|同时",
    re.I,
)
_ANY = re.compile(r"\b(any|some|there|anything|anyone)\b|有没有|存在|是否有", re.I)
_SOME = re.compile(r"\b(are|were) there\b|\b(is|was) there (an?|any|some)\b|\bdo(es)? any\b", re.I)
_FOLDS: tuple[tuple[re.Pattern[str], Aggregation], ...] = (
    (
        re.compile(r"\b(average|avg|on average|(?<!\bi )(?<!\bwe )(?<!you )(?<!that )(?<!does )mean)\b|平均", re.I),
        Aggregation.AVERAGE,
    ),
    (
        re.compile(
            r"\b(total|sum|combined|altogether|comes? to|all told|in all(?=\s*[?.]?\s*$)"
            r"|(?:put|all|added) together|add(?:ing|ed)? up|(?:summ|tott?)ed up)\b"
            r"|\bhow (?:much|many)\b.*\b(?P<both>together|between them)(?=\s*[?.]?\s*$)"
            r"|\b(?:all|add)\b[^,;?]{1,40}?\b(?P<word>together)\b"
            r"|总和|总计|合计|(?P<all>总共|一共|拢共)|加在一起|加起来|合起来|加一块|加总|(?<=的)总(?![统理部督裁书参会局店机])",
            re.I,
        ),
        Aggregation.SUM,
    ),
    (re.compile(r"\b(maximum|max)\b|最大值", re.I), Aggregation.MAXIMUM),
    (re.compile(r"\b(minimum|min)\b|最小值", re.I), Aggregation.MINIMUM),
)
_GAP = re.compile(
    r"\bdifference\b(?=.*\b(?:between|of|from)\b)|\bgap\b(?=.*\bbetween\b)|\bdiffers?\b|\bby how (?:much|many)\b"
    r"|\bhow (?:much|many|far)\b(?=(?: (?!(?:is|are|was|were|do|does|did|has|have|had)\b)[\w-]+){0,3}?"
    r" (?:more|less|fewer|[a-z]{2,}(?:er|est))\b.*\bthan\b)"
    r"|\bhow (?:much|many|far|long)(?=(?: [\w'’-]+){0,8}? (?:over|under|above|below|beneath|beyond|short of|late|early"
    r"|knocked off|less|more)\b(?! than| \d))"
    r"|\b(?:margin|mark-?up|profit|shortfall|overspend|underspend|overrun|discount|shortage|surplus|slippage)\b"
    r"|\b(?:minus|less|take away)\b(?= (?:what|the|its|their|\w+ing)\b)"
    r"|\bhow many years (?=.*\b(?:after|before|later than|earlier than)\b)"
    r"|相差|之差|差距|差值|差价|差额|(?:超|欠|亏|省|砍|贵|便宜|多|少)[出支了掉]{1,2}(?=多少|几)|还能[一-鿿]{0,3}多少|(?<=[的面积人口高度长度重量价格])差(?=多少|是|有|$)"
    r"|比[^，,]{1,20}?[大小高低长短重轻密深早晚贵多少老新][一-鿿]{0,3}?[了出]?(?P<word>多少|几[个座年米岁人])",
    re.I,
)
"""What asks how far two things are apart in something."""
_AMOUNT = re.compile(r"\bhow (?:many|much) (?:square|sq\.?|cubic)\b", re.I)
_ASKED_ATTRIBUTES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern, re.I), hints)
    for pattern, hints in (
        (
            rf"\b(how many|number of) ({PEOPLE})\b(?! (per|to the|for each|a) sq)( live| are| there)*"
            r"|\bhow populous\b|\bhead ?counts?\b|多少人口?|人口",
            ("population",),
        ),
        (r"\bhow (far|high|many [a-z]+) (above|over) (the )?sea( level)?\b", ("elevation", "altitude", "height")),
        (r"\bhow (many [a-z]+ )?(tall|high)\b|有?多高", ("height", "elevation", "altitude")),
        (r"\bhow (big|large)\b|\bsizes? of\b|有?多大", ("area", "size", "population")),
        (r"\bhow (many [a-z]+ )?long\b|有?多长", ("length", "duration")),
        (r"\bhow (heavy|light)\b|\bhow much does\b.*\bweigh\b|有?多重", ("weight", "mass")),
        (r"\bhow (many years )?old\b|多少岁|多老|年龄", ("age", "date of birth", "founding date")),
        (
            r"(?<=difference in )ages?\b|(?<=differ in )age\b|\bage(?= (?:difference|gap)\b)",
            ("age", "date of birth", "birth year", "born"),
        ),
        (r"\bhow (many [a-z]+ )?deep\b|有?多深", ("depth",)),
        (
            rf"\bhow (?:dense|crowded|(?:densely|thickly|sparsely|thinly) (?:populated|settled|peopled))\b"
            rf"|\b(average )?(population|{PEOPLE}) (per|to the|for each|a) (square|sq)\b\.?( ?\w+)?",
            ("density", "population density"),
        ),
        (r"\bhow (hot|cold|warm)\b|有?多(热|冷)", ("temperature",)),
        (r"\bhow fast\b|有?多快", ("speed",)),
        (r"\bhow far\b(?! (above|over) (the )?sea)|有?多远", ("distance",)),
        (
            r"\bhow (expensive|much does\b.*\bcost)\b|(卖|要)?多少(钱|元|块)|有?多贵|怎么卖",
            ("price", "cost", "fee", "价"),
        ),
        (
            r"\bhow many people\b.{0,12}\b(visit|saw|see|attend|watch|went|go|came)\w*",
            ("attendance", "visitors", "人数", "人次"),
        ),
        (r"多少平(方?米|方)?|\bhow many (square|sq)\b", ("area", "floor area", "面积")),
        (
            r"\b(die|died|dies|passed away)\b|去世|逝世|病逝",
            ("date of death", "year of death", "death date", "death year", "卒年", "去世时间"),
        ),
        (
            r"\bborn\b|出生|生于",
            ("date of birth", "year of birth", "birth date", "birth year", "生年", "出生日期"),
        ),
    )
)

_ASKED_OUTRIGHT: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(asked, re.I), re.compile(names, re.I))
    for asked, names in (
        (
            r"\b(tele)?phone( number)?\b|\bmobile number\b|电话|手机号码?|联系方式",
            r"phone|\btel\b|mobile|contact|电话|手机|联系方式",
        ),
        (r"\be-?mail( address)?\b|邮箱|电子邮件", r"mail|contact|邮箱|邮件|联系方式"),
        (r"\b(web ?site|homepage|url)\b|网址|官网|主页", r"web|site|url|page|网|主页"),
        (
            r"\bhow old\b|多少岁|几岁|多大年纪",
            r"\bage\b|aged|birth|born|found|establish|year|date|built|opened|since|creat|launch|commission|vintage"
            r"|生|年|龄|岁|日|建|立",
        ),
        (
            r"\bwhen\b.*\bborn\b|\bbirthdays?\b|\bdate of birth\b|哪年出生|什么时候出生|哪天生日|生日是",
            r"birth|born|\bdob\b|\bbday\b|出生|生年|生日|生于|诞",
        ),
        (r"\bwhen\b.*\bdied?\b|哪年去世|什么时候去世", r"death|died|dead|卒|去世|逝世|死|故"),
    )
)
"""Words that mean one thing only, and what the name of a relation must hold to be that."""
_ASKED_RELATIONS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern, re.I), hints)
    for pattern, hints in (
        (
            r"\b(neighbou?r(s|ing)?|adjoin(s|ing)?|adjacent to|surround(s|ing|ed by)?|next(?: door)? to|touch(es|ing)?"
            r"|(?:right )?beside|shar(?:es?|ing) (?:(?:a|its|their|the) )?(?:common )?borders? with"
            r"|land borders?|(?<=states )around|(?<=countries )around)\b"
            r"|相邻|毗邻|接壤|邻国|周边",
            ("borders", "shares border with", "neighbor"),
        ),
        (r"\b(?:high|top) points?\b|\bhighest (?:peak|spot|place|summit)s?\b", ("highest point",)),
        (r"\blow points?\b|\blowest (?:spot|place)s?\b", ("lowest point",)),
        (
            r"\b(in charge of|boss|runs|heads up|heads)\b",
            ("head", "manager", "reports to", "director", "leader", "led by", "captain", "supervisor"),
        ),
        (
            r"\b(train(?:s|ed)|taught|teaches|mentor(?:s|ed)|coach(?:es|ed))\b",
            ("mentored by", "trained by", "taught by", "mentor", "teacher", "trainer", "coach"),
        ),
        (
            r"\b(subordinates?|direct reports?|underlings?|(?:reports?|answers?) to)\b",
            ("reports to", "manager", "supervisor", "supervised by", "managed by"),
        ),
        (r"\b(makes|maker|made by|manufactures|builds|builder)\b", ("manufacturer", "maker", "made by", "builder")),
        (r"\bmade (out )?of\b", ("material", "made of")),
        (r"归?谁(负责|管)|负责|主管|牵头|照管|看管|管着", ("负责人", "主管", "领导", "manager")),
        (r"老板|上司|手下|下属|汇报", ("上级", "领导", "主管", "reports to")),
        (r"作者|谁写|谁画|写的|画的", ("作者", "著者", "创作者", "author")),
        (r"跟着?谁学|师父|师傅|徒弟|弟子|门下", ("师从", "老师", "导师", "师承")),
        (r"用什么(料|材料|做)|什么料|食材|原料", ("主料", "原料", "食材", "材料")),
        (r"得过|获过|拿过|获奖", ("所获奖项", "获奖", "获得荣誉", "award")),
        (r"哪里人|老家|家乡", ("籍贯", "出生地", "birthplace")),
        (r"住在|住哪", ("居住地", "住址", "所在地")),
        (r"工资|薪水|薪资|月薪", ("工资", "月薪", "薪资", "薪酬", "salary")),
        (r"挂在|挂着|摆在|陈列|放在", ("陈列位置", "位置", "存放地", "location")),
    )
)


_LADDER = re.compile(
    r"\b(?:exactly )?(?:(?P<three>three|3)|two|2|a couple of)"
    r" (?:levels?|rungs?|steps?|layers?|tiers?|generations?|places?)"
    r"(?: (?:above|up|below|down|beneath|under(?:neath)?|over|higher|lower|removed|back|on))+\b"
    r"|\b(?P<own>[a-z]{3,})['’]s (?:own )?(?P=own)\b|\b(?P<of>[a-z]{3,}) of (?:an?|the|its|his|her|their) (?P=of)\b"
    r"|\bgrand-?(?=[a-z])(?!e\b|ma\b|pa\b|eur)[a-z]+"
    r"|往?[上下]面?数?[两二][级层]的?|[上下]面?隔了?一[级层]的?|隔了?一[级层]|再往?[上下]一[级层]"
    r"|(?P<han>[一-鿿]{2})的(?P=han)|爷爷|奶奶|姥爷|姥姥|外公|外婆|孙[子女]|外孙",
    re.I,
)


_CALLED = re.compile(
    r"\s*(?:(?:that|which|who)\s+)?(?:(?:is|are|was|were)\s+)?(?:named|called)\s+"
    r"|\s*(?:by|with|under|that\s+ha(?:s|ve)|having)\s+the\s+name(?:\s+of)?\s+|(?:名叫|名为|叫做|叫)",
    re.I,
)
_CALLING = re.compile(r"(?:名叫|名为|叫做|叫)$")


def calling(text: str, kind: Mention, name: Mention) -> tuple[int, int] | None:
    """Where a question asks for all of a kind that go by a name, [start, end); None where it does not."""
    if kind.end <= name.start and _CALLED.fullmatch(text[kind.end : name.start]):
        return kind.end, name.start
    before = _CALLING.search(text[: name.start])
    return before.span() if before and text[name.end : kind.start] == "的" else None


def find_cues(text: str, pattern: re.Pattern[str]) -> tuple[Cue, ...]:
    """Where a pattern is met."""
    return tuple(Cue(m.start(), m.end()) for m in pattern.finditer(text))


def find_negations(text: str) -> tuple[Cue, ...]:
    """The words that negate or except; those aside by which Chinese asks yes or no (会不会, 去过没有)."""
    asking = [match.span() for match in _ASKING_NOT.finditer(text)]
    found = find_cues(text, _WITHOUT)
    return tuple(cue for cue in found if not any(start <= cue.start < end for start, end in asking))


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


def asks_for_some(text: str) -> bool:
    """Whether a question is surely about any of a kind, and not about one thing that it names."""
    return _SOME.search(text) is not None


def find_folds(text: str) -> tuple[Cue, ...]:
    """The words that make one number of many."""
    counted = COUNTING.search(text) is not None
    found = (
        (*_word_of(match), fold)
        for pattern, fold in _FOLDS
        for match in pattern.finditer(text)
        if not (counted and match.groupdict().get("all"))  # 一共几张: how many in all
    )
    return tuple(Cue(start, end, aggregation=fold) for start, end, fold in found)


def find_amounts(text: str) -> tuple[Cue, ...]:
    """The words that ask for an amount, and not how many things of a kind: "how many SQUARE metres"."""
    return find_cues(text, _AMOUNT)


def _word_of(match: re.Match[str]) -> tuple[int, int]:
    """Where the word of a match stands that says it, of several that show that it does."""
    return next((match.span(name) for name in ("word", "both") if match.groupdict().get(name)), match.span())


def find_gaps(text: str) -> tuple[Cue, ...]:
    """The words that ask how much one thing has over another."""
    return tuple(Cue(*_word_of(match)) for match in _GAP.finditer(text))


def find_ladders(text: str) -> tuple[Cue, ...]:
    """The words that ask for a step taken more than once; `hints` says "three" where it is three times."""
    return tuple(Cue(*match.span(), hints=("three",) if match["three"] else ()) for match in _LADDER.finditer(text))


def find_asked_attributes(text: str) -> tuple[Cue, ...]:
    """The question words that name an attribute: "how tall"."""
    return _hinted(text, _ASKED_ATTRIBUTES)


def find_asked_outright(text: str) -> Iterator[re.Pattern[str]]:
    """What the name of a relation must hold to be what a question outright asks for: a phone number, a birth."""
    return (names for asked, names in _ASKED_OUTRIGHT if asked.search(text))


def find_asked_relations(text: str) -> tuple[Cue, ...]:
    """The words that speak of a relation by other names than its own: "neighbouring" of borders."""
    return _hinted(text, _ASKED_RELATIONS)


def _hinted(text: str, lexicon: Iterable[tuple[re.Pattern[str], tuple[str, ...]]]) -> tuple[Cue, ...]:
    return tuple(Cue(m.start(), m.end(), hints) for pattern, hints in lexicon for m in pattern.finditer(text))
