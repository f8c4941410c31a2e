"""Builds world.ttl: countries, cities, languages, currencies and organisations. Run `python -m graphs.build_world`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.core import get_global
from babel.languages import get_official_languages
from babel.numbers import get_territory_currencies

from graphs.turtle import Document, Labels, boolean, local_name, number, text, typed
from graphs.world import names
from graphs.world.sources import (
    EN,
    HERE,
    ZH,
    CityRecord,
    CountryRecord,
    cities,
    correction,
    countries,
    large_cities,
    table,
)

OUTPUT = Path(__file__).parent / "world.ttl"
BASE = "https://kgqa.example/world/"
HEADER = (HERE / "header.txt").read_text(encoding="utf-8")
# GeoNames' continent codes and CLDR's codes for the same continents.
_CONTINENTS = {"AF": "002", "AN": "AQ", "AS": "142", "EU": "150", "NA": "003", "OC": "009", "SA": "005"}
# countryinfo's names of M49 regions where regions.toml has another or a wider one.
_REGION_SPELLINGS = {
    "Channel Islands": "Northern Europe",
    "Micronesia": "Micronesia (region)",
    "South-eastern Asia": "Southeast Asia",
}
_NOT_SOVEREIGN = {*table("territories")["undisputed"], *table("territories")["open"]}


class WorldBuilder:
    """Names every node once, then states the facts about it."""

    def __init__(self) -> None:
        """Choose the nodes and their names; nothing is written yet."""
        self.doc = Document("world", BASE, HEADER)
        self._countries = {code: self._country_name(country) for code, country in countries().items()}
        self._capitals = {code: capital_city(country) for code, country in countries().items()}
        self._cities = self._city_names()
        self._zones: set[str] = set()

    def build(self) -> Document:
        """Return the finished document."""
        self.doc.add_schema(HERE / "schema.toml")
        self._add_regions()
        for country in countries().values():
            self._add_country(country)
        self._add_organisations()
        for city in self._cities:
            self._add_city(city)
        self._add_languages()
        self._add_currencies()
        for zone in sorted(self._zones):
            self._add_zone(zone)
        return self.doc

    def _country_name(self, country: CountryRecord) -> str:
        return self.doc.name(local_name(names.country_labels(country).en))

    def _city_names(self) -> dict[CityRecord, str]:
        """Name cities, the largest of a name first; a taken name gets its country's code."""
        chosen = {*large_cities(), *(city for city in self._capitals.values() if city), *_extra_cities()}
        taken = set(self._countries.values())
        named = {}
        for city in sorted(chosen, key=lambda city: (-city.population, city.key)):
            local = local_name(names.city_en(city))
            options = (local, f"{local}_city", f"{local}_{city.country}", f"{local}_{city.key}")
            named[city] = next(name for name in map(self.doc.name, options) if name not in taken)
            taken.add(named[city])
        return named

    def _add_regions(self) -> None:
        for code, cldr in _CONTINENTS.items():
            if code == "AN":
                labels = Labels("Antarctica (continent)", "南极洲（大陆）", {"Antarctica"}, {"南极洲"})
            else:
                labels = Labels(EN.territories[cldr], ZH.territories[cldr])
            self.doc.add("Regions", self._continent(code), "rdf:type", self.doc.name("Continent"))
            self.doc.add_labels("Regions", self._continent(code), labels)
        for name, (code, continent) in table("regions").items():
            subject = self.doc.name(local_name(name))
            self.doc.add("Regions", subject, "rdf:type", self.doc.name("Subregion"))
            self.doc.add_labels("Regions", subject, Labels(name, ZH.territories[code], {EN.territories[code]}))
            self.doc.add("Regions", subject, self.doc.name("partOf"), *({self._continent(continent)} - {subject}))

    def _continent(self, code: str) -> str:
        english = EN.territories[_CONTINENTS[code]]
        return self.doc.name("Antarctica_continent" if code == "AN" else local_name(english))

    def _add_country(self, country: CountryRecord) -> None:
        subject = self._countries[country.code]
        kind = "Territory" if country.code in _NOT_SOVEREIGN else "Country"
        self.doc.add("Countries", subject, "rdf:type", self.doc.name(kind))
        self.doc.add_labels("Countries", subject, names.country_labels(country))
        self._state(subject, "continent", self._continent(country.continent))
        self._state(subject, "borders", *(self._countries[code] for code in country.neighbours))
        region = correction("subregion", country.code, country.region)
        self._state(subject, "subregion", *self._region(region))
        capital = self._capitals[country.code]
        if capital:
            self._state(subject, "capital", self._cities[capital])
        if kind == "Country":
            self._state(subject, "landlocked", boolean(country.code in table("territories")["landlocked"]))
        sovereign = table("territories")["undisputed"].get(country.code)
        if sovereign:
            self._state(subject, "sovereignState", self._countries[sovereign])
        self._add_measures(subject, country)
        self._add_codes(subject, country)
        self._state(subject, "officialLanguage", *map(self._language, official_languages(country.code)))
        self._add_country_currency(subject, country.code)
        self._state(subject, "timeZone", *map(self._zone, get_global("territory_zones").get(country.code, ())))

    def _state(self, subject: str, predicate: str, *objects: str) -> None:
        self.doc.add("Countries", subject, self.doc.name(predicate), *objects)

    def _region(self, region: str) -> list[str]:
        regions = table("regions")
        by_code = {code: name for name, (code, _) in regions.items()}
        name = by_code.get(region, _REGION_SPELLINGS.get(region, region))
        return [self.doc.name(local_name(name))] if name in regions else []

    def _add_measures(self, subject: str, country: CountryRecord) -> None:
        if country.population:
            self._state(subject, "population", number(country.population))
        if country.area:
            self._state(subject, "area", number(country.area))
        if country.population and country.area:
            density = (Decimal(country.population) / country.area).quantize(Decimal("0.01"))
            self._state(subject, "populationDensity", number(density))

    def _add_codes(self, subject: str, country: CountryRecord) -> None:
        self._state(subject, "isoCode2", text(country.code))
        self._state(subject, "isoCode3", text(country.code3))
        self._state(subject, "callingCode", *map(text, calling_codes(country.phone)))
        if country.domain:
            self._state(subject, "topLevelDomain", text(country.domain))
        demonyms = filter(None, country.demonym.split(","))
        self._state(subject, "demonym", *(text(demonym, "en") for demonym in demonyms))

    def _add_country_currency(self, subject: str, code: str) -> None:
        codes, since = currencies(code)
        self._state(subject, "currency", *map(self._currency, codes))
        if len(codes) == 1 and since:
            self._state(subject, "currencySince", typed(since, "xsd:date"))

    def _language(self, code: str) -> str:
        return self.doc.name(local_name(f"{names.language_labels(code).en} language"))

    def _currency(self, code: str) -> str:
        return self.doc.name(local_name(names.currency_labels(code).en))

    def _zone(self, zone: str) -> str:
        self._zones.add(zone)
        return self.doc.name(local_name(zone.replace("+", " plus ")))

    def _add_organisations(self) -> None:
        for local, entry in table("organisations").items():
            subject = self.doc.name(local)
            self.doc.add("Organisations", subject, "rdf:type", self.doc.name("Organisation"))
            aliases = set(entry.get("alt_en", ())), set(entry.get("alt_zh", ()))
            self.doc.add_labels("Organisations", subject, Labels(entry["en"], entry["zh"], *aliases))
            if "founded" in entry:
                self.doc.add("Organisations", subject, self.doc.name("founded"), typed(entry["founded"], "xsd:date"))
            if "headquarters" in entry:
                seat = max((c for c in self._cities if c.name == entry["headquarters"]), key=lambda c: c.population)
                self.doc.add("Organisations", subject, self.doc.name("headquarters"), self._cities[seat])
            for code in _members(entry):
                self._state(self._countries[code], "memberOf", subject)

    def _add_city(self, city: CityRecord) -> None:
        subject = self._cities[city]
        is_capital = any(city is self._capitals[code] for code in countries() if code not in _NOT_SOVEREIGN)
        self.doc.add("Cities", subject, "rdf:type", self.doc.name("CapitalCity" if is_capital else "City"))
        labels = names.city_labels(city)
        if labels:
            self.doc.add_labels("Cities", subject, labels)
        else:
            aliases = names.city_aliases(city)
            self.doc.add("Cities", subject, "rdfs:label", text(names.city_en(city), "en"))
            self.doc.add("Cities", subject, "skos:altLabel", *(text(alias, "en") for alias in aliases))
        facts = {
            "country": self._countries[city.country],
            "latitude": number(Decimal(str(round(city.latitude, 2)))),
            "longitude": number(Decimal(str(round(city.longitude, 2)))),
            "timeZone": self._zone(city.zone),
        }
        if city.population:
            facts["population"] = number(city.population)
        for predicate, value in facts.items():
            self.doc.add("Cities", subject, self.doc.name(predicate), value)

    def _add_languages(self) -> None:
        for code in sorted({language for country in countries() for language in official_languages(country)}):
            subject = self._language(code)
            self.doc.add("Languages", subject, "rdf:type", self.doc.name("Language"))
            self.doc.add_labels("Languages", subject, names.language_labels(code))
            self.doc.add("Languages", subject, self.doc.name("languageCode"), text(code))

    def _add_currencies(self) -> None:
        for code in sorted({currency for country in countries() for currency in currencies(country)[0]}):
            subject = self._currency(code)
            self.doc.add("Currencies", subject, "rdf:type", self.doc.name("Currency"))
            self.doc.add_labels("Currencies", subject, names.currency_labels(code))
            self.doc.add("Currencies", subject, self.doc.name("currencyCode"), text(code))
            symbol = correction("currency_symbol", code, EN.currency_symbols.get(code, code))
            if symbol != code:
                self.doc.add("Currencies", subject, self.doc.name("currencySymbol"), text(symbol))

    def _add_zone(self, zone: str) -> None:
        subject = self._zone(zone)
        self.doc.add("Time zones", subject, "rdf:type", self.doc.name("TimeZone"))
        chinese = names.zone_zh(zone)
        self.doc.add("Time zones", subject, "rdfs:label", text(zone, "en"), *([text(chinese, "zh")] if chinese else []))
        self.doc.add("Time zones", subject, self.doc.name("utcOffset"), number(standard_offset(zone)))


