"""Words that carry little on their own: a name made of them alone is a weak match."""

from __future__ import annotations

_ENGLISH = """
    a about after all also am among an and any are as at be been before being between both but by can could
    did do does doing during each either every few for from get give gave given had has have having he her
    hers him his how i if in into is it its itself just kind last let list like many may me might more most much
    must my name named names no nor not of off on one ones only or other our out over own per please same say
    shall she should show so some such tell than that the their them then there these they this those through
    to too under until up us very was we were what when where whether which while who whom whose why will
    with within without would you your s t d ll re ve
"""
ENGLISH = frozenset(_ENGLISH.split())
"""English function words and the words that questions are made of, folded."""

_CHINESE = """
    的 了 吗 呢 吧 啊 呀 么 是 在 有 和 与 及 或 也 都 就 被 把 对 从 到 向 给 让 为 于 以 之 其 这 那 哪
    谁 何 几 多 少 个 位 种 些 第
    我 你 您 他 她 它 们 很 不 没 请
    问 请问 什么 什麼 怎么 怎样 怎么样 如何 哪个
    哪些 哪位 哪里 哪儿 哪一 哪国 哪年 多少 多大 多久 多长 多高
    几个 几位 为什么 是谁 是什么 有什么 有哪些 叫什么 知道 告诉 想知道 你知道 我想 一下
    一个 这个 那个 这些 那些 可以 能 能否 属于
    时候 什么时候 关于 以及 还有 哪 吗 谁的 的是 什么样
    是哪 来自 说说 好奇 记得
"""
CHINESE = frozenset(_CHINESE.split())
"""Chinese function words and the words that questions are made of, folded."""

STOP_WORDS = ENGLISH | CHINESE


def is_stop(word: str) -> bool:
    """Whether a folded word carries little on its own."""
    return word in STOP_WORDS
