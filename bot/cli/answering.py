"""`mentor ask` and `mentor eval`."""

import argparse
import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.arguments import Commands, add_command, add_handbook_and_json, add_json
from bot.cli.handbook import read_handbook
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
    library = await catalogued(await read_handbook(options.handbook))
    async with writer_of(replace(settings, llm_model="") if options.no_model else settings) as writer:
        return await ask_writer(library, options.text, writer)


def _eval(options: argparse.Namespace) -> int:
    from bot.answers.evaluation import evaluate

    report = evaluate(options.corpus, options.queries, lambda done: progress(f"{done} questions"))
    print(json.dumps(report.to_json()) if options.json else _table(report))
    return 0


def _table(report: "Report") -> str:
    """One line a row; "-" where a figure makes no sense."""
    names = f"{'P@1':>6} {'R@5':>6} {'MRR@10':>6} {'answered':>8} {'p50 ms':>7} {'p99 ms':>7}"
    lines = [f"{'set':8} {'kind':24} {'n':>5} {names}"]
    for row in report.rows:
        shares = (row.p_at_1, row.recall_at_5, row.mrr_at_10)
        three = " ".join(f"{'-' if share is None else f'{share:.3f}':>6}" for share in shares)
        times = f"{row.ms_p50:7.2f} {row.ms_p99:7.2f}"
        lines.append(f"{row.set:8} {row.kind:24} {row.n:5} {three} {row.answered_rate:8.3f} {times}")
    lines += [f"abstention AUC, {name}: {value:.3f}" for name, value in report.abstention_auc.items()]
    return "\n".join(lines)
