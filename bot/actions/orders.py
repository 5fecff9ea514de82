"""What goes out for a request, the same at every try: the proposal to Git, or the run past it.

Made from what stood in the entry when it was asked for, whatever stands in the catalogue by now.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.actions import proposal_text
from bot.actions.allowed import CalledBackend
from bot.actions.direct import Run, fits_session
from bot.actions.placeholders import fill
from bot.actions.telling import Telling
from bot.git.host import Author, Proposal
from bot.storage.requests import RequestRow
from knowledge.actions import Lambda, StepFunction, Webhook

CALLED: Mapping[str, type[CalledBackend]] = {"step_function": StepFunction, "lambda": Lambda, "webhook": Webhook}


class Orders:
    def __init__(self, telling: Telling) -> None:
        self._telling = telling

    async def proposal(self, row: RequestRow) -> Proposal:
        told = await self._telling.told(row)
        return Proposal(
            branch=row.branch,
            title=proposal_text.title(told),
            body=proposal_text.body(told, row),
            files=row.files or {},
            author=Author(row.author["name"], row.author["email"]) if row.author else None,
            trailers=proposal_text.trailers(told),
            expects=row.blobs,
        )

    async def declaration(self, row: RequestRow, files: Mapping[str, str | None]) -> Proposal:
        """Writes down what a break-glass run made so."""
        made = await self.proposal(row)
        title = f"Declare what request {row.id} made: {row.entry['title']}"
        return replace(made, branch=f"{row.branch}-state", title=title, files=files, expects=None)

    def run(self, row: RequestRow) -> Run:
        """`requester` is their Git account where AWS takes it as a name, else their pseudonym."""
        backend = CALLED[row.backend](**row.entry["backend"])
        values = row.values or {}
        account = str(values.get("requester") or "")
        requester = account if fits_session(account) else row.person
        return Run(row.id, row.action, requester, backend, fill(backend.input, values))
