"""The tables of a run. The working store of the run in progress has the same ones as the history, with run 1 alone.

What is looked up or sorted by is a column; all else is in `body` (see `packing`). Keys are lower-case
text as UTF-8 blobs: they compare as Python compares the text, and may hold NUL and lone surrogates.
"""

APPLICATION = 0x50414C41  # "PALA": tells our files from other programs' databases

TABLES = (
    """CREATE TABLE target_fact (
        run INTEGER NOT NULL, credential BLOB NOT NULL, tenant BLOB NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (run, credential, tenant)) WITHOUT ROWID""",
    """CREATE TABLE subscription_fact (
        run INTEGER NOT NULL, subscription BLOB NOT NULL, credential BLOB NOT NULL, tenant BLOB NOT NULL,
        body BLOB NOT NULL, PRIMARY KEY (run, subscription, credential, tenant)) WITHOUT ROWID""",
    """CREATE TABLE target (
        run INTEGER NOT NULL, credential BLOB NOT NULL, tenant BLOB NOT NULL,
        status TEXT NOT NULL, link TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (run, credential, tenant)) WITHOUT ROWID""",
    """CREATE TABLE subscription (
        run INTEGER NOT NULL, subscription BLOB NOT NULL, state TEXT NOT NULL, groups_full INTEGER NOT NULL,
        groups_partial INTEGER NOT NULL, groups_none INTEGER NOT NULL, groups_unknown INTEGER NOT NULL,
        body BLOB NOT NULL, PRIMARY KEY (run, subscription)) WITHOUT ROWID""",
    """CREATE TABLE finding (
        run INTEGER NOT NULL, id BLOB NOT NULL, credential BLOB NOT NULL, tenant BLOB NOT NULL, scope BLOB NOT NULL,
        message BLOB NOT NULL, severity TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (run, id, credential, tenant, scope, message)) WITHOUT ROWID""",
)

# A target's own subscriptions, for its whole facts and for replacing them.
INDEX = "CREATE INDEX seen_by ON subscription_fact (run, credential, tenant)"

# What only the history has: the list of runs, and the links that we wrote ourselves.
LEDGER = (
    """CREATE TABLE run (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, command TEXT NOT NULL,
        started_at TEXT NOT NULL, has_facts INTEGER NOT NULL, header TEXT NOT NULL, counts TEXT NOT NULL)""",
    """CREATE TABLE written (
        number INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, at TEXT NOT NULL, credential TEXT NOT NULL,
        tenant TEXT NOT NULL, object TEXT NOT NULL, action TEXT NOT NULL, before TEXT, after TEXT,
        failed TEXT)""",
    "CREATE INDEX written_by_principal ON written (tenant, object, at)",
)

# Children of a run, by what retention lets go of first.
FACTS = ("target_fact", "subscription_fact")
RESULTS = ("target", "subscription", "finding")


def key(text: str | None) -> bytes:
    """A sort and look-up key: lower case, as Python orders it."""
    return (text or "").lower().encode("utf-8", "surrogatepass")
