//! A path prints back to itself; never a panic.
#![no_main]

use flow::path::Path;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(path) = Path::parse(text) {
        assert_eq!(Path::parse(&path.to_string()), Ok(path));
    }
    if let Some((path, rest)) = Path::parse_prefix(text) {
        assert!(text.ends_with(rest));
        assert_eq!(Path::parse(&path.to_string()), Ok(path));
    }
});
