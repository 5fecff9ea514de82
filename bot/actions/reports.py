"""Reads what GitOps controllers say: Argo CD in our own template, Flux in its events. Pure.

That they said it is proven in `handlers.webhooks`; what is kept of it is `bot.actions.controllers`'.
The forms are published in `docs/controllers.md`.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.model import Json, Malformed
from knowledge.repositories import Reporter

OBJECT_MOST, SAID_MOST, RESOURCES_MOST = 200, 2_000, 50
TEXT_MOST = 40_000  # characters: Flux cuts a message at 39,000
METADATA_MOST = 1_000

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_REVISION = re.compile(r"(?:\S{1,250}[@/])?(?:(?:sha1:)?([0-9a-f]{40})|(?:sha256:)?([0-9a-f]{64}))")
_KIND = r"[A-Za-z][A-Za-z0-9]{0,62}"
_NAME = r"[A-Za-z0-9](?:[-A-Za-z0-9.:_]{0,251}[A-Za-z0-9])?"  # roles have colons in theirs
_RESOURCE = rf"{_KIND}(?:/{_NAME}){{1,2}}"  # as Kind/namespace/name, or Kind/name
_RESOURCE_LINE = re.compile(rf"({_RESOURCE}) (?:configured|created|deleted|changed|removed|patched|unchanged)\b.*")
_APPLIED_LINE = re.compile(rf"{_RESOURCE} (?:configured|created)")


class ReportState(StrEnum):
    LIVE = "live"  # what the revision says is so, and healthy
    FAILED = "failed"
    WORKING = "working"  # under way, or nothing that concerns us
    OUT_OF_SYNC = "out of sync"  # changed by hand, and it stands
    RETURNED = "returned"  # changed by hand, and put back
    NOT_WATCHING = "not watching"  # nothing is put back: auto-sync is off
    WATCHING = "watching"  # it is on again


WATCH = (ReportState.NOT_WATCHING, ReportState.WATCHING)
COURSE = tuple(
    state for state in ReportState if state not in WATCH
)  # these follow each other, and so do those of WATCH


@dataclass(frozen=True)
class Report:
    """What a controller said of one object. `revision` is 40 or 64 hexadecimal digits, or "" where it named none.

    `id` is a hash of the rest: whoever says it again says nothing new. `said` of a change by hand names the resources.
    """

    id: str
    reporter: Reporter
    object: str
    revision: str
    state: ReportState
    said: str
    said_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        return self.reporter.value, self.object


class _Wrong(Exception):
    """A field is not of its form."""


def read_argocd(body: Json) -> Report | Malformed:
    """What our template sends."""
    return _reading(_argocd, body)


def read_flux(body: Json) -> Report | Malformed:
    """An event, as Flux' providers `generic` and `generic-hmac` send it."""
    return _reading(_flux, body)


def revision_in(text: str) -> str:
    """The commit in `main@sha1:HASH`, `sha1:HASH`, `main/HASH` or `HASH`; "" where there is none, as in `1.4.2`."""
    found = _REVISION.fullmatch(text)
    return (found[1] or found[2]) if found else ""


def resources_in(said: str) -> tuple[str, ...]:
    """The resources that lines such as `Deployment/shop/web configured` name, each once."""
    found = (_RESOURCE_LINE.fullmatch(line.strip()) for line in said.splitlines())
    return tuple(dict.fromkeys(each[1] for each in found if each))


def is_apply(report: Report) -> bool:
    """Whether Flux' kustomize-controller changed resources: for a new commit, or because somebody had."""
    lines = report.said.splitlines()
    is_theirs = report.reporter is Reporter.FLUX and report.object.startswith("Kustomization/")
    return is_theirs and report.state is ReportState.WORKING and any(map(_APPLIED_LINE.fullmatch, lines))


def as_returned(report: Report) -> Report:
    """The apply of a commit that was live already: it put back what somebody changed."""
    return _with_id(replace(report, state=ReportState.RETURNED))


def _reading(read: Callable[[Json], Report], body: Json) -> Report | Malformed:
    try:
        return read(body)
    except _Wrong as wrong:
        return Malformed(str(wrong))


# Argo CD. An event is what a trigger stands for; a live one is believed only with what Argo CD says of the application.

ARGOCD_EVENTS: Mapping[str, ReportState] = {
    "live": ReportState.LIVE,
    "sync-failed": ReportState.FAILED,
    "degraded": ReportState.FAILED,
    "out-of-sync": ReportState.OUT_OF_SYNC,
    "self-healed": ReportState.RETURNED,
    "auto-sync-off": ReportState.NOT_WATCHING,
    "auto-sync-on": ReportState.WATCHING,
}
_APPLICATION = re.compile(r"(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?/)?[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")


def _argocd(body: Json) -> Report:
    event = _text(body, "event", 40)
    if event not in ARGOCD_EVENTS:
        raise _Wrong(f"event: none of {', '.join(ARGOCD_EVENTS)}; copy the template anew")
    state = ARGOCD_EVENTS[event]
    if state is ReportState.LIVE and (_text(body, "sync", 40), _text(body, "health", 40)) != ("Synced", "Healthy"):
        state = ReportState.WORKING
    resources = _argocd_resources(body)
    report = Report(
        "",
        Reporter.ARGOCD,
        _shaped(body, "application", _APPLICATION, "the name of an application, or NAMESPACE/NAME"),
        "" if state in WATCH else _argocd_revision(body),
        state,
        "\n".join(f"{each} changed" for each in resources) or _text(body, "message", TEXT_MOST, default=""),
        _moment(body, "at"),
    )
    return _whole(report)


