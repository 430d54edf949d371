// SPDX-License-Identifier: Apache-2.0
// Runs the steps: one per combination of tiles, R, S, P, Q inside, an iteration per cycle. A step
// starts when its tiles are there and its output slot is empty, and ends when its last partial sum
// is written (OVERHEAD cycles after its last issue), so steps never overlap in the pipeline.
module tiled_sequencer #(
    parameter int TM = 4,
    parameter int TN = 4,
    localparam int TREE = $clog2(TN),
    localparam int OVERHEAD = 5 + TREE
) (
    input logic clk,
    input logic load,
    input logic busy,
    input logic [7:0] bug,
    // registers
    input logic [95:0] trips,
    input logic m_innermost,
    input logic [5:0] mask_i,
    input logic [5:0] mask_w,
    input logic [31:0] count_m,
    input logic [31:0] count_c,
    input logic [31:0] count_p,
    input logic [31:0] count_q,
    input logic [15:0] filter_r,
    input logic [15:0] filter_s,
    input logic [15:0] stride_w,
    input logic [15:0] dilation_w,
    input logic [31:0] next_p,  // from one output row to the next in the input tile
    input logic [31:0] next_r,  // from one filter row to the next
    // tiles
    input logic filled_i,
    input logic filled_w,
    input logic drained,
    output logic [31:0] steps_done,
    output logic [1:0] o_full,
    // pipeline
    output logic i_slot,
    output logic w_slot,
    output logic o_slot,
    output logic issue0,
    output logic [15:0] position0,
    output logic read1,
    output logic [15:0] row1,
    output logic valid3,
    output logic valid_sum,  // the tree's root
    output logic p_read,
    output logic [15:0] p_raddr,
    output logic p_first,
    output logic p_forward1,
    output logic p_forward2,
    output logic p_write,
    output logic [15:0] p_waddr,
    output logic [TN-1:0] active_c,
    output logic [15:0] lanes_m,
    output logic [15:0] lanes_mc  // active multipliers
);
  logic [5:0] last, inc, zero;
  logic more, running, start, step_end, last_iteration, new_i, new_w, new_o;
  logic fill_slot_i, fill_slot_w, drain_slot;
  logic [1:0] i_full, w_full;
  logic [7:0] flush;
  logic [15:0] cm, cc, cp, cq, dp, dr;
  logic lm, lp, lq;

  tiled_odometer odometer (.clk, .load, .advance(step_end), .mask(6'b111111), .trips,
                           .last, .inc, .zero);

  // the tile of this step
  always_comb begin
    lm = m_innermost ? last[4] : last[2];
    lp = m_innermost ? last[2] : last[3];
    lq = m_innermost ? last[3] : last[4];
    cm = count_m[16*lm+:16];
    cc = count_c[16*last[5]+:16];
    cp = count_p[16*lp+:16];
    cq = count_q[16*lq+:16];
    if (bug == 8'd4) cq = count_q[15:0];
    dp = next_p[16*lq+:16];
    dr = next_r[16*lq+:16];
    lanes_m = cm;
    lanes_mc = '0;
    for (int c = 0; c < TN; c = c + 1) begin
      active_c[c] = 16'(c) < cc;
      if (active_c[c]) lanes_mc = lanes_mc + cm;
    end
  end

  // steps
  assign start = busy && more && !running && flush == '0 && i_full[i_slot] && w_full[w_slot] &&
                 (!o_full[o_slot] || bug == 8'd5);
  assign issue0 = start || running;
  assign step_end = flush == 8'd1;
  always_comb begin
    // a tile changes when a loop moves that is not inside its innermost relevant one
    new_i = (inc & mask_i) != '0 || inc == '0;
    new_w = (inc & mask_w) != '0 || inc == '0;
    new_o = (inc & 6'b011111) != '0 || inc == '0;
  end

  always_ff @(posedge clk) begin
    if (load) begin
      more <= 1'b1;
      running <= 1'b0;
      flush <= '0;
      steps_done <= '0;
      i_full <= '0;
      w_full <= '0;
      o_full <= '0;
      i_slot <= 1'b0;
      w_slot <= 1'b0;
      o_slot <= 1'b0;
      fill_slot_i <= 1'b0;
      fill_slot_w <= 1'b0;
      drain_slot <= 1'b0;
    end else begin
      if (issue0) running <= !last_iteration;
      if (issue0 && last_iteration) flush <= 8'(OVERHEAD) - (bug == 8'd6 ? 8'd1 : 8'd0);
      else if (flush != '0) flush <= flush - 1'b1;
      if (step_end) begin
        steps_done <= steps_done + 1'b1;
        more <= inc != '0;
        if (new_i) begin
          i_full[i_slot] <= 1'b0;
          i_slot <= !i_slot;
        end
        if (new_w) begin
          w_full[w_slot] <= 1'b0;
          w_slot <= !w_slot;
        end
        if (new_o) begin
          o_full[o_slot] <= 1'b1;
          o_slot <= !o_slot;
        end
      end
      if (filled_i) begin
        i_full[fill_slot_i] <= 1'b1;
        fill_slot_i <= !fill_slot_i;
      end
      if (filled_w) begin
        w_full[fill_slot_w] <= 1'b1;
        fill_slot_w <= !fill_slot_w;
      end
      if (drained) begin
        o_full[drain_slot] <= 1'b0;
        drain_slot <= !drain_slot;
      end
    end
  end

  // iterations: input position of the current iteration and of the loops' starts
  logic [15:0] r, s, p, q, at, at_p, at_s, at_r, row, word;
  logic last_r, last_s, last_p, last_q;
  always_comb begin
    last_q = q + 1'b1 == cq;
    last_p = p + 1'b1 == cp;
    last_s = s + 1'b1 == filter_s;
    last_r = r + 1'b1 == filter_r;
    last_iteration = last_q && last_p && last_s && last_r;
    position0 = at;
  end
  always_ff @(posedge clk) begin
    if (load || (issue0 && last_iteration)) begin
      {r, s, p, q} <= '0;
      {at, at_p, at_s, at_r} <= '0;
      row <= '0;
      word <= '0;
    end else if (issue0) begin
      q <= last_q ? '0 : q + 1'b1;
      word <= last_q && last_p ? '0 : word + 1'b1;
      if (!last_q) at <= at + stride_w;
      else begin
        p <= last_p ? '0 : p + 1'b1;
        if (!last_p) begin
          at <= at_p + dp;
          at_p <= at_p + dp;
        end else begin
          row <= row + 1'b1;
          s <= last_s ? '0 : s + 1'b1;
          if (!last_s) begin
            at <= at_s + dilation_w;
            at_p <= at_s + dilation_w;
            at_s <= at_s + dilation_w;
          end else begin
            r <= r + 1'b1;
            at <= at_r + dr;
            at_p <= at_r + dr;
            at_s <= at_r + dr;
            at_r <= at_r + dr;
          end
        end
      end
    end
  end

  // the iteration along the pipeline
  localparam int STAGES = 6 + TREE;  // of index 1 to STAGES
  logic [STAGES:1] valid, begins;
  logic [15:0] words[1:STAGES];
  always_ff @(posedge clk) begin
    row1 <= row;
    valid <= load ? '0 : {valid[STAGES-1:1], issue0};
    begins <= {begins[STAGES-1:1], zero[5] && r == '0 && s == '0};
    words[1] <= word;
    for (int i = 2; i <= STAGES; i = i + 1) words[i] <= words[i-1];
    // an iteration one or two before this one may not have reached the memory yet
    p_forward1 <= valid[4+TREE] && words[4+TREE] == words[3+TREE] && bug != 8'd7;
    p_forward2 <= valid[5+TREE] && words[5+TREE] == words[3+TREE];
  end
  assign read1 = valid[1];
  assign valid3 = valid[3];
  assign valid_sum = valid[4+TREE];
  assign p_read = valid[3+TREE];
  assign p_raddr = words[3+TREE];
  assign p_first = begins[4+TREE] && bug != 8'd8;
  assign p_write = valid[5+TREE];
  assign p_waddr = words[5+TREE];

`ifndef SYNTHESIS
  always_ff @(posedge clk) begin
    if (filled_i) assert (load || !i_full[fill_slot_i] || bug != '0);
    if (filled_w) assert (load || !w_full[fill_slot_w] || bug != '0);
    if (drained) assert (o_full[drain_slot] || bug != '0);
    if (busy && issue0) assert (cm != '0 && cm <= 16'(TM) && cc != '0 && cc <= 16'(TN));
  end
`endif
  logic unused;
  assign unused = &{1'b0, zero, last, valid, begins};
endmodule
