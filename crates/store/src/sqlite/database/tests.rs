#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{DATA, KEYS, Schema, open_reader, open_writer};

const WITH_COLUMN: &[(&str, &str)] = &[
    DATA.migrations[0],
    ("V2__more", "ALTER TABLE instances ADD COLUMN more BLOB"),
];
/// The program as it was with the first migration alone.
const FIRST: Schema = Schema {
    migrations: &[DATA.migrations[0]],
    ..DATA
};
const BROKEN: &[(&str, &str)] = &[
    DATA.migrations[0],
    ("V2__one", "CREATE TABLE one (a INTEGER) STRICT"),
    ("V3__broken", "CREATE TABLE nonsense ("),
];

fn pragma(connection: &rusqlite::Connection, name: &str) -> String {
    connection
        .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
        .map(|value| format!("{value:?}"))
        .unwrap()
}

#[test]
fn writers_sync_every_commit_and_keys_are_deleted_securely() {
    let dir = tempfile::tempdir().unwrap();
    for (schema, secure_delete) in [(DATA, 0), (KEYS, 1)] {
        let connection = open_writer(dir.path(), &schema).unwrap();
        assert_eq!(pragma(&connection, "journal_mode"), "Text(\"wal\")");
        assert_eq!(pragma(&connection, "synchronous"), "Integer(2)");
        assert_eq!(
            pragma(&connection, "secure_delete"),
            format!("Integer({secure_delete})")
        );
    }
}

#[test]
fn every_file_of_a_database_is_readable_by_its_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let connection = open_writer(dir.path(), &DATA).unwrap();
    for entry in fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", entry.path());
    }
    drop(connection);
}

#[test]
fn readers_cannot_write() {
    let dir = tempfile::tempdir().unwrap();
    let _writer = open_writer(dir.path(), &DATA).unwrap();
    let reader = open_reader(dir.path(), &DATA).unwrap();
    assert!(reader.execute("DELETE FROM audit", []).is_err());
}

#[test]
fn a_newer_schema_is_refused_and_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let newer = Schema {
        migrations: &[
            ("V1__initial", "CREATE TABLE one (a INTEGER) STRICT"),
            ("V2__more", "CREATE TABLE two (a INTEGER) STRICT"),
        ],
        ..DATA
    };
    drop(open_writer(dir.path(), &newer).unwrap());
    let problem = open_writer(dir.path(), &FIRST).unwrap_err().to_string();
    assert!(
        problem.contains("schema version 2, this program knows 1"),
        "{problem}"
    );
}

#[test]
fn an_older_schema_is_brought_up_to_date_with_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let old = open_writer(dir.path(), &FIRST).unwrap();
    old.execute("INSERT INTO instances VALUES (x'01', 'r', 'a', 0, x'')", [])
        .unwrap();
    drop(old);
    let newer = Schema {
        migrations: WITH_COLUMN,
        ..DATA
    };
    let connection = open_writer(dir.path(), &newer).unwrap();
    let rows: i64 = connection
        .query_row(
            "SELECT count(*) FROM instances WHERE more IS NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(rows, 1);
}

#[test]
fn a_failing_migration_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    drop(open_writer(dir.path(), &FIRST).unwrap());
    let broken = Schema {
        migrations: BROKEN,
        ..DATA
    };
    assert!(open_writer(dir.path(), &broken).is_err());
    let connection = open_writer(dir.path(), &FIRST).unwrap();
    let found: bool = connection
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'one')",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert!(!found);
}

#[test]
fn a_damaged_history_or_file_is_an_error_and_no_panic() {
    for damage in [
        "UPDATE refinery_schema_history SET checksum = 'nonsense'",
        "UPDATE refinery_schema_history SET checksum = '99999999999999999999'",
        "UPDATE refinery_schema_history SET applied_on = 'yesterday'",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let connection = open_writer(dir.path(), &DATA).unwrap();
        connection.execute(damage, []).unwrap();
        drop(connection);
        let problem = open_writer(dir.path(), &DATA).unwrap_err().to_string();
        assert!(problem.contains("is damaged"), "{problem}");
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(DATA.file), "no database".repeat(1000)).unwrap();
    let problem = open_writer(dir.path(), &DATA).unwrap_err().to_string();
    assert!(problem.contains("restore a backup"), "{problem}");
}

#[test]
fn every_migration_file_is_applied() {
    for (schema, folder) in [(DATA, "migrations/data"), (KEYS, "migrations/keys")] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut files: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort_unstable();
        let listed: Vec<String> = schema
            .migrations
            .iter()
            .map(|(name, _)| format!("{name}.sql"))
            .collect();
        assert_eq!(files, listed);
    }
}
