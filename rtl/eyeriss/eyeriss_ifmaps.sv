// SPDX-License-Identifier: Apache-2.0
// Ifmap words of a step from the global buffer to the PEs, one per cycle: the new columns of every
// row and channel that the array touches. A word carries its channel lane and its row; all PEs
// whose identifiers are these take it, which is the diagonal reuse of the row-stationary array.
module eyeriss_ifmaps (
    input  logic        clk,
    input  logic        init,
    /* verilator lint_off UNUSEDSIGNAL */
    input  eyeriss_pkg::cfg_t cfg,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic        buffer_filled,  // pulses: the ifmaps of the pass are in the global buffer;
    input  logic        step_ended,     // a step has ended
    output logic        read,
    output logic [15:0] read_word,
    output eyeriss_pkg::ifmap_t bus,    // with the data, a cycle later
    output logic        released,       // pulse: the ifmaps have been read for the last time
    output logic        arrived         // pulse: a step may use them in the next cycle
);
  /* verilator lint_off UNUSEDSIGNAL */
  eyeriss_pkg::pass_t pass;
  /* verilator lint_on UNUSEDSIGNAL */
  logic advance, beat, last, started, full, pass_end, first_column, last_column;
  logic [1:0] slots;
  eyeriss_pass u_pass (.clk, .init, .advance(advance && pass_end), .cfg, .pass);
  /* verilator lint_off UNUSEDSIGNAL */
  logic pass_begin;
  /* verilator lint_on UNUSEDSIGNAL */
  eyeriss_columns u_columns (
      .clk, .init, .advance, .images(pass.n_trip), .columns(cfg.q[15:0]), .first(pass_begin),
      .first_column, .last_column, .last(pass_end));

  assign beat = pass.active && (started || (full && slots != '0));
  assign advance = beat && last;
  assign released = advance && pass_end && pass.i_last;

  // Inner to outer: row (two levels, for strides that skip rows), channel, column.
  logic [63:0] index;
  logic [3:0] inc, at_end;
  logic [31:0] offset, image, column;
  assign at_end[0] = index[15:0] + 16'd1 == (cfg.row_gap[0] ? cfg.r[15:0] : pass.h);
  assign at_end[1] = !cfg.row_gap[0] || index[31:16] + 16'd1 == 16'(pass.p_rem);
  assign at_end[2] = index[47:32] + 16'd1 == 16'(pass.c_rem);
  assign at_end[3] =
      index[63:48] + 16'd1 == (first_column ? cfg.s[15:0] : cfg.new_cols[15:0]);
  eyeriss_nest #(.K(4)) u_nest (.clk, .init, .step(beat), .at_end, .index, .inc, .last);
  eyeriss_track #(.K(4)) u_track (
      .clk, .init, .step(beat), .last, .inc,
      .stride({32'd1, cfg.li_c, cfg.li_a, cfg.w_in}), .offset);
  assign read = beat;
  // Seeded defect 6: the window slides to a column too far.
  assign read_word = 16'(image + column + offset) + 16'(cfg.bug == 32'd6 && !first_column);

  function automatic logic [4:0] wrap(input logic [5:0] a);
    wrap = 5'(a >= 6'(eyeriss_pkg::RING) ? a - 6'(eyeriss_pkg::RING) : a);
  endfunction
  logic [7:0] row_base;             // ifmap row of index 0
  logic [3:0] lane, c;
  logic [4:0] ring, ring_column;    // place in the PEs' windows
  logic [4:0] next_column;
  assign next_column = wrap(6'(ring_column) + cfg.c_pe[5:0]);

  always_ff @(posedge clk)
    if (init) begin
      started <= 1'b0;
      full <= 1'b0;
      slots <= cfg.bug == 32'd2 ? 2'd3 : 2'd2;  // seeded defect 2: a slot that is not there
      bus <= '0;
      arrived <= 1'b0;
      {image, column} <= '0;
      {row_base, lane, c, ring, ring_column} <= '0;
    end else begin
      full <= (full && !released) || buffer_filled;
      slots <= slots - 2'(beat && !started) + 2'(step_ended);
      arrived <= advance;
      bus.valid <= beat;
      bus.y <= lane;
      // Seeded defect 1: the bus carries a wrong identifier for one row.
      bus.x <= cfg.bug == 32'd1 && row_base + index[7:0] == 8'd1 ? 8'd2 : row_base + index[7:0];
      bus.addr <= ring;
      bus.m_rem <= pass.m_rem;
      bus.p_rem <= pass.p_rem;
      if (beat) begin
        started <= !last;
        if (inc[1]) row_base <= row_base + cfg.u[7:0];
        else if (inc[2] || inc[3] || last) row_base <= '0;
        if (inc[2]) begin
          if (32'(c) + 32'd1 == cfg.c_pe) begin
            c <= '0;
            lane <= lane + 4'd1;
            ring <= ring_column;
          end else begin
            c <= c + 4'd1;
            ring <= wrap(6'(ring) + 6'd1);
          end
        end else if (inc[3] || last) begin
          c <= '0;
          lane <= '0;
          ring <= next_column;
          ring_column <= next_column;
        end
      end
      if (advance) begin
        column <= last_column ? '0 : column + (first_column ? cfg.col_next : cfg.u);
        if (last_column) image <= pass_end ? '0 : image + cfg.li_n;
      end
    end
endmodule
