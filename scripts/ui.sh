#!/usr/bin/env bash
# Builds the pages into ui/dist, when a source changed.
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

build_ui
