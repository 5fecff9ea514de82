"""Shows a survey's question, its form and why it is asked; and reads what comes back of them.

What stands in a message says nothing of what was answered: it is the same whatever was pressed.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.blockkit import BUTTON_TEXT_MAX, Shown, actions, button, clip, context, escape, option, section, select
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from bot.surveys.talk_blocks import Given, talk_offer
from knowledge.surveys import After, Question, Scale, Survey

SCORE, FORM = "surveys.score.", "surveys.form"
COMMENT, WHY, NEVER = "surveys.comment", "surveys.why", "surveys.never"
PAUSE, RESUME = "surveys.pause", "surveys.resume"
FIELD = "surveys.field."  # before a question's name: a block of the form
WORDS = "surveys.words"  # the block of the comment
WORDS_MOST = 1_000  # characters of a comment
HINT = "Names and ids are taken out, as far as they are recognised. Write nothing that tells who you are."
COMMENT_ALONE, SAY_MORE = "Add a comment", "Say more"  # the button and its form, by what stands in it
NOTHING_GIVEN: Mapping[str, Any] = {}

PULSE = MessageKind(
    "pulse question",
    Purpose.UNASKED,
    "people drawn at random from whom the survey is for, as a DM in their working hours",
    "a survey in the handbook's `surveys/` is due, or something happened that it follows",
    "once a wave; not again within the survey's cooldown, over all that is unasked",
    "*Never again* in the message; `settings` to pause, stop or resume",
)
REMINDED = MessageKind(
    "pulse reminder",
    Purpose.UNASKED,
    "who was asked and has not answered, in the thread of the question",
    "the survey has `remind_after`, and it is in the person's working hours",
    "once a question, within seven days of it; it costs nothing of the budget of its own",
    "answer, or *Never again*",
)
TAKEN = MessageKind(
    "pulse answer taken",
    Purpose.ASKED,
    "the person alone",
    "an answer was changed, could not be taken, or surveys were stopped or resumed",
    "once a press",
    "it only answers what you do",
)
KINDS = (PULSE, REMINDED, TAKEN)

ENDS = {  # what the two ends of a scale mean
    Scale.CSAT: ("Very dissatisfied", "Very satisfied"),
    Scale.CES: ("Strongly disagree", "Strongly agree"),
    Scale.NPS: ("Not at all likely", "Extremely likely"),
}
NUMBERS = {Scale.CSAT: range(1, 6), Scale.CES: range(1, 6), Scale.NPS: range(11)}


def options(question: Question) -> Sequence[tuple[str, int | str]]:
    """What can be answered: what it says, and what is kept of it. Empty for words."""
    if question.scale is Scale.CHOICE:
        return [(each, each) for each in question.choices]
    numbers = NUMBERS.get(question.scale, range(0))
    low, high = ENDS.get(question.scale, ("", ""))
    words = {numbers[0]: low, numbers[-1]: high} if numbers else {}
    return [(f"{number} {words[number]}" if number in words else str(number), number) for number in numbers]


# The message.


def pulse(survey: Survey, wave_id: str, *, until: str, is_answered: bool = False) -> Shown:
    """`until` is the day the wave ends, in words."""
    question = survey.questions[0]
    more = [
        button(more_label(survey), action_id=COMMENT, value=wave_id),
        button("Why do we ask?", action_id=WHY, value=wave_id),
        button("Never again", action_id=NEVER, value=wave_id),
    ]
    blocks = [
        section(f"*{escape(question.text)}*"),
        _scores(question, wave_id),
        *([section(thanks(until)), *talk_offer(survey, wave_id)] if is_answered else []),
        context(f"{escape(survey.title)}{'' if survey.title.endswith(('?', '!', '.')) else '.'} {promise(until)}"),
        actions("surveys.more", more),
    ]
    return Shown(escape(question.text), tuple(blocks))


def reminder(survey: Survey, wave_id: str, *, until: str, is_answered: bool = False) -> Shown:
    question = survey.questions[0]
    text = f"One reminder, and no other: {escape(question.text)}"
    never = [button("Never again", action_id=NEVER, value=wave_id)]
    blocks = [
        section(text),
        _scores(question, wave_id),
        *([section(thanks(until))] if is_answered else []),
        context(promise(until)),
        actions("surveys.more", never),
    ]
    return Shown(text, tuple(blocks))


def thanks(until: str) -> str:
    return f"*Thank you, your answer is saved.* You can change it until {until}: the newest counts."


def more_label(survey: Survey) -> str:
    """What the form holds: further questions, or a comment alone."""
    return SAY_MORE if len(survey.questions) > 1 else COMMENT_ALONE


def promise(until: str) -> str:
    return f"Confidential until {until}, then anonymous."


def _scores(question: Question, wave_id: str) -> Json:
    """A button's value is the wave alone: keys are made of values, and what was answered stands in none."""
    buttons = [
        button(label, action_id=f"{SCORE}{number}", value=wave_id)
        for number, (label, _) in enumerate(options(question))
    ]
    return actions("surveys.scores", buttons)


