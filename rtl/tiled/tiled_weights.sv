// SPDX-License-Identifier: Apache-2.0
// Distributes bursts of weights to the banks of the lanes. A burst holds, for every filter
// position, the pairs (output channel, input channel), input channels innermost; words of one beat
// must be of different pairs (the driver refuses tiles with fewer pairs than words of a beat).
module tiled_weights #(
    parameter int WORDS = 1
) (
    input logic clk,
    input logic load,
    input logic beat,
    input logic [63:0] slot_words,
    input logic [1:0] slot_last_m,
    input logic [1:0] slot_last_c,
    input logic [31:0] count_m,  // of full and last tiles
    input logic [31:0] count_c,
    output logic filled,
    output logic [7:0] fill_words,
    // to the lanes: word w goes to lane to_m, bank to_c, row
    output logic fslot,
    output logic [WORDS-1:0] ok,
    output logic [WORDS*16-1:0] to_m,
    output logic [WORDS*16-1:0] to_c,
    output logic [WORDS*16-1:0] to_row
);
  logic first;
  logic [31:0] left, now_left;
  logic [15:0] m, c, row, nm, nc, nrow, cm, cc;

  always_comb begin
    now_left = first ? slot_words[32*fslot+:32] : left;
    nm = first ? '0 : m;
    nc = first ? '0 : c;
    nrow = first ? '0 : row;
    cm = count_m[16*slot_last_m[fslot]+:16];
    cc = count_c[16*slot_last_c[fslot]+:16];
    fill_words = '0;
    for (int w = 0; w < WORDS; w = w + 1) begin
      ok[w] = beat && 32'(w) < now_left;
      if (ok[w]) fill_words = fill_words + 1'b1;
      to_m[16*w+:16] = nm;
      to_c[16*w+:16] = nc;
      to_row[16*w+:16] = nrow;
      nc = nc + 1'b1;
      if (nc == cc) begin
        nc = '0;
        nm = nm + 1'b1;
        if (nm == cm) begin
          nm = '0;
          nrow = nrow + 1'b1;
        end
      end
    end
    filled = beat && now_left <= 32'(WORDS);
  end

  always_ff @(posedge clk) begin
    if (load) begin
      fslot <= 1'b0;
      first <= 1'b1;
    end else if (beat) begin
      first <= filled;
      if (filled) fslot <= !fslot;
    end
    if (beat) begin
      left <= now_left - 32'(WORDS);
      m <= nm;
      c <= nc;
      row <= nrow;
    end
  end
endmodule
