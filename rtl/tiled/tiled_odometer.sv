// SPDX-License-Identifier: Apache-2.0
// Digits of the tile loops, position 0 outermost, 5 (input-channel tiles) innermost. `mask` leaves
// out the loops inside the innermost one that moves this operand's tile: they stay at 0, and one
// `advance` is one tile.
module tiled_odometer #(
    parameter int CW = 16
) (
    input logic clk,
    input logic load,
    input logic advance,
    input logic [5:0] mask,
    input logic [6*CW-1:0] trips,
    output logic [5:0] last,  // the digit is at its last value
    output logic [5:0] inc,  // the position that moves at the next advance; none: last tile
    output logic [5:0] zero  // the digit is 0
);
  logic [6*CW-1:0] digit;
  logic [5:0] wrap;
  logic carry;

  always_comb begin
    carry = 1'b1;
    for (int p = 5; p >= 0; p = p - 1) begin
      last[p] = digit[CW*p+:CW] + 1'b1 == trips[CW*p+:CW];
      zero[p] = digit[CW*p+:CW] == '0;
      inc[p] = carry && mask[p] && !last[p];
      carry = carry && (!mask[p] || last[p]);
      wrap[p] = carry;
    end
  end

  always_ff @(posedge clk) begin
    for (int p = 0; p < 6; p = p + 1) begin
      if (load || (advance && wrap[p])) digit[CW*p+:CW] <= '0;
      else if (advance && inc[p]) digit[CW*p+:CW] <= digit[CW*p+:CW] + 1'b1;
    end
  end
endmodule
