// SPDX-License-Identifier: Apache-2.0
// Block RAMs of 7 series for simulation, of which yosys' own models have the pins only. From the
// vendor's description of the primitives (UG473): both modes, all widths, byte enables, parity, one
// clock. Left out, and stopped at: output registers, resets, cascades, writes by both ports at
// once. A word read while the other port writes it is the old one if that port is READ_FIRST; else
// it is undefined, here inverted.
module assay_ramb #(
    parameter AB = 14,  // address bits, of a bit
    parameter D = 32,   // data bits of the widest word
    parameter READ_A = 0, parameter READ_B = 0, parameter WRITE_A = 0, parameter WRITE_B = 0,
    parameter FIRST_A = 0, parameter FIRST_B = 0  // 1: READ_FIRST
) (
    input clk, input en_a, input en_b,
    input [AB-1:0] addr_a, input [AB-1:0] addr_b,
    input [D-1:0] di_a, input [D-1:0] di_b,
    input [D/8-1:0] pi_a, input [D/8-1:0] pi_b, input [D/8-1:0] we_a, input [D/8-1:0] we_b,
    output reg [D-1:0] do_a, output reg [D-1:0] do_b,
    output reg [D/8-1:0] po_a, output reg [D/8-1:0] po_b
);
  localparam P = D / 8;
  localparam DL = $clog2(D);
  function integer bits(input integer width);  // of data in a word
    bits = width >= 9 ? width / 9 * 8 : width;
  endfunction
  localparam RA = bits(READ_A);
  localparam RB = bits(READ_B);
  localparam WA = bits(WRITE_A);
  localparam WB = bits(WRITE_B);
  reg [D-1:0] data[0:(1 << AB) / D - 1];
  reg [P-1:0] parity[0:(1 << AB) / D - 1];

  // Where a word of so many bits stands in its row.
  function [DL-1:0] at(input [AB-1:0] addr, input integer width);
    at = width == 0 ? {DL{1'b0}} : addr[DL-1:0] & ~(DL'(width - 1));
  endfunction
  function [D-1:0] data_mask(input [P-1:0] we, input integer width);
    integer i;
    for (i = 0; i < D; i = i + 1) data_mask[i] = i < width && we[i/8];
  endfunction
  function [P-1:0] parity_mask(input [P-1:0] we, input integer width);
    integer i;
    for (i = 0; i < P; i = i + 1) parity_mask[i] = 8 * i + 8 <= width && we[i];
  endfunction

  wire write_a = WA != 0 && en_a && |we_a;
  wire write_b = WB != 0 && en_b && |we_b;
  wire [AB-1:0] waddr = write_a ? addr_a : addr_b;
  wire [DL-1:0] shift = write_a ? at(addr_a, WA) : at(addr_b, WB);
  wire [D-1:0] mask = (write_a ? data_mask(we_a, WA) : data_mask(we_b, WB)) << shift;
  wire [P-1:0] pmask = (write_a ? parity_mask(we_a, WA) : parity_mask(we_b, WB)) << shift[DL-1:3];
  wire [D-1:0] word = (write_a ? di_a : di_b) << shift;
  wire [P-1:0] pword = (write_a ? pi_a : pi_b) << shift[DL-1:3];
  wire clash_a = write_b && FIRST_B == 0 && waddr[AB-1:DL] == addr_a[AB-1:DL];
  wire clash_b = write_a && FIRST_A == 0 && waddr[AB-1:DL] == addr_b[AB-1:DL];
  wire through_a = write_a && FIRST_A == 0;
  wire through_b = write_b && FIRST_B == 0;

  always @(posedge clk) begin
    if (write_a || write_b) begin
      data[waddr[AB-1:DL]] <= data[waddr[AB-1:DL]] & ~mask | word & mask;
      parity[waddr[AB-1:DL]] <= parity[waddr[AB-1:DL]] & ~pmask | pword & pmask;
    end
    if (write_a && write_b) $fatal(1, "assay_ramb: both ports write");
    if (en_a && RA != 0) begin
      do_a <= (data[addr_a[AB-1:DL]] ^ ({D{clash_a || through_a}} & mask)) >> at(addr_a, RA);
      po_a <= (parity[addr_a[AB-1:DL]] ^ ({P{clash_a || through_a}} & pmask)) >> (at(addr_a, RA) >> 3);
    end
    if (en_b && RB != 0) begin
      do_b <= (data[addr_b[AB-1:DL]] ^ ({D{clash_b || through_b}} & mask)) >> at(addr_b, RB);
      po_b <= (parity[addr_b[AB-1:DL]] ^ ({P{clash_b || through_b}} & pmask)) >> (at(addr_b, RB) >> 3);
    end
  end
endmodule

module RAMB18E1 #(
    parameter DOA_REG = 0, parameter DOB_REG = 0, parameter RAM_MODE = "TDP",
    parameter READ_WIDTH_A = 0, parameter READ_WIDTH_B = 0, parameter WRITE_WIDTH_A = 0,
    parameter WRITE_WIDTH_B = 0, parameter WRITE_MODE_A = "WRITE_FIRST",
    parameter WRITE_MODE_B = "WRITE_FIRST", parameter SRVAL_A = 0, parameter SRVAL_B = 0
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
  wire [31:0] do_a, do_b;
  wire [3:0] po_a, po_b;
  assay_ramb #(
      .AB(14), .D(32), .READ_A(READ_WIDTH_A), .READ_B(SDP ? 0 : READ_WIDTH_B),
      .WRITE_A(SDP ? 0 : WRITE_WIDTH_A), .WRITE_B(WRITE_WIDTH_B),
      .FIRST_A(WRITE_MODE_A == "READ_FIRST"), .FIRST_B(WRITE_MODE_B == "READ_FIRST")) ram (
      .clk(CLKARDCLK), .en_a(ENARDEN), .en_b(ENBWREN), .addr_a(ADDRARDADDR), .addr_b(ADDRBWRADDR),
      .di_a({16'd0, DIADI}), .pi_a({2'd0, DIPADIP}), .we_a({2'd0, WEA}),
      .di_b(SDP ? {DIBDI, DIADI} : {16'd0, DIBDI}),
      .pi_b(SDP ? {DIPBDIP, DIPADIP} : {2'd0, DIPBDIP}), .we_b(WEBWE), .do_a, .do_b, .po_a, .po_b);
  assign {DOPADOP, DOADO} = {po_a[1:0], do_a[15:0]};
  assign {DOPBDOP, DOBDO} = SDP ? {po_a[3:2], do_a[31:16]} : {po_b[1:0], do_b[15:0]};
  initial if (DOA_REG != 0 || DOB_REG != 0) $fatal(1, "RAMB18E1: output registers");
  always @(posedge CLKARDCLK)
    if (RSTRAMARSTRAM || RSTRAMB) $fatal(1, "RAMB18E1: reset");
endmodule

module RAMB36E1 #(
    parameter DOA_REG = 0, parameter DOB_REG = 0, parameter RAM_MODE = "TDP",
    parameter READ_WIDTH_A = 0, parameter READ_WIDTH_B = 0, parameter WRITE_WIDTH_A = 0,
    parameter WRITE_WIDTH_B = 0, parameter WRITE_MODE_A = "WRITE_FIRST",
    parameter WRITE_MODE_B = "WRITE_FIRST", parameter SRVAL_A = 0, parameter SRVAL_B = 0,
    parameter RAM_EXTENSION_A = "NONE", parameter RAM_EXTENSION_B = "NONE"
) (
    input CLKARDCLK, CLKBWRCLK, ENARDEN, ENBWREN, REGCEAREGCE, REGCEB, RSTRAMARSTRAM, RSTRAMB,
    input RSTREGARSTREG, RSTREGB, CASCADEINA, CASCADEINB, INJECTDBITERR, INJECTSBITERR,
    input [15:0] ADDRARDADDR, ADDRBWRADDR,
    input [31:0] DIADI, DIBDI,
    input [3:0] DIPADIP, DIPBDIP,
    input [3:0] WEA,
    input [7:0] WEBWE,
    output [31:0] DOADO, DOBDO,
    output [3:0] DOPADOP, DOPBDOP,
    output CASCADEOUTA, CASCADEOUTB, SBITERR, DBITERR,
    output [7:0] ECCPARITY,
    output [8:0] RDADDRECC
);
  localparam SDP = RAM_MODE == "SDP";
  wire [63:0] do_a, do_b;
  wire [7:0] po_a, po_b;
  assay_ramb #(
      .AB(15), .D(64), .READ_A(READ_WIDTH_A), .READ_B(SDP ? 0 : READ_WIDTH_B),
      .WRITE_A(SDP ? 0 : WRITE_WIDTH_A), .WRITE_B(WRITE_WIDTH_B),
      .FIRST_A(WRITE_MODE_A == "READ_FIRST"), .FIRST_B(WRITE_MODE_B == "READ_FIRST")) ram (
      .clk(CLKARDCLK), .en_a(ENARDEN), .en_b(ENBWREN), .addr_a(ADDRARDADDR[14:0]),
      .addr_b(ADDRBWRADDR[14:0]), .di_a({32'd0, DIADI}), .pi_a({4'd0, DIPADIP}),
      .we_a({4'd0, WEA}), .di_b(SDP ? {DIBDI, DIADI} : {32'd0, DIBDI}),
      .pi_b(SDP ? {DIPBDIP, DIPADIP} : {4'd0, DIPBDIP}), .we_b(WEBWE), .do_a, .do_b, .po_a, .po_b);
  assign {DOPADOP, DOADO} = {po_a[3:0], do_a[31:0]};
  assign {DOPBDOP, DOBDO} = SDP ? {po_a[7:4], do_a[63:32]} : {po_b[3:0], do_b[31:0]};
  assign {CASCADEOUTA, CASCADEOUTB, SBITERR, DBITERR, ECCPARITY, RDADDRECC} = '0;
  initial
    if (DOA_REG != 0 || DOB_REG != 0 || RAM_EXTENSION_A != "NONE" || RAM_EXTENSION_B != "NONE")
      $fatal(1, "RAMB36E1: output registers or cascade");
  always @(posedge CLKARDCLK)
    if (RSTRAMARSTRAM || RSTRAMB) $fatal(1, "RAMB36E1: reset");
endmodule
