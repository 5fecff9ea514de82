"""Messages and a form with every block and element that Slack has a place for there, as apps would send them."""

from sandbox.model import Json


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def options(*texts: str) -> list[Json]:
    return [{"text": words(text), "value": text.lower()} for text in texts]


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def text(value: str, **style: bool) -> Json:
    return {"type": "text", "text": value} | ({"style": style} if style else {})


def series(name: str, *values: float) -> Json:
    return {"name": name, "data": [{"label": f"W{45 + at}", "value": value} for at, value in enumerate(values)]}


def chart(kind: str, title: str) -> Json:
    axes = {"categories": ["W45", "W46", "W47"], "x_label": "week", "y_label": "questions"}
    both = [series("colleagues", 12, 18, 9), series("platform team", 7, 4, 6)]
    return {"type": "data_visualization", "title": title, "chart": {"type": kind, "series": both, "axis_config": axes}}


PIE: Json = {
    "type": "data_visualization",
    "title": "Who answered",
    "chart": {"type": "pie", "segments": [{"label": "colleagues", "value": 21}, {"label": "nobody", "value": 3}]},
}
LIST: Json = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_list", "style": "ordered", "elements": [rich(text("first"))["elements"][0]]},
        {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [rich(text("inner"))["elements"][0]]},
        {"type": "rich_text_quote", "elements": [text("quoted")]},
        {"type": "rich_text_preformatted", "elements": [text("kubectl get pods")]},
    ],
}
DATA_TABLE: Json = {
    "type": "data_table",
    "caption": "Median time to an answer",
    "row_header_column_index": 0,
    "rows": [
        [{"type": "raw_text", "text": "Channel"}, {"type": "raw_text", "text": "Minutes"}],
        [{"type": "raw_text", "text": "#help"}, {"type": "raw_number", "value": 12.5}],
    ],
}
TABLE: Json = {
    "type": "table",
    "column_settings": [{"align": "left"}, {"align": "right", "is_wrapped": True}],
    "rows": [[{"type": "raw_text", "text": "vCPU"}, {"type": "raw_text", "text": "64"}]],
}
TASK: Json = {
    "type": "task_card",
    "task_id": "t1",
    "title": "Read the handbook",
    "status": "complete",
    "output": rich(text("two pages fit")),
    "sources": [{"type": "url_source", "url": "https://example.com/logs", "text": "Logs"}],
}
PLAN: Json = {
    "type": "plan",
    "title": "What I do",
    "tasks": [
        {"type": "task_card", "task_id": "t2", "title": "Open a branch", "status": "in_progress"},
        {"type": "task_card", "task_id": "t3", "title": "Ask for approval", "status": "pending"},
        {"type": "task_card", "task_id": "t4", "title": "Merge", "status": "error"},
    ],
}
FEEDBACK: Json = {
    "type": "context_actions",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "rate",
            "positive_button": {"text": words("Good"), "value": "good", "accessibility_label": "A good answer"},
            "negative_button": {"text": words("Bad"), "value": "bad", "accessibility_label": "A bad answer"},
        },
        {"type": "icon_button", "action_id": "away", "icon": "trash", "text": words("Take it away")},
    ],
}
CARD: Json = {
    "type": "card",
    "title": mrkdwn("Object storage"),
    "subtitle": mrkdwn("optional"),
    "body": mrkdwn("A *private* bucket"),
    "actions": [{"type": "button", "action_id": "card", "text": words("Ask for one")}],
}
CONTAINER: Json = {
    "type": "container",
    "title": words("The details"),
    "is_collapsible": True,
    "child_blocks": [{"type": "section", "text": mrkdwn("inside")}],
}

CHARTS: list[list[Json]] = [  # Slack takes two in a message
    [chart("bar", "Questions by week"), PIE],
    [chart("line", "Questions as lines"), chart("area", "Questions as areas")],
]
MESSAGE: list[Json] = [
    {"type": "header", "text": words("The week :tada:")},
    {"type": "section", "text": mrkdwn("*Bold*, _italic_, ~gone~, `code`, <https://example.com|a link>, <!here>")},
    {"type": "section", "fields": [mrkdwn("*Asked*\n37"), mrkdwn("*Open*\n3")]},
    {
        "type": "section",
        "text": mrkdwn("What kind was it?"),
        "accessory": {
            "type": "static_select",
            "action_id": "kind",
            "placeholder": words("Kind"),
            "options": options("Bug"),
        },
    },
    {"type": "divider"},
    rich(text("Rich", bold=True), text(" and "), text("struck", strike=True), {"type": "emoji", "name": "eyes"}),
    LIST,
    {
        "type": "markdown",
        "text": "## Steps\n1. **Open** it\n2. Look\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nmake test\n```",
    },
    DATA_TABLE,
    TABLE,
    TASK,
    PLAN,
    CARD,
    {"type": "carousel", "elements": [CARD, CARD]},
    CONTAINER,
    {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A plan of the platform"},
    {"type": "context", "elements": [mrkdwn("From *Logs* · reviewed yesterday")]},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "yes", "text": words("Approve"), "style": "primary"},
            {"type": "button", "action_id": "no", "text": words("Decline"), "style": "danger"},
            {"type": "button", "action_id": "see", "text": words("See it"), "url": "https://example.com/pull/1"},
            {"type": "overflow", "action_id": "more", "options": options("Mute", "Hide")},
            {"type": "datepicker", "action_id": "day", "placeholder": words("A day")},
            {"type": "workflow_button", "text": words("Start"), "workflow": {"trigger": {}}},
        ],
    },
    FEEDBACK,
    {"type": "call", "call_id": "R0CALL"},
]


def _input(label: str, element: Json, **more: object) -> Json:
    return {"type": "input", "block_id": label, "label": words(label), "element": {"action_id": "it"} | element} | more


FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": words("Every field"),
    "submit": words("Send"),
    "blocks": [
        {"type": "alert", "level": "warning", "text": mrkdwn("Production: this is *live*.")},
        _input("Name", {"type": "plain_text_input", "placeholder": words("logs")}, hint=words("Lower case")),
        _input("Why", {"type": "plain_text_input", "multiline": True}, optional=True),
        _input("Link", {"type": "url_text_input"}, optional=True),
        _input("Mail", {"type": "email_text_input"}, optional=True),
        _input("Count", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}, optional=True),
        _input("Day", {"type": "datepicker", "initial_date": "2027-01-01"}),
        _input("Hour", {"type": "timepicker", "initial_time": "09:30"}),
        _input("Moment", {"type": "datetimepicker", "initial_date_time": 1798794000}),
        _input("Kind", {"type": "static_select", "options": options("Bug", "Wish")}, optional=True),
        _input("Tags", {"type": "multi_static_select", "options": options("Slow", "Unclear"), "max_selected_items": 1}),
        _input("Owner", {"type": "users_select"}, optional=True),
        _input("Reviewers", {"type": "multi_users_select"}, optional=True),
        _input("Channel", {"type": "channels_select"}, optional=True),
        _input("Places", {"type": "multi_conversations_select"}, optional=True),
        _input("Keep for", {"type": "radio_buttons", "options": options("30 days", "A year")}, optional=True),
        _input("Options", {"type": "checkboxes", "options": options("Versioning", "Backups")}, optional=True),
        _input("Notes", {"type": "rich_text_input"}, optional=True),
        _input("Found by the app", {"type": "external_select"}, optional=True),
    ],
}
