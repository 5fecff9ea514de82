"""What the people of the demo's company say to each other in a fortnight. Only words: who and when is `history`.

In the texts `@asker`, `@peer`, `@other` and `@team` stand for whoever has that part in the thread.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a thread went. The last three are no questions."""

    ANSWERED = "answered"  # by a peer, and the asker said no more
    CHECKED = "checked"  # the asker put a check mark on a peer's answer
    THANKED = "thanked"
    BY_TEAM = "by team"
    ACKNOWLEDGED = "acknowledged"  # "same here", "looking", and nothing more
    UNANSWERED = "unanswered"
    ASKED_BACK = "asked back"
    REOPENED = "reopened"  # "still not working", after an answer
    LATE_TEAM = "late team"  # a peer solved it, and the platform team came after that
    SELF_SOLVED = "self-solved"
    ALERT = "alert"  # by another app
    NOTICE = "notice"  # a greeting or an announcement
    CHATTER = "chatter"


class Topic(StrEnum):
    """What a question is about, which decides who is likely to know."""

    ACCESS = "access"
    ALERTS = "alerts"
    CI = "ci"
    COSTS = "costs"
    DATABASE = "database"
    DEPLOY = "deploy"
    JOBS = "jobs"
    LOGS = "logs"
    NETWORK = "network"
    POLICY = "policy"
    QUEUES = "queues"
    QUOTAS = "quotas"
    SECRETS = "secrets"
    STORAGE = "storage"


class Part(StrEnum):
    """Who says a line: `peer` is the colleague who helps, `other` a second one, `team` the platform's on duty."""

    ASKER = "asker"
    PEER = "peer"
    OTHER = "other"
    TEAM = "team"
    MATE = "mate"  # the platform team's other one
    APP = "app"  # the one that posts alerts


WORKING_DAYS = (0, 1, 2, 3, 4)
MORNING, MIDDAY, AFTERNOON = (8, 11), (11, 12), (13, 17)
MONDAY, THURSDAY, FRIDAY = (0,), (3,), (4,)


@dataclass(frozen=True)
class Line:
    """One reply, so many minutes after the question. `mark` is the reaction the asker gave it."""

    part: Part
    minutes: float
    text: str
    mark: str = ""


@dataclass(frozen=True)
class Talk:
    """One thread. `group` is the asker's; `first_text` is what the message said before it was edited.

    `marks` are reactions to the question itself, by part. `days` (Monday is 0) and `hours` (from, until) are when it
    makes sense; `is_weekly` brings it every week anew.
    """

    kind: Kind
    channel: str  # its name
    group: str
    topic: Topic
    text: str
    lines: tuple[Line, ...] = ()
    marks: tuple[tuple[str, Part], ...] = ()
    first_text: str = ""
    is_deleted: bool = False
    days: tuple[int, ...] = WORKING_DAYS
    hours: tuple[int, int] = (8, 19)
    is_weekly: bool = False


def _asker(minutes: float, text: str) -> Line:
    return Line(Part.ASKER, minutes, text)


def _peer(minutes: float, text: str, mark: str = "") -> Line:
    return Line(Part.PEER, minutes, text, mark)


def _other(minutes: float, text: str, mark: str = "") -> Line:
    return Line(Part.OTHER, minutes, text, mark)


def _team(minutes: float, text: str, mark: str = "") -> Line:
    return Line(Part.TEAM, minutes, text, mark)


def _mate(minutes: float, text: str) -> Line:
    return Line(Part.MATE, minutes, text)


CHECK = "white_check_mark"
ASK, DEPLOYS, DATA = "ask-platform", "deploys", "data-help"
EYES_OF_TEAM = (("eyes", Part.TEAM),)

