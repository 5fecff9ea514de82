"""Listens to Slack: reads, calls one use case, acknowledges. `register` is the whole routing."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actions.catalogue import CatalogueService
from bot.actions.deciding import DecisionService
from bot.actions.forms import FORM
from bot.actions.linking import LinkService
from bot.actions.opening import FormService, Submits
from bot.adoption.handing_in import HandingInService
from bot.adoption.judging import JudgingService
from bot.adoption.milestones import MilestoneService
from bot.adoption.speaking import SpeakingService
from bot.answers.service import AnswerService
from bot.answers.verdicts import VerdictService
from bot.changes import ChangeService
from bot.curation.drafts import DraftService
from bot.curation.gaps import GapService
from bot.curation.owners import OwnerService
from bot.digest.presses import PressService
from bot.discovery.drafting import DraftingService
from bot.discovery.reviewing import ReviewService
from bot.discovery.ways import WaysService
from bot.home.prompts import PromptService
from bot.home.service import HomeService
from bot.listening import list_blocks
from bot.listening.friction import FrictionService
from bot.listening.stories import StoryService
from bot.listening.thanks import ThanksService
from bot.model import Workspace
from bot.notices.incidents import IncidentService
from bot.notices.news import NewsService
from bot.onboarding.service import StartService
from bot.peers.inbox import Inbox
from bot.peers.kinds import KindService
from bot.peers.marks import MarkService
from bot.peers.notices import NoticeService
from bot.privacy.settings import SettingsService
from bot.signs.service import SignsService
from bot.surveys import change_blocks
from bot.surveys.answering import AnsweringService
from bot.surveys.refusing import RefusalService
from bot.surveys.talk import TalkService
from bot.talks.inviting import InvitingService
from bot.talks.notes import NoteService
from handlers import (
    actions,
    adoption,
    answers,
    curation,
    digests,
    discovery,
    errors,
    gaps,
    home,
    kinds,
    listening,
    marks,
    messages,
    notices,
    onboarding,
    privacy,
    results,
    signs,
    surveys,
    talks,
    themes,
)


@dataclass(frozen=True)
class Services:
    answers: AnswerService
    verdicts: VerdictService
    inbox: Inbox
    kinds: KindService
    marks: MarkService
    gaps: GapService
    home: HomeService
    prompts: PromptService
    notices: NoticeService
    settings: SettingsService
    drafts: DraftService
    owners: OwnerService
    handing_in: HandingInService
    judging: JudgingService
    milestones: MilestoneService
    speaking: SpeakingService
    catalogue: CatalogueService
    forms: FormService
    requests: Submits
    decisions: DecisionService
    answering: AnsweringService
    refusals: RefusalService
    changes: ChangeService
    talks: TalkService
    linking: LinkService
    friction: FrictionService
    stories: StoryService
    thanks: ThanksService
    signs: SignsService
    friction_changes: ChangeService
    digest_presses: PressService
    drafting: DraftingService
    bet_reviews: ReviewService
    ways: WaysService
    news: NewsService
    incidents: IncidentService
    inviting: InvitingService
    notes: NoteService
    start: StartService


def register(app: AsyncApp, services: Services, *, command: str, workspace: Workspace) -> None:
    """Services are bound by name and so come last in a listener: Bolt fills what stands before them."""
    on_message = _ours(messages.on_message, inbox=services.inbox, workspace=workspace)
    app.event("message")(on_message)
    app.event("app_mention")(on_message)
    on_reaction = _ours(messages.on_reaction, inbox=services.inbox)
    app.event("reaction_added")(on_reaction)
    app.event("reaction_removed")(on_reaction)
    app.event("app_home_opened")(_ours(home.on_opened, home=services.home, prompts=services.prompts))
    app.event("member_joined_channel")(_ours(privacy.on_joined, notices=services.notices, workspace=workspace))
    asked = {"answers": services.answers, "catalogue": services.catalogue, "forms": services.forms}
    told = {"friction": services.friction, "stories": services.stories, "incidents": services.incidents}
    app.command(command)(_ours(answers.on_command, **asked, **told))
    app.shortcut(re.compile(r"^answers\."))(_ours(answers.on_shortcut, answers=services.answers))
    app.action(re.compile(r"^answers\."))(_ours(answers.on_verdict, verdicts=services.verdicts))
    app.action(re.compile(r"^peers\.say_kind"))(_ours(kinds.on_kind, kinds=services.kinds))
    app.shortcut("peers.mark")(_ours(marks.on_mark, marks=services.marks))
    app.action("peers.mark.back")(_ours(marks.on_back, marks=services.marks))
    app.action(re.compile(r"^gaps\."))(_ours(gaps.on_gap, gaps=services.gaps))
    app.action(re.compile(r"^home\."))(_ours(home.on_ask, home=services.home))
    app.shortcut("actions.run")(_ours(actions.on_shortcut, forms=services.forms))
    app.action(re.compile(r"^actions\.open"))(_ours(actions.on_open, forms=services.forms))
    app.action("actions.pick")(_ours(actions.on_pick, forms=services.forms))
    app.action(re.compile(r"^actions\.page"))(_ours(actions.on_page, forms=services.forms))
    app.action(re.compile(r"^actions\.request\."))(_ours(actions.on_decision, decisions=services.decisions))
    app.action(re.compile(r"^actions\.link\."))(_ours(actions.on_link, linking=services.linking))
    app.view(FORM)(_ours(actions.on_form, forms=services.forms, requests=services.requests))
    app.shortcut("curation.save")(_ours(curation.on_save, drafts=services.drafts))
    app.action(re.compile(r"^curation\.article\."))(_ours(curation.on_article, owners=services.owners))
    app.action(re.compile(r"^curation\.draft\."))(_ours(curation.on_draft, drafts=services.drafts))
    app.action(re.compile(r"^privacy\."))(_ours(privacy.on_choice, settings=services.settings))
    app.action("adoption.hand_in")(_ours(adoption.on_hand_in, handing_in=services.handing_in))
    app.view("adoption.evidence")(_ours(adoption.on_evidence, handing_in=services.handing_in))
    app.action(re.compile(r"^adoption\.judge\."))(_ours(adoption.on_judged, judging=services.judging))
    app.action(re.compile(r"^adoption\.card\."))(_ours(adoption.on_card, milestones=services.milestones))
    app.view("adoption.card_words")(_ours(adoption.on_card_words, milestones=services.milestones))
    app.action(re.compile(r"^adoption\.team\."))(_ours(adoption.on_team, speaking=services.speaking))
    app.action(re.compile(r"^adoption\.thank\."))(_ours(adoption.on_thanked, speaking=services.speaking))
    app.view("adoption.reasons")(_ours(adoption.on_reasons, judging=services.judging))
    app.action(re.compile(r"^surveys\.score\."))(_ours(surveys.on_score, answering=services.answering))
    app.action("surveys.comment")(_ours(surveys.on_comment, answering=services.answering))
    app.view("surveys.form")(_ours(surveys.on_form, answering=services.answering))
    app.action("surveys.why")(_ours(surveys.on_why, answering=services.answering))
    app.action("surveys.never")(_ours(surveys.on_never, refusals=services.refusals))
    app.action("surveys.pause")(_ours(surveys.on_pause, refusals=services.refusals))
    app.action("surveys.resume")(_ours(surveys.on_resume, refusals=services.refusals))
    app.action(re.compile(r"^results\.talk\."))(_ours(results.on_talk, talks=services.talks))
    of_surveys = {"changes": services.changes, "ids": change_blocks.IDS}
    app.action(re.compile(r"^results\.(?:link|live|drop)$"))(_ours(themes.on_theme, **of_surveys))
    of_friction = {"changes": services.friction_changes, "ids": list_blocks.IDS}
    app.action(re.compile(r"^listening\.theme\.(?:link|live|drop)$"))(_ours(themes.on_theme, **of_friction))
    app.view("listening.theme.change")(_ours(themes.on_change, changes=services.friction_changes))
    app.shortcut("listening.friction.log")(_ours(listening.on_friction_shortcut, friction=services.friction))
    app.action(re.compile(r"^listening\.friction\."))(_ours(listening.on_friction, friction=services.friction))
    app.view("listening.friction.form")(_ours(listening.on_friction_form, friction=services.friction))
    app.shortcut("listening.story.save")(_ours(listening.on_story_shortcut, stories=services.stories))
    app.action(re.compile(r"^listening\.story\."))(_ours(listening.on_story, stories=services.stories))
    app.view("listening.story.form")(_ours(listening.on_story_form, stories=services.stories))
    app.action(re.compile(r"^listening\.thanks\."))(_ours(listening.on_thanks, thanks=services.thanks))
    app.action(re.compile(r"^signs\.closures\."))(_ours(signs.on_closures, signs=services.signs))
    app.view("results.change")(_ours(themes.on_change, changes=services.changes))
    app.action(re.compile(r"^digest\."))(_ours(digests.on_press, presses=services.digest_presses))
    app.action(re.compile(r"^discovery\.draft\."))(_ours(discovery.on_draft, drafting=services.drafting))
    app.action(re.compile(r"^discovery\.bet\."))(_ours(discovery.on_bet, reviews=services.bet_reviews))
    app.action(re.compile(r"^discovery\.flow\."))(_ours(discovery.on_flow, ways=services.ways))
    app.action(re.compile(r"^notices\.(?:done|undo|less|again)$"))(_ours(notices.on_notice, news=services.news))
    app.action(re.compile(r"^notices\.incident\."))(_ours(notices.on_incident, incidents=services.incidents))
    app.view("notices.incident.form")(_ours(notices.on_incident_form, incidents=services.incidents))
    app.action(re.compile(r"^talks\.notes\."))(_ours(talks.on_notes, notes=services.notes))
    app.action("talks.write")(_ours(talks.on_write, notes=services.notes))
    app.action(re.compile(r"^talks\."))(_ours(talks.on_talk, inviting=services.inviting))
    app.view(re.compile(r"^talks\.notes\."))(_ours(talks.on_form, notes=services.notes))
    app.action(re.compile(r"^onboarding\.propose\."))(_ours(onboarding.on_propose, start=services.start))
    app.action(re.compile(r"^onboarding\.(?:link|person)$"))(_ours(onboarding.on_ask, answers=services.answers))
    app.view("onboarding.form")(_ours(onboarding.on_form, start=services.start))
    app.event(re.compile(r"."))(on_unused)
    app.error(errors.on_error)


def _ours(listener: errors.Listener, **services: Any) -> errors.Listener:
    return errors.guarded(partial(listener, **services))


async def on_unused(ack: AsyncAck) -> None:
    """An event we have no use for: taken, or Slack would send it again."""
    await ack()
