// SPDX-License-Identifier: Apache-2.0
// The off-chip link: one word per cycle in either direction. For every pass in order: its filters,
// its ifmaps, and after the last pass of a tile of partial sums that tile's outputs. A transfer
// that cannot start yet holds up those behind it.
module eyeriss_link (
    input  logic        clk,
    input  logic        init,
    /* verilator lint_off UNUSEDSIGNAL */
    input  eyeriss_pkg::cfg_t cfg,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic        filters_released,  // pulses: the filter buffer has been read for the last
    input  logic        ifmaps_released,   // time, the ifmaps too, a tile of outputs is complete
    input  logic        outputs_ready,
    output logic        request,
    output logic        request_write,
    output logic [31:0] request_addr,
    output logic [17:0] request_tag,       // last word, for the ifmaps, word address on chip
    output logic        read,              // outputs from the global buffer, for the next cycle
    output logic [15:0] read_row,
    output logic [1:0]  read_word,
    output logic        outputs_done,      // pulse: the tile of partial sums is free
    output logic        finished
);
  typedef enum logic [1:0] {FILTERS, IFMAPS, OUTPUTS} phase_t;
  phase_t phase;
  logic started, filters_free, ifmaps_free, outputs_full;
  eyeriss_pkg::pass_t pass;
  logic advance, beat, last;
  eyeriss_pass u_pass (.clk, .init, .advance, .cfg, .pass);

  logic w_beat, i_beat, o_beat, w_last, i_last, o_last;
  assign w_beat = beat && phase == FILTERS;
  assign i_beat = beat && phase == IFMAPS;
  assign o_beat = beat && phase == OUTPUTS;
  assign last = phase == FILTERS ? w_last : phase == IFMAPS ? i_last : o_last;
  assign beat = pass.active && (started || (phase == FILTERS && filters_free) ||
      (phase == IFMAPS && ifmaps_free) || (phase == OUTPUTS && outputs_full));
  assign advance = beat && last &&
      (phase == OUTPUTS || (!pass.o_last && (phase == IFMAPS || !pass.i_first)));
  assign finished = !pass.active;

  always_ff @(posedge clk)
    if (init) begin
      phase <= FILTERS;
      started <= 1'b0;
      filters_free <= 1'b1;
      ifmaps_free <= 1'b1;
      outputs_full <= 1'b0;
    end else begin
      filters_free <= (filters_free && !w_beat) || filters_released;
      ifmaps_free <= (ifmaps_free && !i_beat) || ifmaps_released;
      outputs_full <= (outputs_full && !o_beat) || outputs_ready;
      if (beat) started <= !last;
      if (beat && last) begin
        if (phase == FILTERS && pass.i_first) phase <= IFMAPS;
        else if (phase != OUTPUTS && pass.o_last) phase <= OUTPUTS;
        else phase <= pass.w_last ? FILTERS : IFMAPS;
      end
    end

  // Bases of the pass.
  logic [31:0] i_base, w_base, o_base;
  eyeriss_track #(.K(6)) u_i_base (
      .clk, .init, .step(advance), .last(pass.all_last), .inc(pass.inc),
      .stride({cfg.i_nn, cfg.i_g, 32'd0, cfg.i_p, cfg.i_cc, 32'd0}), .offset(i_base));
  eyeriss_track #(.K(6)) u_w_base (
      .clk, .init, .step(advance), .last(pass.all_last), .inc(pass.inc),
      .stride({32'd0, cfg.w_g, cfg.w_mo, 32'd0, cfg.w_cc, cfg.w_mi}), .offset(w_base));
  eyeriss_track #(.K(6)) u_o_base (
      .clk, .init, .step(advance), .last(pass.all_last), .inc(pass.inc),
      .stride({cfg.o_nn, cfg.o_g, cfg.o_mo, cfg.o_p, 32'd0, 32'd0}), .offset(o_base));

  logic [31:0] w_offset, i_offset, o_offset;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [31:0] i_local;  // the buffer has fewer words
  /* verilator lint_on UNUSEDSIGNAL */
  logic [15:0] w_local;
  eyeriss_link_filters u_filters (
      .clk, .init, .cfg, .pass, .started, .step(w_beat), .last(w_last), .offset(w_offset),
      .local_word(w_local));
  eyeriss_link_outputs u_outputs (
      .clk, .init, .cfg, .pass, .started, .step(o_beat), .last(o_last), .offset(o_offset),
      .row(read_row), .word(read_word));

  logic [63:0] i_index;
  logic [3:0] i_inc, i_end;
  assign i_end[0] = i_index[15:0] + 16'd1 == cfg.w_in[15:0];
  assign i_end[1] = i_index[31:16] + 16'd1 == pass.h;
  assign i_end[2] = i_index[47:32] + 16'd1 == 16'(pass.c_rem);
  assign i_end[3] = i_index[63:48] + 16'd1 == pass.n_trip;
  eyeriss_nest #(.K(4)) u_i_nest (
      .clk, .init, .step(i_beat), .at_end(i_end), .index(i_index), .inc(i_inc), .last(i_last));
  eyeriss_track #(.K(4)) u_i_memory (
      .clk, .init, .step(i_beat), .last(i_last), .inc(i_inc),
      .stride({cfg.i_n, cfg.i_c, cfg.i_h, 32'd1}), .offset(i_offset));
  eyeriss_track #(.K(4)) u_i_local (
      .clk, .init, .step(i_beat), .last(i_last), .inc(i_inc),
      .stride({cfg.li_n, cfg.li_c, cfg.w_in, 32'd1}), .offset(i_local));

  // One register before the pins: there the outputs' words arrive from the global buffer.
  always_ff @(posedge clk) begin
    request <= beat && !init;
    request_write <= phase == OUTPUTS;
    request_tag <= {last, phase == IFMAPS, phase == IFMAPS ? i_local[15:0] : w_local};
    case (phase)
      FILTERS: request_addr <= cfg.w_base + w_base + w_offset;
      IFMAPS:  request_addr <= cfg.i_base + i_base + i_offset;
      default: request_addr <= cfg.o_base + o_base + o_offset;
    endcase
  end
  assign read = o_beat;
  assign outputs_done = o_beat && o_last;

`ifndef SYNTHESIS
  always_ff @(posedge clk)
    if (!init && pass.active)
      assert (pass.w_first || pass.i_first) else $error("a pass without anything new");
`endif
endmodule