_ANSWERED = (
    Talk(
        Kind.ANSWERED,
        ASK,
        "search",
        Topic.LOGS,
        "is there a way to see the logs of a pod that already restarted? `kubectl logs` only shows the new container",
        (_peer(7, "add `--previous`, that gives you the container before the last restart"),),
    ),
    Talk(
        Kind.ANSWERED,
        ASK,
        "checkout",
        Topic.LOGS,
        "How long do we keep staging logs? I can't find anything from two weeks ago in Loki.",
        (
            _peer(22, "7 days for everything that isn't prod, prod has 30"),
            _other(31, "we copy the interesting bits of load tests into a bucket for that reason"),
        ),
    ),
    Talk(
        Kind.ANSWERED,
        ASK,
        "payments",
        Topic.NETWORK,
        "What are our outgoing IPs for prod? A bank wants to put us on their allow list.",
        (_peer(14, "203.0.113.16/29 for prod, .24/29 for nonprod. they hardly ever change"),),
    ),
    Talk(
        Kind.ANSWERED,
        ASK,
        "data",
        Topic.QUOTAS,
        "our staging rollout fails with `exceeded quota: requests.memory`. nothing got bigger on "
        "our side, where do I look?",
        (
            _peer(
                9,
                "usually leftovers. `kubectl -n data-staging get pods` and see if there are finished jobs "
                "hanging around",
            ),
            _peer(12, "also during a rollout old and new pods both count, `maxSurge: 1` helps"),
        ),
    ),
    Talk(
        Kind.ANSWERED,
        DEPLOYS,
        "search",
        Topic.DEPLOY,
        "merged the query-api bump 10 min ago and Argo CD still shows the old revision. do I have to kick it?",
        (
            _peer(
                6,
                "it looks every 3 min by itself, `argocd app get search-query-api-staging --refresh` makes it look now",
            ),
        ),
    ),
    Talk(
        Kind.ANSWERED,
        DATA,
        "checkout",
        Topic.DATABASE,
        "can I use psql against the prod db for a one-off read? port-forward is refused",
        (_peer(17, "not from a laptop. there's a read-only console, db.example.com, every query is logged there"),),
    ),
    Talk(
        Kind.ANSWERED,
        ASK,
        "checkout",
        Topic.COSTS,
        "does a pod in dev cost us the same as one in prod?",
        (
            _peer(
                41,
                "per CPU yes, you pay for what you request. we let dev sleep at night with `sleep:` in "
                "team.yaml and it "
                "made a big difference",
            ),
        ),
    ),
    Talk(
        Kind.ANSWERED,
        ASK,
        "search",
        Topic.CI,
        "build pending for 12 minutes now, is CI stuck for everybody or only me?",
        (
            _peer(3, "status.example.com/ci says 9 min wait right now, so everybody"),
            _other(8, "mine went through just now, think it's catching up"),
        ),
    ),
    Talk(
        Kind.ANSWERED,
        DATA,
        "search",
        Topic.QUEUES,
        "messages in our queue keep coming back to the same consumer. is that RabbitMQ or us?",
        (
            _peer(
                25,
                "you, most likely :slightly_smiling_face: the consumer raises before it acks. read one "
                "from the dead letter queue",
            ),
        ),
    ),
    Talk(
        Kind.ANSWERED,
        ASK,
        "payments",
        Topic.POLICY,
        "trivy complains about a CVE in a library we never call. do we have to bump it anyway or "
        "can we say we're not affected?",
        (_peer(33, "put it in `.trivyignore.yaml` with a statement and an end date, security reads those every week"),),
    ),
)

