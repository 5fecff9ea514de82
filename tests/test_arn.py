"""ARNs are read letter by letter; an operator's list covers what it names and nothing that looks like it."""

import pytest

from bot.arn import Allowed, Arn, is_allowed, read_allowed, read_arn

ACCOUNT = "123456789012"
MACHINE = f"arn:aws:states:eu-central-1:{ACCOUNT}:stateMachine:mentor-restart"
FUNCTION = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:restart"
TABLE = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/mentor-runs"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/mentor-runner"
LIST = (
    f"arn:aws:states:eu-central-1:{ACCOUNT}:stateMachine:mentor-*",
    FUNCTION,
    f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:deploy:*",
    f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:mentor-*",
    f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/mentor-*",
    ROLE,
)

# Nothing here may be called with the list above.
HOSTILE = {
    # another place
    "other account": MACHINE.replace(ACCOUNT, "123456789013"),
    "account of zeros": MACHINE.replace(ACCOUNT, "000000000000"),
    "account swapped": MACHINE.replace(ACCOUNT, "210987654321"),
    "other region": MACHINE.replace("eu-central-1", "eu-central-2"),
    "region of iso": MACHINE.replace("eu-central-1", "us-iso-east-1"),
    "region in capitals": MACHINE.replace("eu-central-1", "EU-CENTRAL-1"),
    "no region": MACHINE.replace("eu-central-1", ""),
    "role with a region": ROLE.replace("iam::", "iam:eu-central-1:"),
    "other partition": MACHINE.replace("arn:aws:", "arn:aws-cn:"),
    "government's partition": MACHINE.replace("arn:aws:", "arn:aws-us-gov:"),
    "unknown partition": MACHINE.replace("arn:aws:", "arn:aws-iso:"),
    "no partition": MACHINE.replace("arn:aws:", "arn::"),
    "other service": MACHINE.replace(":states:", ":lambda:"),
    "service of tables": MACHINE.replace(":states:", ":dynamodb:"),
    "service in capitals": MACHINE.replace(":states:", ":STATES:"),
    "sync service": MACHINE.replace(":states:", ":sync-states:"),
    "function as machine": FUNCTION.replace(":lambda:", ":states:"),
    "user": ROLE.replace("role/", "user/"),
    "assumed role": ROLE.replace(":iam:", ":sts:").replace("role/", "assumed-role/") + "/p1",
    "bucket": "arn:aws:s3:::mentor-restart",
    # another resource
    "other machine": MACHINE.replace("mentor-restart", "payroll"),
    "shorter than the name": MACHINE.replace("mentor-restart", "mentor"),
    "begins in capitals": MACHINE.replace("mentor-", "Mentor-"),
    "prefixed": MACHINE.replace("mentor-", "xmentor-"),
    "version": f"{MACHINE}:1",
    "alias": f"{MACHINE}:live",
    "execution": MACHINE.replace("stateMachine", "execution"),
    "express execution": MACHINE.replace("stateMachine", "express") + ":r1:u1",
    "activity": MACHINE.replace("stateMachine", "activity"),
    "kind in capitals": MACHINE.replace("stateMachine", "StateMachine"),
    "function that begins so": f"{FUNCTION}-all",
    "function's alias": f"{FUNCTION}:live",
    "function's latest": f"{FUNCTION}:$LATEST",
    "alias of a name that begins so": FUNCTION.replace(":restart", ":mentor-scale:live"),
    "function without alias": FUNCTION.replace(":restart", ":deploy"),
    "layer": FUNCTION.replace("function", "layer"),
    "table's stream": f"{TABLE}/stream/2026-11-27T00:00:00.000",
    "table's index": f"{TABLE}/index/by-day",
    "table's backup": f"{TABLE}/backup/0",
    "role below a path": ROLE.replace("role/", "role/admin/"),
    "role that begins so": f"{ROLE}-admin",
    "service's role": ROLE.replace("role/", "role/aws-service-role/"),
    # wildcards
    "star": "*",
    "all stars": "arn:*:*:*:*:*",
    "star at the end": MACHINE.replace("restart", "*"),
    "star as account": MACHINE.replace(ACCOUNT, "*"),
    "star as region": MACHINE.replace("eu-central-1", "*"),
    "question mark": MACHINE.replace("restart", "r?start"),
    "variable": MACHINE.replace("restart", "${aws:username}"),
    # tricks of the parser
    "empty": "",
    "colons": ":::",
    "five colons": "arn:aws:::::",
    "no resource": f"arn:aws:states:eu-central-1:{ACCOUNT}:",
    "no name": f"arn:aws:states:eu-central-1:{ACCOUNT}:stateMachine:",
    "one colon more": MACHINE.replace(":stateMachine", "::stateMachine"),
    "colon at the end": f"{MACHINE}:",
    "newline at the end": f"{MACHINE}\n",
    "newline before": f"\n{MACHINE}",
    "newline and another": f"{MACHINE}\n{MACHINE.replace(ACCOUNT, '999999999999')}",
    "space at the end": f"{MACHINE} ",
    "tab inside": MACHINE.replace("mentor-", "mentor-\t"),
    "NUL": f"{MACHINE}\x00",
    "comma": f"{MACHINE},{MACHINE}",
    "percent sign": MACHINE.replace("mentor-restart", "mentor-%2e%2e"),
    "way up": MACHINE.replace("mentor-restart", "mentor-/../payroll"),
    "query": f"{MACHINE}?account=1",
    "ARN in capitals": MACHINE.replace("arn:", "ARN:"),
    "address before": f"https://{MACHINE}",
    "quoted": f'"{MACHINE}"',
    "very long": MACHINE + "x" * 5000,
    # look-alikes
    "cyrillic letter": MACHINE.replace("mentor", "mentоr"),
    "wide letters": MACHINE.replace("mentor", "ｍentor"),
    "arabic digits": MACHINE.replace("123", "١٢٣"),
    "wide digits": MACHINE.replace("123", "１２３"),
    "other colon": MACHINE.replace(":states:", "：states:"),
    "no width": MACHINE.replace("mentor-", "mentor-\u200b"),
    "turned direction": MACHINE.replace("mentor-", "mentor-\u202e"),
    "account of 11 digits": MACHINE.replace(ACCOUNT, ACCOUNT[:-1]),
    "account of 13 digits": MACHINE.replace(ACCOUNT, ACCOUNT + "0"),
    "account with a sign": MACHINE.replace(ACCOUNT, "+" + ACCOUNT[1:]),
}