def read_score(action_id: str) -> int:
    """Which of the options was pressed. Raises PayloadMalformed for an id that is none of ours."""
    number = action_id.removeprefix(SCORE)
    if not action_id.startswith(SCORE) or not number.isdecimal() or len(number) > 2:
        raise PayloadMalformed(f"no button of ours: {action_id[:20]}")
    return int(number)


def will_not_ask(survey: Survey) -> Shown:
    """In place of the question and its reminder, after *Never again*: the same whether it was answered or not."""
    text = "You are not asked any more, by this survey or any other. If you answered, that counts as it stands."
    return said(f"{escape(survey.questions[0].text)}\n{text}")


# The form.


def form(
    survey: Survey, wave_id: str, *, until: str, given: Mapping[str, Any] = NOTHING_GIVEN, words: str = ""
) -> Json:
    """Further questions, and a comment where none of them is typed; `given` and `words` are what was said before."""
    fields = [_field(each, given.get(each.name)) for each in survey.questions[1:]]
    if not any(each.scale is Scale.TEXT for each in survey.questions):
        fields.append(_input(WORDS, "Comment", _words_box(words), hint=HINT))
    blocks = [section(f"*{escape(survey.title)}*\n{promise(until)}"), *fields]
    return _modal(more_label(survey), blocks, submit="Send", callback_id=FORM, subject=wave_id)


def _field(question: Question, given: object) -> Json:
    label = clip(question.text, 2_000)
    offered = [option(label, str(number)) for number, (label, _) in enumerate(options(question))]
    if not offered:
        return _input(f"{FIELD}{question.name}", label, _words_box(str(given or "")), hint=HINT)
    values = [value for _, value in options(question)]
    chosen = offered[values.index(given)] if isinstance(given, int | str) and given in values else None
    return _input(f"{FIELD}{question.name}", label, select("Choose", offered, action_id="choice", chosen=chosen))


