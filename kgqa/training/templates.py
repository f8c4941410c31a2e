"""The words of made questions, in English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Forms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adjective:
    """What is said of things that have more or less of an attribute, comparative and superlative."""

    more: str
    most: str
    less: str
    least: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """Templates of one language.

    r, q : relations. x, y : names. c, d : classes, {one} and {many} for singular and plural sets. m : an attribute.
    a, b : parts, a1, b1 the same of one thing. v, w : values. k : a number. most, more : as `extremes` and `adjectives`
    give them. placed, where : parts for relations whose names end in a preposition, "member of", from their objects and
    from their subjects; not_placed, not_where : the same where they do not hold.
    extremes : for (largest, smallest) of numbers and of times, (comparative, superlative) each. large : how a number of
    some size is said in units of another. foreign : what many things have, for questions that a graph can't answer.
    """

    along: Forms
    against: Forms
    asks: Forms
    asks_who: Forms
    asks_back: Forms
    has: Forms
    is_of: Forms
    has_both: Forms
    is_of_both: Forms
    has_not: Forms
    is_not_of: Forms
    vague_not: Forms
    placed: Forms
    not_placed: Forms
    where: Forms
    not_where: Forms
    counts: Forms
    counts_back: Forms
    shared: Forms
    same: Forms
    tests: Forms
    largest: Forms
    smallest: Forms
    things: Forms
    narrowed: Forms
    narrowed_of: Forms
    vague: Forms
    either: Forms
    except_: Forms
    except_of: Forms
    except_other: Forms
    but_not: Forms
    lacking: Forms
    which: Forms
    unlike: Forms
    unlike_of: Forms
    flagged: Forms
    not_flagged: Forms
    flag_test: Forms
    above: Forms
    below: Forms
    after: Forms
    before: Forms
    between: Forms
    between_years: Forms
    limit_test_above: Forms
    limit_test_below: Forms
    beside: Forms
    beside_adjective: Forms
    own_above: Forms
    own_below: Forms
    own_later: Forms
    own_earlier: Forms
    own_gap: Forms
    compare: Forms
    compare_adjective: Forms
    choice: Forms
    choice_adjective: Forms
    first: Forms
    first_adjective: Forms
    first_k: Forms
    first_k_adjective: Forms
    nth: Forms
    nth_adjective: Forms
    of_first: Forms
    of_first_adjective: Forms
    average: Forms
    total: Forms
    how_many: Forms
    how_many_limited: Forms
    any_limited: Forms
    listed: Forms
    any_shared: Forms
    any_one: Forms
    related: Forms
    none: Forms
    more_than: Forms
    at_least: Forms
    most_of: Forms
    fewest_of: Forms
    count_each: Forms
    average_each: Forms
    best_each: Forms
    large: tuple[str, int]
    numbers: Forms
    ordinals: Forms
    extremes: Mapping[bool, tuple[tuple[str, str], tuple[str, str]]]
    adjectives: Mapping[str, Adjective] = field(repr=False)
    foreign: Forms
    foreign_people: Forms
    people: Forms


def listed(names: str) -> Forms:
    """The names that commas part, of either script."""
    return tuple(re.split("[,、] ?", names))


_LARGE = Adjective("larger", "largest", "smaller", "smallest")
_HIGH = Adjective("higher", "highest", "lower", "lowest")
_HEAVY = Adjective("heavier", "heaviest", "lighter", "lightest")
_NEW = Adjective("newer", "newest", "older", "oldest")

ENGLISH = Templates(
    along=("the {r} of {x}", "{x}'s {r}", "the {r} of {x}", "the {r} for {x}", "{x} {r}"),
    against=("the {c} whose {r} is {x}", "the {c} with {r} {x}", "what has {x} as its {r}"),
    asks=("What is {a}?", "what is {a}", "Tell me {a}.", "Who or what is {a}?", "Which is {a}?", "{a}?", "Name {a}."),
    asks_who=("Who is {a}?", "who is {a}", "Who was {a}?", "Who's {a}?"),
    asks_back=(
        "Which {c} has the {r} {x}?",
        "Which {c} have {x} as their {r}?",
        "What {c} has {r} {x}?",
        "Whose {r} is {x}?",
        "{x} is the {r} of what?",
        "{x} is the {r} of which {c}?",
    ),
    has=("have {x} as {r}", "with {r} {x}", "whose {r} is {x}", "have the {r} {x}"),
    is_of=("are a {r} of {x}", "are the {r} of {x}", "are {x}'s {r}"),
    has_both=("have both {x} and {y} as {r}", "have the {r} {x} and the {r} {y}"),
    is_of_both=("are {r} of both {x} and {y}", "are a {r} of {x} and of {y}"),
    has_not=("do not have {x} as {r}", "don't have the {r} {x}", "do not have the {r} {x}"),
    is_not_of=("are not a {r} of {x}", "are not {r} of {x}", "aren't a {r} of {x}"),
    vague_not=("are not in {x}", "aren't in {x}"),
    placed=("are {r} {x}",),
    not_placed=("are not {r} {x}", "aren't {r} {x}"),
    where=("{x} is {r}",),
    not_where=("{x} is not {r}", "{x} isn't {r}"),
    counts=("How many {r} does {x} have?", "what is the number of {r} of {x}", "How many {r} has {x}?"),
    counts_back=("How many {c} have the {r} {x}?", "how many {c} have {x} as {r}", "Count the {c} whose {r} is {x}."),
    shared=("Which {c} {a} and {b}?", "what {c} {a} and also {b}", "Name the {c} that {a} and {b}."),
    same=(
        "{many} that have the same {r} as {x}",
        "{many} with the same {r} as {x}",
        "{many} that share a {r} with {x}",
        "other {many} with {x}'s {r}",
        "{many} whose {r} is the same as that of {x}",
    ),
    tests=("Is {y} the {r} of {x}?", "Is {x}'s {r} {y}?", "Does {x} have the {r} {y}?", "is {y} a {r} of {x}"),
    largest=(
        "Which of the {c} that {a} has the largest {m}?",
        "Which {c} {a} and has the highest {m}?",
        "Of the {c} that {a}, which has the most {m}?",
        "the {c} with the greatest {m} that {a}",
    ),
    smallest=(
        "Which of the {c} that {a} has the smallest {m}?",
        "Which {c} {a} and has the lowest {m}?",
        "Of the {c} that {a}, which has the least {m}?",
    ),
    things=("things", "ones", "items", "entities"),
    narrowed=("{c} whose {r} is {x}", "{c} with {r} {x}", "{c} with the {r} {x}", "{c} that have {r} {x}"),
    narrowed_of=("{c} that are {r} of {x}", "{c} that are a {r} of {x}"),
    vague=("{c} of {x}", "{c} in {x}", "{x} {c}"),
    either=("Which {many} {a} or {y}?", "What {many} {a} or {y}?", "List the {many} that {a} or {y}."),
    except_=(
        "Which {many} have {r} {x} but not {y}?",
        "{many} with {r} {x} but not {y}",
        "Which {many} have {x} but not {y} as {r}?",
        "Which {many} have the {r} {x} and not {y}?",
    ),
    except_of=("Which {many} are {r} of {x} but not of {y}?", "{many} that are {r} of {x} and not of {y}"),
    except_other=(
        "Which {many} have {r} {x} but not {q} {y}?",
        "Which {many} have {x} as {r} but do not have {y} as {q}?",
        "{many} with {r} {x} but without {q} {y}",
    ),
    but_not=(
        "Which {many} {a} but {b}?",
        "What {many} {a} and {b}?",
        "{many} that {a} but {b}",
        "Name the {many} that {a} but {b}.",
    ),
    lacking=(
        "Which {many} {b}?",
        "What {many} {b}?",
        "{many} that {b}",
        "List the {many} that {b}.",
    ),
    which=(
        "Which {many} {a}?",
        "What {many} {a}?",
        "List the {many} that {a}.",
        "{many} that {a}",
        "Which {one} {a1}?",
    ),
    unlike=(
        "Which {many} do not have {y} as {r}?",
        "Which {many} don't have the {r} {y}?",
        "{many} whose {r} is not {y}",
    ),
    unlike_of=("Which {many} are not {r} of {y}?", "{many} that aren't a {r} of {y}"),
    flagged=(
        "Which {many} are {f}?",
        "What {many} are {f}?",
        "List all {many} that are {f}.",
        "Which {f} {many} are there?",
    ),
    not_flagged=("Which {many} are not {f}?", "List the {many} that aren't {f}."),
    flag_test=("Is {x} {f}?", "is {x} {f}"),
    above=(
        "Which {many} have a {m} of more than {v}?",
        "Which {many} have more than {v} {m}?",
        "{many} with a {m} above {v}",
        "Which {one} has a {m} greater than {v}?",
        "Name the {many} whose {m} is over {v}.",
    ),
    below=(
        "Which {many} have a {m} of less than {v}?",
        "{many} with a {m} below {v}",
        "Which {one} has a {m} smaller than {v}?",
        "Name the {many} whose {m} is under {v}.",
    ),
    after=(
        "Which {many} have a {m} after {v}?",
        "{many} with {m} after {v}",
        "Name the {many} whose {m} is after {v}.",
    ),
    before=(
        "Which {many} have a {m} before {v}?",
        "{many} with {m} before {v}",
        "Name the {many} whose {m} is before {v}.",
    ),
    between=("Which {many} have a {m} between {v} and {w}?", "{many} whose {m} is between {v} and {w}"),
    between_years=("Which {many} have a {m} between {v} and {w}?", "{many} whose {m} is between {v} and {w}"),
    limit_test_above=(
        "Is the {m} of {x} more than {v}?",
        "Is {x}'s {m} above {v}?",
        "Does {x} have a {m} of more than {v}?",
    ),
    limit_test_below=(
        "Is the {m} of {x} less than {v}?",
        "Is {x}'s {m} below {v}?",
        "Does {x} have a {m} of less than {v}?",
    ),
    beside=(
        "Which {many} have a {more} {m} than {x}?",
        "{many} with a {more} {m} than {x}",
        "Which {one} has a {more} {m} than {x}?",
    ),
    beside_adjective=(
        "Which {many} are {more} than {x}?",
        "{many} {more} than {x}",
        "What {many} are {more} than {x}?",
    ),
    own_above=(
        "Which {many} have a {m} above their {o}?",
        "{many} with a {m} over the {o}",
        "Which {many} have a {m} greater than their {o}?",
        "{many} whose {m} exceeds the {o}",
    ),
    own_below=(
        "Which {many} have a {m} below their {o}?",
        "{many} with a {m} under the {o}",
        "Which {many} have a {m} less than their {o}?",
        "{many} whose {m} is lower than the {o}",
    ),
    own_later=(
        "Which {many} have a {m} after their {o}?",
        "{many} with a {m} later than the {o}",
        "Which {many} have a later {m} than {o}?",
    ),
    own_earlier=(
        "Which {many} have a {m} before their {o}?",
        "{many} with a {m} earlier than the {o}",
        "Which {many} have an earlier {m} than {o}?",
    ),
    own_gap=(
        "How much is the {m} of {x} above its {o}?",
        "What is the difference between the {m} and the {o} of {x}?",
        "By how much does the {m} of {x} exceed its {o}?",
        "How far is {x}'s {m} above its {o}?",
    ),
    compare=(
        "Does {x} have a {more} {m} than {y}?",
        "Is the {m} of {x} {more} than that of {y}?",
        "Is {x}'s {m} {more} than {y}'s?",
    ),
    compare_adjective=("Is {x} {more} than {y}?", "is {x} {more} than {y}"),
    choice=(
        "Which has the {more} {m}, {x} or {y}?",
        "Which has a {more} {m}: {x} or {y}?",
        "Of {x} and {y}, which has the {more} {m}?",
    ),
    choice_adjective=("Which is {more}, {x} or {y}?", "What is {more}: {x} or {y}?"),
    first=(
        "Which {one} has the {most} {m}?",
        "What is the {one} with the {most} {m}?",
        "Name the {one} with the {most} {m}.",
        "{one} with the {most} {m}",
    ),
    first_adjective=(
        "What is the {most} {one}?",
        "Which is the {most} {one}?",
        "Which {one} is the {most}?",
        "{most} {one}",
    ),
    first_k=(
        "Which {k} {many} have the {most} {m}?",
        "What are the {k} {many} with the {most} {m}?",
        "List the {k} {many} with the {most} {m}.",
    ),
    first_k_adjective=("What are the {k} {most} {many}?", "Which are the {k} {most} {many}?", "the {k} {most} {many}"),
    nth=("Which {one} has the {k} {most} {m}?", "What is the {one} with the {k} {most} {m}?"),
    nth_adjective=("What is the {k} {most} {one}?", "Which {one} is the {k} {most}?"),
    of_first=("What is the {r} of the {one} with the {most} {m}?", "the {r} of the {one} that has the {most} {m}"),
    of_first_adjective=("What is the {r} of the {most} {one}?", "the {r} of the {most} {one}"),
    average=("What is the average {m} of {many}?", "What is the mean {m} of the {many}?", "average {m} of {many}"),
    total=(
        "What is the total {m} of the {many}?",
        "What is the combined {m} of {many}?",
        "sum of the {m} of the {many}",
    ),
    how_many=("How many {many} are there?", "How many {many} do you know?", "Count the {many}.", "number of {many}"),
    how_many_limited=("How many {many} have a {m} of more than {v}?", "How many {many} have a {m} above {v}?"),
    any_limited=(
        "Is there a {one} with a {m} of more than {v}?",
        "Is there any {one} with a {m} over {v}?",
        "Are there {many} with a {m} above {v}?",
        "Does any {one} have a {m} of more than {v}?",
        "Is there a {one} that has more than {v} {m}?",
    ),
    listed=(
        "Which are the {many}?",
        "What {many} are there?",
        "List the {many}.",
        "List all {many}.",
        "Name the {many}.",
        "Name all {many}.",
        "Show me all {many}.",
        "Give me a list of all {many}.",
        "Which {many} do you know?",
        "{many}",
    ),
    any_shared=(
        "Is there a {one} that {a1} and {b1}?",
        "Is there a {one} that {a1} and that {b1}?",
        "Are there any {many} that {a} and {b}?",
        "Are there {many} that {a} and {b}?",
    ),
    any_one=(
        "Is there a {one} that {a1}?",
        "Is there any {one} that {a1}?",
        "Are there {many} that {a}?",
        "Are there any {many} that {a}?",
    ),
    related=(
        "How are {x} and {y} related?",
        "What is the relation between {x} and {y}?",
        "How is {x} connected to {y}?",
        "What is the relationship between {x} and {y}?",
    ),
    none=("Which {many} have no {r}?", "Which {many} do not have any {r}?", "{many} without a {r}"),
    more_than=(
        "Which {many} have more than {k} {r}?",
        "{many} with more than {k} {r}",
        "Name the {many} with over {k} {r}.",
    ),
    at_least=("Which {many} have at least {k} {r}?", "{many} with at least {k} {r}"),
    most_of=(
        "Which {one} has the most {r}?",
        "Which {one} has the highest number of {r}?",
        "the {one} with the most {r}",
        "What {one} has the largest number of {r}?",
    ),
    fewest_of=("Which {one} has the fewest {r}?", "Which {one} has the lowest number of {r}?"),
    count_each=(
        "How many {d} are there for each {one}?",
        "How many {d} does each {one} have?",
        "Number of {d} by {one}",
        "How many {d} are there in each {one}?",
    ),
    average_each=("What is the average {m} of {d} by {one}?", "What is the average {m} of the {d} of each {one}?"),
    best_each=(
        "Which {d} has the {most} {m} in each {one}?",
        "What is the {d} with the {most} {m} of each {one}?",
        "the {d} with the {most} {m} for each {one}",
    ),
    large=("{v} million", 1_000_000),
    numbers=("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    ordinals=("second", "third", "fourth", "fifth", "sixth"),
    extremes={
        False: (("larger", "largest"), ("smaller", "smallest")),
        True: (("later", "latest"), ("earlier", "earliest")),
    },
    adjectives={
        "area": _LARGE,
        "size": _LARGE,
        "population": Adjective("more populous", "most populous", "less populous", "least populous"),
        "elevation": _HIGH,
        "height": Adjective("taller", "tallest", "shorter", "shortest"),
        "altitude": _HIGH,
        "length": Adjective("longer", "longest", "shorter", "shortest"),
        "mass": _HEAVY,
        "weight": _HEAVY,
        "atomic mass": _HEAVY,
        "density": Adjective("denser", "densest", "less dense", "least dense"),
        "depth": Adjective("deeper", "deepest", "shallower", "shallowest"),
        "speed": Adjective("faster", "fastest", "slower", "slowest"),
        "price": Adjective("more expensive", "most expensive", "cheaper", "cheapest"),
        "founded": _NEW,
        "founding year": _NEW,
        "founding date": _NEW,
        "birth date": Adjective("younger", "youngest", "older", "oldest"),
        "born": Adjective("younger", "youngest", "older", "oldest"),
    },
    foreign=listed(
        "anthem, motto, mascot, flag colour, tallest building, favourite food, telephone number, email address, "
        "annual budget, shoe size, eye colour, hair colour, blood type, zodiac sign, football team, newspaper, "
        "television station, radio station, airport, railway station, national dish, unemployment rate, "
        "life expectancy, crime rate, literacy rate, interest rate, exchange rate, share price, revenue, "
        "number of employees, pet, hobby, salary, net worth, school, thesis title, publisher, ISBN, "
        "licence plate, engine power, fuel consumption, top speed, screen size, battery life, calories, "
        "allergens, side effects, dosage, symptoms, habitat, lifespan, wingspan, diet, average rainfall, "
        "average temperature, time zone, postal code, voltage, driving side, smell, taste, price, warranty, "
        "manufacturer, serial number, website, opening hours, ticket price, ranking, world record, nickname, "
        "last words, burial place, signature dish, theme song"
    ),
    foreign_people=listed(
        "president, prime minister, mayor, king, queen, governor, head of state, inventor, architect, sponsor, "
        "head coach, captain, chief executive, chairman, lawyer, doctor, dentist, best friend, doctoral advisor, "
        "translator, patron saint, editor, landlord, heir, bodyguard, ambassador, spokesperson, principal, curator"
    ),
    people=listed("person, people, human, agent, person or institution, artist, politician, scientist, actor"),
)
