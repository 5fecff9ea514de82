"""Decides the order in which open questions are handed over. Pure."""

from collections.abc import Collection, Sequence

from bot.peers.figures import Unanswered


def in_order(questions: Sequence[Unanswered], *, called: Collection[tuple[str, str]]) -> Sequence[Unanswered]:
    """Those first for which people were called, then those past the horizon; the oldest first among equals."""
    return sorted(questions, key=lambda each: (not was_called(each, called), each.is_young, each.asked_at))


def was_called(question: Unanswered, called: Collection[tuple[str, str]]) -> bool:
    return (question.channel_id, question.ts) in called
