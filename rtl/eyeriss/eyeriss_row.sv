// SPDX-License-Identifier: Apache-2.0
// A row of PEs and its taps of the Y buses: everything that comes from above is registered, handed
// to the row below, and passed on to the PEs if the row's identifiers match. So each row runs one
// cycle behind the row above, and partial sums move down the chain at one row per cycle.
module eyeriss_row #(
    parameter int COLS = 14,
    parameter bit COUNTERS = 1'b1
) (
    input  logic                clk,
    input  logic                init,
    input  logic                row_we,  // head, first channel, chain; ifmap and filter identifier
    input  logic [20:0]         cfg_data,
    input  logic                cfg_shift,  // of the PEs, a chain
    input  logic [31:0]         cfg_in,
    output logic [31:0]         cfg_out,
    input  logic                cut,        // seeded defect 4: the link from above is cut
    input  eyeriss_pkg::mac_t   mac_in,
    output eyeriss_pkg::mac_t   mac,
    input  eyeriss_pkg::ifmap_t ifmap_in,
    output eyeriss_pkg::ifmap_t ifmap,
    input  logic [15:0]         ifmap_data_in,
    output logic [15:0]         ifmap_data,
    input  eyeriss_pkg::filter_t filter_in,
    output eyeriss_pkg::filter_t filter,
    input  logic [63:0]         filter_data_in,
    output logic [63:0]         filter_data,
    input  eyeriss_pkg::drain_t drain_in,
    output eyeriss_pkg::drain_t drain,
    input  logic [4*COLS-1:0]   drain_col_in,
    output logic [4*COLS-1:0]   drain_col,
    input  logic [64*COLS-1:0]  link_in,
    output logic [64*COLS-1:0]  link,
    input  eyeriss_pkg::tally_t tally,
    input  logic [31:0]         tally_in,
    output logic [31:0]         tally_out
);
  logic head;
  logic [7:0] c_first;
  logic [3:0] y_drain, y_ifmap, y_filter;
  always_ff @(posedge clk)
    if (row_we) {head, c_first, y_drain, y_ifmap, y_filter} <= cfg_data;

  always_ff @(posedge clk) begin
    mac <= mac_in;
    ifmap <= ifmap_in;
    filter <= filter_in;
    drain <= drain_in;
    if (ifmap_in.valid) ifmap_data <= ifmap_data_in;
    if (filter_in.valid != '0) filter_data <= filter_data_in;
    if (drain_in.valid != '0 || drain.valid != '0) drain_col <= drain_col_in;
    if (init) begin
      mac <= '0;
      ifmap <= '0;
      filter <= '0;
      drain <= '0;
      drain_col <= '0;
    end
  end

  eyeriss_pkg::mac_t pe_mac;
  eyeriss_pkg::ifmap_t pe_ifmap;
  eyeriss_pkg::pe_filter_t pe_filter;
  eyeriss_pkg::pe_drain_t pe_drain;
  always_comb begin
    pe_mac = mac;
    pe_mac.valid = mac.valid && 9'(c_first) + 9'(mac.c) < 9'(mac.c_rem);
    pe_ifmap = ifmap;
    pe_ifmap.valid = ifmap.valid && ifmap.y == y_ifmap;
    pe_filter.x = filter.x;
    pe_filter.p_rem = filter.p_rem;
    pe_drain.m = drain.m;
    pe_drain.half = drain.half;
    pe_drain.fin = drain.fin;
    pe_drain.head = head;
    for (int i = 0; i < 4; i++) begin
      pe_filter.row[i] = filter.valid[i] && filter.y[4*i+:4] == y_filter;
      pe_drain.row[i] = drain.valid[i] && drain.y[4*i+:4] == y_drain && c_first < drain.c_rem;
    end
  end

  for (genvar x = 0; x < COLS; x++) begin : g_pe
    logic [31:0] word, word_out, n, n_out;  // of the chains
    if (x == 0) begin : g_from
      assign word = cfg_in;
      assign n = tally_in;
    end else begin : g_from
      assign word = g_pe[x-1].word_out;
      assign n = g_pe[x-1].n_out;
    end
    eyeriss_pe #(.COUNTERS(COUNTERS)) u_pe (
        .clk, .init, .cfg_shift, .cfg_in(word), .cfg_out(word_out), .mac(pe_mac),
        .ifmap(pe_ifmap), .ifmap_data,
        .filter(pe_filter), .filter_data, .drain(pe_drain), .drain_col(drain_col[4*x+:4]),
        .link_in(cut ? 64'd0 : link_in[64*x+:64]), .link(link[64*x+:64]), .tally,
        .tally_in(n), .tally_out(n_out));
  end
  assign cfg_out = g_pe[COLS-1].word_out;
  assign tally_out = g_pe[COLS-1].n_out;

`ifndef SYNTHESIS
  always_ff @(posedge clk)
    if (!init) begin
      assert (!mac.valid || 32'(mac.i_addr) < eyeriss_pkg::RING) else $error("ifmap address");
      assert (!ifmap.valid || 32'(ifmap.addr) < eyeriss_pkg::RING) else $error("ifmap address");
    end
`endif
endmodule
