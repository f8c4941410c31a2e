"""Polite frames around a question: "could you tell me ...", "Hi there!", 请问, 谁能告诉我 ...吗."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kgqa.types import Mention

_ASKING = (
    r"(?=(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could|would|will"
    r"|please|tell|name|list|give|show|i|i'd|i’d|the|a|an|if|whether|about|in|on|at|of|for)\b)"
)
_NAMING = r"(?=(?:who|whom|whose|what|which|when|where|why|how|if|whether|the)\b)"
_ENGLISH = (
    rf"(?:hi|hello|hey|good (?:morning|afternoon|evening))(?: there)?\s*[,.!]+\s*{_ASKING}",
    rf"(?:ok|okay|so|well|alright|right|now|hmm+|um+|uh|er)\s*[,:.!…-]+\s*{_ASKING}",
    rf"(?:please|kindly)\s*,?\s*(?:(?:state|specify|indicate)\s+)?{_ASKING}",
    r"(?:(?:can|could|would|will) you (?:please )?)?(?:tell me(?: this)?|let me know)"
    rf"\s*[,:]?\s*(?:please\s*,?\s*)?{_ASKING}",
    rf"do you (?:happen to )?know\s*[,:]?\s*{_ASKING}",
    rf"i(?:['’]d| would) like to know\s*[,:]?\s*{_ASKING}",
    rf"i (?:want|need) to (?:know|find out)\s*[,:]?\s*{_ASKING}",
    rf"i(?:['’]m| am) trying to (?:find out|work out|figure out|remember)\s*[,:]?\s*{_ASKING}",
    rf"(?:remind me|help me (?:find out|remember)|any idea|(?:does )?(?:anyone|anybody|someone) know)"
    rf"\s*[,:]?\s*(?:of )?{_NAMING}",
    rf"(?:i wonder|i(?:['’]m| am| was) wondering)\s*[,:]?\s*{_ASKING}",
    rf"(?:please )?answer (?:me )?(?:this|the following)(?: question)?\s*[,:]\s*{_ASKING}",
    rf"(?:(?:(?:a )?quick|one|another|next|simple) (?:question|one)|question|trivia(?: time| question)?|just curious"
    rf"|out of curiosity)\s*[,:.-]+\s*{_ASKING}",
)
_CHINESE = (
    r"(?:你好|您好|嗨)\s*[，,。！!]+\s*",
    r"(?:请问(?:一下)?|麻烦问一下|想问一下|我想问一下|我想知道|我很想知道)\s*[，,：:]?\s*",
    r"(?:请|麻烦)?(?:你|您)?(?:能不能|能否|可以|能)?告诉(?:一下)?我\s*[，,：:]?\s*",
    r"(?:请|麻烦)?(?:你|您)?帮(?:我|忙)(?:查|看|找|问)(?:一下|一查|一看)?\s*[，,：:]\s*",
)
_FRAME = re.compile(rf"\s*(?:{'|'.join((*_ENGLISH, *_CHINESE))})", re.I)
_WHETHER = re.compile(r"\s*(?:is it (?:true|right|correct) that|if|whether)\b", re.I)
_KNOWING = re.compile(
    r"\s*(?:(?:有)?(?:谁|哪位|有人|你|您|大家|你们)(?:能不能|能否|可以|能|会)?(?:知道|清楚|了解|记得|晓得|告诉(?:一下)?我)(?:一下)?\s*[，,：:]?)"
)
_ASKED_IN_CHINESE = re.compile("什么|谁|哪|几|多少|何|怎|多[大高长远重久]")
_WHETHER_AT_END = re.compile(r"[吗么嘛]\s*[？?。.！!]*\s*$")
_TAG = re.compile(
    r",\s*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would)(?:n['’]t| not)? "
    r"(?:it|he|she|they|there|we|you)\s*\?+\s*$",
    re.I,
)
"""What turns a statement into a question: "X got out of Y, didn't they?"."""
_TAGGED = ", no?"
_NAME_OF = re.compile(
    r"^\s*(?:(?:what|which)(?:['’]s|\s+is|\s+are|\s+was|\s+were)\s+)?(the\s+names?\s+of)\s+"
    r"(?=(?:the|an?|all|any|every|each|both|some)\b)",
    re.I,
)
_LONGEST = 4
_MARK = "Is"


def unframed(question: str) -> str:
    """The question with its frame overwritten by spaces, so that every other character keeps its place.

    "Is it true that" and "tell me whether" leave "Is": what follows is asked to be confirmed. A question that is
    nothing but a frame is left alone.
    """
    text = question
    for _ in range(_LONGEST):
        match = _FRAME.match(text)
        if match is None or not text[match.end() :].strip(" ?？!！.。,，"):
            break
        text = _blank(text, 0, match.end())
    text = _untagged(_unknowing(text))
    match = _WHETHER.match(text)
    if match is None or (text == question and not match.group().strip().lower().startswith("is it")):
        return text
    return f"{_MARK}{' ' * (match.end() - len(_MARK))}{text[match.end() :]}"


def unnamed(question: str, names: Iterable[Mention] = ()) -> str:
    """The question without "the name of" at its start, which asks for the same thing; overwritten as by `unframed`.

    names : what is part of one stays: "The Name of the Rose".
    """
    match = _NAME_OF.match(question)
    if match is None or any(name.start < match.end(1) and match.start(1) < name.end for name in names):
        return question
    return _blank(question, match.start(1), match.end(1))


def _untagged(text: str) -> str:
    """A statement with a tag, as one that is held up for a yes or a no."""
    match = _TAG.search(text)
    if match is None or not text[: match.start()].strip():
        return text
    return f"{text[: match.start()]}{_TAGGED}{' ' * (match.end() - match.start() - len(_TAGGED))}"


def _unknowing(text: str) -> str:
    """A Chinese question whether somebody knows, as the question that it holds."""
    match = _KNOWING.match(text)
    if match is None or not _ASKED_IN_CHINESE.search(text, match.end()):
        return text
    text = _blank(text, 0, match.end())
    end = _WHETHER_AT_END.search(text)
    return text if end is None else _blank(text, end.start(), end.start() + 1)


def _blank(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{' ' * (end - start)}{text[end:]}"
