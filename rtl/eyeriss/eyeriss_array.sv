// SPDX-License-Identifier: Apache-2.0
// The array: rows of PEs below each other. Buses enter at the top; partial sums enter there too (as
// the earlier sums of the tile, or 0) and leave at the bottom, where the column of each word is
// selected.
module eyeriss_array #(
    parameter int ROWS = 12,
    parameter int COLS = 14,
    parameter bit COUNTERS = 1'b1
) (
    input  logic               clk,
    input  logic               init,
    input  logic               row_we,    // which one in cfg_index
    input  logic               col_we,
    input  logic               pe_we,     // all, a chain
    input  logic [3:0]         cfg_index,
    input  logic [31:0]        cfg_data,
    input  logic               cut,
    input  eyeriss_pkg::mac_t  mac,
    input  eyeriss_pkg::ifmap_t ifmap,
    input  logic [15:0]        ifmap_data,
    input  eyeriss_pkg::filter_t filter,
    input  logic [63:0]        filter_data,
    input  eyeriss_pkg::drain_t drain,
    input  logic [15:0]        drain_m_lane,
    input  logic [15:0]        drain_p_lane,
    input  logic [63:0]        join_data,
    /* verilator lint_off UNUSEDSIGNAL */
    output eyeriss_pkg::drain_t out,      // words that leave
    /* verilator lint_on UNUSEDSIGNAL */
    output logic [63:0]        out_data,
    input  eyeriss_pkg::tally_t tally,
    output logic [31:0]        tally_out
);
  // Identifiers of the columns are matched once, above the array.
  logic [4*COLS-1:0] hits;
  for (genvar x = 0; x < COLS; x++) begin : g_col
    logic [3:0] m_lane, p_lane;
    always_ff @(posedge clk) if (col_we && 32'(cfg_index) == x) {m_lane, p_lane} <= cfg_data[7:0];
    for (genvar i = 0; i < 4; i++) begin : g_word
      assign hits[4*x+i] = drain.valid[i] && drain_m_lane[4*i+:4] == m_lane &&
          drain_p_lane[4*i+:4] == p_lane;
    end
  end

  logic [63:0] head;
  always_ff @(posedge clk) if (drain.valid != '0) head <= join_data;

  for (genvar y = 0; y < ROWS; y++) begin : g_row
    /* verilator lint_off UNUSEDSIGNAL */  // nobody stands below the last row
    eyeriss_pkg::mac_t mac_in, mac_out;
    eyeriss_pkg::ifmap_t ifmap_in, ifmap_out;
    eyeriss_pkg::filter_t filter_in, filter_out;
    eyeriss_pkg::drain_t drain_in, drain_out;
    logic [15:0] ifmap_data_in, ifmap_data_out;
    logic [63:0] filter_data_in, filter_data_out;
    /* verilator lint_on UNUSEDSIGNAL */
    logic [4*COLS-1:0] col_in, col_out;
    logic [64*COLS-1:0] link_in, link_out;
    logic [31:0] tally_word, tally_word_out, cfg_word;
    /* verilator lint_off UNUSEDSIGNAL */
    logic [31:0] cfg_word_out;
    /* verilator lint_on UNUSEDSIGNAL */
    if (y == 0) begin : g_from
      assign mac_in = mac;
      assign ifmap_in = ifmap;
      assign ifmap_data_in = ifmap_data;
      assign filter_in = filter;
      assign filter_data_in = filter_data;
      assign drain_in = drain;
      assign col_in = hits;
      assign link_in = {COLS{head}};
      assign tally_word = '0;
      assign cfg_word = cfg_data;
    end else begin : g_from
      assign mac_in = g_row[y-1].mac_out;
      assign ifmap_in = g_row[y-1].ifmap_out;
      assign ifmap_data_in = g_row[y-1].ifmap_data_out;
      assign filter_in = g_row[y-1].filter_out;
      assign filter_data_in = g_row[y-1].filter_data_out;
      assign drain_in = g_row[y-1].drain_out;
      assign col_in = g_row[y-1].col_out;
      assign link_in = g_row[y-1].link_out;
      assign tally_word = g_row[y-1].tally_word_out;
      assign cfg_word = g_row[y-1].cfg_word_out;
    end
    eyeriss_row #(.COLS(COLS), .COUNTERS(COUNTERS)) u_row (
        .clk, .init, .row_we(row_we && 32'(cfg_index) == y), .cfg_data(cfg_data[20:0]),
        .cfg_shift(pe_we), .cfg_in(cfg_word), .cfg_out(cfg_word_out),
        .cut(cut && y == 1), .mac_in, .mac(mac_out), .ifmap_in, .ifmap(ifmap_out), .ifmap_data_in,
        .ifmap_data(ifmap_data_out), .filter_in, .filter(filter_out), .filter_data_in,
        .filter_data(filter_data_out), .drain_in, .drain(drain_out), .drain_col_in(col_in),
        .drain_col(col_out), .link_in, .link(link_out), .tally, .tally_in(tally_word),
        .tally_out(tally_word_out));
  end
  assign tally_out = g_row[ROWS-1].tally_word_out;

  logic [4*COLS-1:0] out_cols;
  logic [64*COLS-1:0] bottom;
  assign bottom = g_row[ROWS-1].link_out;
  always_ff @(posedge clk) begin
    out <= g_row[ROWS-1].drain_out;
    out_cols <= g_row[ROWS-1].col_out;
    if (init) out <= '0;
  end
  always_comb begin
    out_data = '0;
    if (out.valid != '0)
      for (int x = 0; x < COLS; x++)
        for (int i = 0; i < 4; i++)
          if (out_cols[4*x+i])
            out_data[16*i+:16] = out_data[16*i+:16] | bottom[64*x+16*i+:16];
  end

`ifndef SYNTHESIS
  initial assert (ROWS <= 16 && COLS <= 16) else $error("identifiers have four bits");
`endif
endmodule
