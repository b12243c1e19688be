#include "workers/reduce/gradient.hpp"

#include <algorithm>   // std::max, std::transform
#include <functional>  // std::plus

namespace agsweep {

namespace {

/// The union of both row lists; a row that both have is a + b.
RowSparse merged(const RowSparse& a, const RowSparse& b) {
  RowSparse sum;
  sum.width = std::max(a.width, b.width);
  sum.rows.reserve(a.rows.size() + b.rows.size());
  sum.values.reserve(a.values.size() + b.values.size());
  const auto append = [&sum](const RowSparse& from, std::size_t index) {
    const auto row = from.row(index);
    sum.rows.push_back(from.rows[index]);
    sum.values.insert(sum.values.end(), row.begin(), row.end());
  };
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.rows.size() || j < b.rows.size()) {
    const bool take_a = j == b.rows.size() || (i < a.rows.size() && a.rows[i] <= b.rows[j]);
    const bool take_b = i == a.rows.size() || (j < b.rows.size() && b.rows[j] <= a.rows[i]);
    if (take_a) append(a, i);
    if (take_b && !take_a) append(b, j);
    if (take_a && take_b) {
      const auto row = b.row(j);
      float* to = sum.last_row();
      for (std::size_t k = 0; k < row.size(); ++k) to[k] += row[k];
    }
    i += take_a ? 1 : 0;
    j += take_b ? 1 : 0;
  }
  return sum;
}

}  // namespace

void add(Gradient& into, const Gradient& other) {
  into.embedding = merged(into.embedding, other.embedding);
  std::transform(into.dense.begin(), into.dense.end(), other.dense.begin(), into.dense.begin(), std::plus<>());
  into.loss += other.loss;
  std::transform(into.confusion.begin(), into.confusion.end(), other.confusion.begin(), into.confusion.begin(), std::plus<>());
}

}  // namespace agsweep
