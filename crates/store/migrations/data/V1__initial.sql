-- Every column is on one of the two lists of docs/data.md; a test holds them to it.
-- Ids are 16 bytes, keyed hashes 32, times milliseconds since 1970.

CREATE TABLE instances (
    id         BLOB    NOT NULL PRIMARY KEY,
    region     TEXT    NOT NULL,
    account    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    sealed     BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE resources (
    instance  BLOB    NOT NULL,
    kind      TEXT    NOT NULL,
    id        BLOB    NOT NULL,
    name_hash BLOB    NOT NULL,
    version   INTEGER NOT NULL,
    sealed    BLOB    NOT NULL,
    PRIMARY KEY (instance, kind, id)
) STRICT;
CREATE UNIQUE INDEX resources_by_name ON resources (instance, kind, name_hash);

CREATE TABLE refs (
    instance BLOB NOT NULL,
    kind     TEXT NOT NULL,
    id       BLOB NOT NULL,
    to_kind  TEXT NOT NULL,
    to_id    BLOB NOT NULL,
    PRIMARY KEY (instance, kind, id, to_kind, to_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX refs_by_target ON refs (instance, to_kind, to_id);

CREATE TABLE flow_contents (
    instance BLOB NOT NULL,
    content  BLOB NOT NULL,
    sealed   BLOB NOT NULL,
    PRIMARY KEY (instance, content)
) STRICT;

CREATE TABLE contact_states (
    instance BLOB NOT NULL,
    contact  BLOB NOT NULL,
    sealed   BLOB NOT NULL,
    PRIMARY KEY (instance, contact)
) STRICT;

CREATE TABLE agent_states (
    instance BLOB NOT NULL,
    agent    BLOB NOT NULL,
    sealed   BLOB NOT NULL,
    PRIMARY KEY (instance, agent)
) STRICT;

CREATE TABLE contact_events (
    number   INTEGER NOT NULL PRIMARY KEY,
    instance BLOB    NOT NULL,
    contact  BLOB    NOT NULL,
    at       INTEGER NOT NULL,
    sealed   BLOB    NOT NULL
) STRICT;
CREATE INDEX contact_events_by_contact ON contact_events (instance, contact);

CREATE TABLE agent_events (
    number   INTEGER NOT NULL PRIMARY KEY,
    instance BLOB    NOT NULL,
    agent    BLOB    NOT NULL,
    at       INTEGER NOT NULL,
    sealed   BLOB    NOT NULL
) STRICT;
CREATE INDEX agent_events_by_agent ON agent_events (instance, agent);

CREATE TABLE records (
    instance        BLOB    NOT NULL,
    contact         BLOB    NOT NULL,
    initial_contact BLOB    NOT NULL,
    initiated_at    INTEGER NOT NULL,
    ended_at        INTEGER NOT NULL,
    channel         TEXT    NOT NULL,
    customer_hash   BLOB,
    sealed          BLOB    NOT NULL,
    PRIMARY KEY (instance, contact)
) STRICT;
CREATE INDEX records_by_time ON records (instance, initiated_at DESC, contact);

CREATE TABLE transcript (
    instance        BLOB    NOT NULL,
    initial_contact BLOB    NOT NULL,
    sequence        INTEGER NOT NULL,
    contact         BLOB    NOT NULL,
    item            BLOB    NOT NULL,
    at              INTEGER NOT NULL,
    sealed          BLOB    NOT NULL,
    PRIMARY KEY (instance, initial_contact, sequence)
) STRICT;
CREATE UNIQUE INDEX transcript_by_item ON transcript (instance, item);

CREATE TABLE receipts (
    instance        BLOB NOT NULL,
    initial_contact BLOB NOT NULL,
    participant     BLOB NOT NULL,
    sealed          BLOB NOT NULL,
    PRIMARY KEY (instance, initial_contact, participant)
) STRICT, WITHOUT ROWID;

CREATE TABLE attachments (
    instance        BLOB NOT NULL,
    id              BLOB NOT NULL,
    contact         BLOB NOT NULL,
    initial_contact BLOB NOT NULL,
    sealed          BLOB NOT NULL,
    PRIMARY KEY (instance, id)
) STRICT;

CREATE TABLE client_tokens (
    instance     BLOB    NOT NULL,
    token_hash   BLOB    NOT NULL,
    request_hash BLOB    NOT NULL,
    at           INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    sealed       BLOB    NOT NULL,
    PRIMARY KEY (instance, token_hash)
) STRICT;
CREATE INDEX client_tokens_by_expiry ON client_tokens (expires_at);

-- AUTOINCREMENT: a number that was read, even of a row deleted since, is never given again.
CREATE TABLE audit (
    number   INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id       BLOB    NOT NULL,
    instance BLOB,
    at       INTEGER NOT NULL,
    sealed   BLOB    NOT NULL
) STRICT;

CREATE TABLE outbox (
    number   INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    instance BLOB    NOT NULL,
    topic    TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    sealed   BLOB    NOT NULL
) STRICT;

CREATE TABLE signin (
    kind       TEXT    NOT NULL,
    key        BLOB    NOT NULL,
    instance   BLOB,
    user       BLOB,
    expires_at INTEGER,
    version    INTEGER NOT NULL,
    sealed     BLOB    NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT;
CREATE INDEX signin_by_user ON signin (kind, user);
CREATE INDEX signin_by_expiry ON signin (expires_at) WHERE expires_at IS NOT NULL;
