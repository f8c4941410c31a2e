"""A scored report to read: Markdown, or one HTML file that needs nothing else."""

from kgqa.evaluation.rendering.markdown import to_markdown
from kgqa.evaluation.rendering.page import to_html

__all__ = ["to_html", "to_markdown"]
