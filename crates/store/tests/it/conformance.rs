//! What every store must do, whatever it is made of. A backend instantiates all of it with
//! `conformance!(Backend)`.

pub(crate) mod batches;
pub(crate) mod blobs;
pub(crate) mod contacts;
pub(crate) mod isolation;
pub(crate) mod keys;
pub(crate) mod recordings;
pub(crate) mod resources;
pub(crate) mod rows;
pub(crate) mod streams;

use app::ports::blobs::Blobs;
use app::ports::keys::KeyStore;
use app::ports::recordings::Recordings;
use app::ports::store::Store;

/// A store under test.
pub(crate) trait Backend: Sized {
    /// The store.
    type Store: Store + KeyStore + Blobs + Recordings + 'static;

    /// A store without any rows.
    fn fresh() -> Self;

    /// The store.
    fn store(&self) -> &Self::Store;

    /// The same store closed and opened again.
    fn reopened(self) -> Self;
}

macro_rules! conformance {
    ($backend:ty) => {
        crate::conformance::conformance_of! { $backend:
            batches: a_batch_is_applied_whole_or_not_at_all,
                a_conflict_hurts_its_batch_alone,
                writes_apply_in_order,
                an_empty_batch_commits,
                committed_rows_survive_reopening,
                batches_beyond_the_limits_are_refused;
            resources: an_instance_is_inserted_once,
                resources_change_by_versions,
                names_are_unique_within_instance_and_kind,
                what_a_resource_refers_to_must_exist,
                what_is_referred_to_is_not_deleted,
                resources_that_refer_to_each_other_come_and_go_together,
                an_update_replaces_what_it_refers_to,
                references_of_another_instance_do_not_count,
                flow_contents_are_replaced_and_deleted_by_id;
            contacts: states_are_replaced_and_deleted,
                a_contact_has_one_record,
                a_record_is_replaced_by_who_knows_it,
                records_are_paged_latest_first,
                transcripts_are_read_by_range,
                a_place_and_an_item_of_a_transcript_are_taken_once,
                receipts_are_replaced,
                attachments_are_replaced,
                unfinished_attachments_are_found_and_deleted;
            streams: contact_events_are_paged_in_order,
                audit_is_paged_latest_first,
                the_outbox_is_paged_in_order_and_its_numbers_never_return,
                client_tokens_are_remembered_until_they_expire,
                signin_rows_change_by_versions,
                signin_rows_are_listed_by_kind_and_user,
                expired_rows_are_swept;
            isolation: another_instance_sees_nothing;
            keys: keys_are_never_overwritten,
                keys_of_one_call_are_put_together,
                destroyed_keys_are_gone_and_their_owners_may_not_be_instances,
                keys_survive_reopening,
                keys_beyond_the_limits_are_refused;
            recordings: recordings_are_listed_by_contact_and_ended,
                a_recording_is_appended_to_and_read_from_anywhere,
                recordings_survive_reopening;
            blobs: files_are_replaced_and_deleted,
                files_survive_reopening;
        }
    };
}

macro_rules! conformance_of {
    ($backend:ty: $($module:ident: $($fact:ident),+ $(,)?;)+) => {$(
        mod $module {
            $(
                #[tokio::test]
                async fn $fact() {
                    crate::conformance::$module::$fact::<$backend>().await;
                }
            )+
        }
    )+};
}

pub(crate) use {conformance, conformance_of};
