// SPDX-License-Identifier: Apache-2.0
// Event counters, 64 bits each, numbered as in docs/formats/rtl-eyeriss.md. Those of the PEs are
// summed up when a layer has ended: each kind is loaded into a chain through all PEs and shifted
// out.
module eyeriss_counters #(
    parameter int PES = 168,
    parameter bit COUNTERS = 1'b1
) (
    input  logic        clk,
    input  logic        init,
    input  logic        busy,
    input  logic        ended,          // pulse: the layer has ended, collect
    input  logic [2:0]  n_filter_read,  // words of the filter bus
    input  logic        i_request,      // memory: ifmap and filter words asked for, outputs
    input  logic        w_request,
    input  logic        o_request,
    input  logic        i_fill,         // words that arrived in the buffers
    input  logic        w_fill,
    input  logic        i_read,         // global buffer: ifmap words to the PEs, outputs to memory,
    input  logic        o_drain,
    input  logic [2:0]  n_join,         // earlier sums,
    input  logic [2:0]  n_write,        // sums of the PEs, final or not
    input  logic        write_final,
    input  logic [2:0]  n_joined,       // words that entered the chains with an earlier sum
    output eyeriss_pkg::tally_t tally,
    input  logic [31:0] tally_in,
    output logic        done,
    input  logic [4:0]  select,
    output logic [63:0] value
);
  localparam int KINDS = 7;  // of the PEs
  logic [63:0] n_cycles, n_i_request, n_w_request, n_o_request, n_i_fill, n_w_fill, n_i_read,
      n_w_read, n_joins, n_psums, n_finals, n_o_drain, n_added;
  logic [63:0] pes[0:KINDS-1];

  always_ff @(posedge clk)
    if (init) begin
      {n_cycles, n_i_request, n_w_request, n_o_request, n_i_fill, n_w_fill, n_i_read} <= '0;
      {n_w_read, n_joins, n_psums, n_finals, n_o_drain, n_added} <= '0;
    end else if (busy) begin
      n_cycles <= n_cycles + 64'd1;
      if (i_request) n_i_request <= n_i_request + 64'd1;
      if (w_request) n_w_request <= n_w_request + 64'd1;
      if (o_request) n_o_request <= n_o_request + 64'd1;
      if (i_fill) n_i_fill <= n_i_fill + 64'd1;
      if (w_fill) n_w_fill <= n_w_fill + 64'd1;
      if (i_read) n_i_read <= n_i_read + 64'd1;
      n_w_read <= n_w_read + 64'(n_filter_read);
      n_joins <= n_joins + 64'(n_join);
      if (write_final) n_finals <= n_finals + 64'(n_write);
      else n_psums <= n_psums + 64'(n_write);
      if (o_drain) n_o_drain <= n_o_drain + 64'd1;
      n_added <= n_added + 64'(n_joined);
    end

  logic collecting, shifting;
  logic [2:0] kind;
  logic [15:0] left;
  assign tally = {collecting && !shifting, collecting && shifting, kind};
  always_ff @(posedge clk)
    if (init) begin
      {collecting, shifting, done} <= '0;
      kind <= '0;
    end else if (ended) collecting <= 1'b1;
    else if (collecting) begin
      if (!shifting) begin
        shifting <= 1'b1;
        left <= 16'(PES);
        pes[kind] <= '0;
      end else begin
        pes[kind] <= pes[kind] + 64'(tally_in);
        left <= left - 16'd1;
        if (left == 16'd1) begin
          shifting <= 1'b0;
          kind <= kind + 3'd1;
          if (32'(kind) == KINDS - 1) {collecting, done} <= 2'b01;
        end
      end
    end

  always_comb
    if (!COUNTERS) value = '0;
    else case (select)
      5'd0: value = n_cycles;
      5'd1: value = n_i_request;
      5'd2: value = n_w_request;
      5'd3: value = n_o_request;
      5'd4: value = n_i_fill;
      5'd5: value = n_w_fill;
      5'd6: value = n_i_read;
      5'd7: value = n_w_read;
      5'd8: value = n_joins;
      5'd9: value = n_psums;
      5'd10: value = n_finals;
      5'd11: value = n_o_drain;
      5'd12: value = n_added;
      5'd13: value = pes[0];
      5'd14: value = pes[1];
      5'd15: value = pes[2];
      5'd16: value = pes[3];
      5'd17: value = pes[4];
      5'd18: value = pes[5];
      default: value = pes[6];
    endcase
endmodule
