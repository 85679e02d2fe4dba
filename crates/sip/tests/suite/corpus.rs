//! The corpora of the fuzz targets, as ordinary tests: what once broke a parser stays mended.

use std::path::PathBuf;

use sip::digest::DigestHeader;
use sip::framing::{StreamFramer, parse_datagram};
use sip::sdp::Description;

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    assert!(files.len() >= 5, "no corpus for {target}");
    files
}

#[test]
fn the_corpus_of_sip_message_reads_back_or_is_refused() {
    for (path, bytes) in corpus("sip_message") {
        if let Ok(message) = parse_datagram(&bytes) {
            let written = message.to_bytes();
            let again = parse_datagram(&written).unwrap();
            assert_eq!(again.to_bytes(), written, "{}", path.display());
        }
    }
}

#[test]
fn the_corpus_of_sip_framing_brings_the_same_in_pieces() {
    let count = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let mut framer = StreamFramer::new();
        let mut frames = 0;
        for piece in pieces {
            framer.feed(piece);
            loop {
                match framer.next_frame() {
                    Ok(Some(_)) => frames += 1,
                    Ok(None) => break,
                    Err(_) => return (frames, "broken"),
                }
            }
        }
        (frames, "open")
    };
    for (path, bytes) in corpus("sip_framing") {
        let whole = count(&mut std::iter::once(bytes.as_slice()));
        assert_eq!(count(&mut bytes.chunks(1)), whole, "{}", path.display());
    }
}

#[test]
fn the_corpus_of_sdp_reads_back_or_is_refused() {
    for (path, bytes) in corpus("sdp") {
        if let Ok(description) = Description::parse(&bytes) {
            let again = Description::parse(&description.to_bytes());
            assert_eq!(again, Ok(description), "{}", path.display());
        }
    }
}

#[test]
fn the_corpus_of_digest_header_is_read_or_refused() {
    for (_, bytes) in corpus("digest_header") {
        let text = String::from_utf8_lossy(&bytes);
        if let Some(header) = DigestHeader::parse(&text) {
            let _ = (header.challenge(), header.credentials());
        }
    }
}
