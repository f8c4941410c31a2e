"""LlamaIndex's question answering over a graph in memory: `PropertyGraphIndex` and its query engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evaluation.baselines.facts import facts_of
from evaluation.baselines.local_model import PURPOSE, LanguageModel
from evaluation.baselines.reading import Generate
from evaluation.baselines.values import name_of
from kgqa.embedding import TextEncoder, TextKind
from kgqa.errors import MissingExtraError
from kgqa.graph import KnowledgeGraph

_CONTEXT = 2048


def llamaindex_answers(graph: KnowledgeGraph, model: LanguageModel, encoder: TextEncoder) -> Generate:
    """Build the query engine over the facts of a graph, with its own prompts and its two default retrievers.

    One asks the language model for keywords and looks nodes up by name; the other takes the 4 nodes whose names are
    nearest to the question by the encoder. Up to 30 facts around them each go into the answering prompt. Names are
    capitalised as its own extraction of facts does, since it looks keywords up in that form.
    Errors : MissingExtraError without the extra `peers`.
    """
    try:
        from llama_index.core import PropertyGraphIndex, set_global_tokenizer
        from llama_index.core.graph_stores import SimplePropertyGraphStore
        from llama_index.core.vector_stores import SimpleVectorStore
    except ImportError as error:
        raise MissingExtraError(str(error.name), "peers", PURPOSE) from error
    set_global_tokenizer(model.tokens)
    store, vectors = SimplePropertyGraphStore(), SimpleVectorStore()
    _fill(store, vectors, graph, encoder)
    index = PropertyGraphIndex.from_existing(
        store,
        vectors,
        llm=_language_model(model),
        embed_model=_embedding(encoder),
        kg_extractors=[],
        use_async=False,
    )
    engine = index.as_query_engine(include_text=False, llm=_language_model(model), use_async=False)
    return lambda question: str(engine.query(question))


def _fill(store: Any, vectors: Any, graph: KnowledgeGraph, encoder: TextEncoder) -> None:
    from llama_index.core.graph_stores.types import VECTOR_SOURCE_KEY, EntityNode, Relation
    from llama_index.core.schema import TextNode

    facts = list(_named_facts(graph))
    nodes = {name: EntityNode(name=name) for fact in facts for name in (fact[0], fact[2])}
    store.upsert_nodes(list(nodes.values()))
    store.upsert_relations(
        [Relation(label=label, source_id=nodes[s].id, target_id=nodes[o].id) for s, label, o in facts]
    )
    encoded = encoder.encode(list(nodes), kind=TextKind.PASSAGE)
    vectors.add(
        [
            TextNode(id_=node.id, text=name, metadata={VECTOR_SOURCE_KEY: node.id}, embedding=vector)
            for (name, node), vector in zip(nodes.items(), encoded.tolist(), strict=True)
        ]
    )


def _named_facts(graph: KnowledgeGraph) -> Iterator[tuple[str, str, str]]:
    for subject, relation, obj in facts_of(graph).tolist():
        ends = (name_of(graph, node).capitalize() for node in (subject, obj))
        yield next(ends), graph.relation_label(relation), next(ends)


def _language_model(model: LanguageModel) -> Any:
    from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata

    class Local(CustomLLM):  # type: ignore[misc]
        """The local model in LlamaIndex's form."""

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(context_window=_CONTEXT, num_output=model.new_tokens, model_name="gemma-3-270m")

        def complete(self, prompt: str, **_options: Any) -> CompletionResponse:
            return CompletionResponse(text=model.complete(prompt))

        def stream_complete(self, prompt: str, **_options: Any) -> Any:
            yield self.complete(prompt)

    return Local()


def _embedding(encoder: TextEncoder) -> Any:
    from llama_index.core.embeddings import BaseEmbedding

    class Packaged(BaseEmbedding):  # type: ignore[misc]
        """The packaged encoder in LlamaIndex's form."""

        def _get_query_embedding(self, query: str) -> list[float]:
            return [float(x) for x in encoder.encode([query], kind=TextKind.QUERY)[0]]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return [float(x) for x in encoder.encode([text], kind=TextKind.PASSAGE)[0]]

    return Packaged()
