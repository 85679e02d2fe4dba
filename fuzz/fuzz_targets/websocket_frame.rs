//! Any text as a frame of either WebSocket: taken or refused, and what is taken is an object that names
//! its type or topic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for (taken, name) in [
        (web::is_workspace_frame(text), "type"),
        (web::is_participant_frame(text), "topic"),
    ] {
        if taken {
            let frame: serde_json::Value = serde_json::from_str(text).expect("a frame is JSON");
            assert!(frame[name].is_string());
        }
    }
});
