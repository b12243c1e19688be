#include "sweeps/report/report_page.hpp"

#include <utility>  // std::move

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "base/file.hpp"
#include "sweeps/report/bibliography.hpp"
#include "sweeps/report/html.hpp"
#include "sweeps/report/joint_section.hpp"
#include "sweeps/report/methods.hpp"
#include "sweeps/report/page_writer.hpp"
#include "sweeps/report/setup_rows.hpp"  // versions_text

namespace agsweep {

namespace fs = std::filesystem;

namespace {

std::vector<ReportSection> sections_of(const ReportedSweep& sweep, const ReportOptions& options) {
  return {overview_section(sweep),      best_section(sweep),      ranking_section(sweep), curves_section(sweep),
          parameters_section(sweep),    heat_map_section(sweep),  space_section(sweep),   pairs_section(sweep),
          importance_section(sweep),    rungs_section(sweep),     budget_section(sweep),  pareto_section(sweep),
          confusion_section(sweep),     embedding_section(sweep), gap_section(sweep),     timeline_section(sweep),
          cost_section(sweep, options), failures_section(sweep)};
}

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
  Page done = std::move(page).page(title);
  std::string works = bibliography(methods, versions_text(sweeps.front()));
  return {
      .html = std::move(done.html), .figures = std::move(done.figures), .methods = std::move(methods), .bibliography = std::move(works)};
}

void write_figures(const Report& report, const fs::path& folder) {
  write_figures(std::span(report.figures), folder);
  write_file_atomically(folder / "methods.md", report.methods);
  write_file_atomically(folder / "methods.bib", report.bibliography);
}

}  // namespace agsweep
