#include <cstdio>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/system.hpp"  // say
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/config_file.hpp"  // check_run
#include "orchestrator/options/output_path.hpp"
#include "sweeps/aggregate/find_sweeps.hpp"
#include "sweeps/report/report_page.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

struct ReportArgs {
  fs::path out;
  fs::path figures;
  double price = 0;
};

OptionTable<ReportArgs> table() {
  using A = ReportArgs;
  return {
      {&A::out, {.name = "out", .placeholder = "FILE", .required = true, .help = "the page to write, as HTML"}},
      {&A::figures,
       {.name = "figures",
        .placeholder = "DIR",
        .help = "write each figure to this folder too, as SVG, PDF and CSV, and methods.md: how the sweep was done, in sentences "
                "that cite methods.bib"}},
      {&A::price,
       {.name = "price",
        .placeholder = "P",
        .range = at_least(0),
        .help = "of a device for an hour, in any currency; not given, the cost is shown in device-hours alone"}},
  };
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"DIR.."});
  ReportArgs args;
  fill(table(), line.asked, args);

  require_output(args.out, "--out", {});
  const auto [folders, unreadable] = find_sweeps(std::vector<fs::path>(line.positional.begin(), line.positional.end()));
  std::vector<ReportedSweep> sweeps;
  for (const fs::path& folder : folders) {
    sweeps.push_back(read_reported_sweep(folder, folders.size() == 1 ? "sweep" : fmt::format("sweep{}", sweeps.size() + 1), check_run));
  }
  ReportOptions options;
  if (line.asked.contains("price")) options.price = args.price;
  const Report report = make_report(sweeps, options);
  if (!args.figures.empty()) write_figures(report, args.figures);
  write_file_atomically(args.out, report.html);
  fmt::print("wrote {}\n", args.out.string());
  for (const fs::path& folder : unreadable) say(fmt::format("note: {}: cannot be read, so its sweeps are left out", folder.string()));
  return ExitCode::done;
}

}  // namespace

Command report_command() {
  return {.name = "report",
          .usage = "DIR.. --out FILE [--figures DIR] [--price P]",
          .summary = "one self-contained page of a sweep, running ones too: best configuration, curves, importance, cost, failures",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
