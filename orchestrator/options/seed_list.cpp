#include "orchestrator/options/seed_list.hpp"

#include <algorithm>  // std::find
#include <charconv>

#include "base/error.hpp"
#include "sweeps/statistics/sign_flip.hpp"  // most_sign_flips

namespace agsweep {

std::vector<std::int64_t> parse_seeds(std::string_view text, std::string_view origin) {
  const auto refuse = [&] { throw UsageError("{}: {} is not a list of seeds, like 101,102 or 101..110", origin, text); };
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  const auto number = [&] {
    std::int64_t value = -1;
    const auto [rest, error] = std::from_chars(at, end, value);
    if (error != std::errc() || value < 0) refuse();
    at = rest;
    return value;
  };
  std::vector<std::int64_t> seeds;
  for (;; ++at) {
    const std::int64_t first = number();
    std::int64_t last = first;
    if (std::string_view(at, end).starts_with("..")) {
      at += 2;
      last = number();
    }
    if (last < first) refuse();
    for (std::int64_t seed = first;; ++seed) {
      if (seeds.size() == most_sign_flips) throw UsageError("{}: {} has more than {} seeds", origin, text, most_sign_flips);
      if (std::find(seeds.begin(), seeds.end(), seed) != seeds.end()) throw UsageError("{}: {} is there twice", origin, seed);
      seeds.push_back(seed);
      if (seed == last) break;  // which may be the largest number there is
    }
    if (at == end) return seeds;
    if (*at != ',') refuse();
  }
}

}  // namespace agsweep
