"""Who else is in the demo's workspace: a guest, a partner company, somebody on holiday, somebody who left, other zones.

None of them is in the embedded handbook, and the tour does without them: they are there to be tried.
"""

from datetime import datetime, timedelta

from sandbox import Sandbox

GUEST = ("U0GRETA", "greta", "Greta Lund")
PARTNER = ("U0PAVEL", "pavel", "Pavel Horak")
LEFT = ("U0VIKTOR", "viktor", "Viktor Hale")
COMPANY = "Nimbus Hosting"
JOINT = ("C0NIMBUS", "with-nimbus")
ON_HOLIDAY = "U0HANNES"
HOLIDAY = timedelta(days=4)
ZONES = {"U0YUKI": "Asia/Tokyo", "U0LUCIA": "Europe/Madrid", "U0OWEN": "America/New_York"}


def furnish_neighbours(sandbox: Sandbox, *, now: datetime) -> None:
    """Beside the company's own people and channels, which are there already."""
    workspace = sandbox.workspace
    for user_id, zone in ZONES.items():
        workspace.people[user_id].tz = zone
    away = workspace.people[ON_HOLIDAY]
    away.is_away, away.status_text, away.status_emoji = True, "On holiday", ":palm_tree:"
    away.status_expiration = int((now + HOLIDAY).timestamp())
    guest_id, name, real_name = GUEST
    workspace.add_person(name, real_name=real_name, is_restricted=True, id=guest_id)
    workspace.channels["C0RANDOM"].members.add(guest_id)
    left_id, name, real_name = LEFT
    workspace.add_person(name, real_name=real_name, id=left_id)
    workspace.deactivate(left_id)
    company = workspace.add_company(COMPANY)
    partner_id, name, real_name = PARTNER
    workspace.add_person(name, real_name=real_name, team_id=company.id, id=partner_id)
    joint_id, name = JOINT
    workspace.add_channel(name, members=["U0MAYA", "U0TOMAS", partner_id], shared_with=[company.id], id=joint_id)
