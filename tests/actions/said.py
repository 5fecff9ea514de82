"""What Argo CD and Flux say, as it comes.

`argocd_bodies.json` is what the triggers and templates of `docs/controllers.md` gave for made-up applications, run by
the engines that Argo CD has in it: expr, and Go's templates with Sprig.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.work.desk import STARTS_AT

COMMIT, OTHER = "6d1f0ea1b7a5d9c4c1c7d0d27e2a4a8ef3f0c9aa", "b" * 40
KUSTOMIZE, HELM = "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io"
ARGOCD = {
    (case, template.removeprefix("mentor-")): body
    for case, bodies in json.loads(Path(__file__).with_name("argocd_bodies.json").read_text()).items()
    for template, body in bodies.items()
}


def at(**after: float) -> str:
    return told(STARTS_AT + timedelta(**after))


def told(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def argocd(event: str, **fields: Any) -> dict[str, Any]:
    shown = {"sync": "Synced", "health": "Healthy"} if event == "live" else {}
    revision = {} if event.startswith("auto-sync") else {"revision": COMMIT, "revisions": []}
    return {"event": event, "application": "shop", "at": at(), **shown, **revision, **fields}


def kustomization(reason: str, message: str, /, **fields: Any) -> dict[str, Any]:
    """An event of kustomize-controller, of one commit."""
    return {
        "involvedObject": {
            "kind": "Kustomization",
            "namespace": "flux-system",
            "name": "shop",
            "uid": "f3de8ac7-e027-411c-a2e1-ffdf73cb35a4",
            "apiVersion": f"{KUSTOMIZE}/v1",
            "resourceVersion": "13397523",
        },
        "severity": "info",
        "timestamp": at(),
        "message": message,
        "reason": reason,
        "metadata": {f"{KUSTOMIZE}/revision": f"main@sha1:{COMMIT}"},
        "reportingController": "kustomize-controller",
        "reportingInstance": "kustomize-controller-6fc6744c6b-6dj68",
        **fields,
    }


def finished(**fields: Any) -> dict[str, Any]:
    return kustomization(
        "ReconciliationSucceeded", "Reconciliation finished in 843.869422ms, next run in 1m0s", **fields
    )


def applied(**fields: Any) -> dict[str, Any]:
    return kustomization("Progressing", "Deployment/shop/web configured\nService/shop/web created", **fields)


def release(reason: str, message: str, /, **fields: Any) -> dict[str, Any]:
    """An event of helm-controller, whose revision is the chart's version."""
    return {
        "involvedObject": {
            "kind": "HelmRelease",
            "namespace": "shop",
            "name": "web",
            "apiVersion": f"{HELM}/v2",
        },
        "severity": "info",
        "timestamp": at(),
        "message": message,
        "reason": reason,
        "metadata": {f"{HELM}/revision": "6.5.4", f"{HELM}/token": "sha256:" + "c" * 64},
        "reportingController": "helm-controller",
        **fields,
    }


DRIFTED = (
    "Cluster state of release shop/web.v3 has drifted from the desired state:\n"
    "Deployment/shop/web changed (0 additions, 1 changes, 0 removals)\n"
    "Service/shop/web removed"
)
CORRECTED = "Cluster state of release shop/web.v3 has been corrected:\nDeployment/shop/web configured"
