"""The small handbook of the journeys, written into a folder: every word of it is known to the tests."""

from pathlib import Path

LOGS = """\
---
title: Read the logs of a service
questions: [How do I see the logs of my service?, Where are my logs?]
owner: platform-observability
reviewed: 2026-11-13
---

## In the browser

Open Grafana, choose Explore, and pick the label namespace of your team.
"""

BACKUPS = """\
---
title: Restore a database backup
questions: [How do I restore a database backup?, Can I get yesterday's data back?]
owner: platform-data
reviewed: 2026-05-20
---

## Restore

Open a restore request with the database's name and the time to go back to.
"""

SECRETS = """\
---
title: Rotate a secret
questions: [How do I rotate a secret?, How do I change a password of my service?]
owner: platform-security
reviewed: 2026-11-01
audience: internal
---

## Rotate

Write the new value to the vault; pods take it up within a minute.
"""

CERTIFICATES = """\
---
title: Renew a certificate
questions: [How do I renew a certificate?, Why has my certificate expired?]
owner: platform-network
reviewed: 2026-10-02
---

## Renew

Certificates renew by themselves thirty days before they expire.
"""

QUOTAS = """\
---
title: Raise a quota
questions: [How do I get more memory for my namespace?]
owner: platform-runtime
reviewed: 2026-09-15
---

## Raise

Change the quota file of your namespace and open a pull request. The file says how much memory and how many cores all
pods of the namespace may ask for together, and its history says who needed that much, and for what.

On staging a quota above 64 GB needs no approval. In production your team lead approves the pull request before the
platform team looks at it, and it is live a minute after the merge.
"""

# What people ask in most journeys, and what they are told.
QUESTION = "how do I see the logs of my service?"
LOGS_QUOTED = "Open Grafana, choose Explore, and pick the label namespace of your team."
LOGS_TOLD = ("mentor", f"{LOGS_QUOTED}\nRead the logs of a service")

ARTICLES = {
    "logs.md": LOGS,
    "backups.md": BACKUPS,
    "secrets.md": SECRETS,
    "certificates.md": CERTIFICATES,
    "quotas.md": QUOTAS,
}

PAGE = "Page platform at https://pager.example.com/platform"

PEOPLE = f"""\
platform_team: {{group: S0PLATFORM}}
duty:
  group: S0DUTY
  hours: {{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:30", timezone: Europe/London}}
  page: "{PAGE}"
"""

CHANNELS = """\
timezone: Europe/London
platform_channel: C0PLATFORM
urgent: [prod down, certificate expired]
channels:
  - {id: C0ASKPLAT, name: ask-platform, answer: at once}
  - id: C0DEPLOYS
    name: deploys
    answer: after 20 minutes
    hours: {days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:30"}
  - {id: C0DATAHELP, name: data-help, answer: shadow}
  - {id: C0QUIET, name: quiet, answer: when mentioned}
  - {id: C0COUNTED, name: counted, answer: after 20 minutes, keep: counts}
  - {id: C0PARTNERS, name: partners, answer: after 20 minutes}
"""


def write_handbook(folder: Path) -> Path:
    """The folder, with the whole handbook in it."""
    (folder / "articles").mkdir(parents=True)
    for name, text in ARTICLES.items():
        (folder / "articles" / name).write_text(text)
    (folder / "people.yaml").write_text(PEOPLE)
    (folder / "channels.yaml").write_text(CHANNELS)
    return folder
