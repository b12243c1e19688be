#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace agsweep {

/// A plot: its data, how gnuplot draws it, and what is said of it.
struct Figure {
  std::string name;          // of its files, and of the place in the page: a-z, 0-9 and -
  std::string title;         // short; read aloud in place of the picture
  std::string caption = {};  // what is to be seen; a text
  std::string csv = {};      // the data, with a header
  std::string program = {};  // for gnuplot, after the terminal is set; `small` and `smaller` are fonts below the usual one
  int width = 480;           // in CSS pixels; text is 13 pixels high
  int height = 310;
};

/// As an SVG file of its own, on white. @throws RunTimeError as run_gnuplot
std::string figure_svg(const Figure& figure);

/// Writes NAME.svg, NAME.pdf and NAME.csv of each, making the folder. @throws RunTimeError
void write_figures(std::span<const Figure> figures, const std::filesystem::path& folder);

/// As a PDF of one page. The same figure has the same bytes. @throws RunTimeError as run_gnuplot
std::string figure_pdf(const Figure& figure);

/// figure_svg's text as part of a page: colours are the page's variables, texts have its font, ids begin with `id`, and it is as wide as
/// its place.
/// @param id  a name as in Figure
std::string inline_svg(const std::string& svg, const std::string& id, const std::string& title);

}  // namespace agsweep
