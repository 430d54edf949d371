// SPDX-License-Identifier: Apache-2.0
// Requests of the read port: one burst per tile of inputs or weights. Both operands have an
// odometer of their own that runs at most two tiles ahead of the steps; the port serves them in the
// static order of the steps before which a fill stands, then of the steps that need it, then I
// before W.
module tiled_fetch #(
    parameter int WORDS = 1  // per beat, a power of two
) (
    input logic clk,
    input logic load,
    input logic busy,
    input logic [7:0] bug,
    input logic [31:0] steps_done,
    // registers
    input logic [95:0] trips,
    input logic m_innermost,  // order of the outer loops: N G P Q M, else N G M P Q
    input logic [5:0] mask_i,
    input logic [5:0] mask_w,
    input logic [31:0] steps_i,  // steps of one tile
    input logic [31:0] steps_w,
    input logic [127:0] plane,  // words of one channel: last P tile, last Q tile
    input logic [255:0] words_i,  // of a tile: last C, P, Q tile
    input logic [127:0] words_w,  // last M, C tile
    input logic [31:0] base_i,
    input logic [31:0] base_w,
    input logic [191:0] jump_i,  // added to the address when that position moves
    input logic [191:0] jump_w,
    // request
    output logic req_valid,
    output logic req_weights,  // else inputs
    output logic [31:0] req_addr,
    output logic [31:0] req_words,
    // tile in each slot, for the writers
    output logic [63:0] slot_words_i,
    output logic [63:0] slot_plane_i,
    output logic [63:0] slot_words_w,
    output logic [1:0] slot_last_m,
    output logic [1:0] slot_last_c
);
  localparam int LOG = $clog2(WORDS);

  logic [5:0] last_i, inc_i, zero_i, last_w, inc_w, zero_w;
  logic more_i, more_w, take_i, take_w, slot_i, slot_w;
  logic [31:0] need_i, need_w, at_i, at_w, at, addr_i, addr_w, left;
  logic [31:0] this_i, this_w;
  logic lastc_i, lastp_i, lastq_i, lastm_w, lastc_w, i_first;

  tiled_odometer odometer_i (.clk, .load, .advance(take_i), .mask(mask_i), .trips,
                             .last(last_i), .inc(inc_i), .zero(zero_i));
  tiled_odometer odometer_w (.clk, .load, .advance(take_w), .mask(mask_w), .trips,
                             .last(last_w), .inc(inc_w), .zero(zero_w));

  always_comb begin
    lastc_i = last_i[5];
    lastp_i = m_innermost ? last_i[2] : last_i[3];
    lastq_i = m_innermost ? last_i[3] : last_i[4];
    lastm_w = m_innermost ? last_w[4] : last_w[2];
    lastc_w = last_w[5];
    this_i = words_i[32*({lastc_i, lastp_i, lastq_i})+:32];
    this_w = words_w[32*({lastm_w, lastc_w})+:32];
    // tile j stands before the first step of tile j-1; its slot is free when all steps before that
    // one are done
    at_i = need_i == '0 ? '0 : need_i - steps_i;
    at_w = need_w == '0 ? '0 : need_w - steps_w;
    i_first = at_i < at_w || (at_i == at_w && need_i <= need_w);
    if (bug == 8'd1) i_first = need_i <= need_w;
    req_weights = !more_i || (more_w && !i_first);
    at = req_weights ? at_w : at_i;
    if (bug == 8'd2 && at != '0) at = at - 1'b1;
    req_valid = busy && left == '0 && (more_i || more_w) && steps_done >= at;
    take_i = req_valid && !req_weights;
    take_w = req_valid && req_weights;
    req_addr = req_weights ? addr_w : addr_i;
    req_words = req_weights ? this_w : this_i;
  end

  always_ff @(posedge clk) begin
    if (load) begin
      more_i <= 1'b1;
      more_w <= 1'b1;
      need_i <= '0;
      need_w <= '0;
      addr_i <= base_i;
      addr_w <= base_w;
      slot_i <= 1'b0;
      slot_w <= 1'b0;
      left <= '0;
    end else begin
      if (req_valid) left <= ((req_words + 32'(WORDS - 1)) >> LOG) - 1'b1;
      else if (left != '0) left <= left - 1'b1;
      if (take_i) begin
        more_i <= inc_i != '0;
        need_i <= need_i + steps_i;
        for (int p = 0; p < 6; p = p + 1) if (inc_i[p]) addr_i <= addr_i + jump_i[32*p+:32];
        slot_i <= !slot_i;
        slot_words_i[32*slot_i+:32] <= this_i;
        slot_plane_i[32*slot_i+:32] <= plane[32*({lastp_i, lastq_i})+:32];
      end
      if (take_w) begin
        more_w <= inc_w != '0;
        need_w <= need_w + steps_w;
        for (int p = 0; p < 6; p = p + 1) if (inc_w[p]) addr_w <= addr_w + jump_w[32*p+:32];
        slot_w <= !slot_w;
        slot_words_w[32*slot_w+:32] <= this_w;
        slot_last_m[slot_w] <= lastm_w;
        slot_last_c[slot_w] <= lastc_w;
      end
    end
  end

  logic unused;
  assign unused = &{1'b0, zero_i, zero_w, last_i, last_w};
endmodule
