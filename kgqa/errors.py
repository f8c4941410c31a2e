"""Every error that kgqa raises on purpose.

Each message names the value, what was expected and the cure.

    KgqaError
    ├── InputError             what the user gave can't be used (exit code 2)
    │   ├── ConfigError        an unknown key or a value out of range
    │   ├── GraphError         a graph source can't be read
    │   │   ├── GraphSyntaxError   a line or a document is malformed
    │   │   └── UnknownFormatError no reader for this source
    │   ├── BundleError        a bundle is damaged, foreign or of another version
    │   ├── ProgramError       a program is ill-typed or names an id the graph lacks
    │   ├── QuestionError      a question that can't be asked (empty, too long, about an unknown topic)
    │   ├── QuestionsFileError a question set is malformed
    │   └── ReaderError        the weights of a reader are damaged, foreign or of another version
    └── WorkError         the input is fine, the work failed (exit code 1)
        ├── MissingExtraError  an optional dependency is not installed
        ├── EncoderError       a text encoder can't be opened or is damaged
        ├── VectorIndexError   a vector index can't do what was asked
        └── TrainingError      a training run can't start or go on
"""

from __future__ import annotations


class KgqaError(Exception):
    """The root of every error that kgqa raises on purpose."""

    exit_code = 1


class InputError(KgqaError):
    """What the user gave can't be used."""

    exit_code = 2


class ConfigError(InputError):
    """A configuration has an unknown key or a value out of range."""


class GraphError(InputError):
    """A graph source can't be read."""


class GraphSyntaxError(GraphError):
    """A line or a document of a graph source is malformed."""


class UnknownFormatError(GraphError):
    """No reader is known for a graph source."""


class BundleError(InputError):
    """A bundle is damaged, foreign or of another version."""


class ProgramError(InputError):
    """A program is ill-typed or names an id that the graph lacks."""


class QuestionError(InputError):
    """A question can't be asked: it is empty, too long, or about an entity that the graph lacks."""


class QuestionsFileError(InputError):
    """A question set is malformed."""


class ReaderError(InputError):
    """The weights of a reader are damaged, foreign or of another version."""


class WorkError(KgqaError):
    """The input is fine but the work failed."""


class MissingExtraError(WorkError):
    """An optional dependency is not installed; the message carries the command that installs it.

    Parameters
    ----------
    module : the import name that is missing.
    extra : kgqa's extra that brings it.
    purpose : what it is needed for, in words that complete "needed to ...".
    """

    def __init__(self, module: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{module} is not installed and is needed to {purpose}. Install it: pip install 'kgqa[{extra}]'"
        )
        self.module = module
        self.extra = extra


class EncoderError(WorkError):
    """A text encoder can't be opened or its weights are damaged."""


class VectorIndexError(WorkError):
    """A vector index can't do what was asked of it."""


class TrainingError(WorkError):
    """A training run can't start or go on."""
