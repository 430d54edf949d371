// SPDX-License-Identifier: Apache-2.0
// Filters of one pass from memory: lane of output channels, lane of input channels, filter row,
// then the words of a PE as it uses them: input channel, column, output channel.
module eyeriss_link_filters (
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
    output logic [15:0] local_word
);
  logic [12:0] m_left, m_left_q;  // in this lane and those after it
  logic [7:0] c_left, c_left_q;
  assign m_left = started ? m_left_q : pass.m_rem;
  assign c_left = started ? c_left_q : pass.c_rem;

  logic [5:0] inc, at_end;
  /* verilator lint_off UNUSEDSIGNAL */  // the lanes end by what is left
  logic [95:0] index;
  /* verilator lint_on UNUSEDSIGNAL */
  logic m_tail, c_tail;
  assign m_tail = m_left <= cfg.m_pe[12:0];
  assign c_tail = c_left <= cfg.c_pe[7:0];
  assign at_end[0] = index[15:0] + 16'd1 == (m_tail ? 16'(m_left) : cfg.m_pe[15:0]);
  assign at_end[1] = index[31:16] + 16'd1 == cfg.s[15:0];
  assign at_end[2] = index[47:32] + 16'd1 == (c_tail ? 16'(c_left) : cfg.c_pe[15:0]);
  assign at_end[3] = index[63:48] + 16'd1 == cfg.r[15:0];
  assign at_end[4] = c_tail;
  assign at_end[5] = m_tail;

  eyeriss_nest #(.K(6)) u_nest (.clk, .init, .step, .at_end, .index, .inc, .last);
  eyeriss_track #(.K(6)) u_track (
      .clk, .init, .step, .last, .inc,
      .stride({cfg.w_ml, cfg.w_cl, cfg.w_r, cfg.w_c, 32'd1, cfg.w_m}), .offset);

  always_ff @(posedge clk)
    if (init) local_word <= '0;
    else if (step) begin
      local_word <= last ? '0 : local_word + 16'd1;
      m_left_q <= inc[5] ? m_left - cfg.m_pe[12:0] : m_left;
      c_left_q <= inc[4] ? c_left - cfg.c_pe[7:0] : inc[5] ? pass.c_rem : c_left;
    end
endmodule
