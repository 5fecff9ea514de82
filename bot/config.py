"""Settings from the environment, read once; all problems are listed at once.

The only module that reads the environment. Secrets are held in `Secret`, which never prints itself.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from bot.arn import Allowed, read_allowed
from bot.clock import Clock, scaled
from bot.errors import SettingsInvalid

EMAIL = re.compile(r"[^\s<>@]+@[^\s<>@]+")
OPENAI_URL = "https://api.openai.com/v1"
EMBEDDED = "embedded"  # as MENTOR_EMBEDDING_MODEL: the model that comes with the extra
SHORTEST_AUDIT_KEY = 32  # characters
HOOK_KEY_LEAST = 32  # characters; nobody guesses one that was made at random
LONGEST_MODEL = 200  # characters of a name, as the database keeps it
SHORTEST_WEBHOOK_SECRET = 32  # characters
HERE = {"127.0.0.1", "localhost", "::1"}
_TWO_AT = re.compile(r"[^:/@]*:[^@]*@[^/?]*@")  # of a database's address, after ://
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])(?::[1-9][0-9]{{0,4}})?")


@dataclass(frozen=True)
class Secret:
    """A value that must not appear in a log, a message or an error."""

    value: str = field(repr=False)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __str__(self) -> str:
        return "***"


@dataclass(frozen=True)
class GitSettings:
    """How changes are proposed: who commits, and the tokens for hosts that have pages for review.

    The client ids are of the apps by which people prove their accounts there; they are no secrets.
    """

    email: str
    github_token: Secret
    github_api_url: str
    github_app_id: str
    github_app_key: Secret
    github_client_id: str
    gitlab_token: Secret
    gitlab_api_url: str
    gitlab_client_id: str


@dataclass(frozen=True)
class HookSettings:
    """What others prove by that a report, or an event of use, is theirs. Not set: that kind is not heard."""

    argocd_token: Secret = Secret("")
    flux_hmac_key: Secret = Secret("")
    use_hmac_key: Secret = Secret("")


@dataclass(frozen=True)
class DirectSettings:
    """What may be called beside Git. Nothing may where nothing is named."""

    aws_allowed: tuple[Allowed, ...]
    aws_endpoint_url: str  # "": AWS's own
    webhook_hosts: frozenset[str]  # each host:port, in small letters
    webhook_secret: Secret


@dataclass(frozen=True)
class Settings:
    """What the operator set. Empty means not set."""

    database_url: str = field(repr=False)  # may hold a password
    data_folder: Path
    audit_key: Secret  # empty: one is made in the data folder
    handbook: str = field(repr=False)  # a folder or a Git repository (then maybe a password); "" is the embedded one
    slack_bot_token: Secret
    slack_app_token: Secret
    slack_signing_secret: Secret
    slack_api_url: str
    http_host: str
    http_port: int
    name: str
    command: str
    log_level: str
    llm_model: str  # "": no model is asked
    llm_base_url: str
    openai_api_key: Secret
    asks_per_person: int  # in ten minutes
    llm_per_person_day: int
    llm_per_day: int
    embedding_model: str  # "": words alone are compared; "embedded": the one that comes with the extra
    embedding_base_url: str
    clock: Clock
    git: GitSettings
    direct: DirectSettings
    environment: Mapping[str, str] = field(repr=False)  # for git and ssh, which read their own
    hooks: HookSettings = HookSettings()

    @property
    def uses_socket_mode(self) -> bool:
        return bool(self.slack_app_token)


def hide_bot_token() -> None:
    """Nobody finds it in the environment any more: Bolt would, and say at each start that it does not use it."""
    os.environ.pop("SLACK_BOT_TOKEN", None)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Raises SettingsInvalid with every problem, each naming the variable and the fix."""
    env = os.environ if environment is None else environment
    problems: list[str] = []

    def of(name: str, default: str = "") -> str:
        return env.get(name, "").strip() or default  # set to nothing is not set

    data_folder = Path(of("MENTOR_DATA", ".data"))
    settings = Settings(
        database_url=_database_url(of("MENTOR_DATABASE_URL", ""), data_folder, problems),
        data_folder=data_folder,
        audit_key=_audit_key(of("MENTOR_AUDIT_KEY"), problems),
        handbook=of("MENTOR_HANDBOOK", ""),
        slack_bot_token=_token(env, "SLACK_BOT_TOKEN", "xoxb-", problems),
        slack_app_token=_token(env, "SLACK_APP_TOKEN", "xapp-", problems),
        slack_signing_secret=Secret(of("SLACK_SIGNING_SECRET", "")),
        slack_api_url=_api_url("SLACK_API_URL", of("SLACK_API_URL", "https://slack.com/api"), problems) + "/",
        http_host=of("MENTOR_HTTP_HOST", "127.0.0.1"),
        http_port=_port(of("MENTOR_HTTP_PORT", "8080"), problems),
        name=of("MENTOR_NAME", "Mentor"),
        command=_command(of("MENTOR_COMMAND", "/platform"), problems),
        log_level=_log_level(of("MENTOR_LOG_LEVEL", "info"), problems),
        llm_model=of("MENTOR_LLM_MODEL"),
        llm_base_url=_base_url("MENTOR_LLM_BASE_URL", of("MENTOR_LLM_BASE_URL"), problems),
        openai_api_key=_key("OPENAI_API_KEY", of("OPENAI_API_KEY"), problems),
        asks_per_person=_count("MENTOR_ASKS_PER_PERSON", of("MENTOR_ASKS_PER_PERSON", "30"), problems),
        llm_per_person_day=_count("MENTOR_LLM_PER_PERSON_DAY", of("MENTOR_LLM_PER_PERSON_DAY", "50"), problems),
        llm_per_day=_count("MENTOR_LLM_PER_DAY", of("MENTOR_LLM_PER_DAY", "1000"), problems),
        embedding_model=_embedding_model(of("MENTOR_EMBEDDING_MODEL"), problems),
        embedding_base_url=_base_url("MENTOR_EMBEDDING_BASE_URL", of("MENTOR_EMBEDDING_BASE_URL"), problems),
        clock=_clock(of("MENTOR_CLOCK", ""), problems),
        git=_git(of, problems),
        direct=_direct(of, problems),
        environment=dict(env),
        hooks=HookSettings(
            argocd_token=_hook_key("MENTOR_ARGOCD_TOKEN", of("MENTOR_ARGOCD_TOKEN"), problems),
            flux_hmac_key=_hook_key("MENTOR_FLUX_HMAC_KEY", of("MENTOR_FLUX_HMAC_KEY"), problems),
            use_hmac_key=_hook_key("MENTOR_USE_HMAC_KEY", of("MENTOR_USE_HMAC_KEY"), problems),
        ),
    )
    if not of("MENTOR_EMBEDDING_BASE_URL"):
        settings = replace(settings, embedding_base_url=settings.llm_base_url)
    if settings.llm_model and not of("MENTOR_LLM_BASE_URL") and not settings.openai_api_key:
        problems.append("OPENAI_API_KEY: not set; MENTOR_LLM_MODEL needs it, or MENTOR_LLM_BASE_URL of another server")
    if settings.embedding_model not in ("", EMBEDDED) and not (
        of("MENTOR_EMBEDDING_BASE_URL") or of("MENTOR_LLM_BASE_URL") or settings.openai_api_key
    ):
        problems.append(
            "OPENAI_API_KEY: not set; MENTOR_EMBEDDING_MODEL needs it, or MENTOR_EMBEDDING_BASE_URL of another server"
        )
    if problems:
        raise SettingsInvalid(problems)
    return settings


