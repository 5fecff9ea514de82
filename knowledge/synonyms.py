"""`synonyms.yaml`: words and short phrases that mean the same where the handbook is read.

Its shape and how it is read. What a question finds by them is `knowledge.thesaurus`'s.
"""

from typing import TypeAlias

from knowledge.schema import Value, clip
from knowledge.text import words

FILE = "synonyms.yaml"
LEAST, MOST = 2, 20  # of a group; what means the same in more ways than that hardly does
WORDS_MOST = 6  # of a phrase; a longer one is never asked in the same words

Synonyms: TypeAlias = tuple[tuple[str, ...], ...]  # groups; a word may stand in several
NO_SYNONYMS: Synonyms = ()


def read_synonyms(root: Value) -> Synonyms:
    """The file's content; what is wrong is noted at `root`, and then the result is not to be used."""
    return tuple(_read_group(group) for group in root.items())


def _read_group(value: Value) -> tuple[str, ...]:
    items = value.items()
    if items and not LEAST <= len(items) <= MOST:
        what = f"a group of {len(items)}, from {LEAST} to {MOST} are expected"
        value.wrong(what, "write what means the same in one list, such as [vm, virtual machine]")
    read: dict[tuple[str, ...], str] = {}
    for item in items:
        phrase = item.name()
        if phrase is None:
            continue
        spoken = tuple(words(phrase))
        if spoken in read:
            item.wrong(f'"{clip(phrase)}" stands in this group twice', "take one of them out")
        elif not 1 <= len(spoken) <= WORDS_MOST:
            many = f"has more than {WORDS_MOST} words" if spoken else "holds no word that is looked for"
            item.wrong(f'"{clip(phrase)}" {many}', "write it as people say it in a question, in a word or two")
        read.setdefault(spoken, phrase)
    return tuple(read.values())
