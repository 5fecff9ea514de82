"""`mentor demo --handbook --export`: a team's own handbook and history in the sandbox. All of it stays on this machine.

The tour begins with the team's hardest questions, asked once more by who asked them. The bot reads a copy of the
handbook in which no address leads out: live repositories are empty ones here, and other sources are left out.
"""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bot.config import Settings
from bot.demo.hardest import Hardest, hardest
from bot.demo.past import furnish_past
from bot.demo.stage import Stage
from bot.errors import HandbookBroken
from bot.handbook import HandbookSource
from bot.model import moment
from bot.peers.export import Export, ExportInvalid
from bot.peers.importing import Importer, channel_id_of, in_words
from bot.peers.team_file import named_team
from bot.statistics import duration
from bot.storage import migrate
from bot.storage.engine import Database
from knowledge.loader import Broken, Handbook, load
from knowledge.people import Group, People
from knowledge.repositories import FILE as REPOSITORIES
from knowledge.repositories import Controller, LiveRepository
from knowledge.sources import FILE as SOURCES
from sandbox import Channel, Sandbox, Workspace
from sandbox.repository import BareRepository
from sandbox.tour import Step, Tell, Tour

if TYPE_CHECKING:
    from bot.app import Mentor

TITLE = "Mentor with your own handbook and history"
AFTERWARDS = timedelta(minutes=1)  # after the last message: so ages, retention and weeks are as they were for the team
NOTHING_SAID = "The export has no message in it; `mentor import` says what is wrong with its files."
TITLE_MOST = 90  # characters of a question in a step's title


def read_own(folder: Path) -> Handbook:
    """The handbook in the folder. Raises HandbookBroken with file, line, field and fix of each problem."""
    if not folder.is_dir():
        raise HandbookBroken(f"{folder}: is no folder; give the one that holds articles/")
    return asyncio.run(HandbookSource(str(folder), workspace=folder, environment={}).read_now())


