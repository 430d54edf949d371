// SPDX-License-Identifier: Apache-2.0
// Earlier partial sums of a tile from the global buffer to the FIFO at the head of the array, which
// holds two tiles, four words per cycle. They are read as late as they can be needed in time: after
// the drain of the input channels before has written them.
module eyeriss_joins #(
    parameter int ROWS = 512
) (
    input  logic        clk,
    input  logic        init,
    /* verilator lint_off UNUSEDSIGNAL */
    input  eyeriss_pkg::cfg_t cfg,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic        sums_written,  // pulses: a tile that is not final is in the global buffer
    input  logic        joined,        // a tile has left the FIFO
    output logic        read,
    output logic [15:0] read_row,
    output logic [3:0]  read_words,    // of the row, that are counted
    output logic        write,         // a cycle later, with the data
    output logic [$clog2(ROWS)-1:0] write_row,
    output logic        arrived        // pulse: the drain may use them in the next cycle
);
  /* verilator lint_off UNUSEDSIGNAL */
  eyeriss_pkg::pass_t pass;
  /* verilator lint_on UNUSEDSIGNAL */
  logic beat, last, started, pass_begin, pass_end;
  logic [1:0] entries;
  logic [15:0] written;  // tiles in the global buffer that have not been read back
  eyeriss_pass u_pass (
      .clk, .init, .advance((beat && last && pass_end) || (pass.active && pass.c_first)), .cfg,
      .pass);
  /* verilator lint_off UNUSEDSIGNAL */
  logic first_column, last_column;
  /* verilator lint_on UNUSEDSIGNAL */
  eyeriss_columns u_columns (
      .clk, .init, .advance(beat && last), .images(pass.n_trip), .columns(cfg.q[15:0]),
      .first(pass_begin), .first_column, .last_column, .last(pass_end));

  assign beat = pass.active && !pass.c_first && (started || (written != '0 && entries != '0));
  logic [15:0] left, left_q, row, row_q, base, base_q;
  assign left = started ? left_q : 16'(pass.m_rem * pass.p_rem);
  assign base = pass_begin && pass.m_first && !started ? cfg.psum_row[15:0] : base_q;
  assign row = started ? row_q : base;
  assign last = left <= 16'd4;
  assign read = beat;
  assign read_row = row;
  assign read_words = left >= 16'd4 ? 4'hf : left == 16'd3 ? 4'h7 : left == 16'd2 ? 4'h3 : 4'h1;

  always_ff @(posedge clk)
    if (init) begin
      {started, write, arrived} <= '0;
      entries <= 2'd2;
      written <= '0;
      write_row <= '0;
    end else begin
      written <= written + 16'(sums_written) - 16'(beat && !started);
      entries <= entries + 2'(joined) - 2'(beat && !started);
      write <= beat;
      arrived <= beat && last;
      if (write) write_row <= 32'(write_row) + 1 == ROWS ? '0 : write_row + 1'd1;
      if (beat) begin
        started <= !last;
        left_q <= left - 16'd4;
        row_q <= row + 16'd1;
        if (!started) base_q <= base + cfg.tile_rows[15:0];
      end
    end
endmodule
