#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes the table of claims into ARTIFACT.md: tools/update-artifact.sh PROGRAM. Run from the top of the tree.
set -euo pipefail
program=$1
table=$(mktemp)
trap 'rm -f "$table"' EXIT
"$program" check --list --markdown >"$table"
sed -i -e '/^<!-- claims: tools/,/^<!-- claims: to here/{/^<!-- claims/!d}' -e "/^<!-- claims: tools/r $table" ARTIFACT.md
