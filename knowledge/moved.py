"""Pages that have a newer one: stubs that only say where they moved, and superseded ones that still stand. Pure."""

from collections.abc import Mapping, Sequence, Set

from knowledge.article import Article


def targets_of(articles: Sequence[Article]) -> dict[str, str]:
    """Stub id -> id of the article it leads to, over any number of moves; stubs that lead nowhere here are left out."""
    if not any(article.moved_to for article in articles):
        return {}
    by_id = {article.id: article for article in articles}
    by_place = {place: article.id for article in articles for place in (article.id, article.url, _place(article.id))}
    targets = {}
    for stub in articles:
        here, passed = stub, {stub.id}
        while here.moved_to and (target := by_place.get(here.moved_to) or by_place.get(_place(here.moved_to))):
            if target in passed:
                break
            passed.add(target)
            here = by_id[target]
        if here is not stub and not here.moved_to:
            targets[stub.id] = here.id
    return targets


def _place(address: str) -> str:
    """A page's path without its leading slash and suffixes, so that `/a/b.html#c` and `a/b.html.md.erb` meet."""
    path = address.split("#")[0].strip("/")
    folder, _, file = path.rpartition("/")
    return f"{folder}/{file.split('.')[0]}"


def names_of(
    articles: Sequence[Article], stubs: Sequence[Article], targets: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """Every name an article goes by: title, questions, and the titles of the stubs that lead to it."""
    former: dict[str, list[str]] = {}
    for stub in stubs:
        former.setdefault(targets[stub.id], []).append(stub.title)
    return [(article.title, *article.questions, *former.get(article.id, ())) for article in articles]


def successors_of(articles: Sequence[Article]) -> dict[str, tuple[str, ...]]:
    """Superseded article's id -> ids of those that replaced it, the next first; only those given count.

    Articles that supersede each other have none.
    """
    following = {article.id: article.superseded_by for article in articles if article.superseded_by}
    if not following:
        return {}
    present = {article.id for article in articles}
    chains = {old: _chain(old, following, present) for old in following}
    return {old: chain for old, chain in chains.items() if chain and old not in chain}


def _chain(old: str, following: Mapping[str, str], present: Set[str]) -> tuple[str, ...]:
    chain: list[str] = []
    while (old := following.get(old, "")) in present and old not in chain:
        chain.append(old)
    return tuple(chain)