def _argocd_revision(body: Json) -> str:
    """Of an application with several sources the one commit among its revisions; "" where there are two or none."""
    revisions = body.get("revisions") or []
    if not isinstance(revisions, list) or len(revisions) > 50 or not all(isinstance(each, str) for each in revisions):
        raise _Wrong("revisions: must be a list of texts; copy the template anew")
    commits = {revision_in(each) for each in (*revisions, _text(body, "revision", METADATA_MOST, default=""))} - {""}
    return commits.pop() if len(commits) == 1 else ""


def _argocd_resources(body: Json) -> list[str]:
    """The first of them, each as Kind/namespace/name."""
    listed = body.get("resources") or []
    if not isinstance(listed, list):
        raise _Wrong("resources: must be a list; copy the template anew")
    return [_argocd_resource(each) for each in listed[:RESOURCES_MOST]]


def _argocd_resource(each: object) -> str:
    if not isinstance(each, dict):
        raise _Wrong("resources: each must have a kind and a name; copy the template anew")
    parts = [_text(each, name, 253, default="") for name in ("kind", "namespace", "name")]
    named = "/".join(part for part in parts if part)
    if not re.fullmatch(_RESOURCE, named):
        raise _Wrong("resources: each must have a kind and a name; copy the template anew")
    return named


# Flux. The revision's key has the API group of the object before it, or, from some versions on, nothing.

_FLUX_KIND, _FLUX_NAME = re.compile(_KIND), re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")
_NAMESPACE = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_REVISION_KEYS = ("commit", "originRevision", "revision")  # the order in which Flux itself looks
_SEVERITIES = ("trace", "info", "error")
_HELM_LIVE = ("InstallSucceeded", "UpgradeSucceeded", "TestSucceeded")
_FLUX_DRIFT: Mapping[str, ReportState] = {
    "DriftDetected": ReportState.OUT_OF_SYNC,  # an "error" by its severity, and no failure
    "DriftCorrectionFailed": ReportState.OUT_OF_SYNC,
    "DriftCorrected": ReportState.RETURNED,
}


def _flux(body: Json) -> Report:
    involved = body.get("involvedObject")
    if not isinstance(involved, dict):
        raise _Wrong("involvedObject: must say which object the event is about")
    named, message = _flux_object(involved), _text(body, "message", TEXT_MOST)
    report = Report(
        "",
        Reporter.FLUX,
        named,
        _flux_revision(body, _text(involved, "apiVersion", 253, default="").partition("/")[0]),
        _flux_state(body, message, kind=named.partition("/")[0]),
        message,
        _moment(body, "timestamp"),
    )
    return _whole(report)


def _flux_object(involved: Json) -> str:
    kind = _shaped(involved, "kind", _FLUX_KIND, "a kind, such as Kustomization")
    namespace = _shaped(involved, "namespace", _NAMESPACE, "a namespace")
    return f"{kind}/{namespace}/{_shaped(involved, 'name', _FLUX_NAME, 'the name of an object')}"


def _flux_revision(body: Json, group: str) -> str:
    """Of a HelmRelease "": its revision is its chart's version."""
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise _Wrong("metadata: must be texts by name")
    for name in (each for key in _REVISION_KEYS for each in (f"{group}/{key}", key)):
        if name in metadata:
            return revision_in(_text(metadata, name, METADATA_MOST))
    return ""


def _flux_state(body: Json, message: str, *, kind: str) -> ReportState:
    severity, reason = _text(body, "severity", 20), _text(body, "reason", 200)
    if severity not in _SEVERITIES:
        raise _Wrong(f"severity: none of {', '.join(_SEVERITIES)}")
    if reason in _FLUX_DRIFT:
        return _FLUX_DRIFT[reason]
    if severity == "error":
        return ReportState.FAILED
    return ReportState.LIVE if _is_live(kind, reason, message) else ReportState.WORKING


def _is_live(kind: str, reason: str, message: str) -> bool:
    """Of a Kustomization it means healthy only with `wait: true`, or health checks."""
    if kind == "Kustomization":
        is_finished = reason == "ReconciliationSucceeded" and message.startswith("Reconciliation finished")
        return is_finished or message.startswith("Health check passed")
    return kind == "HelmRelease" and reason in _HELM_LIVE


# Fields of both.


def _whole(report: Report) -> Report:
    if len(report.object) > OBJECT_MOST:
        raise _Wrong(f"the object's name is longer than {OBJECT_MOST} characters")
    return _with_id(replace(report, said=_cleaned(report.said)[:SAID_MOST]))


def _with_id(report: Report) -> Report:
    told = [*report.key, report.revision, report.state, report.said, report.said_at.isoformat()]
    return replace(report, id=hashlib.sha256(json.dumps(told).encode()).hexdigest())


def _cleaned(text: str) -> str:
    """Without what no database takes (NUL, half an emoji) and no reader sees."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    return "".join(character for character in whole if character.isprintable() or character in "\n\t").strip()


def _text(fields: Mapping[str, Any], name: str, most: int, *, default: str | None = None) -> str:
    value = fields.get(name, default)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or len(value) > most:
        raise _Wrong(f"{name}: must be a text of at most {most} characters")
    return value


def _shaped(fields: Mapping[str, Any], name: str, shape: re.Pattern[str], what: str) -> str:
    value = _text(fields, name, 400)
    if not shape.fullmatch(value):
        raise _Wrong(f"{name}: must be {what}")
    return value


def _moment(fields: Mapping[str, Any], name: str) -> datetime:
    """In UTC."""
    value = _text(fields, name, 40)
    try:
        if _TIME.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _Wrong(f"{name}: must be a time such as 2026-11-24T10:00:00Z")
