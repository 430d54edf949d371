#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Regenerates every report of the project and checks every claim: tools/reproduce.sh PROGRAM [OUT]. Run from the top of the tree.
# A step is left out when nothing that decides it has changed since it last passed: program, data folder, command, and what it had written.
# Steps that fail do not end the run; they are listed at the end, and the exit code is 1.
set -euo pipefail
program=$(realpath "$1")
out=${2:-out}
data=experiments
stamps=$out/.reproduce
mkdir -p "$stamps"
# One cache of records for experiments and the commands of claims: hardware runs once.
ASSAY_CACHE=$(realpath "$out")/cache
export ASSAY_CACHE
begun=$SECONDS
failed=()
summary=()

hash_of() { (cd "$1" && find . -type f -not -path './.*' -print0 | sort -z | xargs -0 -r sha256sum) | sha256sum | cut -d' ' -f1; }
inputs=$( (sha256sum <"$program"; hash_of "$data") | sha256sum | cut -d' ' -f1)

# step NAME FOLDER COMMAND...: FOLDER is what it writes.
step() {
  local name=$1 folder=$2 from=$SECONDS code=0 stamp
  shift 2
  stamp=$stamps/$(echo "$name" | tr -c 'a-zA-Z0-9\n' '-')
  if [[ -f $stamp && -d $folder && $(cat "$stamp") == "$inputs $* $(hash_of "$folder")" ]]; then
    summary+=("$(printf '%6s  %s' unchanged "$name")")
    return
  fi
  rm -f "$stamp"
  echo
  echo "== $name"
  "$@" || code=$?
  if ((code == 0)); then
    echo "$inputs $* $(hash_of "$folder")" >"$stamp"
  else
    failed+=("$name (exit code $code)")
  fi
  summary+=("$(printf '%8ss  %s' $((SECONDS - from)) "$name")")
}

# Prints into FOLDER/FILE as well.
kept() {
  local file=$1
  shift
  mkdir -p "$(dirname "$file")"
  "$@" | tee "$file"
}

known() { [[ $("$program" --help) == *$'\n'"  $1 "* ]]; }

for file in "$data"/*.yaml; do
  grep -q '^schema: assay.experiment/1' "$file" || continue
  name=$(basename "$file" .yaml)
  step "experiment $name" "$out/$name" "$program" validate "$file" --pdf --out "$out/$name"
done
for file in "$data"/chips/*/fit*.yaml; do
  chip=$(basename "$(dirname "$file")")
  name=$chip-$(basename "$file" .yaml)
  step "fit $name" "$out/fits/$name" "$program" fit "$file" --out "$out/fits/$name"
done
step "score of the board ghp_fpga" "$out/ghp_fpga" \
  kept "$out/ghp_fpga/score.txt" "$program" score ghp_fpga "$data/chips/ghp_fpga/measured/convolutions.csv"
step "exploration of 491,520,000 designs" "$out/explorations/maestro-size" \
  "$program" explore-hardware maestro-size --restart --out "$out/explorations/maestro-size"
step "claims" "$out/claims" "$program" check --as-stated --leave-out not-built --out "$out/claims" --cache "$out/cache"
if known drift; then
  step "drift of the accuracy metrics" "$out/drift" kept "$out/drift/drift.txt" "$program" drift
fi
echo
"$program" overview "$out"
echo
printf '%s\n' "${summary[@]}"
echo "total: $((SECONDS - begun)) s without compilation"
if ((${#failed[@]} > 0)); then
  printf 'FAILED: %s\n' "${failed[@]}"
  exit 1
fi
