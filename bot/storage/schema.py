"""Every table. Core tables and not mapped classes: see docs/decisions/0004-core-tables.md.

People appear by pseudonym everywhere but in `people`, so that erasing the mapping erases the person.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps no zone, so it is put on again when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def _person(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[str]:
    # No foreign key: erasing deletes the row in `people`, and the pseudonym stays here.
    # The mark is for `bot.storage.personal`, which must know every such column.
    return Column(name, String(40), nullable=nullable, primary_key=primary_key, info={"person": True})


def _index_where(rows: str, *columns: str) -> Index:
    """Of these rows alone: the others are many, and nobody looks for them."""
    return Index(None, *columns, sqlite_where=text(rows), postgresql_where=text(rows))


people = Table(
    "people",
    metadata,
    _person("id", primary_key=True),
    Column("slack_id", String(40), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
)

keys = (
    Table(  # made once for this database; fingerprints, stand-ins and marks hang on them; and its first use and restore
        "keys",
        metadata,
        Column("name", String(40), primary_key=True),
        Column("value", String(64), nullable=False),
    )
)

left_out = Table(  # who is counted as "someone": a keyed fingerprint of the Slack id and nothing else
    "left_out",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("since", Moment, nullable=False),
)

memberships = Table(  # the platform team, by day; `person` may be the stand-in of somebody left out
    "memberships",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _person("person"),
    Column("since", Date),  # first day in the team; null: always
    Column("until", Date),  # first day no longer in it; null: still
    Column("source", String(12), nullable=False),  # handbook | group | file
    Index(None, "source", "person"),
)

on_duty = Table(  # the duty group's people as last seen
    "on_duty",
    metadata,
    _person("person", primary_key=True),
    Column("is_there", Boolean, nullable=False),
)

channels = Table(  # what is read back: each watched channel, and the bot's own direct messages
    "channels",
    metadata,
    Column("channel_id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),  # "" where none is known
    Column("is_private", Boolean, nullable=False),  # true until Slack said otherwise
    Column("is_direct", Boolean, nullable=False),
    Column("watermark", String(40)),  # all up to this ts was read; null: nothing yet
    # how far reading back came: at first to when it began; null: to begin anew. Of direct messages: what is not read
    Column("read_back_to", String(40)),
    Column("is_read_back", Boolean, nullable=False),
    Column("is_whole_due", Boolean, nullable=False),  # the nightly pass, not done yet
    Column("due_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("lease", String(40)),
    Column("problem", String(60)),  # Slack's code for why it could not be read last time
    Index(None, "due_at"),
)

events = Table(
    "events",
    metadata,
    Column("event_id", String(60), primary_key=True),
    Column("received_at", Moment, nullable=False, index=True),
)

inbox = Table(  # acknowledged and not taken down yet; it is for moments
    "inbox",
    metadata,
    Column("event_id", String(60), primary_key=True),
    Column("told", Text, nullable=False),  # JSON, with a person's words: `bot.storage.inbox` forgets by what is in it
    Column("came_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),  # when whoever wrote it down should have taken it down
    Column("tries", Integer, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("channel_id", String(40), primary_key=True),
    Column("ts", String(40), primary_key=True),
    Column("thread_ts", String(40)),
    _person("author", nullable=True),  # null until the message itself was seen, and for bots
    Column("author_kind", String(10), nullable=False),  # person | bot | unknown
    Column("text", Text),
    Column("gist", String(10)),  # what a reply is: says | asks | ack | thanks | still; kept when the text is not
    _person("addressee", nullable=True),  # the first person it mentions
    Column("posted_at", Moment, nullable=False),
    Column("edited_ts", String(40)),
    Column("deleted_ts", String(40)),
    Index(None, "channel_id", "thread_ts"),
    Index(None, "author", "channel_id"),
    _index_where("addressee IS NOT NULL", "addressee"),
    _index_where("text IS NOT NULL", "posted_at"),  # those of the last months: the words of older ones are gone
)

links = Table(  # of each message that stands in its channel itself: what it answers, as the linker has it
    "links",
    metadata,
    Column("channel_id", String(40), primary_key=True),
    Column("ts", String(40), primary_key=True),
    Column("form", String(10), nullable=False),  # how it is made (`bot.peers.forms`); no word of it
    Column("kin", Text),  # with which messages before it shares how many words; null: none, or not known
    Column("has_thread", Boolean, nullable=False),
    Column("answers_ts", String(40)),  # null: it opens a matter
    Column("talk_ts", String(40), nullable=False),  # the first message of the talk it belongs to
    Column("confidence", Float, nullable=False),  # 0 to 1, of that talk
    Column("linker", String(20), nullable=False),  # the rules' version
    ForeignKeyConstraint(["channel_id", "ts"], ["messages.channel_id", "messages.ts"]),
    Index(None, "channel_id", "talk_ts"),
)

cross_posts = Table(  # a question asked in several channels: which of them came first
    "cross_posts",
    metadata,
    Column("channel_id", String(40), primary_key=True),
    Column("ts", String(40), primary_key=True),
    Column("first_channel_id", String(40), nullable=False),
    Column("first_ts", String(40), nullable=False),
    Index(None, "first_channel_id", "first_ts"),
)

questions = Table(
    "questions",
    metadata,
    Column("channel_id", String(40), primary_key=True),
    Column("ts", String(40), primary_key=True),
    _person("asker"),
    Column("kind", String(20), nullable=False),
    Column("classifier", String(20), nullable=False),  # the rules' version, or that a person corrected them
    Column("asked_at", Moment, nullable=False),
    Column("topic", String(80)),  # a tag of the handbook; "": none fits; null: not looked for yet
    ForeignKeyConstraint(["channel_id", "ts"], ["messages.channel_id", "messages.ts"]),
    Index(None, "asked_at"),
    Index(None, "asker", "asked_at", "channel_id"),
)

cases = Table(  # what became of each question, as far as time does not change it; see bot.storage.decided
    "cases",
    metadata,
    Column("channel_id", String(40), primary_key=True),
    Column("ts", String(40), primary_key=True),
    Column("basis", String(20), nullable=False),  # what it was decided with: rules, working time, horizon
    Column("is_part", Boolean, nullable=False),  # of an earlier question, and counted with it
    Column("young_until", BigInteger, nullable=False),  # microseconds since 1970, as all times here
    Column("responder", String(10), nullable=False),
    Column("response_s", Integer),
    Column("working_s", Integer),
    Column("is_at_work", Boolean),
    Column("answerer", String(10), nullable=False),
    Column("solver", String(10)),
    Column("solved_s", Integer),  # until that was said
    Column("solved_working_s", Integer),
    Column("untouched", BigInteger),
    Column("reopened", Integer, nullable=False),
    Column("was_shown", Boolean, nullable=False),
    Column("was_hinted", Boolean, nullable=False),
    Column("is_hint_confirmed", Boolean, nullable=False),
    Column("said_not_quite", Boolean, nullable=False),
    Column("is_thanked", Boolean, nullable=False),
    Column("was_looked_up", Boolean, nullable=False),
    Column("is_repeat", Boolean, nullable=False),
    ForeignKeyConstraint(["channel_id", "ts"], ["questions.channel_id", "questions.ts"], ondelete="CASCADE"),
)

case_answers = Table(  # who answered a question, each once
    "case_answers",
    metadata,
    Column("channel_id", String(40), primary_key=True),
    Column("ts", String(40), primary_key=True),
    _person("person", primary_key=True),
    Column("answerer", String(10), nullable=False),  # peer | platform, on that day
    ForeignKeyConstraint(["channel_id", "ts"], ["cases.channel_id", "cases.ts"], ondelete="CASCADE"),
    Index(None, "person", "ts"),
)

case_turns = Table(  # what changed since its case was decided. Triggers write it, whoever changes what: migration 0011
    "case_turns",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("channel_id", String(40), nullable=False),  # "" where it is a member of the platform team
    Column("ts", String(40), nullable=False),  # of a message, or the member
)

kind_corrections = Table(  # what kind a question is, said by people; the newest one outweighs the rules for good
    "kind_corrections",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("channel_id", String(40), nullable=False),
    Column("ts", String(40), nullable=False),
    _person("person"),
    Column("old_kind", String(20), nullable=False),
    Column("new_kind", String(20), nullable=False),
    Column("corrected_at", Moment, nullable=False),
    Index(None, "channel_id", "ts"),
)

threads = Table(  # what Slack said of a thread when its replies were last read, where our own rows say otherwise
    "threads",
    metadata,
    Column("channel_id", String(40), primary_key=True),
    Column("ts", String(40), primary_key=True),
    Column("reply_count", Integer, nullable=False),
    Column("latest_reply", String(40), nullable=False),
)

reactions = Table(  # two last words, from events and from history; the later one holds
    "reactions",
    metadata,
    Column("channel_id", String(40), primary_key=True),
    Column("ts", String(40), primary_key=True),
    _person("person", primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("changed_ts", String(40), nullable=False),  # "" when no event told
    Column("is_there", Boolean, nullable=False),
    Column("seen_ts", String(40), nullable=False),  # "" when never seen in history
    Column("was_there", Boolean, nullable=False),
    Index(None, "person", "channel_id"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(255), nullable=False, unique=True),  # one answer to one asking, whatever brings it
    Column("channel_id", String(40), nullable=False),  # "" in private
    Column("question_ts", String(40)),
    Column("thread_ts", String(40)),
    _person("asker"),
    Column("surface", String(10), nullable=False),  # thread | direct | private | shadow | hint
    Column(
        "outcome", String(10), nullable=False
    ),  # answered | suggested | silent | refused | known | person (asked for)
    Column("reason", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("writer", String(10), nullable=False, server_default="quoting"),  # quoting | model
    Column("confidence", Float, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("closest", JSON, nullable=False, server_default="[]"),  # what came closest to a silence
    Column("pointers", JSON, nullable=False, server_default="[]"),  # to solved threads: where and when, no words
    Column("handbook_revision", String(80), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("stands_in", String(255), nullable=False, server_default=""),  # key of the answer whose message shows this
    Column("asked_in", String(40), nullable=False, server_default=""),  # the channel a command was used in
    Column("asked", Boolean, nullable=False, server_default=false()),  # somebody turned to us and we looked it up
    Column("question", Text),  # what was asked in private, where its words may be kept; other questions are messages
    Index(None, "asker", "channel_id"),
    Index(None, "question_ts"),
    _index_where("thread_ts IS NOT NULL", "thread_ts"),
    Index(None, "created_at"),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("answer_id", ForeignKey("answers.id"), primary_key=True),
    _person("person", primary_key=True),
    Column("verdict", String(20), nullable=False),  # solved | not quite; of a shadow: right | wrong | silent
    Column("reason", String(20)),  # why it was not quite it
    Column("by_asker", Boolean, nullable=False),
    Column("given_at", Moment, nullable=False),
)

model_use = Table(  # how often the model was asked on a day; nobody's name ("") counts everybody's together
    "model_use",
    metadata,
    Column("day", Date, primary_key=True),
    _person("person", primary_key=True),
    Column("calls", Integer, nullable=False),
)

gaps = Table(  # what the handbook had no good answer for, as far as it was asked more or less the same way
    "gaps",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("state", String(10), nullable=False),  # open | closed
    Column("kind", String(20)),  # of its questions, as a person said; null: what most of them are
    _person("owner", nullable=True),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("closed_because", String(12)),  # article | action | dismissed | quiet
    _person("closed_by", nullable=True),
    Column("reason", String(20)),  # why it was dismissed
    Column("article", String(255)),  # the id of the article that closed it
    Column("follows", String(40)),  # the closed gap that it was asked again after
    Index(None, "state"),
)

gap_members = Table(  # the askings in a gap; who asked, and in which words, stands where they were asked
    "gap_members",
    metadata,
    Column("key", String(90), primary_key=True),  # channel and ts of a message, else the id of its answer
    Column("gap_id", ForeignKey("gaps.id"), nullable=False, index=True),
    Column("channel_id", String(40), nullable=False),  # "" in private
    Column("ts", String(40), nullable=False),  # "" in private
    Column("answer_id", String(40)),
    Column("kind", String(20), nullable=False),  # by rules, where no question's row tells it
    Column("asked_at", Moment, nullable=False),
)

drafts = Table(  # articles made from threads, until somebody opened or dropped them
    "drafts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(255), nullable=False, unique=True),
    Column("channel_id", String(40), nullable=False),
    Column("root", String(40), nullable=False),  # the ts of the thread's first message
    Column("reply_ts", String(40), nullable=False),  # of the reply that it is made from
    _person("saver"),
    _person("asker", nullable=True),  # null: left out or erased since
    _person("solver", nullable=True),
    Column("credit", String(10), nullable=False),  # unasked | asked | yes | no
    Column("state", String(10), nullable=False),  # offered | shown | proposed | dropped | never
    Column("words", JSON),  # title, questions and body; null while offered, and once Git has them or nobody wants them
    Column("owner", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("file", String(255), nullable=False),  # below articles/
    Column("created_at", Moment, nullable=False),
    Index(None, "channel_id", "root"),
)

proposals = Table(  # what was put before the handbook's reviewers, and what became of it
    "proposals",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),  # article | review | action | story
    Column("subject", String(40), nullable=False, unique=True),  # the id of the draft or look it came from
    Column("branch", String(100), nullable=False, unique=True),
    _person("person"),  # who asked for it
    Column("title", Text, nullable=False),  # "" once it is settled
    Column("body", Text),  # null once it is settled
    Column("files", JSON),
    Column("state", String(10), nullable=False),  # waiting | open | merged | closed | failed
    Column("url", Text, nullable=False),
    Column("number", String(40), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("looked_at", Moment),
    Column("settled_at", Moment),
    Index(None, "state", "looked_at"),
)

article_links = Table(  # addresses that articles link to, on the sites that the handbook names
    "article_links",
    metadata,
    Column("url", String(500), primary_key=True),
    Column("failures", Integer, nullable=False),  # in a row
    Column("checked_at", Moment, nullable=False),
)

article_looks = Table(  # articles that somebody was asked to look at, and what they said
    "article_looks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("article", String(400), nullable=False),
    Column("slot", String(10), nullable=False),
    _person("recipient", nullable=True),  # null: the platform team's channel
    Column("place", Integer, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("said", String(20)),  # still true | needs work
    _person("said_by", nullable=True),
    Column("said_at", Moment),
    Column("created_at", Moment, nullable=False),
    Index(None, "slot", "recipient"),
    Index(None, "created_at"),
)

vectors = Table(  # of the handbook's passages, by their content; a question's is not kept
    "vectors",
    metadata,
    Column("model", String(200), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # little-endian float16
    Column("used_at", Moment, nullable=False),
    Index(None, "used_at"),
)

requests = Table(  # actions asked for, and what became of them
    "requests",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(255), nullable=False, unique=True),  # of the form that was sent
    _person("person"),  # who asked
    Column("action", String(60), nullable=False),
    Column("mode", String(12), nullable=False),
    Column("backend", String(20), nullable=False),  # git | step_function | lambda | webhook
    Column("channel_id", String(40), nullable=False),  # where it was asked; "" in private
    Column("entry", JSON, nullable=False),  # as it stood when it was asked
    Column("inputs", JSON, nullable=False),  # as they were typed and chosen
    Column("values", JSON),  # as they were read, with what else fills the change; null until it is prepared
    Column("is_urgent", Boolean, nullable=False),
    Column("author", JSON),  # whose change it is in Git: name and email; null: the bot's
    Column("files", JSON),  # what is proposed: new content by path, null takes it away; null until it is prepared
    Column("blobs", JSON),  # what stood there: the blob's id by path, null where there was none
    Column("shown", Text),  # the change as approvers see it
    Column("digest", String(64)),  # of all that approval covers
    Column("revision", String(80), nullable=False),  # of the handbook
    Column("state", String(12), nullable=False),
    Column("problem", Text, nullable=False),  # why it stands still or ended, in words for the person
    Column("url", Text, nullable=False),
    Column("number", String(40), nullable=False),
    Column("merge_revision", String(64), nullable=False),
    Column("execution", Text, nullable=False),  # what a direct backend calls the run
    Column("renews", String(40)),  # the request in whose place it came
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("approved_at", Moment),
    Column("started_at", Moment),
    Column("merged_at", Moment),
    Column("ended_at", Moment),
    Column("looked_at", Moment),
    Column("stuck_told_at", Moment),
    Index(None, "state", "looked_at"),
    Index(None, "person", "created_at"),
    Index(None, "action", "state"),
)

decisions = Table(  # who agreed to a request, or refused it, as it stood then
    "decisions",
    metadata,
    Column("request_id", ForeignKey("requests.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    _person("person", primary_key=True),
    Column("choice", String(10), nullable=False),  # approve | decline
    Column("because", String(80), nullable=False),  # by which right
    Column("at", Moment, nullable=False),
)

git_accounts = Table(  # proven by the person at the host itself
    "git_accounts",
    metadata,
    _person("person", primary_key=True),
    Column("host", String(120), primary_key=True),
    Column("account", String(120), nullable=False),
    Column("name", String(200), nullable=False),
    Column("email", String(254), nullable=False),
    Column("proven_at", Moment, nullable=False),
)

push_debts = Table(  # pushed actions whose owner was asked what would make them a proposal
    "push_debts",
    metadata,
    Column("action", String(60), primary_key=True),
    Column("asked_at", Moment, nullable=False),
)

follow_ups = Table(  # what a break-glass run made so and Git does not say yet
    "follow_ups",
    metadata,
    Column("request_id", ForeignKey("requests.id"), primary_key=True),
    Column("state", String(10), nullable=False),  # open | proposed | declared | returned
    Column("url", Text, nullable=False),
    Column("number", String(40), nullable=False),
    Column("files", JSON),
    Column("opened_at", Moment, nullable=False),
    Column("looked_at", Moment),
    Column("settled_at", Moment),
    _person("settled_by", nullable=True),
    Index(None, "state"),
)

controller_reports = Table(  # what controllers said by webhook or commit status
    "controller_reports",
    metadata,
    Column("id", String(64), primary_key=True),  # a hash of what was said
    Column("reporter", String(10), nullable=False),  # argocd | flux | status
    Column("object", String(200), nullable=False),
    Column("revision", String(64), nullable=False),  # "" where none is named
    Column("state", String(20), nullable=False),  # see bot.actions.reports.ReportState
    Column("said", Text, nullable=False),
    Column("said_at", Moment, nullable=False),
    Column("heard_at", Moment, nullable=False),
    Column("told_at", Moment),  # to the team, where it is drift
    Index(None, "reporter", "object", "said_at"),
    Index(None, "heard_at"),
)

evidence = Table(  # how a team meets a policy in its own way
    "evidence",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(255), nullable=False, unique=True),
    Column("policy", String(60), nullable=False),
    Column("team", String(80), nullable=False),
    _person("person"),  # who handed it in
    Column("link", Text, nullable=False),
    Column("points", JSON, nullable=False),  # how each required point is met
    _person("owner"),
    Column("expires_on", Date, nullable=False),
    Column("state", String(10), nullable=False),  # waiting | accepted | declined | expired | replaced
    _person("judge", nullable=True),
    Column("reason", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("judged_at", Moment),
    Column("reminded_at", Moment),
    Index(None, "policy", "team"),
    Index(None, "state", "expires_on"),
)

choices = Table(  # which way a team chose to meet a policy, each time it chose
    "choices",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("policy", String(60), nullable=False),
    Column("team", String(80), nullable=False),
    Column("way", String(10), nullable=False),  # platform | evidence
    Column("subject", String(40), nullable=False),  # the request or the evidence
    _person("person"),
    Column("at", Moment, nullable=False),
    Index(None, "policy", "team", "at"),
)

capability_uses = Table(  # on which days a team used what the platform offers, or said that it left it
    "capability_uses",
    metadata,
    Column("capability", String(60), primary_key=True),
    Column("team", String(80), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("what", String(10), primary_key=True),  # used | left
    Column("source", String(10), primary_key=True),  # action | webhook | file
)

capability_people = Table(  # who used it in which week: no day and no team, and for half a year
    "capability_people",
    metadata,
    Column("capability", String(60), primary_key=True),
    Column("week", String(8), primary_key=True),  # 2026-W47
    _person("person", primary_key=True),
)

capability_marks = Table(  # status and eligible teams of a capability, each time one of them was seen to be another
    "capability_marks",
    metadata,
    Column("capability", String(60), primary_key=True),
    Column("seen_on", Date, primary_key=True),
    Column("status", String(10), nullable=False),
    Column("since", Date, nullable=False),  # the day the status began
    Column("teams", JSON, nullable=False),  # names of those that could choose it
)

peer_pulls = Table(  # teams that were asked, once they began to use something, who told them of it
    "peer_pulls",
    metadata,
    Column("capability", String(60), primary_key=True),
    Column("team", String(80), primary_key=True),
    Column("asked_on", Date, nullable=False),
    Column("said", String(10)),  # peer | platform | other; null: no answer
)

capability_cards = Table(  # 30, 60 and 90 days after a status began: what was shown of it, and what was decided
    "capability_cards",
    metadata,
    Column("capability", String(60), primary_key=True),
    Column("seen_on", Date, primary_key=True),  # the day its status was first seen: stays when `since` is corrected
    Column("days", Integer, primary_key=True),  # 30 | 60 | 90
    Column("shown", JSON, nullable=False),  # its figures, as they stood: counts of teams and nobody's name
    Column("shown_at", Moment, nullable=False),
    Column("choice", String(10)),  # keep | change | drop; null: not decided
    Column("words", Text),  # why, in a sentence
    _person("decided_by", nullable=True),
    Column("decided_at", Moment),
    Column("story_team", String(80)),  # which was asked for a story; null: none
)

why_nots = Table(  # why a team does not use something; nobody stands in it
    "why_nots",
    metadata,
    Column("capability", String(60), primary_key=True),
    Column("team", String(80), primary_key=True),
    Column("said_on", Date, primary_key=True),
    Column("reason", String(10), nullable=False),
)

why_not_asks = Table(  # teams that were asked why not
    "why_not_asks",
    metadata,
    Column("capability", String(60), primary_key=True),
    Column("team", String(80), primary_key=True),
    Column("asked_on", Date, primary_key=True),
)

contributions = Table(  # merged changes to the platform's own repositories, counted by day; nobody stands in it
    "contributions",
    metadata,
    Column("repository", String(40), primary_key=True),  # of repositories.yaml; "" is the handbook
    Column("place", String(64), nullable=False),  # a hash of its address, branch and folder
    Column("revision", String(64), nullable=False),  # up to which they are counted; "" where it was never read
    Column("whole_since", Date),  # from here on all are known; null: from its beginning
    Column("days", JSON, nullable=False),  # by day: how many from outside, by the platform team, by nobody knows whom
    Column("problem", Text, nullable=False),  # why it could not be read last time
    Column("read_at", Moment, nullable=False),
)

audit = Table(  # what was decided and done, each row sealed with the one before it; see bot.audit
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("act", String(40), nullable=False),
    _person("person", nullable=True),  # null: the bot itself
    Column("subject", String(80), nullable=False),  # what it is about, such as a request's id
    Column("facts", Text, nullable=False),  # JSON, exactly as sealed
    Column("key", String(16), nullable=False),  # the sealing key's fingerprint
    Column("seal", String(64), nullable=False),
    Index(None, "subject"),
)

audit_head = Table(  # one row: the newest seal, locked by whoever adds to the chain
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("key", String(16), nullable=False),
    Column("seal", String(64), nullable=False),
)

waves = Table(  # a survey sent to a sample; after an event a wave gathers a month's answers
    "waves",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("survey", String(60), nullable=False),
    Column("slot", String(20), nullable=False),  # 2026-W47, or 2026-11 of one by event
    Column("definition", JSON, nullable=False),  # as it stood when the wave was opened
    Column("revision", String(80), nullable=False),  # of the handbook
    Column("seed", String(64), nullable=False),  # the sample is drawn by it
    Column("key", String(64)),  # under which an answer is found while the wave is open; null once it is closed
    Column("frame", Integer, nullable=False),  # people who could have been asked
    Column("state", String(10), nullable=False),  # open | closing | closed
    Column("opened_at", Moment, nullable=False),
    Column("closes_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("shown", JSON(none_as_null=True)),  # what may be shown of the answers, and all that is kept of them
    UniqueConstraint("survey", "slot"),
    Index(None, "state", "closes_at"),
)

invitations = Table(  # who is asked in a wave; that is no secret, what they say is
    "invitations",
    metadata,
    Column("wave_id", ForeignKey("waves.id"), primary_key=True),
    _person("person", primary_key=True),
    Column("due_at", Moment, nullable=False),  # by the person's own day
    Column("state", String(10), nullable=False),  # waiting | asked | skipped
    Column("because", String(40), nullable=False),  # why skipped
    Column("has_answered", Boolean, nullable=False),  # one bit, and no time
    Column("strata", JSON, nullable=False, server_default="{}"),  # once closed: what enough have in common
    Index(None, "person"),
)

survey_answers = Table(  # as long as the wave is open; nobody stands in it
    "survey_answers",
    metadata,
    Column("wave_id", ForeignKey("waves.id"), primary_key=True),
    Column("tag", String(64), primary_key=True),  # HMAC of the wave's key and the person
    Column("scores", JSON, nullable=False),  # by question: a number, a choice, or words
    Column("comment", Text, nullable=False),
    Column("strata", JSON, nullable=False),  # team, role, asker, new
)

survey_comments = Table(  # of closed waves with answers enough, apart from scores, in no order
    "survey_comments",
    metadata,
    Column("id", String(40), primary_key=True),  # random
    Column("wave_id", ForeignKey("waves.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),  # names and ids masked
    Column("theme_id", String(40)),
)

survey_themes = Table(  # what several comments are about, and what became of it
    "survey_themes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("survey", String(60), nullable=False),
    Column("title", Text, nullable=False),
    Column("state", String(10), nullable=False),  # open | linked | shipped | dropped
    Column("url", Text, nullable=False),  # the change that answers it; "" while there is none
    _person("linked_by", nullable=True),
    Column("opened_at", Moment, nullable=False),
    Column("shipped_at", Moment),
    Column("told_at", Moment),
    Index(None, "survey", "state"),
)

survey_refusals = Table(  # who wants no surveys: a keyed fingerprint of the Slack id, so that it outlasts erasing
    "survey_refusals",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment),  # of a pause; null: for ever
)

friction_themes = Table(  # what several people found hard, and what became of it
    "friction_themes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("title", Text, nullable=False),
    Column("state", String(10), nullable=False),  # open | linked | shipped | dropped
    Column("url", Text, nullable=False),  # the change that answers it; "" while there is none
    _person("linked_by", nullable=True),
    Column("opened_at", Moment, nullable=False),
    Column("shipped_at", Moment),
    Index(None, "state"),
)

friction = Table(  # what somebody found hard, at which stage of delivery
    "friction",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(255), nullable=False, unique=True),
    _person("person"),
    Column("text", Text),  # the person's own words; null: none, or forgotten
    Column("stage", String(10), nullable=False),  # code | build | test | review | deploy | operate | unsure
    Column("is_stage_said", Boolean, nullable=False),  # by the person; else guessed from the words
    Column("source", String(10), nullable=False),  # words | message | answer | request
    Column("channel_id", String(40), nullable=False),  # of a colleague's message: its words are read there; "" for none
    Column("ts", String(40), nullable=False),
    Column("capability", String(60), nullable=False),  # "" where not known
    Column("topic", String(80), nullable=False),
    Column("team", String(80), nullable=False),  # of the person, where they are in just one
    Column("is_named", Boolean, nullable=False),  # the person lets the platform team see who it was
    Column("is_readied", Boolean, nullable=False),  # colleagues' names are taken out of the text: it may be shown
    Column("theme_id", ForeignKey("friction_themes.id"), index=True),
    Column("logged_at", Moment, nullable=False, index=True),
)

stories = Table(  # success stories, until the handbook has them
    "stories",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(255), nullable=False, unique=True),
    _person("teller"),
    Column("title", Text, nullable=False),
    Column("words", JSON),  # what was hard, done, and came of it; null once the handbook or nobody has them
    Column("names_teller", Boolean, nullable=False),
    Column("team", String(80), nullable=False),  # "" where it is not to be named
    Column("state", String(10), nullable=False),  # shown | proposed | merged | closed | dropped
    Column("file", String(255), nullable=False),  # below stories/
    Column("url", Text, nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Index(None, "state", "settled_at"),
)

story_people = Table(  # who else a story would name, and whether they may be
    "story_people",
    metadata,
    Column("story_id", ForeignKey("stories.id"), primary_key=True),
    _person("person", primary_key=True),
    Column("said", String(10), nullable=False),  # asked | yes | no
)

thanks = Table(  # from one person to another
    "thanks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(255), nullable=False, unique=True),
    _person("giver"),
    _person("receiver"),
    Column("words", Text),  # null: none, or forgotten
    Column("told_in", String(255)),  # key of the message that brought it; null: it waits
    Column("given_at", Moment, nullable=False),
    Index(None, "receiver", "given_at"),
    Index(None, "giver", "given_at"),
)

thanks_wishes = Table(  # who wants no thanks and no questions about stories, and who lets others see their thanks
    "thanks_wishes",
    metadata,
    _person("person", primary_key=True),
    Column("wants_none", Boolean, nullable=False),
    Column("may_be_public", Boolean, nullable=False),
    Column("said_at", Moment, nullable=False),
)

talk_draws = Table(  # who could be invited to a talk was drawn; who pressed for it is not kept
    "talk_draws",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("seed", String(64), nullable=False),
    Column("frame", Integer, nullable=False),  # people who could be drawn
    Column("drawn_at", Moment, nullable=False),
)

talks = Table(  # one who was drawn, and what came of it
    "talks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("draw_id", ForeignKey("talk_draws.id"), nullable=False),
    Column("place", Integer, nullable=False),
    _person("person"),
    _person("interviewer", nullable=True),  # who of the platform team invited them
    Column("team", String(80), nullable=False),  # "" where so few are in it that it would name them
    Column("state", String(10), nullable=False),  # drawn | invited | skipped | accepted | declined
    Column("invited_at", Moment),
    Column("said_at", Moment),
    UniqueConstraint("draw_id", "place"),
    Index(None, "person", "invited_at"),
)

talk_notes = Table(  # of a talk, as far as the person who was talked to lets them stand
    "talk_notes",
    metadata,
    Column("id", String(40), primary_key=True),  # `talk:` before it makes it evidence that a bet can cite
    Column("talk_id", ForeignKey("talks.id"), nullable=False, unique=True),
    _person("person"),
    Column("team", String(80), nullable=False),
    Column("words", Text),  # null once they were dropped
    Column("is_named", Boolean, nullable=False),
    Column("state", String(10), nullable=False),  # shown | kept | dropped
    Column("written_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Index(None, "state", "written_at"),
)

talk_wishes = Table(  # who is not to be invited to talks for now
    "talk_wishes",
    metadata,
    _person("person", primary_key=True),
    Column("until", Moment),  # null: until they say otherwise
    Column("said_at", Moment, nullable=False),
)

closures = Table(  # whether the platform team calls closing tickets a goal of its own; not who of it said so
    "closures",
    metadata,
    Column("quarter", String(8), primary_key=True),  # 2026-Q3
    Column("is_goal", Boolean),  # null: nobody said
    Column("asked_at", Moment, nullable=False),
)

digests = Table(
    "digests",
    metadata,
    Column("week", String(8), primary_key=True),  # 2026-W47
    Column("facts", JSON, nullable=False),  # pseudonyms and ids at the most, never text
    Column("handbook_revision", String(80), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("key", String(64)),  # presses are found by it for a while; null before there were any, and once it is over
)

digest_presses = Table(  # whether a digest was useful; nobody stands in it
    "digest_presses",
    metadata,
    Column("week", String(8), primary_key=True),
    Column("reader", String(10), primary_key=True),  # community | team
    Column("tag", String(64), primary_key=True),  # HMAC of the digest's key and the person
    Column("said", String(10), nullable=False),  # useful | not now
)

digest_takes = Table(  # who has taken on one of a digest's things to do
    "digest_takes",
    metadata,
    Column("week", String(8), primary_key=True),
    Column("place", Integer, primary_key=True),
    _person("person"),
    Column("taken_at", Moment, nullable=False),
)

digest_rhythm = Table(  # one row at most: how often the digest comes, where the handbook does not say
    "digest_rhythm",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("weeks", Integer, nullable=False),
    Column("said_at", Moment, nullable=False),
)

bet_reviews = Table(  # each review date of a bet on which the platform team was asked, and what it decided
    "bet_reviews",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("bet", String(60), nullable=False),  # its id in the handbook
    Column("review_on", Date, nullable=False),
    Column("channel_id", String(40), nullable=False),  # where it was asked
    Column("news", JSON, nullable=False),  # lines of what happened since, as they were told
    Column("asked_at", Moment, nullable=False),
    Column("choice", String(10)),  # keep | change | drop; null while nobody said
    _person("decided_by", nullable=True),
    Column("decided_at", Moment),
    UniqueConstraint("bet", "review_on"),
)

flow_reminders = Table(  # of which flows the platform team was told that they are to be looked at again
    "flow_reminders",
    metadata,
    Column("team", String(80), primary_key=True),
    Column("looked_at", Date, primary_key=True),  # the day it was looked at last, as the handbook says
    Column("told_at", Moment, nullable=False),
)

notice_posts = Table(  # where a notice of the handbook was posted, and as what
    "notice_posts",
    metadata,
    Column("notice", String(80), primary_key=True),
    Column("channel_id", String(40), primary_key=True),
    Column("digest", String(64), nullable=False),  # of what stands there
    Column("until", String(20), nullable=False),  # as it was told; "" for none
    Column("posted_at", Moment, nullable=False),
)

notice_teams = Table(  # how far a team is with what a notice asks for; who of it said so is not kept
    "notice_teams",
    metadata,
    Column("notice", String(80), primary_key=True),
    Column("team", String(80), primary_key=True),
    Column("items", JSON),  # what is left to do; null: it is not counted
    Column("told_at", Moment),
    Column("reminder", Integer),  # working days before the end, of the last reminder it got, or needs no more
    Column("done_at", Moment),
    Column("done_by", String(10), nullable=False),  # press | items | action | left; "" while it is not done
)

notice_wishes = Table(  # who wants no notices in private but those of what breaks
    "notice_wishes",
    metadata,
    _person("person", primary_key=True),
    Column("said_at", Moment, nullable=False),
)

incidents = Table(  # that the duty group opened, and how far each is on its way into the handbook
    "incidents",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(255), nullable=False, unique=True),  # of the form that was sent
    Column("title", Text, nullable=False),
    Column("capability", String(80), nullable=False),  # "" for none
    Column("topics", JSON, nullable=False),
    Column("known", Text, nullable=False),  # by the newest update
    Column("next_word_at", Moment),
    _person("opened_by"),
    Column("opened_at", Moment, nullable=False),
    _person("ended_by", nullable=True),
    Column("ended_at", Moment, index=True),
    Column("state", String(10), nullable=False),  # on | over | proposed | merged | closed
    Column("url", Text, nullable=False),  # of its pull request
)

incident_updates = Table(
    "incident_updates",
    metadata,
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("key", String(255), primary_key=True),  # of the form that was sent
    Column("known", Text, nullable=False),
    Column("said_at", Moment, nullable=False),
)

work = Table(
    "work",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(60), nullable=False),
    Column("key", String(255), nullable=False),
    Column("payload", JSON),  # null once done: nothing is kept that is not needed
    Column("due_at", Moment, nullable=False),
    Column("state", String(10), nullable=False),  # waiting | done | failed | missed
    Column("attempts", Integer, nullable=False),
    Column("leased_until", Moment),
    Column("lease", String(40)),
    Column("problem", Text),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    UniqueConstraint("kind", "key"),
    Index(None, "key"),
    Index(None, "state", "due_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("mark", String(40), nullable=False, unique=True),  # opaque: what Slack's message metadata carries
    Column("kind", String(60), nullable=False),
    Column("purpose", String(10), nullable=False),
    Column("channel_id", String(40), nullable=False),  # "" for a DM
    _person("recipient", nullable=True),
    Column("thread_ts", String(40)),
    Column("edits", String(255)),
    Column("below", String(255)),  # key of the message in whose thread it goes, once that is sent
    Column("response_url", Text),
    Column("manner", String(10), nullable=False, server_default="post"),  # post | grow | whisper | replace
    Column("text", Text),
    Column("blocks", JSON),
    Column("version", Integer, nullable=False),  # grows with each newer state of an edit
    Column("state", String(10), nullable=False),  # waiting | sending | unclear | sent | failed | skipped
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("first_tried_at", Moment),
    Column("leased_until", Moment),
    Column("lease", String(40)),
    Column("slack_channel", String(40)),
    Column("slack_ts", String(40)),
    Column("problem", Text),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index(None, "state", "due_at"),
    Index(None, "recipient", "purpose"),
    _index_where("thread_ts IS NOT NULL", "thread_ts"),
    _index_where("text IS NOT NULL", "sent_at"),
)
