"""What Argo CD and Flux say is read strictly, and nothing else is taken for it."""

import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.actions.reports import (
    ARGOCD_EVENTS,
    Report,
    ReportState,
    as_returned,
    is_apply,
    read_argocd,
    read_flux,
    resources_in,
    revision_in,
)
from bot.model import Malformed
from knowledge.repositories import Reporter
from tests.actions.said import (
    ARGOCD,
    COMMIT,
    CORRECTED,
    DRIFTED,
    KUSTOMIZE,
    applied,
    argocd,
    finished,
    kustomization,
    release,
)

LIVE, FAILED, WORKING = ReportState.LIVE, ReportState.FAILED, ReportState.WORKING
OUT_OF_SYNC, RETURNED = ReportState.OUT_OF_SYNC, ReportState.RETURNED
NOT_WATCHING, WATCHING = ReportState.NOT_WATCHING, ReportState.WATCHING
DOCS = Path(__file__).parents[2] / "docs" / "controllers.md"
SHA256 = "d" * 64


def argocd_report(body: dict[str, Any]) -> Report:
    read = read_argocd(body)
    assert isinstance(read, Report)
    return read


def flux_report(body: dict[str, Any]) -> Report:
    read = read_flux(body)
    assert isinstance(read, Report)
    return read


@pytest.mark.parametrize(
    ("text", "revision"),
    [
        (f"main@sha1:{COMMIT}", COMMIT),
        (f"refs/heads/main@sha1:{COMMIT}", COMMIT),
        (f"feature/new-form@sha1:{COMMIT}", COMMIT),
        (f"v1.4.2@sha1:{COMMIT}", COMMIT),
        (f"main@sha256:{SHA256}", SHA256),
        (f"sha1:{COMMIT}", COMMIT),
        (f"main/{COMMIT}", COMMIT),
        (COMMIT, COMMIT),
        (SHA256, SHA256),
        ("1.4.2", ""),
        ("", ""),
        ("main", ""),
        (COMMIT[:12], ""),
        (f"{COMMIT}a", ""),
        (COMMIT.upper(), ""),
        (f"main@sha1:{SHA256}", ""),
        (f"main@sha256:{COMMIT}", ""),
        (f"main@md5:{COMMIT}", ""),
        (f"ma in@sha1:{COMMIT}", ""),
        (f"main@sha1:{COMMIT}\n", ""),
    ],
)
def test_the_commit_is_found_in_each_form_and_in_no_other(text: str, revision: str) -> None:
    assert revision_in(text) == revision


@pytest.mark.parametrize(
    ("case", "event", "state", "revision", "said"),
    [
        ("live", "live", LIVE, COMMIT, ""),
        ("no operation yet", "live", LIVE, COMMIT, ""),
        ("several sources", "live", LIVE, COMMIT, ""),
        ("failed", "sync-failed", FAILED, COMMIT, 'one or more objects failed: "quota"\nexceeded'),
        ("degraded", "degraded", FAILED, COMMIT, 'Deployment "web" exceeded its progress deadline'),
        (
            "changed by hand, no auto-sync",
            "out-of-sync",
            OUT_OF_SYNC,
            COMMIT,
            "Deployment/shop/web changed\nNamespace/shop changed",
        ),
        ("several sources, changed by hand", "out-of-sync", OUT_OF_SYNC, COMMIT, ""),
        ("self-healed", "self-healed", RETURNED, COMMIT, "Deployment/shop/web changed"),
        ("no sync policy", "auto-sync-off", NOT_WATCHING, "", ""),
        ("live", "auto-sync-on", WATCHING, "", ""),
    ],
)
def test_what_the_published_template_gives_is_read(
    case: str, event: str, state: ReportState, revision: str, said: str
) -> None:
    body = ARGOCD[case, event]

    report = argocd_report(body)

    moment = datetime.fromisoformat(body["at"]).astimezone(UTC)
    assert replace(report, id="") == Report("", Reporter.ARGOCD, body["application"], revision, state, said, moment)


