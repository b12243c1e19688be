#include "base/nearest_name.hpp"

#include <algorithm>  // std::min, std::max
#include <cstddef>
#include <limits>
#include <vector>

namespace agsweep {

namespace {

/// Optimal string alignment distance: Levenshtein's, with a swap of two neighbours as one edit.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

/// Whether `word` stands in `name` between its ends, dashes, underscores and dots.
bool has_word(std::string_view name, std::string_view word) {
  const auto is_bound = [](char c) { return c == '-' || c == '_' || c == '.'; };
  for (std::size_t at = name.find(word); at != std::string_view::npos; at = name.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || is_bound(name[at - 1])) && (end == name.size() || is_bound(name[end]))) return true;
  }
  return false;
}

std::string_view shortest_with_word(std::string_view word, std::span<const std::string_view> known) {
  std::string_view shortest;
  for (const std::string_view name : known) {
    if (!word.empty() && has_word(name, word) && (shortest.empty() || name.size() < shortest.size())) shortest = name;
  }
  return shortest;
}

}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string_view> known) {
  std::string_view nearest;
  std::size_t smallest = std::numeric_limits<std::size_t>::max();
  for (const std::string_view candidate : known) {
    const std::size_t longer = std::max(name.size(), candidate.size());
    const std::size_t distance = edit_distance(name, candidate);
    // At least one edit is near, or a typo in a two-letter name would find nothing.
    if (distance <= std::max<std::size_t>(1, longer / 3) && distance < longer && distance < smallest) {
      nearest = candidate;
      smallest = distance;
    }
  }
  return std::string(nearest.empty() ? shortest_with_word(name, known) : nearest);
}

}  // namespace agsweep
