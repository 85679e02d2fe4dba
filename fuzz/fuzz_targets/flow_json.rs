//! Any content is published or refused with a problem; never a panic.
#![no_main]

use flow::{Flow, FlowKind};
use libfuzzer_sys::fuzz_target;
use model::resource::FlowType;

fuzz_target!(|content: &str| {
    for kind in [
        FlowKind::Flow(FlowType::ContactFlow),
        FlowKind::Flow(FlowType::CustomerQueue),
        FlowKind::Module,
    ] {
        if let Err(problems) = Flow::parse(content, kind) {
            assert!(!problems.is_empty());
        }
    }
});
