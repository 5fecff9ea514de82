"""Modals and Home: triggers, the stack of open modals, and who may replace what.

People's typing into a modal and what its submission answers is the delivery's; it calls `answer` and `close` here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox import limits
from sandbox.content import with_ids
from sandbox.ledger import Effect
from sandbox.model import Json, View
from sandbox.refused import Refused

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

TRIGGER_LIFE_S = 3.0
STACK_MAX = 3
VIEW_MAX_BYTES = 250_000


@dataclass
class _Trigger:
    user: str
    dies_at: float
    view_id: str | None  # the modal in which the person acted
    is_used: bool = False


class Windows:
    """`by_id`: every open modal and published Home. `home_views`: the Home of each person who has one."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._triggers: dict[str, _Trigger] = {}
        self.by_id: dict[str, View] = {}
        self.home_views: dict[str, View] = {}

    def issue_trigger(self, user_id: str, *, view_id: str | None = None) -> str:
        """A `trigger_id` for one view, good for three seconds of the workspace's and of the wall's time."""
        clock = self._workspace.clock
        trigger_id = f"{int(clock.now() * 1000)}.{self._workspace.ids.secret()[:12]}"
        dies_at = clock.now() + TRIGGER_LIFE_S * max(1.0, clock.factor)
        self._triggers[trigger_id] = _Trigger(user_id, dies_at, view_id)
        return trigger_id

    def open(self, trigger_id: str, payload: Json) -> View:
        self._check(payload, "modal")
        trigger = self._exchange(trigger_id)
        view = self._new_modal(trigger.user, payload, below=None)
        self._record("view_open", view, "views.open")
        return view

    def push(self, trigger_id: str, payload: Json) -> View:
        self._check(payload, "modal")
        trigger = self._exchange(trigger_id)
        below = self._top_of(self.by_id.get(trigger.view_id or ""))
        if below is None:
            raise Refused("not_found")
        view = self._pushed(below, payload)
        self._record("view_open", view, "views.push")
        return view

    def update(
        self,
        payload: Json,
        *,
        view_id: str | None = None,
        external_id: str | None = None,
        view_hash: str | None = None,
    ) -> View:
        view = self._find(view_id, external_id)
        self._check(payload, view.type, replaces=view)
        self._check_hash(view, view_hash)
        self._replace(view, payload)
        self._record("view_update", view, "views.update")
        return view

    def publish(self, user_id: str, payload: Json, *, view_hash: str | None = None) -> View:
        """The person's Home, new or replaced."""
        self._workspace.person(user_id)
        if not self._workspace.manifest.home_tab:
            raise Refused("not_enabled")
        view = self.home_views.get(user_id)
        self._check(payload, "home", replaces=view)
        if view is None:
            view = self._new(user_id, payload)
            self.home_views[user_id] = view
        else:
            self._check_hash(view, view_hash)
            self._replace(view, payload)
        self._record("view_publish", view, "views.publish")
        return view

    def answer(self, view_id: str, action: str, payload: Json) -> View:
        """The `update` or `push` in a submission's acknowledgement."""
        view = self._find(view_id, None)
        self._check(payload, "modal", replaces=view if action == "update" else None)
        if action == "update":
            self._replace(view, payload)
        else:
            view = self._pushed(view, payload)
        self._record("view_update" if action == "update" else "view_open", view, "response_action")
        return view

    def close(self, view_id: str) -> None:
        """This modal goes, and the one below shows again."""
        self.by_id.pop(view_id, None)

    def close_all(self, root_id: str) -> list[View]:
        """The whole stack goes; the views that were in it, lowest first."""
        stack = [view for view in self.by_id.values() if view.type == "modal" and view.root_id == root_id]
        for view in stack:
            del self.by_id[view.id]
        return stack

    def modals_of(self, user_id: str) -> list[View]:
        """The person's open modals, newest last."""
        return [view for view in self.by_id.values() if view.type == "modal" and view.user == user_id]

    def _exchange(self, trigger_id: str) -> _Trigger:
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.is_used:
            raise Refused("exchanged_trigger_id")
        if self._workspace.clock.now() > trigger.dies_at:
            raise Refused("expired_trigger_id")
        trigger.is_used = True
        return trigger

    def _check(self, payload: Json, view_type: str, *, replaces: View | None = None) -> None:
        problems = limits.validate_view(payload)
        if not problems and payload.get("type") != view_type:
            problems = [f"[ERROR] must be of type {view_type} [json-pointer:/view/type]"]
        if problems:
            raise Refused("invalid_arguments", limits.as_extra(problems))
        if len(json.dumps(payload)) > VIEW_MAX_BYTES:
            raise Refused("view_too_large")
        external_id = payload.get("external_id")
        same = [view for view in self.by_id.values() if external_id and view.payload.get("external_id") == external_id]
        if any(view is not replaces for view in same):
            raise Refused("duplicate_external_id")

    def _check_hash(self, view: View, view_hash: str | None) -> None:
        if view_hash is not None and view_hash != view.hash:
            raise Refused("hash_conflict")

    def _find(self, view_id: str | None, external_id: str | None) -> View:
        for view in self.by_id.values():
            if view.id == view_id or (external_id and view.payload.get("external_id") == external_id):
                return view
        raise Refused("not_found")

    def _top_of(self, view: View | None) -> View | None:
        if view is None:
            return None
        return [each for each in self.by_id.values() if each.root_id == view.root_id][-1]

    def _pushed(self, below: View, payload: Json) -> View:
        if len([view for view in self.by_id.values() if view.root_id == below.root_id]) >= STACK_MAX:
            raise Refused("push_limit_reached")
        return self._new_modal(below.user, payload, below=below)

    def _new_modal(self, user_id: str, payload: Json, *, below: View | None) -> View:
        view = self._new(user_id, payload)
        if below is not None:
            view.root_id, view.previous_id = below.root_id, below.id
        return view

    def _new(self, user_id: str, payload: Json) -> View:
        view_id = self._workspace.ids.new("V")
        view = View(view_id, user_id, str(payload["type"]), self._filled(payload), self._hash(), view_id)
        self.by_id[view_id] = view
        return view

    def _replace(self, view: View, payload: Json) -> None:
        view.payload, view.hash = self._filled(payload), self._hash()

    def _filled(self, payload: Json) -> Json:
        ids = self._workspace.ids
        return {**payload, "blocks": [with_ids(block, ids) for block in payload["blocks"]]}

    def _hash(self) -> str:
        return f"{int(self._workspace.clock.now())}.{self._workspace.ids.secret()[:8]}"

    def _record(self, kind: str, view: View, method: str) -> None:
        title = (view.payload.get("title") or {}).get("text", "")
        effect = Effect(
            kind=kind,
            at=self._workspace.clock.now(),
            method=method,
            ts=view.id,
            user=view.user,
            text=title,
            blocks=tuple(view.payload["blocks"]),
        )
        self._workspace.ledger.record(effect)