@pytest.mark.parametrize(
    "case",
    ["git is ahead, no auto-sync", "somebody synced a part", "live"],
)
def test_what_is_no_change_by_hand_is_not_sent_as_one(case: str) -> None:
    assert {event for name, event in ARGOCD if name == case} <= {"live", "auto-sync-on", "auto-sync-off"}


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, LIVE),
        ({"health": "Progressing"}, WORKING),
        ({"health": "Degraded"}, WORKING),
        ({"sync": "OutOfSync"}, WORKING),
        ({"health": ""}, WORKING),
    ],
)
def test_live_is_believed_only_when_synced_and_healthy(fields: dict[str, str], state: ReportState) -> None:
    assert argocd_report(argocd("live", **fields)).state is state


def test_two_commits_of_several_sources_are_none() -> None:
    assert argocd_report(argocd("live", revision="", revisions=[COMMIT, "e" * 40])).revision == ""
    assert argocd_report(argocd("live", revision=COMMIT, revisions=[COMMIT])).revision == COMMIT
    assert argocd_report(argocd("live", revision=None, revisions=None)).revision == ""


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"event": "on-deployed"}, f"event: none of {', '.join(ARGOCD_EVENTS)}; copy the template anew"),
        ({"event": None}, "event: must be a text of at most 40 characters"),
        ({"event": ["live"]}, "event: must be a text of at most 40 characters"),
        ({"application": "<no value>"}, "application: must be the name of an application, or NAMESPACE/NAME"),
        ({"application": "a/b/c"}, "application: must be the name of an application, or NAMESPACE/NAME"),
        ({"application": "shop\n"}, "application: must be the name of an application, or NAMESPACE/NAME"),
        ({"application": ""}, "application: must be the name of an application, or NAMESPACE/NAME"),
        ({"application": "a" * 253}, "the object's name is longer than 200 characters"),
        ({"application": 7}, "application: must be a text of at most 400 characters"),
        ({"at": "yesterday"}, "at: must be a time such as 2026-11-24T10:00:00Z"),
        ({"at": "2026-11-24"}, "at: must be a time such as 2026-11-24T10:00:00Z"),
        ({"at": "2026-13-24T10:00:00Z"}, "at: must be a time such as 2026-11-24T10:00:00Z"),
        ({"at": "0001-01-01T00:00:00+12:00"}, "at: must be a time such as 2026-11-24T10:00:00Z"),
        ({"at": 1764000000}, "at: must be a text of at most 40 characters"),
        ({"revisions": "abc"}, "revisions: must be a list of texts; copy the template anew"),
        ({"revisions": [1]}, "revisions: must be a list of texts; copy the template anew"),
        ({"revisions": ["a"] * 51}, "revisions: must be a list of texts; copy the template anew"),
        ({"resources": {"kind": "Pod"}}, "resources: must be a list; copy the template anew"),
        ({"resources": ["Pod"]}, "resources: each must have a kind and a name; copy the template anew"),
        ({"resources": [{"kind": "Pod"}]}, "resources: each must have a kind and a name; copy the template anew"),
        (
            {"resources": [{"kind": "Pod", "name": "<!channel>"}]},
            "resources: each must have a kind and a name; copy the template anew",
        ),
        ({"sync": None}, "sync: must be a text of at most 40 characters"),
    ],
)
def test_what_is_not_of_argo_cds_form_is_refused_with_field_and_fix(fields: dict[str, Any], reason: str) -> None:
    assert read_argocd({**argocd("live"), **fields}) == Malformed(reason)


def test_only_the_first_of_many_resources_are_kept() -> None:
    many = [{"kind": "Pod", "namespace": "shop", "name": f"web-{number}"} for number in range(500)]

    report = argocd_report(argocd("self-healed", resources=many))

    assert len(resources_in(report.said)) == 50


