"""What can be asked of a worker: the kinds of work, and what each carries. How it is done later is `bot.work`'s."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What can be asked of a worker. The prefix is the pillar that owns it."""

    ANSWER = "answers.answer"
    HELP = "answers.help"
    HAND_OVER = "answers.hand_over"
    HINT = "answers.hint"
    URGENT = "answers.urgent"
    WHY = "answers.why"
    FIND = "answers.find"
    VERDICT = "answers.verdict"
    TAKEN_BACK = "answers.taken_back"
    READ_AGAIN = "peers.read_again"
    SORT_GAPS = "curation.sort_gaps"
    GAPS = "curation.gaps"
    DECIDE_GAP = "curation.decide_gap"
    SAVE = "curation.save"
    DECIDE_DRAFT = "curation.decide_draft"
    PROPOSE = "curation.propose"
    PROPOSE_FILE = "curation.propose_file"
    SOLVED = "curation.solved"
    DOCUMENTED = "curation.documented"
    NOT_PROPOSED = "curation.not_proposed"
    CHECK_LINKS = "curation.check_links"
    ASK_OWNERS = "curation.ask_owners"
    DECIDE_ARTICLE = "curation.decide_article"
    DIGEST = "digest.post"
    SHOW_DIGEST = "digest.show"
    DIGEST_PRESS = "digest.press"
    DIGEST_AGAIN = "digest.again"
    HOME = "home.publish"
    SUGGEST = "home.suggest"
    HANDOVER = "handover.show"
    ON_DUTY = "handover.tell"
    REPORT = "report.show"
    ASK_CLOSURES = "signs.ask_closures"
    SAY_CLOSURES = "signs.say_closures"
    HEALTH = "peers.health"
    JOINED = "peers.joined"
    SAY_KIND = "peers.say_kind"
    MARK_ANSWER = "peers.mark_answer"
    SECRET_SEEN = "peers.secret_seen"  # noqa: S105  # no secret
    SETTINGS = "privacy.settings"
    CHOICE = "privacy.choice"
    ERASE = "privacy.erase"
    AUDIT_HEAD = "audit.head"
    ACTIONS = "actions.list"
    REQUESTS = "actions.requests"
    PREPARE = "actions.prepare"
    DECIDE_REQUEST = "actions.decide"
    COUNT = "actions.count"
    EXECUTE = "actions.execute"
    EXPIRE = "actions.expire"
    HEARD = "actions.heard"
    LINK = "actions.link"
    LINK_PRESS = "actions.link_press"
    LINKING = "actions.linking"
    TELL_DRIFT = "actions.tell_drift"
    TELL_TEAM_DRIFT = "actions.tell_team_drift"
    OPEN_WAVES = "surveys.open_waves"
    INVITE = "surveys.invite"
    REMIND = "surveys.remind"
    CLOSE_WAVE = "surveys.close_wave"
    SURVEY_EVENT = "surveys.event"
    RESULTS = "surveys.results"
    DECIDE_THEME = "surveys.decide_theme"
    TALK = "surveys.talk"
    SHIPPED = "surveys.shipped"
    POLICIES = "adoption.policies"
    HAND_IN = "adoption.hand_in"
    JUDGE_EVIDENCE = "adoption.judge"
    REMIND_EVIDENCE = "adoption.remind"
    CONVERGED = "adoption.action_converged"
    CONTRIBUTIONS = "adoption.read_contributions"
    SHOW_CARDS = "adoption.show_cards"
    DECIDE_CARD = "adoption.decide_card"
    SAY_CARD = "adoption.say_card"
    SAY_FOR_TEAM = "adoption.say_for_team"
    ASK_PULL = "adoption.ask_pull"
    ASK_WHY_NOTS = "adoption.ask_why_nots"
    ASK_WHY_NOT = "adoption.ask_why_not"
    FRICTION = "listening.friction"
    LOG_FRICTION = "listening.log_friction"
    DECIDE_FRICTION = "listening.decide_friction"
    SORT_FRICTION = "listening.sort_friction"
    DECIDE_FRICTION_THEME = "listening.decide_theme"
    STORY = "listening.story"
    TELL_STORY = "listening.tell_story"
    DECIDE_STORY = "listening.decide_story"
    STORY_SETTLED = "listening.story_settled"
    ASK_STORY = "listening.ask_story"
    THANKS = "listening.thanks"
    DECIDE_THANKS = "listening.decide_thanks"
    GATHER_THANKS = "listening.gather_thanks"
    BRING_THANKS = "listening.bring_thanks"
    DRAFT_BET = "discovery.draft_bet"
    LOOK_AGAIN = "discovery.look_again"
    DECIDE_BET = "discovery.decide_bet"
    BET_SETTLED = "discovery.bet_settled"
    FLOWS = "discovery.flows"
    SHOW_FLOW = "discovery.show_flow"
    NEWS = "notices.news"
    DECIDE_NOTICE = "notices.decide"
    BRING_NOTICE = "notices.bring"
    INCIDENT = "notices.incident"
    OPEN_INCIDENT = "notices.open_incident"
    UPDATE_INCIDENT = "notices.update_incident"
    END_INCIDENT = "notices.end_incident"
    INCIDENT_OVER = "notices.incident_over"
    KEEP_INCIDENT = "notices.keep_incident"
    NOTICE_SETTLED = "notices.settled"
    TALKS = "talks.show"
    DECIDE_TALK = "talks.decide"
    INVITE_TALK = "talks.invite"
    SHOW_NOTES = "talks.show_notes"
    EDIT_NOTES = "talks.edit_notes"
    DECIDE_NOTES = "talks.decide_notes"
    START = "onboarding.start"
    PROPOSE_STEP = "onboarding.propose"


