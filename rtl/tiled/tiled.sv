// SPDX-License-Identifier: Apache-2.0
// Tiled accelerator in the manner of Zhang et al., FPGA 2015: TM x TN multipliers and adder trees
// over double-buffered tiles. Output tiles stay over the loop of input-channel tiles; partial sums
// never leave. Protocol, registers, memory layout and counters: docs/formats/rtl-tiled.md.
module tiled #(
    parameter int TM = 4,  // output channels at a time
    parameter int TN = 3,  // input channels at a time
    parameter int DATA = 16,  // bits of inputs and weights
    parameter int ACC = 32,  // bits of partial sums and outputs, which wrap
    parameter int READ_WORDS = 1,  // per beat of the read port, a power of two
    parameter int WRITE_WORDS = 1,
    parameter int I_DEPTH = 64,  // words of one channel of an input tile, a multiple of READ_WORDS
    parameter int W_DEPTH = 16,  // filter positions
    parameter int O_DEPTH = 16,  // positions of an output tile
    parameter int COUNTERS = 1,  // event counters
    parameter int BUGS = 1  // seeded defects selectable (tests of the tests)
) (
    input logic clk,
    input logic rst,
    // control
    input logic cfg_we,
    input logic [6:0] cfg_addr,
    input logic [31:0] cfg_data,
    input logic start,
    output logic busy,
    output logic done,
    input logic [3:0] count_addr,
    output logic [47:0] count_value,
    // read port: a request per tile, answered in order by consecutive beats after a fixed latency
    output logic rd_req,
    output logic rd_weights,
    output logic [31:0] rd_addr,
    output logic [31:0] rd_words,
    input logic rd_valid,
    input logic rd_is_weights,
    input logic [READ_WORDS*DATA-1:0] rd_data,
    // write port: a beat per cycle, always accepted
    output logic wr_valid,
    output logic [31:0] wr_addr,
    output logic [7:0] wr_words,
    output logic [WRITE_WORDS*ACC-1:0] wr_data
);
  localparam int EVENTS = 13;

  logic [95:0] trips;
  logic m_innermost;
  logic [5:0] mask_i, mask_w;
  logic [31:0] steps_i, steps_w, base_i, base_w, base_o, tile_o;
  logic [31:0] count_m, count_c, count_p, count_q, next_p, next_r;
  logic [15:0] filter_r, filter_s, stride_w, dilation_w;
  logic [127:0] plane, words_w;
  logic [255:0] words_i, words_o;
  logic [191:0] jump_i, jump_w;
  logic [7:0] bug_register, bug;

  tiled_config registers (.clk, .we(cfg_we), .addr(cfg_addr), .data(cfg_data), .trips, .m_innermost,
      .mask_i, .mask_w, .steps_i, .steps_w, .count_m, .count_c, .count_p, .count_q, .filter_r,
      .filter_s, .stride_w, .dilation_w, .next_p, .next_r, .plane, .words_i, .words_w, .words_o,
      .base_i, .base_w, .base_o, .tile_o, .jump_i, .jump_w, .bug(bug_register));
  assign bug = BUGS != 0 ? bug_register : '0;

  // start and end
  logic load, wr_final;
  assign load = rst || (start && !busy);
  always_ff @(posedge clk) begin
    if (rst) {busy, done} <= 2'b00;
    else if (load) {busy, done} <= 2'b10;
    else if (wr_valid && wr_final) {busy, done} <= 2'b01;
  end

  // read port
  logic [31:0] steps_done;
  logic [63:0] slot_words_i, slot_plane_i, slot_words_w;
  logic [1:0] slot_last_m, slot_last_c;
  tiled_fetch #(.WORDS(READ_WORDS)) fetch (.clk, .load, .busy, .bug, .steps_done, .trips,
      .m_innermost, .mask_i, .mask_w, .steps_i, .steps_w, .plane, .words_i, .words_w, .base_i,
      .base_w, .jump_i, .jump_w, .req_valid(rd_req), .req_weights(rd_weights), .req_addr(rd_addr),
      .req_words(rd_words), .slot_words_i, .slot_plane_i, .slot_words_w, .slot_last_m,
      .slot_last_c);

  logic beat_i, beat_w;
  logic [READ_WORDS*DATA-1:0] beat_data;
  always_ff @(posedge clk) begin
    beat_i <= rd_valid && !rd_is_weights && !rst;
    beat_w <= rd_valid && rd_is_weights && !rst;
    if (rd_valid) beat_data <= rd_data;
  end

  // tiles and steps
  logic filled_i, filled_w, drained, i_slot, w_slot, o_slot, issue0, read1, valid3, valid_sum;
  logic p_read, p_first, p_forward1, p_forward2, p_write, fill_slot, d_slot;
  logic [7:0] fill_words_i, fill_words_w, drain_words;
  logic [1:0] o_full;
  logic [15:0] position0, row1, p_raddr, p_waddr, lanes_m, lanes_mc;
  logic [WRITE_WORDS-1:0] d_read;
  logic [WRITE_WORDS*16-1:0] d_m;
  logic [15:0] d_begin, d_position;
  logic [TN-1:0] active_c;
  logic [TN*DATA-1:0] operand3;
  logic [READ_WORDS-1:0] fill;
  logic [READ_WORDS*16-1:0] to_m, to_c, to_row;
  logic [TM*ACC-1:0] d_data;

  tiled_sequencer #(.TM(TM), .TN(TN)) sequencer (.clk, .load, .busy, .bug, .trips, .m_innermost,
      .mask_i, .mask_w, .count_m, .count_c, .count_p, .count_q, .filter_r, .filter_s, .stride_w,
      .dilation_w, .next_p, .next_r, .filled_i, .filled_w, .drained, .steps_done, .o_full, .i_slot,
      .w_slot, .o_slot, .issue0, .position0, .read1, .row1, .valid3, .valid_sum, .p_read, .p_raddr,
      .p_first, .p_forward1, .p_forward2, .p_write, .p_waddr, .active_c, .lanes_m,
      .lanes_mc);

  tiled_input #(.TN(TN), .DATA(DATA), .WORDS(READ_WORDS), .DEPTH(I_DEPTH)) inputs (.clk, .load,
      .bug, .beat(beat_i), .beat_data, .slot_words(slot_words_i), .slot_plane(slot_plane_i),
      .filled(filled_i), .fill_words(fill_words_i), .issue0, .slot(i_slot), .position0,
      .active(active_c), .operand3);

  tiled_weights #(.WORDS(READ_WORDS)) weights (.clk, .load, .beat(beat_w),
      .slot_words(slot_words_w), .slot_last_m, .slot_last_c, .count_m, .count_c, .filled(filled_w),
      .fill_words(fill_words_w), .fslot(fill_slot), .ok(fill), .to_m, .to_c, .to_row);

  genvar m;
  generate
    for (m = 0; m < TM; m = m + 1) begin : lanes
      tiled_lane #(.TN(TN), .DATA(DATA), .ACC(ACC), .WORDS(READ_WORDS), .WRITE_WORDS(WRITE_WORDS),
                   .W_DEPTH(W_DEPTH), .O_DEPTH(O_DEPTH)) lane (.clk, .index(16'(m)), .fill,
          .fill_m(to_m), .fill_c(to_c), .fill_row(to_row), .fill_data(beat_data), .fill_slot,
          .lanes_m, .active_c, .w_slot, .read1, .row1, .operand3, .o_slot, .p_read, .p_raddr,
          .p_first, .p_forward1, .p_forward2, .p_write, .p_waddr, .d_read, .d_m, .d_begin,
          .d_position, .d_slot, .d_data(d_data[ACC*m+:ACC]));
    end
  endgenerate

  // write port
  tiled_drain #(.TM(TM), .ACC(ACC), .WORDS(WRITE_WORDS)) drain (.clk, .load, .busy, .trips,
      .m_innermost, .count_m, .words_o, .base_o, .tile_o, .o_full, .drained, .drain_words, .d_read,
      .d_m, .d_begin, .d_position, .d_slot, .d_data, .wr_valid, .wr_addr, .wr_words,
      .wr_data, .wr_final);

  // events
  generate
    if (COUNTERS != 0) begin : events
      logic [EVENTS*32-1:0] amount;
      logic [15:0] counted_m;
      always_comb begin
        counted_m = bug == 8'd9 ? 16'(TM) : lanes_m;
        amount[0+:32] = 32'(busy);
        amount[32+:32] = rd_req && !rd_weights ? rd_words : '0;
        amount[64+:32] = rd_req && rd_weights ? rd_words : '0;
        amount[96+:32] = wr_valid ? 32'(wr_words) : '0;
        amount[128+:32] = 32'(fill_words_i);
        amount[160+:32] = 32'(fill_words_w);
        amount[192+:32] = 32'(drain_words);
        amount[224+:32] = '0;
        for (int c = 0; c < TN; c = c + 1)
          if (read1 && active_c[c]) amount[224+:32] = amount[224+:32] + 1'b1;
        amount[256+:32] = read1 ? 32'(lanes_mc) : '0;
        amount[288+:32] = p_read ? 32'(counted_m) : '0;
        amount[320+:32] = p_write ? 32'(lanes_m) : '0;
        amount[352+:32] = valid_sum ? 32'(lanes_mc) - 32'(lanes_m) : '0;
        amount[384+:32] = valid3 ? 32'(lanes_mc) : '0;
      end
      tiled_counters #(.EVENTS(EVENTS)) counters (.clk, .load, .amount, .addr(count_addr),
                                                  .value(count_value));
    end else begin : no_events
      assign count_value = '0;
      logic unused;
      assign unused = &{1'b0, count_addr, valid3, valid_sum, lanes_m, lanes_mc, fill_words_i,
                        fill_words_w, drain_words};
    end
  endgenerate
endmodule