def missing_to_run(settings: Settings) -> list[str]:
    """What `mentor run` needs and has not got; empty when it can start."""
    missing = []
    if not settings.slack_bot_token:
        missing.append("SLACK_BOT_TOKEN: not set; copy the bot token (xoxb-…) from the app's OAuth page")
    if not settings.slack_app_token and not settings.slack_signing_secret:
        missing.append(
            "SLACK_APP_TOKEN: not set; make an app-level token (xapp-…) with connections:write for Socket Mode, "
            "or set SLACK_SIGNING_SECRET for HTTP"
        )
    return missing


def _database_url(value: str, data_folder: Path, problems: list[str]) -> str:
    if not value:
        return f"sqlite+aiosqlite:///{data_folder / 'mentor.db'}"
    scheme, _, rest = value.partition("://")
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "sqlite+aiosqlite": "sqlite+aiosqlite",
        "postgres": "postgresql+psycopg",
        "postgresql": "postgresql+psycopg",
        "postgresql+psycopg": "postgresql+psycopg",
    }
    if scheme not in drivers or not rest:
        problems.append(
            "MENTOR_DATABASE_URL: not a known database; write sqlite:///FILE or postgresql://USER@HOST/NAME"
        )
        return ""
    if drivers[scheme] != "sqlite+aiosqlite":
        problems += _login_problems(rest)
    return f"{drivers[scheme]}://{rest}"


def _login_problems(rest: str) -> Iterator[str]:
    """What a pasted password does to an address; it is not shown."""
    if _TWO_AT.match(rest):
        yield "MENTOR_DATABASE_URL: its password holds @; write it as %40 there, and % as %25"
    if ":PASSWORD@" in rest:
        yield "MENTOR_DATABASE_URL: still holds the example's PASSWORD; write the database's own"


