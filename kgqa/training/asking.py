"""Tuning an encoder to bring what people ask near the relations that they mean, on any graph.

Names of relations are short and formal, questions are neither: "how thick is it" means a number of pages. An encoder
learns that from questions to many domains, each with the relations of its own schema to choose among; those of the
graphs that it will be asked about are never among them. So it does from what people call the kinds of things there
("jobs" of orders), and how they say values ("gone out the door" of shipped). A question is read whole, less the name
in it, or by those of its phrases that retrieval makes: contrastive, over all that two domains hold and some of others
(InfoNCE; van den Oord et al., 2018, arXiv:1807.03748).
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from kgqa.embedding import Adapter, EncoderWeights
from kgqa.errors import QuestionsFileError
from kgqa.retrieval.meaning_texts import class_text, is_flag, value_text
from kgqa.retrieval.question import QuestionView
from kgqa.text.language import Language, guess_language
from kgqa.training.config import TuningSettings, check_counts, check_positive, check_shares
from kgqa.training.descending import Descent, OnStep, descend
from kgqa.training.tunable import TunableEncoder
from kgqa.types import Mention

_SLOTS = {"asks": "[X]", "back": "[Y]", "words": "", "says": ""}
_FIELDS = (
    {"domain", "relation", "asks", "back"},
    {"domain", "class", "words"},
    {"domain", "relation", "value", "says"},
)
_NAMES = {Language.CHINESE: "某某"}
_NAME = "Xyzzy"
_FIRST_HEAT = 3.0
_HEAT_RATE = 5e-3
_LEAST_RATE = 0.02


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be meant in a domain: relations, kinds of things and values, and the place of what is."""

    domain: str
    meanings: tuple[str, ...]
    right: int


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that asks for a relation of its domain, or words for a kind of things or a value.

    phrases : what retrieval would match. whole : the question without the name in it.
    """

    choices: Choices
    phrases: tuple[str, ...]
    whole: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AskingSettings:
    """How the encoder is tuned.

    steps : of AdamW. domains, questions : a step, questions of each domain. others : meanings of other domains.
    by_phrases : the share of steps in which phrases stand for the question, at most `phrases` of each.
    share : of the way from the plain encoder to the tuned one that is gone in the end. What was learnt of questions of
    one step then costs chains of several less (docs/reader.md).
    rank : of the low-rank additions. rate : the top learning rate, after `warmup` steps. seed : of every draw.
    """

    steps: int = 1_200
    domains: int = 2
    questions: int = 12
    others: int = 16
    by_phrases: float = 0.35
    phrases: int = 6
    share: float = 0.6
    rank: int = 16
    rate: float = 5e-4
    warmup: int = 20
    decay: float = 0.01
    clip: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        check_counts(self, ("steps", "domains", "questions", "phrases", "rank"), "")
        check_positive(self, ("rate", "clip"), "")
        check_shares(self, ("by_phrases", "share"), "")


def read_asks(path: Path) -> tuple[Ask, ...]:
    """Read JSON Lines: `domain` and `relation` with `asks` (about [X]) and `back` (about [Y]); `class` with `words`;
    or `relation` and `value` with `says`.

    Errors : QuestionsFileError with file and line for a malformed line, or a question without its one placeholder.
    """
    return tuple(
        _ask(f"{path}, line {number}", Choices(domain, meanings, right), str(text), slot)
        for domain, rows in read_domains(path).items()
        for meanings in (tuple(_meaning(row) for _, row in rows),)
        for right, (number, row) in enumerate(rows)
        for field, slot in _SLOTS.items()
        for text in _texts(row.get(field, []))
    )


def read_domains(path: Path) -> dict[str, list[tuple[int, dict[str, object]]]]:
    """The rows of such a file by their domain, with their line numbers. Errors : as `read_asks`."""
    domains: dict[str, list[tuple[int, dict[str, object]]]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        row = _row(path, number, line)
        domains.setdefault(str(row["domain"]), []).append((number, row))
    return domains


def tune_asking(
    asks: Sequence[Ask],
    weights: EncoderWeights,
    settings: AskingSettings | None = None,
    *,
    on_step: OnStep | None = None,
) -> Adapter:
    """Tune an encoder to questions; the additions to its weights.

    on_step : called every 50 steps with their number and the mean loss. Errors : TrainingError for losses that are no
    numbers.
    """
    chosen = settings or AskingSettings()
    draws = random.Random(chosen.seed)  # noqa: S311
    torch.manual_seed(chosen.seed)
    encoder = TunableEncoder(weights, TuningSettings(rank=chosen.rank, rate=chosen.rate))
    heat = nn.Parameter(torch.tensor(_FIRST_HEAT))
    by_domain = {
        domain: [a for a in asks if a.choices.domain == domain]
        for domain in dict.fromkeys(a.choices.domain for a in asks)
    }
    every = sorted({meaning for ask in asks for meaning in ask.choices.meanings})

    def rates(step: int) -> tuple[float, float]:
        share = min(1, (step + 1) / chosen.warmup) * max(_LEAST_RATE, 1 - step / chosen.steps)
        return chosen.rate * share, _HEAT_RATE

    def loss() -> Tensor:
        return _loss(encoder, heat, _drawn(by_domain, every, draws, chosen), draws, chosen)

    tuned = [p for p in encoder.parameters() if p.requires_grad]
    descend((tuned, [heat]), loss, Descent(chosen.steps, chosen.decay, chosen.clip, rates, "to questions"), on_step)
    return encoder.adapter().scaled(chosen.share)


def _drawn(
    by_domain: Mapping[str, Sequence[Ask]], every: Sequence[str], draws: random.Random, settings: AskingSettings
) -> tuple[list[Ask], list[str]]:
    """The questions of a step and the meanings that they choose among."""
    domains = draws.sample(list(by_domain), min(settings.domains, len(by_domain)))
    batch = [a for d in domains for a in draws.sample(by_domain[d], min(settings.questions, len(by_domain[d])))]
    others = draws.sample(every, min(settings.others, len(every)))
    return batch, sorted({meaning for ask in batch for meaning in ask.choices.meanings} | set(others))


def _loss(
    encoder: TunableEncoder,
    heat: Tensor,
    drawn: tuple[list[Ask], list[str]],
    draws: random.Random,
    settings: AskingSettings,
) -> Tensor:
    batch, meanings = drawn
    at = {meaning: place for place, meaning in enumerate(meanings)}
    names = encoder.texts(meanings)
    right = torch.tensor([at[ask.choices.meanings[ask.choices.right]] for ask in batch])
    if draws.random() < settings.by_phrases:
        parts = [draws.sample(ask.phrases, min(settings.phrases, len(ask.phrases))) for ask in batch]
        texts = sorted({text for own in parts for text in own})
        place = {text: i for i, text in enumerate(texts)}
        cosines = encoder.questions(texts) @ names.T
        scores = torch.stack([cosines[[place[text] for text in own]].max(dim=0).values for own in parts])
    else:
        scores = encoder.questions([ask.whole for ask in batch]) @ names.T
    return nn.functional.cross_entropy(torch.exp(heat) * scores, right)


def _row(path: Path, number: int, line: str) -> dict[str, object]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise QuestionsFileError(f"{path}, line {number}: no JSON ({error})") from error
    if not isinstance(row, dict) or not any(fields <= row.keys() for fields in _FIELDS):
        raise QuestionsFileError(
            f"{path}, line {number}: {line[:80]!r}; expected an object with domain, relation, asks and back, "
            "with domain, class and words, or with domain, relation, value and says"
        )
    return row


def _meaning(row: Mapping[str, object]) -> str:
    """What a row is about, as retrieval writes it."""
    if "class" in row:
        return class_text(str(row["class"]))
    if "says" in row:
        value = str(row["value"])
        return value_text(str(row["relation"]), value, flag=is_flag(value))
    return str(row["relation"])


def _texts(found: object) -> list[object]:
    return found if isinstance(found, list) else [found]


def _ask(place: str, choices: Choices, text: str, slot: str) -> Ask:
    if not slot:
        phrases = tuple(phrase.text for phrase in QuestionView(text).phrases(()))
        return Ask(choices, phrases or (text,), text)
    if text.count(slot) != 1:
        raise QuestionsFileError(f"{place}: {text!r}; expected one {slot} in it")
    language = guess_language(text)
    name, start = _NAMES.get(language, _NAME), text.index(slot)
    filled = text.replace(slot, name)
    mention = Mention(start, start + len(name), name)
    view = QuestionView(filled)
    whole = text.replace(slot, "") if language is Language.CHINESE else " ".join(text.replace(slot, " ").split())
    phrases = tuple(phrase.text for phrase in view.phrases([mention]))
    return Ask(choices, phrases or (whole,), whole)
