// SPDX-License-Identifier: Apache-2.0
// The loops outside the array: images, groups, channels of a global-buffer tile, strips, input
// channels, channels of a pass, outermost first. Every engine has its own copy and runs through
// them at its own pace. Digits are kept as what is left of the dimension, so remainders need no
// multiplication.
module eyeriss_pass (
    input  logic clk,
    input  logic init,
    input  logic advance,
    /* verilator lint_off UNUSEDSIGNAL */  // every engine reads its part
    input  eyeriss_pkg::cfg_t cfg,
    /* verilator lint_on UNUSEDSIGNAL */
    output eyeriss_pkg::pass_t pass
);
  logic [15:0] n_left, g_left, mo_left, p_left, c_left, mi_left;
  logic mi_nz, c_nz, p_nz, mo_nz, g_nz;  // the digit is not 0
  logic active, w_first, i_first;

  function automatic logic [15:0] least(input logic [15:0] a, input logic [15:0] b);
    least = a < b ? a : b;
  endfunction

  logic at_mi, at_c, at_p, at_mo, at_g, at_n;
  logic [5:0] inc;
  assign at_mi = mi_left <= cfg.m_in[15:0];
  assign at_c = c_left <= cfg.c_pass[15:0];
  // Seeded defect 3: a last strip that is smaller is forgotten.
  assign at_p = p_left <= cfg.p_strip[15:0] ||
      (cfg.bug == 32'd3 && p_left < {cfg.p_strip[14:0], 1'b0});
  assign at_mo = mo_left <= cfg.m_out[15:0];
  assign at_g = g_left == 16'd1;
  assign at_n = n_left <= cfg.n_pass[15:0];
  assign inc[0] = !at_mi;
  assign inc[1] = at_mi && !at_c;
  assign inc[2] = at_mi && at_c && !at_p;
  assign inc[3] = at_mi && at_c && at_p && !at_mo;
  assign inc[4] = at_mi && at_c && at_p && at_mo && !at_g;
  assign inc[5] = at_mi && at_c && at_p && at_mo && at_g && !at_n;

  always_comb begin
    pass.active = active;
    pass.inc = inc;
    pass.all_last = inc == '0;
    pass.n_trip = least(n_left, cfg.n_pass[15:0]);
    pass.m_tile = least(mo_left, cfg.m_out[15:0]);
    pass.m_rem = 13'(least(mi_left, cfg.m_in[15:0]));
    pass.c_rem = 8'(least(c_left, cfg.c_pass[15:0]));
    pass.p_rem = 8'(least(p_left, cfg.p_strip[15:0]));
    pass.h = p_left <= cfg.p_strip[15:0] ? cfg.h_last[15:0] : cfg.h_full[15:0];
    pass.w_first = w_first;
    pass.i_first = i_first;
    pass.o_first = !c_nz && !mi_nz;
    pass.m_first = !mi_nz;
    pass.c_first = !c_nz;
    pass.c_last = at_c;
    // A digit that wraps from 0 to 0 does not change.
    pass.w_last = pass.all_last || inc[0] || inc[1] || inc[3] || inc[4] ||
        (inc[2] && (c_nz || mi_nz)) || (inc[5] && (g_nz || mo_nz || c_nz || mi_nz));
    pass.i_last = pass.all_last || inc[1] || inc[2] || inc[4] || inc[5] ||
        (inc[3] && (p_nz || c_nz));
    pass.o_last = pass.all_last || |inc[5:2];
  end

  logic [15:0] mo_next;
  assign mo_next = |inc[2:0] ? mo_left : inc[3] ? mo_left - cfg.m_out[15:0] : cfg.m[15:0];

  always_ff @(posedge clk)
    if (init) begin
      active <= 1'b1;
      w_first <= 1'b1;
      i_first <= 1'b1;
      n_left <= cfg.n[15:0];
      g_left <= cfg.g[15:0];
      mo_left <= cfg.m[15:0];
      p_left <= cfg.p[15:0];
      c_left <= cfg.c[15:0];
      mi_left <= least(cfg.m[15:0], cfg.m_out[15:0]);
      {mi_nz, c_nz, p_nz, mo_nz, g_nz} <= '0;
    end else if (advance) begin
      active <= !pass.all_last;
      w_first <= pass.w_last;
      i_first <= pass.i_last;
      mi_left <= inc[0] ? mi_left - cfg.m_in[15:0] : least(mo_next, cfg.m_out[15:0]);
      if (!inc[0]) c_left <= inc[1] ? c_left - cfg.c_pass[15:0] : cfg.c[15:0];
      if (inc[1:0] == '0) p_left <= inc[2] ? p_left - cfg.p_strip[15:0] : cfg.p[15:0];
      mo_left <= mo_next;
      if (inc[3:0] == '0) g_left <= inc[4] ? g_left - 16'd1 : cfg.g[15:0];
      if (inc[5]) n_left <= n_left - cfg.n_pass[15:0];
      mi_nz <= inc[0];
      c_nz <= inc[1] || (inc[0] && c_nz);
      p_nz <= inc[2] || (|inc[1:0] && p_nz);
      mo_nz <= inc[3] || (|inc[2:0] && mo_nz);
      g_nz <= inc[4] || (|inc[3:0] && g_nz);
    end
endmodule
