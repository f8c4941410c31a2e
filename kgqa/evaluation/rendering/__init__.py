"""A scored report to read: Markdown, one HTML file that needs nothing else, or a terminal."""

from kgqa.evaluation.rendering.markdown import to_markdown
from kgqa.evaluation.rendering.page import to_html
from kgqa.evaluation.rendering.terminal import comparison_view, report_view, robustness_view

__all__ = ["comparison_view", "report_view", "robustness_view", "to_html", "to_markdown"]
