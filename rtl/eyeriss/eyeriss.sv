// SPDX-License-Identifier: Apache-2.0
// A row-stationary accelerator after Eyeriss (JSSC 2017) that runs whole convolution layers:
// buffers, engines that each generate their own addresses and wait for each other by pulses, and
// the array. docs/formats/rtl-eyeriss.md says how to drive it.
module eyeriss #(
    parameter int ROWS = 12,
    parameter int COLS = 14,
    parameter int GLB_BANKS = 25,       // of 4 words x BANK_ROWS
    parameter int BANK_ROWS = 512,
    parameter int FILTER_ROWS = 1024,   // of 4 words
    parameter int JOIN_ROWS = 512,
    parameter bit COUNTERS = 1'b1,      // event counters, selectable defects: 0 for synthesis
    parameter bit BUGS = 1'b1
) (
    input  logic        clk,
    input  logic        rst,
    input  logic        cfg_we,
    input  logic [15:0] cfg_addr,
    input  logic [31:0] cfg_data,
    input  logic        start,
    output logic        busy,
    output logic        done,
    input  logic [4:0]  counter,
    output logic [63:0] counter_value,
    output logic        mem_request,
    output logic        mem_write,
    output logic [31:0] mem_addr,
    output logic [17:0] mem_tag,
    output logic [15:0] mem_write_data,
    input  logic        mem_response,
    input  logic [17:0] mem_response_tag,
    input  logic [15:0] mem_data,
    input  logic        mem_written
);
  localparam int FA = $clog2(FILTER_ROWS);
  localparam int JA = $clog2(JOIN_ROWS);
  // Inputs are registered.
  logic rst_q, start_q, we_q, response_q, written_q;
  logic [15:0] cfg_addr_q, mem_data_q;
  logic [31:0] cfg_data_q;
  logic [17:0] tag_q;
  always_ff @(posedge clk) begin
    {rst_q, start_q, we_q} <= {rst, start && !busy, cfg_we};
    {response_q, written_q} <= {mem_response, mem_written};
    if (cfg_we) {cfg_addr_q, cfg_data_q} <= {cfg_addr, cfg_data};
    if (mem_response) {tag_q, mem_data_q} <= {mem_response_tag, mem_data};
  end
  logic init, hold, layer_end;
  assign init = rst_q || start_q;  // of what is read after a layer
  assign hold = !busy;             // of the engines

  // Configuration: registers, rows, columns, and a chain through the PEs.
  eyeriss_pkg::cfg_t cfg;
  logic [32*eyeriss_pkg::NREGS-1:0] registers;
  assign cfg = {registers[32*eyeriss_pkg::NREGS-1:32], BUGS ? registers[31:0] : 32'd0};
  for (genvar k = 0; k < eyeriss_pkg::NREGS; k++) begin : g_register
    always_ff @(posedge clk)
      if (we_q && cfg_addr_q == k) registers[32*(eyeriss_pkg::NREGS-1-k)+:32] <= cfg_data_q;
  end

  // The link and the buffers behind it. The tag of a request comes back with its word.
  logic w_released, i_released, o_ready, o_done, link_finished, w_filled, i_filled;
  logic o_read, o_read_q;
  logic [15:0] o_row;
  logic [1:0] o_word, o_word_q;
  logic w_write, i_write;
  eyeriss_link u_link (
      .clk, .init(hold), .cfg, .filters_released(w_released), .ifmaps_released(i_released),
      .outputs_ready(o_ready), .request(mem_request), .request_write(mem_write),
      .request_addr(mem_addr), .request_tag(mem_tag), .read(o_read), .read_row(o_row),
      .read_word(o_word), .outputs_done(o_done), .finished(link_finished));
  assign w_write = response_q && !tag_q[16];
  assign i_write = response_q && tag_q[16];
  assign w_filled = w_write && tag_q[17];
  assign i_filled = i_write && tag_q[17];

  logic w_read, w_arrived;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [15:0] w_row;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [63:0] w_data;
  eyeriss_pkg::filter_t filter_bus;
  logic step_ended, pads_released;
  eyeriss_filters u_filters (
      .clk, .init(hold), .cfg, .buffer_filled(w_filled), .pads_released, .read(w_read),
      .read_row(w_row), .bus(filter_bus), .released(w_released), .arrived(w_arrived));
  eyeriss_sram #(.ROWS(FILTER_ROWS)) u_filter_buffer (
      .clk, .read(w_read), .read_row(w_row[FA-1:0]), .data(w_data),
      .write({3'd0, w_write} << tag_q[1:0]), .write_row(tag_q[FA+1:2]),
      .write_data({4{mem_data_q}}));

  logic i_read, i_arrived;
  logic [15:0] i_word, i_data;
  eyeriss_pkg::ifmap_t ifmap_bus;
  eyeriss_ifmaps u_ifmaps (
      .clk, .init(hold), .cfg, .buffer_filled(i_filled), .step_ended, .read(i_read),
      .read_word(i_word), .bus(ifmap_bus), .released(i_released), .arrived(i_arrived));

  eyeriss_pkg::mac_t mac_bus;
  logic drain_ended, joined;
  eyeriss_steps u_steps (
      .clk, .init(hold), .cfg, .ifmaps_arrived(i_arrived), .filters_arrived(w_arrived),
      .drain_ended, .bus(mac_bus), .ended(step_ended), .filters_released(pads_released));

  // Partial sums: out of the array into the global buffer, and back through the FIFO at its head.
  logic j_arrived, j_read, j_write, join_read, join_q;
  logic [15:0] j_row;
  logic [3:0] j_words;
  logic [JA-1:0] j_fifo_row, join_row;
  logic [63:0] p_data, join_data;
  eyeriss_pkg::drain_t drain_bus;
  logic [15:0] m_lane, p_lane;
  /* verilator lint_off UNUSEDSIGNAL */
  eyeriss_pkg::drain_t out;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [63:0] out_data;
  eyeriss_drain u_drain (
      .clk, .init(hold), .cfg, .step_ended, .joins_arrived(j_arrived), .tile_freed(o_done),
      .join_read, .bus(drain_bus), .bus_m_lane(m_lane), .bus_p_lane(p_lane),
      .ended(drain_ended), .joined);
  eyeriss_joins #(.ROWS(JOIN_ROWS)) u_joins (
      .clk, .init(hold), .cfg, .sums_written(out.last && !out.fin),
      .joined(drain_ended && joined), .read(j_read), .read_row(j_row), .read_words(j_words),
      .write(j_write), .write_row(j_fifo_row), .arrived(j_arrived));
  eyeriss_sram #(.ROWS(JOIN_ROWS)) u_join_fifo (
      .clk, .read(join_read), .read_row(join_row), .data(join_data), .write({4{j_write}}),
      .write_row(j_fifo_row), .write_data(p_data));
  always_ff @(posedge clk)
    if (hold) begin
      join_row <= '0;
      join_q <= 1'b0;
    end else begin
      if (join_read) join_row <= 32'(join_row) + 1 == JOIN_ROWS ? '0 : join_row + 1'd1;
      join_q <= join_read && cfg.bug != 32'd7;  // seeded defect 7: earlier sums are not added
    end
  assign o_ready = out.last && out.done;

  eyeriss_glb #(.BANKS(GLB_BANKS), .BANK_ROWS(BANK_ROWS)) u_glb (
      .clk, .psum_row(cfg.psum_row[15:0]), .i_read, .i_read_word(i_word), .i_data, .i_write,
      .i_write_word(tag_q[15:0]), .i_write_data(mem_data_q), .p_read(j_read || o_read),
      .p_read_row(o_read ? o_row : j_row), .p_data, .p_write(out.valid), .p_write_row(out.row),
      .p_write_data(out_data));
  always_ff @(posedge clk) begin
    o_read_q <= o_read;
    o_word_q <= o_word;
  end
  assign mem_write_data = o_read_q ? p_data[16*o_word_q+:16] : '0;

  eyeriss_pkg::tally_t tally;
  logic [31:0] tally_word;
  eyeriss_array #(.ROWS(ROWS), .COLS(COLS), .COUNTERS(COUNTERS)) u_array (
      .clk, .init, .row_we(we_q && cfg_addr_q[15:14] == 2'd1),
      .col_we(we_q && cfg_addr_q[15:14] == 2'd2), .pe_we(we_q && cfg_addr_q[15:14] == 2'd3),
      .cfg_index(cfg_addr_q[3:0]), .cfg_data(cfg_data_q), .cut(cfg.bug == 32'd4), .mac(mac_bus),
      .ifmap(ifmap_bus), .ifmap_data(i_data), .filter(filter_bus), .filter_data(w_data),
      .drain(drain_bus), .drain_m_lane(m_lane), .drain_p_lane(p_lane),
      .join_data(join_q ? join_data : 64'd0), .out, .out_data, .tally, .tally_out(tally_word));

  // A layer ends when memory has accepted its last output.
  logic [15:0] writing;
  assign layer_end = busy && link_finished && !(mem_request && mem_write) &&
      (writing == '0 || (writing == 16'd1 && written_q));
  always_ff @(posedge clk)
    if (rst_q) busy <= 1'b0;
    else if (start_q) begin
      busy <= 1'b1;
      writing <= '0;
    end else if (busy) begin
      if (layer_end) busy <= 1'b0;
      writing <= writing + 16'(mem_request && mem_write) - 16'(written_q);
    end

  function automatic logic [2:0] count(input logic [3:0] bits);
    count = 3'(bits[0]) + 3'(bits[1]) + 3'(bits[2]) + 3'(bits[3]);
  endfunction
  eyeriss_counters #(.PES(ROWS * COLS), .COUNTERS(COUNTERS)) u_counters (
      .clk, .init, .busy, .ended(layer_end), .n_filter_read(count(filter_bus.valid)),
      .i_request(mem_request && mem_tag[16] && !mem_write),
      .w_request(mem_request && !mem_tag[16] && !mem_write), .o_request(mem_request && mem_write),
      .i_fill(i_write), .w_fill(w_write), .i_read, .o_drain(o_read),
      .n_join(count(j_words & {4{j_read}})), .n_write(count(out.valid)), .write_final(out.fin),
      .n_joined(count(drain_bus.valid & {4{join_q}})), .tally, .tally_in(tally_word), .done,
      .select(counter), .value(counter_value));

`ifndef SYNTHESIS
  always_ff @(posedge clk)
    if (busy) assert (!(j_read && o_read)) else $error("two readers of the partial sums");
`endif
endmodule
