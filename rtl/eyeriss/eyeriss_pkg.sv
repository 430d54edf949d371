// SPDX-License-Identifier: Apache-2.0
// Words that the blocks of the row-stationary array exchange. Arrays of up to 16 x 16 PEs; words of
// 16 bits. Packed vectors instead of arrays in the structures: synthesis tools differ there.
package eyeriss_pkg;
  localparam int RING = 24;      // ifmap words of a PE: scratchpad of 12 and a FIFO of 12 before it
  localparam int FILTER = 224;   // filter words of a PE
  localparam int PSUMS = 16;     // partial sums of a tile; two: scratchpad of 24 and FIFO of 8
  localparam int NREGS = 63;

  // Configuration registers in the order of their addresses (docs/formats/rtl-eyeriss.md).
  typedef struct packed {
    logic [31:0] n;          // 0 images of the layer
    logic [31:0] n_pass;     // 1 images in a pass
    logic [31:0] g;          // 2 groups
    logic [31:0] m;          // 3 output channels of a group
    logic [31:0] m_out;      // 4 those of a tile of partial sums in the global buffer
    logic [31:0] m_in;       // 5 those of a pass
    logic [31:0] m_pe;       // 6 those of a PE
    logic [31:0] c;          // 7 input channels of a group
    logic [31:0] c_pass;     // 8 those of a pass
    logic [31:0] c_pe;       // 9 those of a PE
    logic [31:0] p;          // 10 output rows
    logic [31:0] p_strip;    // 11 those of a strip
    logic [31:0] p_cols;     // 12 those side by side in a row of PEs
    logic [31:0] m_cols;     // 13 tiles of m_pe channels side by side in a row of PEs
    logic [31:0] group_m;    // 14 chains above each other: 1 other channels, 0 other output rows
    logic [31:0] q;          // 15 output columns
    logic [31:0] r;          // 16 filter rows
    logic [31:0] s;          // 17 filter columns
    logic [31:0] u;          // 18 stride
    logic [31:0] chain;      // 19 rows of PEs in a chain
    logic [31:0] window;     // 20 ifmap words of a PE's tile: s * c_pe
    logic [31:0] slide;      // 21 new words of a tile that slides: min(u, s) * c_pe
    logic [31:0] new_cols;   // 22 new columns of a tile that slides: min(u, s)
    logic [31:0] col_next;   // 23 first new column of the second tile of a row
    logic [31:0] row_gap;    // 24 1: the stride skips ifmap rows (u > r)
    logic [31:0] h_full;     // 25 ifmap rows of a strip
    logic [31:0] h_last;     // 26 and of the last one
    logic [31:0] w_in;       // 27 ifmap columns
    logic [31:0] li_n;       // 28 global buffer, ifmap words: from image to image
    logic [31:0] li_c;       // 29 from channel to channel
    logic [31:0] li_a;       // 30 u rows: u * w_in
    logic [31:0] psum_row;   // 31 global buffer: first row of partial sums
    logic [31:0] tile_rows;  // 32 rows of one tile of partial sums
    logic [31:0] i_base;     // 33 memory, ifmaps: first word, then words from ...
    logic [31:0] i_nn;       // 34 pass of images to pass of images
    logic [31:0] i_g;        // 35 group
    logic [31:0] i_p;        // 36 strip
    logic [31:0] i_cc;       // 37 channels of a pass
    logic [31:0] i_n;        // 38 image
    logic [31:0] i_c;        // 39 channel
    logic [31:0] i_h;        // 40 row
    logic [31:0] w_base;     // 41 memory, filters
    logic [31:0] w_g;        // 42 group
    logic [31:0] w_mo;       // 43 m_out channels
    logic [31:0] w_mi;       // 44 m_in channels
    logic [31:0] w_ml;       // 45 m_pe channels
    logic [31:0] w_m;        // 46 output channel
    logic [31:0] w_cc;       // 47 channels of a pass
    logic [31:0] w_cl;       // 48 channels of a PE
    logic [31:0] w_c;        // 49 input channel
    logic [31:0] w_r;        // 50 filter row
    logic [31:0] o_base;     // 51 memory, outputs
    logic [31:0] o_nn;       // 52 pass of images
    logic [31:0] o_g;        // 53 group
    logic [31:0] o_mo;       // 54 m_out channels
    logic [31:0] o_p;        // 55 strip
    logic [31:0] o_mi;       // 56 m_in channels
    logic [31:0] o_n;        // 57 image
    logic [31:0] o_group;    // 58 chain above chain
    logic [31:0] o_ml;       // 59 m_pe channels side by side
    logic [31:0] o_row;      // 60 output row
    logic [31:0] o_m;        // 61 output channel
    logic [31:0] bug;        // 62 a seeded defect by number, for tests of the tests; 0 none
  } cfg_t;

  // Where an engine stands in the loops outside the array, and what the next pass will change.
  typedef struct packed {
    logic        active;    // not past the last pass
    logic [15:0] n_trip;    // images of this pass
    logic [15:0] m_tile;    // channels of the tile of partial sums in the global buffer
    logic [12:0] m_rem;     // output channels, input channels, output rows of this pass
    logic [7:0]  c_rem;
    logic [7:0]  p_rem;
    logic [15:0] h;         // ifmap rows of the strip
    logic        w_first;   // needs other filters than the pass before; other ifmaps
    logic        i_first;
    logic        o_first;   // first pass of its tile of partial sums; of its input channels
    logic        m_first;
    logic        c_first;   // no partial sums exist yet; they are final
    logic        c_last;
    logic        w_last;    // the next pass needs other filters; ifmaps; partial sums
    logic        i_last;
    logic        o_last;
    logic        all_last;
    logic [5:0]  inc;       // the loop that advances next: n g mo p c mi
  } pass_t;

  // To the rows of PEs. A row receives them a cycle after the row above.
  typedef struct packed {  // one multiply-accumulate of every PE
    logic        valid;
    logic        start;    // first of a step
    logic        first;    // first of its partial sum: starts at 0
    logic        half;     // tile of partial sums
    logic [4:0]  i_addr;
    logic [3:0]  m;
    logic [7:0]  c;        // channel within the PE
    logic [7:0]  c_rem;
    logic [12:0] m_rem;
    logic [7:0]  p_rem;
  } mac_t;
  typedef struct packed {  // one ifmap word
    logic        valid;
    logic [3:0]  y;        // row identifier: lane of input channels
    logic [7:0]  x;        // identifier within the row: ifmap row of the strip
    logic [4:0]  addr;
    logic [12:0] m_rem;
    logic [7:0]  p_rem;
  } ifmap_t;
  typedef struct packed {  // four filter words
    logic [3:0]  valid;
    logic [15:0] y;        // 4 bits each: row of the chain
    logic [15:0] x;        // 4 bits each: lane of output channels within the row
    logic [7:0]  p_rem;
  } filter_t;
  typedef struct packed {  // four partial sums that leave
    logic [3:0]  valid;
    logic [15:0] y;        // 4 bits each: chain
    logic [15:0] m;        // 4 bits each: channel of the PE
    logic        half;
    logic        last;     // last words of a tile
    logic        done;     // ... and of the tile in the global buffer
    logic        fin;      // final: no more input channels come
    logic [7:0]  c_rem;
    logic [15:0] row;      // of the global buffer
  } drain_t;
  typedef struct packed {  // what of it concerns one PE
    logic [3:0]  row;
    logic [15:0] m;
    logic        half;
    logic        fin;
    logic        head;
  } pe_drain_t;
  typedef struct packed {
    logic [3:0]  row;
    logic [15:0] x;
    logic [7:0]  p_rem;
  } pe_filter_t;
  typedef struct packed {  // reading the counters: a chain through all PEs
    logic       load;
    logic       shift;
    logic [2:0] sel;
  } tally_t;
endpackage
