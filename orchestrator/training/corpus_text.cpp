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
      {"classes_from", report.classes_from},
      {"join", to_word(info.join)},
      {"tokenizer_sha256", info.tokenizer_sha256},
      {"source_sha256", info.source_sha256},
      {"train", split_json(report.train)},
      {"val", split_json(report.val)},
      {"test", split_json(report.test)},
      {"not_utf8", {{"train", report.not_utf8_train}, {"test", report.not_utf8_test}}},
      {"warnings", report.warnings},
      {"skipped", {{"train", report.skipped_train}, {"test", report.skipped_test}}},
      {"duplicates", {{"val_in_train", report.val_in_train}, {"test_in_train", report.test_in_train}, {"test_in_val", report.test_in_val}}},
      {"text_bytes", report.text_bytes},
      {"tokenize_seconds", report.tokenize_seconds}};
}

std::string corpus_text(const Prepared& prepared) {
  const CorpusInfo& info = prepared.corpus.info;
  const PrepareReport& report = prepared.report;
  Table splits({"split", "rows", "tokens", "mean", "longest", "cut"});
  Table classes({fmt::format("class ({})", report.classes_from), "train", "val", "test"});
  const auto add = [&](const char* name, const SplitReport& split) {
    splits.add({name, std::to_string(split.rows), std::to_string(split.tokens), fmt::format("{:.1f}", split.mean_length()),
                std::to_string(split.longest), std::to_string(split.cut_rows)});
  };
  add("train", report.train);
  add("val", report.val);
  add("test", report.test);
  for (std::size_t label = 0; label < info.class_names.size(); ++label) {
    classes.add({info.class_names[label], std::to_string(report.train.class_rows[label]), std::to_string(report.val.class_rows[label]),
                 std::to_string(report.test.class_rows[label])});
  }
  return fmt::format(
      "{}{}\n{}\nexact duplicates: {} of val in train, {} of test in train, {} of test in val\n"
      "skipped without tokens: {} of train, {} of test; not UTF-8: {} of train, {} of test\ntokenised {:.1f} MB in {:.1f} s ({:.1f} "
      "MB/s)\n",
      info.synthetic ? "synthetic corpus: made-up texts, no real news\n" : "", splits.text(), classes.text(), report.val_in_train,
      report.test_in_train, report.test_in_val, report.skipped_train, report.skipped_test, report.not_utf8_train, report.not_utf8_test,
      static_cast<double>(report.text_bytes) / 1e6, report.tokenize_seconds, report.megabytes_per_second());
}

}  // namespace agsweep
