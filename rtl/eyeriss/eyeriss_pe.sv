// SPDX-License-Identifier: Apache-2.0
// A processing element: scratchpads for filters, ifmaps and partial sums, a pipeline of three
// stages (scratchpads, multiplier, accumulator), one link of the chain of partial sums. The row
// gives it the commands; its identifiers decide which words are its own.
//
// The inputs are marked as variables of their own (public): so all PEs share their code in
// simulation, which is twice as fast.
module eyeriss_pe #(
    parameter bit COUNTERS = 1'b1
) (
    input  logic        clk,
    input  logic        init /*verilator public_flat_rd*/,
    // Identifiers, shifted through all PEs: lane of channels, ifmap row, first output row, first
    // channel.
    input  logic        cfg_shift /*verilator public_flat_rd*/,
    input  logic [31:0] cfg_in /*verilator public_flat_rd*/,
    output logic [31:0] cfg_out,
    /* verilator lint_off UNUSEDSIGNAL */
    input  eyeriss_pkg::mac_t mac /*verilator public_flat_rd*/,
    input  eyeriss_pkg::ifmap_t ifmap /*verilator public_flat_rd*/,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic [15:0] ifmap_data /*verilator public_flat_rd*/,
    input  eyeriss_pkg::pe_filter_t filter /*verilator public_flat_rd*/,
    input  logic [63:0] filter_data /*verilator public_flat_rd*/,
    input  eyeriss_pkg::pe_drain_t drain /*verilator public_flat_rd*/,
    input  logic [3:0]  drain_col /*verilator public_flat_rd*/,  // words of this column
    input  logic [63:0] link_in /*verilator public_flat_rd*/,
    output logic [63:0] link,
    input  eyeriss_pkg::tally_t tally /*verilator public_flat_rd*/,
    input  logic [31:0] tally_in /*verilator public_flat_rd*/,
    output logic [31:0] tally_out
);
  /*verilator no_inline_module*/
  logic [3:0]  x_filter;
  logic [7:0]  x_ifmap;
  logic [7:0]  p_first;
  logic [11:0] m_first;
  assign cfg_out = {x_filter, x_ifmap, p_first, m_first};
  always_ff @(posedge clk) if (cfg_shift) {x_filter, x_ifmap, p_first, m_first} <= cfg_in;

  logic [15:0] filters[0:eyeriss_pkg::FILTER-1];
  logic [15:0] ifmaps[0:eyeriss_pkg::RING-1];
  logic [15:0] psums[0:2*eyeriss_pkg::PSUMS-1];
  logic [31:0] n_mac, n_zero, n_ifmap, n_filter, n_final, n_psum, n_add;

  // Stage 1: the scratchpads. A zero input leaves the filters unread and the multiplier still.
  logic [4:0]  limit;     // output channels that this PE has in this step
  logic [7:0]  pointer;   // of the filters: they are used in the order in which they came
  logic        v1, v2, zero1, zero2, first1, first2;
  logic [4:0]  sum1, sum2;
  logic [15:0] x1, w1, product;
  always_ff @(posedge clk) begin
    logic [4:0] m_end;
    logic [7:0] at;
    v1 <= 1'b0;
    if (mac.valid) begin
      m_end = limit;
      at = pointer;
      if (mac.start) begin
        m_end = p_first >= mac.p_rem || 13'(m_first) >= mac.m_rem ? 5'd0 :
            mac.m_rem - 13'(m_first) >= 13'd16 ? 5'd16 : 5'(mac.m_rem - 13'(m_first));
        at = '0;
        limit <= m_end;
        pointer <= '0;
      end
      if (5'(mac.m) < m_end) begin
        v1 <= 1'b1;
        pointer <= at + 8'd1;
        n_mac <= n_mac + 32'd1;
        zero1 <= ifmaps[mac.i_addr] == '0;
        if (ifmaps[mac.i_addr] == '0) n_zero <= n_zero + 32'd1;
        else begin
          x1 <= ifmaps[mac.i_addr];
          w1 <= filters[at];
        end
        first1 <= mac.first;
        sum1 <= {mac.half, mac.m};
      end
    end
    if (init) begin
      v1 <= 1'b0;
      n_mac <= '0;
      n_zero <= '0;
    end
  end

  // Stages 2 and 3: the lowest bits of the product, and of the sum.
  always_ff @(posedge clk) begin
    v2 <= v1 && !init;
    if (v1) begin
      if (!zero1) product <= x1 * w1;
      zero2 <= zero1;
      first2 <= first1;
      sum2 <= sum1;
    end
    if (v2) psums[sum2] <= (first2 ? 16'd0 : psums[sum2]) + (zero2 ? 16'd0 : product);
  end

  // Words from the buses. Those of one cycle are neighbours in the filter scratchpad.
  logic [7:0] next;
  always_ff @(posedge clk) begin
    if (ifmap.valid && ifmap.x == x_ifmap)
      if (p_first < ifmap.p_rem && 13'(m_first) < ifmap.m_rem) begin
        ifmaps[ifmap.addr] <= ifmap_data;
        n_ifmap <= n_ifmap + 32'd1;
      end
    if (init) n_ifmap <= '0;
  end
  always_ff @(posedge clk) begin
    logic [3:0] hit;
    logic [7:0] a1, a2, a3, a4;
    if (filter.row != '0)
      if (p_first < filter.p_rem) begin
        hit[0] = filter.row[0] && filter.x[3:0] == x_filter;
        hit[1] = filter.row[1] && filter.x[7:4] == x_filter;
        hit[2] = filter.row[2] && filter.x[11:8] == x_filter;
        hit[3] = filter.row[3] && filter.x[15:12] == x_filter;
        a1 = next + 8'(hit[0]);
        a2 = a1 + 8'(hit[1]);
        a3 = a2 + 8'(hit[2]);
        a4 = a3 + 8'(hit[3]);
        if (hit[0]) filters[next] <= filter_data[15:0];
        if (hit[1]) filters[a1] <= filter_data[31:16];
        if (hit[2]) filters[a2] <= filter_data[47:32];
        if (hit[3]) filters[a3] <= filter_data[63:48];
        n_filter <= n_filter + 32'(8'(a4 - next));
        next <= a4;
      end
    if (mac.valid && mac.start) next <= '0;  // the next filters come after the steps of these
    if (init) begin
      next <= '0;
      n_filter <= '0;
    end
  end

  // The chain: words of this PE are added to those from above, words of others of its column pass.
  always_ff @(posedge clk) begin
    logic [3:0] hit;
    logic [2:0] n;
    if (drain_col != '0) begin
      hit = drain_col & drain.row;
      link[15:0] <= link_in[15:0] + (hit[0] ? psums[{drain.half, drain.m[3:0]}] : 16'd0);
      link[31:16] <= link_in[31:16] + (hit[1] ? psums[{drain.half, drain.m[7:4]}] : 16'd0);
      link[47:32] <= link_in[47:32] + (hit[2] ? psums[{drain.half, drain.m[11:8]}] : 16'd0);
      link[63:48] <= link_in[63:48] + (hit[3] ? psums[{drain.half, drain.m[15:12]}] : 16'd0);
      if (hit != '0) begin
        n = 3'(hit[0]) + 3'(hit[1]) + 3'(hit[2]) + 3'(hit[3]);
        if (drain.fin) n_final <= n_final + 32'(n);
        else n_psum <= n_psum + 32'(n);
        if (!drain.head) n_add <= n_add + 32'(n);
      end
    end
    if (init) begin
      n_final <= '0;
      n_psum <= '0;
      n_add <= '0;
    end
  end

  always_ff @(posedge clk)
    if (!COUNTERS) tally_out <= '0;
    else if (tally.shift) tally_out <= tally_in;
    else if (tally.load)
      case (tally.sel)
        3'd0: tally_out <= n_mac;
        3'd1: tally_out <= n_zero;
        3'd2: tally_out <= n_ifmap;
        3'd3: tally_out <= n_filter;
        3'd4: tally_out <= n_final;
        3'd5: tally_out <= n_psum;
        default: tally_out <= n_add;
      endcase
endmodule
