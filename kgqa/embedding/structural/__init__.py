"""Structural embeddings: vectors of entities and relations, learnt from the facts between entities."""

from kgqa.embedding.structural.config import Objective, StructuralConfig, StructuralModel
from kgqa.embedding.structural.embeddings import StructuralEmbeddings
from kgqa.embedding.structural.facts import EntityFacts
from kgqa.embedding.structural.ranking import LinkPrediction, predict_links
from kgqa.embedding.structural.scoring import score_facts
from kgqa.embedding.structural.trainer import train_structural

__all__ = [
    "EntityFacts",
    "LinkPrediction",
    "Objective",
    "StructuralConfig",
    "StructuralEmbeddings",
    "StructuralModel",
    "predict_links",
    "score_facts",
    "train_structural",
]
