// SPDX-License-Identifier: Apache-2.0
// One output channel: TN weight banks, TN multipliers, the adder tree and the bank of partial sums,
// all banks in two slots. Stages are counted from the issue of an iteration (0): weights are read
// at 1, multiplied at 3, added from 4, accumulated at 4 + TREE and written at 5 + TREE.
module tiled_lane #(
    parameter int TN = 4,
    parameter int DATA = 16,
    parameter int ACC = 32,
    parameter int WORDS = 1,
    parameter int WRITE_WORDS = 1,
    parameter int W_DEPTH = 9,
    parameter int O_DEPTH = 16,
    localparam int TREE = $clog2(TN)
) (
    input logic clk,
    input logic [15:0] index,  // of this lane, constant
    // weight fill: word w is for lane fill_m, bank fill_c
    input logic [WORDS-1:0] fill,
    input logic [WORDS*16-1:0] fill_m,
    input logic [WORDS*16-1:0] fill_c,
    input logic [WORDS*16-1:0] fill_row,
    input logic [WORDS*DATA-1:0] fill_data,
    input logic fill_slot,
    // iteration
    input logic [15:0] lanes_m,
    input logic [TN-1:0] active_c,
    input logic w_slot,
    input logic read1,
    input logic [15:0] row1,
    input logic [TN*DATA-1:0] operand3,
    input logic o_slot,
    input logic p_read,
    input logic [15:0] p_raddr,
    input logic p_first,  // with the word read
    input logic p_forward1,
    input logic p_forward2,
    input logic p_write,
    input logic [15:0] p_waddr,
    // drain: words of lanes d_m; lanes before d_begin are at the next position already
    input logic [WRITE_WORDS-1:0] d_read,
    input logic [WRITE_WORDS*16-1:0] d_m,
    input logic [15:0] d_begin,
    input logic [15:0] d_position,
    input logic d_slot,
    output logic [ACC-1:0] d_data
);
  // verilator no_inline_module
  localparam int WA = W_DEPTH > 1 ? $clog2(W_DEPTH) : 1;
  localparam int OA = O_DEPTH > 1 ? $clog2(O_DEPTH) : 1;
  localparam int LEAVES = 1 << TREE;

  logic active;
  assign active = index < lanes_m;

  // weights to multiply, by bank; products are the leaves of the tree, node n the sum of nodes 2n
  // and 2n + 1
  logic [WORDS-1:0] mine;
  logic signed [ACC-1:0] node[1:2*LEAVES-1];
  always_comb begin
    for (int w = 0; w < WORDS; w = w + 1) mine[w] = fill[w] && fill_m[16*w+:16] == index;
  end

  genvar c;
  generate
    for (c = 0; c < LEAVES; c = c + 1) begin : leaf
      if (c < TN) begin : bank
        logic we;
        logic [WA-1:0] row;
        logic [DATA-1:0] word, weight2_0, weight2_1;
        logic signed [DATA-1:0] weight3;
        logic signed [2*DATA-1:0] product4;

        always_comb begin
          we = 1'b0;
          row = WA'(fill_row[15:0]);
          word = fill_data[DATA-1:0];
          for (int w = 0; w < WORDS; w = w + 1) begin
            if (mine[w] && fill_c[16*w+:16] == 16'(c)) begin
              we = 1'b1;
              row = WA'(fill_row[16*w+:16]);
              word = fill_data[DATA*w+:DATA];
            end
          end
        end
        tiled_ram #(.WIDTH(DATA), .DEPTH(W_DEPTH)) slot0 (
            .clk, .we(we && !fill_slot), .waddr(row), .wdata(word),
            .re(read1 && active && active_c[c] && !w_slot), .raddr(WA'(row1)), .rdata(weight2_0));
        tiled_ram #(.WIDTH(DATA), .DEPTH(W_DEPTH)) slot1 (
            .clk, .we(we && fill_slot), .waddr(row), .wdata(word),
            .re(read1 && active && active_c[c] && w_slot), .raddr(WA'(row1)), .rdata(weight2_1));
        always_ff @(posedge clk) begin
          weight3 <= w_slot ? weight2_1 : weight2_0;
          product4 <= $signed(operand3[DATA*c+:DATA]) * weight3;
        end
        assign node[LEAVES+c] = ACC'(product4);
      end else begin : none
        assign node[LEAVES+c] = '0;
      end
    end
    for (c = 1; c < LEAVES; c = c + 1) begin : tree
      always_ff @(posedge clk) node[c] <= node[2*c] + node[2*c+1];
    end
  endgenerate

  // partial sums
  logic [ACC-1:0] word0, word1, previous, sum, sum_d;
  logic [15:0] d_addr;
  logic reads, d_reads, d_slot_q;

  always_comb begin
    reads = p_read && active;
    d_addr = index < d_begin ? d_position + 1'b1 : d_position;
    d_reads = 1'b0;
    for (int w = 0; w < WRITE_WORDS; w = w + 1)
      if (d_read[w] && d_m[16*w+:16] == index) d_reads = 1'b1;
    previous = o_slot ? word1 : word0;
    if (p_forward2) previous = sum_d;
    if (p_forward1) previous = sum;
    if (p_first) previous = '0;
  end
  always_ff @(posedge clk) begin
    sum <= previous + node[1];
    sum_d <= sum;
    d_slot_q <= d_slot;
  end
  assign d_data = d_slot_q ? word1 : word0;

  tiled_ram #(.WIDTH(ACC), .DEPTH(O_DEPTH)) psum0 (
      .clk, .we(p_write && active && !o_slot), .waddr(OA'(p_waddr)), .wdata(sum),
      .re((reads && !o_slot) || (d_reads && !d_slot)),
      .raddr(reads && !o_slot ? OA'(p_raddr) : OA'(d_addr)), .rdata(word0));
  tiled_ram #(.WIDTH(ACC), .DEPTH(O_DEPTH)) psum1 (
      .clk, .we(p_write && active && o_slot), .waddr(OA'(p_waddr)), .wdata(sum),
      .re((reads && o_slot) || (d_reads && d_slot)),
      .raddr(reads && o_slot ? OA'(p_raddr) : OA'(d_addr)), .rdata(word1));

`ifndef SYNTHESIS
  // a slot is drained or accumulated, never both
  always_ff @(posedge clk) assert (!(reads && d_reads && d_slot == o_slot));
`endif
  logic unused;
  assign unused = &{1'b0, row1, p_raddr, p_waddr, d_addr, fill_row};
endmodule
