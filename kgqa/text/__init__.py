"""The text room: folding with offsets, words, languages, English number, stop words."""

from kgqa.text.folding import Folded, fold, fold_many, fold_with_offsets
from kgqa.text.inflection import other_number, pluralised, plurals, singulars
from kgqa.text.language import Language, guess_language
from kgqa.text.stopwords import is_stop
from kgqa.text.words import Word, split_terms, split_words

__all__ = [
    "Folded",
    "Language",
    "Word",
    "fold",
    "fold_many",
    "fold_with_offsets",
    "guess_language",
    "is_stop",
    "other_number",
    "pluralised",
    "plurals",
    "singulars",
    "split_terms",
    "split_words",
]
