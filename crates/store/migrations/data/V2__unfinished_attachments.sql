-- When an upload was begun that does not stand in its chat yet; absent afterwards.
ALTER TABLE attachments ADD COLUMN unfinished_since INTEGER;

CREATE INDEX attachments_unfinished ON attachments (unfinished_since)
    WHERE unfinished_since IS NOT NULL;