def _token(env: Mapping[str, str], name: str, prefix: str, problems: list[str]) -> Secret:
    value = env.get(name, "").strip()
    if value.endswith("…"):
        problems.append(f"{name}: is still the example's; paste the token, or take the line out")
    elif value and not value.startswith(prefix):
        problems.append(f"{name}: does not start with {prefix}; check that the right token was copied")
    if any(character.isspace() for character in value):
        problems.append(f"{name}: holds white space; copy the token alone")
    return Secret(value)


def _api_url(name: str, value: str, problems: list[str]) -> str:
    """Without a slash at its end."""
    if not _is_private_way(value):
        problems.append(f"{name}: must be https (http is accepted on this machine only)")
    return value.rstrip("/")


def _git(of: Callable[..., str], problems: list[str]) -> GitSettings:
    email = of("MENTOR_GIT_EMAIL", "mentor@localhost")
    if not EMAIL.fullmatch(email):
        problems.append("MENTOR_GIT_EMAIL: is no e-mail address; write for example mentor@example.com")
    return GitSettings(
        email=email,
        github_token=_key("GITHUB_TOKEN", of("GITHUB_TOKEN"), problems),
        github_api_url=_api_url("GITHUB_API_URL", of("GITHUB_API_URL", "https://api.github.com"), problems),
        gitlab_token=_key("GITLAB_TOKEN", of("GITLAB_TOKEN"), problems),
        github_app_id=of("GITHUB_APP_ID"),
        github_app_key=_app_key(of, problems),
        github_client_id=_client_id("GITHUB_CLIENT_ID", of("GITHUB_CLIENT_ID"), problems),
        gitlab_api_url=_api_url("CI_API_V4_URL", of("CI_API_V4_URL", "https://gitlab.com/api/v4"), problems),
        gitlab_client_id=_client_id("GITLAB_CLIENT_ID", of("GITLAB_CLIENT_ID"), problems),
    )


def _client_id(name: str, value: str, problems: list[str]) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{0,200}", value):
        problems.append(f"{name}: holds signs no client id has; copy the id alone from the app's page")
    return value


def _app_key(of: Callable[..., str], problems: list[str]) -> Secret:
    r"""A PEM of several lines; `\n` may stand for their ends, where an environment takes one line alone."""
    app_id, key = of("GITHUB_APP_ID"), of("GITHUB_APP_PRIVATE_KEY").replace("\\n", "\n")
    if key and not (key.startswith("-----BEGIN ") and "PRIVATE KEY-----" in key):
        problems.append("GITHUB_APP_PRIVATE_KEY: is no private key; copy the whole file that GitHub gave")
    if bool(app_id) != bool(key):
        missing = "GITHUB_APP_PRIVATE_KEY" if app_id else "GITHUB_APP_ID"
        problems.append(f"{missing}: not set; a GitHub App needs its id and its private key")
    if app_id and of("GITHUB_TOKEN"):
        problems.append("GITHUB_APP_ID: GITHUB_TOKEN is set as well; keep one of the two")
    return Secret(key)


def _direct(of: Callable[..., str], problems: list[str]) -> DirectSettings:
    endpoint = of("MENTOR_AWS_ENDPOINT_URL")
    return DirectSettings(
        aws_allowed=_aws_allowed(of("MENTOR_AWS_ALLOWED"), problems),
        aws_endpoint_url=_api_url("MENTOR_AWS_ENDPOINT_URL", endpoint, problems) if endpoint else "",
        webhook_hosts=_webhook_hosts(of("MENTOR_WEBHOOK_HOSTS"), problems),
        webhook_secret=_webhook_secret(of, problems),
    )


def _aws_allowed(value: str, problems: list[str]) -> tuple[Allowed, ...]:
    allowed = []
    for text in filter(None, (part.strip() for part in value.split(","))):
        entry = read_allowed(text)
        if entry:
            allowed.append(entry)
        else:
            problems.append(
                f"MENTOR_AWS_ALLOWED: {text!r} is not the ARN of a state machine, function, table or role; write for "
                "example arn:aws:states:eu-central-1:123456789012:stateMachine:mentor-* (* only at the end, and "
                "never for a role)"
            )
    return tuple(allowed)


def _webhook_hosts(value: str, problems: list[str]) -> frozenset[str]:
    hosts = set()
    for text in filter(None, (part.strip().lower() for part in value.split(","))):
        if _HOST.fullmatch(text) and len(text) <= 253:
            has_port = ":" in text.rpartition("]")[2]
            hosts.add(text if has_port else f"{text}:443")
        else:
            problems.append(f"MENTOR_WEBHOOK_HOSTS: {text!r} is no host; write HOST or HOST:PORT, without https://")
    return frozenset(hosts)


