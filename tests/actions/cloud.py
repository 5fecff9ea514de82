"""AWS for tests: moto's server, which really executes state machines, and before it a door that counts, and fails or
kills at a call that the test names.

A function's code is the one of docs/direct.md, run by the door: moto's Lambda only echoes.
"""

import http.client
import io
import json
import os
import re
import signal
import threading
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote

import boto3
import pytest
from moto.server import ThreadedMotoServer

ACCOUNT, REGION = "123456789012", "eu-central-1"  # moto's own account: there its state machines act
OTHER_ACCOUNT = "222222222222"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:mentor-count"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:restart"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/mentor-runner"
TABLE = "mentor-runs"
DOCS = Path(__file__).resolve().parents[2] / "docs"

Answer: TypeAlias = tuple[int, Mapping[str, str], bytes]  # status, headers, body
Function: TypeAlias = Callable[[dict[str, Any], object], Any]


@dataclass
class Trouble:
    """What goes wrong, once, at the nth call of an operation ("" is any): before or after it was carried out.

    The connection is cut, or `answer` given instead. `kills` the process that called, `waits_s` before it goes on.
    """

    operation: str = ""
    nth: int = 1
    is_done: bool = False
    answer: Answer | None = None
    kills: bool = False
    waits_s: float = 0.0


@dataclass
class Ledger:
    """What came to the door, what was carried out, and what the function did."""

    calls: list[str] = field(default_factory=list)
    carried_out: list[str] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)  # STS's
    invoked: list[dict[str, Any]] = field(default_factory=list)
    effects: list[Any] = field(default_factory=list)


class Door(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, cloud_port: int, function: Function) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.cloud_port = cloud_port
        self.function = function
        self.troubles: list[Trouble] = []
        self.ledger = Ledger()
        self.victim = 0
        self.has_victim = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def usual_function(self, event: dict[str, Any], context: object) -> Any:
        return self._documented(event, context)

    @cached_property
    def _documented(self) -> Function:
        return documented_function(self._did)

    def aim_at(self, process_id: int) -> None:
        self.victim = process_id
        self.has_victim.set()

    def begin(self, *troubles: Trouble) -> Ledger:
        """A new ledger, and what goes wrong from now on."""
        self.ledger, self.troubles, self.function = Ledger(), list(troubles), self.usual_function
        self.has_victim.clear()
        return self.ledger

    def _did(self, asked: Any) -> str:
        self.ledger.effects.append(asked)
        return f"Did {asked}."


class _Call(BaseHTTPRequestHandler):
    server: Door
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation, ledger = _operation(self.headers, self.path, body), self.server.ledger
        ledger.calls.append(operation)
        if body.startswith(b"Action="):
            ledger.forms.append(parse_qs(body.decode()))
        trouble = self._trouble(operation)
        if trouble and not trouble.is_done:
            self._suffer(trouble)
            return
        answer = self._carried_out(operation, body)
        if trouble:
            self._suffer(trouble)
        else:
            self._reply(*answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Said by the ledger."""

    def _trouble(self, operation: str) -> Trouble | None:
        so_far = self.server.ledger.calls
        for trouble in self.server.troubles:
            nth = len(so_far) if not trouble.operation else so_far.count(operation)
            if trouble.operation in ("", operation) and trouble.nth == nth:
                return trouble
        return None

    def _suffer(self, trouble: Trouble) -> None:
        time.sleep(trouble.waits_s)
        if trouble.kills:
            assert self.server.has_victim.wait(10)
            os.kill(self.server.victim, signal.SIGKILL)
        if trouble.answer:
            self._reply(*trouble.answer)
        else:
            self.close_connection = True

    def _carried_out(self, operation: str, body: bytes) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.cloud_port, timeout=10)
        connection.request(self.command, self.path, body, dict(self.headers))
        response = connection.getresponse()
        answer = (response.status, {"Content-Type": response.headers.get("Content-Type", "")}, response.read())
        connection.close()
        self.server.ledger.carried_out.append(operation)
        if operation == "Invoke":
            return self._run_function(json.loads(body), answer)
        return answer

    def _run_function(self, event: dict[str, Any], answer: Answer) -> Answer:
        self.server.ledger.invoked.append(event)
        try:
            said = self.server.function(event, None)
        except Exception as error:  # as Lambda tells of a function that raised
            told = json.dumps({"errorMessage": str(error), "errorType": type(error).__name__})
            return 200, {"X-Amz-Function-Error": "Unhandled"}, told.encode()
        return answer[0], answer[1], json.dumps(said).encode()

    def _reply(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # the caller is gone
            self.close_connection = True


@dataclass
class Cloud:
    """moto's server with what the tests call, and its door."""

    door: Door
    url: str

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=REGION, endpoint_url=self.url)

    def executions(self, machine: str = MACHINE) -> list[str]:
        """Their names, whatever became of them."""
        found = self.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
        return [each["name"] for each in found]

    def ran(self, request_id: str) -> int:
        """How often the machine `mentor-count` did its work for a request."""
        item = self.client("dynamodb").get_item(TableName="counts", Key={"request_id": {"S": request_id}}).get("Item")
        return int(item["n"]["N"]) if item else 0

    def row(self, request_id: str) -> dict[str, str]:
        found = self.client("dynamodb").get_item(TableName=TABLE, Key={"request_id": {"S": request_id}}).get("Item", {})
        return {name: next(iter(value.values())) for name, value in found.items()}

    def put_row(self, request_id: str, **attributes: str) -> None:
        item = {"request_id": request_id, **attributes}
        as_row = {name: {"N" if name == "attempt" else "S": value} for name, value in item.items()}
        self.client("dynamodb").put_item(TableName=TABLE, Item=as_row)


