//! Makes a release build notice pages that were built after it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // In development the pages are read from disk at run time. A release embeds them, so it must be
    // built again when they change; where the folder is missing, cargo runs this script each time.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../../ui/dist");
    }
}
