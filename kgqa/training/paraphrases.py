"""How people ask for a relation in other words than its name: "who directed" for "director" and for "directed by".

General English, for relations that many graphs have; a relation that is in no group is asked for by its name alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from kgqa.text import singulars

Forms = tuple[str, ...]

_BY = " by"
_AUXILIARY = re.compile(r"^(?:has|is|was|are|were) ")


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """Other words for one relation.

    nouns : for its name. asks : questions for what it leads to, from {x}. backs : questions for what leads to {x};
    {c} and {cs} stand for the kind of things that these are, singular and plural. along, against : noun phrases for
    either. rivals : other relations that the same words would do for.
    """

    nouns: Forms = ()
    asks: Forms = ()
    backs: Forms = ()
    along: Forms = ()
    against: Forms = ()
    rivals: tuple[int, ...] = ()


def paraphrases(labels: Mapping[int, str], names: Collection[str]) -> dict[int, Paraphrase]:
    """The other words for relations, by their labels.

    names : of all relations of the graph; nouns that are among them are left out.
    """
    groups: dict[str, list[int]] = {}
    for relation, label in labels.items():
        if (group := _GROUP_OF.get(_key(label))) is not None:
            groups.setdefault(group, []).append(relation)
    called = {_key(name) for name in names}
    found = {}
    for group, relations in groups.items():
        said = _GROUPS[group]
        nouns = tuple(noun for noun in said.nouns if noun not in called)
        for relation in relations:
            rivals = tuple(other for other in relations if other != relation)
            found[relation] = replace(said, nouns=nouns if not rivals else (), rivals=rivals)
    return found


def _key(name: str) -> str:
    """A name as the groups have it: folded, its head noun in the singular, without "has" or "is"."""
    words = _AUXILIARY.sub("", name.casefold().replace("_", " ")).split()
    if words and (found := singulars(words[-1])):
        whole = " ".join([*words[:-1], found[0]])
        return whole if whole in _GROUP_OF or " ".join(words) not in _GROUP_OF else " ".join(words)
    return " ".join(words)


def _verb(line: str) -> tuple[Forms, Paraphrase]:
    """A group from "participle, past, base: nouns": what somebody did to a thing."""
    forms, _, listed = line.partition(": ")
    part, past, base = forms.split(", ")
    nouns = tuple(listed.split(", "))
    noun = nouns[0]
    return (part + _BY, *nouns), Paraphrase(
        nouns=nouns,
        asks=(
            f"Who {past} {{x}}?",
            f"who {past} {{x}}",
            f"{{x}} was {part} by whom?",
            f"Who was {{x}} {part} by?",
            f"By whom was {{x}} {part}?",
            f"Who is the person that {past} {{x}}?",
            f"Who is listed as {noun} of {{x}}?",
        ),
        backs=(
            f"Which {{cs}} did {{x}} {base}?",
            f"What did {{x}} {base}?",
            f"Which {{cs}} were {part} by {{x}}?",
            f"what was {part} by {{x}}",
            f"What {{c}} was {part} by {{x}}?",
            f"{{x}} {past} which {{cs}}?",
            f"What {{cs}} is {{x}} the {noun} of?",
            f"{{cs}} {part} by {{x}}",
        ),
        along=(
            f"the person who {past} {{x}}",
            f"the {noun} of {{x}}",
            f"the {{x}} {noun}",
            f"the one who {past} {{x}}",
        ),
        against=(f"the {{cs}} {part} by {{x}}", f"the {{cs}} that {{x}} {past}", f"{{cs}} {part} by {{x}}"),
    )


_VERBS = """\
directed, directed, direct: director, filmmaker
written, wrote, write: writer, author, screenwriter, scriptwriter
produced, produced, produce: producer
composed, composed, compose: composer, music composer
edited, edited, edit: editor
founded, founded, found: founder, founding father
created, created, create: creator
designed, designed, design: designer, architect
developed, developed, develop: developer
invented, invented, invent: inventor
discovered, discovered, discover: discoverer
painted, painted, paint: painter
published, published, publish: publisher
owned, owned, own: owner, proprietor
built, built, build: builder, constructor
led, led, lead: leader, head
managed, managed, manage: manager
manufactured, made, make: manufacturer, maker
distributed, distributed, distribute: distributor
narrated, narrated, narrate: narrator
translated, translated, translate: translator
illustrated, illustrated, illustrate: illustrator
performed, performed, perform: performer, musical artist
sung, sang, sing: singer, vocalist
played, played, play: player
taught, taught, teach: teacher
trained, trained, train: trainer, coach
governed, governed, govern: governor
influenced, influenced, influence: influence
"""


def _group(
    names: str, *, nouns: str = "", asks: str = "", backs: str = "", along: str = "", against: str = ""
) -> tuple[Forms, Paraphrase]:
    asked, back, on, off = (tuple(filter(None, forms.split(" | "))) for forms in (asks, backs, along, against))
    listed = tuple(filter(None, nouns.split(", ")))
    return tuple(names.split(", ")), Paraphrase(nouns=listed, asks=asked, backs=back, along=on, against=off)


_OTHERS = (
    _group(
        "birth place, place of birth, birthplace, born in, city of birth",
        nouns="birthplace, place of birth",
        asks="Where was {x} born? | where was {x} born | In what place was {x} born? | Where does {x} come from?",
        backs="Who was born in {x}? | Which {cs} were born in {x}? | Who comes from {x}?",
        along="the place where {x} was born",
        against="the {cs} born in {x} | {cs} from {x}",
    ),
    _group(
        "death place, place of death, died in",
        asks="Where did {x} die? | where did {x} die | In what place did {x} die?",
        backs="Who died in {x}? | Which {cs} died in {x}?",
        along="the place where {x} died",
        against="the {cs} who died in {x}",
    ),
    _group(
        "burial place, place of burial, buried in, resting place, buried at",
        asks="Where is {x} buried? | Where does {x} lie buried?",
        backs="Who is buried in {x}? | Who lies at {x}?",
        along="the place where {x} is buried",
    ),
    _group(
        "birth date, date of birth, born, birth year",
        asks="When was {x} born? | when was {x} born | In what year was {x} born?",
    ),
    _group(
        "death date, date of death, died, death year",
        asks="When did {x} die? | when did {x} die | What year did {x} die in?",
    ),
    _group(
        "death cause, cause of death",
        asks="What did {x} die of? | How did {x} die?",
        backs="Who died of {x}? | Which {cs} died from {x}?",
    ),
    _group(
        "release year, release date, released, year of release, publication date, year",
        nouns="release date, year of release",
        asks=(
            "When was {x} released? | when did {x} come out | In what year was {x} released? | "
            "What year was {x} released in?"
        ),
        backs="Which {cs} were released in {x}? | What came out in {x}? | Which {cs} came out in {x}?",
        against="the {cs} released in {x} | the {cs} from {x} | {cs} of {x}",
    ),
    _group(
        "founding date, founding year, founded, date of foundation, inception, established, formation date",
        asks="When was {x} founded? | when was {x} founded | What year was {x} established? | How old is {x}?",
    ),
    _group(
        "location, located in, located in area, situated in, is in, location city, contained by",
        asks="Where is {x}? | where is {x} located | Where can {x} be found? | Where does {x} lie?",
        backs="What is in {x}? | Which {cs} are in {x}? | What is located in {x}? | Which {cs} lie in {x}?",
        against="the {cs} in {x} | the {cs} located in {x}",
    ),
    _group(
        "headquarter, headquartered in, headquarters location, seat",
        nouns="head office",
        asks="Where is {x} based? | Where does {x} have its head office? | Where does {x} sit?",
        backs="Which {cs} are based in {x}? | Who is based in {x}?",
        against="the {cs} based in {x}",
    ),
    _group(
        "country",
        asks="In which country is {x}? | What country is {x} in? | Which country does {x} belong to?",
        backs="Which {cs} are in {x}? | What {cs} does {x} have?",
        against="the {cs} in {x} | the {cs} of {x}",
    ),
    _group(
        "population, number of inhabitant, inhabitant",
        asks="How many people live in {x}? | How many inhabitants does {x} have? | how populous is {x}",
    ),
    _group(
        "area, size, total area, area total, land area", asks="How big is {x}? | How large is {x}? | how large is {x}"
    ),
    _group("height", asks="How tall is {x}? | How high is {x}?"),
    _group("elevation, altitude", asks="How high is {x}? | How high above the sea is {x}?"),
    _group("length", asks="How long is {x}? | how long is {x}"),
    _group("runtime, running time, duration", asks="How long does {x} last? | How long is {x}?"),
    _group("mass, weight, atomic mass", asks="How heavy is {x}? | How much does {x} weigh?"),
    _group("price, cost", asks="How much is {x}? | What does {x} cost?"),
    _group("budget", asks="How much did {x} cost to make? | How much money was spent on {x}?"),
    _group("age", asks="How old is {x}?"),
    _group(
        "spouse, husband, wife, married to",
        nouns="partner, husband or wife, better half",
        asks="Who is {x} married to? | Who did {x} marry? | who is {x} wed to",
        backs="Who is married to {x}?",
        along="the person married to {x}",
    ),
    _group(
        "child, children",
        nouns="kid, offspring, son or daughter",
        asks="Who are {x}'s kids? | What children does {x} have? | {x} is the parent of whom?",
    ),
    _group(
        "parent",
        nouns="mother or father, mum or dad",
        asks="Who are {x}'s mother and father? | Whose child is {x}? | {x} is the child of whom?",
    ),
    _group("sibling", nouns="brother or sister", asks="What brothers and sisters does {x} have?"),
    _group(
        "profession, occupation, job",
        nouns="job, line of work, occupation, profession, career",
        asks="What does {x} do for a living? | What did {x} work as? | What kind of work did {x} do?",
        backs="Who works as a {x}? | Which {cs} are {x}?",
    ),
    _group("religion, faith", nouns="faith, belief, creed", asks="What does {x} believe in? | What faith is {x}?"),
    _group("gender, sex", nouns="sex", asks="Is {x} male or female? | Is {x} a man or a woman?"),
    _group(
        "nationality, citizenship, citizen of",
        nouns="nationality, home country, citizenship",
        asks="What country is {x} from? | Which country does {x} come from?",
        backs="Who comes from {x}? | Which {cs} come from {x}?",
    ),
    _group("ethnicity, ethnic group", nouns="ethnic group, people, race", asks="What people does {x} belong to?"),
    _group(
        "alma mater, education, institution, school, university, educated at",
        asks=(
            "Where did {x} study? | Where did {x} go to school? | Where was {x} educated? | What school did {x} attend?"
        ),
        backs="Who studied at {x}? | Who went to {x}? | Which {cs} attended {x}?",
        along="the place where {x} studied",
    ),
    _group(
        "starring, star, cast, cast member, actor, lead actor",
        nouns="star, cast member, actor, lead",
        asks=(
            "Who starred in {x}? | who acted in {x} | Who are the actors in {x}? | Who plays in {x}? | "
            "Who appears in {x}? | {x} stars who?"
        ),
        backs=(
            "Which {cs} did {x} star in? | What {cs} did {x} act in? | what does {x} appear in | "
            "{x} acted in which {cs}? | Which {cs} star {x}? | {x} is an actor in what?"
        ),
        along="the actors in {x} | the people who star in {x} | the {x} actors",
        against="the {cs} starring {x} | the {cs} that {x} acted in | {cs} with {x} in them | the {cs} {x} appears in",
    ),
    _group(
        "genre, literary genre, musical genre",
        nouns="type, kind, style, category",
        asks="What kind of {c} is {x}? | What type of {c} is {x}? | What sort of thing is {x}? | What style is {x}?",
        backs="Which {cs} are {x}? | What {x} {cs} are there? | Which {cs} are of the {x} kind?",
        against="the {x} {cs}",
    ),
    _group(
        "tag, keyword, subject, topic, theme",
        nouns="topic, keyword, subject, theme, label",
        asks="What is {x} about? | What words describe {x}? | What can {x} be described by? | Which words go with {x}?",
        backs=(
            "Which {cs} are about {x}? | What is about {x}? | Which {cs} can be described by {x}? | "
            "What deals with {x}?"
        ),
        against="the {cs} about {x} | {cs} described by {x}",
    ),
    _group(
        "language, official language, spoken language, original language",
        nouns="tongue, language",
        asks=(
            "What language do people speak in {x}? | Which language is spoken in {x}? | "
            "What is spoken in {x}? | Which language is {x} in?"
        ),
        backs="Where is {x} spoken? | Which {cs} are in {x}? | Where do people speak {x}? | Which {cs} speak {x}?",
        against="the {cs} in {x} | the {x} speaking {cs}",
    ),
    _group(
        "currency",
        nouns="money, legal tender",
        asks="What money is used in {x}? | What do people pay with in {x}? | Which currency does {x} use?",
        backs="Where is the {x} used? | Which {cs} use the {x}? | Where do people pay with {x}?",
        against="the {cs} that use the {x}",
    ),
    _group(
        "rating, score",
        asks="How is {x} rated? | How good is {x}? | how do people rate {x}",
        backs="Which {cs} are rated {x}?",
    ),
    _group(
        "vote, number of vote",
        nouns="number of votes",
        asks="How many votes did {x} get? | How many people voted for {x}?",
    ),
    _group(
        "award, award won, award received",
        nouns="prize, honour",
        asks="What did {x} win? | Which prizes did {x} get?",
        backs="Who won {x}? | Who got {x}? | Which {cs} won {x}?",
    ),
    _group(
        "team, club, current team",
        asks="Who does {x} play for? | Which side does {x} play for?",
        backs="Who plays for {x}?",
    ),
    _group(
        "employer, works for, work for, works at, workplace",
        nouns="employer, boss, company",
        asks="Who does {x} work for? | Who did {x} work for? | Where does {x} work? | Who employs {x}? | Who pays {x}?",
        backs="Who works for {x}? | Which {cs} work for {x}? | Who does {x} employ?",
        along="the employer of {x}",
        against="the {cs} working for {x}",
    ),
    _group(
        "member of, membership",
        asks="What does {x} belong to? | What is {x} a member of?",
        backs="Who belongs to {x}? | Which {cs} are in {x}?",
        against="the {cs} in {x}",
    ),
    _group(
        "border, neighbor, neighbour, shares border with, adjoin, next to",
        nouns="neighbour",
        asks="What does {x} border? | What borders {x}? | What is next to {x}? | What surrounds {x}?",
        backs="Which {cs} border {x}? | Which {cs} are next to {x}? | Which {cs} surround {x}?",
        along="the neighbours of {x}",
    ),
    _group(
        "capital", asks="Where is the government of {x}? | What city rules {x}?", backs="What is {x} the capital of?"
    ),
    _group(
        "crosses, traverse, flows through",
        asks="What does {x} run through? | What does {x} flow through?",
        backs="What runs through {x}? | Which {cs} flow through {x}?",
        against="the {cs} that run through {x}",
    ),
    _group(
        "band member, member",
        nouns="member",
        asks="Who is in {x}? | Who belongs to {x}?",
        backs="What is {x} a member of?",
    ),
    _group("instrument", asks="What does {x} play? | What can {x} play?", backs="Who plays the {x}?"),
    _group(
        "successor, succeeded by, followed by", asks="Who came after {x}? | What came after {x}? | Who followed {x}?"
    ),
    _group("predecessor, preceded by", asks="Who came before {x}? | What came before {x}?"),
    _group("color, colour", asks="What colour is {x}? | What does {x} look like?", backs="Which {cs} are {x}?"),
    _group(
        "ingredient",
        asks="What is {x} made of? | What goes into {x}?",
        backs="What is made with {x}? | Which {cs} contain {x}?",
    ),
    _group("known for, notable work", asks="What is {x} famous for? | What is {x} known for?"),
)
"""Relations that no verb of `_VERBS` says."""

_ALL = tuple((*map(_verb, _VERBS.splitlines()), *_OTHERS))
_GROUPS: dict[str, Paraphrase] = {names[0]: said for names, said in _ALL}
_GROUP_OF: dict[str, str] = {name: names[0] for names, _ in _ALL for name in names}
