"""The repository `live` of the embedded handbook, as a folder: what its actions find there."""

from pathlib import Path

FILES = {
    "teams/payments/team.yaml": """\
# Who is in the team, and what it may request.
members:
  - priya.nair@example.com
quota:
  dev: {cpu: 4, memory: 16Gi}
  prod: {cpu: 24, memory: 96Gi}   # the default
""",
    "teams/payments/dns.yaml": """\
records:
  - {name: old.example.com, type: CNAME, value: gateway.example.com, ttl: 300}
""",
    "teams/payments/access.yaml": (
        "readers:\n  - {account: amara-okafor, until: 2026-12-31}\n  - {account: jonas-weber, until: 2026-12-31}\n"
    ),
    "alerts/receivers.yaml": "receivers:\n  payments-alerts: {slack: C0PAY}\n  payments-pager: {pager: payments}\n",
    "alerts/routes.yaml": "routes:\n  payments:\n    - {service: ledger, severity: page, receiver: payments-pager}\n",
}
# What somebody types into each action's form.
TYPED = {
    "create-bucket": {"bucket": "receipts", "environment": "staging", "team": "payments"},
    "create-database": {"database": "ledger", "team": "payments"},
    "attest-builds": {"team": "payments"},
    "new-queue": {"queue": "payouts", "team": "payments"},
    "add-dns-record": {"team": "payments", "host": "pay.example.com", "value": "gateway.example.com"},
    "set-quota": {"team": "payments", "environment": "prod", "cpu": "32", "memory": "128Gi"},
    "grant-read-access": {"team": "payments", "colleague": "U0TOMAS", "until": "2026-12-31"},
    "revoke-access": {"team": "payments", "colleague": "U0JONAS"},
    "add-alert-route": {"team": "payments", "service": "ledger", "receiver": "payments-alerts"},
    "schedule-cron-job": {
        "job": "nightly-report",
        "team": "payments",
        "service": "ledger",
        "first_day": "2026-12-01",
        "argument": "report",
    },
    "new-service": {
        "service": "ledger",
        "team": "payments",
        "image": "registry.example.com/payments/ledger",
        "version": "1.4.2",
    },
    "rotate-secret": {"team": "payments", "service": "ledger", "environment": "dev", "secret": "PARTNER_KEY"},
    "restart-service": {"team": "payments", "service": "ledger", "incident": "INC-482"},
}


def write_live(folder: Path) -> Path:
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder
