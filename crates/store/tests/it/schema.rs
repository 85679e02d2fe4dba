//! Every column is declared in docs/data.md, and every declared column exists.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;
use store::SqliteStore;

/// Table and column to how it is stored.
type Columns = BTreeMap<(String, String), String>;

fn documented() -> Columns {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/data.md");
    let text = std::fs::read_to_string(page).unwrap();
    let rows = text
        .lines()
        .skip_while(|line| !line.starts_with("| table | column | stored |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        (
            (cells[1].to_owned(), cells[2].to_owned()),
            cells[3].to_owned(),
        )
    })
    .collect()
}

/// Table and column to the declared type.
fn existing() -> Columns {
    let dir = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(dir.path()).unwrap());
    let mut columns = Columns::new();
    for file in ["data.db", "keys.db"] {
        let connection = Connection::open(dir.path().join(file)).unwrap();
        let mut statement = connection
            .prepare(
                "SELECT t.name, c.name, c.type FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
                 WHERE t.type = 'table'",
            )
            .unwrap();
        let rows = statement
            .query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))
            .unwrap();
        columns.extend(rows.map(Result::unwrap));
    }
    columns
}

#[test]
fn every_column_is_documented_as_sealed_or_clear() {
    let documented = documented();
    for (table, column) in existing().keys() {
        let stored = documented.get(&(table.clone(), column.clone()));
        let stored = stored.unwrap_or_else(|| panic!("docs/data.md lacks `{table}.{column}`"));
        assert!(
            ["sealed", "wrapped", "hash", "clear"].contains(&stored.as_str()),
            "`{table}.{column}` is `{stored}`"
        );
    }
}

#[test]
fn every_documented_column_exists() {
    let existing = existing();
    for (table, column) in documented().keys() {
        assert!(
            existing.contains_key(&(table.clone(), column.clone())),
            "docs/data.md lists `{table}.{column}`, which does not exist"
        );
    }
}

#[test]
fn what_is_sealed_or_hashed_is_declared_as_bytes() {
    let documented = documented();
    for (name, declared) in existing() {
        if documented
            .get(&name)
            .is_some_and(|stored| stored != "clear")
        {
            assert_eq!(declared, "BLOB", "{name:?}");
        }
    }
}
