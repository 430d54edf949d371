// SPDX-License-Identifier: Apache-2.0
// A memory of rows of four words: one read (data in the next cycle) and one write port with an
// enable per word.
module eyeriss_sram #(
    parameter int ROWS = 512,
    parameter int A = $clog2(ROWS)
) (
    input  logic         clk,
    input  logic         read,
    input  logic [A-1:0] read_row,
    output logic [63:0]  data,
    input  logic [3:0]   write,
    input  logic [A-1:0] write_row,
    input  logic [63:0]  write_data
);
  logic [63:0] rows[0:ROWS-1];
  always_ff @(posedge clk) begin
    if (read) data <= rows[read_row];
    if (write[0]) rows[write_row][15:0] <= write_data[15:0];
    if (write[1]) rows[write_row][31:16] <= write_data[31:16];
    if (write[2]) rows[write_row][47:32] <= write_data[47:32];
    if (write[3]) rows[write_row][63:48] <= write_data[63:48];
  end
`ifndef SYNTHESIS
  always_ff @(posedge clk) begin
    assert (!read || 32'(read_row) < ROWS) else $error("read beyond the memory");
    assert (write == '0 || 32'(write_row) < ROWS) else $error("write beyond the memory");
  end
`endif
endmodule