@dataclass
class OwnTeam:
    """A production (`bot.demo`) on an opened export."""

    folder_of_handbook: Path
    handbook: Handbook
    export: Export

    def __post_init__(self) -> None:
        newest_ts = self.export.newest_ts()
        if not newest_ts:
            raise ExportInvalid(NOTHING_SAID)
        self.opens_at = moment(newest_ts) + AFTERWARDS
        self.tour = Tour(TITLE, (), preparing="Your export is read.")
        self._ids = {each: channel_id_of(each, self.handbook.channels) for each in self.export.channels}
        self._place = ""
        self._stage: Stage | None = None

    def furnish(self, sandbox: Sandbox, folder: Path) -> None:
        workspace = sandbox.workspace
        furnish_past(workspace, self.export, self._ids)
        _furnish_roles(workspace, self.handbook)
        self._place = _kept_here(self.folder_of_handbook, self.handbook, folder / "own")
        self._stage = Stage(sandbox)

    async def prepare(self, settings: Settings) -> Settings:
        """Takes the history down, and looks for the hardest questions in it."""
        from bot.app import new_id  # takes long to load, and is there by now

        database = Database(settings.database_url)
        try:
            await migrate.upgrade(database)
            importer = Importer(
                database,
                self.export,
                channels=self.handbook.channels,
                clock=settings.clock,
                new_id=new_id,
                progress=self._read,
            )
            print(in_words(await importer.run()), flush=True)
            team = named_team(None, self.handbook.people)
            await importer.name_team(team)
            print(f"{team.in_words()}\n", flush=True)
            found = await hardest(database, self.handbook.channels, settings.clock, text_of=self._text_of)
        finally:
            await database.close()
        if not found:
            print("No question of more than a few words was found, so none is asked once more.\n", flush=True)
        asked = [self._step(number, each) for number, each in enumerate(found, start=1)]
        self.tour.begin_with([*asked, *self._afterwards()])
        self.tour.preparing = "The bot is starting."
        return replace(settings, handbook=self._place)

    async def open(self, mentor: "Mentor", stack: AsyncExitStack) -> None:
        self._set.enter(mentor)

    def _text_of(self, channel_id: str, ts: str) -> str:
        said = self._set.workspace.channel(channel_id).messages.get(ts)
        return unescape(said.text) if said else ""

    def _read(self, done: int, of: int, what: str) -> None:
        self.tour.preparing = f"Your export is read: {done} of {of} files, {what}."

    def _step(self, number: int, question: Hardest) -> Step:
        stage = self._set
        workspace = stage.workspace
        asker = workspace.people.get(question.asker_id)
        channel = workspace.channel(question.channel_id)

        async def ask_again(tell: Tell) -> None:
            who = stage.person(asker.id if asker else _anybody(workspace, channel.members))
            with stage.scene(tell):
                await stage.command(who, f"ask {question.text}", channel.id)

        title = " ".join(question.text.split())
        title = title if len(title) <= TITLE_MOST else f"{title[: TITLE_MOST - 1]}…"
        asked = f"{asker.name if asker else 'Somebody'} asked this in #{channel.name} on {question.asked_at:%d %b %Y}"
        why = f"{asked}, and {_fate(question)}. This is what Mentor answers from your handbook today."
        return Step(f"question-{number}", f"“{title}”", why, ask_again)

    def _afterwards(self) -> list[Step]:
        """What the tour shows of any team; the rest of the story needs the made-up company's own repository."""
        privacy = Step(
            "privacy",
            "Privacy, by one press",
            "Whoever is watched stops asking, so people see what is kept about them, and can have it erased.",
            self._privacy,
        )
        digest = Step(
            "digest",
            "The digest",
            "One page at your handbook's time, posted once, of your own days; every figure says how many it rests on.",
            self._digest,
        )
        return [digest, privacy] if self.handbook.channels.team_channel else [privacy]

    async def _digest(self, tell: Tell) -> None:
        stage, channels = self._set, self.handbook.channels
        place = stage.workspace.channel(channels.team_channel)
        with stage.scene(tell):
            viewer = stage.person(_anybody(stage.workspace, place.members))
            await stage.jump_to_digest()
            shown = await stage.seen(viewer, place.id, "in our channels: ")
            stage.shows(f"Mentor, in #{place.name}", shown, viewer)

    async def _privacy(self, tell: Tell) -> None:
        stage = self._set
        place = _first_with_people(stage.workspace)
        with stage.scene(tell):
            viewer = stage.person(_anybody(stage.workspace, place.members))
            await stage.command(viewer, "settings", place.id)

    @property
    def _set(self) -> Stage:
        assert self._stage is not None, "furnished"
        return self._stage


def _fate(question: Hardest) -> str:
    if question.seconds is None:
        return "nobody answered"
    return f"the first answer came after {duration(question.seconds)}"


def _anybody(workspace: Workspace, members: set[str]) -> str:
    """A person of the channel: who asked is left out, or not in the export. Raises LookupError where it has none."""
    found = next((each for each in sorted(members) if not workspace.people[each].is_bot), None)
    if found is None:
        raise LookupError("There is nobody in this channel but apps.")
    return found


def _first_with_people(workspace: Workspace) -> Channel:
    """A public channel in which a person is and something was said. Raises LookupError where there is none."""
    humans = {each.id for each in workspace.people.values() if not each.is_bot}
    for each in workspace.channels.values():
        if each.kind == "channel" and each.messages and each.members & humans:
            return each
    raise LookupError("The export has no public channel in which a person wrote.")


