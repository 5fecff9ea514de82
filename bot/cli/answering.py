"""`mentor ask` and `mentor eval`."""

import argparse
import asyncio
import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.arguments import Commands, add_command, add_handbook_and_json, add_json
from bot.cli.handbook import read_handbook, searched_as_the_bot_does
from bot.cli.terminal import log_beside, progress
from bot.config import read_settings

if TYPE_CHECKING:
    from bot.answers.evaluation import Report
    from bot.answers.offline import Said


def add(commands: Commands) -> None:
    ask = add_command(commands, "ask", _ask, "what the bot would answer")
    ask.add_argument("text", metavar="TEXT")
    ask.add_argument("--no-model", action="store_true", help="quote, also where a model is set")
    add_handbook_and_json(ask)
    evaluate = add_command(commands, "eval", _eval, "retrieval and abstention on judged data")
    evaluate.add_argument("--corpus", type=Path, required=True, metavar="F.jsonl")
    evaluate.add_argument("--queries", type=Path, required=True, metavar="F.jsonl")
    evaluate.add_argument(
        "--embeddings",
        metavar="MODEL",
        default="",
        help="compare meanings too: embedded, or a model of MENTOR_EMBEDDING_BASE_URL; default: words alone",
    )
    evaluate.add_argument(
        "--curve",
        type=Path,
        metavar="FILE.csv",
        help="write what each threshold would answer, right and wrong, by set and kind",
    )
    add_json(evaluate)


def _ask(options: argparse.Namespace) -> int:
    said = asyncio.run(_said(options))
    print(json.dumps(said.to_json(), ensure_ascii=False) if options.json else said.in_words())
    return 0


async def _said(options: argparse.Namespace) -> "Said":
    from bot.answers.model_writer import writer_of
    from bot.answers.offline import ask_writer
    from bot.library import catalogued

    log_beside()
    settings = read_settings()
    catalogue = await catalogued(await read_handbook(options.handbook))
    async with (
        searched_as_the_bot_does(settings, catalogue) as (library, vector_of),
        writer_of(replace(settings, llm_model="") if options.no_model else settings) as writer,
    ):
        return await ask_writer(library, options.text, writer, await vector_of(options.text))


def _eval(options: argparse.Namespace) -> int:
    report = _evaluated(options)
    if options.curve is not None:
        _write_curve(options.curve, report)
    print(json.dumps(report.to_json()) if options.json else _table(report))
    return 0


def _evaluated(options: argparse.Namespace) -> "Report":
    from bot.answers.evaluation import evaluate

    def asked(done: int) -> None:
        progress(f"{done} questions")

    if not options.embeddings:
        return evaluate(options.corpus, options.queries, asked)
    from bot.embeddings.whole_run import WholeRun

    with WholeRun(read_settings(), options.embeddings, lambda done: progress(f"{done} passages")) as vectors:
        return evaluate(options.corpus, options.queries, asked, vectors)


def _write_curve(file: Path, report: "Report") -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["set", "kind", "threshold", "answered_right", "answered_wrong"])
        for point in report.curve:
            shares = (point.answered_right, point.answered_wrong)
            writer.writerow([point.set, point.kind, f"{point.threshold:.2f}", *(f"{share:.4f}" for share in shares)])


def _table(report: "Report") -> str:
    """One line a row; "-" where a figure makes no sense."""
    names = f"{'P@1':>6} {'R@5':>6} {'MRR@10':>6} {'answered':>8} {'right':>6} {'p50 ms':>7} {'p99 ms':>7}"
    lines = [f"{'set':8} {'kind':24} {'n':>5} {names}"]
    for row in report.rows:
        shares = (row.p_at_1, row.recall_at_5, row.mrr_at_10)
        three = " ".join(f"{'-' if share is None else f'{share:.3f}':>6}" for share in shares)
        right = "-" if row.shown_right_rate is None else f"{row.shown_right_rate:.3f}"
        times = f"{row.ms_p50:7.2f} {row.ms_p99:7.2f}"
        lines.append(f"{row.set:8} {row.kind:24} {row.n:5} {three} {row.answered_rate:8.3f} {right:>6} {times}")
    lines += [f"abstention AUC, {name}: {value:.3f}" for name, value in report.abstention_auc.items()]
    at = report.to_json()["thresholds"]
    lines.append(f"answered from {at['answer_at']}, suggested from {at['suggest_at']}; right: answered or suggested so")
    return "\n".join(lines)
