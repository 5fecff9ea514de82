"""A few articles, one of them not for everybody, and what is found in them for the public."""

from bot.answers.rules import Answered
from knowledge.article import Article, Audience, Section
from knowledge.index import Hit

COMMAND = """\
Run this to follow them:
```
kubectl logs -f deployment/web
```
See https://grafana.example.com/explore for the rest."""

LOGS = Article(
    "logs.md",
    "Read the logs of a service",
    (
        Section(
            "In the browser",
            "browser",
            (),
            "Open Grafana, choose Explore, and pick the label namespace of your team.",
            3,
        ),
        Section(
            "How long", "long", (), "Logs of production are kept for 30 days. Logs of staging are kept for 7 days.", 6
        ),
        Section(
            "In the terminal",
            "terminal",
            (),
            COMMAND,
            9,
        ),
    ),
    questions=("How do I see the logs of my service?",),
    owner="observability",
    url="https://handbook.example.com/logs",
)
BACKUPS = Article(
    "backups.md",
    "Restore a database backup",
    (
        Section(
            "Restore",
            "restore",
            (),
            "Open a restore request. Write to data@example.com when it takes more than an hour.",
            3,
        ),
    ),
    questions=("How do I restore a database backup?",),
)
PRIVATE_TEXT = "The vault is unsealed with the canary phrase amber falcon by the security officers."
SECRETS = Article(
    "secrets.md",
    "Unseal the vault",
    (Section("Unseal", "unseal", (), PRIVATE_TEXT, 3),),
    questions=("How do I unseal the vault?",),
    audience=Audience.PLATFORM,
)
QUESTION = "How do I see the logs of my service?"
QUOTED = "Open Grafana, choose Explore, and pick the label namespace of your team."


def found(section: int = 0) -> Answered:
    """What answers the question, by one of the article's sections."""
    return Answered((Hit(LOGS, LOGS.sections[section], 2.5),), 0.9)