def _webhook_secret(of: Callable[..., str], problems: list[str]) -> Secret:
    secret = _key("MENTOR_WEBHOOK_SECRET", of("MENTOR_WEBHOOK_SECRET"), problems)
    if secret and len(secret.value) < SHORTEST_WEBHOOK_SECRET:
        problems.append(
            f"MENTOR_WEBHOOK_SECRET: has fewer than {SHORTEST_WEBHOOK_SECRET} characters; make a longer one, "
            "such as by `openssl rand -hex 32`"
        )
    if not secret and of("MENTOR_WEBHOOK_HOSTS"):
        problems.append("MENTOR_WEBHOOK_SECRET: not set; MENTOR_WEBHOOK_HOSTS needs it, to sign what is sent there")
    return secret


def _key(name: str, value: str, problems: list[str]) -> Secret:
    if not (value.isascii() and value.isprintable()) or " " in value:
        problems.append(f"{name}: holds white space or other signs no key has; copy the key alone")
    return Secret(value)


def _hook_key(name: str, value: str, problems: list[str]) -> Secret:
    if value and len(value) < HOOK_KEY_LEAST:
        problems.append(f"{name}: is shorter than {HOOK_KEY_LEAST} characters; make one with: openssl rand -hex 32")
    return _key(name, value, problems)


def _base_url(name: str, value: str, problems: list[str]) -> str:
    if value and not _is_private_way(value):
        problems.append(f"{name}: must be https (http is accepted on this machine only)")
    elif any(mark in value for mark in "@?#"):
        problems.append(f"{name}: write the address alone, such as https://HOST/v1; keys have OPENAI_API_KEY")
    return value or OPENAI_URL


def _is_private_way(value: str) -> bool:
    """Nobody between here and there reads along."""
    try:
        address = urlsplit(value)
        is_here = address.scheme == "http" and address.hostname in HERE
        return is_here or (address.scheme == "https" and bool(address.hostname) and address.port != 0)
    except ValueError:  # brackets that do not match, a port that is no number
        return False


def _embedding_model(value: str, problems: list[str]) -> str:
    if len(value) > LONGEST_MODEL:
        problems.append(
            f"MENTOR_EMBEDDING_MODEL: no name is longer than {LONGEST_MODEL} characters; copy the name alone"
        )
    return value


def _audit_key(value: str, problems: list[str]) -> Secret:
    if value and len(value) < SHORTEST_AUDIT_KEY:
        problems.append(
            f"MENTOR_AUDIT_KEY: has {len(value)} characters and needs {SHORTEST_AUDIT_KEY}; make one with "
            "`openssl rand -hex 32`"
        )
    return Secret(value)


def _count(name: str, value: str, problems: list[str]) -> int:
    if value.isascii() and value.isdecimal() and len(value) <= 7 and 1 <= int(value) <= 1_000_000:
        return int(value)
    problems.append(f"{name}: {value!r} is no number of calls; write one from 1 to 1000000")
    return 0


def _port(value: str, problems: list[str]) -> int:
    if value.isdecimal() and 0 <= int(value) <= 65535:
        return int(value)
    problems.append(f"MENTOR_HTTP_PORT: {value!r} is no port; write a number from 0 to 65535")
    return 0


def _command(value: str, problems: list[str]) -> str:
    if not value.startswith("/") or not value[1:].replace("-", "").replace("_", "").isalnum() or len(value) > 32:
        problems.append("MENTOR_COMMAND: must be a slash and up to 31 letters, digits, - or _, such as /platform")
    return value.lower()


def _log_level(value: str, problems: list[str]) -> str:
    if value.lower() not in {"debug", "info", "warning", "error"}:
        problems.append(f"MENTOR_LOG_LEVEL: {value!r} is unknown; write debug, info, warning or error")
    return value.lower()


def _clock(value: str, problems: list[str]) -> Clock:
    """`ORIGIN:START:FACTOR`, for rehearsals against a sandbox whose clock is not the wall's."""
    if not value:
        return Clock(time.time)
    try:
        origin_s, start_s, factor = (float(part) for part in value.split(":"))
        1 / max(0.0, factor)
    except (ValueError, ZeroDivisionError):
        problems.append("MENTOR_CLOCK: must be ORIGIN:START:FACTOR in seconds; leave it unset outside rehearsals")
        return Clock(time.time)
    return scaled(time.time, origin_s=origin_s, start_s=start_s, factor=factor)
