// SPDX-License-Identifier: Apache-2.0
// The steps of a pass: for every image, for every output column.
module eyeriss_columns (
    input  logic        clk,
    input  logic        init,
    input  logic        advance,
    input  logic [15:0] images,
    input  logic [15:0] columns,
    output logic        first,         // of the pass
    output logic        first_column,  // of an image
    output logic        last_column,
    output logic        last           // of the pass
);
  logic [31:0] index;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [1:0] inc;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [1:0] at_end;
  assign at_end[0] = index[15:0] + 16'd1 == columns;
  assign at_end[1] = index[31:16] + 16'd1 == images;
  eyeriss_nest #(.K(2)) u_nest (.clk, .init, .step(advance), .at_end, .index, .inc, .last);
  assign first = index == '0;
  assign first_column = index[15:0] == '0;
  assign last_column = at_end[0];
endmodule