@pytest.mark.parametrize(
    ("body", "object_", "state", "revision"),
    [
        (finished(), "Kustomization/flux-system/shop", LIVE, COMMIT),
        (
            kustomization("Progressing", "Health check passed in 5.020324622s"),
            "Kustomization/flux-system/shop",
            LIVE,
            COMMIT,
        ),
        (applied(), "Kustomization/flux-system/shop", WORKING, COMMIT),
        (
            kustomization("ReconciliationSucceeded", "Deployment/shop/web configured"),
            "Kustomization/flux-system/shop",
            WORKING,
            COMMIT,
        ),
        (
            kustomization("DependencyNotReady", "Dependencies do not meet ready condition, retrying in 30s"),
            "Kustomization/flux-system/shop",
            WORKING,
            COMMIT,
        ),
        (
            kustomization("HealthCheckFailed", "health check failed after 5m0s", severity="error"),
            "Kustomization/flux-system/shop",
            FAILED,
            COMMIT,
        ),
        (
            kustomization("ValidationFailed", "spec.type: Unsupported value: Ingress", severity="error"),
            "Kustomization/flux-system/shop",
            FAILED,
            COMMIT,
        ),
        (
            release("UpgradeSucceeded", "Helm upgrade succeeded for release shop/web.v4"),
            "HelmRelease/shop/web",
            LIVE,
            "",
        ),
        (release("InstallSucceeded", "Helm install succeeded"), "HelmRelease/shop/web", LIVE, ""),
        (release("UpgradeFailed", "Helm upgrade failed", severity="error"), "HelmRelease/shop/web", FAILED, ""),
        (release("RollbackSucceeded", "Helm rollback succeeded"), "HelmRelease/shop/web", WORKING, ""),
        (release("DriftDetected", DRIFTED, severity="error"), "HelmRelease/shop/web", OUT_OF_SYNC, ""),
        (
            release("DriftCorrectionFailed", "Failed to correct", severity="error"),
            "HelmRelease/shop/web",
            OUT_OF_SYNC,
            "",
        ),
        (release("DriftCorrected", CORRECTED), "HelmRelease/shop/web", RETURNED, ""),
        (release("SomethingNew", "of a later version"), "HelmRelease/shop/web", WORKING, ""),
    ],
)
def test_fluxs_events_are_read(body: dict[str, Any], object_: str, state: ReportState, revision: str) -> None:
    report = flux_report(body)

    assert (report.object, report.state, report.revision) == (object_, state, revision)


@pytest.mark.parametrize(
    ("metadata", "revision"),
    [
        ({f"{KUSTOMIZE}/revision": f"main@sha1:{COMMIT}"}, COMMIT),
        ({"revision": f"main/{COMMIT}", "commit_status": "update"}, COMMIT),
        (
            {f"{KUSTOMIZE}/revision": f"latest@sha256:{SHA256}", f"{KUSTOMIZE}/originRevision": f"main@sha1:{COMMIT}"},
            COMMIT,
        ),
        ({"commit": COMMIT, f"{KUSTOMIZE}/revision": f"main@sha1:{'e' * 40}"}, COMMIT),
        ({"example.com/revision": COMMIT}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_the_commit_is_looked_for_where_flux_writes_it(metadata: dict[str, str] | None, revision: str) -> None:
    assert flux_report(finished(metadata=metadata)).revision == revision


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"involvedObject": None}, "involvedObject: must say which object the event is about"),
        ({"involvedObject": {"kind": "Kustomization"}}, "namespace: must be a text of at most 400 characters"),
        (
            {"involvedObject": {"kind": "K ind", "namespace": "a", "name": "b"}},
            "kind: must be a kind, such as Kustomization",
        ),
        (
            {"involvedObject": {"kind": "Kustomization", "namespace": "A B", "name": "b"}},
            "namespace: must be a namespace",
        ),
        (
            {"involvedObject": {"kind": "Kustomization", "namespace": "a", "name": "<@U0MAYA>"}},
            "name: must be the name of an object",
        ),
        ({"severity": "warning"}, "severity: none of trace, info, error"),
        ({"message": None}, "message: must be a text of at most 40000 characters"),
        ({"message": "x" * 40_001}, "message: must be a text of at most 40000 characters"),
        ({"reason": 7}, "reason: must be a text of at most 200 characters"),
        ({"metadata": [1]}, "metadata: must be texts by name"),
        ({"metadata": {"revision": 7}}, "revision: must be a text of at most 1000 characters"),
        ({"timestamp": "now"}, "timestamp: must be a time such as 2026-11-24T10:00:00Z"),
    ],
)
def test_what_is_no_event_of_flux_is_refused_with_field_and_fix(fields: dict[str, Any], reason: str) -> None:
    assert read_flux({**finished(), **fields}) == Malformed(reason)


def test_what_no_database_takes_and_no_reader_sees_is_left_out() -> None:
    said = flux_report({**finished(), "message": "Reconciliation \x00finished\ud83d \u202ein 1s\r\n"}).said

    assert said == "Reconciliation finished in 1s"


