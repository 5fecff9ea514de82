"""The demo's workspace has people of all kinds, for the page to show and for whoever tries it."""

from bot import generate
from bot.demo.made_up import OPENS_AT, furnish
from bot.demo.neighbours import furnish_neighbours
from sandbox import Clock, Sandbox


def test_the_demo_has_a_guest_a_partner_somebody_away_and_somebody_who_left() -> None:
    sandbox = Sandbox(generate.manifest(), clock=Clock(start_s=OPENS_AT.timestamp()))
    furnish(sandbox)

    furnish_neighbours(sandbox, now=OPENS_AT)

    people, joint = sandbox.workspace.people, sandbox.workspace.channels["C0NIMBUS"]
    assert people["U0GRETA"].is_restricted
    assert people["U0VIKTOR"].deleted
    assert (joint.is_ext_shared, people["U0PAVEL"].team_id in joint.shared_with) == (True, True)
    assert people["U0HANNES"].status(sandbox.clock.now())[0] == "On holiday"
    assert len({each.tz for each in people.values()}) == 4
