"""What kind of thing a step leads to, told from the names of relations alone, with the packaged encoder."""

from __future__ import annotations

import pytest

from kgqa import KGQA, Config
from kgqa.config import ReaderConfig
from kgqa.embedding import MINILM, load_encoder
from kgqa.errors import MissingExtraError
from kgqa.program.algebra import Entities, Follow, Step
from kgqa.retrieval.roles import Roles
from kgqa.retrieval.thing import Thing
from tests.retrieval.toy import build, lines

FACTS = """
Jaws written_by Ben
Jaws directed_by Sam
Jaws genre thriller
Jaws release_year 1975
Duel written_by Ann
Duel directed_by Sam
Duel genre thriller
Duel release_year 1971
Ben place_of_birth Lund
Sam place_of_birth Oslo
"""


@pytest.fixture(scope="module")
def roles() -> Roles:
    try:
        return Roles(GRAPH, load_encoder(MINILM))
    except MissingExtraError as error:
        pytest.skip(str(error))


GRAPH = build(lines(FACTS))


def of(relation: str) -> int:
    return GRAPH.find_relation(relation)


@pytest.mark.parametrize(
    ("relation", "inverse", "kind"),
    [
        ("written_by", False, Thing.PERSON),
        ("written_by", True, Thing.OTHER),
        ("directed_by", True, Thing.OTHER),
        ("genre", False, Thing.QUALITY),
        ("release_year", False, Thing.QUALITY),
        ("place_of_birth", False, Thing.PLACE),
        ("place_of_birth", True, Thing.PERSON),
    ],
)
def test_steps_lead_to_what_the_names_of_relations_say(roles: Roles, relation: str, inverse: bool, kind: Thing) -> None:
    program = Follow(Entities((GRAPH.find("Jaws"),)), Step(of(relation), inverse=inverse))
    assert roles.of(program) is kind


@pytest.mark.parametrize(
    ("noun", "kind"),
    [("films", Thing.OTHER), ("actors", Thing.PERSON), ("based in", Thing.PLACE), ("zxq", None), ("", None)],
)
def test_nouns_tell_kinds_where_they_are_like_an_example(roles: Roles, noun: str, kind: Thing | None) -> None:
    assert roles.kind(noun) is kind


def test_who_wrote_something_asks_for_no_film(roles: Roles) -> None:
    system = KGQA.from_graph(GRAPH, config=Config(reader=ReaderConfig(unfamiliar=True)))
    reading = system.read("Who wrote the screenplay for Jaws?")
    fits: dict[str, set[bool]] = {}
    for candidate in reading.retrieval.candidates:
        for node in [] if candidate.nodes is None else candidate.nodes.tolist():
            fits.setdefault(GRAPH.id(node), set()).add(candidate.fit > 0)
    assert fits["Ben"] == {True}
    assert True not in fits.get("Duel", set())
