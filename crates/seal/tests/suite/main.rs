//! What was sealed opens in its place alone, and nothing that comes from outside makes it panic.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod stream;

use model::InstanceId;
use proptest::collection::vec;
use proptest::prelude::*;
use seal::{
    Context, DataKey, FILE_FRAME_BYTES, FileOpener, FileSealer, KeyedHasher, OpenError,
    ROW_OVERHEAD_BYTES, open, open_file, seal, seal_file, unwrap, wrap,
};

const FILE_HEADER_BYTES: usize = 20;
const SEALED_FRAME_BYTES: usize = FILE_FRAME_BYTES + 16;

fn key() -> DataKey {
    DataKey::from_bytes([7; 32])
}

fn context() -> Context {
    Context::new(Some(InstanceId::from_u128(1)), "records", "sealed", 3).row(&[9; 16])
}

/// Contexts that differ from [`context`] in one respect each.
fn other_contexts() -> Vec<Context> {
    let instance = Some(InstanceId::from_u128(1));
    vec![
        Context::new(Some(InstanceId::from_u128(2)), "records", "sealed", 3).row(&[9; 16]),
        Context::new(None, "records", "sealed", 3).row(&[9; 16]),
        Context::new(instance, "transcript", "sealed", 3).row(&[9; 16]),
        Context::new(instance, "records", "other", 3).row(&[9; 16]),
        Context::new(instance, "recordss", "ealed", 3).row(&[9; 16]),
        Context::new(instance, "records", "sealed", 4).row(&[9; 16]),
        Context::new(instance, "records", "sealed", 3).row(&[8; 16]),
        Context::new(instance, "records", "sealed", 3),
        Context::new(instance, "records", "sealed", 3)
            .row(&[9; 8])
            .row(&[9; 8]),
        Context::new(instance, "records", "sealed", 3)
            .row(&[9; 16])
            .row(&[]),
    ]
}

#[test]
fn an_opened_row_is_what_was_sealed() {
    let sealed = seal(&key(), &context(), b"a name");
    assert_eq!(sealed.len(), 6 + ROW_OVERHEAD_BYTES);
    assert_eq!(
        open(&key(), &context(), &sealed).unwrap().as_slice(),
        b"a name"
    );
}

#[test]
fn sealing_twice_gives_different_bytes() {
    assert_ne!(
        seal(&key(), &context(), b"a name"),
        seal(&key(), &context(), b"a name")
    );
}

#[test]
fn any_flipped_bit_of_a_row_fails() {
    let sealed = seal(&key(), &context(), b"a name");
    for bit in 0..sealed.len() * 8 {
        let mut altered = sealed.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(open(&key(), &context(), &altered).is_err(), "bit {bit}");
    }
}

#[test]
fn any_shortened_row_fails() {
    let sealed = seal(&key(), &context(), b"a name");
    for length in 0..sealed.len() {
        assert!(open(&key(), &context(), &sealed[..length]).is_err());
    }
}

#[test]
fn a_row_moved_to_any_other_place_fails() {
    let sealed = seal(&key(), &context(), b"a name");
    for other in other_contexts() {
        assert_eq!(open(&key(), &other, &sealed), Err(OpenError::NotAuthentic));
    }
}

#[test]
fn another_key_opens_nothing() {
    let sealed = seal(&key(), &context(), b"a name");
    assert_eq!(
        open(&DataKey::generate(), &context(), &sealed),
        Err(OpenError::NotAuthentic)
    );
}

#[test]
fn a_wrapped_key_unwraps_to_the_same_key() {
    let data_key = DataKey::generate();
    let wrapped = wrap(&key(), &context(), &data_key);
    let sealed = seal(&data_key, &context(), b"a name");
    let again = unwrap(&key(), &context(), &wrapped).unwrap();
    assert_eq!(
        open(&again, &context(), &sealed).unwrap().as_slice(),
        b"a name"
    );
}

#[test]
fn a_wrapped_key_fails_when_altered_moved_or_under_another_key() {
    let wrapped = wrap(&key(), &context(), &DataKey::generate());
    for bit in 0..wrapped.len() * 8 {
        let mut altered = wrapped.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(unwrap(&key(), &context(), &altered).is_err());
    }
    for other in other_contexts() {
        assert!(unwrap(&key(), &other, &wrapped).is_err());
    }
    assert!(unwrap(&DataKey::generate(), &context(), &wrapped).is_err());
}