class Payload:
    """What a row of work carries: a frozen dataclass of plain values."""

    key: str

    def to_payload(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Asking(Payload):
    """Somebody wants something: the payload of all work that a person asks for.

    `asker` is a pseudonym. `question_ts` is set when it was a message, `response_url` when it was a command.
    `asked` tells whether the person turned to the bot; else it was overheard in a watched channel. `follows`: they did
    so before, in the same thread, and go on without a mention. `is_own`: the words are theirs and nobody else's.
    """

    key: str
    asker: str
    text: str
    channel_id: str
    question_ts: str | None = None
    thread_ts: str | None = None
    response_url: str | None = None
    asked: bool = True
    is_direct: bool = False
    is_shared: bool = False
    follows: bool = False
    is_own: bool = True


@dataclass(frozen=True)
class Press(Payload):
    """A person said something of an answer by a button: the payload of `answers.verdict`. `person` is a pseudonym."""

    key: str
    person: str
    answer_id: str
    verdict: str
    response_url: str | None = None


@dataclass(frozen=True)
class KindSaid(Payload):
    """A person said what kind a question is: the payload of `peers.say_kind`. `person` is a pseudonym.

    `is_told` is False where another message tells them what came of it.
    """

    key: str
    person: str
    channel_id: str
    ts: str
    kind: str
    response_url: str | None = None
    is_told: bool = True


@dataclass(frozen=True)
class AnswerMarked(Payload):
    """A person marked a message as the answer, or took that back: the payload of `peers.mark_answer`.

    `person` is a pseudonym. `said_at` is when, in ISO form: of two presses the later holds.
    """

    key: str
    person: str
    channel_id: str
    ts: str
    said_at: str
    is_there: bool = True
    response_url: str | None = None


@dataclass(frozen=True)
class Decision(Payload):
    """A person decided about something by a button: `subject` is its id, `choice` what the button says."""

    key: str
    person: str
    subject: str
    choice: str
    response_url: str | None = None


@dataclass(frozen=True)
class Requested(Payload):
    """Something is to be done about a request: the payload of `actions.prepare`, `.count`, `.execute`, `.expire`."""

    key: str
    request_id: str


@dataclass(frozen=True)
class RequestDecision(Payload):
    """A person decided about a request by a button: the payload of `actions.decide`.

    `digest` begins what they saw; `channel_id` and `ts` are of the message whose button it was.
    """

    key: str
    person: str
    request_id: str
    digest: str
    choice: str  # approve | decline | withdraw | renew | declared | returned
    channel_id: str
    ts: str
    response_url: str | None = None


@dataclass(frozen=True)
class Linking(Payload):
    """A person was given a code to prove their Git account with: the payload of `actions.linking`, once for each look.

    `person` is a pseudonym. `code` is the host's half of it, sealed. `begun_at` and `expires_at` are in ISO form.
    `response_url` is of the message whose button was pressed.
    """

    key: str
    flow: str
    number: int
    person: str
    host: str
    code: str
    interval_s: int
    begun_at: str
    expires_at: str
    response_url: str | None = None


@dataclass(frozen=True)
class Heard(Payload):
    """A controller said that something is live, or failed: the payload of `actions.heard`."""

    key: str
    reporter: str
    object: str


@dataclass(frozen=True)
class Converged(Payload):
    """What somebody asked for is live, or as good as can be told: the payload of `adoption.action_converged`."""

    key: str
    request_id: str


@dataclass(frozen=True)
class Inviting(Payload):
    """A person's turn in a wave has come: the payload of `surveys.invite` and `.remind`. `person` is a pseudonym."""

    key: str
    wave_id: str
    person: str


@dataclass(frozen=True)
class ClosingWave(Payload):
    """A wave's time is over: the payload of `surveys.close_wave`."""

    key: str
    wave_id: str


@dataclass(frozen=True)
class SurveyEvent(Payload):
    """Something happened after which people may be asked how it was: the payload of `surveys.event`.

    `moment` is one of `knowledge.surveys.Moment`; `subject` the action it was about, "" for none.
    """

    key: str
    moment: str
    person: str
    subject: str = ""


@dataclass(frozen=True)
class TalkWanted(Payload):
    """A person wants to talk about their answer, and to be known for it: the payload of `surveys.talk`.

    `context` is what goes along: nothing, the score, or the comment too. Neither stands here.
    """

    key: str
    person: str
    wave_id: str
    context: str
    response_url: str | None = None


@dataclass(frozen=True)
class Shipped(Payload):
    """What people said led to a change: the payload of `surveys.shipped`. `person` "" is all whom it is told."""

    key: str
    theme_id: str
    person: str = ""
    wave_id: str = ""


@dataclass(frozen=True)
class HandingIn(Payload):
    """A person handed in how their team meets a policy: the payload of `adoption.hand_in`.

    `person` and `owner` are pseudonyms, `expires_on` is a day in ISO form.
    """

    key: str
    person: str
    policy: str
    team: str
    link: str
    points: dict[str, str]
    owner: str
    expires_on: str


@dataclass(frozen=True)
class Judging(Payload):
    """A person judged evidence: the payload of `adoption.judge`. `reason` says what is not shown, in words for all.

    `channel_id` is of the message whose button it was.
    """

    key: str
    person: str
    evidence_id: str
    is_enough: bool
    channel_id: str
    reason: str = ""
    response_url: str | None = None


@dataclass(frozen=True)
class CardWords(Payload):
    """Somebody said why the team decided so: the payload of `adoption.say_card`. `card` is its key."""

    key: str
    person: str
    card: str
    words: str


@dataclass(frozen=True)
class TeamAsked(Payload):
    """A person may be asked something for their team: the payload of `adoption.ask_pull` and `.ask_why_not`.

    `request_id` is of the request under whose message it is asked; "" where nothing was asked for.
    """

    key: str
    person: str
    capability: str
    team: str
    request_id: str = ""


@dataclass(frozen=True)
class TeamDrift(Payload):
    """A team's time of the day to hear what was changed by hand: the payload of `actions.tell_team_drift`.

    `team` "" is the platform team, for all that no team with a channel of its own hears.
    """

    key: str
    team: str


@dataclass(frozen=True)
class Saving(Payload):
    """Somebody wants a thread kept as an article: the payload of `curation.save`. `ts` is the message they picked."""

    key: str
    person: str
    channel_id: str
    ts: str
    root: str
    response_url: str | None = None


@dataclass(frozen=True)
class Proposing(Payload):
    """Something is to be put before the handbook's reviewers: the payload of `curation.propose`."""

    key: str
    proposal_id: str
    response_url: str | None = None


@dataclass(frozen=True)
class Solved(Payload):
    """Somebody set a check mark on a message: the payload of `curation.solved`."""

    key: str
    channel_id: str
    ts: str


@dataclass(frozen=True)
class Documented(Payload):
    """What a thread was about stands in the handbook now: the payload of `curation.documented`. `article` is its id."""

    key: str
    channel_id: str
    root: str
    article: str
    title: str = ""
    url: str = ""


@dataclass(frozen=True)
class NotProposed(Payload):
    """What was said of an article could not be proposed: the payload of `curation.not_proposed`."""

    key: str
    look_id: str


@dataclass(frozen=True)
class Opened(Payload):
    """Somebody opened the app: the payload of `home.publish` and `home.suggest`. `person` is a pseudonym."""

    key: str
    person: str


@dataclass(frozen=True)
class Began(Payload):
    """Somebody came on duty: the payload of `handover.tell`. `person` is a pseudonym."""

    key: str
    person: str


@dataclass(frozen=True)
class Due(Payload):
    """A slot of the timetable has come: `key` is the slot, `due_at` its time in ISO form."""

    key: str
    due_at: str


@dataclass(frozen=True)
class Choice(Payload):
    """A person decided something about their own data: the payload of `privacy` work. `person` is a pseudonym."""

    key: str
    person: str
    choice: str  # out | in | export | erase
    response_url: str | None = None


@dataclass(frozen=True)
class TakenBack(Payload):
    """What was asked in a direct message was deleted: the payload of `answers.taken_back`."""

    key: str
    channel_id: str
    ts: str


@dataclass(frozen=True)
class Joined(Payload):
    """The bot came into a channel: the payload of `peers.joined`."""

    key: str
    channel_id: str


@dataclass(frozen=True)
class SecretSeen(Payload):
    """A message held what looks like a secret: the payload of `peers.secret_seen`. `person` is a pseudonym."""

    key: str
    person: str
    channel_id: str
    ts: str
    thread_ts: str | None = None


@dataclass(frozen=True)
class Logging(Payload):
    """Somebody found something hard: the payload of `listening.log_friction`. `person` is a pseudonym.

    `origin` is where it was said, as `bot.friction.Origin` writes it; `stage` is "" where the words are to tell it.
    """

    key: str
    person: str
    text: str
    origin: str
    stage: str = ""
    is_named: bool = False
    response_url: str | None = None


@dataclass(frozen=True)
class StoryTold(Payload):
    """Somebody told a success story: the payload of `listening.tell_story`. `person` and `named` are pseudonyms."""

    key: str
    person: str
    words: dict[str, str]
    names_teller: bool
    names_team: bool
    named: list[str]


@dataclass(frozen=True)
class StoryWanted(Payload):
    """A person of a team that uses something may be asked for its story: the payload of `listening.ask_story`."""

    key: str
    person: str
    about: str
    team: str


@dataclass(frozen=True)
class FileWanted(Payload):
    """A file is to be proposed to the handbook, for another pillar: the payload of `curation.propose_file`.

    `subject` is the id of what it comes from; `file` a path below the handbook, changed where one is there already,
    unless it `replaces` that one. What became of it is told by work with a `FileSettled`.
    """

    key: str
    subject: str
    kind: str
    title: str
    body: str
    file: str
    text: str
    person: str
    response_url: str | None = None
    replaces: bool = False


@dataclass(frozen=True)
class FileSettled(Payload):
    """What became of a file that was to be proposed: what `SETTLED` of bot.curation.proposals tells its pillar.

    `outcome` is merged, closed or failed. `file` is the path below the handbook that it really has.
    """

    key: str
    subject: str
    outcome: str
    file: str = ""
    url: str = ""


@dataclass(frozen=True)
class Bringing(Payload):
    """A person's turn to be brought thanks: the payload of `listening.bring_thanks`. `person` is a pseudonym."""

    key: str
    person: str


@dataclass(frozen=True)
class TeamNotice(Payload):
    """A person's turn to be told what concerns their team: the payload of `notices.bring`. `person` is a pseudonym.

    `first` and `again` are ids of notices: told at first, and reminded of.
    """

    key: str
    person: str
    team: str
    first: list[str]
    again: list[str]
    breaks: bool


@dataclass(frozen=True)
class IncidentSaid(Payload):
    """Somebody on duty opened an incident, or says more of one: the payload of `notices.open_incident` and
    `.update_incident`.

    `incident_id` is "" for a new one, and `title`, `capability` and `topics` are of that alone. `next_word_at` is in
    ISO form, "" for none.
    """

    key: str
    person: str
    known: str
    next_word_at: str
    incident_id: str = ""
    title: str = ""
    capability: str = ""
    topics: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class IncidentOver(Payload):
    """An incident is over: the payload of `notices.incident_over`, by which whoever was told that it is known learns
    it, and of `.keep_incident`, by which the handbook is to keep it.
    """

    key: str
    incident_id: str


@dataclass(frozen=True)
class TalkTurn(Payload):
    """It is time to invite somebody to a talk: the payload of `talks.invite`."""

    key: str
    talk_id: str


@dataclass(frozen=True)
class NotesWritten(Payload):
    """Somebody wrote notes of a talk: the payload of `talks.show_notes`, and of `.edit_notes` by who was talked to.

    `subject` is the id of the talk, or of the notes that are changed.
    """

    key: str
    person: str
    subject: str
    words: str
    is_named: bool = False


@dataclass(frozen=True)
class StepWanted(Payload):
    """Somebody proposes a change to the handbook that brings a team on: the payload of `onboarding.propose`.

    `step` is one of `bot.onboarding.rules.Step`; `values` are ids and names that were chosen, by what they are for.
    """

    key: str
    person: str
    team: str
    step: str
    values: dict[str, str]
