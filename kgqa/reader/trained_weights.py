"""A trained reader on disk: `reader.safetensors`, `reader.json`, and perhaps `adapter.` and `asking.safetensors`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from kgqa.embedding import Adapter
from kgqa.embedding.contract import Floats
from kgqa.embedding.store import write_atomically
from kgqa.embedding.structural import StructuralEmbeddings
from kgqa.errors import ReaderError
from kgqa.reader.agreement import NAMES, Agreement
from kgqa.reader.arrays import Rows, Vectors, lay_out
from kgqa.reader.contract import ReaderOutput
from kgqa.reader.familiarity import CAUTION, familiarity
from kgqa.reader.features import EVIDENCE, prior
from kgqa.reader.fusion import Fusion
from kgqa.reader.general import General
from kgqa.reader.serialise import ENTITIES, TokenKind, Tokens
from kgqa.reader.soft import Wanted

FORMAT = 2
TENSORS, ABOUT, ADAPTER = "reader.safetensors", "reader.json", "adapter.safetensors"
ASKING = "asking.safetensors"
"""What makes the plain encoder bring questions near the relations they ask for (`kgqa.training.asking`), if there."""
_AGREEMENT, _GENERAL = "agreement.", "general."
TRUST = np.float32(1.0)
"""What a point of retrieval's own score counts beside what the network makes of it. Retrieval has learnt to read since
the weights were trained: of 120 fresh questions to GeoQuery's graph 107 are right with 0, 111 with 1, 110 with 2; of
the dev questions of five sets none changes with 1, and one with 2."""
_SPLIT = re.compile(r"(?<=\d,)\s+(?=\d)")  # rows of numbers on one line


@dataclass(frozen=True, slots=True)
class ReaderWeights:
    """A fusion network, the numbers of agreement, and what tuning added to the encoder.

    about : at least `encoder` and `fingerprint`, the name and the fingerprint of the plain encoder that was tuned;
    besides, `familiar` and `caution`, the relations that people's questions taught and how much less others are trusted
    (see `kgqa.reader.familiarity`), `made`, those that made questions taught, `general_share`, how much `general` says
    where those alone are known, `structural`, the `fingerprint` of the structural embeddings learnt from, and how the
    weights were made.
    adapter : None where the encoder stays as it is. folder : where they lie. general : what reads unfamiliar questions,
    None where these weights read them too.
    """

    fusion: Fusion
    agreement: Agreement
    about: Mapping[str, Any] = field(default_factory=dict)
    adapter: Adapter | None = None
    folder: Path | None = None
    general: General | None = None

    @property
    def encoder(self) -> str:
        """The name of the encoder that the network reads."""
        return str(self.about["encoder"])

    def wanted(self, structural: StructuralEmbeddings | None) -> Wanted:
        """What the network reads besides texts on a graph with these structural embeddings.

        Each training gives a space of its own, so those of another training are never read.
        """
        known = self.about.get("structural", {}).get("fingerprint")
        own = self.fusion.soft and structural is not None and structural.fingerprint == known
        return Wanted(self.fusion.soft, structural if own else None)

    def score(self, rows: Rows, vectors: Vectors, wanted: Wanted | None = None) -> ReaderOutput:
        """The scores of one question's candidates and of "none of these", in log odds.

        vectors : of the tuned encoder. wanted : what `wanted` gives; soft tokens that need structural embeddings are
        not read unless given.
        """
        batch = lay_out(rows, vectors, wanted or self.wanted(None))
        found = self.fusion.score(batch, self.agreement)
        strange = 1 - familiarity(rows.programs, self.familiar)
        own = prior(batch.evidence)
        lag = (TRUST + self.caution * strange * self.agreement.arrays["prior"]) * (own - own.max())
        return ReaderOutput(_as_retrieved((found.scores + lag).astype(np.float32), rows, own), found.none_score)

    def weighed(self, own: Floats, programs: Sequence[Tokens]) -> Floats:
        """How far each candidate lies behind the best by retrieval's own score, float32 [candidates], at most 0.

        own : that score. Where no relation of the programs is familiar, it counts as much more as in `score`.
        """
        strange = 1 - familiarity(programs, self.familiar)
        behind: Floats = ((1 + self.caution * strange) * (own - own.max())).astype(np.float32)
        return behind

    @property
    def caution(self) -> float:
        """How many times as much again retrieval's own score counts where nothing is familiar."""
        return float(self.about.get("caution", CAUTION))

    @property
    def general_share(self) -> float:
        """How much the part for unfamiliar questions counts, in [0, 1), where made questions alone taught relations."""
        return float(self.about.get("general_share", 0.0))

    @property
    def familiar(self) -> frozenset[int]:
        """The relations learnt from, see `kgqa.reader.familiarity`."""
        return frozenset(self.about.get("familiar", ()))

    @property
    def known(self) -> frozenset[int]:
        """The relations learnt from at all, from people's questions or from made ones."""
        return self.familiar | frozenset(self.about.get("made", ()))

    def unfamiliar(self) -> ReaderWeights:
        """The same weights, to which every graph is one that they learnt nothing of."""
        return replace(self, about={**self.about, "familiar": [], "made": []})

    def save(self, folder: Path) -> None:
        """Write the files; numbers as float16, whose rounding is far below what training can tell apart."""
        from safetensors.numpy import save_file

        folder.mkdir(parents=True, exist_ok=True)
        arrays = dict(self.fusion.arrays) | _prefixed(_AGREEMENT, self.agreement)
        about: dict[str, Any] = {"format": FORMAT, "columns": _columns(), "adapter": self.adapter is not None} | dict(
            self.about
        )
        if self.general is not None:
            arrays |= _prefixed(_GENERAL, self.general.agreement)
            about["general"] = {**about.get("general", {}), **self.general.about}
        if self.adapter is not None:
            self.adapter.save(folder / ADAPTER)
        tensors = {name: np.array(value, dtype=np.float16) for name, value in arrays.items()}
        write_atomically(folder / TENSORS, lambda target: save_file(tensors, target))
        text = _SPLIT.sub(" ", json.dumps(about, indent=1, ensure_ascii=False)) + "\n"
        write_atomically(folder / ABOUT, lambda target: target.write_text(text, encoding="utf-8"))

    @classmethod
    def load(cls, folder: Path) -> ReaderWeights:
        """Read the files. Errors : ReaderError if one is missing, damaged or of another version."""
        from safetensors.numpy import load_file

        try:
            about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
            tensors = load_file(folder / TENSORS)
            adapter = Adapter.load(folder / ADAPTER) if about.get("adapter") else None
        except Exception as error:  # safetensors raises its own kind
            raise ReaderError(
                f"{folder} holds no reader, or a damaged one ({error}). Give the folder that training wrote"
            ) from error
        _check(folder, about)
        arrays = {name: value.astype(np.float32) for name, value in tensors.items()}
        agreement, general = (_taken(arrays, prefix) for prefix in (_AGREEMENT, _GENERAL))
        found = General.of(general, about.get("general", {}))
        return cls(Fusion(arrays), Agreement(agreement), about, adapter, folder, found)