#[test]
fn a_wrapped_key_is_no_row_and_a_row_no_wrapped_key() {
    let mut wrapped = wrap(&key(), &context(), &DataKey::generate());
    assert_eq!(
        open(&key(), &context(), &wrapped),
        Err(OpenError::UnknownFormat(2))
    );
    wrapped[0] = 1;
    assert_eq!(
        open(&key(), &context(), &wrapped),
        Err(OpenError::NotAuthentic)
    );
    let row = seal(&key(), &context(), &[1; 32]);
    assert!(unwrap(&key(), &context(), &row).is_err());
}

#[test]
fn a_data_key_is_not_printed() {
    assert_eq!(format!("{:?}", key()), "DataKey(..)");
    assert_eq!(format!("{:?}", KeyedHasher::new(&key())), "KeyedHasher(..)");
}

#[test]
fn generated_keys_differ() {
    let sealed = seal(&DataKey::generate(), &context(), b"");
    assert!(open(&DataKey::generate(), &context(), &sealed).is_err());
}

// HMAC-SHA256 with key 07×32 over len("name") as 8 bytes, "name", "queue", computed with Python's hmac.
#[test]
fn the_keyed_hash_is_hmac_sha256_over_domain_and_message() {
    let hash = KeyedHasher::new(&key()).hash("name", b"queue");
    assert_eq!(
        hex::encode(hash),
        "6c9d74b0fa0581f59f52efad70056423b277c2d79b9219ee657ec12fb5a648e3"
    );
}

#[test]
fn a_keyed_hash_depends_on_key_domain_and_message() {
    let hasher = KeyedHasher::new(&key());
    let hash = hasher.hash("name", b"queue");
    assert!(hasher.verify("name", b"queue", &hash));
    assert!(!hasher.verify("nameq", b"ueue", &hash));
    assert!(!hasher.verify("address", b"queue", &hash));
    assert!(!hasher.verify("name", b"queues", &hash));
    assert!(!hasher.verify("name", b"queue", &hash[..31]));
    assert!(!hasher.verify("name", b"queue", &[]));
    assert!(!KeyedHasher::new(&DataKey::generate()).verify("name", b"queue", &hash));
}

fn clear_file(frames: usize, extra: usize) -> Vec<u8> {
    (0..frames * FILE_FRAME_BYTES + extra)
        .map(|index| u8::try_from(index / FILE_FRAME_BYTES % 251).unwrap())
        .collect()
}

#[test]
fn files_of_every_length_around_a_frame_open_to_what_was_sealed() {
    for (frames, extra) in [
        (0, 0),
        (0, 1),
        (0, FILE_FRAME_BYTES - 1),
        (1, 0),
        (1, 1),
        (3, 0),
        (3, 17),
    ] {
        let clear = clear_file(frames, extra);
        let sealed = seal_file(&key(), &context(), &clear);
        let full_frames = clear.len().div_ceil(FILE_FRAME_BYTES).max(1);
        assert_eq!(
            sealed.len(),
            FILE_HEADER_BYTES + clear.len() + 16 * full_frames
        );
        assert_eq!(*open_file(&key(), &context(), &sealed).unwrap(), clear);
    }
}

#[test]
fn a_file_cut_at_any_frame_or_within_its_ends_fails() {
    let sealed = seal_file(&key(), &context(), &clear_file(3, 5));
    let boundaries = (0..=3).map(|frame| FILE_HEADER_BYTES + frame * SEALED_FRAME_BYTES);
    let cuts = boundaries
        .flat_map(|boundary| [boundary.saturating_sub(1), boundary, boundary + 1])
        .chain(0..FILE_HEADER_BYTES)
        .chain([sealed.len() - 1]);
    for cut in cuts {
        assert!(
            open_file(&key(), &context(), &sealed[..cut]).is_err(),
            "cut at {cut}"
        );
    }
}

#[test]
fn a_file_with_frames_swapped_doubled_or_dropped_fails() {
    let sealed = seal_file(&key(), &context(), &clear_file(3, 5));
    let (header, body) = sealed.split_at(FILE_HEADER_BYTES);
    let frames: Vec<&[u8]> = body.chunks(SEALED_FRAME_BYTES).collect();
    assert_eq!(frames.len(), 4);
    for order in [
        vec![1, 0, 2, 3],
        vec![0, 0, 1, 2, 3],
        vec![0, 2, 3],
        vec![1, 2, 3],
        vec![0, 1, 2, 3, 3],
        vec![3],
        vec![0, 1, 2],
    ] {
        let mut altered = header.to_vec();
        for index in &order {
            altered.extend_from_slice(frames[*index]);
        }
        assert!(
            open_file(&key(), &context(), &altered).is_err(),
            "{order:?}"
        );
    }
}

