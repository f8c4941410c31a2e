"""The robustness suite: how much accuracy is left when question or graph are attacked."""

from kgqa.evaluation.robustness.attacks import ATTACKS, choose_attacks
from kgqa.evaluation.robustness.contract import Attack, Attackable, Attacked, Case, Scene, Skipped, TextAttack, Variant
from kgqa.evaluation.robustness.names import NameTable, Place
from kgqa.evaluation.robustness.report import AttackResult, Crash, Example, RobustnessReport
from kgqa.evaluation.robustness.suite import assess

__all__ = [
    "ATTACKS",
    "Attack",
    "AttackResult",
    "Attackable",
    "Attacked",
    "Case",
    "Crash",
    "Example",
    "NameTable",
    "Place",
    "RobustnessReport",
    "Scene",
    "Skipped",
    "TextAttack",
    "Variant",
    "assess",
    "choose_attacks",
]
