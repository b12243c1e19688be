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
};

OptionTable<AggregateArgs> table() {
  using A = AggregateArgs;
  return {
      {&A::out, {.name = "out", .placeholder = "FILE", .help = "write a row a trial to this file too, as CSV"}},
      {&A::format,
       {.name = "format",
        .placeholder = "FORMAT",
        .help = "of what is printed: tables of trials, configurations and importance; csv has a row a trial, json everything"}},
  };
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"DIR.."});
  AggregateArgs args;
  fill(table(), line.asked, args);

  if (!args.out.empty()) require_output(args.out, "--out", {});
  const std::vector<fs::path> folders(line.positional.begin(), line.positional.end());
  std::vector<SweepResults> sweeps;
  for (const fs::path& folder : find_sweeps(folders)) sweeps.push_back(read_sweep(folder));
  const Aggregate all = aggregate(std::move(sweeps));
  if (!args.out.empty()) write_file_atomically(args.out, formatted(all, AggregateFormat::csv));
  fmt::print("{}", formatted(all, args.format));
  for (const std::string& remark : all.remarks) say(fmt::format("note: {}", remark));
  return ExitCode::done;
}

}  // namespace

Command aggregate_command() {
  return {
      .name = "aggregate",
      .usage = "DIR.. [--out FILE] [--format FORMAT]",
      .summary = "one row a trial over any number of sweeps, running ones too: ranks, means over seeds, importance of each hyperparameter",
      .options = options_of(table()),
      .run = run};
}

}  // namespace agsweep
