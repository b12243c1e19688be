#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/philox.hpp"      // PhiloxStream
#include "data/text_table.hpp"  // TextJoin

namespace agsweep {

inline constexpr std::int64_t longest_max_length = 1024;  // GPT-2's positions

/// One split of a tokenised corpus, in source order.
struct Split {
  std::vector<std::uint16_t> tokens;       // [offsets.back()], all rows end to end
  std::vector<std::uint64_t> offsets;      // [rows + 1]
  std::vector<std::uint8_t> labels;        // [rows], 0 .. classes - 1
  std::vector<std::uint32_t> source_rows;  // [rows], the CSV record's number from 0

  std::size_t rows() const { return labels.size(); }
  std::span<const std::uint16_t> row(std::size_t index) const {
    return std::span(tokens).subspan(offsets[index], offsets[index + 1] - offsets[index]);
  }
};

/// What data.h5 says of itself (root attributes).
struct CorpusInfo {
  std::vector<std::string> class_names;  // in label order
  std::string tokenizer_sha256;          // of encoder.json then vocab.bpe
  std::string source_sha256;             // of train.csv then test.csv; for a synthetic corpus, of its description
  std::int64_t max_length = 128;         // tokens a row, at most
  std::uint64_t seed = 42;               // of the split, and of --train-limit's sample
  TextJoin join = TextJoin::space;       // of a row's texts
  bool synthetic = false;
};

struct Corpus {
  CorpusInfo info;
  Split train;
  Split val;
  Split test;
};

/// The split of this name ("train", "val", "test").
const Split& split_named(const Corpus& corpus, std::string_view name);

/// What the corpus's seed is used for: a stream of its own for each class or row, so that no choice depends on another.
enum class CorpusDraw : std::uint64_t { validation = 1, train_limit = 2, synthetic_train = 3, synthetic_test = 4, val_limit = 5 };

/// @param index  a class's or a row's, below 2^48
/// The top bit keeps these apart from a training's streams of the same seed: those of epochs, and dropout's, whose steps stay below 2^31.
inline PhiloxStream corpus_stream(std::uint64_t seed, CorpusDraw draw, std::size_t index) {
  return PhiloxStream(seed, std::uint64_t{1} << 63 | static_cast<std::uint64_t>(draw) << 48 | index);
}

/// Checks that the parts of a corpus fit each other: offsets that ascend from 0 to the token count, no empty row nor one above
/// max_length, token ids below the vocabulary, labels below the class count, source rows that ascend.
/// @param name  the file's, for errors. @throws DataError that names file, dataset and row
void check_corpus(const Corpus& corpus, const std::string& name);

}  // namespace agsweep