_CHECKED = (
    Talk(
        Kind.CHECKED,
        ASK,
        "payments",
        Topic.SECRETS,
        "I added a key to our Vault path an hour ago but the pod still has the old value. How do I force it?",
        (
            _peer(
                5,
                "two steps: annotate the externalsecret with `force-sync`, then restart the deployment. pods only read "
                "the Secret at start",
                CHECK,
            ),
        ),
    ),
    Talk(
        Kind.CHECKED,
        ASK,
        "checkout",
        Topic.NETWORK,
        "cart gets 502 from the gateway about once a minute, the pod logs show nothing. any idea?",
        (
            _peer(
                11, "what's the idle timeout of your server? if it's below 75 s the gateway reuses a closed connection"
            ),
            _asker(19, "it's 60"),
            _peer(21, "that's it then. set it above 75", CHECK),
        ),
    ),
    Talk(
        Kind.CHECKED,
        ASK,
        "search",
        Topic.DEPLOY,
        "indexer is in CrashLoopBackOff since the last release, logs are empty. where else can I look?",
        (
            _peer(4, "`describe pod` and read the last state. exit code 137 would be memory"),
            _asker(9, "137 indeed. OOMKilled"),
            _peer(13, "then raise request and limit together, or set GOMEMLIMIT first and see if it's enough", CHECK),
        ),
    ),
    Talk(
        Kind.CHECKED,
        DATA,
        "payments",
        Topic.DATABASE,
        "`FATAL: sorry, too many clients already` on ledger staging. We have 6 replicas with a pool of 20 each.",
        (
            _peer(8, "120 > 100, that's the limit of a small. use POOLED_DATABASE_URL from the same Secret", CHECK),
            _other(15, "and 20 per replica is a lot, 5 was plenty for us"),
        ),
    ),
    Talk(
        Kind.CHECKED,
        ASK,
        "data",
        Topic.JOBS,
        "How do I run a CronJob by hand in staging? I don't want to wait for 4:30 tomorrow",
        (_peer(6, "`kubectl create job try-1 --from=cronjob/<name>` in the staging namespace", CHECK),),
        days=(0, 1, 2, 3),
    ),
    Talk(
        Kind.CHECKED,
        DEPLOYS,
        "checkout",
        Topic.DEPLOY,
        "who can approve my promotion PR? It says one approval missing and my lead is away",
        (_peer(10, "anyone else in your own team, it doesn't have to be the lead", CHECK),),
    ),
    Talk(
        Kind.CHECKED,
        DEPLOYS,
        "payments",
        Topic.DEPLOY,
        "need to get the previous payouts version back in prod, `argocd app rollback` says "
        "automatic sync is on. what's the right way?",
        (
            _peer(
                2, "revert the commit in `live` and label the PR `rollback`, it merges itself once checks pass", CHECK
            ),
            _other(5, "shout if you need an approval afterwards, I'm around"),
        ),
    ),
    Talk(
        Kind.CHECKED,
        ASK,
        "checkout",
        Topic.CI,
        "Where do I put the sonar token so that the pipeline can read it? Not in the repo obviously.",
        (_peer(16, "repo settings > Secrets in CI, then `from_secret` in the step", CHECK),),
    ),
    Talk(
        Kind.CHECKED,
        ASK,
        "data",
        Topic.STORAGE,
        "the indexer team wants to read from our exports bucket and gets AccessDenied. is there a "
        "grant for other teams?",
        (
            _peer(
                28,
                "yes, `readers: [search/indexer]` in the bucket's yaml. live a minute after the merge",
                "heavy_check_mark",
            ),
        ),
    ),
    Talk(
        Kind.CHECKED,
        DATA,
        "search",
        Topic.DATABASE,
        "One of our migrations hangs in staging. Can I see what holds the lock?",
        (
            _peer(
                9,
                "select pid, pg_blocking_pids(pid) from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0;",
            ),
            _asker(14, "there's an idle in transaction session from a notebook"),
            _peer(16, "pg_terminate_backend on that one. probably somebody's forgotten jupyter", CHECK),
        ),
    ),
    Talk(
        Kind.CHECKED,
        ASK,
        "search",
        Topic.ALERTS,
        "How can I silence one alert for tonight? We reindex and it will page for sure.",
        (
            _peer(
                13,
                "press Silence in the alert's message, set an end and write why. without a reason it's "
                "removed after an hour",
                CHECK,
            ),
        ),
    ),
    Talk(
        Kind.CHECKED,
        ASK,
        "payments",
        Topic.NETWORK,
        "Calls from checkout-prod to ledger time out, from our own namespace they work. Do I need to open something?",
        (
            _peer(
                7, "a NetworkPolicy that lets their namespace in. calls from other teams are closed by default", CHECK
            ),
            _asker(35, "works now, nice"),
        ),
    ),
)

