// SPDX-License-Identifier: Apache-2.0
// The steps: for one output column of one image, every PE multiplies its input channels, filter
// columns and output channels (innermost), one per cycle, all PEs in lockstep. A further cycle ends
// the step, so that the last sum is written before the drain reads it.
module eyeriss_steps (
    input  logic clk,
    input  logic init,
    /* verilator lint_off UNUSEDSIGNAL */
    input  eyeriss_pkg::cfg_t cfg,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic ifmaps_arrived,    // pulses
    input  logic filters_arrived,
    input  logic drain_ended,
    output eyeriss_pkg::mac_t bus,
    output logic ended,             // pulse: the step ends with this cycle
    output logic filters_released   // ... and with it the use of the PEs' filters
);
  /* verilator lint_off UNUSEDSIGNAL */
  eyeriss_pkg::pass_t pass;
  /* verilator lint_on UNUSEDSIGNAL */
  logic beat, last, started, closing, filters_full, pass_end, last_column;
  logic [1:0] ifmaps, free;  // windows that wait; free tiles of partial sums
  eyeriss_pass u_pass (.clk, .init, .advance(ended && pass_end), .cfg, .pass);
  /* verilator lint_off UNUSEDSIGNAL */
  logic pass_begin, first_column;
  /* verilator lint_on UNUSEDSIGNAL */
  eyeriss_columns u_columns (
      .clk, .init, .advance(ended), .images(pass.n_trip), .columns(cfg.q[15:0]),
      .first(pass_begin), .first_column, .last_column, .last(pass_end));

  assign beat = pass.active && !closing &&
      (started || (ifmaps != '0 && filters_full && free != '0));
  assign ended = closing;
  assign filters_released = closing && pass_end && pass.w_last;

  logic [47:0] index;  // inner to outer: output channel, filter column, input channel
  /* verilator lint_off UNUSEDSIGNAL */
  logic [2:0] inc;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [2:0] at_end;
  assign at_end[0] = index[15:0] + 16'd1 ==
      (16'(pass.m_rem) < cfg.m_pe[15:0] ? 16'(pass.m_rem) : cfg.m_pe[15:0]);
  assign at_end[1] = index[31:16] + 16'd1 == cfg.s[15:0];
  assign at_end[2] = index[47:32] + 16'd1 ==
      (16'(pass.c_rem) < cfg.c_pe[15:0] ? 16'(pass.c_rem) : cfg.c_pe[15:0]);
  eyeriss_nest #(.K(3)) u_nest (.clk, .init, .step(beat), .at_end, .index, .inc, .last);

  function automatic logic [4:0] wrap(input logic [5:0] a);
    wrap = 5'(a >= 6'(eyeriss_pkg::RING) ? a - 6'(eyeriss_pkg::RING) : a);
  endfunction
  logic half;
  logic [4:0] window, channel, word;  // in the PEs' ifmap words: tile, channel, present word
  logic [4:0] next_window, next_channel;
  assign next_window = wrap(6'(window) + (last_column ? cfg.window[5:0] : cfg.slide[5:0]));
  assign next_channel = wrap(6'(channel) + 6'd1);

  always_comb begin
    bus = '0;
    bus.valid = beat;
    bus.start = beat && !started;
    // Seeded defect 5: sums do not start at 0.
    bus.first = index[47:16] == '0 && cfg.bug != 32'd5;
    bus.half = half;
    bus.i_addr = word;
    bus.m = index[3:0];
    bus.c = index[39:32];
    bus.c_rem = pass.c_rem;
    bus.m_rem = pass.m_rem;
    bus.p_rem = pass.p_rem;
  end

  always_ff @(posedge clk)
    if (init) begin
      started <= 1'b0;
      closing <= 1'b0;
      filters_full <= 1'b0;
      ifmaps <= '0;
      free <= cfg.bug == 32'd8 ? 2'd3 : 2'd2;  // seeded defect 8: a tile that is not there
      half <= 1'b0;
      {window, channel, word} <= '0;
    end else begin
      filters_full <= (filters_full && !filters_released) || filters_arrived;
      ifmaps <= ifmaps + 2'(ifmaps_arrived) - 2'(bus.start);
      free <= free + 2'(drain_ended) - 2'(bus.start);
      closing <= beat && last;
      if (beat) begin
        started <= !last;
        if (inc[1]) word <= wrap(6'(word) + cfg.c_pe[5:0]);
        if (inc[2]) begin
          channel <= next_channel;
          word <= next_channel;
        end
      end
      if (closing) begin
        half <= !half;
        window <= next_window;
        channel <= next_window;
        word <= next_window;
      end
    end
endmodule
