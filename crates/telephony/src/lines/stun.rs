//! Which leg a browser's connectivity check is for (RFC 8489, RFC 8445).

/// Length of a STUN header.
const HEADER_BYTES: usize = 20;
/// In all headers at the same place.
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
/// `USERNAME`.
const USERNAME: u16 = 0x0006;

/// Our fragment of the name in a check: `ours:theirs`. Nothing where the datagram is no check. The leg
/// verifies the check itself.
pub(super) fn local_fragment(datagram: &[u8]) -> Option<&str> {
    let (header, mut attributes) = datagram.split_at_checked(HEADER_BYTES)?;
    // The two highest bits of a STUN message are zero.
    if header.first()? & 0xC0 != 0 || header.get(4..8)? != MAGIC_COOKIE {
        return None;
    }
    while let Some((&[k1, k2, l1, l2], rest)) = attributes.split_first_chunk::<4>() {
        let length = usize::from(u16::from_be_bytes([l1, l2]));
        let value = rest.get(..length)?;
        if u16::from_be_bytes([k1, k2]) == USERNAME {
            let name = std::str::from_utf8(value).ok()?;
            return name.split_once(':').map(|(ours, _)| ours);
        }
        attributes = rest.get(length.next_multiple_of(4)..)?;
    }
    None
}

/// Our fragment as an answer tells it.
pub(super) fn fragment_of(answer: &str) -> Option<&str> {
    answer
        .lines()
        .find_map(|line| line.strip_prefix("a=ice-ufrag:"))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;

    /// A binding request with these attributes.
    fn check(attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut datagram = vec![0, 1, 0, 0];
        datagram.extend(MAGIC_COOKIE);
        datagram.extend([7; 12]);
        for (kind, value) in attributes {
            datagram.extend(kind.to_be_bytes());
            datagram.extend(u16::try_from(value.len()).unwrap_or(0).to_be_bytes());
            datagram.extend(*value);
            datagram.resize(datagram.len().next_multiple_of(4), 0);
        }
        datagram
    }

    #[test]
    fn fragment_is_found_behind_other_attributes() {
        let datagram = check(&[
            (0x24, &[1, 2, 3, 4]),
            (0x8022, b"agent"),
            (6, b"ours:theirs"),
        ]);
        assert_eq!(local_fragment(&datagram), Some("ours"));
    }

    #[test]
    fn whatever_is_no_check_has_no_fragment() {
        let datagram = check(&[(6, b"ours:theirs")]);
        // The last byte only fills the attribute up.
        for cut in 0..datagram.len() - 1 {
            assert_eq!(local_fragment(&datagram[..cut]), None, "cut at {cut}");
        }
        let mut rtp = datagram.clone();
        rtp[0] = 0x80;
        assert_eq!(local_fragment(&rtp), None);
        assert_eq!(local_fragment(&check(&[(6, b"nameless")])), None);
    }

    #[test]
    fn answer_tells_our_fragment() {
        let answer = "v=0\r\na=ice-lite\r\na=ice-ufrag:AbCd\r\na=ice-pwd:secret\r\n";
        assert_eq!(fragment_of(answer), Some("AbCd"));
    }
}
