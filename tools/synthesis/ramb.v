// SPDX-License-Identifier: Apache-2.0
// Block RAMs of 7 series as far as netlists of rtl/tiled use them, for simulation: one clock, no
// output registers, no reset, old data on a collision; whole words written and read. In TDP mode
// port A writes and B reads, in SDP mode B writes and A reads. yosys' own cell models stop at the
// pins.
module RAMB18E1 #(
    parameter DOA_REG = 0, parameter DOB_REG = 0, parameter RAM_MODE = "TDP",
    parameter READ_WIDTH_A = 0, parameter READ_WIDTH_B = 0, parameter WRITE_WIDTH_A = 0,
    parameter WRITE_WIDTH_B = 0, parameter WRITE_MODE_A = "READ_FIRST",
    parameter WRITE_MODE_B = "READ_FIRST", parameter SRVAL_A = 0, parameter SRVAL_B = 0
) (
    input CLKARDCLK, CLKBWRCLK, ENARDEN, ENBWREN, REGCEAREGCE, REGCEB, RSTRAMARSTRAM, RSTRAMB,
    input RSTREGARSTREG, RSTREGB,
    input [13:0] ADDRARDADDR, ADDRBWRADDR,
    input [15:0] DIADI, DIBDI,
    input [1:0] DIPADIP, DIPBDIP,
    input [1:0] WEA,
    input [3:0] WEBWE,
    output [15:0] DOADO, DOBDO,
    output [1:0] DOPADOP, DOPBDOP
);
  localparam SDP = RAM_MODE == "SDP";
  localparam WIDTH = SDP ? READ_WIDTH_A : READ_WIDTH_B;
  localparam SHIFT = WIDTH == 36 ? 5 : WIDTH == 18 ? 4 : WIDTH == 9 ? 3 : WIDTH == 4 ? 2
                     : WIDTH == 2 ? 1 : 0;
  reg [35:0] mem[0:(16384 >> SHIFT) - 1];
  reg [35:0] q;
  wire [35:0] d = SDP ? {DIPBDIP, DIPADIP, DIBDI, DIADI} : {18'd0, DIPADIP, DIADI} & 36'h3FFFF;
  wire [13:0] waddr = (SDP ? ADDRBWRADDR : ADDRARDADDR) >> SHIFT;
  wire [13:0] raddr = (SDP ? ADDRARDADDR : ADDRBWRADDR) >> SHIFT;
  wire we = SDP ? ENBWREN && WEBWE[0] : ENARDEN && WEA[0];
  always @(posedge CLKARDCLK) begin
    if (we) mem[waddr] <= d;
    if (SDP ? ENARDEN : ENBWREN) q <= mem[raddr];
  end
  assign {DOPBDOP, DOPADOP, DOBDO, DOADO} =
      SDP ? q : {q[17:16], 2'd0, q[15:0], 16'd0};
endmodule
