#include "data/prepare.hpp"

#include <algorithm>  // std::find_if, std::ranges::all_of
#include <chrono>
#include <unordered_set>

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "data/split.hpp"
#include "data/synthetic.hpp"
#include "data/text_corpus.hpp"
#include "data/tokenizer.hpp"  // gpt2_vocabulary

namespace agsweep {

namespace {

/// Removes texts without tokens (an empty text has none, any other has). @returns how many
std::size_t remove_empty(LabelledTexts& texts, bool skip_empty) {
  const auto is_empty = [](const LabelledText& text) { return text.text.empty(); };
  const auto first = std::find_if(texts.rows.begin(), texts.rows.end(), is_empty);
  if (first != texts.rows.end() && !skip_empty)
    throw DataError("{}:{}: the text is empty; --skip-empty leaves such rows out", texts.name, first->line);
  return std::erase_if(texts.rows, is_empty);
}

std::vector<std::uint8_t> labels_of(const std::vector<LabelledText>& texts) {
  std::vector<std::uint8_t> labels;
  for (const LabelledText& text : texts) labels.push_back(text.label);
  return labels;
}

std::vector<std::uint32_t> all_rows(const std::vector<LabelledText>& texts) {
  std::vector<std::uint32_t> rows(texts.size());
  for (std::uint32_t row = 0; row < rows.size(); ++row) rows[row] = row;
  return rows;
}

/// Packs rows of tokenised texts into a split, and reports on them.
Split pack_split(const std::vector<LabelledText>& texts, const TokenizedTexts& tokenized, const std::vector<std::uint32_t>& rows,
                 SplitReport& report) {
  Split split;
  split.offsets.push_back(0);
  for (const std::uint32_t row : rows) {
    const auto& tokens = tokenized.tokens[row];
    split.tokens.insert(split.tokens.end(), tokens.begin(), tokens.end());
    split.offsets.push_back(split.tokens.size());
    split.labels.push_back(texts[row].label);
    split.source_rows.push_back(texts[row].source_row);
    ++report.class_rows.at(texts[row].label);
    report.longest = std::max(report.longest, tokens.size());
    report.cut_rows += tokenized.cut[row] ? 1 : 0;
  }
  report.rows = split.rows();
  report.tokens = split.tokens.size();
  return split;
}

using TextSet = std::unordered_set<std::string_view>;

TextSet texts_of(const std::vector<LabelledText>& texts, const std::vector<std::uint32_t>& rows) {
  TextSet set;
  for (const std::uint32_t row : rows) set.insert(texts[row].text);
  return set;
}

void count_duplicates(const TextCorpus& texts, const TrainAndVal& split, PrepareReport& report) {
  const TextSet train = texts_of(texts.train.rows, split.train);
  const TextSet val = texts_of(texts.train.rows, split.val);
  for (const std::uint32_t row : split.val) report.val_in_train += train.count(texts.train.rows[row].text);
  for (const LabelledText& text : texts.test.rows) {
    report.test_in_train += train.count(text.text);
    report.test_in_val += val.count(text.text);
  }
}

void warn_of_encoding(const LabelledTexts& texts, std::vector<std::string>& warnings) {
  if (texts.not_utf8 == 0) return;
  warnings.push_back(
      fmt::format("{}: {} of {} texts are not UTF-8, the first in line {}; each bad byte sequence counts as U+FFFD; convert the file "
                  "(iconv -f WINDOWS-1252 -t UTF-8, for one) if they mean something",
                  texts.name, texts.not_utf8, texts.rows.size(), texts.first_not_utf8));
}

void warn_of_empty_classes(const char* split, const SplitReport& report, const std::vector<std::string>& names,
                           std::vector<std::string>& warnings) {
  std::vector<std::string> empty;
  for (std::size_t label = 0; label < names.size(); ++label) {
    if (report.class_rows[label] == 0) empty.push_back(names[label]);
  }
  if (!empty.empty()) warnings.push_back(fmt::format("{} has no row of {}", split, fmt::join(empty, ", ")));
}

void require_two_classes(const LabelledTexts& train, const std::vector<std::string>& names) {
  if (train.rows.empty()) throw DataError("{}: no row has a text", train.name);
  const std::uint8_t first = train.rows.front().label;
  if (std::ranges::all_of(train.rows, [&](const LabelledText& text) { return text.label == first; })) {
    throw DataError("{}: every row is of class \"{}\": with one class there is nothing to tell apart", train.name, names[first]);
  }
}

}  // namespace

Prepared prepare_corpus(const PrepareOptions& options) {
  const Tokenizer tokenizer(options.tokenizer);
  if (tokenizer.vocabulary_size() > static_cast<std::size_t>(gpt2_vocabulary)) {
    throw DataError("{}: {} tokens, more than GPT-2's {}", options.tokenizer.string(), tokenizer.vocabulary_size(), gpt2_vocabulary);
  }
  TextCorpus texts = options.synthetic_rows > 0 ? synthetic_corpus(options.synthetic_rows, options.seed) : read_csv_corpus(options.source);
  const std::size_t classes = texts.class_names.size();

  PrepareReport report;
  report.classes_from = texts.classes_from;
  report.not_utf8_train = texts.train.not_utf8;
  report.not_utf8_test = texts.test.not_utf8;
  warn_of_encoding(texts.train, report.warnings);
  warn_of_encoding(texts.test, report.warnings);
  report.skipped_train = remove_empty(texts.train, options.skip_empty);
  report.skipped_test = remove_empty(texts.test, options.skip_empty);
  require_two_classes(texts.train, texts.class_names);
  const TrainAndVal split = stratified_split(labels_of(texts.train.rows), classes, options.val_fraction, options.seed);
  if (split.train.empty() || split.val.empty()) {
    throw DataError("{}: {} rows are too few to take {} of each class for validation", texts.train.name, texts.train.rows.size(),
                    options.val_fraction);
  }
  if (texts.test.rows.empty()) throw DataError("{}: no row has a text", texts.test.name);
  count_duplicates(texts, split, report);

  const std::size_t rows = texts.train.rows.size() + texts.test.rows.size();
  const auto tokenize = [&](const std::vector<LabelledText>& part, std::size_t done_before) {
    for (const LabelledText& text : part) report.text_bytes += text.text.size();
    return tokenize_texts(part, tokenizer, static_cast<std::size_t>(options.max_length), options.threads, [&](std::size_t done) {
      if (options.progress) options.progress(done_before + done, rows);
    });
  };
  const auto start = std::chrono::steady_clock::now();
  const TokenizedTexts train_tokens = tokenize(texts.train.rows, 0);
  const TokenizedTexts test_tokens = tokenize(texts.test.rows, texts.train.rows.size());
  report.tokenize_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  for (SplitReport* part : {&report.train, &report.val, &report.test}) part->class_rows.resize(classes);
  Corpus corpus{.info = {.class_names = texts.class_names,
                         .tokenizer_sha256 = tokenizer.sha256(),
                         .source_sha256 = texts.source_sha256,
                         .max_length = options.max_length,
                         .seed = options.seed,
                         .join = texts.join,
                         .synthetic = texts.synthetic},
                .train = pack_split(texts.train.rows, train_tokens, split.train, report.train),
                .val = pack_split(texts.train.rows, train_tokens, split.val, report.val),
                .test = pack_split(texts.test.rows, test_tokens, all_rows(texts.test.rows), report.test)};
  warn_of_empty_classes("train", report.train, texts.class_names, report.warnings);
  warn_of_empty_classes("val", report.val, texts.class_names, report.warnings);
  warn_of_empty_classes("test", report.test, texts.class_names, report.warnings);
  return {.corpus = std::move(corpus), .report = report};
}

}  // namespace agsweep
