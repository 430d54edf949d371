// SPDX-License-Identifier: Apache-2.0
// The global buffer: banks of one read and one write port, each given to ifmaps or to partial sums
// by the configuration (ifmaps below the first row of partial sums).
module eyeriss_glb #(
    parameter int BANKS = 25,
    parameter int BANK_ROWS = 512
) (
    input  logic        clk,
    input  logic [15:0] psum_row,
    input  logic        i_read,
    input  logic [15:0] i_read_word,
    output logic [15:0] i_data,
    input  logic        i_write,
    input  logic [15:0] i_write_word,
    input  logic [15:0] i_write_data,
    input  logic        p_read,
    input  logic [15:0] p_read_row,
    output logic [63:0] p_data,
    input  logic [3:0]  p_write,
    input  logic [15:0] p_write_row,
    input  logic [63:0] p_write_data
);
  localparam int A = $clog2(BANK_ROWS);
  localparam int B = $clog2(BANKS);
  logic [64*BANKS-1:0] data;
  logic [15:0] i_read_row, i_write_row;
  assign i_read_row = 16'(i_read_word >> 2);
  assign i_write_row = 16'(i_write_word >> 2);

  for (genvar b = 0; b < BANKS; b++) begin : g_bank
    logic psums, i_read_here, i_write_here, p_read_here, p_write_here;
    assign psums = b * BANK_ROWS >= 32'(psum_row);
    assign i_read_here = i_read && i_read_row >> A == 16'(b);
    assign i_write_here = i_write && i_write_row >> A == 16'(b);
    assign p_read_here = p_read && p_read_row >> A == 16'(b);
    assign p_write_here = p_write != '0 && p_write_row >> A == 16'(b);
    eyeriss_sram #(.ROWS(BANK_ROWS)) u_sram (
        .clk,
        .read(psums ? p_read_here : i_read_here),
        .read_row(psums ? p_read_row[A-1:0] : i_read_row[A-1:0]),
        .data(data[64*b+:64]),
        .write(psums ? p_write & {4{p_write_here}} : {3'd0, i_write_here} << i_write_word[1:0]),
        .write_row(psums ? p_write_row[A-1:0] : i_write_row[A-1:0]),
        .write_data(psums ? p_write_data : {4{i_write_data}}));
`ifndef SYNTHESIS
    always_ff @(posedge clk) begin
      assert (!psums || !(i_read_here || i_write_here)) else $error("ifmaps in the psums' banks");
      assert (psums || !(p_read_here || p_write_here)) else $error("psums in the ifmaps' banks");
    end
`endif
  end

  logic [B-1:0] i_bank, p_bank;
  logic [1:0] i_word;
  always_ff @(posedge clk) begin
    if (i_read) {i_bank, i_word} <= {i_read_row[A+:B], i_read_word[1:0]};
    if (p_read) p_bank <= p_read_row[A+:B];
  end
  logic [63:0] i_row;
  assign i_row = data[64*i_bank+:64];
  assign i_data = i_row[16*i_word+:16];
  assign p_data = data[64*p_bank+:64];
endmodule