def _furnish_roles(workspace: Workspace, handbook: Handbook) -> None:
    """Whom and what the handbook names and the export has not, so that no role of it is empty or in the air."""
    for user_id in sorted(_named(handbook.people) - workspace.people.keys()):
        workspace.add_person(user_id.lower(), id=user_id)
    people = [each.id for each in workspace.people.values() if not each.is_bot]
    for group in _groups(handbook.people):
        if group.usergroup_id and group.usergroup_id not in workspace.usergroups:
            members = [each.user_id for each in group.members]
            workspace.add_usergroup(group.usergroup_id.lower(), members, id=group.usergroup_id)
    for channel_id, name in _channels(handbook).items():
        if channel_id not in workspace.channels:
            workspace.add_channel(name, members=people, id=channel_id)


def _channels(handbook: Handbook) -> Mapping[str, str]:
    """The channels the handbook speaks of: names by id, made from the id where it tells none."""
    channels = handbook.channels
    spoken_of = (channels.platform_channel, channels.digest.community.channel_id, channels.digest.team.channel_id)
    named = {each: each.lower() for each in (*spoken_of, *channels.incident_channels) if each}
    named |= {each.channel_id: each.channel_id.lower() for each in handbook.people.approvers.values()}
    named |= {each.channel_id: each.channel_id.lower() for each in handbook.people.teams.values()}
    named |= {each.id: each.name for each in channels.channels}
    return {channel_id: name for channel_id, name in named.items() if channel_id}


def _groups(people: People) -> Sequence[Group]:
    own = (people.platform_team, people.duty.group if people.duty else None)
    others = [*(each.group for each in people.approvers.values()), *(each.group for each in people.teams.values())]
    return [each for each in (*own, *others) if each is not None]


def _named(people: People) -> set[str]:
    listed = [each for group in _groups(people) for each in group.members]
    listed += [each for team in people.teams.values() for each in (*team.leads, *team.duty)]
    return {each.user_id for each in listed} | set(people.git_accounts)


def _kept_here(folder: Path, handbook: Handbook, to: Path) -> str:
    """Where the bot reads it: the folder itself, or a copy of it where something in it leads out of this machine.

    Raises HandbookBroken for a copy that would lead out all the same.
    """
    if not handbook.sources and not handbook.repositories:
        return str(folder)
    copied = to / "handbook"
    shutil.copytree(folder, copied, ignore=shutil.ignore_patterns(".git"))
    if handbook.sources:
        (copied / SOURCES).unlink()
        print(f"Left out: {SOURCES}, whose articles stand in other repositories.", flush=True)
    if handbook.repositories:
        _make_empty(handbook.repositories, copied, to)
    return str(copied)


def _make_empty(repositories: Sequence[LiveRepository], copied: Path, to: Path) -> None:
    """Each is an empty one of this machine; the file is written anew, so that no spelling of an address is missed."""
    here = []
    for each in repositories:
        bare = BareRepository.make(to / f"{each.name}.git", {"README.md": ""}, base=each.branch or "main")
        here.append(replace(each, url=bare.address))
    written = {each.name: _in_yaml(each) for each in here}
    (copied / REPOSITORIES).write_text(yaml.safe_dump(written, sort_keys=False, allow_unicode=True))
    match load(copied):
        case Broken(problems):
            raise HandbookBroken(problems=problems)
        case Handbook() as read if read.repositories != tuple(here):
            raise HandbookBroken(f"{REPOSITORIES}: its copy for the demo is read otherwise than written; report this")
    for each in here:
        print(f"The repository {each.name} is an empty one here, so that nothing leaves this machine.", flush=True)


def _in_yaml(repository: LiveRepository) -> dict[str, Any]:
    """As the handbook says it."""
    said = {
        "url": repository.url,
        "branch": repository.branch,
        "contributions": repository.contributions,
        "controllers": [_controller_in_yaml(each) for each in repository.controllers],
    }
    return {key: value for key, value in said.items() if value}


def _controller_in_yaml(controller: Controller) -> dict[str, str]:
    said = {str(controller.reporter): controller.name, "path": controller.path, "team": controller.team}
    return {key: text for key, text in said.items() if text}
