"""English and Chinese names for places, languages and currencies."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import opencc

from graphs.turtle import Labels
from graphs.world.sources import EN, ZH, CityRecord, CountryRecord, correction


def country_labels(country: CountryRecord) -> Labels:
    """Return the everyday names of a country; other names, codes and formal names become aliases."""
    code = country.code
    cldr_en, cldr_zh = EN.territories[code], ZH.territories[code]
    labels = Labels(correction("label_en", code, _plain(cldr_en)), correction("label_zh", code, cldr_zh))
    labels.alt_en = {
        _plain(cldr_en),
        country.name,
        country.code3,
        *country.formal_names,
        *correction("alias_en", code, ()),
    }
    labels.alt_zh = {cldr_zh, *correction("alias_zh", code, ())}
    return labels


def _plain(name: str) -> str:
    return name.replace("’", "'").replace(" & ", " and ").replace("St. ", "Saint ")


def language_labels(code: str) -> Labels:
    """Return CLDR's names of a language."""
    english, chinese = EN.languages.get(code), ZH.languages.get(code)
    labels = Labels(correction("language_en", code, english or code), correction("language_zh", code, chinese or code))
    labels.alt_en = {f"{labels.en} language"}
    labels.alt_zh = {labels.zh.removesuffix("文") + "语"} if labels.zh.endswith("文") else set()
    if code == "zh":
        labels.alt_en |= {"Mandarin", "Mandarin Chinese"}
        labels.alt_zh |= {"汉语", "普通话"}
    return labels


def currency_labels(code: str) -> Labels:
    """Return CLDR's names of a currency, with its code as an alias."""
    labels = Labels(EN.currencies[code], ZH.currencies.get(code) or correction("currency_zh", code, code))
    labels.alt_en = {code, *correction("currency_alias_en", code, ())}
    labels.alt_zh = set(correction("currency_alias_zh", code, ()))
    return labels


def zone_zh(zone: str) -> str | None:
    """Return a Chinese name for a time zone, after the city that CLDR names in it, or None."""
    city = ZH.time_zones.get(zone, {}).get("city")
    return f"{city}时区" if city else None


def city_labels(city: CityRecord) -> Labels | None:
    """Return the names of a city, or None where GeoNames lists no Chinese one (then `en` alone is known)."""
    chinese = _city_zh(city)
    return Labels(city_en(city), chinese[0], city_aliases(city), set(chinese[1:])) if chinese else None


def city_en(city: CityRecord) -> str:
    """Return the English name of a city."""
    label: str = correction("city_label", f"{city.country} {city.name}", city.name)
    return label.replace("’", "'").replace("‘", "'")


def city_aliases(city: CityRecord) -> set[str]:
    """Return other English names: GeoNames' own spelling, the listed aliases, and the name without accents."""
    listed = set(correction("city_alias", f"{city.country} {city.name}", ()))
    return (listed | {city.name.replace("’", "'").replace("‘", "'")}) - {city_en(city)}


def _city_zh(city: CityRecord) -> list[str]:
    """Return simplified Chinese names, best first: CLDR's, then the one most spellings agree on."""
    found = Counter(_simplified(name, city.country) for name in city.alternates if is_han(name))
    corrected = correction("city_zh", f"{city.country} {city.name}", None)
    preferred = corrected or _cldr_city_names().get((city.zone, city_en(city)))
    ranked = sorted(found, key=lambda name: (name != preferred, _is_long_form(name, found), -found[name], name))
    first = [preferred] if preferred else ranked[:1]
    return first + [name for name in ranked if name not in first][:2]


def _is_long_form(name: str, found: Counter[str]) -> bool:
    return name.endswith(("市", "城", "县")) and name[:-1] in found


def is_han(name: str) -> bool:
    """Say whether every character of `name` is a Chinese character of the basic block."""
    return len(name) > 1 and all("\u4e00" <= char <= "\u9fff" for char in name)


@cache
def _converter(config: str) -> Any:
    return opencc.OpenCC(config)


def _simplified(name: str, country: str) -> str:
    traditional = _converter("jp2t").convert(name) if country == "JP" else name
    simplified: str = _converter("t2s").convert(traditional)
    return simplified


@cache
def _cldr_city_names() -> dict[tuple[str, str], str]:
    """Return CLDR's Chinese city name by time zone and English city name."""
    english: Any = EN.time_zones
    named: dict[tuple[str, str], str] = {}
    for zone, entry in ZH.time_zones.items():
        if "city" in entry:
            city = english.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
            named[zone, city] = entry["city"]
    return named
