#include <array>
#include <cstdlib>  // std::strtol
#include <string_view>

#include <fmt/format.h>

#include "base/error.hpp"
#include "sweeps/report/figure.hpp"
#include "sweeps/report/html.hpp"
#include "sweeps/report/palette.hpp"

namespace agsweep {

namespace {

/// Replaces each `from` in `text`.
void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

/// Takes away each stretch from `begin` to the next `end`, both with it.
void remove_all(std::string& text, std::string_view begin, std::string_view end) {
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    const std::size_t last = text.find(end, at + begin.size());
    if (last == std::string::npos) return;
    text.erase(at, last + end.size() - at);
  }
}

/// "#0072b2" for "  0, 114, 178".
std::string hex_colour(const std::string& numbers) {
  std::array<long, 3> channels{};
  const char* at = numbers.c_str();
  for (long& channel : channels) {
    char* end = nullptr;
    channel = std::strtol(at, &end, 10);
    at = *end == ',' ? end + 1 : end;
  }
  return fmt::format("#{:02x}{:02x}{:02x}", channels[0], channels[1], channels[2]);
}

/// rgb(  0, 114, 178) becomes var(--s1); a colour that is none of the page's (of a heat map's cell) stays.
void use_page_colours(std::string& svg) {
  constexpr std::string_view start = "rgb(";
  for (std::size_t at = svg.find(start); at != std::string::npos; at = svg.find(start, at + 1)) {
    const std::size_t end = svg.find(')', at);
    if (end == std::string::npos) return;
    const std::string hex = hex_colour(svg.substr(at + start.size(), end - at - start.size()));
    const std::string_view variable = variable_of(hex);
    svg.replace(at, end + 1 - at, variable.empty() ? hex : fmt::format("var({})", variable));
  }
}

/// What gnuplot writes round each of its steps, mostly round nothing.
void remove_empty_groups(std::string& svg) {
  for (std::size_t at = svg.find("<g "); at != std::string::npos;) {
    const std::size_t open_end = svg.find('>', at);
    const std::size_t next = svg.find_first_not_of(" \t\n", open_end + 1);
    if (open_end == std::string::npos || next == std::string::npos) return;
    const bool empty = svg.compare(next, 4, "</g>") == 0;
    if (empty) svg.erase(at, next + 4 - at);
    at = svg.find("<g ", empty ? at : at + 1);
  }
}

}  // namespace

std::string inline_svg(const std::string& svg, const std::string& id, const std::string& title) {
  const std::size_t root = svg.find("<svg");
  const std::size_t box = svg.find("viewBox=\"", root);
  const std::size_t box_end = svg.find('"', box + 9);
  if (root == std::string::npos || box == std::string::npos || box_end == std::string::npos) {
    throw RunTimeError("gnuplot: what it has drawn is no SVG: \"{:.100}\"", svg);
  }
  std::string body = svg.substr(svg.find('>', root) + 1);
  replace_all(body, " ><title>", "><title >");  // of each plot, while those of marks stay
  remove_all(body, "<title >", "</title>");
  remove_all(body, "<desc>", "</desc>");
  remove_all(body, "<filter ", "</filter>");
  remove_all(body, "<rect x=\"0\" y=\"0\"", "/>");  // the background
  remove_all(body, " font-family=\"", "\"");
  remove_all(body, " id=\"", "\"");
  replace_all(body, " color=\"black\"", "");
  replace_all(body, " fill=\"black\"", " fill=\"currentColor\"");
  replace_all(body, "#FFFFFF", fmt::format("var({})", paper.variable));
  use_page_colours(body);
  replace_all(body, "xlink:href='#gp", fmt::format("href='#{}-", id));
  replace_all(body, "id='gp", fmt::format("id='{}-", id));
  remove_empty_groups(body);
  replace_all(body, "\n\n", "\n");
  return fmt::format("<svg class=\"plot\" viewBox=\"{}\" role=\"img\" aria-label=\"{}\">{}", svg.substr(box + 9, box_end - box - 9),
                     escape_html(title), body);
}

}  // namespace agsweep
