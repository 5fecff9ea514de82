"""The demo's tour: eight steps in which the company's people act on the real bot. No message of the bot is made up.

Each step waits for what it shows, and fails when that does not come. How it is printed or drawn is not decided here.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.demo.reading import form_in_words, points_of
from bot.demo.stage import PATIENCE_S, Stage
from sandbox import Actor, Message
from sandbox.controller import Controller
from sandbox.repository import BareRepository
from sandbox.tour import Step, Tell

TITLE = "Mentor in ten minutes"
CHANCE = timedelta(minutes=21)  # what the handbook gives peers in #deploys, and one more
NOTICED_S = 5.0  # until a change by hand is put back
EVIDENCE = "https://ci.example.com/payments/attestations"
HOW_MET = "Our pipeline does so since March, with a key of our own; the runbook says how."
BY_HAND = {"kind": "Deployment", "namespace": "payments-prod", "name": "ledger"}


class Story:
    """`steps` are there at once; they can be taken when `enter` has told where the bot's controller is."""

    def __init__(self, stage: Stage, live: BareRepository) -> None:
        self._stage = stage
        self._live = live
        self._controller: Controller | None = None
        self._is_survey_there = False

    def enter(self, controller: Controller) -> None:
        self._controller = controller

    def steps(self) -> list[Step]:
        return [
            self._step(
                "answer",
                "A question is answered",
                "Every answer names its source, and only the person who asked can call it solved: "
                "an answer that nobody can check helps nobody.",
                self._answer,
            ),
            self._step(
                "peers",
                "Peers come first",
                "A channel where people help each other is the goal, so the bot waits its turn; "
                "what counts is who was helped, not who closed a ticket.",
                self._peers,
            ),
            self._step(
                "bucket",
                "A bucket: asked for, approved, merged, live",
                "A request becomes a change in Git that people review and a controller pulls: nothing is pushed, "
                "and what was approved is exactly what is merged.",
                self._bucket,
            ),
            self._step(
                "drift",
                "A change by hand is put back",
                "What stands in Git is put back by the controller; the team hears it once, the next working morning, "
                "and nobody is named.",
                self._drift,
            ),
            self._step(
                "pulse",
                "A pulse",
                "People are asked seldom and by one press. Of a survey or a team with fewer than five answers nothing "
                "is ever shown: else nobody would answer honestly. Comments stand apart, with nobody's name.",
                self._pulse,
            ),
            self._step(
                "digest",
                "Monday, 09:00: the digest",
                "One page a week, posted once: what changed for everybody, what to do for the platform team, "
                "and every figure says how many it rests on.",
                self._digest,
            ),
            self._step(
                "policy",
                "A policy, met in two ways",
                "Take the platform's way or show evidence of your own, and both comply: "
                "a platform must be chosen, and a rule must not take the choice away.",
                self._policy,
            ),
            self._step(
                "privacy",
                "Privacy, by one press",
                "Whoever is watched stops asking, so people see what is kept about them, have it sent to them, "
                "and are left out if they like.",
                self._privacy,
            ),
        ]

    def _step(self, name: str, title: str, why: str, act: Callable[[], Awaitable[None]]) -> Step:
        async def done(tell: Tell) -> None:
            with self._stage.scene(tell):
                await act()

        return Step(name, title, why, done)

    # 1. A question is answered.

    async def _answer(self) -> None:
        await self._nothing_is_guessed()
        stage, priya, amara = self._stage, self._person("priya"), self._person("amara")
        asked = priya.say("ask-platform", "hi all, how do I see the logs of my service?")
        stage.shows("priya, in #ask-platform", asked, priya)
        answer = await stage.reply_to(asked)
        stage.shows("Mentor, in the thread", answer, priya)
        await amara.press(answer, "That solved it")
        refusal = await stage.whispered(amara, "ask-platform")
        stage.shows("Mentor, to amara alone, who pressed “That solved it”", refusal, amara)
        await priya.press(answer, "That solved it")
        await stage.changed(answer, "Solved")
        stage.shows("Mentor, in place of the buttons, when priya pressed", answer, priya, only="Solved")

    async def _nothing_is_guessed(self) -> None:
        stage, jonas = self._stage, self._person("jonas")
        bot = f"<@{stage.workspace.bot_user_id}>"
        asked = jonas.say("random", f"{bot} which restaurant near the office has vegan lunch?")
        stage.shows("jonas, in #random", asked, jonas)
        answer = await stage.reply_to(asked)
        stage.shows("Mentor, in the thread", answer, jonas)
        await jonas.press(answer, "Get a person")
        handed = await stage.first(lambda: [each for each in stage.replies(asked) if each.ts != answer.ts])
        stage.shows("Mentor, in the thread, when jonas pressed “Get a person”", handed, jonas)

    # 2. Peers come first.

    async def _peers(self) -> None:
        stage, jonas = self._stage, self._person("jonas")
        await self._in_shadow()
        asked = self._a_peer_helps()
        await stage.jump(stage.mentor.clock.now() + CHANCE, "the peers had their chance, and took it")
        await stage.quiet()
        if said := stage.replies(asked):
            raise LookupError(f"The bot spoke although a peer had answered: {said[0].text}")
        await stage.command(jonas, "health 2w", "random")
        lucia = self._person("lucia")
        stage.shows("In the thread, where the bot had nothing to add", asked, lucia)

    def _a_peer_helps(self) -> Message:
        stage = self._stage
        lucia, owen = self._person("lucia"), self._person("owen")
        asked = lucia.say("deploys", "does anybody know how to pause a rollout half way?")
        stage.shows("lucia, in #deploys", asked, lucia)
        helped = owen.say("deploys", "kubectl rollout pause, then resume it later", thread=asked)
        stage.shows("owen, in the thread", helped, owen)
        stage.shows("lucia, in the thread", lucia.say("deploys", "thanks, that worked!", thread=asked), lucia)
        return asked

    async def _in_shadow(self) -> None:
        stage, li, maya = self._stage, self._person("li"), self._person("maya")
        asked = li.say("data-help", "How can I get a new PostgreSQL database for my service?")
        stage.shows("li, in #data-help, where the bot is new and says nothing yet", asked, li)
        card = await stage.seen(maya, "platform-team", "In shadow")
        stage.shows("Mentor, in #platform-team alone", card, maya)
        await maya.press(card, "Right")
        await stage.changed(card, "Judged")
        stage.shows("Mentor, when maya pressed “Right”", card, maya, only="Judged")

    # 3. A bucket.

    async def _bucket(self) -> None:
        stage, priya, maya = self._stage, self._person("priya"), self._person("maya")
        stage.did("priya", "/platform run bucket")
        await priya.command("/platform", "run bucket", "ask-platform")
        form = await stage.form(priya)
        stage.did("Mentor, to priya alone", form_in_words(form, stage.workspace))
        filled = {"Bucket name": self._free_name(), "Environment": "prod", "Team": "payments"}
        stage.did("priya, in the form", ", ".join(filled.values()))
        await priya.submit(form, filled)
        card = await stage.seen(maya, "platform-team", "Priya Nair* asks")
        stage.shows("Mentor, in #platform-team", card, maya)
        before = set(self._live.unmerged())
        await maya.press(card, "Approve")
        await self._merged(before, "maya approves; in Git there is one branch with one commit")
        outcome = await stage.told(priya, ": live, ")
        stage.shows("Mentor, to priya alone, once Argo CD's stand-in reported it", outcome, priya)

    def _free_name(self) -> str:
        """Of a bucket that payments has not: a step that failed may be tried again."""
        names = ("receipts", *(f"receipts-{number}" for number in range(2, 20)))
        there = set(self._live.files("teams/payments/buckets"))
        return next(each for each in names if f"teams/payments/buckets/{each}.yaml" not in there)

    async def _merged(self, before: set[str], told: str) -> None:
        """Merges the branch that was not there before, as the company's reviewers would."""
        [branch, *_] = await self._stage.sandbox.wait_for(lambda: self._new(before), PATIENCE_S)
        form = "%h %an: %s%n%(trailers:key=Requested-by,key=Approved-by)"
        self._stage.did("Git", f"{told}:\n{self._live.log(f'{self._live.base}..{branch}', form)[0]}")
        self._live.merge(branch)
        self._stage.did("A reviewer", f"merges {branch} into {self._live.base}")

    def _new(self, before: set[str]) -> list[str]:
        return [each for each in self._live.unmerged() if each not in before]

    # 4. A drift.

    async def _drift(self) -> None:
        stage, maya = self._stage, self._person("maya")
        assert self._controller is not None, "entered"
        stage.did("Somebody", "changes deployment ledger of payments in the cluster, by hand")
        await self._controller.out_of_sync("teams-payments", BY_HAND)
        await stage.clock.sleep(NOTICED_S)
        if not await self._controller.self_healed("teams-payments", BY_HAND):
            raise LookupError(f"The bot did not take the controller's report: {self._controller.refused[-1]}")
        stage.did("Argo CD's stand-in", "puts back what stands in Git, and reports that")
        await stage.jump(stage.next_at(10), "the next working morning")
        told = await stage.seen(maya, "platform-team", "changed by hand")
        stage.shows("Mentor, in #platform-team", told, maya)

    # 5. A pulse.

    async def _pulse(self) -> None:
        stage, priya, maya = self._stage, self._person("priya"), self._person("maya")
        from bot.demo.survey import furnish_survey  # of the bot's own modules, which take long to load: by now they are

        if not self._is_survey_there:
            await furnish_survey(stage.mentor.desk)
            self._is_survey_there = True
        stage.did("A survey", "closed three weeks before the demo begins, and was put in, as the past weeks were")
        await stage.command(maya, "pulse results", "random")
        asked = await stage.first(lambda: [each for each in priya.sees_in_dm() if "It was easy" in each.text])
        stage.shows("Mentor, to priya alone, after her bucket", asked, priya)
        await priya.press(asked, "4")
        await stage.changed(asked, "Thank you")
        stage.shows("Mentor, when priya pressed 4", asked, priya, only="Thank you")

    # 6. The digest.

    async def _digest(self) -> None:
        stage, maya, priya = self._stage, self._person("maya"), self._person("priya")
        await stage.jump_to_digest()
        community = await stage.seen(priya, "ask-platform", "What changed")
        stage.shows("Mentor, in #ask-platform, for everybody", community, priya)
        team = await stage.seen(maya, "platform-team", "The week")
        stage.shows("Mentor, in #platform-team", team, maya)

    # 7. A policy.

    async def _policy(self) -> None:
        stage, jonas = self._stage, self._person("jonas")
        await self._by_evidence()
        before = set(self._live.unmerged())
        stage.did("jonas", "/platform run attest-builds")
        await jonas.command("/platform", "run attest-builds", "ask-platform")
        form = await stage.form(jonas)
        stage.did("Mentor, to jonas alone", form_in_words(form, stage.workspace))
        await jonas.submit(form, {"Team": "checkout"})
        await self._merged(before, "jonas asks for the platform's way, which nobody has to approve")
        outcome = await stage.told(jonas, ": live, ")
        stage.shows("Mentor, to jonas alone", outcome, jonas)
        await stage.command(self._person("priya"), "policies", "random")
        shown = await stage.command(jonas, "policies", "random")
        await stage.changed(shown, "complies")

    async def _by_evidence(self) -> None:
        stage, priya, nadia = self._stage, self._person("priya"), self._person("nadia")
        shown = await stage.command(priya, "policies", "random")
        await priya.press(shown, "Hand in evidence")
        form = await stage.form(priya)
        answers = {key: EVIDENCE if "ink" in label else HOW_MET for key, label in points_of(form).items()}
        stage.did("priya, in the form", f"evidence of her team's own, point by point: {EVIDENCE}")
        answer = await priya.submit(form, answers)
        if answer.errors:
            raise LookupError(f"The form was not taken: {answer.errors}")
        card = await stage.told(nadia, "evidence of")
        stage.shows("Mentor, to nadia, who judges evidence and owns nothing that competes with it", card, nadia)
        await nadia.press(card, "Accept")
        outcome = await stage.told(priya, "complies with")
        stage.shows("Mentor, to priya alone", outcome, priya)

    # 8. Privacy.

    async def _privacy(self) -> None:
        stage, yuki = self._stage, self._person("yuki")
        shown = await stage.command(yuki, "settings", "random")
        await yuki.press(shown, "Send me what you keep")
        sent = await stage.first(lambda: [each for each in yuki.sees_in_dm() if "as JSON" in each.text][::-1])
        stage.shows_where("Mentor, to yuki alone, who pressed “Send me what you keep”", sent.text, sent, yuki)
        await yuki.press(shown, "Count me out")
        told = await stage.whispered(yuki, "random", "Done.")
        stage.shows("Mentor, to yuki alone, who pressed “Count me out”", told, yuki)

    def _person(self, name: str) -> Actor:
        return self._stage.person(name)
