#include "data/corpus.hpp"

#include <algorithm>  // std::find_if, std::ranges::count

#include "base/error.hpp"
#include "data/tokenizer.hpp"  // gpt2_vocabulary
#include "data/utf8.hpp"

namespace agsweep {

namespace {

void check_split(const Split& split, const CorpusInfo& info, const std::string& name) {
  const std::size_t rows = split.rows();
  const auto fail = [&](const char* dataset, const std::string& what) {
    throw DataError("{}/{}: {}; prepare it again", name, dataset, what);
  };
  if (split.offsets.size() != rows + 1) fail("offsets", fmt::format("{} values for {} rows", split.offsets.size(), rows));
  if (split.source_rows.size() != rows) fail("source_row", fmt::format("{} values for {} rows", split.source_rows.size(), rows));
  if (split.offsets.front() != 0) fail("offsets", "the first is not 0");
  if (split.offsets.back() != split.tokens.size()) {
    fail("offsets", fmt::format("the last is {}, but there are {} tokens", split.offsets.back(), split.tokens.size()));
  }
  for (std::size_t row = 0; row < rows; ++row) {
    if (split.offsets[row] >= split.offsets[row + 1]) fail("offsets", fmt::format("row {} has no token", row));
    if (split.offsets[row + 1] - split.offsets[row] > static_cast<std::uint64_t>(info.max_length)) {
      fail("offsets", fmt::format("row {} has more than {} tokens", row, info.max_length));
    }
    if (split.labels[row] >= info.class_names.size())
      fail("labels", fmt::format("row {} is of class {}, of {}", row, split.labels[row], info.class_names.size()));
    if (row > 0 && split.source_rows[row - 1] >= split.source_rows[row])
      fail("source_row", fmt::format("row {} does not follow the one before it", row));
  }
  const auto foreign = std::find_if(split.tokens.begin(), split.tokens.end(), [](std::uint16_t token) { return token >= gpt2_vocabulary; });
  if (foreign != split.tokens.end()) fail("tokens", fmt::format("{} is not below the vocabulary's {}", *foreign, gpt2_vocabulary));
}

}  // namespace

const Split& split_named(const Corpus& corpus, std::string_view name) {
  if (name == "train") return corpus.train;
  if (name == "val") return corpus.val;
  if (name == "test") return corpus.test;
  throw UsageError("the split \"{}\" is none of train, val, test", name);
}

void check_corpus(const Corpus& corpus, const std::string& name) {
  const std::vector<std::string>& classes = corpus.info.class_names;
  if (classes.size() < 2) throw DataError("{}: class_names: one class; prepare it again", name);
  std::string scratch;
  for (const std::string& one : classes) {
    if (one.empty() || replace_invalid_utf8(one, scratch) != one || std::ranges::count(classes, one) > 1) {
      throw DataError("{}: class_names: \"{}\" is empty, no UTF-8 or there twice; prepare it again", name,
                      replace_invalid_utf8(one, scratch));
    }
  }
  if (corpus.info.max_length < 1 || corpus.info.max_length > longest_max_length)
    throw DataError("{}: max_length: {} is out of range; prepare it again", name, corpus.info.max_length);
  check_split(corpus.train, corpus.info, name + ": train");
  check_split(corpus.val, corpus.info, name + ": val");
  check_split(corpus.test, corpus.info, name + ": test");
}

}  // namespace agsweep
