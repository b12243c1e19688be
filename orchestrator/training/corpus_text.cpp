#include "orchestrator/training/corpus_text.hpp"

#include <fmt/format.h>

#include "base/table.hpp"

namespace agsweep {

namespace {

nlohmann::json split_json(const SplitReport& split) {
  return {{"rows", split.rows},
          {"class_rows", split.class_rows},
          {"tokens", split.tokens},
          {"longest", split.longest},
          {"cut_rows", split.cut_rows}};
}

}  // namespace

nlohmann::json to_json(const Prepared& prepared) {
  const CorpusInfo& info = prepared.corpus.info;
  const PrepareReport& report = prepared.report;
  return {
      {"synthetic", info.synthetic},
      {"class_names", info.class_names},
      {"tokenizer_sha256", info.tokenizer_sha256},
      {"source_sha256", info.source_sha256},
      {"train", split_json(report.train)},
      {"val", split_json(report.val)},
      {"test", split_json(report.test)},
      {"skipped", {{"train", report.skipped_train}, {"test", report.skipped_test}}},
      {"duplicates", {{"val_in_train", report.val_in_train}, {"test_in_train", report.test_in_train}, {"test_in_val", report.test_in_val}}},
      {"text_bytes", report.text_bytes},
      {"tokenize_seconds", report.tokenize_seconds}};
}

std::string corpus_text(const Prepared& prepared) {
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

}  // namespace agsweep
