"""Programs in Chinese: a noun phrase each, and a clause that narrows one down. Brackets keep the nesting clear."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch

from kgqa.program import algebra as a
from kgqa.program.names import Names

_NUMBERS: Mapping[a.Comparison, str] = {
    a.Comparison.EQUAL: "等于",
    a.Comparison.NOT_EQUAL: "不等于",
    a.Comparison.LESS: "小于",
    a.Comparison.LESS_EQUAL: "不大于",
    a.Comparison.GREATER: "大于",
    a.Comparison.GREATER_EQUAL: "不小于",
}
_TIMES: Mapping[a.Comparison, str] = {
    **_NUMBERS,
    a.Comparison.LESS: "早于",
    a.Comparison.LESS_EQUAL: "不晚于",
    a.Comparison.GREATER: "晚于",
    a.Comparison.GREATER_EQUAL: "不早于",
}
_FOLDS: Mapping[a.Aggregation, str] = {
    a.Aggregation.SUM: "总和",
    a.Aggregation.AVERAGE: "平均值",
    a.Aggregation.MINIMUM: "最小值",
    a.Aggregation.MAXIMUM: "最大值",
}


_OWN: Mapping[a.Comparison, str] = {a.Comparison.EQUAL: "相同", a.Comparison.NOT_EQUAL: "不同"}


def _end(order: a.Order, *, time: bool = False) -> str:
    if time:
        return "晚" if order is a.Order.LARGEST else "早"
    return "大" if order is a.Order.LARGEST else "小"


def _place(order: a.Order, n: int, *, time: bool = False) -> str:
    return f"第{n}{_end(order, time=time)}" if n > 1 else f"最{_end(order, time=time)}"


# -- noun phrases -------------------------------------------------------------------------------


@singledispatch
def phrase(program: a.Program, names: Names) -> str:
    """A program as a noun phrase."""
    raise NotImplementedError(type(program).__name__)


def atom(program: a.Program, names: Names) -> str:
    """A noun phrase that can stand inside another; in brackets where it could be misread."""
    words = phrase(program, names)
    return words if _is_plain(program) else f"（{words}）"


def _is_plain(program: a.Program) -> bool:
    """A name, a class, or a chain of plain "……的……"."""
    if isinstance(program, a.Follow) and not program.step.inverse:
        return _is_plain(program.source)
    return isinstance(program, a.Instances) or (isinstance(program, a.Entities) and len(program.nodes) == 1)


def _head(step: a.Step, names: Names) -> str:
    return names.side_class(step) or "事物"


@phrase.register
def _entities(program: a.Entities, names: Names) -> str:
    labels, more = names.listed(program.nodes)
    if len(labels) > 1 and len(set(labels)) == 1:
        return f"名为{labels[0]}的{len(program.nodes)}个事物"
    return "、".join(labels) + (f"等{len(program.nodes)}个" if more else "") or "无"


@phrase.register
def _instances(program: a.Instances, names: Names) -> str:
    return names.node(program.node_class)


@phrase.register
def _having(program: a.Having, names: Names) -> str:
    head = _head(a.Step(program.step.relation, not program.step.inverse), names)
    return f"{clause(program, names)}的{head}"


@phrase.register
def _follow(program: a.Follow, names: Names) -> str:
    if program.step.inverse:
        return f"{clause(program, names)}的{_head(program.step, names)}"
    return f"{atom(program.source, names)}的{names.relation(program.step)}"


@phrase.register
def _intersect(program: a.Intersect, names: Names) -> str:
    left, right = program.left, program.right
    if isinstance(left, a.Instances) and not isinstance(right, a.Instances):
        left, right = right, left
    if isinstance(right, a.Instances):
        return f"{clause(left, names)}的{phrase(right, names)}"
    return f"{atom(left, names)}中{clause(right, names)}的"


@phrase.register
def _union(program: a.Union, names: Names) -> str:
    return f"{atom(program.left, names)}或{atom(program.right, names)}"


@phrase.register
def _difference(program: a.Difference, names: Names) -> str:
    return f"{atom(program.left, names)}中不属于{atom(program.right, names)}的"


@phrase.register
def _of_type(program: a.OfType, names: Names) -> str:
    return f"{atom(program.source, names)}中的{names.node(program.node_class)}"


@phrase.register
def _where(program: a.Where, names: Names) -> str:
    if (low := a.span_start(program)) is not None:
        span = f"在{names.value(low.value)}到{names.value(program.value)}之间"
        return f"{atom(low.source, names)}中{names.relation(program.step)}{span}的"
    words = (_TIMES if names.is_time(program.value) else _NUMBERS)[program.comparison]
    return f"{atom(program.source, names)}中{names.relation(program.step)}{words}{names.value(program.value)}的"


@phrase.register
def _where_beside(program: a.WhereBeside, names: Names) -> str:
    words = (_TIMES if names.measures_time(program.step) else _NUMBERS)[program.comparison]
    label = names.relation(program.step)
    return f"{atom(program.source, names)}中{label}{words}{atom(program.other, names)}的{label}的"


@phrase.register
def _where_own(program: a.WhereOwn, names: Names) -> str:
    one, other = names.relation(program.step), names.relation(program.other)
    if program.comparison in _OWN:
        return f"{atom(program.source, names)}中{one}与其{other}{_OWN[program.comparison]}的"
    words = (_TIMES if names.measures_time(program.step) else _NUMBERS)[program.comparison]
    return f"{atom(program.source, names)}中{one}{words}其{other}的"


def _number_of(step: a.Step, names: Names) -> str:
    label = names.relation(step)
    return f"以其为“{label}”的{_head(step, names)}数量" if step.inverse else f"“{label}”的数量"


@phrase.register
def _where_count(program: a.WhereCount, names: Names) -> str:
    words = f"{_NUMBERS[program.comparison]}{program.number}"
    return f"{atom(program.source, names)}中{_number_of(program.step, names)}{words}的"


@phrase.register
def _top(program: a.Top, names: Names) -> str:
    end = _place(program.order, 1, time=names.measures_time(program.step))
    return f"{atom(program.source, names)}中{names.relation(program.step)}{end}的{_many(program.k)}"


def _many(k: int) -> str:
    return f"{k}个" if k > 1 else ""


@phrase.register
def _top_by_count(program: a.TopByCount, names: Names) -> str:
    end = "最多" if program.order is a.Order.LARGEST else "最少"
    return f"{atom(program.source, names)}中{_number_of(program.step, names)}{end}的{_many(program.k)}"


@phrase.register
def _nth(program: a.Nth, names: Names) -> str:
    place = _place(program.order, program.n, time=names.measures_time(program.step))
    return f"{atom(program.source, names)}中{names.relation(program.step)}{place}的"


@phrase.register
def _groups(program: a.Groups, names: Names) -> str:
    table = program.table
    if isinstance(table, a.TopRows | a.WhereRows) and isinstance(table.table, a.GroupCount):
        counted = f"{atom(table.table.groups, names)}中{_members(table.table, names)}数量"
        if isinstance(table, a.WhereRows):
            return f"{counted}{_NUMBERS[table.comparison]}{table.number:g}的"
        return f"{counted}{'最多' if table.order is a.Order.LARGEST else '最少'}的{_many(table.k)}"
    return f"{atom(program.table, names)}中的各组"


@phrase.register
def _count(program: a.Count, names: Names) -> str:
    return f"{atom(program.source, names)}的数量"


@phrase.register
def _aggregate(program: a.Aggregate, names: Names) -> str:
    values = f"{atom(program.source, names)}的{names.relation(program.step)}"
    return f"{values}的{_fold(program.aggregation, program.step, names)}"


def _fold(aggregation: a.Aggregation, step: a.Step, names: Names) -> str:
    fold = _FOLDS[aggregation]
    return {"最小值": "最早值", "最大值": "最晚值"}.get(fold, fold) if names.measures_time(step) else fold


@phrase.register
def _gap(program: a.Gap, names: Names) -> str:
    label, more = names.relation(program.step), "晚" if names.measures_time(program.step) else "大"
    left, right = (atom(side, names) for side in (program.left, program.right))
    return f"{left}的{label}比{right}的{label}{more}多少"


@phrase.register
def _gap_own(program: a.GapOwn, names: Names) -> str:
    more = "晚" if names.measures_time(program.step) else "大"
    one, other = names.relation(program.step), names.relation(program.other)
    return f"{atom(program.source, names)}的{one}比其{other}{more}多少"


@phrase.register
def _exists(program: a.Exists, names: Names) -> str:
    source = program.source
    if isinstance(source, a.Where) and isinstance(source.source, a.Entities) and len(source.source.nodes) == 1:
        words = (_TIMES if names.is_time(source.value) else _NUMBERS)[source.comparison]
        return f"{phrase(source.source, names)}的{names.relation(source.step)}是否{words}{names.value(source.value)}"
    return f"是否存在{atom(program.source, names)}"


@phrase.register
def _contains(program: a.Contains, names: Names) -> str:
    return f"{atom(program.right, names)}是否都属于{atom(program.left, names)}"


@phrase.register
def _compare(program: a.Compare, names: Names) -> str:
    label = names.relation(program.step)
    words = (_TIMES if names.measures_time(program.step) else _NUMBERS)[program.comparison]
    return f"{atom(program.left, names)}的{label}是否{words}{atom(program.right, names)}的{label}"


@phrase.register
def _compare_numbers(program: a.CompareNumbers, names: Names) -> str:
    return f"{atom(program.left, names)}是否{_NUMBERS[program.comparison]}{atom(program.right, names)}"


@phrase.register
def _relations(program: a.RelationBetween, names: Names) -> str:
    return f"从{atom(program.left, names)}到{atom(program.right, names)}的关系"


def _members(program: a.GroupCount | a.GroupAggregate | a.GroupBest, names: Names) -> str:
    label = names.relation(program.step)
    link = f"以其为“{label}”" if program.step.inverse else f"是其“{label}”"
    return f"{atom(program.members, names)}中{link}的"


@phrase.register
def _group_count(program: a.GroupCount, names: Names) -> str:
    return f"每个{atom(program.groups, names)}：{_members(program, names)}数量"


@phrase.register
def _group_aggregate(program: a.GroupAggregate, names: Names) -> str:
    fold = f"{names.relation(program.attribute)}的{_fold(program.aggregation, program.attribute, names)}"
    return f"每个{atom(program.groups, names)}：（{_members(program, names)}）的{fold}"


@phrase.register
def _group_best(program: a.GroupBest, names: Names) -> str:
    end = _place(program.order, 1, time=names.measures_time(program.attribute))
    best = f"{names.relation(program.attribute)}{end}的"
    return f"每个{atom(program.groups, names)}：（{_members(program, names)}）中{best}"


@phrase.register
def _top_rows(program: a.TopRows, names: Names) -> str:
    return f"{atom(program.table, names)}中数值最{_end(program.order)}的{program.k}行"


@phrase.register
def _where_rows(program: a.WhereRows, names: Names) -> str:
    return f"{atom(program.table, names)}中数值{_NUMBERS[program.comparison]}{program.number:g}的行"


# -- clauses ------------------------------------------------------------------------------------


@singledispatch
def clause(program: a.Program, names: Names) -> str:
    """A program as a clause that narrows a noun down, to stand before 的."""
    return f"属于{atom(program, names)}"


@clause.register
def _has(program: a.Having, names: Names) -> str:
    label = names.relation(program.step)
    return f"作为某物的“{label}”" if program.step.inverse else f"有“{label}”"


@clause.register
def _leads_to(program: a.Follow, names: Names) -> str:
    if program.step.inverse:
        return f"{names.relation(program.step)}为{atom(program.source, names)}"
    return f"属于{atom(program, names)}"
