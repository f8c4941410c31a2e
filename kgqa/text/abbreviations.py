"""Names of columns as people would say them: "member_cnt" of the member count, "alt m" of the altitude."""

from __future__ import annotations

from kgqa.text.units import unit_of

_LONG = {
    **{"acq": "acquisition", "addr": "address", "alt": "altitude", "amt": "amount", "approx": "approximate"},
    **{"asg": "assigned", "asst": "assistant", "attn": "attention", "avg": "average", "bal": "balance"},
    **{"bday": "birthday", "cat": "category", "cert": "certificate", "cnt": "count", "coord": "coordinator"},
    **{"cust": "customer", "dept": "department", "desc": "description", "dest": "destination", "diam": "diameter"},
    **{"dist": "distance", "dob": "date of birth", "doc": "document", "dur": "duration", "elev": "elevation"},
    **{"emp": "employee", "equip": "equipment", "est": "established", "exp": "expiry", "freq": "frequency"},
    **{"hq": "headquarters", "ht": "height", "insp": "inspection", "inv": "inventory", "lang": "language"},
    **{
        "lat": "latitude",
        "len": "length",
        "loc": "location",
        "lon": "longitude",
        "lvl": "level",
        "maint": "maintenance",
    },
    **{"max": "maximum", "mfg": "manufacturing", "mfr": "manufacturer", "mgr": "manager", "min": "minimum"},
    **{"nat": "nationality", "no": "number", "nr": "number", "num": "number", "op": "operator", "org": "organisation"},
    **{"orig": "origin", "pct": "percentage", "pkg": "package", "pos": "position", "pop": "population"},
    **{"prev": "previous", "prod": "product", "pub": "publication", "purch": "purchase", "qty": "quantity"},
    **{"ref": "reference", "reg": "registration", "rel": "release", "resp": "responsible", "sched": "schedule"},
    **{"spec": "specification", "std": "standard", "sup": "supervisor", "supv": "supervisor", "tel": "telephone"},
    **{"temp": "temperature", "univ": "university", "veh": "vehicle", "vol": "volume", "wt": "weight", "yr": "year"},
}
_MEASURES = frozenset(
    (
        *("altitude", "ascent", "beam", "capacity", "depth", "diameter", "distance", "draught", "elevation", "height"),
        *("length", "mass", "range", "size", "thickness", "volume", "weight", "width"),
    )
)
"""What a single letter behind is the unit of: "height m", but not "class m"."""
_NUMBER_OF = frozenset(("nr", "no", "num"))


def written_out(name: str) -> str:
    """A name of several words or one, its abbreviations in full and without a unit at its end.

    "nr pitches" counts them, "asset no" tells one apart: the first is the number of pitches, the second its number.
    """
    words = name.split()
    if len(words) > 1 and words[-1].islower() and unit_of(words[-1]) is not None:
        words = words[:-1] if len(words[-1]) > 1 or _long(words[-2]) in _MEASURES else words
    if len(words) > 1 and words[0].rstrip(".").casefold() in _NUMBER_OF:
        return " ".join(("number of", *map(_long, words[1:])))
    return " ".join(map(_long, words))


def _long(word: str) -> str:
    return _LONG.get(word.removesuffix(".").casefold(), word)