def test_the_id_is_of_what_was_said_and_of_nothing_else() -> None:
    one, again = flux_report(finished()), flux_report({**finished(), "reportingInstance": "another"})
    others = [
        flux_report(finished(timestamp="2026-11-24T10:00:01Z")),
        flux_report({**finished(), "message": "Reconciliation finished in 1s"}),
        flux_report(finished(metadata={})),
        flux_report(applied()),
        argocd_report(argocd("live")),
    ]

    assert one.id == again.id
    assert len({one.id, *(each.id for each in others)}) == 1 + len(others)


def test_resources_are_named_once_each_and_other_lines_are_not_theirs() -> None:
    assert resources_in(DRIFTED) == ("Deployment/shop/web", "Service/shop/web")
    assert resources_in("Namespace/shop created\nNamespace/shop configured") == ("Namespace/shop",)
    assert resources_in("ClusterRole/system:web configured") == ("ClusterRole/system:web",)
    assert resources_in("maya changed <!here> configured\nDeployment/<@U0MAYA> configured") == ()


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        (applied(), True),
        (finished(), False),
        (kustomization("Progressing", "Health checks canceled due to new reconciliation"), False),
        (kustomization("Progressing", "Namespace/todos deleted"), False),
        (kustomization("HealthCheckFailed", "Deployment/shop/web configured", severity="error"), False),
        (release("Anything", "Deployment/shop/web configured"), False),
    ],
    ids=["apply", "finished", "canceled", "pruned", "failed", "helm"],
)
def test_an_apply_is_known_by_its_lines(body: dict[str, Any], is_one: bool) -> None:
    assert is_apply(flux_report(body)) is is_one


def test_as_returned_it_is_another_report() -> None:
    report = flux_report(applied())

    assert (as_returned(report).state, as_returned(report).id == report.id) == (RETURNED, False)


def test_bodies_of_any_shape_are_read_or_refused() -> None:
    chance = random.Random(5)
    odd: list[Any] = [None, 0, -1.5, True, "", "x" * 500, [], {}, ["a"], {"a": None}, "\ud800", "\x00", float("nan")]
    for _ in range(3_000):
        body, read = chance.choice([(argocd(chance.choice(list(ARGOCD_EVENTS))), read_argocd), (finished(), read_flux)])
        target = chance.choice([body, body.get("involvedObject", body), body.get("metadata", body)])
        for name in chance.sample(sorted(target), k=min(2, len(target))):
            target[name] = chance.choice(odd)
        assert isinstance(read(body), Report | Malformed)


# What is published.


def _published() -> list[Any]:
    fenced = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(), re.DOTALL)
    return [each for block in fenced for each in yaml.safe_load_all(block)]


def test_each_published_trigger_sends_a_published_template_and_each_template_an_event_that_is_read() -> None:
    config = _published()[0]["data"]
    triggers = [yaml.safe_load(config[name]) for name in config if name.startswith("trigger.")]
    templates = {
        name.removeprefix("template."): yaml.safe_load(text) for name, text in config.items() if "template." in name
    }

    sent = [name for trigger in triggers for condition in trigger for name in condition["send"]]
    events = {re.findall(r'"event": "([a-z-]+)"', each["webhook"]["mentor"]["body"])[0] for each in templates.values()}

    assert (sorted(sent), events) == (sorted(templates), set(ARGOCD_EVENTS))
    assert all(each["webhook"]["mentor"]["method"] == "POST" for each in templates.values())


def test_the_bodies_in_the_tests_have_the_fields_of_the_published_templates() -> None:
    config = _published()[0]["data"]

    for (_, event), body in ARGOCD.items():
        text = yaml.safe_load(config[f"template.mentor-{event}"])["webhook"]["mentor"]["body"]
        assert set(body) == set(re.findall(r'"([a-z]+)":', text)) - {"kind", "namespace", "name"}


def test_the_published_flux_objects_are_of_the_kinds_that_sign() -> None:
    kinds = {each["kind"]: each for each in _published()}

    assert (kinds["Provider"]["spec"]["type"], kinds["Alert"]["spec"]["eventSeverity"]) == ("generic-hmac", "info")
    assert json.dumps(kinds["Alert"]["spec"]["eventSources"]).count('"*"') == 2
