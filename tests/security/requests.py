"""What comes in from Slack and from others who post to the bot: forged, replayed, malformed, or too much."""

from tests.security.threats import Control, Threat

THREATS = (
    Threat(
        "forged",
        "Somebody else posts in Slack's name, or guesses a signature by how long its refusal takes",
        (
            Control(
                "The signature is an HMAC of the bytes as they came, compared in constant time",
                "handlers/http.py",
                "return may_be_signed(headers) and self._verifier.is_valid(text, headers[TIMESTAMP], headers[SIGNATURE])",
                "return may_be_signed(headers)",
                ("handlers/test_forged_requests.py::test_what_slack_did_not_sign_just_now_passes_in_no_disguise",),
            ),
            Control(
                "Headers are looked at before the signature is, so that none makes the verifier stumble",
                "handlers/http.py",
                "return has_form and timestamp.isascii()",
                "return True or timestamp.isascii()",
                ("handlers/test_real_payloads.py::test_a_request_with_an_odd_signature_runs_no_listener",),
            ),
            Control(
                "In Socket Mode there is no request URL: Bolt verifies nothing there",
                "bot/app.py",
                "        if self.socket is None:\n            secret = self.settings.slack_signing_secret.value",
                "        if True:\n            secret = self.settings.slack_signing_secret.value",
                ("handlers/test_http.py::test_in_socket_mode_nothing_is_taken_by_http",),
            ),
            Control(
                "Without a token and a secret, or a way to hear by, the bot does not start",
                "bot/config.py",
                "    if not settings.slack_app_token and not settings.slack_signing_secret:",
                "    if False:",
                ("test_check.py::test_the_bot_needs_a_token_and_a_way_to_hear",),
            ),
            Control(
                "Reports of controllers and events of use prove by token or HMAC whose they are",
                "handlers/webhooks.py",
                "        if not self.is_proven(self.key, request.headers, body):",
                "        if False:",
                (
                    "handlers/test_webhooks.py::test_without_the_token_alone_nothing_is_taken",
                    "handlers/test_webhooks.py::test_without_the_bodys_signature_alone_nothing_is_taken",
                    "handlers/test_use_hook.py::test_without_the_bodys_signature_nothing_is_taken",
                ),
            ),
            Control(
                "These proofs are compared in constant time",
                "handlers/webhooks.py",
                'return hmac.compare_digest(given[0].encode("utf-8", "surrogateescape"), expected.encode())',
                "return given[0] == expected",
                ("handlers/test_webhooks.py::test_proofs_are_compared_in_constant_time",),
            ),
        ),
    ),
    Threat(
        "replayed",
        "A request that was captured is sent again",
        (
            Control(
                "A signature is taken once, by whichever replica, also after a restart",
                "bot/replays.py",
                "        return await signatures.is_known(self._database, signature)",
                "        return False",
                (
                    "handlers/test_http.py::test_a_signed_request_is_taken_once",
                    "handlers/test_http.py::test_a_replay_is_refused_by_every_replica_and_after_a_restart",
                ),
            ),
            Control(
                "Each event, command and press has a key, and its work is done once a key for ever",
                "bot/storage/work.py",
                '            "key": key,\n            "payload": payload,',
                '            "key": f"{key}{id(payload)}",\n            "payload": payload,',
                ("work/test_work.py::test_work_is_done_once_a_key_for_ever",),
            ),
            Control(
                "A report of more than a day ago is refused",
                "bot/actions/controllers.py",
                "        if abs(now - report.said_at) > OLDEST:",
                "        if False:",
                ("handlers/test_webhooks.py::test_an_old_report_is_refused",),
            ),
        ),
    ),
    Threat(
        "malformed",
        "A payload of a shape that Slack never sends, to break the bot or get past a check",
        (
            Control(
                "Nothing gets past the boundary round all listeners: what Bolt stumbles over is a 400",
                "handlers/errors.py",
                '        return BoltResponse(status=400, body="")',
                "        raise",
                (
                    "handlers/test_real_payloads.py::test_broken_payloads_raise_nothing",
                    "handlers/test_errors.py::test_a_malformed_payload_is_a_400",
                ),
            ),
            Control(
                "A body is read up to a size, and no further",
                "bot/app.py",
                "web.Application(client_max_size=http.LARGEST)",
                "web.Application(client_max_size=10**9)",
                ("handlers/test_http.py::test_a_body_beyond_the_limit_is_not_read",),
            ),
            Control(
                "So is what others post",
                "handlers/webhooks.py",
                "                if len(read) > LARGEST:",
                "                if False:",
                ("handlers/test_webhooks.py::test_what_is_too_large_is_refused_before_it_is_read_whole",),
            ),
        ),
    ),
    Threat(
        "tampered",
        "A button's value or a form is changed on its way, to decide or ask for something else",
        (
            Control(
                "What a press means is read from the database; the value is an id, and the beginning of what was shown",
                "bot/actions/deciding.py",
                '        return OLD if is_old and decision.choice in ("approve", "decline") else ""',
                '        return ""',
                (
                    "actions/test_approvals.py::test_only_the_approval_of_what_was_shown_where_it_was_shown_is_carried_out",
                ),
            ),
            Control(
                "A press counts only on the message that the bot put it under",
                "bot/actions/deciding.py",
                "        if not await self._is_ours(decision, row):",
                "        if False:",
                (
                    "actions/test_approvals.py::test_only_the_approval_of_what_was_shown_where_it_was_shown_is_carried_out",
                    "actions/test_placing.py::test_a_press_elsewhere_is_told_so_when_all_cards_are_placed_or_never_were",
                ),
            ),
            Control(
                "A form is taken only as its entry stands now",
                "bot/actions/service.py",
                "        if entry_digest(action) != filled.entry_digest:",
                "        if False:",
                ("actions/test_service.py::test_a_form_of_an_entry_that_changed_is_not_taken",),
            ),
            Control(
                "A value that the form does not offer is refused",
                "bot/actions/inputs.py",
                "    if typed in choices:\n        return typed",
                "    return typed",
                ("actions/test_inputs.py::test_what_is_not_asked_for_is_refused_in_a_sentence",),
            ),
        ),
    ),
    Threat(
        "as-another",
        "A field of a payload says that somebody else acts",
        (
            Control(
                "Who acts is what Slack's envelope says, and no other field of any payload",
                "handlers/payload.py",
                'action, user_id = pressed[0], read_id(read_object(body, "user"), "id")',
                'action, user_id = pressed[0], str(pressed[0].get("user_id") or read_id(read_object(body, "user"), "id"))',
                ("security/test_actor.py::test_no_field_of_a_payload_says_that_somebody_else_acts",),
            ),
        ),
    ),
)