_THANKED = (
    Talk(
        Kind.THANKED,
        ASK,
        "checkout",
        Topic.ACCESS,
        "hi, I moved to checkout last week and get Forbidden in checkout-dev. who do I ask?",
        (
            _peer(5, "welcome! add your address to checkout's team.yaml, and sign out and in again after the merge"),
            _asker(48, "signing out was the missing bit, thanks a lot"),
        ),
    ),
    Talk(
        Kind.THANKED,
        ASK,
        "payments",
        Topic.NETWORK,
        "can a request through the gateway take longer than 60 s? our month-end report needs about two minutes",
        (
            _peer(
                18,
                "up to 300 with `timeouts: {request: 300s}` on the rule. better to answer 202 and do it in "
                "the background though",
            ),
            _asker(26, "thank you @peer, will take the 300 for now and do the queue next sprint"),
        ),
    ),
    Talk(
        Kind.THANKED,
        ASK,
        "search",
        Topic.LOGS,
        "our logs are gone in grafana since about 10:00, the pods run fine. did something change?",
        (
            _peer(12, "more than 1 MB a second from one pod gets dropped. look at the dashboard Logging"),
            _asker(29, "yep, somebody left debug on. Thanks!"),
        ),
        hours=MIDDAY,
    ),
    Talk(
        Kind.THANKED,
        DATA,
        "data",
        Topic.DATABASE,
        "has anyone built an index on a large table in prod lately? wondering if it blocks writers",
        (
            _peer(
                20,
                "CREATE INDEX CONCURRENTLY doesn't, it just takes longer. must be outside a transaction, "
                "our migration tool needed a flag for that",
            ),
            _asker(52, "perfect, that's exactly what I needed. thx"),
        ),
    ),
    Talk(
        Kind.THANKED,
        ASK,
        "payments",
        Topic.CI,
        "pipeline takes 14 min, 9 of that is pip install. what do others do about caching?",
        (
            _peer(15, "copy requirements.txt into the image before the code, then the layer is cached"),
            _other(23, "and run lint and tests side by side with the same depends_on"),
            _asker(180, "down to 6 min. thanks both :pray:"),
        ),
    ),
    Talk(
        Kind.THANKED,
        ASK,
        "data",
        Topic.NETWORK,
        "egress to api.partner.example.com gives me 403 with a header x-egress-denied, although "
        "it's in our egress.yaml??",
        (
            _peer(6, "is staging in `environments`? I made the same mistake last month"),
            _asker(11, "only prod was in there. thanks, saved my afternoon"),
        ),
    ),
    Talk(
        Kind.THANKED,
        DEPLOYS,
        "search",
        Topic.DEPLOY,
        "Is there a freeze coming up before Black Friday? planning the query-api release",
        (
            _peer(24, "freezes are announced here a week ahead and nothing so far, so you can plan"),
            _asker(39, "great, thanks"),
        ),
        first_text="Is there a freeze coming up before Black Friday? planing the query-api relase",
    ),
    Talk(
        Kind.THANKED,
        DATA,
        "checkout",
        Topic.QUEUES,
        "300 messages in notifier.dead after yesterday's bug, which is fixed. how do I replay them?",
        (
            _peer(
                9,
                "queues.example.com, open notifier.dead, Move messages, name `notifier` as the target. "
                "read a few first",
            ),
            _asker(21, "all through, thank you!"),
        ),
    ),
    Talk(
        Kind.THANKED,
        ASK,
        "search",
        Topic.SECRETS,
        "does the database password really change by itself? our indexer lost its connection at night",
        (
            _peer(
                37,
                "every 60 days, the old one works one more day. you have to restart when the Secret "
                "changes, we use a reloader annotation",
            ),
            _asker(55, "good to know, thanks"),
        ),
    ),
    Talk(
        Kind.THANKED,
        ASK,
        "checkout",
        Topic.ALERTS,
        "how do I get told when a nightly job did NOT run? the usual alerts only fire when it fails",
        (
            _peer(
                16,
                "alert on time() - kube_cronjob_status_last_successful_time > 26h. run the job once by "
                "hand first or there's no figure",
            ),
            _asker(70, "smart. thanks @peer"),
        ),
    ),
)

_BY_TEAM = (
    Talk(
        Kind.BY_TEAM,
        ASK,
        "payments",
        Topic.QUOTAS,
        "we need 60 CPU in payments-prod for the end-of-year run, that's more than twice the "
        "default. how do we get that?",
        (
            _team(
                26, "put it into team.yaml and write what for and until when in the description, I'll look at it today"
            ),
            _asker(95, "done, PR is up"),
            _team(140, "merged"),
        ),
        EYES_OF_TEAM,
    ),
    Talk(
        Kind.BY_TEAM,
        ASK,
        "checkout",
        Topic.NETWORK,
        "Could someone approve our DNS record for pay-return.example.com? It's been open since this morning.",
        (_team(33, "approved, should resolve in a few minutes"),),
        hours=AFTERNOON,
    ),
    Talk(
        Kind.BY_TEAM,
        ASK,
        "data",
        Topic.LOGS,
        "A customer's e-mail address ended up in our staging logs. Who deletes the lines?",
        (
            _team(8, "we do. namespace, time and a text to look for? please stop it at the source first"),
            _asker(15, "data-staging, today 09:40 to 09:55, `contact=`. log line is removed in the code already"),
            _team(160, "deleted. thanks for telling us right away"),
        ),
        hours=MIDDAY,
    ),
    Talk(
        Kind.BY_TEAM,
        DATA,
        "data",
        Topic.DATABASE,
        "we'd like to move warehouse-meta from Postgres 14 to 17. is there a window, or do we pick one?",
        (
            _team(45, "you pick: staging first, then set `maintenanceWindow` for prod. under a minute with a standby"),
            _asker(60, "ok, Sunday 5 am it is"),
        ),
    ),
    Talk(
        Kind.BY_TEAM,
        ASK,
        "search",
        Topic.POLICY,
        "Our image was denied in prod: not attested. It was built in CI like always. What's missing?",
        (
            _team(
                12, "the tag was moved after signing, I think you re-pushed 2.8.0. build again with a new tag please"
            ),
            _asker(34, "2.8.1 is in. thanks"),
        ),
    ),
    Talk(
        Kind.BY_TEAM,
        DEPLOYS,
        "checkout",
        Topic.DEPLOY,
        "checkout-api-prod is stuck in Progressing for 20 min, new pods are Pending. can somebody look?",
        (
            _team(4, "on it. a node is missing in that zone"),
            _team(19, "node is back, your pods are starting"),
        ),
        EYES_OF_TEAM,
    ),
    Talk(
        Kind.BY_TEAM,
        ASK,
        "payments",
        Topic.ACCESS,
        "I lost my phone with the second factor. Can you reset it?",
        (_team(10, "we can't, only the service desk may: desk.example.com. they're quick in the mornings"),),
    ),
    Talk(
        Kind.BY_TEAM,
        ASK,
        "search",
        Topic.COSTS,
        "the bill shows a large database for search in October, ours is a medium. where does that come from?",
        (
            _team(75, "looking into it, which month view do you use?"),
            _asker(82, "Compare, September against October"),
            _mate(
                300,
                "it was enlarged for the load test and set back four days later. the charge is right but I "
                "see why it looks odd",
            ),
        ),
    ),
)

