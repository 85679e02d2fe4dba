#!/usr/bin/env bash
# The whole gate, or the stages that are named: scripts/test.sh [STAGE …]
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

seeds=${RINGFENCE_SEEDS:-10000}
# How long each fuzz target runs.
fuzz_seconds=${RINGFENCE_FUZZ_SECONDS:-60}
# Programs under test are built without optimisation: the gate is about being right.
program=$CARGO_TARGET_DIR/debug/ringfence

# Every stage: what it is, the condition under which this tree has it, and what it does. A stage whose
# condition does not hold is named as missing, not counted as passed.
stages=(tools pages check ui rust doc fuzz simulator api browser)

about_tools="what the tests need is installed"
has_tools() { true; }
stage_tools() {
  need build-essential cc
  if has_browser; then
    need chromium chromium chromium-browser google-chrome
    need libnss3-tools certutil
    need sip-tester sipp
    need baresip baresip
  fi
  if has_api && ! find_python >/dev/null; then missing+=(python3-venv); fi
  install_missing
  if has_api; then ensure_venv; fi
  if has_ui; then ensure_npm; fi
  note "$(cargo --version), $(cargo nextest --version 2>/dev/null | head -n 1 || true)"
}

about_pages="the UI is built"
has_pages() { has_ui; }
stage_pages() { build_ui; }

about_check="format, layers, tidy, documents, licences, advisories, clippy"
has_check() { true; }
stage_check() { cargo xtask check; }

about_ui="the UI: lint, types, unit tests"
has_ui() { [ -f ui/package.json ]; }
stage_ui() {
  ensure_npm
  npm --prefix ui run lint
  npm --prefix ui test
}

about_rust="unit and integration tests of all crates"
has_rust() { true; }
stage_rust() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --locked --status-level fail --final-status-level fail
  else
    cargo test --workspace --locked --lib --bins --tests
  fi
}

about_doc="examples in the documentation"
has_doc() { true; }
stage_doc() { cargo test --workspace --locked --doc --quiet; }

about_fuzz="$fuzz_seconds seconds for each parser of what calls bring (RINGFENCE_FUZZ_SECONDS)"
has_fuzz() { [ -f fuzz/Cargo.toml ]; }
stage_fuzz() {
  local targets=(sip_framing sip_message sdp rtp_packet rtcp_packet) target log
  ensure_fuzzer
  # With a folder of its own: what the fuzzer compiles is instrumented, and nothing else wants it.
  export CARGO_TARGET_DIR=$cache/fuzz-target
  for target in "${targets[@]}"; do cargo fuzz build -s none --no-default-features "$target"; done
  # What is learned stays in the cache; what is found is copied to the corpus by hand, with its repair.
  mkdir -p -- "${targets[@]/#/$cache/fuzz/}"
  if ! printf '%s\n' "${targets[@]}" |
    xargs -P "$(nproc)" -I '{}' bash -c \
      'cargo fuzz run -s none --no-default-features "$1" "$2/$1" "fuzz/corpus/$1" -- -max_total_time="$3" \
        -max_len=65536 -timeout=10 -rss_limit_mb=1024 -verbosity=0 -print_final_stats=1 \
        -artifact_prefix="$2/$1." >"$2/$1.log" 2>&1' fuzz '{}' "$cache/fuzz" "$fuzz_seconds"; then
    for target in "${targets[@]}"; do
      log=$cache/fuzz/$target.log
      if grep -q 'Test unit written to\|^error' "$log"; then tail -n 30 -- "$log" >&2; fi
    done
    return 1
  fi
  for target in "${targets[@]}"; do
    note "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$cache/fuzz/$target.log") inputs"
  done
}

about_simulator="$seeds seeds of the simulator (RINGFENCE_SEEDS)"
has_simulator() { [ -f crates/sim/Cargo.toml ]; }
stage_simulator() {
  cargo build --release --locked --quiet -p sim
  # One process per core, each with its part of the seeds.
  local cores part
  cores=$(nproc)
  part=$(((seeds + cores - 1) / cores))
  seq 0 "$part" $((seeds - 1)) |
    xargs -P "$cores" -I '{}' "$CARGO_TARGET_DIR/release/sim" --seed '{}' --seeds "$part"
  if [ -d "${RINGFENCE_FLOWS_DIR:-}" ]; then
    "$CARGO_TARGET_DIR/release/sim" flows "$RINGFENCE_FLOWS_DIR"
  fi
}

about_api="boto3 and the AWS CLI against the program"
has_api() { [ -n "$(find tests -name 'test_*.py' -print -quit 2>/dev/null)" ]; }
stage_api() {
  ensure_venv
  build_program
  PATH=$venv/bin:$PATH RINGFENCE_BIN=$program "$venv/bin/python" -m pytest -q tests
}

about_browser="customers and agents in Chromium"
has_browser() { [ -f ui/package.json ] && grep -q '"e2e":' ui/package.json; }
stage_browser() {
  build_ui
  build_program
  RINGFENCE_CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome) \
    RINGFENCE_BIN=$program npm --prefix ui run e2e
}

build_program() { cargo build --locked --quiet -p server; }

# ---- Running them -----------------------------------------------------------------------------------

is_stage() { declare -F "stage_$1" >/dev/null; }

duration() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

chosen=()
absent=()
wanted=("$@")
if [ $# -eq 0 ]; then wanted=("${stages[@]}"); fi
for name in "${wanted[@]}"; do
  is_stage "$name" || die "there is no stage \`$name\`; there are: ${stages[*]}"
  if "has_$name"; then
    chosen+=("$name")
  elif [ $# -gt 0 ]; then
    die "this tree has nothing for stage \`$name\`"
  else
    absent+=("$name")
  fi
done

find_rust
failed=()
results=()
for at in "${!chosen[@]}"; do
  name=${chosen[$at]}
  about=about_$name
  say "stage $((at + 1)) of ${#chosen[@]}: $name – ${!about}"
  began=$SECONDS
  # Not in a condition: there, bash would go on behind a failing command of the stage.
  set +e
  (
    set -e
    "stage_$name"
  )
  status=$?
  set -e
  took=$(duration $((SECONDS - began)))
  if [ "$status" -eq 0 ]; then
    note "stage $name passed in $took"
    results+=("passed  $took  $name")
    continue
  fi
  note "stage $name FAILED after $took; it alone: make test STAGES=$name"
  results+=("FAILED  $took  $name")
  failed+=("$name")
  # Everything behind these two builds on them.
  case $name in tools | pages) break ;; esac
done

say "the stages"
printf '    %s\n' "${results[@]}"
for name in "${absent[@]}"; do
  about=about_$name
  note "not in this tree: $name – ${!about}"
done
if [ ${#failed[@]} -gt 0 ]; then
  die "failed: ${failed[*]}. Again: make test STAGES=\"${failed[*]}\""
fi
printf '\nall %d stages passed in %s\n' ${#chosen[@]} "$(duration "$SECONDS")"