def environment(cloud_url: str, **more: str) -> dict[str, str]:
    """The operator's settings for it."""
    allowed = (
        f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:mentor-*",
        FUNCTION,
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}",
        ROLE,
    )
    return {"MENTOR_AWS_ALLOWED": ",".join(allowed), "MENTOR_AWS_ENDPOINT_URL": cloud_url, **more}


def documented_function(do_it: Callable[[Any], str]) -> Function:
    """The function of docs/direct.md, that does this."""
    code = next(block for block in python_in("direct.md") if "def handler" in block)
    names: dict[str, Any] = {"do_it": do_it}
    exec(compile(code, "direct.md", "exec"), names)
    return names["handler"]  # type: ignore[no-any-return]


def python_in(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)


@contextmanager
def whole_cloud() -> Iterator[Cloud]:
    """AWS while the block lasts, with the environment that its users have."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (
            ("AWS_ACCESS_KEY_ID", "tests"),
            ("AWS_SECRET_ACCESS_KEY", "tests"),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ENDPOINT_URL", ""),
            ("MOTO_PORT", ""),
        ):
            patch.setenv(name, value)
        cloud, server = start_cloud()
        yield cloud
        cloud.door.shutdown()
        cloud.door.server_close()
        server.stop()


def start_cloud() -> tuple[Cloud, ThreadedMotoServer]:
    """Expects AWS's usual environment to be set, but for the addresses, which are set here."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    url = f"http://127.0.0.1:{port}"
    os.environ["MOTO_PORT"] = str(port)  # where its state machines call
    os.environ["AWS_ENDPOINT_URL"] = url  # where the function's table is
    _configure(url)
    door = Door(port, lambda event, context: None)
    door.begin()
    threading.Thread(target=door.serve_forever, args=(0.05,), daemon=True).start()
    cloud = Cloud(door, url)
    _furnish(cloud)
    return cloud, server


def _configure(url: str) -> None:
    settings = {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}
    request = urllib.request.Request(f"{url}/moto-api/config", json.dumps(settings).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request).close()


def _furnish(cloud: Cloud) -> None:
    for table in (TABLE, "counts"):
        cloud.client("dynamodb").create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "request_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "request_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    cloud.client("iam").create_role(RoleName="mentor-runner", AssumeRolePolicyDocument="{}")
    add_function(cloud, "restart")
    for name, (kind, states) in MACHINES.items():
        add_machine(cloud, name, states, kind=kind)


def add_function(cloud: Cloud, name: str) -> None:
    """Another one with the code of docs/direct.md."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as packed:
        packed.writestr("restart.py", "def handler(event, context): ...")
    cloud.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=cloud.client("iam").get_role(RoleName="mentor-runner")["Role"]["Arn"],
        Handler="restart.handler",
        Code={"ZipFile": code.getvalue()},
    )


def add_machine(cloud: Cloud, name: str, states: dict[str, Any], *, kind: str = "STANDARD") -> str:
    """Another one, really executed. Gives its ARN."""
    made = cloud.client("stepfunctions").create_state_machine(
        name=name,
        definition=json.dumps({"StartAt": next(iter(states)), "States": states}),
        roleArn=cloud.client("iam").get_role(RoleName="mentor-runner")["Role"]["Arn"],
        type=kind,
    )
    return str(made["stateMachineArn"])


_COUNT = {
    "Type": "Task",
    "Resource": "arn:aws:states:::dynamodb:updateItem",
    "Parameters": {
        "TableName": "counts",
        "Key": {"request_id": {"S.$": "$.request"}},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    },
}
MACHINES: dict[str, tuple[str, dict[str, Any]]] = {
    "mentor-count": (
        "STANDARD",
        {
            "Count": _COUNT | {"ResultPath": None, "Next": "Told"},
            "Told": {"Type": "Pass", "Result": "Counted.", "End": True},
        },
    ),
    "mentor-fail": ("STANDARD", {"Fail": {"Type": "Fail", "Error": "Quota", "Cause": "password=hunter22 is over"}}),
    "mentor-wait": ("STANDARD", {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}),
    "mentor-express": ("EXPRESS", {"Told": {"Type": "Pass", "End": True}}),
    "other": ("STANDARD", {"Told": {"Type": "Pass", "End": True}}),
}


def _operation(headers: Message, path: str, body: bytes) -> str:
    """As AWS's pages name it."""
    if target := headers.get("X-Amz-Target"):
        return target.rpartition(".")[2]
    if unquote(path).endswith("/invocations"):
        return "Invoke"
    found = re.search(rb"Action=(\w+)", body)
    return found[1].decode() if found else path
