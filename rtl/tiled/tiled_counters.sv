// SPDX-License-Identifier: Apache-2.0
// Event counters, one per count of the contract that this design can make, and cycles. Each adds
// what its signals do in a cycle.
module tiled_counters #(
    parameter int EVENTS = 13,
    parameter int WIDTH = 48
) (
    input logic clk,
    input logic load,
    input logic [EVENTS*32-1:0] amount,
    input logic [3:0] addr,
    output logic [WIDTH-1:0] value
);
  logic [WIDTH-1:0] count[0:EVENTS-1];
  genvar e;
  generate
    for (e = 0; e < EVENTS; e = e + 1) begin : counter
      always_ff @(posedge clk) count[e] <= load ? '0 : count[e] + WIDTH'(amount[32*e+:32]);
    end
  endgenerate
  assign value = 32'(addr) < EVENTS ? count[addr] : '0;
endmodule
