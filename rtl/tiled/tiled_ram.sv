// SPDX-License-Identifier: Apache-2.0
// Simple dual-port memory, one write and one read port, read registered: one block RAM or several.
// A read returns the word as it was before a write at the same edge. Not reset.
module tiled_ram #(
    parameter int WIDTH = 16,
    parameter int DEPTH = 16,
    localparam int AW = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input logic clk,
    input logic we,
    input logic [AW-1:0] waddr,
    input logic [WIDTH-1:0] wdata,
    input logic re,
    input logic [AW-1:0] raddr,
    output logic [WIDTH-1:0] rdata
);
  (* ram_style = "block" *) logic [WIDTH-1:0] mem[0:DEPTH-1];

  always_ff @(posedge clk) begin
    if (we) mem[waddr] <= wdata;
    if (re) rdata <= mem[raddr];
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk) begin
    if (we) assert (32'(waddr) < DEPTH);
    if (re) assert (32'(raddr) < DEPTH);
  end
`endif
endmodule
