"""What the bot says and to whom: words that are not ours, a model that obeys an attacker, what is private."""

from tests.security.threats import Control, Threat

INJECTED = (
    "answers/test_injection.py::test_of_over_500_attempts_none_gets_a_link_a_mention_or_a_word_of_its_own_through"
)
REFUSED = "answers/test_checks.py::test_what_the_passage_does_not_say_is_refused"
CANARIES = "journeys/test_canaries.py::test_nothing_private_comes_out_in_a_month"

THREATS = (
    Threat(
        "overflow",
        "Somebody's words make a message that Slack refuses, so that nobody sees an answer",
        (
            Control(
                "All words are clipped to Slack's limits",
                "bot/blockkit.py",
                '{"type": "mrkdwn", "text": clip(text, SECTION_MAX), "verbatim": True}}\n',
                '{"type": "mrkdwn", "text": text, "verbatim": True}}\n',
                ("test_blockkit.py::test_blocks_are_clipped_to_slacks_limits_exactly",),
            ),
            Control(
                "Where Slack refuses the blocks, the plain text goes out",
                "bot/outbox.py",
                "        if refused.code in BLOCKS_REFUSED and sending.blocks:",
                "        if False:",
                (
                    "work/test_outbox.py::test_blocks_slack_refuses_are_left_out",
                    "journeys/test_bad_days.py::test_an_answer_whose_blocks_slack_refuses_goes_as_plain_text",
                ),
            ),
        ),
    ),
    Threat(
        "mentions",
        "Somebody's words ping a channel, a group or a person through the bot",
        (
            Control(
                "Text that is not ours is escaped",
                "bot/blockkit.py",
                '    return whole.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")',
                "    return whole",
                (
                    "test_blockkit.py::test_no_mention_and_no_link_survives_escaping",
                    "journeys/test_plain_text.py::test_an_article_calls_nobody_and_links_nowhere",
                    "actions/test_service.py::test_the_hardest_inputs_fit_a_message_and_reach_nobody",
                ),
            ),
            Control(
                "Slack is told to make no names and addresses of plain words",
                "bot/blockkit.py",
                '"text": clip(text, SECTION_MAX), "verbatim": True}]}',
                '"text": clip(text, SECTION_MAX)}]}',
                ("test_blockkit.py::test_slack_is_told_to_leave_names_and_addresses_as_they_are",),
            ),
        ),
    ),
    Threat(
        "prompts",
        "Words in a question, a thread or an article give the model orders, and it obeys",
        (
            Control(
                "What the model wrote is shown only if the passages it cites say it",
                "bot/answers/model_writer.py",
                "            why = problem(written.sentences, passages)",
                '            why = ""',
                (INJECTED, "journeys/test_model.py::test_nothing_an_injected_model_says_is_posted"),
            ),
            Control(
                "Words from elsewhere are refused",
                "bot/answers/checks.py",
                "    return _disguised(sentence.text, given) or _foreign(sentence.text, given)",
                "    return _disguised(sentence.text, given)",
                (INJECTED, REFUSED),
            ),
            Control(
                "The model is offered no tool, and an answer that asks for one is none",
                "bot/model_client.py",
                '            if more.get("refusal") or more.get("tool_calls") or choice.get("finish_reason") in NOT_ENDED:',
                "            if False:",
                ("answers/test_model_writer.py::test_a_fault_of_the_model_leaves_the_handbooks_own_words",),
            ),
        ),
    ),
    Threat(
        "poisoned",
        "Somebody teaches the bot something wrong",
        (
            Control(
                "What people said in a thread becomes an article by the handbook's reviewers alone",
                "bot/curation/draft_maker.py",
                "        if info.is_private:\n            return PRIVATE\n",
                "",
                (
                    "journeys/test_thread_to_handbook.py::test_nothing_is_drafted_from_where_words_are_not_the_handbooks",
                ),
            ),
            Control(
                "An article of low trust is suggested at most",
                "bot/answers/rules.py",
                " and found.hits[0].article.trust is not Trust.LOW:",
                ":",
                ("journeys/test_sources.py::test_source_of_low_trust_is_only_suggested",),
            ),
        ),
    ),
    Threat(
        "smuggled",
        "A link in an answer, or the preview of one, carries words to somebody's server",
        (
            Control(
                "An address that does not stand in the cited passages is not shown",
                "bot/answers/checks.py",
                "    if strange:",
                "    if False:",
                (INJECTED, REFUSED),
            ),
            Control(
                "Previews of links are off",
                "bot/slack.py",
                '                "unfurl_links": False,\n                "unfurl_media": False,\n',
                "",
                ("test_slack.py::test_slack_is_told_to_look_behind_no_link_and_to_call_nobody_by_name",),
            ),
            Control(
                "Only whole web addresses become links",
                "bot/blockkit.py",
                '    if not is_whole or not url.startswith(("https://", "http://")):',
                "    if False:",
                ("test_blockkit.py::test_only_web_addresses_become_links",),
            ),
        ),
    ),
    Threat(
        "leaked",
        "What is said in private channels or messages comes out elsewhere, or reaches the model",
        (
            Control(
                "Solved threads are pointed to only in public channels",
                "bot/storage/solved.py",
                "and_(~channels.c.is_private, ~channels.c.is_direct,",
                "and_(~channels.c.is_direct,",
                ("answers/test_solved.py::test_no_pointer_leads_where_a_rule_forbids_it",),
            ),
            Control(
                "No text of one who is left out is given to the model",
                "bot/answers/context.py",
                '            text = "" if author.user_id in left_out else own',
                "            text = own",
                ("journeys/test_model.py::test_words_of_who_is_left_out_are_not_shown_to_the_model",),
            ),
            Control(
                "Of what the handbook lacks, words of public channels alone are shown",
                "bot/curation/gap_facts.py",
                "    may_show = row.is_public and row.asker is not None",
                "    may_show = row.asker is not None",
                (CANARIES,),
            ),
        ),
    ),
    Threat(
        "pasted",
        "Somebody pastes a key or a password, and it is passed on",
        (
            Control(
                "Keys, tokens and passwords are taken out of what people write before it is written down",
                "bot/wire.py",
                "    text = written if is_own else without_secrets(written)\n",
                "    text = written\n",
                ("journeys/test_secrets.py::test_whatever_way_it_comes_it_is_written_down_nowhere[direct]",),
            ),
            Control(
                "And out of questions by the command",
                "bot/answers/service.py",
                "now, text = self._desk.clock.now(), without_secrets(text)",
                "now, text = self._desk.clock.now(), text",
                ("journeys/test_secrets.py::test_whatever_way_it_comes_it_is_written_down_nowhere[command]",),
            ),
            Control(
                "And out of drafts and comments",
                "bot/masking.py",
                "    plain = without_secrets(plain)\n",
                "",
                ("curation/test_masking.py::test_it_is_taken_out",),
            ),
            Control(
                "And out of what AWS and webhooks say of a run",
                "bot/actions/direct.py",
                "    safe = without_secrets(text[:LONGEST_READ])",
                "    safe = text[:LONGEST_READ]",
                (
                    "actions/test_direct.py::test_words_are_one_line_without_secrets",
                    "actions/test_machines.py::test_a_failure_is_told_without_secrets",
                ),
            ),
        ),
    ),
)
