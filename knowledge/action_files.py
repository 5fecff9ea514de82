"""`actions/*.yaml`, an entry of the catalogue a file: how they are read, and everything that a reviewer would check.

What an entry is stands in `knowledge.actions`. Reads no files; asks no repository.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from knowledge.action_backends import BACKENDS, read_backend, read_declaration
from knowledge.action_inputs import Around, check_uses, read_inputs
from knowledge.action_rights import read_approval, read_clock, read_who
from knowledge.actions import Action, Backend, GitBackend, Mode
from knowledge.article import Article
from knowledge.capabilities import read_owner
from knowledge.content import Names
from knowledge.problem import Level, Problem
from knowledge.schema import Fields, Value, clip, did_you_mean

FOLDER = "actions"
KEYS = (
    "id",
    "title",
    "summary",
    "questions",
    "capability",
    "owner",
    "mode",
    "who",
    "inputs",
    "approval",
    "stuck_after",
    *BACKENDS,
    "declares",
)
ID = re.compile(r"[a-z][a-z0-9-]{0,59}", re.ASCII)
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_QUESTION = 75, 300, 250
MOST_QUESTIONS = 20


def read_action(root: Value, stem: str, around: Around) -> Action | None:
    """The entry in a file whose name without its suffix is `stem`. What is wrong is noted at `root`."""
    fields = root.fields(*KEYS)
    fix = f"write `id: {stem}`, as the file is called" if ID.fullmatch(stem) else "call it like create-bucket.yaml"
    id_ = fields.need("id", lambda it: _read_id(it, stem), fix)
    title = fields.need("title", lambda it: it.text(at_most=LONGEST_TITLE), "write what it does, in a few words")
    summary = fields.need(
        "summary", lambda it: it.text(at_most=LONGEST_SUMMARY), "write in a sentence what comes of it"
    )
    mode = fields.need("mode", _read_mode, f"write one of: {', '.join(Mode)}")
    who = fields.need("who", lambda it: read_who(it, around), "nobody may run it; write for example {teams: all}")
    inputs = fields.get("inputs", lambda it: read_inputs(it, around), ())
    names = Names({each.name: each for each in inputs}, around.teams)
    backend = read_backend(fields, names, around)
    approval = fields.get("approval", lambda it: read_approval(it, names, around), None)
    declares = fields.get("declares", lambda it: read_declaration(it, names, around), None)
    if "inputs" in fields:
        check_uses(fields["inputs"], inputs, names.used)
    _check_mode(fields, mode)
    _check_merge(fields, backend)
    if not (id_ and title and summary and mode and who and backend):
        return None
    action = Action(id_, title, summary, mode, who, backend, inputs, approval, declares=declares)
    return replace(_with_more(action, fields, around), file=root.file, line=root.line)


def unknown_in(articles: Iterable[Article], actions: Sequence[Action]) -> Iterator[Problem]:
    """A warning for each action that an article names and that is not there."""
    ids = sorted(action.id for action in actions)
    for article in articles:
        for id_ in article.actions:
            if id_ not in ids:
                what = f'there is no action "{clip(id_)}", so it is not offered'
                fix = did_you_mean(id_, ids, otherwise="write its file in actions/, or take it out")
                yield Problem(f"articles/{article.id}", 1, "actions", what, fix, Level.WARNING)


def _with_more(action: Action, fields: Fields, around: Around) -> Action:
    """With what an entry may leave out."""
    return replace(
        action,
        questions=fields.get("questions", _read_questions, ()),
        capability=fields.get("capability", lambda it: _read_capability(it, around), ""),
        owner=fields.get("owner", lambda it: read_owner(it, around.people), ""),
        stuck_after=fields.get("stuck_after", read_clock, action.stuck_after),
    )


def _read_id(value: Value, stem: str) -> str | None:
    id_ = value.shaped(ID, "is no id for an action", "write small letters, digits and -, such as create-bucket")
    if id_ is not None and id_ != stem:
        value.wrong(f'the id is "{id_}", and the file is called {clip(stem)}', "let both be the same")
    return id_


def _read_mode(value: Value) -> Mode | None:
    text = value.choice(tuple(Mode))
    return Mode(text) if text else None


def _read_questions(value: Value) -> tuple[str, ...]:
    items = value.items()
    if len(items) > MOST_QUESTIONS:
        value.wrong(f"{len(items)} questions are listed", f"keep the {MOST_QUESTIONS} that people ask most")
    return tuple(text for item in items if (text := item.text(at_most=LONGEST_QUESTION)) is not None)


def _read_capability(value: Value, around: Around) -> str | None:
    id_ = value.name()
    if id_ is not None:
        around.check_capability(value, id_)
    return id_


def _check_mode(fields: Fields, mode: Mode | None) -> None:
    """A proposal goes to Git and nothing else does; only what breaks the glass has something to declare."""
    if mode is None:
        return
    for key in BACKENDS:
        if key in fields and (mode is Mode.PROPOSAL) != (key == "git"):
            fix = (
                "write `mode: proposal`"
                if key == "git"
                else f"write `mode: {Mode.DIRECT}` or `mode: {Mode.BREAK_GLASS}`"
            )
            fields["mode"].wrong(f"a {mode} is not done by {key}", fix)
    if "declares" in fields and mode is not Mode.BREAK_GLASS:
        what = f"only a {Mode.BREAK_GLASS} action declares afterwards what it made so"
        fields["declares"].wrong(what, f"take it out, or write `mode: {Mode.BREAK_GLASS}`")


def _check_merge(fields: Fields, backend: Backend | None) -> None:
    if isinstance(backend, GitBackend) and backend.merges_on_approval and "approval" not in fields:
        what = "the bot merges on approval alone, and nobody is named who approves"
        fields["git"].named()["merge"].wrong(what, "add `approval`, or take it out")
