"""The whole suite, over systems whose accuracy under attack is known."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from kgqa import KGQA
from kgqa.embedding import MINILM, load_encoder
from kgqa.errors import MissingExtraError
from kgqa.evaluation import Gold, Question, QuestionSet
from kgqa.evaluation.robustness import ATTACKS, AttackResult, RobustnessReport, assess, choose_attacks
from kgqa.evaluation.robustness.markdown import escaped
from kgqa.types import Answer, Link, MatchKind, Mention
from tests.evaluation.robustness.land import WordForWord, land, questions, word_for_word

GRAPH_ONLY = {"similar-entities", "other-relations"}


def results(report: RobustnessReport) -> dict[str, AttackResult]:
    return {one.attack: one for one in report.attacks}


@pytest.fixture(scope="module")
def report() -> RobustnessReport:
    return assess(word_for_word(), questions(), attacks=[x for x in ATTACKS if x.name != "removed-facts"], seed=1)


def test_what_knows_texts_word_for_word_fails_at_every_other_text(report: RobustnessReport) -> None:
    assert report.baseline == {"Hits@1": 1.0, "F1": 1.0}
    for name, one in results(report).items():
        same_text = name in GRAPH_ONLY or name.startswith("hostile")
        assert one.applicable > 0
        assert one.scores["Hits@1"].before == 1.0
        assert one.scores["Hits@1"].after == float(same_text)
        assert one.scores["F1"].difference == float(same_text) - 1
        assert one.worse == (0 if same_text else one.applicable)
        assert one.changed == one.silent == one.worse


def test_every_question_is_attacked_or_counted(report: RobustnessReport) -> None:
    assert (report.questions, report.without_gold) == (7, 1)
    for one in report.attacks:
        assert one.applicable + sum(one.not_applicable.values()) == report.questions
    accents = results(report)["no-accents"]
    assert accents.applicable == 1
    assert accents.not_applicable == {"the text stays as it is": 6}
    assert results(report)["unseen-name"].not_applicable == {
        "no name stands in the text": 1,
        "the text does not name one of its gold entities": 1,
    }


def test_a_half_deaf_system_loses_what_it_can_not_hear() -> None:
    asked = questions()
    known = word_for_word()
    both = {**known.answers, **{text.lower(): found for text, found in known.answers.items()}}
    found = results(assess(replace(known, answers=both), asked, attacks=choose_attacks(["lower-case", "upper-case"])))
    assert found["lower-case"].scores["Hits@1"].difference == 0
    assert found["upper-case"].scores["Hits@1"].after == 0
    assert found["lower-case"].applicable == 5


def test_a_crash_is_counted_shown_and_scores_nothing() -> None:
    asked = questions()
    loud = asked.questions[0].text.upper()
    system = replace(word_for_word(), broken=frozenset({loud, asked.questions[1].text}))
    found = assess(system, asked, attacks=choose_attacks(["upper-case"]))
    assert [(one.id, one.error) for one in found.crashes] == [("borders", "ZeroDivisionError: by zero")]
    (upper,) = found.attacks
    assert (upper.crashed, upper.refused) == (1, 0)
    assert upper.crashes[0].text == loud
    assert re.fullmatch(r"land\.py:\d+", upper.crashes[0].where)
    assert "ZeroDivisionError" in found.markdown()


def test_a_graph_that_can_not_be_changed_crashes_every_question() -> None:
    class Rigid(WordForWord):
        def with_changes(self, add: object = (), remove: object = ()) -> WordForWord:
            raise KeyError("rigid")

    known = word_for_word()
    found = assess(Rigid(known.graph, known.answers), questions(), attacks=choose_attacks(["hostile-markup"]))
    (one,) = found.attacks
    assert one.crashed == one.applicable > 0
    assert one.scores["F1"].after == 0


def test_a_refusal_is_no_right_answer_where_none_is_right() -> None:
    system = WordForWord(land(), {})
    one = QuestionSet((Question("a", "?"), Question("b", "   ")), {"a": Gold(()), "b": Gold(())})
    assert assess(system, one, attacks=()).baseline["F1"] == 1.0
    broken = replace(system, broken=frozenset({"?"}))
    assert assess(broken, one, attacks=()).baseline["F1"] == 0.5


def test_names_of_a_set_without_gold_entities_are_those_that_the_system_links() -> None:
    text = "What is the capital of France?"

    class Linking(WordForWord):
        def link(self, question: str) -> tuple[Link, ...]:
            mention, country = Mention(23, 29, "France"), Mention(12, 19, "capital")
            nodes = self.graph.find("http://e/france"), self.graph.find("http://e/Country")
            return (
                Link(mention, nodes[0], 0.8, MatchKind.EXACT, "France"),
                Link(country, nodes[1], 0.8, MatchKind.EXACT, "country"),
            )

    asked = QuestionSet((Question("a", text),), {"a": Gold(("http://e/paris",))})
    system = Linking(
        land(), {text: ("http://e/paris",), "What is the capital of French Republic?": ("http://e/paris",)}
    )
    found = results(assess(system, asked, attacks=choose_attacks(["alias", "typos-in-names"])))
    assert found["alias"].scores["F1"].after == 1.0
    assert found["typos-in-names"].applicable == 1


def test_a_set_without_gold_has_no_figures() -> None:
    found = assess(word_for_word(), QuestionSet((Question("a", "?"),), {}))
    assert (found.questions, found.without_gold) == (0, 1)
    assert all(one.applicable == 0 and not one.not_applicable for one in found.attacks)
    assert found.to_json()["attacks"][0]["scores"]["F1"]["before"] is None
    assert "| frame | 0 | 0 | – | – | – | – | 0 | 0 | 0 | 0 |" in found.markdown()


def test_labels_are_marked_under_their_old_names() -> None:
    graph = land()
    text = "What is the capital of France?"

    class Reader(WordForWord):
        """Answers with the node, under whatever label it has now."""

        def ask(self, question: str) -> Answer:
            answer = super().ask(question)
            values = tuple(replace(v, label=self.graph.label(self.graph.find(str(v.id)))) for v in answer.values)
            return replace(answer, values=values)

        def with_changes(self, add: object = (), remove: object = ()) -> WordForWord:
            return Reader(super().with_changes(add, remove).graph, self.answers)  # type: ignore[arg-type]

    by_label = QuestionSet((Question("a", text),), {"a": Gold(("Paris",), topic=("France",))})
    found = assess(Reader(graph, {text: ("http://e/paris",)}), by_label, attacks=choose_attacks(["hostile-prompt"]))
    assert found.attacks[0].scores["F1"].after == 1.0
    assert found.attacks[0].changed == 0


def test_the_same_seed_gives_the_same_report(report: RobustnessReport) -> None:
    again = assess(word_for_word(), questions(), attacks=[x for x in ATTACKS if x.name != "removed-facts"], seed=1)
    assert again.attacks == report.attacks


def test_progress_counts_up() -> None:
    seen: list[tuple[str, int, int]] = []
    assess(word_for_word(), questions(), attacks=choose_attacks(["no-accents"]), on_progress=lambda *a: seen.append(a))
    assert seen == [*(("before", i, 7) for i in range(1, 8)), ("no-accents", 1, 1)]


def test_json_and_markdown(report: RobustnessReport, tmp_path: Path) -> None:
    data, page = report.save(tmp_path / "new")
    read = json.loads(data.read_text(encoding="utf-8"))
    assert read == json.loads(json.dumps(report.to_json()))
    assert read["setting"]["seed"] == 1
    assert read["setting"]["config"]["answer"]["abstain_below"] == 0.3
    assert read["provenance"]["version"]
    text = page.read_text(encoding="utf-8")
    assert text == report.markdown()
    for one in report.attacks:
        assert f"\n## {one.attack}\n" in text
    assert (
        "| upper-case | 6 | 1 | 100.0 | 0.0 | -100.0 (-100.0 to -100.0) | -100.0 (-100.0 to -100.0) | 6 | 6 | 0 | 0 |"
        in text
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>x</script>",
        "[a](http://b)",
        "| x |",
        "`x`",
        "**x**",
        "\x1b[31m",
        "\u202ex",
        "a\n# b",
        "&lt;",
        "x" * 900,
    ],
)
def test_text_is_never_markup(text: str) -> None:
    shown = escaped(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)[<>\[\]|`*&#]", shown)
    assert not re.search("[\x00-\x1f\u202e]", shown)
    assert len(shown) < 400


def test_hostile_names_do_not_break_the_page() -> None:
    text = "What is the capital of France?"
    bad = "<img src=x>|`[x](javascript:y)\n## z"
    asked = QuestionSet((Question("a", text),), {"a": Gold((bad,), topic=("http://e/france",))})
    page = assess(WordForWord(land(), {text: (bad,)}), asked, attacks=choose_attacks(["upper-case"])).markdown()
    assert not re.search(r"(?<!\\)<img", page)
    assert "\n## z" not in page
    assert r"\<img src=x\>\|\`\[x\]\(javascript\:y\) \#\# z" in page


# -- the real system ------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_real_system_over_a_toy_graph() -> None:
    try:
        load_encoder(MINILM)
    except MissingExtraError as error:
        pytest.skip(str(error))
    asked = questions().only(["capital", "accent"])
    found = results(assess(KGQA.from_graph(land()), asked, seed=2))
    for name in ("lower-case", "upper-case", "spaces", "emoji", "unseen-name", "hostile-sparql", "hostile-length"):
        assert found[name].applicable > 0
        assert found[name].scores["F1"].after == found[name].scores["F1"].before == 1.0
    assert all(one.crashed == one.refused == 0 for one in found.values())
    removed = found["removed-facts"]
    # Each capital and, of Paris, the fact that leads back.
    assert (removed.applicable, removed.removed) == (2, 3)
    assert removed.scores["F1"].before == 1.0
