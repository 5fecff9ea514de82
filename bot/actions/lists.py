"""What there is to choose from in an action's form, also where a file says it, and what is shown as a menu. Pure."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge import strict_yaml
from knowledge.actions import Action, ChoicesFrom, Input, InputType
from knowledge.strict_yaml import Node, Scalar

OPTIONS_MAX, OPTION_MAX = 100, 75  # options of a menu, and characters of one: Slack's
MENUS_MAX = 200_000  # bytes of all options; Slack takes views of 250 KB
OPTION_BYTES = 80  # of an option, besides its words
YES_NO = ("yes", "no")
NO_TEAM = (
    "You are in no team of the handbook, and this is done for one's own team. The platform team adds people to teams."
)
READ_MOST, READ_LONGEST = 10_000, 200  # choices that a file may hold, and characters of one


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
                return NO_TEAM
            if is_chosen and not self.of(each):
                return f"There is nothing to choose from for “{each.label or each.name}”."
        return ""


def choices_in(text: str | None, source: ChoicesFrom) -> tuple[str, ...] | str:
    """The keys of the mapping, or the items of the list, that stands there; or what is wrong with it."""
    if text is None:
        return "is not there"
    document = strict_yaml.read(text, file=source.file)
    if document.root is None or document.problems:
        first = next(iter(document.problems), None)
        return f"cannot be read (line {first.line}: {first.what})" if first else "is empty"
    node = _below(document.root, source.at)
    if node is None:
        return f"has nothing at {'.'.join(source.at)}"
    found = _listed(node)
    if not found:
        return f"holds no list of names{' at ' + '.'.join(source.at) if source.at else ''}"
    if len(found) > READ_MOST:
        return f"holds {len(found):,} choices, more than {READ_MOST:,}"
    return found


def _below(root: Node, at: Sequence[str]) -> Node | None:
    node: Node | None = root
    for key in at:
        entries = node.entries if isinstance(node, strict_yaml.Mapping) else ()
        node = next((entry.value for entry in entries if entry.key == key), None)
    return node


def _listed(node: Node) -> tuple[str, ...]:
    """Each once; () where one is no name: a form must not offer some of a list and hide that."""
    if isinstance(node, strict_yaml.Mapping):
        names = [entry.key for entry in node.entries]
    elif isinstance(node, strict_yaml.Sequence) and all(isinstance(item, Scalar) for item in node.items):
        names = [item.text for item in node.items if isinstance(item, Scalar)]
    else:
        return ()
    is_whole = all(name.strip() and name.isprintable() and len(name) <= READ_LONGEST for name in names)
    return tuple(dict.fromkeys(names)) if is_whole else ()
