"""HTML and SVG, built so that a text can't become markup: whatever is not Markup is escaped."""

from __future__ import annotations

from html import escape

from kgqa.evaluation.rendering.values import visible

_VOID = frozenset({"meta"})


class Markup(str):
    """HTML or SVG that stands as it is; made by `element` and `joined`, and from constants only."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str | float | None) -> Markup:
    """One element.

    children : Markup as it is; any other text is escaped, its control characters made visible.
    attributes : a trailing "_" is dropped, any other "_" becomes "-"; None leaves the attribute out.
    """
    pairs = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items() if value is not None)
    opening = "".join(f' {key}="{_escaped(_text(value))}"' for key, value in pairs)
    if name in _VOID:
        return Markup(f"<{name}{opening}>")
    return Markup(f"<{name}{opening}>{joined(*children)}</{name}>")


def joined(*children: str, by: str = "") -> Markup:
    """Markup and text, one after the other."""
    parts = (child if isinstance(child, Markup) else _escaped(child) for child in children)
    return Markup(_escaped(by).join(parts))


def _text(value: str | float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    return escape(visible(text), quote=True)