_ACKNOWLEDGED = (
    Talk(
        Kind.ACKNOWLEDGED,
        ASK,
        "checkout",
        Topic.CI,
        "registry answers `denied` for every pull since lunch, token is fresh. anyone else?",
        (_peer(3, "same here"), _other(6, "+1")),
        hours=AFTERNOON,
    ),
    Talk(
        Kind.ACKNOWLEDGED,
        ASK,
        "search",
        Topic.LOGS,
        "Grafana is very slow this morning, Explore takes a minute for 15 minutes of logs. is it known?",
        (_team(9, "looking"),),
        EYES_OF_TEAM,
        hours=MORNING,
    ),
    Talk(
        Kind.ACKNOWLEDGED,
        DATA,
        "data",
        Topic.DATABASE,
        "the masked copy of production wasn't refreshed this Monday, does anybody know why?",
        (_peer(40, "noticed that too"),),
        days=MONDAY,
        hours=MIDDAY,
    ),
    Talk(
        Kind.ACKNOWLEDGED,
        DEPLOYS,
        "payments",
        Topic.DEPLOY,
        "dry run check on my promotion PR hangs, third time today. is something wrong with the runner?",
        (_team(14, "having a look"),),
        hours=AFTERNOON,
    ),
    Talk(
        Kind.ACKNOWLEDGED,
        ASK,
        "data",
        Topic.NETWORK,
        "VPN drops every half hour and takes my port-forwards with it. just me?",
        (_peer(18, "not just you, happens to me as well"),),
        (("heavy_plus_sign", Part.OTHER),),
    ),
)

_UNANSWERED = (
    Talk(
        Kind.UNANSWERED,
        ASK,
        "search",
        Topic.POLICY,
        "What counts as a builder for the attestation policy if we use Bazel remote execution?",
    ),
    Talk(
        Kind.UNANSWERED,
        ASK,
        "data",
        Topic.QUOTAS,
        "can a namespace have GPU nodes? we'd like to try a small model for matching addresses",
    ),
    Talk(
        Kind.UNANSWERED,
        DATA,
        "payments",
        Topic.DATABASE,
        "does anyone have experience with logical replication out of our Postgres into the warehouse?",
    ),
    Talk(
        Kind.UNANSWERED,
        DEPLOYS,
        "checkout",
        Topic.DEPLOY,
        "Is it possible to promote two services in one PR so that they go out together?",
    ),
    Talk(
        Kind.UNANSWERED,
        ASK,
        "checkout",
        Topic.ALERTS,
        "How do we route tickets of one service to a second Slack channel?",
    ),
    Talk(
        Kind.UNANSWERED,
        DATA,
        "search",
        Topic.STORAGE,
        "we need a bucket with object lock for audit files. can the platform's buckets do that?",
    ),
)

