#pragma once

#include <string>
#include <vector>

namespace agsweep {

/// A cell of a table that is drawn: a colour, and two lines of text.
struct PlotCell {
  std::size_t column = 0;
  std::size_t row = 0;     // from below
  double shade = 0;        // in [0, 1], dark to bright
  std::string text;        // may be empty
  std::string note;        // smaller, below; may be empty
  std::string hover = {};  // shown where the pointer rests; may be empty
};

/// What stands along a side of the table.
struct CellAxis {
  std::string label;
  std::vector<std::string> ticks;
  std::size_t cells = 0;
  bool between = false;  // the ticks name the cells' edges, one more than there are cells, else the cells
};

/// gnuplot's program for a table of cells.
std::string cell_plot(const CellAxis& columns, const CellAxis& rows, const std::vector<PlotCell>& cells);

}  // namespace agsweep
