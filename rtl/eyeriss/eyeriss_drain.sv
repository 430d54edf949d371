// SPDX-License-Identifier: Apache-2.0
// Partial sums of a step from the PEs to the global buffer, four words per cycle: chain above
// chain, lane of output channels, output row, channel of the PE. The identifiers of the words enter
// the array at the top and travel down with the sums.
module eyeriss_drain (
    input  logic        clk,
    input  logic        init,
    /* verilator lint_off UNUSEDSIGNAL */
    input  eyeriss_pkg::cfg_t cfg,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic        step_ended,     // pulses
    input  logic        joins_arrived,  // earlier sums of a tile are in the FIFO
    input  logic        tile_freed,     // the tile in the global buffer has left
    output logic        join_read,      // next words of the FIFO, for the next cycle
    output eyeriss_pkg::drain_t bus,    // a cycle later
    output logic [15:0] bus_m_lane,     // 4 bits each: where in the row: lane of channels,
    output logic [15:0] bus_p_lane,     // output row
    output logic        ended,          // pulse: the tile of the step is free
    output logic        joined          // ... and it had earlier sums
);
  /* verilator lint_off UNUSEDSIGNAL */
  eyeriss_pkg::pass_t pass;
  /* verilator lint_on UNUSEDSIGNAL */
  logic beat, last, started, buffer_free, pass_begin, pass_end;
  logic [1:0] steps, joins;  // ended and not drained; with their earlier sums in the FIFO
  eyeriss_pass u_pass (.clk, .init, .advance(ended && pass_end), .cfg, .pass);
  /* verilator lint_off UNUSEDSIGNAL */
  logic first_column, last_column;
  /* verilator lint_on UNUSEDSIGNAL */
  eyeriss_columns u_columns (
      .clk, .init, .advance(ended), .images(pass.n_trip), .columns(cfg.q[15:0]),
      .first(pass_begin), .first_column, .last_column, .last(pass_end));

  logic tile_begin;
  assign tile_begin = pass_begin && pass.o_first;
  assign beat = pass.active && (started || (steps != '0 && (pass.c_first || joins != '0) &&
      (!tile_begin || buffer_free)));
  assign ended = beat && last;
  assign joined = !pass.c_first;
  assign join_read = beat && !pass.c_first;

  typedef struct packed {
    logic [12:0] m_left;  // channels of this lane and those after it
    logic [7:0]  p_left;  // output rows of this chain and those below
    logic [3:0]  y;
    logic [3:0]  m_lane;
    logic [7:0]  p_lane;
    logic [3:0]  m;
  } place_t;
  place_t at, at_q;
  eyeriss_pkg::drain_t out;
  logic [15:0] m_lane, p_lane, row, row_q, base, base_q;
  logic over, m_tail;
  always_comb begin
    at = at_q;
    if (!started) begin
      at = '0;
      at.m_left = pass.m_rem;
      at.p_left = pass.p_rem;
    end
    over = 1'b0;
    m_tail = 1'b0;
    out = '0;
    m_lane = '0;
    p_lane = '0;
    if (beat)
      for (int i = 0; i < 4; i++)
        if (!over) begin
          out.valid[i] = 1'b1;
          out.y[4*i+:4] = at.y;
          out.m[4*i+:4] = at.m;
          m_lane[4*i+:4] = at.m_lane;
          p_lane[4*i+:4] = at.p_lane[3:0];
          m_tail = at.m_left <= cfg.m_pe[12:0];
          if (32'(at.m) + 32'd1 != (m_tail ? 32'(at.m_left) : cfg.m_pe)) at.m = at.m + 4'd1;
          else begin
            at.m = '0;
            if (32'(at.p_lane) + 32'd1 != cfg.p_cols && at.p_lane + 8'd1 != at.p_left)
              at.p_lane = at.p_lane + 8'd1;
            else begin
              at.p_lane = '0;
              if (!m_tail && 32'(at.m_lane) + 32'd1 != cfg.m_cols) begin
                at.m_lane = at.m_lane + 4'd1;
                at.m_left = at.m_left - cfg.m_pe[12:0];
              end else begin
                at.m_lane = '0;
                at.y = at.y + 4'd1;
                if (cfg.group_m[0]) begin
                  over = m_tail;
                  at.m_left = at.m_left - cfg.m_pe[12:0];
                end else begin
                  over = at.p_left <= cfg.p_cols[7:0];
                  at.p_left = at.p_left - cfg.p_cols[7:0];
                  at.m_left = pass.m_rem;
                end
              end
            end
          end
        end
    out.half = half;
    out.last = over;
    out.done = over && pass_end && pass.o_last;
    out.fin = pass.c_last;
    out.c_rem = pass.c_rem;
    out.row = row;
  end
  assign last = over;

  logic half;
  // Tiles of the steps follow each other in the buffer; each pass over the input channels begins
  // again.
  assign base = pass_begin && pass.m_first && !started ? cfg.psum_row[15:0] : base_q;
  assign row = started ? row_q : base;
  always_ff @(posedge clk)
    if (init) begin
      started <= 1'b0;
      buffer_free <= 1'b1;
      {steps, joins, half} <= '0;
      bus <= '0;
      bus_m_lane <= '0;
      bus_p_lane <= '0;
    end else begin
      steps <= steps + 2'(step_ended) - 2'(beat && !started);
      joins <= joins + 2'(joins_arrived) - 2'(beat && !started && !pass.c_first);
      buffer_free <= (buffer_free && !(beat && tile_begin)) || tile_freed;
      bus <= out;
      bus_m_lane <= m_lane;
      bus_p_lane <= p_lane;
      if (beat) begin
        started <= !last;
        at_q <= at;
        row_q <= row + 16'd1;
        if (!started) base_q <= base + cfg.tile_rows[15:0];
        if (last) half <= !half;
      end
    end
endmodule