_ASKED_BACK = (
    Talk(
        Kind.ASKED_BACK,
        ASK,
        "payments",
        Topic.NETWORK,
        "payouts can't reach the bank's SFTP any more, worked yesterday",
        (
            _peer(8, "do you get a timeout or a refusal? and is it tcp in your egress.yaml?"),
            _asker(20, "timeout. it's listed as tcp 22"),
            _peer(27, "then I'd check with the bank if they changed their address, ours haven't"),
            _asker(
                120,
                "they did indeed move it. sorted",
            ),
        ),
    ),
    Talk(
        Kind.ASKED_BACK,
        ASK,
        "checkout",
        Topic.LOGS,
        "traces stop at notifier. how do I find out why?",
        (_peer(13, "is it called over http or through a queue?"),),
    ),
    Talk(
        Kind.ASKED_BACK,
        ASK,
        "search",
        Topic.DEPLOY,
        "my app says OutOfSync but the diff is empty, what does that mean?",
        (
            _team(24, "which application? and does an autoscaler own the replicas there?"),
            _asker(31, "search-query-api-prod, and yes it does"),
            _team(36, "then leave `replicas` out of the manifest, they fight over it"),
        ),
    ),
    Talk(
        Kind.ASKED_BACK,
        DATA,
        "checkout",
        Topic.DATABASE,
        "cart db is slow since Monday, anything going on?",
        (
            _peer(15, "what does the PostgreSQL dashboard say, connections or slow statements?"),
            _asker(44, "one statement at 4 s, it used to be 20 ms"),
            _peer(50, "run EXPLAIN on it in staging, I bet it's a Seq Scan. when did you last analyze?"),
        ),
        days=(2, 3, 4),
    ),
    Talk(
        Kind.ASKED_BACK,
        DEPLOYS,
        "payments",
        Topic.DEPLOY,
        "can someone restart ledger in prod for me?",
        (_peer(5, "you may do that yourself, `kubectl rollout restart`. or does it say Forbidden?"),),
    ),
    Talk(
        Kind.ASKED_BACK,
        ASK,
        "data",
        Topic.ACCESS,
        "403 on grafana all of a sudden",
        (
            _peer(4, "since when, and did you change teams lately?"),
            _asker(10, "since today. no changes"),
            _other(17, "sign out at login.example.com/logout once, my session had lost its groups too"),
            _asker(23, "that was it, thanks"),
        ),
    ),
)

_REOPENED = (
    Talk(
        Kind.REOPENED,
        ASK,
        "checkout",
        Topic.NETWORK,
        "curl says `certificate signed by unknown authority` for stock.internal.example.com, from "
        "a node image. how do I trust our CA?",
        (
            _peer(10, "mount the ConfigMap company-ca, it's in every namespace"),
            _asker(42, "mounted it, still not working, same error"),
            _peer(47, "node ignores the system store, set NODE_EXTRA_CA_CERTS to the file", CHECK),
            _asker(66, "now it does :tada:"),
        ),
    ),
    Talk(
        Kind.REOPENED,
        ASK,
        "payments",
        Topic.SECRETS,
        "my externalsecret says `could not get secret`, the path is right I think. what else can it be?",
        (
            _peer(7, "is the environment in the path? teams/payments/staging/..."),
            _asker(15, "was missing, thanks!"),
            _asker(38, "hm no, it still fails. now it's permission denied"),
            _team(58, "you're reading checkout's path there, see line 9 of your file"),
            _asker(63, "oh dear. fixed, thank you"),
        ),
    ),
    Talk(
        Kind.REOPENED,
        DATA,
        "data",
        Topic.STORAGE,
        "Can I get back a file that was deleted from our bucket last week?",
        (
            _peer(12, "list-object-versions with the prefix, then get the version you want. 30 days back"),
            _asker(50, "doesn't work for me, the list is empty"),
        ),
    ),
    Talk(
        Kind.REOPENED,
        DEPLOYS,
        "search",
        Topic.DEPLOY,
        "we get a handful of 503s at every deploy of query-api. how do others avoid that?",
        (
            _peer(9, "preStop sleep of 10 s and terminationGracePeriod of 40, and at least two replicas"),
            _asker(230, "tried that, still getting some. fewer though"),
            _other(262, "do you handle SIGTERM? we had to finish open requests ourselves"),
        ),
    ),
)

_LATE_TEAM = (
    Talk(
        Kind.LATE_TEAM,
        ASK,
        "search",
        Topic.NETWORK,
        "new host suggest.example.com resolves from my laptop but not from pods, any hints?",
        (
            _peer(
                8,
                "try it with the full stop at the end, search domains get in the way. and NXDOMAIN is cached for 5 min",
            ),
            _asker(16, "with the dot it works, and now without too. thanks!"),
            _team(190, "looks like this is settled, shout if it comes back"),
        ),
    ),
    Talk(
        Kind.LATE_TEAM,
        ASK,
        "payments",
        Topic.ALERTS,
        "our metrics don't show up, PodMonitor is there since yesterday. what did I miss?",
        (
            _peer(11, "`port` must be the name of the container's port, not the number", CHECK),
            _team(145, "having a look now"),
            _mate(150, "@team I think that one is solved already"),
        ),
    ),
    Talk(
        Kind.LATE_TEAM,
        DEPLOYS,
        "checkout",
        Topic.DEPLOY,
        "urgent label on my PR, but one check stays red. is that supposed to be like this?",
        (
            _peer(
                5,
                "yes, urgent only skips the 30 minutes in staging. the attestation and dry run ones still have to pass",
                CHECK,
            ),
            _team(95, "what @peer says"),
        ),
    ),
)

