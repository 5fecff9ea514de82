"""Processes of tests, forked off one server each worker has: what they all need is loaded there once, before.

There is one such server in a process, and one list of what it loads, so the list is here.
"""

import multiprocessing

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "boto3",
        "bot.actions.functions",
        "bot.actions.machines",
        "bot.actions.webhook",
        "tests.actions.test_killed",
        "tests.chaos.warm",
        "tests.chaos.bot_process",
        "tests.frozen",  # the last
    ]
)
