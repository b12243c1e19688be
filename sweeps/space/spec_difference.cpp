#include "sweeps/space/spec_difference.hpp"

#include <algorithm>  // std::find_if, std::equal
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/space/resolved_spec.hpp"

namespace agsweep {

namespace {

/// An extension of `before` in a key of the top: no difference.
bool extends(std::string_view key, const SweepSpec& before, const SweepSpec& now) {
  if (key == "trials") return now.trials >= before.trials;
  if (key == "retries") return now.retries >= before.retries;
  if (key != "seeds" || now.seeds.size() < before.seeds.size()) return false;
  return std::equal(before.seeds.begin(), before.seeds.end(), now.seeds.begin());
}

/// A time budget is each process's own.
std::vector<SpecEntry> lasting_entries(SweepSpec spec) {
  spec.hours = 0;
  return spec_entries(spec);
}

const SpecEntry* find_entry(const std::vector<SpecEntry>& entries, const SpecEntry& like) {
  const auto same_place = [&like](const SpecEntry& entry) { return entry.table == like.table && entry.key == like.key; };
  const auto found = std::find_if(entries.begin(), entries.end(), same_place);
  return found == entries.end() ? nullptr : &*found;
}

std::string keys_of(const SearchSpace& space) {
  std::vector<std::string_view> keys;
  for (const Parameter& parameter : space) keys.push_back(parameter.key);
  return fmt::format("{}", fmt::join(keys, ", "));
}

std::string line(const SpecEntry& place, std::string_view before, std::string_view now) {
  const std::string key = place.table.empty() ? place.key : fmt::format("{}.{}", place.table, place.key);
  return fmt::format("\n  {}: {} before, {} now", key, before, now);
}

}  // namespace

std::string spec_difference(const SweepSpec& before, const SweepSpec& now) {
  const std::vector<SpecEntry> old_entries = lasting_entries(before);
  const std::vector<SpecEntry> new_entries = lasting_entries(now);
  std::string differences;
  for (const SpecEntry& entry : old_entries) {
    const SpecEntry* other = find_entry(new_entries, entry);
    if (other == nullptr) {
      differences += line(entry, entry.value, "none");
    } else if (entry.value != other->value && !(entry.table.empty() && extends(entry.key, before, now))) {
      differences += line(entry, entry.value, other->value);
    }
  }
  for (const SpecEntry& entry : new_entries) {
    if (find_entry(old_entries, entry) == nullptr) differences += line(entry, "none", entry.value);
  }
  // Samplers draw the keys in their order.
  if (differences.empty() && keys_of(before.space) != keys_of(now.space)) {
    differences = fmt::format("\n  the order of [space]: {} before, {} now", keys_of(before.space), keys_of(now.space));
  }
  return differences;
}

}  // namespace agsweep
