#include "sweeps/report/page_writer.hpp"

#include <utility>  // std::move

#include <fmt/format.h>

#include "sweeps/report/html.hpp"
#include "sweeps/report/page_style.hpp"

namespace agsweep {

void PageWriter::add(const ReportSection& section, const std::string& id) {
  body_ += fmt::format("<section id=\"{}\">\n<h3>{}</h3>\n{}", id, escape_html(section.title), section.before);
  if (!section.figures.empty()) {
    const bool single = section.figures.size() == 1 && section.beside.empty();
    body_ += fmt::format("<div class=\"figures{}\">\n", section.small                    ? " small"
                                                        : !single                        ? ""
                                                        : section.figures[0].width > 480 ? " single wide"
                                                                                         : " single");
    for (const Figure& figure : section.figures) add(figure);
    if (!section.beside.empty()) body_ += "<div>\n" + section.beside + "</div>\n";
    body_ += "</div>\n";
  }
  body_ += section.after + "</section>\n";
}

void PageWriter::add(const Figure& figure) {
  figures_.push_back(figure);
  body_ += fmt::format("<figure id=\"{}\">\n{}<figcaption><b>Figure {}.</b> {}</figcaption>\n</figure>\n", figure.name,
                       inline_svg(figure_svg(figure), figure.name, figure.title), figures_.size(), escape_html(figure.caption));
}

Page PageWriter::page(const std::string& title) && {
  return {.html = fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n"
                              "<style>\n{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
                              escape_html(title), page_style(), body_),
          .figures = std::move(figures_)};
}

}  // namespace agsweep
