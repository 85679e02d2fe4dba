//! The corpora of the fuzz targets, as ordinary tests: what once broke a parser stays mended.

use std::path::PathBuf;

use flow::path::Path;
use flow::{Flow, FlowKind};
use model::resource::FlowType;

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    assert!(!files.is_empty(), "no corpus for {target}");
    files
}

#[test]
fn the_corpus_of_flow_json_is_published_or_refused_with_a_problem() {
    for (path, bytes) in corpus("flow_json") {
        let content = String::from_utf8_lossy(&bytes);
        for kind in [FlowKind::Flow(FlowType::ContactFlow), FlowKind::Module] {
            if let Err(problems) = Flow::parse(&content, kind) {
                assert!(!problems.is_empty(), "{}", path.display());
            }
        }
    }
}

#[test]
fn the_corpus_of_jsonpath_prints_back_to_the_same_path() {
    for (file, bytes) in corpus("jsonpath") {
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(path) = Path::parse(&text) {
            assert_eq!(
                Path::parse(&path.to_string()),
                Ok(path),
                "{}",
                file.display()
            );
        }
        if let Some((path, rest)) = Path::parse_prefix(&text) {
            assert!(text.ends_with(rest), "{}", file.display());
            assert_eq!(
                Path::parse(&path.to_string()),
                Ok(path),
                "{}",
                file.display()
            );
        }
    }
}