def too_long(values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with what was typed, in words for the person, by its block; empty when all of it can be kept."""
    lengths = {block_id: len(words.strip()) for block_id, words in values.items()}
    fix = f"Please write at most {WORDS_MOST:,} characters"
    return {
        block_id: f"{fix}; these are {length:,}. Nothing was saved yet."
        for block_id, length in lengths.items()
        if length > WORDS_MOST and (block_id == WORDS or block_id.startswith(FIELD))
    }


def read_form(survey: Survey, values: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """What was chosen or written, by question, None for what was left empty; and the comment."""
    given: dict[str, Any] = {}
    for question in survey.questions[1:]:
        said = values.get(f"{FIELD}{question.name}", "").strip()
        offered = options(question)
        if not offered:
            given[question.name] = said[:WORDS_MOST] or None
        else:
            is_one = said.isdecimal() and len(said) <= 2 and int(said) < len(offered)
            given[question.name] = offered[int(said)][1] if is_one else None
    return given, values.get(WORDS, "").strip()[:WORDS_MOST]


def given_in_words(survey: Survey, scores: Mapping[str, Any], comment: str) -> Given:
    """The score that was given first, and all words: what somebody may send along who wants to talk."""
    numbers = ((scores.get(each.name), NUMBERS.get(each.scale)) for each in survey.questions)
    score = next((f"{number} of {scale[-1]}" for number, scale in numbers if scale and number is not None), "")
    typed = [str(scores[each.name]) for each in survey.questions if each.scale is Scale.TEXT and each.name in scores]
    return Given(score, "\n".join(each for each in (*typed, comment) if each))


# Why.


def why(survey: Survey, *, until: str) -> Json:
    most = f"Results are shown for groups of at least {survey.threshold} answers, comments likewise"
    blocks = [
        section(f"*{escape(survey.title)}*\n{escape(survey.why)}"),
        section(f"*Who asks:* {escape(survey.owner)}. {_drawn(survey)} Nobody chose you."),
        section(
            f"*Until {until} your answer is confidential.* It is kept under a code made from your account and a secret "
            "key of this survey. That lets you change it. Only somebody who can read my database could find it."
        ),
        section(
            "*After that it is anonymous.* The key and the answers are destroyed. Figures that may be shown stay, and "
            f"comments apart from them. {most}. Of fewer nothing is kept. What stays of you is that you were asked, "
            f"whether you answered, and what at least {survey.threshold} who answered have in common, such as a team."
        ),
        context(
            "What nobody can prevent: when all but one of a group tell each other what they said, they learn what the "
            "last one said."
        ),
    ]
    return _modal("Why do we ask?", blocks)


def _drawn(survey: Survey) -> str:
    if isinstance(survey.schedule, After):
        return f"It is asked after {100 * survey.schedule.share:.3g} % of such events, drawn at random."
    if survey.share < 1:
        return "You were drawn at random from the people it is for."
    return f"Everybody it is for is asked; if they are more than {survey.people:,}, that many are drawn at random."


# What is said to the person alone.


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def changed(until: str) -> Shown:
    return said(f"Saved; the newest answer counts. You can change it until {until}.")


def over(until: str) -> Shown:
    return said(f"This survey ended on {until}. Answers are anonymous now, so nothing can be added or changed.")


NOT_YOURS = said("This question was sent to somebody else, and only they can answer it. Nothing was saved.")
UNKNOWN = said("This survey is not known here any more. Nothing was saved.")
NOT_OFFERED = said("That is not one of the answers to this question. Nothing was saved.")
EMPTY = said("The form was empty, so nothing was saved.")
NOT_OPENED = said("Slack did not open the form. Please press again.")
STOPPED = said(
    "Done. No survey asks you again, and I do not tell you what came of them. If you change your mind: *settings*, "
    "then *Ask me again*."
)
RESUMED = said("Done. You may be asked again, at most as often as before.")


def paused(until: str) -> Shown:
    return said(f"Done. No survey asks you anything until {until}.")


def in_words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _input(block_id: str, label: str, element: Json, *, hint: str = "") -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": {"type": "plain_text", "text": label},
        "element": element,
        **({"hint": {"type": "plain_text", "text": hint}} if hint else {}),
    }


def _words_box(words: str) -> Json:
    box = {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": WORDS_MOST}
    return {**box, **({"initial_value": words} if words else {})}


def _modal(title: str, blocks: Sequence[Json], *, submit: str = "", callback_id: str = WHY, subject: str = "") -> Json:
    words = {"title": title, "close": "Cancel" if submit else "Close", **({"submit": submit} if submit else {})}
    shown = {name: {"type": "plain_text", "text": clip(text, BUTTON_TEXT_MAX)} for name, text in words.items()}
    return {"type": "modal", "callback_id": callback_id, "private_metadata": subject, **shown, "blocks": list(blocks)}
