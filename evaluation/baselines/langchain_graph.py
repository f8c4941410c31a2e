"""LangChain's question answering over a graph in memory: `GraphQAChain` with `NetworkxEntityGraph`."""

from __future__ import annotations

from typing import Any

from evaluation.baselines.facts import facts_of
from evaluation.baselines.local_model import PURPOSE, LanguageModel
from evaluation.baselines.reading import Generate
from evaluation.baselines.values import name_of
from kgqa.errors import MissingExtraError
from kgqa.graph import KnowledgeGraph


def langchain_answers(graph: KnowledgeGraph, model: LanguageModel) -> Generate:
    """Build the chain over the facts of a graph, with its own prompts.

    The language model extracts entities from the question, the facts that leave them are looked up by exact name, and
    the language model answers from these. A node goes in under the name that users write (`name_of`); of several
    relations between two nodes the chain's graph keeps one.
    Errors : MissingExtraError without the extra `peers`.
    """
    try:
        from langchain_community.chains.graph_qa.base import GraphQAChain
        from langchain_community.graphs.networkx_graph import KnowledgeTriple, NetworkxEntityGraph
        from langchain_core.runnables import RunnableLambda
    except ImportError as error:
        raise MissingExtraError(str(error.name), "peers", PURPOSE) from error
    store = NetworkxEntityGraph()
    for subject, relation, obj in facts_of(graph).tolist():
        store.add_triple(KnowledgeTriple(name_of(graph, subject), graph.relation_label(relation), name_of(graph, obj)))

    def completed(prompt: Any, **_options: Any) -> str:
        return model.complete(prompt.to_string())

    chain = GraphQAChain.from_llm(llm=RunnableLambda(completed), graph=store)
    return lambda question: str(chain.invoke({"query": question})["result"])
