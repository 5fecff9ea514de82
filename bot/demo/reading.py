"""What stands in the sandbox as a person reads it: blocks as lines, mentions by name, forms by their fields."""

import re
from collections.abc import Mapping
from html import unescape

from sandbox import Message, View, Workspace


def words(message: Message) -> str:
    """All text of a message's blocks, one block a line, its buttons on one."""
    lines = []
    for block in message.blocks or [{"text": {"text": message.text}}]:
        if "text" in block:
            lines.append(block["text"]["text"] if isinstance(block["text"], dict) else block["text"])
        lines += [" | ".join(cell["text"] for cell in row) for row in block.get("rows", [])]
        texts = [element["text"] for element in block.get("elements", []) if "text" in element]
        lines += [text for text in texts if isinstance(text, str)]
        lines.append("  ".join(f"[ {text['text']} ]" for text in texts if isinstance(text, dict)))
    return "\n".join(line for line in lines if line.strip())


def plain(text: str, workspace: Workspace) -> str:
    """As a person reads it: mentions by name, links by their label."""
    handles = {each.id: each.handle for each in workspace.usergroups.values()}
    names = {each.id: each.name for each in workspace.people.values()}
    text = re.sub(r"<!subteam\^(\w+)(?:\|[^<>]*)?>", lambda found: f"@{handles.get(found[1], found[1])}", text)
    text = re.sub(r"<@(\w+)(?:\|[^<>]*)?>", lambda found: f"@{names.get(found[1], 'Mentor')}", text)
    return unescape(re.sub(r"<[^|<>]+\|([^<>]+)>", r"\1", text))


def form_in_words(form: View, workspace: Workspace) -> str:
    """Its title, what it says beforehand, and its fields with what can be chosen."""
    lines = [f"The form “{form.payload['title']['text']}”:"]
    for block in form.payload["blocks"]:
        if block["type"] == "context":
            lines.append(plain(block["elements"][0]["text"], workspace))
        if block["type"] == "input":
            options = ", ".join(each["text"]["text"] for each in block["element"].get("options", []))
            lines.append(f"[ {block['label']['text']}{': ' * bool(options)}{options} ]")
    return "\n".join(lines)


def points_of(form: View) -> Mapping[tuple[str, str], str]:
    """The texts a form asks for and cannot do without: label by block and action."""
    found = {}
    for block in form.payload["blocks"]:
        if block["type"] == "input" and not block.get("optional") and "text_input" in block["element"]["type"]:
            found[(block["block_id"], block["element"]["action_id"])] = block["label"]["text"]
    return found
