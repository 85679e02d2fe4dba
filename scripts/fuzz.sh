#!/usr/bin/env bash
# Runs every fuzz target for a minute, or those that are named: scripts/fuzz.sh [TARGET …]
# RINGFENCE_FUZZ_SECONDS says how long instead.
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

seconds=${RINGFENCE_FUZZ_SECONDS:-60}
export CARGO_TARGET_DIR=$cache/fuzz-target
# cargo-fuzz gives the compiler options that a stable one takes only so. None of them changes the language.
export RUSTC_BOOTSTRAP=1

find_rust
need build-essential cc
need g++ c++
install_missing
ensure_fuzzer

mapfile -t known < <(cargo fuzz list)
if [ $# -eq 0 ]; then set -- "${known[@]}"; fi
for target in "$@"; do
  [[ " ${known[*]} " == *" $target "* ]] || die "there is no fuzz target \`$target\`; there are: ${known[*]}"
done

say "building"
cargo fuzz build -s none

failed=()
for target in "$@"; do
  say "$target, $seconds seconds"
  # What a run learns stays in the cache; the repository's corpus is read only.
  learned=$cache/fuzz-corpus/$target
  mkdir -p -- "$learned"
  log=$cache/fuzz-$target.log
  if cargo fuzz run -s none "$target" "$learned" "fuzz/corpus/$target" -- \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 >"$log" 2>&1; then
    note "$(tail -n 1 -- "$log")"
  else
    tail -n 40 -- "$log"
    failed+=("$target")
  fi
done
if [ ${#failed[@]} -gt 0 ]; then
  die "failed: ${failed[*]}. The input lies in fuzz/artifacts; mended, it belongs into fuzz/corpus"
fi
printf '\n%d fuzz targets found nothing\n' $#
