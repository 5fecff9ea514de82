"""Names of files made of titles."""

import pytest

from bot.file_names import file_name


@pytest.mark.parametrize(
    ("title", "taken", "name"),
    [
        ("How do I clean the cache?", (), "how-do-i-clean-the-cache.md"),
        ("Wie räume ich auf?", (), "wie-raume-ich-auf.md"),
        ("../../etc/passwd", (), "etc-passwd.md"),
        ("小龍", (), "article.md"),
        ("Logs", ("logs.md", "logs-2.md"), "logs-3.md"),
    ],
)
def test_file_is_named_for_the_title_and_takes_no_others_place(title: str, taken: tuple[str, ...], name: str) -> None:
    assert file_name(title, taken=taken) == name
