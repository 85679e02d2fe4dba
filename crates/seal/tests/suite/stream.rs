//! Sealed streams: what opens, what is refused, what a crash leaves.

use model::InstanceId;
use proptest::prelude::*;
use seal::{
    ChunkTooLong, Context, DataKey, OpenError, STREAM_CHUNK_BYTES_MAX, StreamEnd, StreamOpener,
    StreamSealer, open_file,
};

const HEADER_BYTES: usize = 1 + 12 + 7;

fn key() -> DataKey {
    DataKey::from_bytes([7; 32])
}

fn context() -> Context {
    Context::new(Some(InstanceId::from_u128(1)), "recordings", "file", 1).row(&[2; 16])
}

/// Header and chunks of a stream, one by one; the last is the end.
fn pieces(chunks: &[&[u8]]) -> Vec<Vec<u8>> {
    let (last, inner) = chunks.split_last().unwrap();
    let mut sealer = StreamSealer::new(&key(), &context());
    let mut pieces: Vec<Vec<u8>> = inner
        .iter()
        .map(|chunk| sealer.seal(chunk).unwrap())
        .collect();
    pieces.push(sealer.finish(last).unwrap());
    let rest = pieces[0].split_off(HEADER_BYTES);
    pieces.insert(1, rest);
    pieces
}

type Opened = (Vec<Vec<u8>>, Result<StreamEnd, OpenError>);

fn open_under(key: &DataKey, context: &Context, sealed: &[u8], step: usize) -> Opened {
    let mut opener = StreamOpener::new(key, context);
    let mut chunks = Vec::new();
    for part in sealed.chunks(step.max(1)) {
        if opener.push(part, &mut chunks).is_err() {
            break;
        }
    }
    let chunks = chunks.iter().map(|chunk| chunk.to_vec()).collect();
    (chunks, opener.finish())
}

fn open(sealed: &[u8]) -> Opened {
    open_under(&key(), &context(), sealed, sealed.len())
}

#[test]
fn a_stream_opens_to_the_chunks_that_were_sealed() {
    let longest = vec![3; STREAM_CHUNK_BYTES_MAX];
    let chunks: [&[u8]; 4] = [b"one", b"", &longest, b"end"];
    let sealed = pieces(&chunks).concat();
    for step in [1, 7, 1000, sealed.len()] {
        let (opened, end) = open_under(&key(), &context(), &sealed, step);
        assert_eq!(opened, chunks);
        assert_eq!(end, Ok(StreamEnd::Complete));
    }
}

#[test]
fn a_stream_cut_off_anywhere_opens_up_to_its_last_whole_chunk_and_says_so() {
    let pieces = pieces(&[b"one", b"two", b"end"]);
    let sealed = pieces.concat();
    let ends: Vec<usize> = pieces
        .iter()
        .scan(0, |at, piece| {
            *at += piece.len();
            Some(*at)
        })
        .collect();
    for length in 0..sealed.len() {
        let (opened, end) = open(&sealed[..length]);
        let whole = ends[1..].iter().filter(|end| **end <= length).count();
        assert_eq!(opened.len(), whole, "{length}");
        assert_eq!(end, Ok(StreamEnd::CutOff), "{length}");
    }
}

#[test]
fn chunks_swapped_doubled_or_dropped_are_refused() {
    let one = pieces(&[b"one", b"two", b"three", b"end"]);
    for order in [
        vec![0, 2, 1, 3, 4],
        vec![0, 1, 1, 2, 3, 4],
        vec![0, 1, 3, 4],
        vec![0, 4],
        vec![0, 1, 2, 3, 4, 4],
        vec![0, 1, 2, 3, 4, 1],
    ] {
        let sealed: Vec<u8> = order.iter().flat_map(|at| one[*at].clone()).collect();
        assert_eq!(open(&sealed).1, Err(OpenError::NotAuthentic), "{order:?}");
    }
}

#[test]
fn nothing_can_follow_the_end() {
    let mut sealed = pieces(&[b"one", b"end"]).concat();
    sealed.push(0);
    let (opened, end) = open(&sealed);
    assert_eq!(opened.len(), 2);
    assert_eq!(end, Err(OpenError::NotAuthentic));
}

#[test]
fn an_inner_chunk_cannot_be_made_the_last_nor_the_last_an_inner_one() {
    let mut ended = pieces(&[b"one", b"two", b"end"]);
    ended[2][0] |= 0x80;
    assert_eq!(open(&ended[..3].concat()).1, Err(OpenError::NotAuthentic));
    let mut open_ended = pieces(&[b"one", b"end"]);
    open_ended[2][0] &= 0x7F;
    assert_eq!(open(&open_ended.concat()).1, Err(OpenError::NotAuthentic));
}

#[test]
fn a_chunk_of_another_stream_is_refused() {
    let one = pieces(&[b"one", b"end"]);
    let mut other = pieces(&[b"one", b"end"]);
    other[1].clone_from(&one[1]);
    assert_eq!(open(&other.concat()).1, Err(OpenError::NotAuthentic));
}

#[test]
fn another_key_or_place_opens_nothing_and_a_stream_is_no_file() {
    let sealed = pieces(&[b"one", b"end"]).concat();
    let other_key = DataKey::from_bytes([8; 32]);
    let other_place = context().row(&[1]);
    for (key, context) in [(&other_key, context()), (&key(), other_place)] {
        let (opened, end) = open_under(key, &context, &sealed, sealed.len());
        assert!(opened.is_empty());
        assert_eq!(end, Err(OpenError::NotAuthentic));
    }
    assert_eq!(
        open_file(&key(), &context(), &sealed).err(),
        Some(OpenError::UnknownFormat(4))
    );
}

#[test]
fn a_failed_opener_stays_failed() {
    let sealed = pieces(&[b"one", b"two", b"end"]);
    let (key, context) = (key(), context());
    let mut opener = StreamOpener::new(&key, &context);
    let mut chunks = Vec::new();
    let swapped = [sealed[0].clone(), sealed[2].clone()].concat();
    assert!(opener.push(&swapped, &mut chunks).is_err());
    assert!(opener.push(&sealed[1], &mut chunks).is_err());
    assert!(chunks.is_empty());
    assert_eq!(opener.finish(), Err(OpenError::NotAuthentic));
}

#[test]
fn a_chunk_above_the_limit_is_neither_sealed_nor_waited_for() {
    let long = vec![0; STREAM_CHUNK_BYTES_MAX + 1];
    let mut sealer = StreamSealer::new(&key(), &context());
    assert_eq!(sealer.seal(&long), Err(ChunkTooLong(long.len())));
    let mut sealed = pieces(&[b"end"])[0].clone();
    sealed.extend_from_slice(&u32::try_from(long.len()).unwrap().to_be_bytes());
    assert_eq!(open(&sealed).1, Err(OpenError::NotAuthentic));
}

proptest! {
    #[test]
    fn any_flipped_bit_is_noticed(bit in any::<prop::sample::Index>()) {
        let mut sealed = pieces(&[b"one", b"two", b"end"]).concat();
        let at = bit.index(sealed.len() * 8);
        sealed[at / 8] ^= 1 << (at % 8);
        // A longer length makes the rest look like a part of a chunk: cut off, never complete.
        prop_assert_ne!(open(&sealed).1, Ok(StreamEnd::Complete));
    }

    #[test]
    fn arbitrary_bytes_open_as_nothing(mut bytes in prop::collection::vec(any::<u8>(), 1..512)) {
        bytes[0] = 4;
        prop_assert!(open(&bytes).0.is_empty());
    }
}
