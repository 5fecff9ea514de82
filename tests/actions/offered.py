"""Entries of a catalogue for tests of forms and lists: small ones by name, and any that the schema allows."""

from hypothesis import strategies as st

from bot.actions.lists import Lists
from knowledge.actions import Action, Approval, ChoicesFrom, GitBackend, Input, InputType, Mode, Who

GIT = GitBackend("live", ())
CLUSTERS = ChoicesFrom("live", "clusters.yaml")
TEAMS = ("payments", "checkout", "search")

BUCKET = Action(
    "create-bucket",
    "Create a storage bucket",
    "A private, versioned, encrypted bucket for one team.",
    Mode.PROPOSAL,
    Who(all_teams=True),
    GIT,
    inputs=(
        Input("bucket", InputType.TEXT, "Bucket name", hint="Lower case", pattern="[a-z-]+", longest=40),
        Input("environment", InputType.CHOICE, "Environment", choices=("dev", "staging", "prod")),
        Input("team", InputType.TEAM, "Team"),
    ),
    approval=Approval("platform-approvers", when={"environment": ("prod",)}, may_be_urgent=True),
    questions=("I need a bucket", "where can I keep files"),
    capability="object-storage",
)
DATABASE = Action(
    "grow-database",
    "Grow a database",
    "More disk for a database.",
    Mode.PROPOSAL,
    Who(all_teams=True),
    GIT,
    questions=("my database is full",),
    capability="databases",
)
RESTART = Action(
    "restart-runner",
    "Restart a CI runner",
    "Restarts a runner that hangs.",
    Mode.DIRECT,
    Who(groups=("duty",)),
    GIT,
    capability="ci",
)

printable = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=120)
names = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)


def choices(most: int = 130) -> st.SearchStrategy[tuple[str, ...]]:
    text = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=90).filter(str.strip)
    return st.lists(text, min_size=1, max_size=most, unique=True).map(tuple)


@st.composite
def inputs(draw: st.DrawFn, name: str) -> Input:
    kind = draw(st.sampled_from(InputType))
    bounds = sorted(draw(st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=2)))
    listed = draw(choices()) if kind is InputType.CHOICE else ()
    is_dynamic = kind is InputType.CHOICE and draw(st.booleans())
    return Input(
        name,
        kind,
        draw(printable),
        hint=draw(printable),
        is_required=draw(st.booleans()),
        default=draw(st.one_of(st.just(""), printable, st.sampled_from(listed or ("yes", "no", "7", "2026-12-24")))),
        longest=draw(st.integers(1, 3_000)),
        least=draw(st.one_of(st.none(), st.just(bounds[0] / 4))),
        most=draw(st.one_of(st.none(), st.just(bounds[1] / 4))),
        is_whole=draw(st.booleans()),
        choices=() if is_dynamic else listed,
        choices_from=CLUSTERS if is_dynamic else None,
    )


@st.composite
def actions(draw: st.DrawFn) -> Action:
    """Any entry, of up to twenty inputs."""
    given = draw(st.lists(names, max_size=20, unique=True))
    approval = st.builds(Approval, printable, st.integers(1, 3), may_be_urgent=st.booleans())
    return Action(
        draw(names),
        draw(printable),
        draw(printable),
        draw(st.sampled_from(Mode)),
        Who(),
        GIT,
        inputs=tuple(draw(inputs(name)) for name in given),
        approval=draw(st.one_of(st.none(), approval)),
    )


@st.composite
def asked_for(draw: st.DrawFn) -> tuple[Action, Lists]:
    """Any entry, with something to choose from wherever it has to be chosen."""
    action = draw(actions())
    dynamic = {each.name: draw(choices()) for each in action.inputs if each.choices_from}
    teams = draw(choices())
    return action, Lists(dynamic, teams, draw(st.lists(st.sampled_from(teams), min_size=1)))


def catalogue(count: int) -> list[Action]:
    """So many actions, each with its own name."""
    return [
        Action(
            f"act-{number}",
            f"Act number {number}",
            "What it does, in a sentence & a half.",
            Mode.PROPOSAL,
            Who(),
            GIT,
        )
        for number in range(count)
    ]
