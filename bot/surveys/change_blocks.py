"""Shows what came of what people said: the one message to those who were asked, and what the team is told."""

from bot.blockkit import Shown, actions, button, clip, context, escape, link, section
from bot.change_form import TITLE_MOST, Ids
from bot.model import MessageKind, Purpose

IDS = Ids(
    form="results.change",
    link="results.link",
    live="results.live",
    drop="results.drop",
    told="When it is live, those who were asked get one message, and the digest lists it once.",
)
NEVER = "surveys.never"  # who hears it is the surveys' listener: no surveys, and no news of them

SHIPPED = MessageKind(
    "you said, we did",
    Purpose.UNASKED,
    "people who were asked in the survey, whether they answered or not, as a DM in their own hours",
    "a change is live that answers what several people wrote in a survey",
    "once a theme and person, within the unasked budget",
    "press *Never again* in it: no more surveys, nor news of them",
)
LINKED = MessageKind(
    "theme of a survey",
    Purpose.ASKED,
    "the person of the platform team who pressed, only visible to them; as a DM when that fails",
    "a change was linked to a theme, or a theme was said to be live or not followed up",
    "once a press",
    "it only answers what you do",
)
KINDS = (SHIPPED, LINKED)


def shipped(title: str, url: str, *, survey: str, wave_id: str) -> Shown:
    """To somebody who was asked. It does not say whether they answered: nobody looks."""
    what = link(url, url)
    text = (
        f"*You said, we did.* In the survey *{escape(clip(survey, TITLE_MOST))}* several people wrote about "
        f"*{escape(clip(title, TITLE_MOST))}*. Now there is: {what}"
    )
    why = (
        "All who were asked get this once, whether they answered or not. "
        "*Never again* ends all surveys and news of them."
    )
    never = [button("Never again", action_id=NEVER, value=wave_id)]
    return Shown(text, (section(text), context(why), actions("results.shipped", never)))
