// SPDX-License-Identifier: Apache-2.0
// The address that belongs to nested loops: the sum of index x stride, without multipliers. Every
// level keeps the address at which its present iteration began.
module eyeriss_track #(
    parameter int K = 2
) (
    input  logic            clk,
    input  logic            init,
    input  logic            step,
    input  logic            last,
    input  logic [K-1:0]    inc,
    input  logic [32*K-1:0] stride,
    output logic [31:0]     offset
);
  logic [32*K-1:0] at;
  logic [31:0] next;
  always_comb begin
    next = '0;
    for (int k = 0; k < K; k++) if (inc[k]) next = at[32*k+:32] + stride[32*k+:32];
  end
  for (genvar k = 0; k < K; k++) begin : g_level
    always_ff @(posedge clk)
      if (init || (step && last)) at[32*k+:32] <= '0;
      else if (step && |(inc >> k)) at[32*k+:32] <= next;
  end
  assign offset = at[31:0];
endmodule
