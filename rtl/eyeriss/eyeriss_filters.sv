// SPDX-License-Identifier: Apache-2.0
// Filters of a pass from their buffer to the PEs, four words per cycle. Each word carries the
// identifiers of its row and of its place in the row; PEs that have both take it.
module eyeriss_filters (
    input  logic        clk,
    input  logic        init,
    /* verilator lint_off UNUSEDSIGNAL */
    input  eyeriss_pkg::cfg_t cfg,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic        buffer_filled,  // pulses: the tile's last word is in the buffer;
    input  logic        pads_released,  // the last step that needs the PEs' filters has ended
    output logic        read,
    output logic [15:0] read_row,
    output eyeriss_pkg::filter_t bus,   // with the data, a cycle later
    output logic        released,       // pulse: the buffer has been read
    output logic        arrived         // pulse: steps may use the filters in the next cycle
);
  /* verilator lint_off UNUSEDSIGNAL */
  eyeriss_pkg::pass_t pass;
  /* verilator lint_on UNUSEDSIGNAL */
  logic advance, beat, last, started, full, pads_free;
  eyeriss_pass u_pass (.clk, .init, .advance, .cfg, .pass);
  assign beat = pass.active && pass.w_first && (started || (full && pads_free));
  assign advance = (beat && last) || (pass.active && !pass.w_first);
  assign read = beat;
  assign released = beat && last;

  // Where the words of the present cycle begin: what is left of the channels and of the PE's words.
  typedef struct packed {
    logic [12:0] m_left;
    logic [7:0]  c_left;
    logic [7:0]  words;
    logic [3:0]  r;
    logic [3:0]  y;     // row of the chain
    logic [3:0]  x;     // lane of channels in the row
    logic [3:0]  base;  // first row of the chain
  } place_t;
  place_t at, at_q;
  eyeriss_pkg::filter_t out;
  logic over;

  function automatic logic [7:0] words_of(input logic [12:0] m, input logic [7:0] c,
                                          input logic [3:0] m_pe, input logic [3:0] c_pe,
                                          input logic [7:0] s);
    // m_pe is given less one: 1 to 16 in four bits.
    words_of = 8'((m > 13'(m_pe) ? 8'(m_pe) + 8'd1 : m[7:0]) *
                  (c > 8'(c_pe) ? 8'(c_pe) : c) * s);
  endfunction

  always_comb begin
    at = at_q;
    if (!started) begin
      at.m_left = pass.m_rem;
      at.c_left = pass.c_rem;
      {at.r, at.y, at.x, at.base} = '0;
      at.words = words_of(at.m_left, at.c_left, cfg.m_pe[3:0] - 4'd1, cfg.c_pe[3:0], cfg.s[7:0]);
    end
    over = 1'b0;
    out = '0;
    out.p_rem = pass.p_rem;
    if (beat)
      for (int i = 0; i < 4; i++)
        if (!over) begin
          out.valid[i] = 1'b1;
          out.y[4*i+:4] = at.base + at.y;
          out.x[4*i+:4] = at.x;
          if (at.words != 8'd1) at.words = at.words - 8'd1;
          else begin
            if (32'(at.r) + 32'd1 != cfg.r) begin
              at.r = at.r + 4'd1;
              at.y = at.y + 4'd1;
            end else begin
              at.r = '0;
              if (at.c_left > cfg.c_pe[7:0]) begin
                at.c_left = at.c_left - cfg.c_pe[7:0];
                at.y = at.y + 4'd1;
              end else begin
                at.c_left = pass.c_rem;
                at.y = '0;
                if (at.m_left <= cfg.m_pe[12:0]) over = 1'b1;
                at.m_left = at.m_left - cfg.m_pe[12:0];
                if (32'(at.x) + 32'd1 != cfg.m_cols) at.x = at.x + 4'd1;
                else begin
                  at.x = '0;
                  at.base = at.base + cfg.chain[3:0];
                end
              end
            end
            at.words = words_of(at.m_left, at.c_left, cfg.m_pe[3:0] - 4'd1, cfg.c_pe[3:0],
                                cfg.s[7:0]);
          end
        end
  end
  assign last = over;

  always_ff @(posedge clk)
    if (init) begin
      started <= 1'b0;
      full <= 1'b0;
      pads_free <= 1'b1;
      read_row <= '0;
      bus <= '0;
      arrived <= 1'b0;
    end else begin
      full <= (full && !released) || buffer_filled;
      pads_free <= (pads_free && !beat) || pads_released;
      arrived <= released;
      bus <= out;
      if (beat) begin
        started <= !last;
        read_row <= last ? '0 : read_row + 16'd1;
        at_q <= at;
      end
    end
endmodule