#[test]
fn a_frame_of_another_file_under_the_same_key_fails() {
    let one = seal_file(&key(), &context(), &clear_file(1, 5));
    let other = seal_file(&key(), &context(), &clear_file(1, 5));
    let (_, body) = other.split_at(FILE_HEADER_BYTES);
    let mut swapped = one[..FILE_HEADER_BYTES].to_vec();
    swapped.extend_from_slice(body);
    assert!(open_file(&key(), &context(), &swapped).is_err());
}

#[test]
fn a_file_in_another_place_fails() {
    let sealed = seal_file(&key(), &context(), b"a file");
    for other in other_contexts() {
        assert_eq!(
            open_file(&key(), &other, &sealed),
            Err(OpenError::NotAuthentic)
        );
    }
}

#[test]
fn a_failed_opener_stays_failed() {
    let context = context();
    let key = key();
    let sealed = seal_file(&key, &context, &clear_file(2, 0));
    let mut altered = sealed.clone();
    altered[FILE_HEADER_BYTES] ^= 1;
    let mut opener = FileOpener::new(&key, &context);
    assert!(opener.push(&altered).is_err());
    assert!(opener.push(&sealed).is_err());
    assert!(opener.finish().is_err());
}

proptest! {
    #[test]
    fn rows_of_any_content_open_to_what_was_sealed(clear in vec(any::<u8>(), 0..4096)) {
        let sealed = seal(&key(), &context(), &clear);
        prop_assert_eq!(&*open(&key(), &context(), &sealed).unwrap(), &clear);
    }

    #[test]
    fn arbitrary_bytes_open_as_nothing(mut bytes in vec(any::<u8>(), 0..512), format in 0_u8..5) {
        if let Some(first) = bytes.first_mut() {
            *first = format;
        }
        prop_assert!(open(&key(), &context(), &bytes).is_err());
        prop_assert!(unwrap(&key(), &context(), &bytes).is_err());
        prop_assert!(open_file(&key(), &context(), &bytes).is_err());
    }

    #[test]
    fn contexts_of_different_parts_have_different_encodings(
        one in (any::<Option<u128>>(), "[a-c]{0,3}", "[a-c]{0,3}", 0_u64..3, vec(vec(0_u8..2, 0..3), 0..3)),
        other in (any::<Option<u128>>(), "[a-c]{0,3}", "[a-c]{0,3}", 0_u64..3, vec(vec(0_u8..2, 0..3), 0..3)),
    ) {
        let encode = |(instance, table, column, version, row): &(Option<u128>, String, String, u64, Vec<Vec<u8>>)| {
            let instance = instance.map(InstanceId::from_u128);
            row.iter().fold(Context::new(instance, table, column, *version), |context, part| context.row(part))
        };
        prop_assert_eq!(one == other, encode(&one) == encode(&other));
    }

    #[test]
    fn files_in_pieces_equal_files_at_once(
        length in 0..3 * FILE_FRAME_BYTES,
        pieces in vec(1..2 * FILE_FRAME_BYTES, 1..8),
    ) {
        let clear: Vec<u8> = (0..length).map(|index| u8::try_from(index % 256).unwrap()).collect();
        let (key, context) = (key(), context());
        let mut sealer = FileSealer::new(&key, &context);
        let mut sealed = Vec::new();
        for piece in in_pieces(&clear, &pieces) {
            sealed.extend(sealer.push(piece));
        }
        sealed.extend(sealer.finish());
        prop_assert_eq!(&*open_file(&key, &context, &sealed).unwrap(), &clear);

        let mut opener = FileOpener::new(&key, &context);
        let mut opened = Vec::new();
        for piece in in_pieces(&sealed, &pieces) {
            opened.extend_from_slice(&opener.push(piece).unwrap());
        }
        opened.extend_from_slice(&opener.finish().unwrap());
        prop_assert_eq!(opened, clear);
    }

    #[test]
    fn any_flipped_bit_of_a_file_fails(bit in any::<prop::sample::Index>()) {
        let sealed = seal_file(&key(), &context(), &clear_file(1, 100));
        let bit = bit.index(sealed.len() * 8);
        let mut altered = sealed;
        altered[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(open_file(&key(), &context(), &altered).is_err());
    }
}

/// `bytes` cut into pieces of these lengths, over and over.
fn in_pieces<'a>(mut bytes: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at((*length).min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}