_SELF_SOLVED = (
    Talk(
        Kind.SELF_SOLVED,
        ASK,
        "data",
        Topic.JOBS,
        "nightly-report didn't run, LAST SCHEDULE is two days old. how do I find out why?",
        (_asker(32, "found it: the previous run was still going and it's set to Forbid. never mind"),),
    ),
    Talk(
        Kind.SELF_SOLVED,
        DATA,
        "search",
        Topic.STORAGE,
        "where is the doc for presigned links? I remember there was one",
        (_asker(6, "nevermind, it's in the handbook under buckets"),),
        first_text="where is the doc for presigned urls",
    ),
)

_FURTHER = (
    Talk(
        Kind.CHECKED,
        ASK,
        "data",
        Topic.COSTS,
        "who gets the budget alerts of our team? I only saw the 80 % one by accident",
        (_peer(21, "the team's channel from team.yaml, and the lead by mail at 100 %", CHECK),),
    ),
    Talk(
        Kind.THANKED,
        ASK,
        "checkout",
        Topic.JOBS,
        "what time zone do cron jobs use? ours ran an hour early after the clocks changed",
        (
            _peer(7, "UTC unless you set `timeZone`"),
            _asker(12, "ah, that explains it. thanks!"),
        ),
    ),
    Talk(
        Kind.ANSWERED,
        DEPLOYS,
        "data",
        Topic.DEPLOY,
        "first deployment of the feed service, admission webhook says limits are required. all of them?",
        (_peer(12, "requests and a memory limit. leave the CPU limit out, it only slows you down"),),
    ),
    Talk(
        Kind.CHECKED,
        ASK,
        "search",
        Topic.QUOTAS,
        "what would you request for a service that idles at 50m and peaks at 1 CPU for a few seconds?",
        (
            _peer(30, "near the usual use, 100m, and no limit. the dashboard Requests and use shows two weeks", CHECK),
            _other(47, "we do the same"),
        ),
    ),
    Talk(
        Kind.THANKED,
        DATA,
        "payments",
        Topic.DATABASE,
        "Somebody dropped a table in ledger staging. Can we get back to this morning?",
        (
            _peer(
                4,
                "yes: a new database with `restoreFrom` and the time in UTC, next to the old one. staging "
                "goes back 7 days",
            ),
            _asker(58, "25 minutes and everything is there. thank you, really"),
        ),
        hours=AFTERNOON,
    ),
    Talk(
        Kind.ANSWERED,
        ASK,
        "checkout",
        Topic.ACCESS,
        "kubectl says `You must be logged in to the server (Unauthorized)` since I came back from holiday. what now?",
        (_peer(6, "rm -rf ~/.kube/cache/oidc-login and try again, the token ran out"),),
    ),
    Talk(
        Kind.BY_TEAM,
        ASK,
        "search",
        Topic.QUOTAS,
        "We plan a load test on Thursday from 14 to 16. Do we have to tell anybody?",
        (
            _team(
                18,
                "telling us here is enough, thanks. I'll make sure there are nodes and leave you out of the jump alert",
            ),
        ),
        days=(0, 1, 2),
    ),
    Talk(
        Kind.ANSWERED,
        ASK,
        "payments",
        Topic.DEPLOY,
        "can I roll out a feature to 10 % of users without a second deployment?",
        (
            _peer(
                19,
                "with a flag: `fractional` in targeting, 10/90. pass a targetingKey or users will flip back and forth",
            ),
            _asker(28, "and turning it off again is a merge?"),
            _peer(30, "yes, but no restart. a few seconds after the sync"),
        ),
    ),
)

QUESTIONS: tuple[Talk, ...] = (
    *_ANSWERED,
    *_CHECKED,
    *_THANKED,
    *_BY_TEAM,
    *_ACKNOWLEDGED,
    *_UNANSWERED,
    *_ASKED_BACK,
    *_REOPENED,
    *_LATE_TEAM,
    *_SELF_SOLVED,
    *_FURTHER,
    Talk(
        Kind.ASKED_BACK,
        ASK,
        "checkout",
        Topic.SECRETS,
        "why is our api key not found in dev?",
        (
            _peer(9, "which key, and did you put it in the dev path too?"),
            _asker(13, "wrong channel sorry, deleting this"),
        ),
        is_deleted=True,
    ),
)

