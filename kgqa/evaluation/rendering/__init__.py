"""A scored report to read: Markdown, one HTML file that needs nothing else, or a terminal."""

from kgqa.evaluation.rendering.markdown import to_markdown
from kgqa.evaluation.rendering.page import to_html
from kgqa.evaluation.rendering.terminal import report_view

__all__ = ["report_view", "to_html", "to_markdown"]
