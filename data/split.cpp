#include "data/split.hpp"

#include <algorithm>  // std::sort
#include <cmath>      // std::llround
#include <numeric>    // std::iota

#include "base/philox.hpp"  // shuffle

namespace agsweep {

namespace {

/// For each class its rows, ascending: indices into the labels.
std::vector<std::vector<std::uint32_t>> rows_by_class(std::span<const std::uint8_t> labels, std::size_t class_count) {
  std::vector<std::vector<std::uint32_t>> rows(class_count);
  for (std::size_t row = 0; row < labels.size(); ++row) rows.at(labels[row]).push_back(static_cast<std::uint32_t>(row));
  return rows;
}

/// A row and its place in its class's random order.
struct Drawn {
  std::uint32_t row;
  std::uint8_t label;
  std::uint64_t place;       // from 0
  std::uint64_t class_rows;  // of the class
};

/// By the share of its class that is taken up to the middle of this row: (place + 1/2) / class_rows, exactly, then by label.
bool earlier(const Drawn& a, const Drawn& b) {
  const std::uint64_t left = (2 * a.place + 1) * b.class_rows;
  const std::uint64_t right = (2 * b.place + 1) * a.class_rows;
  return left != right ? left < right : a.label < b.label;
}

}  // namespace

TrainAndVal stratified_split(std::span<const std::uint8_t> labels, std::size_t class_count, double fraction, std::uint64_t seed) {
  TrainAndVal split;
  const auto classes = rows_by_class(labels, class_count);
  for (std::size_t label = 0; label < class_count; ++label) {
    auto rows = classes[label];
    PhiloxStream stream = corpus_stream(seed, CorpusDraw::validation, label);
    shuffle(std::span(rows), stream);
    const auto val_end = rows.begin() + std::llround(fraction * static_cast<double>(rows.size()));
    split.val.insert(split.val.end(), rows.begin(), val_end);
    split.train.insert(split.train.end(), val_end, rows.end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.val.begin(), split.val.end());
  return split;
}

std::vector<std::uint32_t> limited_rows(const Split& split, std::size_t class_count, std::uint64_t corpus_seed, CorpusDraw draw,
                                        std::int64_t limit) {
  std::vector<std::uint32_t> rows(split.rows());
  if (limit <= 0 || static_cast<std::size_t>(limit) >= split.rows()) {
    std::iota(rows.begin(), rows.end(), 0U);
    return rows;
  }
  std::vector<Drawn> drawn;
  drawn.reserve(split.rows());
  const auto classes = rows_by_class(split.labels, class_count);
  for (std::size_t label = 0; label < class_count; ++label) {
    auto members = classes[label];
    PhiloxStream stream = corpus_stream(corpus_seed, draw, label);
    shuffle(std::span(members), stream);
    for (std::size_t place = 0; place < members.size(); ++place) {
      drawn.push_back({.row = members[place], .label = static_cast<std::uint8_t>(label), .place = place, .class_rows = members.size()});
    }
  }
  // One order for every limit, so that a smaller sample lies in a larger one.
  std::sort(drawn.begin(), drawn.end(), earlier);
  rows.resize(static_cast<std::size_t>(limit));
  std::transform(drawn.begin(), drawn.begin() + limit, rows.begin(), [](const Drawn& item) { return item.row; });
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace agsweep
