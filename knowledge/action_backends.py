"""What a catalogue entry does: changes to files in Git, or a call that it declares as a push.

How `git`, `step_function`, `lambda` and `webhook` are read. Does nothing of it: see `bot.actions`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from bot.arn import Arn, read_arn
from knowledge import strict_yaml
from knowledge.action_inputs import Around
from knowledge.actions import Backend, Change, GitBackend, Json, Lambda, StepFunction, Verb, Webhook
from knowledge.content import (
    PLACEHOLDER,
    SUFFIXES,
    Names,
    keys_of,
    read_content,
    read_key,
    read_keys,
    read_leaf_text,
    read_path,
)
from knowledge.hosts import HOST
from knowledge.schema import Fields, Value, clip
from knowledge.strict_yaml import Scalar

MOST_CHANGES = 20
BACKENDS = ("git", "step_function", "lambda", "webhook")
GIT_KEYS = ("repository", "changes", "merge", "confirm", "author")
VERBS = ("content", "delete", "set", "add", "remove")
CHANGE_KEYS = ("file", *VERBS, "replace")
STEP_FUNCTION_KEYS = ("account", "region", "arn", "input", "role")
LAMBDA_KEYS = (*STEP_FUNCTION_KEYS, "table")
WEBHOOK_KEYS = ("url", "lookup", "input")
WHOLE_FILE = (Verb.CREATE, Verb.REPLACE, Verb.DELETE)
ACCOUNT = re.compile(r"\d{12}", re.ASCII)
REGION = re.compile(r"[a-z]{2,5}(?:-[a-z]+){1,2}-\d", re.ASCII)
STATE_MACHINE, FUNCTION, ROLE = "states", "lambda", "iam"  # the services that have them
TABLE = re.compile(r"[\w.-]{3,255}", re.ASCII)
REQUEST = "{request}"


def read_backend(fields: Fields, names: Names, around: Around) -> Backend | None:
    """The one backend of an entry. None, noted, when there is none, or something is wrong in it."""
    said = _only_one(fields, BACKENDS, "nothing says what the action does")
    if said is None:
        return None
    value = fields[said]
    match said:
        case "git":
            return read_git(value, names, around)
        case "step_function":
            return _read_step_function(value, names)
        case "lambda":
            return _read_lambda(value, names)
    return _read_webhook(value, names)


def _only_one(fields: Fields, keys: Sequence[str], if_none: str) -> str | None:
    """The one of these keys that is there; None, noted, when there is none, or another beside it."""
    said = [key for key in keys if key in fields]
    if len(said) == 1:
        return said[0]
    fix = f"write one of: {', '.join(keys)}"
    if said:
        fields[said[1]].wrong(f"{' and '.join(said)} cannot both be done", fix)
    else:
        fields.whole.wrong(if_none, fix, at=keys[0])
    return None


def read_git(value: Value, names: Names, around: Around) -> GitBackend | None:
    fields = value.fields(*GIT_KEYS, *CHANGE_KEYS)
    changes = read_changes(fields, names, around)
    is_merged = fields.get("merge", lambda merge: merge.choice(("on-approval",)), "") != ""
    needs_review = fields.get("confirm", lambda confirm: confirm.choice(("review",)), "") != ""
    if is_merged and needs_review:
        fix = "keep one: merged by the bot on approval, or reviewed by somebody at the Git host"
        fields["confirm"].wrong("`merge: on-approval` merges without the review that `confirm` asks for", fix)
    needs_author = fields.get("author", lambda author: author.choice(("required",)), "") != ""
    return changes and GitBackend(changes.repository, changes.changes, is_merged, needs_review, needs_author)


def read_declaration(value: Value, names: Names, around: Around) -> GitBackend | None:
    """The change that writes down what a break-glass run made; it is always reviewed as any other proposal."""
    return read_changes(value.fields("repository", "changes", *CHANGE_KEYS), names, around)


def read_changes(fields: Fields, names: Names, around: Around) -> GitBackend | None:
    repository = fields.need("repository", Value.name, "name one of repositories.yaml")
    if repository is not None:
        around.check_repository(fields["repository"], repository)
    inline = [key for key in CHANGE_KEYS if key in fields]
    if "changes" in fields:
        for key in inline:
            fields[key].wrong("a single change stands beside `changes`", "move it into the list")
        changes = fields.get("changes", lambda listed: _read_list(listed, names), ())
    else:
        one = _read_change(fields, names)
        changes = (one,) if one else ()
    return GitBackend(repository, changes) if repository and changes else None


def _read_list(value: Value, names: Names) -> tuple[Change, ...]:
    items = value.items()
    if isinstance(value.node, strict_yaml.Sequence) and not 0 < len(items) <= MOST_CHANGES:
        value.wrong(f"{len(items)} changes are listed", f"list 1 to {MOST_CHANGES}")
    changes: list[Change] = []
    for item in items:
        change = _read_change(item.fields(*CHANGE_KEYS), names)
        if change is None:
            continue
        if any(other.file == change.file and {other.verb, change.verb} & set(WHOLE_FILE) for other in changes):
            what = "an earlier change makes or deletes this file as a whole"
            item.wrong(what, "say in one change what the file is to be", at="file")
        changes.append(change)
    return tuple(changes)


def _read_change(fields: Fields, names: Names) -> Change | None:
    file = fields.need("file", lambda file: read_path(file, names), "write the file's path in the repository")
    said = _only_one(fields, VERBS, "nothing says what becomes of the file")
    if said is None:
        return None
    if "replace" in fields and said != "content":
        fields["replace"].wrong("only a file that is written as a whole can be replaced", "take it out")
    if file is not None and said != "delete" and not file.endswith(SUFFIXES):
        fields["file"].wrong("the file is neither YAML nor JSON", f"name one that ends in {', '.join(SUFFIXES)}")
    change = _CHANGES[said](file or "", fields, names)
    return change if file else None


def _create(file: str, fields: Fields, names: Names) -> Change | None:
    value = fields["content"]
    content = read_content(value, names)
    if not isinstance(content, dict | list) or not content:
        value.wrong("a file holds a mapping or a list", "write its keys below `content`, indented")
    is_replaced = fields.get("replace", Value.yes_or_no, False)
    return Change(file, Verb.REPLACE if is_replaced else Verb.CREATE, content)


def _delete(file: str, fields: Fields, names: Names) -> Change | None:
    if fields.get("delete", Value.yes_or_no, True) is False:
        fields["delete"].wrong("it says no, and nothing else is done to the file", "write `delete: yes`")
    return Change(file, Verb.DELETE)


def _set(file: str, fields: Fields, names: Names) -> Change | None:
    values = fields["set"].named()
    if isinstance(fields["set"].node, strict_yaml.Mapping) and not values:
        fields["set"].wrong("nothing is set", 'write for example `spec.replicas: "{replicas}"` below it')
    ways: list[tuple[str, ...]] = []
    content: dict[str, Json] = {}
    for dotted, value in values.items():
        keys = keys_of(value, dotted, names)
        if keys and any(keys[: len(way)] == way or way[: len(keys)] == keys for way in ways):
            value.wrong(f'"{clip(dotted)}" lies within another value that is set', "set each place once")
        ways += [keys] if keys else []
        content[dotted] = read_content(value, names)
    return Change(file, Verb.SET, content)


def _add(file: str, fields: Fields, names: Names) -> Change | None:
    below = fields["add"].fields("to", "entry", "key")
    entry = below.need("entry", lambda entry: _read_entry(entry, names), "write what is to be added")
    at, key = below.get("to", lambda to: read_keys(to, names), ()), below.get("key", lambda it: read_key(it, names), "")
    if not at and not key:
        what = "nothing says where the entry goes"
        below.whole.wrong(what, "write `to` (the list or mapping), `key` (of a mapping's entry), or both")
    return Change(file, Verb.ADD, entry, at, key) if entry is not None else None


def _remove(file: str, fields: Fields, names: Names) -> Change | None:
    below = fields["remove"].fields("from", "key", "where", "entry")
    said = [way for way in ("key", "where", "entry") if way in below]
    if len(said) != 1:
        what = "nothing says which entry goes" if not said else f"{' and '.join(said)} both say which entry goes"
        below.whole.wrong(
            what, "write `key` (of a mapping), `where` (fields of a list's item) or `entry` (a plain item)"
        )
        return None
    content = below.get("entry", lambda entry: _read_entry(entry, names), None)
    if isinstance(content, dict | list):
        below["entry"].wrong("only a plain item can be named whole", "name a list's item by `where`, with its fields")
    return Change(
        file,
        Verb.REMOVE,
        content,
        below.get("from", lambda place: read_keys(place, names), ()),
        below.get("key", lambda key: read_key(key, names), ""),
        below.get("where", lambda where: _read_where(where, names), {}),
    )


def _read_entry(value: Value, names: Names) -> Json:
    content = read_content(value, names)
    if content is None:
        value.wrong("has no value", "write the entry")
    found = PLACEHOLDER.fullmatch(content) if isinstance(content, str) else None
    if found:
        names.must_be_given(value, found[1])
    return content


_CHANGES: Mapping[str, Callable[[str, Fields, Names], Change | None]] = {
    "content": _create,
    "delete": _delete,
    "set": _set,
    "add": _add,
    "remove": _remove,
}


def _read_where(value: Value, names: Names) -> dict[str, str]:
    """Nothing that is optional: without a value, more items than meant would have all that is asked for."""
    found: dict[str, str] = {}
    for key, below in value.named().items():
        text = read_leaf_text(below, names)
        if text is not None:
            found[key] = text
            for name in PLACEHOLDER.findall(text):
                names.must_be_given(below, name)
    if isinstance(value.node, strict_yaml.Mapping) and not value.node.entries:
        value.wrong("no field is named, so any item would do", 'write for example `name: "{name}"` below it')
    return found


def _read_step_function(value: Value, names: Names) -> StepFunction | None:
    fields = value.fields(*STEP_FUNCTION_KEYS)
    place = _read_place(fields, STATE_MACHINE, "arn:aws:states:REGION:ACCOUNT:stateMachine:NAME")
    content, role = _read_input(fields, names), _read_role(fields)
    return StepFunction(*place, input=content, role=role) if place else None


def _read_lambda(value: Value, names: Names) -> Lambda | None:
    fields = value.fields(*LAMBDA_KEYS)
    place = _read_place(fields, FUNCTION, "arn:aws:lambda:REGION:ACCOUNT:function:NAME")
    fix = "name the DynamoDB table in which the function keeps the request's id and state"
    table = fields.need("table", lambda table: table.shaped(TABLE, "is no table's name", fix), fix)
    content, role = _read_input(fields, names), _read_role(fields)
    return Lambda(*place, table=table, input=content, role=role) if place and table else None


def _read_place(fields: Fields, service: str, form: str) -> tuple[str, str, str] | None:
    """Account, region and ARN, which name the same ones."""
    fix = "write its 12 digits"
    account = fields.need("account", lambda it: it.shaped(ACCOUNT, "is no AWS account", fix), fix)
    fix = "write it like eu-west-1"
    region = fields.need("region", lambda it: it.shaped(REGION, "is no AWS region", fix), fix)
    fix = f"write it as {form}"
    arn = fields.need("arn", lambda it: _read_arn(it, service, fix), fix)
    if not (account and region and arn):
        return None
    for key, said, ours in (("region", arn.region, region), ("account", arn.account, account)):
        if said != ours:
            fields["arn"].wrong(f"it lies in {key} {said}, and `{key}` says {ours}", "correct one of the two")
    return account, region, str(arn)


def _read_arn(value: Value, service: str, fix: str) -> Arn | None:
    text = value.text()
    arn = None if text is None else read_arn(text)
    if text is not None and (arn is None or arn.service != service):
        value.wrong(f'"{clip(text)}" is no ARN of that kind', fix)
        return None
    return arn


def _read_role(fields: Fields) -> str:
    role = fields.get("role", lambda it: _read_arn(it, ROLE, "write it as arn:aws:iam::ACCOUNT:role/NAME"), None)
    account = fields["account"].node if "account" in fields else None
    if role and isinstance(account, Scalar) and account.text.strip() != role.account:
        fields["role"].wrong(f"it lies in account {role.account}, and `account` says another", "correct one of the two")
    return str(role or "")


def _read_input(fields: Fields, names: Names) -> Json:
    """What the call is given: a mapping, so that the request's id can stand beside it."""
    if "input" not in fields:
        return None
    content = read_content(fields["input"], names)
    if not isinstance(content, dict):
        fields["input"].wrong("what is handed over is a mapping", "write keys below it, indented")
    return content


