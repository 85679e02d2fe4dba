//! Resources and what they refer to.

use app::ports::store::{Batch, ResourceRow, StoreError, Write};
use model::{InstanceId, ResourceId, ResourceKind};
use rusqlite::{Connection, params};

use super::{changed, constraint, execute, found, run};
use crate::sqlite::refused;
use crate::sqlite::row::bound;

pub(super) fn put_resource(
    connection: &Connection,
    row: &ResourceRow,
    refs: &[(ResourceKind, ResourceId)],
) -> Result<(), StoreError> {
    let (instance, kind, id) = (
        row.instance.into_bytes(),
        row.kind.row_name(),
        row.id.into_bytes(),
    );
    if row.version == 1 {
        insert_resource(connection, row)?;
    } else {
        let before = row
            .version
            .checked_sub(1)
            .ok_or_else(|| refused("version"))?;
        let updated = connection
            .prepare_cached(
                "UPDATE resources SET name_hash = ?4, version = ?5, sealed = ?6
                 WHERE instance = ?1 AND kind = ?2 AND id = ?3 AND version = ?7",
            )
            .and_then(|mut statement| {
                statement.execute(params![
                    instance,
                    kind,
                    id,
                    row.name_hash,
                    bound(row.version),
                    row.sealed.0,
                    bound(before)
                ])
            })
            .map_err(|error| constraint(&error, "name"))?;
        changed("version", updated)?;
    }
    run(
        connection,
        "DELETE FROM refs WHERE instance = ? AND kind = ? AND id = ?",
        params![instance, kind, id],
    )?;
    for (to_kind, to_id) in refs {
        run(
            connection,
            "INSERT OR IGNORE INTO refs (instance, kind, id, to_kind, to_id) VALUES (?, ?, ?, ?, ?)",
            params![instance, kind, id, to_kind.row_name(), to_id.into_bytes()],
        )?;
    }
    Ok(())
}

fn insert_resource(connection: &Connection, row: &ResourceRow) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO resources (instance, kind, id, name_hash, version, sealed)
             VALUES (?, ?, ?, ?, 1, ?)",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                row.instance.into_bytes(),
                row.kind.row_name(),
                row.id.into_bytes(),
                row.name_hash,
                row.sealed.0
            ])
        })
        .map(|_| ())
        .or_else(|error| {
            // Where the id and the name are taken, SQLite names either.
            let exists = found(
                connection,
                "SELECT 1 FROM resources WHERE instance = ? AND kind = ? AND id = ?",
                params![
                    row.instance.into_bytes(),
                    row.kind.row_name(),
                    row.id.into_bytes()
                ],
            )?;
            Err(constraint(&error, if exists { "version" } else { "name" }))
        })
}

pub(super) fn delete_resource(
    connection: &Connection,
    instance: InstanceId,
    kind: ResourceKind,
    id: ResourceId,
) -> Result<(), StoreError> {
    let key = params![instance.into_bytes(), kind.row_name(), id.into_bytes()];
    let deleted = execute(
        connection,
        "DELETE FROM resources WHERE instance = ? AND kind = ? AND id = ?",
        key,
    )?;
    changed("resource", deleted)?;
    run(
        connection,
        "DELETE FROM refs WHERE instance = ? AND kind = ? AND id = ?",
        key,
    )
}

/// Nothing that the batch refers to is missing, nothing that it deleted is referred to.
pub(super) fn check_references(connection: &Connection, batch: &Batch) -> Result<(), StoreError> {
    for write in batch {
        match write {
            Write::PutResource { row, .. } => {
                let dangling = found(
                    connection,
                    "SELECT 1 FROM refs WHERE instance = ?1 AND kind = ?2 AND id = ?3
                     AND NOT EXISTS (SELECT 1 FROM resources AS target
                         WHERE target.instance = refs.instance AND target.kind = refs.to_kind
                           AND target.id = refs.to_id) LIMIT 1",
                    params![
                        row.instance.into_bytes(),
                        row.kind.row_name(),
                        row.id.into_bytes()
                    ],
                )?;
                if dangling {
                    return Err(refused("reference"));
                }
            }
            Write::DeleteResource { instance, kind, id } => {
                // It may have come back in the same batch.
                let in_use = found(
                    connection,
                    "SELECT 1 FROM refs WHERE instance = ?1 AND to_kind = ?2 AND to_id = ?3
                     AND NOT EXISTS (SELECT 1 FROM resources
                         WHERE instance = ?1 AND kind = ?2 AND id = ?3) LIMIT 1",
                    params![instance.into_bytes(), kind.row_name(), id.into_bytes()],
                )?;
                if in_use {
                    return Err(StoreError::InUse);
                }
            }
            _ => {}
        }
    }
    Ok(())
}
