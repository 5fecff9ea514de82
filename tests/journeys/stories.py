"""What people of the company ask for, an action of the embedded handbook each, and what Git keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass

PRIYA = "Priya Nair <priya.nair@example.com>"
MENTOR = "Mentor <mentor@localhost>"
LEDGER = {
    "service": "ledger",
    "team": "payments",
    "image": "registry.example.com/payments/ledger",
    "version": "1.4.2",
}
LEDGER_FILES = [
    "teams/payments/services/ledger/base/deployment.yaml",
    "teams/payments/services/ledger/base/kustomization.yaml",
    "teams/payments/services/ledger/base/service.yaml",
    "teams/payments/services/ledger/dev/kustomization.yaml",
]
QUOTA = {"team": "payments", "environment": "prod", "cpu": "32", "memory": "128Gi"}
QUOTA_CHANGED = [
    "teams/payments/team.yaml",
    "-  prod: {cpu: 24, memory: 96Gi}   # the default",
    "+  prod: {cpu: 32, memory: 128Gi}   # the default",
]


@dataclass(frozen=True)
class Story:
    """What somebody asks for, who agrees, and what Git keeps. `bad` is refused in the form first, with `errors`."""

    action: str
    asker: str
    filling: Mapping[str, str]
    author: str
    changed: list[str]
    approver: str = ""
    bad: Mapping[str, str] | None = None
    errors: Mapping[str, str] | None = None


STORIES = [
    Story(
        "create-bucket",
        "priya",
        {"bucket": "receipts", "environment": "prod", "team": "payments"},
        PRIYA,
        [
            "teams/payments/buckets/receipts.yaml",
            "+apiVersion: platform.example.com/v1",
            "+kind: Bucket",
            "+metadata:",
            "+  name: receipts",
            "+spec:",
            "+  environment: prod",
            "+  versioning: true",
            "+  deleteOldVersionsAfterDays: 30",
        ],
        approver="maya",
        bad={"bucket": "../receipts"},
        errors={
            "in.bucket": "This is not of the form asked for: Small letters, digits and -, such as receipts. "
            "Your team's name comes before it by itself."
        },
    ),
    Story(
        "create-database",
        "amara",
        {"database": "ledger", "team": "search", "prod_size": "large", "standby": "No"},
        MENTOR,
        [
            "teams/search/databases/ledger.yaml",
            "+apiVersion: platform.example.com/v1",
            "+kind: Database",
            "+metadata:",
            "+  name: ledger",
            "+spec:",
            "+  engine: postgres",
            '+  version: "17"',
            "+  environments:",
            "+    staging:",
            "+      size: small",
            "+    prod:",
            "+      size: large",
            "+      standby: false",
        ],
        approver="tomas",
        bad={"database": "Ledger"},
        errors={"in.database": "This is not of the form asked for: Small letters and digits, such as ledger"},
    ),
    Story(
        "attest-builds",
        "priya",
        {"team": "payments"},
        PRIYA,
        [
            "teams/payments/images.yaml",
            "+apiVersion: platform.example.com/v1",
            "+kind: ImagePolicy",
            "+metadata:",
            "+  name: payments",
            "+spec:",
            "+  attestedBy: shared-build-step",
            "+  withoutAttestation:",
            "+    staging: told",
            "+    prod: refused",
        ],
    ),
    Story(
        "new-queue",
        "amara",
        {"queue": "payouts", "team": "search", "delivery_limit": "7"},
        MENTOR,
        [
            "teams/search/queues/payouts.yaml",
            "+apiVersion: platform.example.com/v1",
            "+kind: Queue",
            "+metadata:",
            "+  name: payouts",
            "+spec:",
            "+  environments:",
            "+    - staging",
            "+    - prod",
            "+  deliveryLimit: 7",
        ],
        bad={"queue": "payouts\n"},
        errors={
            "in.queue": "There is a line break or a character that cannot be seen (U+000A); type it again without."
        },
    ),
    Story(
        "add-dns-record",
        "priya",
        {"team": "payments", "host": "pay.example.com", "value": "gateway.example.com"},
        PRIYA,
        [
            "teams/payments/dns.yaml",
            "+  - name: pay.example.com",
            "+    type: CNAME",
            "+    value: gateway.example.com",
            "+    ttl: 300",
        ],
        bad={"host": "pay.example.net"},
        errors={"in.host": "This is not of the form asked for: Below example.com, such as pay.example.com"},
    ),
    Story(
        "grant-read-access",
        "priya",
        {"team": "payments", "colleague": "U0TOMAS", "until": "2026-12-31"},
        PRIYA,
        [
            "teams/payments/access.yaml",
            "+  - account: tomas-reyes",
            '+    until: "2026-12-31"',
            "+    request: {request}",
        ],
        approver="maya",
        bad={"until": "2027-12-31"},
        errors={"in.until": "Not after 2027-02-22."},
    ),
    Story(
        "revoke-access",
        "priya",
        {"team": "payments", "colleague": "U0JONAS"},
        PRIYA,
        ["teams/payments/access.yaml", "-  - {account: jonas-weber, until: 2026-12-31}"],
    ),
    Story(
        "add-alert-route",
        "priya",
        {"team": "payments", "service": "ledger", "receiver": "payments-alerts"},
        PRIYA,
        [
            "alerts/routes.yaml",
            "+    - service: ledger",
            "+      severity: ticket",
            "+      receiver: payments-alerts",
        ],
    ),
    Story(
        "schedule-cron-job",
        "amara",
        {
            "job": "nightly-report",
            "team": "search",
            "service": "ledger",
            "first_day": "2026-12-01",
            "argument": "report",
        },
        MENTOR,
        [
            "teams/search/jobs/nightly-report.yaml",
            "+apiVersion: platform.example.com/v1",
            "+kind: ScheduledJob",
            "+metadata:",
            "+  name: nightly-report",
            "+spec:",
            "+  service: ledger",
            "+  schedule: 30 4 * * *",
            "+  timeZone: Europe/London",
            '+  startingOn: "2026-12-01"',
            "+  args:",
            "+    - report",
            "+  concurrencyPolicy: Forbid",
            "+  page: false",
        ],
    ),
]
