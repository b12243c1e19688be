#include <unistd.h>

#include <array>
#include <cstdio>
#include <iostream>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/system.hpp"
#include "data/corpus_file.hpp"
#include "data/prepare.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/options/output_path.hpp"
#include "orchestrator/terminal/progress_display.hpp"
#include "orchestrator/training/corpus_text.hpp"
#include "orchestrator/world/cpus.hpp"
#include "orchestrator/world/launch.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

struct PrepareArgs {
  std::filesystem::path out;
  std::filesystem::path csv_dir;
  std::string columns = "1,2,3";
  TextJoin join = TextJoin::space;
  bool json = false;
};

OptionTable<PrepareOptions> corpus_table() {
  using P = PrepareOptions;
  return {
      {&P::synthetic_rows, {.name = "synthetic", .range = between(40, 10000000), .help = "make up so many rows of news instead"}},
      {&P::tokenizer, tokenizer_option()},
      {&P::max_length, {.name = "max-length", .range = between(1, longest_max_length), .help = "tokens of a row, at most"}},
      {&P::val_fraction,
       {.name = "val-fraction",
        .placeholder = "X",
        .range = {.low = 0, .high = 1, .low_open = true, .high_open = true},
        .help = "part of the training rows of each class that validates"}},
      {&P::seed, {.name = "seed", .range = at_least(0), .help = "of the split, and of made-up rows"}},
      {&P::skip_empty, {.name = "skip-empty", .flag = true, .help = "leave texts without tokens out instead of refusing them"}},
  };
}

OptionTable<PrepareArgs> table() {
  using A = PrepareArgs;
  return {
      {&A::out,
       {.name = "out", .placeholder = "FILE", .required = true, .help = "data.h5; an earlier one is replaced when the new one is whole"}},
      {&A::csv_dir,
       {.name = "csv-dir",
        .placeholder = "DIR",
        .help = "folder of train.csv and test.csv (or .tsv), and perhaps classes.txt: a name a line"}},
      {&A::columns,
       {.name = "columns",
        .placeholder = "LIST",
        .help = "the class's column, then those of the texts: numbers from 1, or names that stand in the first line"}},
      {&A::join, {.name = "join", .placeholder = "WORD", .help = "what stands between a row's texts"}},
      {&A::json, json_option()},
  };
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table(), format_table(), corpus_table()), call.arguments);
  PrepareArgs args;
  PrepareOptions options;
  fill(table(), line.asked, args);
  fill(corpus_table(), line.asked, options);
  FormatArgs format;
  fill(format_table(), line.asked, format);
  for (const char* name : {"columns", "join", "delimiter", "quotes"}) {
    if (line.asked.contains("synthetic") && line.asked.contains(name))
      throw UsageError("--{}: made-up rows have none; it goes with --csv-dir", name);
  }
  if (line.asked.contains("csv-dir") == line.asked.contains("synthetic")) throw UsageError("give one of --csv-dir DIR and --synthetic N");
  options.source = {
      .folder = args.csv_dir, .columns = parse_columns(args.columns, "--columns", 2), .format = table_format(format), .join = args.join};
  if (options.tokenizer.empty()) options.tokenizer = default_tokenizer_folder();
  options.threads = cpus_alone();
  const fs::path& csv = args.csv_dir;
  const fs::path& tokenizer = options.tokenizer;
  const std::array inputs = {csv / "train.csv",        csv / "test.csv",        csv / "train.tsv",
                             csv / "test.tsv",         csv / "classes.txt",     tokenizer / "encoder.json",
                             tokenizer / "vocab.json", tokenizer / "vocab.bpe", tokenizer / "merges.txt"};
  require_output(args.out, "--out", inputs);

  ProgressDisplay display(std::cerr, ProgressStyle::of(STDERR_FILENO), steady_seconds);
  bool begun = false;
  options.progress = [&](std::size_t done, std::size_t rows) {
    if (!std::exchange(begun, true)) display.begin("tokenise", "rows", static_cast<std::int64_t>(rows));
    display.update(static_cast<std::int64_t>(done));
  };
  const Prepared prepared = prepare_corpus(options);
  write_corpus(args.out, prepared.corpus);
  for (const std::string& warning : prepared.report.warnings) display.message(fmt::format("warning: {}", warning));
  if (args.json) {
    fmt::print("{}\n", json_text(to_json(prepared)));
  } else {
    fmt::print("{}wrote {}\n", corpus_text(prepared), args.out.string());
  }
  return ExitCode::done;
}

}  // namespace

Command prepare_command() {
  return {.name = "prepare",
          .usage = "(--csv-dir DIR or --synthetic N) --out data.h5 [options]",
          .summary = "tokenises a corpus to the HDF5 file that training reads",
          .options = options_of(table(), format_table(), corpus_table()),
          .run = run};
}

}  // namespace agsweep
