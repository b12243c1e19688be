#include "sweeps/report/report_page.hpp"

#include <utility>  // std::move

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "base/file.hpp"
#include "sweeps/report/html.hpp"
#include "sweeps/report/joint_section.hpp"
#include "sweeps/report/methods.hpp"
#include "sweeps/report/page_style.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

std::vector<ReportSection> sections_of(const ReportedSweep& sweep, const ReportOptions& options) {
  return {overview_section(sweep), best_section(sweep),          ranking_section(sweep), curves_section(sweep), parameters_section(sweep),
          heat_map_section(sweep), importance_section(sweep),    rungs_section(sweep),   budget_section(sweep), confusion_section(sweep),
          gap_section(sweep),      cost_section(sweep, options), failures_section(sweep)};
}

/// Puts a page together from the top, and numbers its figures.
class PageWriter {
 public:
  void add(std::string_view html) { body_ += html; }

  void add(const ReportSection& section, const std::string& id) {
    body_ += fmt::format("<section id=\"{}\">\n<h3>{}</h3>\n{}", id, escape_html(section.title), section.before);
    if (!section.figures.empty()) {
      const bool single = section.figures.size() == 1 && section.beside.empty();
      body_ += single ? "<div class=\"figures single\">\n" : "<div class=\"figures\">\n";
      for (const Figure& figure : section.figures) add(figure);
      if (!section.beside.empty()) body_ += "<div>\n" + section.beside + "</div>\n";
      body_ += "</div>\n";
    }
    body_ += section.after + "</section>\n";
  }

  Report report(const std::string& title) && {
    return {.html = fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n"
                                "<style>\n{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
                                escape_html(title), page_style(), body_),
            .figures = std::move(figures_),
            .methods = {}};
  }

 private:
  void add(const Figure& figure) {
    figures_.push_back(figure);
    body_ += fmt::format("<figure id=\"{}\">\n{}<figcaption><b>Figure {}.</b> {}</figcaption>\n</figure>\n", figure.name,
                         inline_svg(figure_svg(figure), figure.name, figure.title), figures_.size(), escape_html(figure.caption));
  }

  std::string body_;
  std::vector<Figure> figures_;
};

std::string page_title(const std::vector<ReportedSweep>& sweeps) {
  std::vector<std::string> names;
  for (const ReportedSweep& sweep : sweeps) names.push_back(sweep.results.spec.name);
  return fmt::format("Hyperparameter sweep{}: {}", sweeps.size() == 1 ? "" : "s", fmt::join(names, ", "));
}

std::string section_id(const ReportedSweep& sweep, std::size_t number) { return fmt::format("{}-s{}", sweep.name, number + 1); }

std::string contents(const ReportedSweep& sweep, const std::vector<ReportSection>& sections) {
  std::string links = "<nav aria-label=\"Sections\">\n";
  for (std::size_t i = 0; i < sections.size(); ++i) {
    links += fmt::format("<a href=\"#{}\">{}</a>\n", section_id(sweep, i), escape_html(sections[i].title));
  }
  return links + "</nav>\n";
}

void add_chapter(const ReportedSweep& sweep, const ReportOptions& options, bool alone, PageWriter& page) {
  const std::vector<ReportSection> sections = sections_of(sweep, options);
  if (!alone) page.add(fmt::format("<h2 id=\"{}\">{}</h2>\n", sweep.name, escape_html(sweep.results.spec.name)));
  page.add(fmt::format("<p class=\"sub\">{}</p>\n", escape_html(sweep.results.folder.string())));
  for (const std::string& warning : warnings_of(sweep)) page.add(fmt::format("<p class=\"warning\">{}</p>\n", escape_html(warning)));
  page.add(contents(sweep, sections));
  for (std::size_t i = 0; i < sections.size(); ++i) page.add(sections[i], section_id(sweep, i));
}

}  // namespace

Report make_report(const std::vector<ReportedSweep>& sweeps, const ReportOptions& options) {
  PageWriter page;
  const std::string title = page_title(sweeps);
  page.add(fmt::format("<h1>{}</h1>\n", escape_html(title)));
  if (sweeps.size() > 1) page.add(joint_section(sweeps), "together");
  std::string methods;
  for (const ReportedSweep& sweep : sweeps) {
    add_chapter(sweep, options, sweeps.size() == 1, page);
    if (!methods.empty()) methods += '\n';
    methods += methods_text(sweep);
  }
  page.add(
      "<footer>Made by agsweep report; figures by gnuplot. Fractions lie between 0 and 1; epochs count from 1, trials from 0.</footer>\n");
  Report report = std::move(page).report(title);
  report.methods = std::move(methods);
  return report;
}

void write_figures(const Report& report, const fs::path& folder) {
  make_folder(folder);
  for (const Figure& figure : report.figures) {
    write_file_atomically(folder / (figure.name + ".svg"), figure_svg(figure));
    write_file_atomically(folder / (figure.name + ".pdf"), figure_pdf(figure));
    write_file_atomically(folder / (figure.name + ".csv"), figure.csv);
  }
  write_file_atomically(folder / "methods.md", report.methods);
}

}  // namespace agsweep
