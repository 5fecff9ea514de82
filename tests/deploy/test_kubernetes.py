"""The Kubernetes files: what a pod may do, and that the very commands in them work, as processes on this machine."""

import asyncio
import os
import re
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from bot import generate
from bot.demo.made_up import furnish
from bot.storage import migrate
from sandbox import Sandbox
from tests.deploy.files import DEPLOY, ROOT, manifests, pods
from tests.handlers.by_http import free_port
from tests.journeys.handbook import LOGS_TOLD, QUESTION, write_handbook

PATIENCE_S = 60.0
NOBODY = 65532
LABELS = {"app.kubernetes.io/name": "mentor"}


@pytest.mark.parametrize(("name", "pod"), list(pods()), ids=[name for name, _ in pods()])
def test_a_pod_may_do_nothing_that_it_need_not(name: str, pod: dict[str, Any]) -> None:
    account = pod["securityContext"]
    assert (account["runAsNonRoot"], account["runAsUser"], account["runAsGroup"]) == (True, NOBODY, NOBODY)
    assert account["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    assert not any("hostPath" in volume for volume in pod["volumes"])
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert container["resources"]["limits"]["memory"]


def test_pods_reach_names_the_database_and_https_outside_and_nothing_inside() -> None:
    policy = next(each["spec"] for each in manifests() if each["kind"] == "NetworkPolicy")
    names, database, outside = policy["egress"]

    assert (policy["policyTypes"], policy["podSelector"]) == (["Egress"], {"matchLabels": LABELS})
    assert {each["port"] for each in names["ports"]} == {53}
    assert database == {"ports": [{"protocol": "TCP", "port": 5432}]}
    assert outside["ports"] == [{"protocol": "TCP", "port": 443}]
    [block] = [each["ipBlock"] for each in outside["to"]]
    closed = [ip_network(each) for each in block["except"]]
    for address in ("169.254.169.254", "10.1.2.3", "172.20.0.1", "192.168.1.1", "100.100.100.200"):
        assert any(ip_address(address) in each for each in closed), address


def test_the_policy_is_of_every_pod() -> None:
    labels = [labels_of(each) for each in manifests() if each["kind"] in ("Deployment", "Pod", "Job", "CronJob")]

    assert len(labels) == len(list(pods()))
    assert [each for each in labels if not LABELS.items() <= each.items()] == []


def labels_of(runs: dict[str, Any]) -> dict[str, str]:
    """Of the pods that it runs."""
    spec = runs["spec"].get("jobTemplate", {}).get("spec", runs["spec"])
    labels: dict[str, str] = spec.get("template", runs)["metadata"].get("labels", {})
    return labels


def test_two_replicas_are_never_both_gone() -> None:
    found = {each["kind"]: each["spec"] for each in manifests() if "spec" in each}

    assert found["Deployment"]["replicas"] == 2
    assert found["Deployment"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert found["PodDisruptionBudget"]["minAvailable"] == 1


def test_the_image_is_named_in_one_place() -> None:
    text = (DEPLOY / "kubernetes" / "image" / "kustomization.yaml").read_text()
    for folder in ("bot", "migrate", "operator"):
        said = yaml.safe_load((DEPLOY / "kubernetes" / folder / "kustomization.yaml").read_text())
        files = {file.name for file in (DEPLOY / "kubernetes" / folder).glob("*.yaml")} - {"kustomization.yaml"}
        assert (said["components"], set(said["resources"])) == (["../image"], files)

    assert yaml.safe_load(text)["images"][0]["name"] == "mentor"
    assert {container["image"] for _, pod in pods() for container in pod["containers"]} == {"mentor"}


def test_the_pod_to_work_in_has_what_the_bot_and_its_backup_have() -> None:
    specs = dict(pods())
    here, backup = specs["mentor-operator"], specs["mentor-backup"]

    assert here["volumes"] == backup["volumes"]
    for key in ("envFrom", "volumeMounts", "securityContext", "image"):
        assert here["containers"][0][key] == backup["containers"][0][key]
    assert here["securityContext"] == backup["securityContext"]
    assert here["containers"][0]["envFrom"] == specs["mentor"]["containers"][0]["envFrom"]


def test_only_the_bots_are_asked() -> None:
    (service,) = (each["spec"] for each in manifests() if each["kind"] == "Service")
    (pod,) = (each["metadata"] for each in manifests() if each["kind"] == "Pod")

    assert not service["selector"].items() <= pod["labels"].items()


def test_old_copies_go_though_the_new_one_ends_with_an_error(tmp_path: Path) -> None:
    job = next(each["spec"]["jobTemplate"]["spec"] for each in manifests() if each["kind"] == "CronJob")
    container = job["template"]["spec"]["containers"][0]
    (script,) = container["args"]
    (tmp_path / "mentor").symlink_to("/bin/false")
    old = tmp_path / "mentor-old.db"
    old.touch()
    os.utime(old, (0, 0))

    words = [*container["command"], _put_in(script, {"/backups": str(tmp_path)})]
    done = subprocess.run(words, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, check=False)

    assert (done.returncode, job["backoffLimit"]) == (1, 0)  # which leaves no more than one copy a night
    assert not old.exists()


class Cluster:
    """What a cluster would make of the files: for each container its command line and environment.

    Where it cannot be had on this machine another place is put in: the image's program, the mounted folders, the port.
    """

    def __init__(self, folder: Path, secret: Mapping[str, str], handbook: Path) -> None:
        self._folder = folder
        self.port = free_port()
        bin_folder = folder / "bin"
        bin_folder.mkdir()
        mentor = bin_folder / "mentor"
        mentor.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m bot "$@"\n')
        mentor.chmod(0o755)
        containerfile = (DEPLOY / "Containerfile").read_text()
        self.image = dict(each.split("=", 1) for each in shlex.split(_last(containerfile, "ENV")))
        self.entrypoint = yaml.safe_load(_last(containerfile, "ENTRYPOINT"))
        settings = next(each for each in manifests() if each["kind"] == "ConfigMap")["data"]
        here = {"MENTOR_HANDBOOK": str(handbook), "MENTOR_HTTP_PORT": str(self.port), "MENTOR_HTTP_HOST": "127.0.0.1"}
        path = {"PATH": f"{bin_folder}:{os.environ['PATH']}"}
        self._said = self.image | settings
        self._given = dict(secret) | here | path

    def process(self, container: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
        command = container.get("command", self.entrypoint) + container.get("args", [])
        mounts = {mount["mountPath"]: self._mount(mount["name"]) for mount in container["volumeMounts"]}
        words = [_put_in(each, mounts) for each in command]
        return ["env", *words], {name: _put_in(value, mounts) for name, value in self._said.items()} | self._given

    def _mount(self, name: str) -> str:
        (self._folder / name).mkdir(exist_ok=True)
        return str(self._folder / name)


def _last(containerfile: str, word: str) -> str:
    return str(re.findall(rf"^{word} (.+)$", containerfile, re.MULTILINE)[-1])


def _put_in(text: str, mounts: Mapping[str, str]) -> str:
    for path, here in mounts.items():
        text = re.sub(rf'(?<![\w/.-]){path}(?=$|[/"\s])', here, text)
    return text


def _container(name: str) -> dict[str, Any]:
    container: dict[str, Any] = dict(pods())[name]["containers"][0]
    return container


@pytest.fixture
async def cluster(tmp_path: Path, empty_url: str) -> AsyncIterator[tuple[Cluster, Sandbox]]:
    sandbox = Sandbox(generate.manifest())
    furnish(sandbox)
    async with sandbox:
        keys = [line.split("=")[0] for line in _secret_lines()]
        given = [sandbox.bot_token, sandbox.app_token, empty_url, "k" * 32]
        secret = dict(zip(keys, given, strict=True)) | {"SLACK_API_URL": sandbox.api_url}
        yield Cluster(tmp_path, secret, write_handbook(tmp_path / "handbook")), sandbox


def _secret_lines() -> list[str]:
    text = (DEPLOY / "kubernetes" / "secret.env.example").read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _done(cluster: Cluster, container: dict[str, Any]) -> str:
    words, environment = cluster.process(container)
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@asynccontextmanager
async def _run(cluster: Cluster, container: dict[str, Any]) -> AsyncIterator[None]:
    words, environment = cluster.process(container)
    process = await asyncio.create_subprocess_exec(*words, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0


async def _probe(cluster: Cluster, container: dict[str, Any], name: str) -> int:
    asked = container[name]["httpGet"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert (
        str(ports[asked["port"]])
        == next(each for each in manifests() if each["kind"] == "ConfigMap")["data"]["MENTOR_HTTP_PORT"]
    )
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{cluster.port}{asked['path']}") as response,
        ):
            return response.status
    except aiohttp.ClientError:
        return 0


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
async def test_migrate_run_probe_and_back_up_as_the_files_say(cluster: tuple[Cluster, Sandbox], tmp_path: Path) -> None:
    here, sandbox = cluster
    bot = _container("mentor")

    assert (await asyncio.to_thread(_done, here, _container("mentor-migrate"))).strip() == migrate.head()
    async with _run(here, bot):
        async with asyncio.timeout(PATIENCE_S):
            while await _probe(here, bot, "readinessProbe") != 200:
                await asyncio.sleep(0.1)
        assert [await _probe(here, bot, name) for name in ("startupProbe", "livenessProbe")] == [200, 200]
        asked = sandbox.person("priya").say("random", f"<@{sandbox.workspace.bot_user_id}> {QUESTION}")
        channel = sandbox.workspace.channels[asked.channel]
        replies = await sandbox.wait_for(
            lambda: [each for each in channel.messages.values() if each.thread_ts == asked.ts and each.bot_id],
            PATIENCE_S,
        )
        said = await asyncio.to_thread(_done, here, _container("mentor-backup"))

    assert replies[0].text == LOGS_TOLD[1]
    assert "audit log: holds" in said
    (copy,) = (tmp_path / "backups").glob("mentor-*.db")
    assert copy.stat().st_mode & 0o777 == 0o600
    written = {path.name for path in tmp_path.iterdir()} - {
        "bin",
        "handbook",
        "mentor.db",
        "mentor.db-wal",
        "mentor.db-shm",
    }
    assert written == {"data", "tmp", "backups"}
