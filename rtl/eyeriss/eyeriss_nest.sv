// SPDX-License-Identifier: Apache-2.0
// Counters of K nested loops, level 0 innermost. Whoever uses them says which levels stand at their
// last iteration, so bounds may change on the way. After the last step all are 0 again.
module eyeriss_nest #(
    parameter int K = 2
) (
    input  logic            clk,
    input  logic            init,
    input  logic            step,
    input  logic [K-1:0]    at_end,
    output logic [16*K-1:0] index,
    output logic [K-1:0]    inc,     // the level that the next step advances
    output logic            last
);
  logic below;
  always_comb begin
    below = 1'b1;
    for (int k = 0; k < K; k++) begin
      inc[k] = below && !at_end[k];
      below  = below && at_end[k];
    end
    last = below;
  end
  for (genvar k = 0; k < K; k++) begin : g_level
    always_ff @(posedge clk)
      if (init) index[16*k+:16] <= '0;
      else if (step) begin
        if (inc[k]) index[16*k+:16] <= index[16*k+:16] + 16'd1;
        else if (last || |(inc >> k)) index[16*k+:16] <= '0;
      end
  end
endmodule