def _as_retrieved(scores: Floats, rows: Rows, own: Floats) -> Floats:
    """The scores, dealt out anew among readings that differ in nothing but the things they name, by retrieval's order.

    own : retrieval's own score. A network that reads what results are called would else choose between namesakes by it.
    """
    alike: dict[object, list[int]] = {}
    for place, tokens in enumerate(rows.programs):
        said = tuple((token.kind, token.text, -1 if token.kind in ENTITIES else token.ref) for token in tokens)
        alike.setdefault((int(rows.variant[place]), said), []).append(place)
    dealt = scores.copy()
    for places in map(np.array, alike.values()):
        dealt[places[np.argsort(-own[places], kind="stable")]] = -np.sort(-scores[places])
    return dealt


def _prefixed(prefix: str, agreement: Agreement) -> dict[str, Floats]:
    return {prefix + name: value for name, value in agreement.arrays.items()}


def _taken(arrays: dict[str, Floats], prefix: str) -> dict[str, Floats]:
    """Take out the arrays whose names start with a prefix, by the rest of their names."""
    return {name.removeprefix(prefix): arrays.pop(name) for name in list(arrays) if name.startswith(prefix)}


def _columns() -> list[str]:
    """What the network's inputs mean; another version may number them otherwise."""
    return [*NAMES, *EVIDENCE, *(kind.name.casefold() for kind in TokenKind)]


def _check(folder: Path, about: Mapping[str, Any]) -> None:
    if about.get("format") != FORMAT or about.get("columns") != _columns():
        raise ReaderError(
            f"the reader in {folder} was trained by another version of kgqa (format {about.get('format')!r}; expected "
            f"{FORMAT} with the same inputs). Train it again"
        )
    if not isinstance(about.get("encoder"), str):
        raise ReaderError(f"{folder / ABOUT} does not name the encoder. Give the folder that training wrote")