def allowed() -> list[Allowed]:
    entries = [read_allowed(text) for text in LIST]
    assert None not in entries
    return [entry for entry in entries if entry]


@pytest.mark.parametrize(
    "text",
    [
        MACHINE,
        MACHINE.replace("restart", "2"),
        FUNCTION,
        FUNCTION.replace("restart", "deploy:live"),
        FUNCTION.replace("restart", "mentor-scale"),
        TABLE,
        ROLE,
    ],
)
def test_what_is_named_is_allowed(text: str) -> None:
    arn = read_arn(text)

    assert arn is not None
    assert str(arn) == text
    assert is_allowed(arn, allowed())


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_looks_like_it_is_not_allowed(text: str) -> None:
    arn = read_arn(text)

    assert arn is None or not is_allowed(arn, allowed())


def test_nothing_is_allowed_where_nothing_is_named() -> None:
    arn = read_arn(MACHINE)

    assert arn is not None
    assert not is_allowed(arn, [])


def test_the_parts_are_read() -> None:
    assert read_arn(FUNCTION) == Arn("aws", "lambda", "eu-central-1", ACCOUNT, "function:restart")


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "arn:aws:states:*:123456789012:stateMachine:mentor-*",
        "arn:aws:states:eu-central-1:*:stateMachine:mentor-*",
        "arn:aws:states:eu-central-1:12345678901*",
        "arn:aws:states:eu-central-1:123456789012:*",
        "arn:aws:states:eu-central-1:123456789012:state*",
        "arn:aws:states:eu-central-1:123456789012:stateMachine:*-restart",
        "arn:aws:states:eu-central-1:123456789012:stateMachine:mentor-**",
        "arn:aws:iam::123456789012:role/*",
        "arn:aws:iam::123456789012:role/mentor-*",
        "arn:aws-cn:states:eu-central-1:123456789012:stateMachine:mentor-*",
        "arn:aws:states:cn-north-1:123456789012:stateMachine:mentor-*",
        "mentor-*",
    ],
)
def test_a_list_leaves_nothing_open_but_the_end_of_a_name(text: str) -> None:
    assert read_allowed(text) is None


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("ap-southeast-2", "aws")]
)
def test_each_region_stands_in_its_own_part_of_aws(region: str, partition: str) -> None:
    text = MACHINE.replace("eu-central-1", region).replace("arn:aws:", f"arn:{partition}:")

    assert read_arn(text) is not None
    assert is_allowed(Arn(partition, "states", region, ACCOUNT, "stateMachine:mentor-restart"), []) is False
