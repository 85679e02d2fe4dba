# Shared by the scripts: where things lie, how to speak, how to get what is missing. To be sourced.
# shellcheck shell=bash

set -euo pipefail

: "${HOME:?is not set: Ringfence keeps build results in a cache below it}"
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd -- "$root"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/ringfence
venv=$cache/venv
node_least=20.19.0
python_least=3.11
mkdir -p -- "$cache"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}

bold='' plain=''
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; fi

say() { printf '\n%s==> %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '    %s\n' "$*"; }
die() {
  printf '\nerror: %s\n' "$*" >&2
  exit 1
}

# Whether version $1 is at least version $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# ---- Debian packages ------------------------------------------------------------------------------

missing=()

# need PACKAGE COMMAND…: notes the package when none of the commands exists.
need() {
  local package=$1 command
  shift
  for command in "$@"; do
    if command -v "$command" >/dev/null 2>&1; then return; fi
  done
  missing+=("$package")
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# Installs the packages that were noted, and only those.
install_missing() {
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  local by_hand="apt-get install ${missing[*]}"
  command -v apt-get >/dev/null 2>&1 ||
    die "missing: ${missing[*]} (names of Debian packages). Install what your system calls them, then run this again."
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
    die "missing: ${missing[*]}. Run as root: $by_hand"
  fi
  note "installing: ${missing[*]}"
  local log=$cache/apt.log
  if ! { as_root apt-get update -q &&
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 -- "$log" >&2
    die "these packages could not be installed: ${missing[*]}. Run as root: $by_hand"
  fi
  missing=()
  hash -r
}

# ---- Rust, Node, Python -----------------------------------------------------------------------------

find_rust() {
  command -v cargo >/dev/null 2>&1 || PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
  command -v cargo >/dev/null 2>&1 ||
    die "there is no cargo: install Rust as https://www.rust-lang.org/tools/install says"
  if ! cargo --version >/dev/null 2>&1; then
    # rustup's cargo looks for toolchains below HOME. Under another HOME they still lie beside it.
    local beside
    beside=$(dirname -- "$(dirname -- "$(dirname -- "$(command -v cargo)")")")/.rustup
    if [ -d "$beside" ]; then export RUSTUP_HOME=$beside; fi
  fi
  local least found
  least=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
  found=$(cargo --version | cut -d ' ' -f 2) || die "cargo does not start: see above"
  at_least "${found%%-*}" "$least" || die "Rust $found is too old: $least or newer, \`rustup update\`"
}

# cargo-fuzz, which instruments fuzz targets and runs them.
ensure_fuzzer() {
  PATH=$cache/bin:$PATH
  if ! cargo fuzz --version >/dev/null 2>&1; then
    note "cargo-fuzz into $cache/bin"
    cargo install --quiet --locked --root "$cache" --version '^0.13' cargo-fuzz
  fi
}

find_node() {
  local found
  found=$(node --version 2>/dev/null) && command -v npm >/dev/null 2>&1 ||
    die "there is no node and npm: install Node.js $node_least or newer from https://nodejs.org"
  at_least "${found#v}" "$node_least" || die "Node.js $found is too old: $node_least or newer"
}

# Whether this Python can make a virtual environment with pip in it. Debian splits that off.
python_fits() {
  "$1" -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (${python_least/./, }))" \
    >/dev/null 2>&1
}

# Prints a Python that fits.
find_python() {
  local candidate
  for candidate in python3 python3.11 python3.12 python3.13 /usr/bin/python3; do
    if python_fits "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  return 1
}

# The Python environment of the tests, with exactly what tests/requirements.txt says.
ensure_venv() {
  local stamp=$venv/ringfence-requirements python
  if "$venv/bin/python" -c '' >/dev/null 2>&1 && cmp -s -- tests/requirements.txt "$stamp"; then
    return
  fi
  note "Python packages of tests/requirements.txt into $venv"
  if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python) || die "there is no Python $python_least or newer that can make a virtual environment"
    "$python" -m venv --clear -- "$venv"
  fi
  "$venv/bin/python" -m pip install -q --disable-pip-version-check -r tests/requirements.txt
  cp -- tests/requirements.txt "$stamp"
}

# ---- The browser's side -----------------------------------------------------------------------------

# One number for all that the UI is built from.
ui_fingerprint() {
  {
    node --version
    find ui \( -name node_modules -o -path ui/dist \) -prune -o -type f -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum --
  } | sha256sum
}

# npm packages exactly as locked; nothing to do when the lock did not change.
ensure_npm() {
  find_node
  local stamp=ui/node_modules/.ringfence-lock locked
  locked=$(cat ui/package.json ui/package-lock.json | sha256sum)
  if [ "$(cat "$stamp" 2>/dev/null)" = "$locked" ]; then return; fi
  note "npm packages of ui/package-lock.json"
  npm --prefix ui ci --no-audit --no-fund
  printf '%s\n' "$locked" >"$stamp"
}

# ui/dist; nothing to do when no source changed.
build_ui() {
  ensure_npm
  local stamp=ui/node_modules/.ringfence-dist fingerprint
  fingerprint=$(ui_fingerprint)
  if [ -d ui/dist ] && [ "$(cat "$stamp" 2>/dev/null)" = "$fingerprint" ]; then
    note "nothing changed since the last build of the UI"
    return
  fi
  npm --prefix ui run build
  printf '%s\n' "$fingerprint" >"$stamp"
}