def _read_webhook(value: Value, names: Names) -> Webhook | None:
    fields = value.fields(*WEBHOOK_KEYS)
    url = fields.need("url", lambda it: _read_url(it, ()), "write where the request is sent, with https://")
    fix = "write where the outcome is asked for, such as https://hooks.example.com/runs/{request}"
    lookup = fields.need("lookup", lambda it: _read_url(it, (REQUEST,)), fix)
    content = _read_input(fields, names)
    return Webhook(url, lookup, content) if url and lookup else None


def _read_url(value: Value, wanted: tuple[str, ...]) -> str | None:
    """An https address with exactly these placeholders, none of them in the host."""
    text = value.text()
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        port, parts = None, urlsplit("")
    place = f"{parts.hostname}:{port}" if port else f"{parts.hostname}"
    is_address = parts.scheme == "https" and HOST.fullmatch(place) and text.isprintable() and " " not in text
    if not is_address or parts.fragment or "\\" in text:
        value.wrong(f'"{clip(text)}" is no https address', "write it in full, with https:// and a host, without #")
    elif "@" in parts.netloc:
        value.wrong("credentials have no place in a handbook", "take them out; requests are signed instead")
    elif tuple(re.findall(r"\{[^}]*\}?|\}", text)) != wanted:
        what = (
            f"the address must hold {REQUEST} once and nothing else in {{ }}" if wanted else "the address holds { or }"
        )
        value.wrong(what, f"write {REQUEST} behind the host" if wanted else "write the address out")
    return text
