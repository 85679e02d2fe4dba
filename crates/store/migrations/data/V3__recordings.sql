-- One row per recording, made before its first sealed byte is on disk. No end while it goes on.
CREATE TABLE recordings (
    instance   BLOB    NOT NULL,
    id         BLOB    NOT NULL,
    contact    BLOB    NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    sealed     BLOB    NOT NULL,
    PRIMARY KEY (instance, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX recordings_by_contact ON recordings (instance, contact, started_at);
CREATE INDEX recordings_open ON recordings (instance, id) WHERE ended_at IS NULL;