_REGION_SPELLINGS = {
    "South-eastern Asia": "Southeast Asia",
    "Channel Islands": "Northern Europe",
    "Micronesia": "Micronesia (region)",
}


def capital_city(country: CountryRecord) -> CityRecord | None:
    """Return the largest city of the country whose name is the capital's, by spelling, then by alternate name."""
    wanted = local_name(country.capital)
    if not wanted:
        return None
    local = _cities_by_country()[country.code]
    exact = [city for city in local if local_name(city.name) == wanted]
    others = [city for city in local if country.capital in city.alternates]
    return max(exact or others, key=lambda city: (city.population, -city.key), default=None)


@cache
def _cities_by_country() -> dict[str, list[CityRecord]]:
    grouped: dict[str, list[CityRecord]] = defaultdict(list)
    for city in cities():
        grouped[city.country].append(city)
    return grouped


def _extra_cities() -> Iterable[CityRecord]:
    for code, wanted in table("corrections")["extra_cities"].items():
        yield from (city for city in _cities_by_country()[code] if city.name in wanted)


def _members(entry: dict[str, str]) -> list[str]:
    excluded = entry.get("all_countries_except")
    if excluded is None:
        return entry["members"].split()
    return [code for code in countries() if code not in _NOT_SOVEREIGN and code not in excluded.split()]


