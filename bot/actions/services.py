"""The services of self-service, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.actions import drift
from bot.actions.alarms import Alarms
from bot.actions.allowed import CalledBackend
from bot.actions.authors import Authors
from bot.actions.catalogue import CatalogueService
from bot.actions.changes import Changes, HostOf
from bot.actions.choices import Choices
from bot.actions.controllers import ControllerService
from bot.actions.convergence import Convergence
from bot.actions.deciding import DecisionService
from bot.actions.device_codes import DeviceCodes
from bot.actions.direct import DirectBackend
from bot.actions.drift import DriftService
from bot.actions.executing import ExecutionService
from bot.actions.facts import ActionFactsService, FiguresPart
from bot.actions.follow_ups import FollowUps
from bot.actions.following import FollowService
from bot.actions.identity import Identities
from bot.actions.linking import LinkService
from bot.actions.listing import ListingService
from bot.actions.membership import Memberships
from bot.actions.moving import Moving
from bot.actions.opening import FormService
from bot.actions.orders import Orders
from bot.actions.reviews import Reviews
from bot.actions.rights import Rights
from bot.actions.service import RequestService
from bot.actions.telling import Telling
from bot.actions.validity import Validity
from bot.audit import Audit
from bot.desk import Desk
from bot.git.device_flow import DeviceFlow
from bot.people import PeopleService
from bot.pillar import Pillar
from bot.timetable import Planned
from bot.wanted import Decision, Due, Heard, Kind, Linking, RequestDecision, Requested, TeamDrift
from bot.work import Asked, Job, job


@dataclass(frozen=True)
class ActionServices(Pillar):
    catalogue: CatalogueService
    choices: Choices
    memberships: Memberships
    forms: FormService
    requests: RequestService
    decisions: DecisionService
    execution: ExecutionService
    following: FollowService
    follow_ups: FollowUps
    listing: ListingService
    linking: LinkService
    controllers: ControllerService
    drift: DriftService
    facts: ActionFactsService
    figures: FiguresPart

    def jobs(self, asked: Asked) -> Mapping[str, Job]:
        return {
            Kind.ACTIONS: asked(self.catalogue.list),
            Kind.REQUESTS: asked(self.listing.show),
            Kind.LINK: asked(self.linking.show),
            Kind.LINK_PRESS: job(Decision, self.linking.press, self.linking.press_given_up),
            Kind.LINKING: job(Linking, self.linking.look, self.linking.look_given_up),
            Kind.PREPARE: job(Requested, self.requests.prepare, self.requests.given_up),
            Kind.DECIDE_REQUEST: job(RequestDecision, self.decisions.decide, self.decisions.given_up),
            Kind.COUNT: job(Requested, self.decisions.count, self.decisions.count_later),
            Kind.EXECUTE: job(Requested, self.execution.execute, self.execution.given_up),
            Kind.EXPIRE: job(Requested, self.requests.expire),
            Kind.HEARD: job(Heard, self.following.heard),
            Kind.TELL_DRIFT: job(Due, self.drift.tell),
            Kind.TELL_TEAM_DRIFT: job(TeamDrift, self.drift.tell_team),
        }

    def planned(self) -> Sequence[Planned]:
        return (Planned(Kind.TELL_DRIFT, self.drift.schedule, drift.WORTH),)


def action_services(
    desk: Desk,
    people: PeopleService,
    audit: Audit,
    *,
    host_of: HostOf,
    backend_of: Callable[[CalledBackend], DirectBackend],
    flows: Callable[[], Mapping[str, DeviceFlow]],
    codes: DeviceCodes,
    command: str,
    bot_name: str,
) -> ActionServices:
    memberships, telling, changes = Memberships(desk), Telling(desk), Changes(desk, host_of)
    rights, authors, choices = Rights(desk, people, memberships), Authors(desk, changes), Choices(desk, changes.host)
    orders, moving = Orders(telling), Moving(desk, telling, audit)
    alarms, validity = Alarms(desk, telling), Validity(rights, changes)
    follow_ups = FollowUps(desk, changes=changes, rights=rights, telling=telling, orders=orders, audit=audit)
    following = FollowService(
        desk,
        reviews=Reviews(
            desk,
            changes=changes,
            orders=orders,
            validity=validity,
            authors=authors,
            moving=moving,
            alarms=alarms,
        ),
        convergence=Convergence(desk, changes=changes, moving=moving, alarms=alarms),
        orders=orders,
        moving=moving,
        alarms=alarms,
        follow_ups=follow_ups,
        backend_of=backend_of,
    )
    identities = Identities(authors, hosts=lambda: flows().keys(), bot_name=bot_name, command=command)
    catalogue = CatalogueService(desk, memberships, command=command)
    requests = RequestService(
        desk, rights=rights, changes=changes, authors=authors, telling=telling, moving=moving, choices=choices
    )
    facts = ActionFactsService(desk.database, handbook=lambda: desk.shelf.library.handbook)
    return ActionServices(
        catalogue=catalogue,
        choices=choices,
        memberships=memberships,
        forms=FormService(desk, catalogue, memberships, choices, identities.of),
        requests=requests,
        decisions=DecisionService(
            desk, requests=requests, rights=rights, validity=validity, moving=moving, follow_ups=follow_ups
        ),
        execution=ExecutionService(
            desk,
            validity=validity,
            changes=changes,
            orders=orders,
            moving=moving,
            alarms=alarms,
            following=following,
            follow_ups=follow_ups,
            backend_of=backend_of,
        ),
        following=following,
        follow_ups=follow_ups,
        listing=ListingService(desk, rights, telling),
        linking=LinkService(desk, people, flows=flows, codes=codes, audit=audit),
        controllers=ControllerService(desk),
        drift=DriftService(desk),
        facts=facts,
        figures=FiguresPart(desk, people, facts),
    )
