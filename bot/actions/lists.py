"""What there is to choose from in an action's form, and what of it is shown as a menu. Pure."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.actions import Action, Input, InputType

OPTIONS_MAX, OPTION_MAX = 100, 75  # options of a menu, and characters of one: Slack's
MENUS_MAX = 200_000  # bytes of all options; Slack takes views of 250 KB
OPTION_BYTES = 80  # of an option, besides its words
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Lists:
    """Where the entry does not say it: `choices` by the input's name, and the teams."""

    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    teams: Sequence[str] = ()
    own_teams: Collection[str] = ()

    def of(self, asked: Input) -> tuple[str, ...]:
        """In the order shown, one's own teams first; () for what is not chosen from a list."""
        match asked.type:
            case InputType.TEAM:
                teams = [team for team in self.teams if asked.is_any_team or team in self.own_teams]
                return tuple(sorted(teams, key=lambda team: team not in self.own_teams))
            case InputType.CHOICE:
                return tuple(self.choices.get(asked.name, ()) if asked.choices_from else asked.choices)
            case InputType.YES_NO:
                return YES_NO
            case _:
                return ()

    def menus(self, action: Action) -> frozenset[str]:
        """The inputs chosen from a menu. A longer list than Slack shows is typed, as is one for which the menus before
        it left no room.
        """
        names: set[str] = set()
        room = MENUS_MAX
        for each in action.inputs:
            listed = self.of(each)
            size = sum(OPTION_BYTES + len(json.dumps(text[:OPTION_MAX])) for text in listed)
            if listed and len(listed) <= OPTIONS_MAX and size <= room:
                names.add(each.name)
                room -= size
        return frozenset(names)

    def why_not(self, action: Action) -> str:
        """Why there can be no form: an input with nothing to choose from; "" when there can."""
        for each in action.inputs:
            is_chosen = each.type in (InputType.TEAM, InputType.CHOICE)
            if is_chosen and not self.of(each) and each.type is InputType.TEAM and not each.is_any_team:
                return "You are in no team of the handbook, and this is done for one's own team."
            if is_chosen and not self.of(each):
                return f"There is nothing to choose from for “{each.label or each.name}”."
        return ""