# Said by the platform team or anybody: greetings, announcements and what other apps post.
NOTICES: tuple[Talk, ...] = (
    Talk(
        Kind.NOTICE,
        ASK,
        "platform",
        Topic.ACCESS,
        "Good morning all. I'm on duty this week.",
        days=MONDAY,
        hours=(9, 10),
        is_weekly=True,
    ),
    Talk(
        Kind.NOTICE,
        ASK,
        "platform",
        Topic.ACCESS,
        "Office hours today from 14:00 in the huddle of this channel. Bring whatever bothers you.",
        marks=(("+1", Part.OTHER),),
        days=THURSDAY,
        hours=MORNING,
        is_weekly=True,
    ),
    Talk(
        Kind.NOTICE,
        ASK,
        "platform",
        Topic.LOGS,
        "Grafana gets a new version at 12:30, two minutes of gaps at most.",
        hours=MORNING,
    ),
    Talk(
        Kind.NOTICE,
        DEPLOYS,
        "platform",
        Topic.DEPLOY,
        "Reminder: Ingress goes away on 31 March, please move to HTTPRoute. The guide is in the "
        "handbook, and we come by if "
        "you want company.",
        (_peer(35, "ours are moved already :white_check_mark:"),),
    ),
    Talk(
        Kind.NOTICE,
        DEPLOYS,
        "payments",
        Topic.DEPLOY,
        "ledger 1.9.0 goes to prod at 14:00, I'll watch it",
        days=(0, 1, 2, 3),
        hours=MORNING,
    ),
    Talk(Kind.NOTICE, DEPLOYS, "checkout", Topic.DEPLOY, "rolling checkout-api back to 3.11, error rate is up"),
    Talk(
        Kind.NOTICE, DEPLOYS, "search", Topic.DEPLOY, "query-api 2.8.1 is out, all green", marks=(("tada", Part.OTHER),)
    ),
    Talk(
        Kind.NOTICE,
        DATA,
        "data",
        Topic.DATABASE,
        "The masked copy of production is refreshed, a day late this time. Sorry about that!",
        days=(1,),
        hours=MORNING,
    ),
    Talk(
        Kind.NOTICE,
        DATA,
        "platform",
        Topic.DATABASE,
        "Small Postgres updates tonight in your maintenance windows, nothing to do for you.",
        hours=AFTERNOON,
    ),
    Talk(
        Kind.ALERT,
        DEPLOYS,
        "payments",
        Topic.ALERTS,
        ":fire: FIRING LedgerErrors: more than 2 percent of ledger requests fail (payments-prod)",
        (
            _peer(3, "that's my deploy, reverting"),
            _peer(9, "reverted, going down"),
            Line(Part.APP, 16, ":large_green_circle: RESOLVED LedgerErrors (payments-prod)"),
        ),
    ),
    Talk(
        Kind.ALERT,
        DEPLOYS,
        "search",
        Topic.ALERTS,
        ":fire: FIRING IndexerLag: indexer is 15 minutes behind (search-prod). What changed in the last hour?",
        marks=(("eyes", Part.PEER),),
    ),
    Talk(Kind.ALERT, ASK, "data", Topic.ALERTS, ":warning: CI waits are over ten minutes, see status.example.com/ci"),
    Talk(Kind.ALERT, DATA, "data", Topic.ALERTS, ":warning: warehouse-meta: disk is 80 percent full"),
    Talk(
        Kind.CHATTER,
        "random",
        "search",
        Topic.ACCESS,
        "morning! who's in the office today?",
        (_peer(12, "me, from ten"), _other(15, "working from home")),
        hours=(8, 9),
    ),
    Talk(Kind.CHATTER, "random", "data", Topic.ACCESS, "there's cake in the kitchen, 3rd floor"),
    Talk(
        Kind.CHATTER,
        "random",
        "checkout",
        Topic.ACCESS,
        "anyone up for lunch at 12:30?",
        (_peer(4, "yes!"), _other(9, "count me in")),
        hours=MIDDAY,
    ),
    Talk(
        Kind.CHATTER,
        "random",
        "payments",
        Topic.ACCESS,
        "whoever left a blue umbrella in room Ithaca, it's at the front desk now",
    ),
    Talk(
        Kind.CHATTER,
        "random",
        "search",
        Topic.ACCESS,
        "does anybody have a spare HDMI adapter?",
        (_peer(6, "top drawer, next to the printer"), _asker(14, "thanks!")),
    ),
    Talk(
        Kind.CHATTER,
        "random",
        "checkout",
        Topic.ACCESS,
        "have a nice weekend everybody",
        days=FRIDAY,
        hours=(16, 18),
        is_weekly=True,
    ),
)