def official_languages(code: str) -> list[str]:
    """Return the official languages of a country, without script suffixes."""
    listed = correction("official_language", code, None) or get_official_languages(code, de_facto=True)
    return sorted({language.split("_")[0] for language in listed})


def currencies(code: str) -> tuple[list[str], str]:
    """Return the currencies in use and, for the first, the day since when; an empty day where unknown."""
    corrected = correction("currency", code, None)
    if corrected:
        return list(corrected["codes"]), corrected["since"]
    codes: list[str] = sorted(get_territory_currencies(code))
    spans = get_global("territory_currencies").get(code, ())
    starts = [start for name, start, end, _ in spans if codes and name == codes[0] and start and not end]
    return codes, date(*starts[0]).isoformat() if starts else ""


def calling_codes(phone: str) -> list[str]:
    """Return telephone prefixes such as `+44 1481`; GeoNames joins several with `and`."""
    return ["+" + re.sub(r"\D+", " ", part.strip().lstrip("+")) for part in phone.split(" and ") if part.strip()]


def standard_offset(zone: str) -> Decimal:
    """Return the hours from UTC in standard time."""
    moments = [datetime(2026, month, 1, tzinfo=ZoneInfo(zone)) for month in (1, 7)]
    seconds = min(offset.total_seconds() for moment in moments if (offset := moment.utcoffset()) is not None)
    return Decimal(int(seconds)) / 3600


def build() -> Document:
    """Return the finished document."""
    return WorldBuilder().build()


if __name__ == "__main__":
    build().write(OUTPUT)
    print(f"wrote {OUTPUT.name}: {OUTPUT.stat().st_size / 1e6:.1f} MB")
