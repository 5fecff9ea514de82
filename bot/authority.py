"""Who may do what: one pure function, deny by default, ids never names."""

from dataclasses import dataclass
from enum import StrEnum

from bot.model import Profile, Workspace


class Act(StrEnum):
    ASK = "ask"
    MARK_SOLVED = "mark solved"  # one's own question
    JUDGE = "judge"  # what the bot would have said
    SAY_KIND = "say kind"  # of a question
    MARK_ANSWER = "mark answer"  # to a question
    SEE_OPEN = "see what is open"
    SEE_RESULTS = "see results"  # of surveys, and say what was done about them
    CURATE = "curate"  # what the handbook lacks, and how it grows
    REVIEW = "review"  # say of an article that it is still true, or needs work
    RUN = "run"  # ask for an action of the catalogue, or ask anew
    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"  # one's own request
    EXECUTE = "execute"  # that what was asked for is done now; the person is who asked
    SEE_REQUEST = "see request"
    SETTLE = "settle"  # what a break-glass run left undeclared
    LINK = "link"  # prove a Git account
    HAND_IN = "hand in"  # evidence for one's team
    JUDGE_EVIDENCE = "judge evidence"
    SPEAK_FOR_TEAM = "speak for team"  # that it stops using something, why not, who told it
    SPEAK_UP = "speak up"  # say what was hard
    TELL = "tell"  # a success story, or thanks
    SEE_REPORT = "see report"  # of a quarter
    SEE_SIGNS = "see signs"  # of slipping into operations, and say how a quarter was
    SEE_FRICTION = "see friction"  # and say what was done about it
    HANDLE_INCIDENT = "handle incident"  # open one, say more of it, end it
    STEER = "steer"  # take on what a digest says is worth doing, see its figures, say how often it comes


REASONS = {  # for those who may not, in words for them
    Act.ASK: "Guests cannot ask me here. Please ask the person who invited you.",
    Act.MARK_SOLVED: "Only the person who asked can say this. Your reply in the thread helps just as much.",
    Act.JUDGE: "Only the platform team can judge these.",
    Act.SAY_KIND: "Only the person who asked and the platform team can say what kind of question it is.",
    Act.MARK_ANSWER: "Only the person who asked and the platform team can mark the answer.",
    Act.SEE_OPEN: "Only the platform team can see what is open.",
    Act.SEE_RESULTS: "Only the platform team can see results of surveys.",
    Act.CURATE: "Only the platform team can look after what the handbook lacks.",
    Act.REVIEW: "Only the article's owner or the platform team can say this.",
    Act.RUN: "This action is not open to you: its entry in the handbook, or a pilot that it belongs to, names others.",
    Act.APPROVE: "Only the people named in the action's entry can approve it.",
    Act.DECLINE: "Only the people named in the action's entry can decline it.",
    Act.WITHDRAW: "Only the person who asked for this can withdraw it.",
    Act.EXECUTE: "The person who asked for this may not run it any more.",
    Act.SEE_REQUEST: "Only the person who asked, approvers and the platform team can see this request.",
    Act.SETTLE: "Only the action's owner, people on duty and the platform team can say this.",
    Act.LINK: "Guests cannot link a Git account.",
    Act.HAND_IN: "Only the team itself can say how it meets a policy.",
    Act.SPEAK_FOR_TEAM: "Only people of the team itself can say this.",
    Act.JUDGE_EVIDENCE: "Only the policy's owner can judge this.",
    Act.SPEAK_UP: "Guests cannot log this here. Please tell the person who invited you.",
    Act.TELL: "Guests cannot do this here. Please tell the person who invited you.",
    Act.SEE_REPORT: "Only the platform team can see a quarter's report here.",
    Act.SEE_SIGNS: "Only the platform team sees its own signs.",
    Act.STEER: "Only the platform team can do this.",
    Act.SEE_FRICTION: "Only the platform team can see what people find hard.",
    Act.HANDLE_INCIDENT: "Only people on duty can do this. `human` says who is.",
}


class Place(StrEnum):
    """Where somebody acts."""

    PRIVATE = "private"  # direct messages, App Home, a private reply
    CHANNEL = "channel"  # where the handbook lets this action be run
    CLOSED = "closed"  # a channel where it does not
    SHARED = "shared"  # with another company


class Stage(StrEnum):
    """How far a request is."""

    NEW = "new"  # not asked yet
    WAITING = "waiting"  # for approval
    VOID = "void"  # what was to be approved is not what would be done now
    EXPIRED = "expired"
    GOING = "going"  # approved, or no approval was needed
    BEGUN = "begun"  # before the repository's reviewers, or running
    ENDED = "ended"


@dataclass(frozen=True)
class Matter:
    """What an act is about, as things stand now. What is not said counts as no."""

    place: Place = Place.SHARED
    stage: Stage = Stage.NEW
    is_offered: bool = False  # a live entry, and the company's limit lets its mode be run
    is_named: bool = False  # the entry's `who` has the person
    is_named_guest: bool = False  # the entry names this guest
    is_requester: bool = False  # the person asked for it or handed it in, by this account or another of theirs
    is_approver: bool = False  # in the group that approves
    has_decided: bool = False  # on what stands there now
    is_intact: bool = False  # what was approved is what would be done now
    has_enough: bool = False  # as many as needed agreed, and each may still
    is_conflicted: bool = False  # owns the capability that the policy is about, or handed the evidence in


