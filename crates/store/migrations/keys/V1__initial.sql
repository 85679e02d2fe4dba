-- Wrapped keys alone: destroying a row destroys what it seals. Every column is listed in docs/data.md.

-- AUTOINCREMENT: the sweep of orphans tells keys of earlier runs by their number.
CREATE TABLE keys (
    number   INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind     TEXT    NOT NULL,
    instance BLOB    NOT NULL,
    owner    BLOB    NOT NULL,
    wrapped  BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX keys_by_owner ON keys (instance, kind, owner);

-- How far the list of destroyed keys has been applied to this database.
CREATE TABLE progress (
    id              INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    destroyed_bytes INTEGER NOT NULL
) STRICT;
INSERT INTO progress (id, destroyed_bytes) VALUES (1, 0);
