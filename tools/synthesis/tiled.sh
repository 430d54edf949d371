#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Synthesises the tiled accelerator for Xilinx 7 series with yosys, once per line of
# tiled.configurations, and writes what the netlists hold. Event counters and seeded defects are
# left out.
# Usage: tools/synthesis/tiled.sh [output.csv [configurations]]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:-$root/experiments/chips/fpga15/synthesis/tiled.csv}
configurations=${2:-$root/tools/synthesis/tiled.configurations}
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
version=$(yosys -V | cut -d' ' -f2)
names=(TM TN DATA ACC READ_WORDS WRITE_WORDS I_DEPTH W_DEPTH O_DEPTH)

{
  echo -n "config,tm,tn,data_bits,acc_bits,read_words,write_words,i_depth,w_depth,o_depth,"
  echo "lut,ff,dsp,ramb18,ramb36,carry4,cpu_seconds,yosys"
  grep -v '^#' "$configurations" | while read -r -a values; do
    parameters=
    for i in "${!names[@]}"; do parameters+=" -chparam ${names[i]} ${values[i]}"; done
    TIMEFORMAT=%U
    seconds=$({ time yosys -q -p "
      read_verilog -sv -DSYNTHESIS $root/rtl/tiled/*.sv
      hierarchy -top tiled $parameters -chparam COUNTERS 0 -chparam BUGS 0
      synth_xilinx -family xc7 -top tiled
      tee -q -o $work/stat stat -top tiled" > "$work/log" 2>&1; } 2>&1)
    # the totals stand after the last heading; SRLs and RAM64Ms are LUTs used as memory
    awk -v name="${values[0]}x${values[1]}-${values[2]}b" -v seconds="$seconds" \
        -v version="$version" -v values="$(IFS=,; echo "${values[*]}")" '
      /^===/ { delete n }
      $1 ~ /^[A-Z0-9]+$/ && NF == 2 { n[$1] += $2 }
      END {
        for (i = 1; i <= 6; i++) lut += n["LUT" i]
        lut += n["INV"] + n["SRL16E"] + n["SRLC32E"] + 4 * (n["RAM32M"] + n["RAM64M"])
        ff = n["FDRE"] + n["FDSE"] + n["FDCE"] + n["FDPE"]
        printf "%s,%s,%d,%d,%d,%d,%d,%d,%.1f,%s\n", name, values, lut, ff, n["DSP48E1"],
               n["RAMB18E1"], n["RAMB36E1"], n["CARRY4"], seconds, version
      }' "$work/stat"
  done
} > "$work/csv"
mkdir -p "$(dirname "$out")"
mv "$work/csv" "$out"
