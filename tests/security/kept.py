"""What is kept, told and spent: logs, survey answers, people's data, the audit, floods, and what the bot is made of."""

from tests.security.threats import Control, Threat

ATTACKED = "surveys/test_attacks.py::test_nobody_is_found_better_than_by_the_figures_of_the_group_shown"
FATES = "privacy/test_erase.py::test_each_column_meets_its_fate[sqlite]"
TRACES = "privacy/test_erased_for_good.py::test_nothing_is_left_in_any_store_and_the_audit_holds[sqlite]"

THREATS = (
    Threat(
        "logs",
        "A secret, a name or somebody's words stand in a log or an error",
        (
            Control(
                "An exception is logged as its type and place, never with its words",
                "bot/logs.py",
                '        event["error"] = type(error).__name__',
                '        event["error"] = repr(error)',
                ("test_logs.py::test_an_errors_words_are_not_logged_whoever_logs_it",),
            ),
            Control(
                "What libraries say is cut where they begin to quote",
                "bot/logs.py",
                '    event["event"] = DATA.split(str(event["event"]), maxsplit=1)[0].strip()\n',
                "",
                ("test_logs.py::test_an_errors_words_are_not_logged_whoever_logs_it",),
            ),
            Control(
                "Libraries are heard from warnings on, also at DEBUG",
                "bot/logs.py",
                "    root.setLevel(max(number, logging.WARNING))",
                "    root.setLevel(number)",
                ("test_logs.py::test_no_word_that_people_wrote_is_logged",),
            ),
            Control(
                "What Slack answers is repeated only where it is a code of Slack's",
                "bot/errors.py",
                "code if CODE.fullmatch(code) else NO_CODE",
                "code",
                ("security/test_planted_secrets.py::test_no_setting_that_is_secret_is_told_at_debug_whatever_fails",),
            ),
            Control(
                "A secret does not show itself",
                "bot/config.py",
                "    value: str = field(repr=False)",
                "    value: str",
                ("test_check.py::test_settings_never_show_a_secret",),
            ),
            Control(
                "A host's words are told without our credentials",
                "bot/git/command.py",
                '        text = text.replace(remote.credentials.value, "***")',
                "        pass",
                ("git/test_command.py::test_failure_names_the_remote_without_credentials_or_control_characters",),
            ),
        ),
    ),
    Threat(
        "surveys",
        "Somebody works out who answered what",
        (
            Control(
                "No group of fewer than five is shown, nor any that leaves fewer beside it",
                "bot/surveys/suppression.py",
                "    return all(not piece or len(piece) >= threshold for piece in pieces)",
                "    return True",
                (
                    "surveys/test_suppression.py::test_a_small_group_hides_a_second_one",
                    "surveys/test_suppression.py::test_nothing_follows_from_what_is_shown_of_companies_of_chance",
                ),
            ),
            Control(
                "No survey may ask for less",
                "bot/surveys/suppression.py",
                "    if threshold < FEWEST:",
                "    if False:",
                ("surveys/test_suppression.py::test_of_four_answers_nothing_is_shown_and_no_survey_may_ask_for_less",),
            ),
            Control(
                "What stays of a person's traits is what at least five share",
                "bot/surveys/releasing.py",
                "    while in_order and (len(in_order[0]) < threshold or 0 < len(hidden) < threshold):",
                "    while False:",
                ("surveys/test_releasing.py::test_of_a_persons_strata_stays_what_at_least_five_share",),
            ),
            Control(
                "Comments come in an order of chance",
                "bot/surveys/releasing.py",
                '    comments = _shuffled(words, f"{key}words") if len(given) >= survey.threshold else ()',
                "    comments = words if len(given) >= survey.threshold else ()",
                ("surveys/test_releasing.py::test_order_of_comments_is_of_chance",),
            ),
            Control(
                "Only who was asked can answer, where they were asked",
                "bot/surveys/answering.py",
                "if invitation is None or invitation.state != ASKED or not await self._is_theirs(tx, where, invitation):",
                "if invitation is None:",
                ("journeys/test_pulse.py::test_only_who_was_asked_can_answer",),
            ),
        ),
    ),
    Threat(
        "erased",
        "Of somebody erased something is left, or what they asked to see is not whole",
        (
            Control(
                "Rows lose who it was, column by column",
                "bot/privacy/service.py",
                "        was_known = await self._database.write(lambda tx: self._forget(tx, traces))",
                "        was_known = True",
                (FATES,),
            ),
            Control(
                "Files are written anew, so that nothing stands in free space or logs",
                "bot/privacy/service.py",
                "        left = await scrub(self._database)\n        return replace",
                "        left: list[str] = []\n        return replace",
                (TRACES,),
            ),
            Control(
                "SQLite overwrites what is deleted",
                "bot/storage/engine.py",
                '"secure_delete=ON"',
                '"secure_delete=OFF"',
                ("storage/test_scrub.py::test_what_is_deleted_is_overwritten_on_sqlite_at_once",),
            ),
            Control(
                "What Slack said of the person is forgotten in memory",
                "bot/privacy/service.py",
                "            self._slack.forget(user_id)",
                "            pass",
                ("privacy/test_erase.py::test_what_slack_said_of_the_person_is_forgotten_in_memory",),
            ),
            Control(
                "They are left out from then on, whatever is read back",
                "bot/privacy/service.py",
                "        await people.leave_out(tx, user_id, names, now=now)",
                "        pass",
                (
                    "privacy/test_erase.py::test_the_person_is_left_out_from_then_on",
                    "privacy/test_leave_out.py::test_reading_history_again_does_not_bring_an_erased_person_back",
                ),
            ),
        ),
    ),
    Threat(
        "altered",
        "Somebody changes what is stored: the audit, or a request",
        (
            Control(
                "Each row of the audit is sealed with the operator's key over all before it",
                "bot/seals.py",
                "        if not _is_same(self._key.seal(self.head.seal, entry), entry.seal):",
                "        if False:",
                (
                    "audit/test_seals.py::test_each_of_3400_edits_deletions_and_swaps_is_found_where_it_is",
                    "audit/test_audit.py::test_whatever_is_put_in_sqlite_is_found_and_breaks_nothing",
                ),
            ),
            Control(
                "A missing row is found",
                "bot/seals.py",
                "        if entry.number != expected:",
                "        if False:",
                ("audit/test_seals.py::test_missing_row_is_named",),
            ),
            Control(
                "Its end is kept apart, and told to the log each day, so that a cut tail is found",
                "bot/audit.py",
                "await self._first_wrong(tx, chain, seen) or await self._end_wrong(tx, chain.head, kept, seen)",
                "await self._first_wrong(tx, chain, seen)",
                ("audit/test_audit.py::test_cut_tail_is_found",),
            ),
        ),
    ),
    Threat(
        "loops",
        "The bot answers itself, or another bot, which answers it",
        (
            Control(
                "What a bot says is no question, also where it was posted by an address for a reply",
                "bot/wire.py",
                '    is_bot = subtype == "bot_message" or bool(message.get("bot_id")) or message.get("user") == SLACKBOT',
                '    is_bot = message.get("user") == SLACKBOT',
                ("journeys/test_refusals.py::test_another_apps_post_is_never_answered",),
            ),
            Control(
                "Nor is a mention in it asked of the bot",
                "handlers/messages.py",
                "    if message.author.is_bot or not (message.is_direct or message.mentions_us):",
                "    if not (message.is_direct or message.mentions_us):",
                ("journeys/test_floods.py::test_a_bots_mention_asks_for_nothing",),
            ),
        ),
    ),
    Threat(
        "flood",
        "Somebody asks without end, so that others wait, channels fill, and the model costs",
        (
            Control(
                "Who asks for more than the budget in ten minutes is told so once, and gets nothing more until then",
                "bot/allowance.py",
                "        is_within = asking.key in lately or len(lately) < self._most",
                "        is_within = True",
                (
                    "journeys/test_floods.py::test_who_asks_without_end_is_told_once_and_others_are_answered",
                    "security/test_flood.py::test_of_10000_mentions_by_one_person_a_budget_is_answered",
                ),
            ),
            Control(
                "The model is asked so often a day, by each person and by all",
                "bot/model_client.py",
                "        if not await self._spend(person):",
                "        if False:",
                (
                    "test_model_client.py::test_a_call_over_the_budget_is_not_made",
                    "journeys/test_model.py::test_over_the_budget_the_handbook_is_quoted",
                ),
            ),
            Control(
                "All replicas count together, and everybody's calls are one more budget",
                "bot/model_client.py",
                "            return has_own and await model_use.take(tx, EVERYBODY, day, most=self._per_day)",
                "            return has_own",
                ("test_model_client.py::test_a_person_and_everybody_have_their_calls_a_day_over_all_replicas",),
            ),
            Control(
                "Nobody gets more than one message a week that they did not ask for",
                "bot/unasked.py",
                "    return week < UNASKED_PER_WEEK and month < UNASKED_PER_MONTH",
                "    return True",
                (
                    "work/test_outbox.py::test_unasked_budget_is_one_a_week_and_two_in_30_days",
                    "work/test_unasked_years.py::test_nobody_gets_more_than_the_budget_whatever_comes_together",
                ),
            ),
            Control(
                "A channel has one message a second",
                "bot/outbox.py",
                "PACE = timedelta(seconds=1.05)",
                "PACE = timedelta(0)",
                ("work/test_outbox.py::test_channel_has_one_message_a_second",),
            ),
        ),
    ),
    Threat(
        "dependencies",
        "Something the bot is made of is another than it was, or is taken over",
        (
            Control(
                "Each package is locked by its hashes, and none names an address",
                "deploy/requirements.lock",
                "aiohttp==",
                "left-out>=1\naiohttp==",
                ("security/test_made_of.py::test_each_package_is_of_one_version_with_its_hashes",),
            ),
            Control(
                "Nothing is ever unpickled",
                "bot/storage/engine.py",
                "import sqlite3\n",
                "import pickle\nimport sqlite3\n",
                ("security/test_made_of.py::test_nothing_is_ever_unpickled",),
            ),
            Control(
                "The wheel is the same whoever builds it",
                "pyproject.toml",
                "[tool.hatch.build.targets.wheel]\n",
                "[tool.hatch.build]\nreproducible = false\n\n[tool.hatch.build.targets.wheel]\n",
                ("security/test_made_of.py::test_two_clean_builds_are_one_wheel",),
            ),
            Control(
                "A pod runs as nobody, on a file system it cannot write to",
                "deploy/kubernetes/bot/mentor.yaml",
                "            readOnlyRootFilesystem: true",
                "            readOnlyRootFilesystem: false",
                ("deploy/test_kubernetes.py::test_a_pod_may_do_nothing_that_it_need_not",),
            ),
            Control(
                "A pod reaches names, the database and HTTPS outside; no metadata of a cloud, no network of your own",
                "deploy/kubernetes/bot/egress.yaml",
                "169.254.0.0/16, ",
                "",
                ("deploy/test_kubernetes.py::test_pods_reach_names_the_database_and_https_outside_and_nothing_inside",),
            ),
            Control(
                "It calls the hosts of its settings and of the handbook, and no other: no library of it calls home",
                "bot/slack.py",
                "    async def open(self) -> None:\n",
                "    async def open(self) -> None:\n"
                "        import asyncio\n\n"
                "        await asyncio.gather(asyncio.open_connection('127.0.0.1', 9), return_exceptions=True)\n",
                ("journeys/test_egress.py::test_the_bot_calls_no_host_but_those_it_was_told_of",),
            ),
        ),
    ),
)
