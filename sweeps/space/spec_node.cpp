#include "sweeps/space/spec_node.hpp"

#include <algorithm>  // std::sort, std::find, std::replace
#include <cmath>      // std::isfinite
#include <limits>
#include <utility>  // std::pair, std::move

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "base/nearest_name.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

SpecNode node_at(const fs::path& path, const toml::source_region& source, std::string name, const toml::node& value) {
  std::string at = spec_position(path, source);
  std::string origin = fmt::format("{}: {}", at, name);
  return {.name = std::move(name), .value = &value, .at = std::move(at), .origin = std::move(origin)};
}

/// "2 or more" where there is no upper end to speak of.
std::string range_text(std::int64_t low, std::int64_t high) {
  return high == std::numeric_limits<std::int64_t>::max() ? fmt::format("{} or more", low) : fmt::format("{} to {}", low, high);
}

}  // namespace

std::string spec_position(const fs::path& path, const toml::source_region& source) {
  return fmt::format("{}:{}:{}", path.string(), source.begin.line, source.begin.column);
}

toml::table parse_spec(const fs::path& path, std::string_view text) {
  try {
    return toml::parse(text, path.string());
  } catch (const toml::parse_error& error) {
    std::string reason(error.description());
    std::replace(reason.begin(), reason.end(), '\n', ' ');  // it quotes the text up to the fault, with its line ends
    throw UsageError("{}: {}", spec_position(path, error.source()), reason);
  }
}

std::vector<SpecNode> nodes_of(const toml::table& table, const fs::path& path) {
  std::vector<std::pair<toml::source_position, SpecNode>> placed;
  for (const auto& [key, value] : table) {
    placed.emplace_back(key.source().begin, node_at(path, key.source(), std::string(key.str()), value));
  }
  std::sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<SpecNode> nodes;
  nodes.reserve(placed.size());
  for (auto& [position, node] : placed) nodes.push_back(std::move(node));
  return nodes;
}

std::vector<SpecNode> nodes_of(const SpecNode& node, const fs::path& path) {
  if (!node.value->is_table()) throw UsageError("{}: not a table", node.origin);
  return nodes_of(*node.value->as_table(), path);
}

std::vector<SpecNode> elements_of(const SpecNode& node, const fs::path& path) {
  if (!node.value->is_array()) throw UsageError("{}: not a list in brackets", node.origin);
  std::vector<SpecNode> elements;
  for (const toml::node& element : *node.value->as_array()) elements.push_back(node_at(path, element.source(), node.name, element));
  if (elements.empty()) throw UsageError("{}: the list is empty", node.origin);
  return elements;
}

const SpecNode* find_node(std::span<const SpecNode> nodes, std::string_view name) {
  const auto found = std::find_if(nodes.begin(), nodes.end(), [name](const SpecNode& node) { return node.name == name; });
  return found == nodes.end() ? nullptr : &*found;
}

void check_known(std::span<const SpecNode> nodes, std::span<const std::string_view> known) {
  for (const SpecNode& node : nodes) {
    if (std::find(known.begin(), known.end(), node.name) != known.end()) continue;
    throw UsageError("{}: unknown key{} (known here: {})", node.origin, did_you_mean_key(node.name, known), fmt::join(known, ", "));
  }
}

std::string text_of(const SpecNode& node) {
  const auto text = node.value->value_exact<std::string>();
  if (!text) throw UsageError("{}: not a text in quotes", node.origin);
  if (text->empty()) throw UsageError("{}: the text is empty", node.origin);
  return *text;
}

std::int64_t whole_of(const SpecNode& node, std::int64_t low, std::int64_t high) {
  const auto number = node.value->value_exact<std::int64_t>();
  if (!number) throw UsageError("{}: not a whole number (allowed: {})", node.origin, range_text(low, high));
  if (*number < low || *number > high)
    throw UsageError("{}: {} is out of range (allowed: {})", node.origin, *number, range_text(low, high));
  return *number;
}

std::optional<double> number_of(const SpecNode& node) {
  if (const auto whole = node.value->value_exact<std::int64_t>()) return static_cast<double>(*whole);
  return node.value->value_exact<double>();
}

ParameterValue value_of(const SpecNode& node) {
  if (const auto on = node.value->value_exact<bool>()) return *on;
  if (const auto whole = node.value->value_exact<std::int64_t>()) return *whole;
  if (const auto number = node.value->value_exact<double>()) {
    if (!std::isfinite(*number)) throw UsageError("{}: {} is not finite", node.origin, *number);
    return *number;
  }
  if (auto text = node.value->value_exact<std::string>()) return *std::move(text);
  throw UsageError("{}: not a number, a text in quotes, true or false", node.origin);
}

std::size_t word_of(const SpecNode& node, std::span<const std::string_view> words) {
  const std::string text = text_of(node);
  const auto found = std::find(words.begin(), words.end(), text);
  if (found == words.end()) {
    throw UsageError("{}: {} is not one of {}{}", node.origin, text, fmt::join(words, ", "), did_you_mean_key(text, words));
  }
  return static_cast<std::size_t>(found - words.begin());
}

std::string did_you_mean_key(std::string_view name, std::span<const std::string_view> known) {
  const std::string nearest = nearest_name(name, known);
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
}

}  // namespace agsweep
