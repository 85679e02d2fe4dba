#!/usr/bin/env bash
# Runs every benchmark and writes one table. Arguments choose benchmarks by crate: scripts/bench.sh -p flow
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

find_rust
need build-essential cc
# The relay that ours is measured against.
need rtpengine-daemon rtpengine
install_missing
say "benchmarks"
if [ $# -eq 0 ]; then
  for folder in crates/*/benches; do
    if [ -d "$folder" ]; then set -- "$@" -p "$(basename -- "$(dirname -- "$folder")")"; fi
  done
fi
[ $# -gt 0 ] || die "no crate has benchmarks"
note "cargo bench $*"
cargo bench --locked --bench '*' "$@"

say "the table"
table=$CARGO_TARGET_DIR/benchmarks.md
{
  cargo xtask bench-table
  # Benchmarks that measure the whole write their lines themselves.
  lines=$CARGO_TARGET_DIR/tmp/bench-lines
  if [ -d "$lines" ]; then
    printf '\n| what | measured | target |\n|---|---|---|\n'
    cat -- "$lines"/*.md
  fi
} | tee -- "$table"
note "also in $table"