AMONG_OURSELVES = frozenset(
    {
        Act.RUN,
        Act.EXECUTE,
        Act.APPROVE,
        Act.DECLINE,
        Act.WITHDRAW,
        Act.SEE_REQUEST,
        Act.SETTLE,
        Act.LINK,
        Act.HAND_IN,
        Act.JUDGE_EVIDENCE,
    }
)  # never where another company reads along
OVERHEARD = "Nothing is run, shown or decided where another company reads along. Write to me directly instead."
TOO_LATE = "This is settled already, or too far along for that."
NOTHING_LEFT = "It was not run, so there is nothing to say about it yet."
CHANGED = "What was asked for has changed since. The person who asked has to ask again."


@dataclass(frozen=True)
class Allowed:
    pass


@dataclass(frozen=True)
class Refused:
    """Why not, in words for the person."""

    reason: str


def is_ours(team_id: str | None, enterprise_id: str | None, workspace: Workspace) -> bool:
    """The same enterprise, or the same workspace where there is none. What is not known is not ours."""
    if workspace.enterprise_id:
        return enterprise_id == workspace.enterprise_id or team_id == workspace.team_id
    return bool(team_id) and team_id == workspace.team_id


def may(
    person: Profile,
    act: Act,
    *,
    workspace: Workspace,
    guests_may_ask: bool = False,
    is_asker: bool = False,
    is_platform: bool = False,
    is_owner: bool = False,
    matter: Matter = Matter(),
) -> Allowed | Refused:
    """Whether this person may do it, as things stand now. `matter` is for actions, requests and policies."""
    if person.is_deleted or person.is_bot:
        return Refused("Only people can do this.")
    if not is_ours(person.team_id, person.enterprise_id, workspace):
        return Refused("I only help people of this company.")
    if act in AMONG_OURSELVES and matter.place is Place.SHARED:
        return Refused(OVERHEARD)
    match act:
        case Act.RUN | Act.EXECUTE:
            return _may_run(person, act, matter)
        case Act.APPROVE | Act.DECLINE:
            return _may_decide(person, act, matter)
        case Act.WITHDRAW:
            return _may_withdraw(act, matter)
        case Act.JUDGE_EVIDENCE:
            return _may_judge(person, act, is_owner=is_owner, matter=matter)
    is_member = not person.is_guest
    team, owner = is_platform and is_member, is_owner and is_member
    if act is Act.SETTLE and matter.stage not in (Stage.BEGUN, Stage.ENDED):
        return Refused(NOTHING_LEFT)
    granted = {
        Act.ASK: guests_may_ask or is_member,
        Act.MARK_SOLVED: is_asker,
        Act.JUDGE: team,
        Act.SEE_OPEN: team,
        Act.SEE_RESULTS: team,
        Act.CURATE: team,
        Act.SAY_KIND: is_asker or team,
        Act.MARK_ANSWER: is_asker or team,
        Act.REVIEW: team or owner,
        Act.SEE_REQUEST: matter.is_requester or team or (matter.is_approver and is_member),
        Act.SETTLE: team or owner,
        Act.LINK: is_member,
        Act.HAND_IN: matter.is_named and is_member,
        Act.SPEAK_FOR_TEAM: matter.is_named and is_member,
        Act.SPEAK_UP: guests_may_ask or is_member,
        Act.TELL: is_member,
        Act.SEE_REPORT: team,
        Act.SEE_SIGNS: team,
        Act.SEE_FRICTION: team,
        Act.STEER: team,
        Act.HANDLE_INCIDENT: owner,
    }
    return Allowed() if granted[act] else Refused(REASONS[act])


def _may_run(person: Profile, act: Act, matter: Matter) -> Allowed | Refused:
    """To ask, anew too, and to have it done: the same rights, read twice."""
    is_named = matter.is_named_guest if person.is_guest else matter.is_named
    if not matter.is_offered:
        return Refused("This action is not offered here, or not any more.")
    if matter.place is Place.CLOSED:
        return Refused("This action cannot be run in this channel. Open it in my messages, or in App Home.")
    if not is_named:
        return Refused(REASONS[act])
    if act is Act.RUN:
        is_time = matter.stage is Stage.NEW or (matter.stage in (Stage.VOID, Stage.EXPIRED) and matter.is_requester)
        return Allowed() if is_time else Refused(TOO_LATE)
    if not matter.is_requester:
        return Refused("It would be done in the name of somebody who did not ask for it.")
    if matter.stage is not Stage.GOING:
        return Refused(TOO_LATE)
    if not matter.is_intact:
        return Refused(CHANGED)
    return Allowed() if matter.has_enough else Refused("Too few people agreed who may still approve this.")


def _may_decide(person: Profile, act: Act, matter: Matter) -> Allowed | Refused:
    if matter.is_requester:
        return Refused("Nobody decides on their own request.")
    if person.is_guest or not matter.is_approver:
        return Refused(REASONS[act])
    if matter.stage is not Stage.WAITING:
        return Refused(TOO_LATE)
    if matter.has_decided:
        return Refused("You have decided on this already.")
    if act is Act.APPROVE and not (matter.is_intact and matter.is_offered):
        return Refused(CHANGED)
    return Allowed()


def _may_withdraw(act: Act, matter: Matter) -> Allowed | Refused:
    if not matter.is_requester:
        return Refused(REASONS[act])
    is_time = matter.stage in (Stage.WAITING, Stage.VOID, Stage.EXPIRED)
    return Allowed() if is_time else Refused(TOO_LATE)


def _may_judge(person: Profile, act: Act, *, is_owner: bool, matter: Matter) -> Allowed | Refused:
    if person.is_guest or not is_owner:
        return Refused(REASONS[act])
    if matter.is_conflicted or matter.is_requester:
        return Refused("You own the capability or handed this in, so another owner of the policy judges it.")
    return Allowed() if matter.stage is Stage.WAITING else Refused(TOO_LATE)
