#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One netlist with yosys: OUT.v, what it holds in OUT.stat, yosys' messages in OUT.log. Event
# counters and selectable defects are left out.
#   xc7     Xilinx 7 series
#   cells   standard cells of the Liberty library in $LIBERTY; memories stay modules without content
# Usage: synthesise.sh xc7|cells OUT TOP MEMORY.sv NAME=VALUE... -- SOURCE.sv...
set -euo pipefail
flow=$1 out=$2 top=$3 memory=$4
shift 4
parameters="-chparam COUNTERS 0 -chparam BUGS 0"
while [[ $1 != -- ]]; do
  parameters+=" -chparam ${1/=/ }"
  shift
done
shift

case $flow in
  xc7)
    read="read_verilog -sv -DSYNTHESIS $* $memory"
    map="synth_xilinx -family xc7 -top $top"
    stat="stat -top $top"
    ;;
  cells)
    [[ -f $LIBERTY ]] || { echo "no Liberty library (package qflow-tech-osu018)" >&2; exit 1; }
    read="read_verilog -sv -lib $memory; read_verilog -sv -DSYNTHESIS $*"
    map="synth -top $top; dfflibmap -liberty $LIBERTY; abc -liberty $LIBERTY; opt_clean"
    stat="stat -top $top -liberty $LIBERTY"
    # the library's cells as modules that a simulator takes
    yosys -q -p "read_liberty -ignore_miss_func $LIBERTY; proc; write_verilog -noattr $out.cells.v"
    ;;
esac
yosys -Q -l "$out.log" -p "
  $read
  hierarchy -top $top $parameters
  $map
  tee -q -o $out.new.stat $stat
  write_verilog -noattr $out.new.v" > /dev/null
# For Verilator: without the initial contents of block RAMs, which are undefined; modules with inputs
# of their own, so that all instances share their code.
sed -i -E -e '/^ +[.]INITP?_[0-9A-F]+[(]/d' \
  -e '/^module /,/\);$/ s|\);$|); /*verilator no_inline_module*/|' \
  -e '/^  input / { n; s|;$| /*verilator public_flat_rd*/;| }' "$out.new.v"
mv "$out.new.stat" "$out.stat"
mv "$out.new.v" "$out.v"
