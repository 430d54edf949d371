// SPDX-License-Identifier: Apache-2.0
// A tile of outputs from the global buffer to memory, in the order in which the buffer keeps them:
// the tiles of the steps, each in rows of its own, in the order of the drain.
module eyeriss_link_outputs (
    input  logic        clk,
    input  logic        init,
    /* verilator lint_off UNUSEDSIGNAL */
    input  eyeriss_pkg::cfg_t cfg,
    input  eyeriss_pkg::pass_t pass,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic        started,
    input  logic        step,
    output logic        last,
    output logic [31:0] offset,
    output logic [15:0] row,
    output logic [1:0]  word
);
  function automatic logic [15:0] least(input logic [15:0] a, input logic [15:0] b);
    least = a < b ? a : b;
  endfunction

  // From the present ones on: channels left in the tile, in the pass, output rows in the strip.
  logic [15:0] tile_left, tile_left_q, m_left, m_left_q, m_all, p_left, p_left_q;
  assign tile_left = started ? tile_left_q : pass.m_tile;
  assign m_all = least(tile_left, cfg.m_in[15:0]);
  assign m_left = started ? m_left_q : m_all;
  assign p_left = started ? p_left_q : 16'(pass.p_rem);

  // Inner to outer: channel of the PE, output row, lane of channels, chain, column, image, pass.
  logic [6:0] inc, at_end;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [111:0] index;
  /* verilator lint_on UNUSEDSIGNAL */
  logic m_tail;
  assign m_tail = m_left <= cfg.m_pe[15:0];
  assign at_end[0] = index[15:0] + 16'd1 == least(m_left, cfg.m_pe[15:0]);
  assign at_end[1] = index[31:16] + 16'd1 == least(p_left, cfg.p_cols[15:0]);
  assign at_end[2] = m_tail || index[47:32] + 16'd1 == cfg.m_cols[15:0];
  assign at_end[3] = cfg.group_m[0] ? m_tail : p_left <= cfg.p_cols[15:0];
  assign at_end[4] = index[79:64] + 16'd1 == cfg.q[15:0];
  assign at_end[5] = index[95:80] + 16'd1 == pass.n_trip;
  assign at_end[6] = tile_left <= cfg.m_in[15:0];

  eyeriss_nest #(.K(7)) u_nest (.clk, .init, .step, .at_end, .index, .inc, .last);
  eyeriss_track #(.K(7)) u_track (
      .clk, .init, .step, .last, .inc,
      .stride({cfg.o_mi, cfg.o_n, 32'd1, cfg.o_group, cfg.o_ml, cfg.o_row, cfg.o_m}), .offset);

  logic [15:0] tile_row, in_tile;
  assign row = cfg.psum_row[15:0] + tile_row + in_tile;
  always_ff @(posedge clk)
    if (init) begin
      tile_row <= '0;
      in_tile <= '0;
      word <= '0;
    end else if (step) begin
      if (last || |inc[6:4]) begin
        tile_row <= last ? '0 : tile_row + cfg.tile_rows[15:0];
        in_tile <= '0;
        word <= '0;
      end else begin
        in_tile <= in_tile + 16'(word == 2'd3);
        word <= word + 2'd1;
      end
      tile_left_q <= inc[6] ? tile_left - cfg.m_in[15:0] : tile_left;
      if (inc[2] || (inc[3] && cfg.group_m[0])) m_left_q <= m_left - cfg.m_pe[15:0];
      else if (inc[6]) m_left_q <= least(tile_left - cfg.m_in[15:0], cfg.m_in[15:0]);
      else m_left_q <= |inc[5:3] ? m_all : m_left;
      if (inc[3] && !cfg.group_m[0]) p_left_q <= p_left - cfg.p_cols[15:0];
      else p_left_q <= |inc[6:4] ? 16'(pass.p_rem) : p_left;
    end
endmodule
