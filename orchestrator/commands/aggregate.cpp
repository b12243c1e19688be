#include <algorithm>  // std::min
#include <cstdio>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/system.hpp"  // say
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/output_path.hpp"
#include "sweeps/aggregate/aggregate_format.hpp"
#include "sweeps/aggregate/find_sweeps.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

struct AggregateArgs {
  fs::path out;
  AggregateFormat format = AggregateFormat::table;
  std::string columns;
  std::int64_t top = 0;
  std::string pareto;
};

OptionTable<AggregateArgs> table() {
  using A = AggregateArgs;
  return {
      {&A::out, {.name = "out", .placeholder = "FILE", .help = "write a row a trial to this file too, as CSV"}},
      {&A::format,
       {.name = "format",
        .placeholder = "FORMAT",
        .help = "of what is printed: tables of trials, configurations and importance; csv has a row a trial, json everything; markdown and "
                "latex (for booktabs) are for papers"}},
      {&A::columns,
       {.name = "columns", .placeholder = "NAME,NAME..", .help = "print these columns alone, in this order: rank,lr,value,rows_95"}},
      {&A::top, {.name = "top", .range = at_least(0), .help = "print the first so many trials and configurations; 0: all"}},
      {&A::pareto,
       {.name = "pareto",
        .placeholder = "COST",
        .words = {"parameters", "seconds", "memory"},
        .help =
            "print the complete configurations that no other beats both in the metric and in this: trained parameters, seconds, or peak "
            "memory"}},
  };
}

/// "a,b" as its names.
std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::string_view name = list.substr(0, list.find(','));
    if (!name.empty()) names.emplace_back(name);
    list.remove_prefix(std::min(name.size() + 1, list.size()));
  }
  return names;
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"DIR.."});
  AggregateArgs args;
  fill(table(), line.asked, args);
  const AggregateView view{
      .format = args.format, .pareto = from_word<ParetoCost>(args.pareto), .columns = names_in(args.columns), .top = args.top};

  if (!args.out.empty()) require_output(args.out, "--out", {});
  const std::vector<fs::path> folders(line.positional.begin(), line.positional.end());
  std::vector<SweepResults> sweeps;
  const FoundSweeps found = find_sweeps(folders);
  for (const fs::path& folder : found.folders) sweeps.push_back(read_sweep(folder));
  const Aggregate all = aggregate(std::move(sweeps));
  if (!args.out.empty()) write_file_atomically(args.out, formatted(all, {.format = AggregateFormat::csv}));
  fmt::print("{}", formatted(all, view));
  for (const std::string& remark : all.remarks) say(fmt::format("note: {}", remark));
  for (const fs::path& folder : found.unreadable) say(fmt::format("note: {}: cannot be read, so its sweeps are left out", folder.string()));
  return ExitCode::done;
}

}  // namespace

Command aggregate_command() {
  return {
      .name = "aggregate",
      .usage = "DIR.. [--out FILE] [--format FORMAT] [--columns NAME,NAME..] [--top N] [--pareto COST]",
      .summary = "one row a trial over any number of sweeps, running ones too: ranks, means over seeds, importance of each hyperparameter",
      .options = options_of(table()),
      .run = run};
}

}  // namespace agsweep
