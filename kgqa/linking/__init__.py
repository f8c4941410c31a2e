"""The linking room: question -> mentions -> candidate nodes."""

from kgqa.linking.dense import DenseNames, VectorNames
from kgqa.linking.entity_texts import encode_entities, update_entities
from kgqa.linking.entity_vectors import EntityVectors
from kgqa.linking.given import given_links
from kgqa.linking.graph_names import names_of_graph
from kgqa.linking.keys import NodeName
from kgqa.linking.label_index import LabelIndex
from kgqa.linking.linker import HybridLinker, Linker
from kgqa.linking.spelling import SpellingCorrector, Spelt
from kgqa.linking.updates import touched_nodes, update_labels
from kgqa.linking.variants import NameFlag

__all__ = [
    "DenseNames",
    "EntityVectors",
    "HybridLinker",
    "LabelIndex",
    "Linker",
    "NameFlag",
    "NodeName",
    "SpellingCorrector",
    "Spelt",
    "VectorNames",
    "encode_entities",
    "given_links",
    "names_of_graph",
    "touched_nodes",
    "update_entities",
    "update_labels",
]
