"""What the firm does on each of the thirty days, as docs/adopting.md has it: who presses what, and when."""

from datetime import time
from random import Random

from sandbox import Message
from tests.first_days import handbook
from tests.first_days.firm import ASK, ROOM, WILLING, Worker
from tests.first_days.life import Line, day_of_talk, pain_on
from tests.first_days.walk import Step, Walk, rehearse

LAST = 30
PAIN_DAYS = (2, 3, 7, 9, 11, 15)  # on which somebody asks for the one thing that nobody has
PAYMENTS, SEARCH = (f"{team}-help" for team in WILLING)
JUDGED_RIGHT = 5 / 6  # of the cards: docs/adopting.md goes on from there
LOGS = "how do I see the logs of my service?"
ROLLBACK = "how do I roll back a bad release of our indexer?"
HARD = (
    "the build cache is cold every morning and the first build takes forty minutes",
    "builds take forty minutes in the morning, the cache is cold",
    "cold build cache again, forty minutes for a build",
)
INCIDENT = {
    "What is wrong, in a few words": "Builds hang",
    "Words that questions about it hold": "build",
    "What is known": "The runners are out of disk. Tomas Reyes adds some.",
    "Next word at": "10:45",
}


def lines_of(walk: Walk, day: int) -> list[Line]:
    """What is said on the day, whoever listens."""
    on = walk.date_of(day)
    lines = day_of_talk(walk.firm, on, threads=5)
    if day in PAIN_DAYS:
        lines += pain_on(walk.firm, on, PAIN_DAYS.index(day))
    if day > 15:
        for team, channel in zip(WILLING, (PAYMENTS, SEARCH), strict=True):
            lines += day_of_talk(walk.firm, on, threads=2, channel=channel, teams=[team])
    return lines


async def walked(walk: Walk, *, through: int = LAST) -> None:
    for day in range(1, through + 1):
        steps = {time.fromisoformat(at): step for at, step in STEPS.get(day, {}).items()}
        if walk.date_of(day).isoweekday() <= 5 and day >= 11:
            steps[time(16, 30)] = _cards_are_judged
        if walk.date_of(day).isoweekday() <= 5 and day >= 15:
            steps[time(15, 20)] = _answers_are_pressed
        await walk.live(day, steps, lines_of(walk, day))


def _maya(walk: Walk) -> Worker:
    return walk.firm.platform[0]


# Days 1 to 14: read back, rehearse, write, judge.


async def _first_look(walk: Walk) -> None:
    await walk.shoot(walk, "day-01", walk.lead("payments"), ASK)


async def _baseline(walk: Walk) -> None:
    await rehearse(walk)
    await walk.shown(_maya(walk), "health 90d", ROOM)
    await walk.shoot(walk, "day-03", _maya(walk), ROOM)


def _two_articles(first: int) -> Step:
    async def write(walk: Walk) -> None:
        today = walk.office.mentor.clock.now().date()
        await walk.write(handbook.articles(handbook.TEN_ARTICLES[first : first + 2], today))

    return write


async def _cards_are_judged(walk: Walk) -> None:
    """Whatever came since yesterday; most of it is right."""
    chance = Random(walk.office.sandbox.clock.now())
    for card in _cards(walk):
        word = "Right" if chance.random() < JUDGED_RIGHT else "Wrong"
        await walk.press(chance.choice(walk.firm.platform), card, word)


def _cards(walk: Walk) -> list[Message]:
    return [each for each in walk.office.person("maya").sees(ROOM) if "Right" in buttons_of(each)]


