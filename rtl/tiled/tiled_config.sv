// SPDX-License-Identifier: Apache-2.0
// Configuration registers (docs/formats/rtl-tiled.md has the map). Written while the design is
// idle; values of a layer's tiles that the host can compute once are not computed here again.
module tiled_config (
    input logic clk,
    input logic we,
    input logic [6:0] addr,
    input logic [31:0] data,
    output logic [95:0] trips,
    output logic m_innermost,
    output logic [5:0] mask_i,
    output logic [5:0] mask_w,
    output logic [31:0] steps_i,
    output logic [31:0] steps_w,
    output logic [31:0] count_m,
    output logic [31:0] count_c,
    output logic [31:0] count_p,
    output logic [31:0] count_q,
    output logic [15:0] filter_r,
    output logic [15:0] filter_s,
    output logic [15:0] stride_w,
    output logic [15:0] dilation_w,
    output logic [31:0] next_p,
    output logic [31:0] next_r,
    output logic [127:0] plane,
    output logic [255:0] words_i,
    output logic [127:0] words_w,
    output logic [255:0] words_o,
    output logic [31:0] base_i,
    output logic [31:0] base_w,
    output logic [31:0] base_o,
    output logic [31:0] tile_o,
    output logic [191:0] jump_i,
    output logic [191:0] jump_w,
    output logic [7:0] bug
);
  always_ff @(posedge clk) begin
    if (we) begin
      for (int i = 0; i < 6; i = i + 1) begin
        if (addr == 7'(i)) trips[16*i+:16] <= data[15:0];
        if (addr == 7'(56 + i)) jump_i[32*i+:32] <= data;
        if (addr == 7'(64 + i)) jump_w[32*i+:32] <= data;
      end
      for (int i = 0; i < 2; i = i + 1) begin
        if (addr == 7'(10 + i)) count_m[16*i+:16] <= data[15:0];
        if (addr == 7'(12 + i)) count_c[16*i+:16] <= data[15:0];
        if (addr == 7'(14 + i)) count_p[16*i+:16] <= data[15:0];
        if (addr == 7'(16 + i)) count_q[16*i+:16] <= data[15:0];
        if (addr == 7'(22 + i)) next_p[16*i+:16] <= data[15:0];
        if (addr == 7'(24 + i)) next_r[16*i+:16] <= data[15:0];
      end
      for (int i = 0; i < 4; i = i + 1) begin
        if (addr == 7'(26 + i)) plane[32*i+:32] <= data;
        if (addr == 7'(38 + i)) words_w[32*i+:32] <= data;
      end
      for (int i = 0; i < 8; i = i + 1) begin
        if (addr == 7'(30 + i)) words_i[32*i+:32] <= data;
        if (addr == 7'(42 + i)) words_o[32*i+:32] <= data;
      end
      case (addr)
        7'd6: m_innermost <= data[0];
        7'd7: {mask_w, mask_i} <= {data[13:8], data[5:0]};
        7'd8: steps_i <= data;
        7'd9: steps_w <= data;
        7'd18: filter_r <= data[15:0];
        7'd19: filter_s <= data[15:0];
        7'd20: stride_w <= data[15:0];
        7'd21: dilation_w <= data[15:0];
        7'd50: base_i <= data;
        7'd51: base_w <= data;
        7'd52: base_o <= data;
        7'd53: tile_o <= data;
        7'd54: bug <= data[7:0];
        default: ;
      endcase
    end
  end
endmodule
