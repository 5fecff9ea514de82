"""Who may do what: without the right, from elsewhere, for oneself, or as whoever takes the bot over."""

from tests.security.threats import Control, Threat

MATRIX = "authority/test_matrix.py::test_code_and_table_say_the_same_in_every_cell"
APPROVALS = "actions/test_approvals.py::test_only_the_approval_of_what_was_shown_where_it_was_shown_is_carried_out[sqlite-nothing]"

THREATS = (
    Threat(
        "unauthorised",
        "Somebody does what they may not",
        (
            Control(
                "One function decides and grants nothing by default",
                "bot/authority.py",
                "    return Allowed() if granted[act] else Refused(REASONS[act])",
                "    return Allowed()",
                (MATRIX, "authority/test_authority.py::test_nothing_is_granted_by_default"),
            ),
            Control(
                "Who was deactivated, and every bot, may do nothing",
                "bot/authority.py",
                "    if person.is_deleted or person.is_bot:",
                "    if False:",
                (MATRIX, "journeys/test_refusals.py::test_who_was_deactivated_meanwhile_is_not_answered"),
            ),
            Control(
                "It is asked when somebody asks for an action",
                "bot/actions/rights.py",
                "        return self.why_not_live(row) if action is None else await self._why_not_run(row, action, Act.RUN, Matter())",
                '        return ""',
                ("actions/test_service.py::test_who_may_not_ask_is_told_why_and_nothing_is_read_or_proposed",),
            ),
            Control(
                "It is asked again when somebody approves, by rights as they are at the press",
                "bot/actions/rights.py",
                "        return await self._people.why_not(profile, act, matter=matter)\n\n    async def why_not_withdraw",
                '        return ""\n\n    async def why_not_withdraw',
                (
                    APPROVALS,
                    "actions/test_deciding.py::test_a_strangers_press_reads_nothing_of_git_and_changes_nothing",
                ),
            ),
            Control(
                "And again before anything is done",
                "bot/actions/rights.py",
                "        return await self._why_not_run(row, action, Act.EXECUTE, matter)",
                '        return ""',
                ("actions/test_executing.py::test_what_may_not_be_done_any_more_is_void_with_the_reason",),
            ),
        ),
    ),
    Threat(
        "outsiders",
        "People of other companies in shared channels, and guests, ask or act",
        (
            Control(
                "Only who is known to be of this company gets anything; what is not known counts as no",
                "bot/authority.py",
                "    if not is_ours(person.team_id, person.enterprise_id, workspace):",
                "    if False:",
                (MATRIX, "authority/test_authority.py::test_stranger_may_do_nothing_whatever_else_is_granted"),
            ),
            Control(
                "Nothing is run or decided where another company reads along",
                "bot/authority.py",
                "    if act in AMONG_OURSELVES and matter.place is Place.SHARED:",
                "    if False:",
                (
                    MATRIX,
                    "authority/test_authority.py::test_where_another_company_reads_along_everybody_is_sent_elsewhere",
                ),
            ),
            Control(
                "Of other companies' people nothing is kept",
                "bot/peers/rules.py",
                "    return author.is_bot or not message.is_shared or is_ours(author.team_id, author.enterprise_id, workspace)",
                "    return True",
                (
                    "journeys/test_refusals.py::test_a_person_of_another_company_meets_silence_and_nothing_of_theirs_is_kept",
                ),
            ),
            Control(
                "More than public articles is shown only where no guest and no other company is",
                "bot/answers/audiences.py",
                "not await self._is_among_us(channel_id)",
                "False",
                (
                    "journeys/test_audience.py::test_a_private_channel_that_the_handbook_names_sees_more_until_a_guest_comes",
                ),
            ),
            Control(
                "Guests see public articles alone",
                "bot/answers/audiences.py",
                "        if profile.is_guest:\n            return PUBLIC",
                "",
                (
                    "journeys/test_refusals.py::test_a_guest_may_ask_where_the_handbook_says_so_but_sees_public_articles_alone",
                ),
            ),
        ),
    ),
    Threat(
        "self-approval",
        "Somebody approves their own request, by another account, by a card elsewhere, or after it was changed",
        (
            Control(
                "Nobody decides on their own request",
                "bot/authority.py",
                '    if matter.is_requester:\n        return Refused("Nobody decides on their own request.")',
                "",
                (MATRIX, APPROVALS),
            ),
            Control(
                "Two accounts of one person are one person",
                "bot/actions/rights.py",
                "        return len(known) == 2 and await self._memberships.is_same_person(known[person], known[row.person])",
                "        return False",
                (APPROVALS,),
            ),
            Control(
                "What was approved is done only while entry and files are as they were shown",
                "bot/actions/validity.py",
                '            return "" if await self._changes.are_as_before(row) else MOVED_ON',
                '            return ""',
                ("actions/test_deciding.py::test_what_changed_is_said_to_who_presses_and_who_asked",),
            ),
            Control(
                "A request that expired is not approved any more",
                "bot/actions/deciding.py",
                "        if rules.is_past(row.expires_at, now=self._desk.clock.now()):",
                "        if False:",
                ("actions/test_deciding.py::test_an_approval_after_the_time_is_over_counts_for_nothing",),
            ),
            Control(
                "Where the entry says so, somebody else has to agree outside Slack too",
                "bot/actions/rules.py",
                "    left = agreed - known_own",
                "    left = agreed",
                ("actions/test_following.py::test_a_review_outside_slack_must_be_another_persons",),
            ),
        ),
    ),
    Threat(
        "takeover",
        "Somebody makes themselves an admin, or whoever is one changes what is decided by",
        (
            Control(
                "Roles come from the reviewed handbook alone: where it names nobody, nobody has one",
                "bot/people.py",
                "        return group is not None and await self.is_in(group, user_id)",
                "        return group is None or await self.is_in(group, user_id)",
                ("test_people.py::test_platform_team_is_who_the_handbook_names_today",),
            ),
            Control(
                "Membership in a group is dated, and holds on its days alone",
                "knowledge/people.py",
                "            and (member.until is None or on < member.until)\n",
                "",
                ("knowledge/test_people.py::test_person_may_leave_a_group_and_come_back",),
            ),
            Control(
                "A break-glass run is announced before it begins",
                "bot/actions/follow_ups.py",
                "        if announcement is not None and await rows.open_one(tx, row.id, now=now):",
                "        if False:",
                (
                    "actions/test_follow_ups.py::test_a_break_glass_run_is_announced_then_declared_in_a_pull_request_then_settled",
                ),
            ),
            Control(
                "A broken handbook never replaces a good one",
                "bot/handbook.py",
                "            self._seen, self._is_broken = revision, True\n",
                "            self._seen, self._is_broken, self._own = revision, True, None\n",
                ("test_handbook_source.py::test_broken_folder_never_replaces_the_good_one_and_is_told_once",),
            ),
        ),
    ),
    Threat(
        "scopes",
        "A token that leaks, or an app that is taken over, can do more than the bot needs",
        (
            Control(
                "The app asks for the scopes that docs/privacy.md gives a reason for, and for no other",
                "bot/generate.py",
                '    "chat:write": "answer",',
                '    "chat:write": "answer",\n    "files:read": "read files",',
                ("privacy/test_page.py::test_each_scope_is_there_with_its_reason",),
            ),
        ),
    ),
)
