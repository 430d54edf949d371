// SPDX-License-Identifier: Apache-2.0
// Writes finished output tiles: per position the words of all output channels, channels innermost;
// words of one beat are of different channels (the driver refuses tiles with fewer). A beat is read
// from the banks at 0, selected at 1 and on the write port at 2.
module tiled_drain #(
    parameter int TM = 4,
    parameter int ACC = 32,
    parameter int WORDS = 1
) (
    input logic clk,
    input logic load,
    input logic busy,
    // registers
    input logic [95:0] trips,
    input logic m_innermost,
    input logic [31:0] count_m,
    input logic [255:0] words_o,  // of a tile: last M, P, Q tile
    input logic [31:0] base_o,
    input logic [31:0] tile_o,  // from one tile to the next in memory
    // tiles
    input logic [1:0] o_full,
    output logic drained,
    output logic [7:0] drain_words,
    // lanes
    output logic [WORDS-1:0] d_read,
    output logic [WORDS*16-1:0] d_m,
    output logic [15:0] d_begin,
    output logic [15:0] d_position,
    output logic d_slot,
    input logic [TM*ACC-1:0] d_data,
    // write port
    output logic wr_valid,
    output logic [31:0] wr_addr,
    output logic [7:0] wr_words,
    output logic [WORDS*ACC-1:0] wr_data,
    output logic wr_final
);
  localparam int MW = TM > 1 ? $clog2(TM) : 1;

  logic [5:0] last, inc, zero;
  logic beat, more, active, lm, lp, lq, final0;
  logic [31:0] left, now_left, addr, tile;
  logic [15:0] m, at, nm, nat, cm;
  logic [WORDS*16-1:0] m1;

  tiled_odometer odometer (.clk, .load, .advance(drained), .mask(6'b011111), .trips,
                           .last, .inc, .zero);

  always_comb begin
    lm = m_innermost ? last[4] : last[2];
    cm = count_m[16*lm+:16];
    beat = active || (busy && more && o_full[d_slot]);
    lp = m_innermost ? last[2] : last[3];
    lq = m_innermost ? last[3] : last[4];
    now_left = active ? left : words_o[32*({lm, lp, lq})+:32];
    nm = active ? m : '0;
    nat = active ? at : '0;
    d_begin = nm;
    d_position = nat;
    drain_words = '0;
    for (int w = 0; w < WORDS; w = w + 1) begin
      d_read[w] = beat && 32'(w) < now_left;
      if (d_read[w]) drain_words = drain_words + 1'b1;
      d_m[16*w+:16] = nm;
      nm = nm + 1'b1;
      if (nm == cm) begin
        nm = '0;
        nat = nat + 1'b1;
      end
    end
    drained = beat && now_left <= 32'(WORDS);
    final0 = drained && inc == '0;
  end

  logic valid1, final1;
  logic [31:0] addr1;
  logic [7:0] words1;
  always_ff @(posedge clk) begin
    if (load) begin
      more <= 1'b1;
      active <= 1'b0;
      d_slot <= 1'b0;
      tile <= base_o;
      valid1 <= 1'b0;
      wr_valid <= 1'b0;
    end else begin
      active <= beat && !drained;
      if (drained) begin
        d_slot <= !d_slot;
        more <= inc != '0;
        tile <= tile + tile_o;
      end
      valid1 <= beat;
      wr_valid <= valid1;
    end
    left <= now_left - 32'(WORDS);
    m <= nm;
    at <= nat;
    addr <= (active ? addr : tile) + 32'(WORDS);
    addr1 <= active ? addr : tile;
    words1 <= drain_words;
    final1 <= final0;
    m1 <= d_m;
    wr_addr <= addr1;
    wr_words <= words1;
    wr_final <= final1;
    for (int w = 0; w < WORDS; w = w + 1)
      wr_data[ACC*w+:ACC] <= d_data[ACC*(MW'(m1[16*w+:16]))+:ACC];
  end

  logic unused;
  assign unused = &{1'b0, zero, last};
endmodule
