#!/usr/bin/env bash
# Builds everything and starts the demo. Arguments go to `ringfence demo`.
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

say "1/4 tools"
find_rust
find_node
need build-essential cc
install_missing
note "$(cargo --version), Node.js $(node --version)"

say "2/4 the pages (ui/)"
build_ui

say "3/4 the program (into $CARGO_TARGET_DIR; the first time takes some minutes)"
cargo build --release --locked -p server

say "4/4 the demo (data in .demo/, end it with Ctrl-C)"
note "the program: $CARGO_TARGET_DIR/release/ringfence"
mkdir -p .demo
exec "$CARGO_TARGET_DIR/release/ringfence" demo --data .demo --env-file .demo/demo.env "$@"
