#include <unistd.h>

#include <cstdio>
#include <iostream>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/progress_display.hpp"
#include "base/system.hpp"
#include "base/table.hpp"
#include "data/corpus_file.hpp"
#include "data/prepare.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/world/cpus.hpp"
#include "orchestrator/world/launch.hpp"

namespace agsweep {

namespace {

struct PrepareArgs {
  std::filesystem::path out;
  std::string columns = "1,2,3";
  bool json = false;
};

OptionTable<PrepareOptions> corpus_table() {
  using P = PrepareOptions;
  return {
      {&P::csv_dir, {.name = "csv-dir", .placeholder = "DIR", .help = "folder of train.csv, test.csv and perhaps classes.txt"}},
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
      {&A::columns,
       {.name = "columns", .placeholder = "LIST", .help = "CSV columns from 1: the class's, then those that make up the text"}},
      {&A::json, json_option()},
  };
}

nlohmann::json to_json(const SplitReport& split) {
  return {{"rows", split.rows},
          {"class_rows", split.class_rows},
          {"tokens", split.tokens},
          {"longest", split.longest},
          {"cut_rows", split.cut_rows}};
}

nlohmann::json to_json(const Prepared& prepared) {
  const CorpusInfo& info = prepared.corpus.info;
  const PrepareReport& report = prepared.report;
  return {
      {"synthetic", info.synthetic},
      {"class_names", info.class_names},
      {"tokenizer_sha256", info.tokenizer_sha256},
      {"source_sha256", info.source_sha256},
      {"train", to_json(report.train)},
      {"val", to_json(report.val)},
      {"test", to_json(report.test)},
      {"skipped", {{"train", report.skipped_train}, {"test", report.skipped_test}}},
      {"duplicates", {{"val_in_train", report.val_in_train}, {"test_in_train", report.test_in_train}, {"test_in_val", report.test_in_val}}},
      {"text_bytes", report.text_bytes},
      {"tokenize_seconds", report.tokenize_seconds}};
}

std::string report_text(const Prepared& prepared) {
  const CorpusInfo& info = prepared.corpus.info;
  const PrepareReport& report = prepared.report;
  std::vector<std::string> header = {"split", "rows", "tokens", "mean", "longest", "cut"};
  header.insert(header.end(), info.class_names.begin(), info.class_names.end());
  Table table(header);
  const auto add = [&](const char* name, const SplitReport& split) {
    std::vector<std::string> row = {name,
                                    std::to_string(split.rows),
                                    std::to_string(split.tokens),
                                    fmt::format("{:.1f}", split.mean_length()),
                                    std::to_string(split.longest),
                                    std::to_string(split.cut_rows)};
    for (const std::size_t rows : split.class_rows) row.push_back(std::to_string(rows));
    table.add(std::move(row));
  };
  add("train", report.train);
  add("val", report.val);
  add("test", report.test);
  return fmt::format(
      "{}{}\nexact duplicates: {} of val in train, {} of test in train, {} of test in val\n"
      "skipped without tokens: {} of train, {} of test\ntokenised {:.1f} MB in {:.1f} s ({:.1f} MB/s)\n",
      info.synthetic ? "synthetic corpus: made-up texts, no real news\n" : "", table.text(), report.val_in_train, report.test_in_train,
      report.test_in_val, report.skipped_train, report.skipped_test, static_cast<double>(report.text_bytes) / 1e6, report.tokenize_seconds,
      report.megabytes_per_second());
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(corpus_table(), table()), call.arguments);
  PrepareArgs args;
  PrepareOptions options;
  fill(table(), line.asked, args);
  fill(corpus_table(), line.asked, options);
  if (line.asked.contains("csv-dir") == line.asked.contains("synthetic")) throw UsageError("give one of --csv-dir DIR and --synthetic N");
  options.columns = parse_columns(args.columns, "--columns", 2);
  if (options.tokenizer.empty()) options.tokenizer = default_tokenizer_folder();
  const std::array<RankCpus, 1> alone = {RankCpus{.host = "", .allowance = own_cpus()}};
  options.threads = cpus_of_rank(alone, 0);

  ProgressDisplay display(std::cerr, ProgressStyle::of(STDERR_FILENO), steady_seconds);
  bool begun = false;
  options.progress = [&](std::size_t done, std::size_t rows) {
    if (!std::exchange(begun, true)) display.begin("tokenise", "rows", static_cast<std::int64_t>(rows));
    display.update(static_cast<std::int64_t>(done));
  };
  const Prepared prepared = prepare_corpus(options);
  write_corpus(args.out, prepared.corpus);
  if (args.json) {
    fmt::print("{}\n", to_json(prepared).dump(2));
  } else {
    fmt::print("{}wrote {}\n", report_text(prepared), args.out.string());
  }
  return ExitCode::done;
}

}  // namespace

Command prepare_command() {
  return {.name = "prepare",
          .usage = "(--csv-dir DIR or --synthetic N) --out data.h5 [options]",
          .summary = "tokenises a corpus to the HDF5 file that training reads",
          .options = options_of(corpus_table(), table()),
          .run = run};
}

}  // namespace agsweep
