"""Where the bot reaches: Git, AWS, webhooks, files, addresses; and what files of others make of it."""

from tests.security.threats import Control, Threat

HOSTILE = "actions/test_hostile.py::test_hostile_inputs_change_the_declared_leaves_or_nothing"

THREATS = (
    Threat(
        "injection",
        "An input of an action writes more into a file of Git than its own value",
        (
            Control(
                "There is no template engine: a value takes the place of a whole leaf, and is never filled again",
                "bot/actions/placeholders.py",
                "    return content if name is None else values.get(name)",
                "    found = content if name is None else values.get(name)\n"
                "    return found if found == content else fill(found, values)",
                ("actions/test_rendering.py::test_value_with_braces_is_never_filled_again",),
            ),
            Control(
                "What cannot be seen, or ends a line, is refused in every input",
                "bot/actions/inputs.py",
                "    if sign := unseen(typed):",
                "    if sign := '':",
                ("actions/test_inputs.py::test_what_is_not_asked_for_is_refused_in_a_sentence", HOSTILE),
            ),
            Control(
                "What becomes part of a name in Git is held to more",
                "bot/actions/inputs.py",
                "    if problem := problem_of(str(value)):",
                "    if problem := '':",
                ("actions/test_inputs.py::test_what_becomes_part_of_a_path_is_held_to_more",),
            ),
            Control(
                "The changed file is read back and must say what it said before, but for that one value",
                "bot/actions/edits/editing.py",
                '    if not is_right:\n        raise Impossible(\n            f"{source.path} is written',
                '    if False:\n        raise Impossible(\n            f"{source.path} is written',
                (
                    "actions/edits/test_editing.py::test_what_is_written_otherwise_than_meant_is_found_when_it_is_read_back",
                ),
            ),
        ),
    ),
    Threat(
        "shell",
        "An address, a branch or a file makes git run a program",
        (
            Control(
                "Only https, ssh and, where the handbook lies on this machine, file are spoken",
                "bot/git/command.py",
                '    "protocol.allow=never",\n',
                '    "protocol.allow=always",\n',
                ("git/test_command.py::test_address_that_slipped_through_is_stopped_by_git_itself",),
            ),
            Control(
                "No hook runs",
                "bot/git/command.py",
                '    "core.hooksPath=/dev/null",\n',
                "",
                (
                    "git/test_repository.py::test_hooks_and_programs_in_a_configuration_never_run",
                    "git/test_plain.py::test_our_own_mirrors_hooks_never_run",
                ),
            ),
            Control(
                "Git inherits what it needs of the environment, and nothing else",
                "bot/git/command.py",
                "        kept = {name: self.environment[name] for name in INHERITED if name in self.environment}",
                "        kept = dict(self.environment)",
                ("git/test_command.py::test_only_what_git_needs_is_inherited",),
            ),
            Control(
                "What git could take for an option is refused before git is called",
                "bot/git/address.py",
                '    if not text or len(text) > 200 or text == "@" or _FORBIDDEN_IN_BRANCH.search(text):',
                "    if not text:",
                (
                    "git/test_address.py::test_impossible_or_option_like_branch_is_refused",
                    "git/test_repository.py::test_option_like_branch_is_refused_before_git_is_called",
                ),
            ),
            Control(
                "An address is of three plain forms",
                "bot/git/address.py",
                "    if parts.scheme not in SCHEMES or not text.startswith",
                "    if not text.startswith",
                ("git/test_address.py::test_hostile_address_is_refused",),
            ),
        ),
    ),
    Threat(
        "aws",
        "An entry or an input calls more of AWS than was declared",
        (
            Control(
                "Only what MENTOR_AWS_ALLOWED names is called",
                "bot/actions/allowed.py",
                "    if not is_allowed(arn, settings.aws_allowed):",
                "    if False:",
                (
                    "actions/test_allowed.py::test_nothing_is_allowed_where_nothing_is_set",
                    "actions/test_allowed.py::test_no_hostile_arn_gets_through_in_any_place",
                    "actions/test_machines.py::test_what_the_operator_does_not_name_is_never_called",
                ),
            ),
            Control(
                "In the entry's own account alone",
                "bot/actions/aws.py",
                '    if identity["Account"] != run.backend.account:',
                "    if False:",
                ("actions/test_machines.py::test_credentials_of_another_account_are_refused",),
            ),
            Control(
                "A role's session bears the requester's name",
                "bot/actions/aws.py",
                "        RoleSessionName=run.requester,",
                '        RoleSessionName="mentor",',
                ("actions/test_machines.py::test_a_role_is_assumed_in_the_requesters_name",),
            ),
        ),
    ),
    Threat(
        "paths",
        "A path or a link leads out of the folder it belongs to",
        (
            Control(
                "A path has plain parts, none of them `..` or `.git` in any spelling",
                "bot/git/proposals.py",
                "    if not is_plain:\n        shown = repr(text",
                "    if False:\n        shown = repr(text",
                (
                    "git/test_proposals.py::test_path_that_leads_elsewhere_is_refused",
                    "git/test_hosts.py::test_path_that_leads_elsewhere_is_refused",
                ),
            ),
            Control(
                "What a repository holds is checked on arrival",
                "bot/git/command.py",
                '    "fetch.fsckObjects=true",',
                '    "fetch.fsckObjects=false",',
                ("git/test_repository.py::test_tree_with_a_path_that_leads_out_is_refused_on_arrival",),
            ),
            Control(
                "Links in a repository become plain files",
                "bot/git/command.py",
                '    "core.symlinks=false",\n',
                "",
                ("git/test_repository.py::test_link_becomes_a_plain_file_with_its_target",),
            ),
            Control(
                "Links in the handbook are not followed",
                "knowledge/files.py",
                "    if stat.S_ISLNK(found.st_mode):",
                "    if False:",
                ("knowledge/test_broken_handbooks.py::test_linked_yaml_file_is_not_read",),
            ),
            Control(
                "Names in a zip that lead out of it are refused",
                "bot/peers/archive.py",
                '    if name.startswith("/") or "\\\\" in name or ".." in PurePosixPath(name).parts:',
                "    if False:",
                ("peers/test_export.py::test_names_that_lead_out_of_a_zip_are_refused",),
            ),
        ),
    ),
    Threat(
        "ssrf",
        "The bot is made to call an address of somebody's choosing",
        (
            Control(
                "Only hosts of MENTOR_WEBHOOK_HOSTS are called",
                "bot/actions/allowed.py",
                "    if place not in settings.webhook_hosts:",
                "    if False:",
                (
                    "actions/test_allowed.py::test_hosts_that_look_like_a_named_one_are_refused",
                    "actions/test_webhook.py::test_a_host_that_is_not_named_is_never_called",
                ),
            ),
            Control(
                "A named host that comes to mean this machine, or a cloud's metadata, is not called",
                "bot/actions/webhook.py",
                '        if host not in HERE and any(is_close(each["host"]) for each in found):',
                "        if False:",
                ("actions/test_webhook.py::test_a_named_host_that_comes_to_lead_to_this_machine_is_not_called",),
            ),
            Control(
                "No redirect of a webhook is followed",
                "bot/actions/webhook.py",
                "allow_redirects=False",
                "allow_redirects=True",
                ("actions/test_webhook.py::test_no_redirect_is_followed",),
            ),
            Control(
                "Nor one of a Git host, which would take the credentials along",
                "bot/git/rest.py",
                "allow_redirects=False",
                "allow_redirects=True",
                ("git/test_rest.py::test_redirect_takes_no_credentials_elsewhere",),
            ),
            Control(
                "Nor one of a model's server",
                "bot/openai_client.py",
                'follow_redirects=False, event_hooks={"response": [_look_at]}',
                "follow_redirects=True",
                ("test_model_client.py::test_a_redirect_is_not_followed",),
            ),
            Control(
                "An address for a reply must be Slack's",
                "bot/slack.py",
                "        if urlsplit(url).hostname not in self._reply_hosts:",
                "        if False:",
                ("test_slack.py::test_a_private_reply_goes_to_no_other_host_than_slacks",),
            ),
        ),
    ),
    Threat(
        "yaml",
        "A file of the handbook blows up, or reads as something else than it says",
        (
            Control(
                "Anchors and aliases are refused",
                "knowledge/strict_yaml.py",
                "        self.refuse_magic(event)\n",
                "",
                ("knowledge/test_strict_yaml.py::test_bomb_is_refused",),
            ),
            Control(
                "So is what is too deep or too long",
                "knowledge/strict_yaml.py",
                "        self.refuse_excess(event)\n",
                "",
                ("knowledge/test_strict_yaml.py::test_bomb_is_refused",),
            ),
            Control(
                "And a key that stands twice",
                "knowledge/strict_yaml.py",
                "            if key in seen:",
                "            if False:",
                ("knowledge/test_broken_handbooks.py::test_broken_file_names_file_line_field_and_fix",),
            ),
        ),
    ),
    Threat(
        "slow",
        "A text or a pattern keeps the bot busy",
        (
            Control(
                "A pattern that could be matched in too many ways is refused",
                "knowledge/patterns.py",
                "    if found.ways * longest > MOST_STEPS:",
                "    if False:",
                ("knowledge/test_patterns.py::test_pattern_that_is_refused_says_why",),
            ),
            Control(
                "A question is cut to a length",
                "knowledge/text.py",
                ".split())[:QUESTION_LIMIT]",
                ".split())",
                ("knowledge/test_text.py::test_question_is_cut",),
            ),
        ),
    ),
)