def buttons_of(message: Message) -> list[str]:
    """Labels; what else there is to press has none."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [each["text"]["text"] for row in rows for each in row if "text" in each]


async def _second_monday(walk: Walk) -> None:
    await walk.shoot(walk, "day-14", _maya(walk), ROOM)


# Days 15 to 25: two willing teams.


async def _two_teams_begin(walk: Walk) -> None:
    began = walk.date_of(15)
    await walk.write(
        {
            "people.yaml": handbook.people(walk.firm),
            "channels.yaml": handbook.channels(is_begun=True),
            **handbook.offers(walk.people.repository.address, began),
        }
    )
    for channel in (PAYMENTS, SEARCH):  # after that, so that it says at once what it keeps there
        walk.office.person("maya").invite_app(channel)
    await walk.office.quiet()


async def _lead_starts(walk: Walk) -> None:
    await walk.shown(walk.lead("search"), "start", SEARCH)


async def _first_hint(walk: Walk) -> None:
    asker = walk.firm.of("payments")[1]
    walk.office.person(asker.name).say(PAYMENTS, LOGS)
    hint = await walk.office.whisper_to(asker.name, PAYMENTS)
    await walk.office.quiet()
    await walk.shoot(walk, "day-15", asker, PAYMENTS)
    await walk.press(asker, hint, "That solved it")


async def _nobody_answers(walk: Walk) -> None:
    walk.office.person(walk.firm.of("search")[2].name).say(SEARCH, ROLLBACK)


async def _answers_are_pressed(walk: Walk) -> None:
    """Who asked and was answered by the bot in one of the two channels says what it was worth, mostly."""
    chance = Random(walk.office.sandbox.clock.now())
    for channel in (PAYMENTS, SEARCH):
        messages = {each.ts: each for each in walk.office.person("maya").sees(channel)}
        for answer in [each for each in messages.values() if each.bot_id and "That solved it" in buttons_of(each)]:
            root = messages.get(answer.thread_ts or "")
            if root is not None and chance.random() < 0.6:
                word = "That solved it" if chance.random() < 0.7 else "Not quite"
                asker = walk.office.sandbox.workspace.person(root.user)
                await walk.office.person(asker.name).press(answer, word)
                await walk.office.quiet()


async def _somebody_is_invited(walk: Walk) -> None:
    drawn = await walk.shown(_maya(walk), "talk", ROOM)
    await walk.press(_maya(walk), drawn, "talks.invite")
    await walk.press(_maya(walk), walk.office.whispers("maya", ROOM)[-1], "talks.invite")


async def _one_says_yes(walk: Walk) -> None:
    for number, (who, message) in enumerate(_told(walk, "would like to hear how you build")):
        await walk.press(who, message, "No thanks" if number else "Yes, gladly")


def _told(walk: Walk, words: str) -> list[tuple[Worker, Message]]:
    """Who was told something with these words, and the newest message of it."""
    found = [(who, [each for each in walk.office.told(who.name) if words in each.text]) for who in walk.firm.workers]
    return [(who, messages[-1]) for who, messages in found if messages]


def _bucket(team: str, name: str, environment: str) -> Step:
    async def ask(walk: Walk) -> None:
        who = walk.lead(team)
        filling = {"bucket": name, "environment": environment, "team": team}
        form = await walk.people.form(who.name, "create-bucket", channel=f"{team}-help")
        request = await walk.people.sent(who.name, form, filling)
        for card in await walk.people.cards(request):
            await walk.press(walk.firm.platform[2], card, "Approve")
        await walk.people.merged(await walk.people.now(request))

    return ask


async def _a_gap_becomes_a_bet(walk: Walk) -> None:
    gaps = await walk.shown(_maya(walk), "gaps", ROOM)
    await walk.press(_maya(walk), gaps, "Draft a bet")
    await walk.merge()


async def _a_gap_becomes_an_article(walk: Walk) -> None:
    """From a thread that a colleague solved."""
    solved = next(
        each
        for each in reversed(walk.office.person("nadia").sees(ASK))
        if each.thread_ts and "white_check_mark" in each.reactions
    )
    nadia = walk.office.person("nadia")
    before = len(walk.office.whispers("nadia", ASK))
    await nadia.shortcut("curation.save", solved)
    draft = (await walk.office.until(lambda: walk.office.whispers("nadia", ASK)[before:]))[-1]
    await walk.press(walk.firm.platform[2], draft, "Open pull request")
    await walk.merge()


def _hard(which: int) -> Step:
    async def log(walk: Walk) -> None:
        team = WILLING[which % 2]
        who = walk.firm.of(team)[which + 1]
        await walk.shown(who, f"friction {HARD[which]}", f"{team}-help")

    return log


async def _thanks(walk: Walk) -> None:
    who, helper = walk.firm.of("payments")[1:3]
    await walk.shown(who, f"thanks <@{helper.id}> for the help with the rollout", PAYMENTS)


async def _digest_seen(walk: Walk) -> None:
    await walk.shoot(walk, "day-22", _maya(walk), ROOM, below="The week in our channels")


async def _notice(walk: Walk) -> None:
    text = handbook.notice(walk.date_of(22), walk.date_of(45))
    await walk.write({"notices/bucket-keys.md": text})


async def _somebody_is_left_out(walk: Walk) -> None:
    who = walk.firm.of("search")[3]
    shown = await walk.shown(who, "settings", SEARCH)
    await walk.press(who, shown, "Count me out")


async def _incident_begins(walk: Walk) -> None:
    tomas = walk.office.person("tomas")
    await tomas.command("/platform", "incident builds hang", ROOM)
    form = (await walk.office.until(tomas.views))[-1]
    await tomas.submit(form, INCIDENT)
    await walk.office.quiet()
    for who in (*walk.firm.of("payments")[:3], *walk.firm.of("search")[:2]):
        channel = f"{who.team}-help"
        walk.office.person(who.name).say(channel, "is it only me or does my build hang?")
        await walk.office.quiet()


async def _incident_ends(walk: Walk) -> None:
    post = next(each for each in reversed(walk.office.person("tomas").sees(ASK)) if "It is over" in buttons_of(each))
    await walk.press(walk.firm.platform[1], post, "It is over")


async def _surveys_are_answered(walk: Walk) -> None:
    """Of those who were asked two in three answer."""
    chance = Random(28)
    for who in walk.firm.workers:
        for message in walk.office.told(who.name):
            labels = [each for each in buttons_of(message) if each[:1] in "345"]
            if labels and "Never again" in buttons_of(message) and chance.random() < 2 / 3:
                await walk.office.person(who.name).press(message, chance.choice(labels))
    await walk.office.quiet()


async def _decision(walk: Walk) -> None:
    await rehearse(walk)
    await walk.shown(_maya(walk), "health 4w", ROOM)
    await walk.shoot(walk, "day-30", _maya(walk), ROOM)
    walk.office.person("maya").open_home()
    await walk.office.quiet()


STEPS: dict[int, dict[str, Step]] = {
    1: {"11:00": _first_look},
    3: {"09:50": _baseline},
    4: {"11:00": _two_articles(0)},
    7: {"11:00": _two_articles(2)},
    8: {"11:00": _two_articles(4)},
    9: {"11:00": _two_articles(6)},
    10: {"11:00": _two_articles(8), "16:00": rehearse},
    14: {"16:45": _second_monday},
    15: {"09:12": _two_teams_begin, "10:00": _lead_starts, "11:00": _first_hint, "11:30": _nobody_answers},
    16: {"10:30": _somebody_is_invited, "11:00": _bucket("payments", "exports", "dev"), "14:00": _one_says_yes},
    17: {"11:00": _a_gap_becomes_a_bet, "14:00": _bucket("search", "snapshots", "prod")},
    18: {"10:30": _hard(0), "11:30": _hard(1), "14:00": _thanks, "15:00": _a_gap_becomes_an_article},
    21: {"10:30": _hard(2), "16:00": _surveys_are_answered},
    22: {"09:30": _notice, "10:30": _digest_seen},
    23: {"10:00": _somebody_is_left_out, "15:00": _surveys_are_answered},
    24: {"10:00": _incident_begins, "10:40": _incident_ends},
    28: {"11:00": _bucket("payments", "reports", "dev")},
    30: {"11:00": _decision},
}
