"""Configuration from keywords, mappings and TOML: what is unknown or ill-typed is refused by name."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, cast

import pytest

from kgqa.config import AnswerConfig, Config, LinkingConfig, RetrievalConfig, SchemaConfig, WordConfig, from_mapping
from kgqa.errors import ConfigError

TOML = """
[schema]
labels = ["title", "name"]

[encoder]
name = "all-MiniLM-L6-v2"
entities = true

[linking]
max_candidates = 3
fuzzy = 1

[retrieval]
budget_ms = 250.5
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "kgqa.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_toml_sets_what_it_names_and_leaves_the_rest(tmp_path: Path) -> None:
    config = Config.from_toml(write(tmp_path, TOML))
    assert config == Config(
        schema=SchemaConfig(labels=("title", "name")),
        encoder=dataclasses.replace(Config().encoder, name="all-MiniLM-L6-v2", entities=True),
        linking=LinkingConfig(max_candidates=3, fuzzy=1.0),
        retrieval=RetrievalConfig(budget_ms=250.5),
    )
    assert isinstance(config.linking.fuzzy, float)


def test_no_keys_are_the_defaults(tmp_path: Path) -> None:
    assert Config.from_toml(write(tmp_path, "")) == Config() == from_mapping(Config, {})


def test_a_path_may_be_a_string(tmp_path: Path) -> None:
    assert Config.from_toml(str(write(tmp_path, TOML))).answer == AnswerConfig()


@pytest.mark.parametrize(
    ("data", "named", "expected"),
    [
        ({"retreival": {}}, "retreival", "retrieval"),
        ({"retrieval": {"hops": 2}}, "retrieval.hops", "max_hops"),
        ({"encoder": {"Name": "auto"}}, "encoder.Name", "name"),
    ],
)
def test_unknown_keys_are_named_with_the_known_ones(data: dict[str, Any], named: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_mapping(Config, data)
    assert repr(named) in str(caught.value)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("data", "named", "expected"),
    [
        ({"retrieval": 3}, "retrieval", "table"),
        ({"retrieval": []}, "retrieval", "table"),
        ({"retrieval": {"beam": "24"}}, "retrieval.beam", "whole number"),
        ({"retrieval": {"beam": 2.0}}, "retrieval.beam", "whole number"),
        ({"retrieval": {"beam": True}}, "retrieval.beam", "whole number"),
        ({"retrieval": {"budget_ms": "fast"}}, "retrieval.budget_ms", "a number"),
        ({"retrieval": {"budget_ms": True}}, "retrieval.budget_ms", "a number"),
        ({"encoder": {"name": 3}}, "encoder.name", "a text"),
        ({"encoder": {"entities": 1}}, "encoder.entities", "true or false"),
        ({"schema": {"labels": "name"}}, "schema.labels", "list of strings"),
        ({"schema": {"labels": ["name", 3]}}, "schema.labels", "list of strings"),
    ],
)
def test_wrong_types_are_named_with_the_right_one(data: dict[str, Any], named: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_mapping(Config, data)
    assert repr(named) in str(caught.value)
    assert expected in str(caught.value)


NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("table", "name", "value", "expected"),
    [
        ("answer", "abstain_below", 1.01, "from 0 to 1"),
        ("answer", "abstain_below", -0.1, "from 0 to 1"),
        ("answer", "abstain_below", NAN, "from 0 to 1"),
        ("answer", "max_values", 0, "1 or more"),
        ("answer", "max_evidence", -1, "0 or more"),
        ("answer", "max_alternatives", -1, "0 or more"),
        ("answer", "max_question_chars", 0, "1 or more"),
        ("retrieval", "max_hops", 0, "from 1 to 4"),
        ("retrieval", "max_hops", 5, "from 1 to 4"),
        ("retrieval", "beam", 0, "1 or more"),
        ("retrieval", "max_programs", 0, "1 or more"),
        ("retrieval", "max_frontier", 0, "1 or more"),
        ("retrieval", "budget_ms", -1.0, "0 or more"),
        ("retrieval", "budget_ms", NAN, "0 or more"),
        ("linking", "max_candidates", 0, "1 or more"),
        ("linking", "max_words", 0, "1 or more"),
        ("linking", "fuzzy", 1.5, "from 0 to 1"),
        ("linking", "fuzzy", -0.5, "from 0 to 1"),
    ],
)
def test_what_is_out_of_range_is_named_with_the_range(table: str, name: str, value: float, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_mapping(Config, {table: {name: value}})
    assert str(caught.value).startswith(f"'{table}.{name}' is {value!r}; expected ")
    assert str(caught.value).endswith(expected)


def test_ranges_hold_for_keywords_too_and_include_their_ends() -> None:
    with pytest.raises(ConfigError, match="'retrieval\\.beam' is 'wide'; expected 1 or more"):
        RetrievalConfig(beam=cast(Any, "wide"))
    with pytest.raises(ConfigError, match="'encoder\\.name' is ' '"):
        from_mapping(Config, {"encoder": {"name": " "}})
    edges = {
        "answer": {"abstain_below": 1, "max_values": 1, "max_evidence": 0, "max_alternatives": 0},
        "retrieval": {"max_hops": 4, "beam": 1, "max_programs": 1, "max_frontier": 1, "budget_ms": INFINITE},
        "linking": {"max_candidates": 1, "max_words": 1, "fuzzy": 0},
    }
    assert from_mapping(Config, edges).answer.abstain_below == 1.0


def test_files_that_are_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml"):
        Config.from_toml(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match="TOML"):
        Config.from_toml(write(tmp_path, "[retrieval\nbeam = 3"))
    (tmp_path / "bytes.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ConfigError, match="TOML"):
        Config.from_toml(tmp_path / "bytes.toml")
    with pytest.raises(ConfigError, match=r"\.toml.*'retrieval\.beam'.*whole number"):
        Config.from_toml(write(tmp_path, "[retrieval]\nbeam = 'wide'"))


def parts(config: object) -> list[Any]:
    return [config, *(getattr(config, f.name) for f in dataclasses.fields(config))]  # type: ignore[arg-type]


def test_settings_are_frozen_and_take_keywords_only() -> None:
    for part in parts(Config()):
        if not dataclasses.is_dataclass(part):
            continue
        field = dataclasses.fields(part)[0]
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(part, field.name, None)
        with pytest.raises(TypeError):
            cast(Any, type(part))(getattr(part, field.name))


def test_every_setting_is_explained() -> None:
    for part in (*parts(Config())[1:], WordConfig(words=("big",), relation="area", value=1)):
        if type(part) is SchemaConfig or not dataclasses.is_dataclass(part):
            continue
        assert all(field.name in (type(part).__doc__ or "") for field in dataclasses.fields(part)), type(part)
