// SPDX-License-Identifier: Apache-2.0
// Input tiles: two slots of TN channels, each in WORDS sub-banks. Word k of a burst is channel-
// major (k = channel * plane + position) and goes to sub-bank k mod WORDS of its channel: lane w of
// the port is wired to sub-bank w, so a beat may span channels without two words meeting in one
// bank. A channel that began in lane `offset` has position p in sub-bank (p + offset) mod WORDS.
module tiled_input #(
    parameter int TN = 4,
    parameter int DATA = 16,
    parameter int WORDS = 1,
    parameter int DEPTH = 64  // words of a channel, a multiple of WORDS
) (
    input logic clk,
    input logic load,
    input logic [7:0] bug,
    // beats of the read port
    input logic beat,
    input logic [WORDS*DATA-1:0] beat_data,
    input logic [63:0] slot_words,
    input logic [63:0] slot_plane,
    output logic filled,  // this beat completes a tile
    output logic [7:0] fill_words,
    // operands: position at stage 0, data at stage 3
    input logic issue0,
    input logic slot,
    input logic [15:0] position0,
    input logic [TN-1:0] active,
    output logic [TN*DATA-1:0] operand3
);
  localparam int LOG = $clog2(WORDS);
  localparam int OW = LOG > 0 ? LOG : 1;
  localparam int ROWS = DEPTH / WORDS;
  localparam int RW = ROWS > 1 ? $clog2(ROWS) : 1;

  // fill
  logic fslot, first, fresh, nfresh;
  logic [31:0] left, now_left, rest, nrest;
  logic [7:0] ch, nch;
  logic [RW-1:0] row, nrow;
  logic [WORDS-1:0] ok, starts;
  logic [WORDS*8-1:0] lane_ch;
  logic [WORDS*RW-1:0] lane_row;
  logic [2*TN*OW-1:0] offset;

  always_comb begin
    now_left = first ? slot_words[32*fslot+:32] : left;
    nrest = first ? slot_plane[32*fslot+:32] : rest;
    nch = first ? '0 : ch;
    nrow = first ? '0 : row;
    nfresh = first || fresh;
    fill_words = '0;
    for (int w = 0; w < WORDS; w = w + 1) begin
      ok[w] = beat && 32'(w) < now_left;
      starts[w] = nfresh;
      lane_ch[8*w+:8] = nch;
      lane_row[RW*w+:RW] = nrow;
      if (ok[w]) fill_words = fill_words + 1'b1;
      nrest = nrest - 1'b1;
      nfresh = nrest == '0;
      if (nfresh) begin
        nrest = slot_plane[32*fslot+:32];
        nch = nch + 1'b1;
        nrow = '0;
      end
    end
    if (!nfresh) nrow = nrow + 1'b1;
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
      rest <= nrest;
      ch <= nch;
      row <= nrow;
      fresh <= nfresh;
      for (int w = 0; w < WORDS; w = w + 1)
        for (int c = 0; c < TN; c = c + 1)
          if (ok[w] && starts[w] && lane_ch[8*w+:8] == 8'(c))
            offset[OW*(TN*fslot + c)+:OW] <= OW'(w);
    end
  end

  // operands
  logic read1;
  logic [TN*16-1:0] at1;
  logic [TN*OW-1:0] sub2;
  logic [TN*2*WORDS*DATA-1:0] out2;

  always_ff @(posedge clk) begin
    read1 <= issue0;
    for (int c = 0; c < TN; c = c + 1) begin
      at1[16*c+:16] <= position0 + (WORDS > 1 ? 16'(offset[OW*(TN*slot + c)+:OW]) : 16'd0);
      sub2[OW*c+:OW] <= WORDS > 1 ? OW'(at1[16*c+:16]) : '0;
      // a lane without a channel must add 0 to the tree, whatever its bank holds
      operand3[DATA*c+:DATA] <= '0;
      if (active[c] || bug == 8'd3)
        operand3[DATA*c+:DATA] <=
            out2[DATA*(WORDS*(slot ? 2*c+1 : 2*c) + 32'(sub2[OW*c+:OW]))+:DATA];
    end
  end

  genvar c, s, w;
  generate
    for (c = 0; c < TN; c = c + 1) begin : channel
      for (s = 0; s < 2; s = s + 1) begin : slots
        for (w = 0; w < WORDS; w = w + 1) begin : sub
          tiled_ram #(.WIDTH(DATA), .DEPTH(ROWS)) bank (
              .clk,
              .we(ok[w] && lane_ch[8*w+:8] == 8'(c) && fslot == 1'(s)),
              .waddr(lane_row[RW*w+:RW]),
              .wdata(beat_data[DATA*w+:DATA]),
              .re(read1 && active[c] && slot == 1'(s) &&
                  (WORDS == 1 || OW'(at1[16*c+:16]) == OW'(w))),
              .raddr(RW'(at1[16*c+:16] >> LOG)),
              .rdata(out2[DATA*(WORDS*(2*c + s) + w)+:DATA]));
        end
      end
    end
  endgenerate
endmodule
